"""Frozen views of a router's state: everything that show commands print is read from here.

Times are Instants or Durations in microseconds; rates are bits or packets a second.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import NamedTuple

from ioscli.model.config import PathMtuDiscovery, TunnelKeepalive
from ioscli.model.crypto import ChildProposal, IsakmpSaState, Selector
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Duration, Instant


@dataclass(frozen=True, slots=True)
class Counters:
    """An interface's packet counters since boot or the last clear."""

    packets_in: int
    bytes_in: int
    broadcasts_in: int
    packets_out: int
    bytes_out: int
    input_errors: int
    input_drops: int
    output_drops: int
    unknown_protocol_drops: int
    resets: int
    carrier_transitions: int
    multicasts_in: int = 0
    """Those of `broadcasts_in` that went to an IP multicast group."""


@dataclass(frozen=True, slots=True)
class TunnelView:
    """What `show interfaces TunnelN` adds."""

    source: IPv4Address | None
    source_interface: InterfaceName | None
    destination: IPv4Address | None
    transport: str
    """`GRE/IP`, `IP/IP` or `IPSEC/IP`."""
    key: int | None
    ttl: int
    transport_mtu: int
    linestate: str
    """`up`, `down - no output interface`, ..."""
    protection_profile: str | None
    sequencing: bool = False
    checksumming: bool = False
    tos: int | None = None
    """Configured ToS byte of the outer header."""
    keepalive: TunnelKeepalive | None = None
    path_mtu_discovery: PathMtuDiscovery | None = None
    learned_mtu: int | None = None
    """What path MTU discovery found, bytes."""
    learned_expires: Duration | None = None
    """How long it is believed; None: for good."""
    transmit_bandwidth: int = 8_000
    """Kilobits a second."""
    receive_bandwidth: int = 8_000


class PathView(NamedTuple):
    """Frames and bytes in and out, of one switching path or protocol."""

    packets_in: int = 0
    bytes_in: int = 0
    packets_out: int = 0
    bytes_out: int = 0

    def without(self, other: "PathView") -> "PathView":
        """What is left beside another."""
        return PathView(*(ours - theirs for ours, theirs in zip(self, other, strict=True)))


_NOTHING = PathView()


@dataclass(frozen=True, slots=True)
class InterfaceView:
    """One interface's state."""

    name: InterfaceName
    description: str | None
    shutdown: bool
    up: bool
    """Hardware state: carrier, and not administratively down."""
    protocol_up: bool
    address: IPv4Interface | None
    address_method: str
    """`NVRAM`, `manual`, `unset`: how the address came, for `show ip interface brief`."""
    mac: bytes | None
    mtu: int
    """Bytes, as `show interfaces` prints it (a tunnel's hardware value included)."""
    ip_mtu: int
    """Bytes: the largest IPv4 packet that leaves without fragmentation."""
    bandwidth: int
    """Kilobits a second."""
    delay: int
    """Microseconds."""
    last_input: Duration | None
    """How long ago; None: never."""
    last_output: Duration | None
    counters: Counters
    counters_cleared: Duration | None
    """How long ago `clear counters` was given; None: never."""
    input_rate: tuple[int, int]
    """Five-minute rate: bits a second, packets a second."""
    output_rate: tuple[int, int]
    tunnel: TunnelView | None
    vlan: int | None
    """The VLAN of a sub-interface; 1 on a port that has sub-interfaces; None elsewhere."""
    groups: tuple[IPv4Address, ...] = ()
    """Multicast groups that somebody listens to there."""
    output_queue: int = 0
    """How much waits for the wire, in frames of 1,500 bytes."""
    processed: PathView = _NOTHING
    """What a process of the router took or sent; the rest was forwarded by CEF."""
    protocols: tuple[tuple[str, PathView], ...] = ()
    """What was not IPv4, by the protocol's name."""


@dataclass(frozen=True, slots=True)
class NextHopView:
    """One path of a route."""

    address: IPv4Address | None
    interface: InterfaceName | None
    """None where only a recursive next hop is known, as for most static routes."""
    advertiser: IPv4Address | None = None
    """Who told: `from` in `show ip route A.B.C.D`."""
    share: int = 1
    """Traffic share count."""
    metric: int | None = None
    """Where it is not the route's: of EIGRP's unequal paths."""


@dataclass(frozen=True, slots=True)
class RouteView:
    """One entry of the routing table."""

    prefix: IPv4Network
    code: str
    """`C`, `L`, `S`, `O IA`, `D EX`: without the mark of a candidate default."""
    distance: int
    metric: int
    paths: tuple[NextHopView, ...]
    candidate_default: bool
    installed: Instant
    tag: int = 0
    process: str = ""
    """Of protocols that have several: `1` of `ospf 1`."""
    kind: str = ""
    """As `ioscli.model.rib.Route` has it."""


class RouteNotes(NamedTuple):
    """What the routing processes know of one route, for `show ip route A.B.C.D`."""

    redistributing: tuple[str, ...] = ()
    """Processes that take routes of its source: `eigrp 1`."""
    advertised: tuple[str, ...] = ()
    """Processes that tell it on, each with how: `ospf 1 subnets`."""
    forward_metric: int | None = None
    """Of OSPF's external routes: the cost to the AS boundary router."""
    paths: tuple[tuple[str, ...], ...] = ()
    """For each path, the lines that its protocol adds to the descriptor block."""
    held_down: Duration | None = None
    """How long a route that RIP holds down stays so."""


@dataclass(frozen=True, slots=True)
class ArpView:
    """One ARP table entry; age None for the router's own addresses."""

    address: IPv4Address
    mac: bytes | None
    """None while the request is unanswered (Incomplete)."""
    age: Duration | None
    interface: InterfaceName


@dataclass(frozen=True, slots=True)
class EspSaView:
    """One ESP or AH SA of `show crypto ipsec sa`."""

    spi: int
    proposal: ChildProposal
    conn_id: int
    remaining_kilobytes: int
    remaining_seconds: int
    replay: bool
    iv_size: int
    """Bytes."""
    udp_encapsulated: bool = False
    """NAT traversal: ESP in UDP."""
    authentication_header: bool = False
    """AH, which has no IV."""
    packets: int = 0
    """Sealed or opened."""
    last_sequence: int = 0
    """The highest sequence number received; 0 without anti-replay, and of outbound SAs."""
    replay_window: int = 64
    """Packets."""
    volume_limited: bool = True
    """Whether it ends by kilobytes too."""
    replaced: bool = False
    """Whether it only lingers beside its successor."""


class FlowErrorsView(NamedTuple):
    """What `show crypto ipsec sa detail` tells apart of a flow's send and receive errors."""

    no_sa: int = 0
    encaps_failed: int = 0
    decaps_failed: int = 0
    verify_failed: int = 0
    invalid_identity: int = 0
    invalid_length: int = 0
    rollover: int = 0
    """Packets for which no sequence number was left."""
    replay_failed: int = 0


_NO_ERRORS = FlowErrorsView()


@dataclass(frozen=True, slots=True)
class IpsecFlowView:
    """One protected flow: identities, counters and SAs."""

    interface: InterfaceName
    map_tag: str
    """`Tunnel0-head-0`."""
    local_address: IPv4Address
    peer: IPv4Address
    peer_port: int
    local_selector: Selector
    remote_selector: Selector
    encaps: int
    decaps: int
    send_errors: int
    recv_errors: int
    plaintext_mtu: int
    path_mtu: int
    ip_mtu: int
    ip_mtu_interface: InterfaceName | None
    outbound_spi: int
    """0 while there is no SA."""
    pfs_group: int | None
    inbound: tuple[EspSaView, ...]
    outbound: tuple[EspSaView, ...]
    from_list: bool = True
    """Whether the identities are those of an access list or tunnel (`origin_is_acl`), rather than
    a part of them that a peer asked for."""
    up_since: Instant | None = None
    errors: FlowErrorsView = _NO_ERRORS


@dataclass(frozen=True, slots=True)
class CryptoSessionView:
    """One block of `show crypto session`."""

    interface: InterfaceName
    status: str
    """`UP-ACTIVE`, `UP-IDLE`, `UP-NO-IKE`, `DOWN-NEGOTIATING`, `DOWN`."""
    local: IPv4Address
    peer: IPv4Address
    peer_port: int
    isakmp: tuple[IsakmpSaState, ...]
    flows: tuple[IpsecFlowView, ...]
    uptime: Duration | None
