"""Protected traffic, whatever protects it: its flow in the SA database and its way to the peer.

A tunnel with a protection profile is one kind, an entry of a crypto map's access list another.
Both hand packets to `seal`, want SAs negotiated, and follow the path's MTU.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.codec.ipv4_template import DONT_FRAGMENT, Ipv4Template
from ioscli.model.crypto import Mode
from ioscli.protocols.ipsec.sa import EspError
from ioscli.protocols.ipsec.transforms import plaintext_mtu

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from ioscli.engine.simulation import Simulation, Timer
    from ioscli.model.crypto import ChildPolicy, ChildSa, Selector
    from ioscli.model.ifname import InterfaceName
    from ioscli.model.instant import Instant
    from ioscli.protocols.ipsec.ah import AhSa
    from ioscli.protocols.ipsec.sadb import SaDatabase, SaPair
    from ioscli.router.forwarding import Forwarding
    from ioscli.router.interfaces import Interface

_UDP_HEADER = 8
_DEFAULT_PATH = 1500


class FlowParts(NamedTuple):
    """What all protected traffic of a router shares."""

    simulation: Simulation
    forwarding: Forwarding
    sadb: SaDatabase
    wanted: Callable[[ProtectedFlow], None]
    """Told of a packet that found no SA."""
    work: list[int]
    """ESP packets and octets of the whole router, counted in place."""


class ProtectedFlow(ABC):
    """Traffic that goes out under one ChildPolicy."""

    __slots__ = (
        "_encapsulation",
        "_forwarding",
        "_outer",
        "_sealed_for",
        "_simulation",
        "_wanted",
        "_work",
        "failed_at",
        "flow",
        "interface_mtu",
        "last_in",
        "last_out",
        "limit",
        "path_interface",
        "path_mtu",
        "policy",
        "retry",
        "up_since",
    )

    demands_at_once = True
    """Whether SAs are wanted without traffic, and again when they are lost."""

    def __init__(self, parts: FlowParts, policy: ChildPolicy) -> None:
        self._simulation = parts.simulation
        self._wanted = parts.wanted
        self._forwarding = parts.forwarding
        self._work = parts.work
        self.flow = parts.sadb.flow(policy)
        self.flow.last_traffic = self._last_traffic
        self.policy = policy
        self.last_in: Instant | None = None
        """When ESP last came from the peer, and went there."""
        self.last_out: Instant | None = None
        self.path_mtu = _DEFAULT_PATH
        self.interface_mtu = _DEFAULT_PATH
        self.path_interface: Interface | None = None
        self.failed_at: Instant | None = None
        self.retry: Timer | None = None
        self.up_since: Instant | None = None
        self._sealed_for: ChildSa | None = None
        """The SAs that what follows was made for."""
        self._outer: Ipv4Template
        self._encapsulation = b""
        """The UDP ports that ESP travels between (RFC 3948); empty without NAT traversal."""
        self.limit = _DEFAULT_PATH
        """Bytes of the largest packet that those SAs carry over the path unfragmented."""

    # -- what shows say of it ------------------------------------------------------------------

    @property
    @abstractmethod
    def shown_under(self) -> tuple[InterfaceName, ...]:
        """The interfaces under which shows list it."""

    @property
    @abstractmethod
    def map_tag(self) -> str:
        """The name of the crypto map, or of what stands for one."""

    @property
    def local_selector(self) -> Selector:
        """This router's side of the traffic."""
        return self.policy.local_selector

    # -- its place -----------------------------------------------------------------------------

    def accepts(self, policy: ChildPolicy) -> bool:
        """Whether SAs by a policy are for this traffic as it is configured by now."""
        own = self.policy
        return (policy.local, policy.peer, policy.local_selector, policy.remote_selector) == (
            own.local,
            own.peer,
            own.local_selector,
            own.remote_selector,
        )

    def installed(self, policy: ChildPolicy) -> None:
        """SAs came, by a policy whose peer need not be the one that was called."""
        self.policy = policy

    def next_peer(self, _failed: IPv4Address, /) -> bool:
        """A peer does not answer: whether there is another one to call now."""
        return False

    def leaves(self) -> bool:
        """Its SAs are gone: whether it was there for them alone, and has left its place."""
        return False

    # -- life ----------------------------------------------------------------------------------

    @property
    @abstractmethod
    def may_start(self) -> bool:
        """Whether its configuration and interface let it negotiate, the way to the peer aside."""

    @abstractmethod
    def opened(self, packet: bytes, interface: Interface) -> bool:
        """Take an IPv4 packet that came out of its SA; False where it may not carry that one.

        interface: where the ESP packet came in (RFC 4301, 5.2: the selectors are checked here).
        """

    @abstractmethod
    def secured_changed(self) -> None:
        """SAs, or the room that they leave, came or went."""

    @abstractmethod
    def path_learned(self) -> None:
        """ICMP has told of a narrow path, or that was forgotten again."""

    def _last_traffic(self) -> Instant | None:
        """When ESP last went either way."""
        times = [when for when in (self.last_in, self.last_out) if when is not None]
        return max(times, default=None)

    # -- sealing -------------------------------------------------------------------------------

    def plaintext_mtu(self, pair: SaPair) -> int:
        """Bytes of the largest packet that an SA pair carries without fragments."""
        child = pair.child
        transform, mode = child.proposal
        return plaintext_mtu(
            transform, mode, self.path_mtu, udp_encapsulated=child.udp_encapsulated
        )

    def set_path(self, interface: Interface | None, whole: int, mtu: int) -> None:
        """The way to the peer, what its first interface takes, and what fits all the way."""
        self.path_interface = interface
        self.interface_mtu = whole
        if mtu != self.path_mtu:
            self.path_mtu = mtu
            self._sealed_for = None

    def room(self, pair: SaPair) -> int:
        """As `plaintext_mtu`, of the pair in use: kept while nothing changes."""
        if pair.child is not self._sealed_for:
            self._make_outer(pair)
        return self.limit

    def _make_outer(self, pair: SaPair) -> None:
        """The outer headers of what this pair seals."""
        child = self._sealed_for = pair.child
        self.limit = self.plaintext_mtu(pair)
        protocol = IpProtocol.UDP if child.udp_encapsulated else IpProtocol.ESP
        self._outer = Ipv4Template(child.policy.local.packed, child.policy.peer.packed, protocol)
        self._encapsulation = (
            child.local_port.to_bytes(2, "big") + child.peer_port.to_bytes(2, "big")
            if child.udp_encapsulated
            else b""
        )

    def seal(self, pair: SaPair, packet: bytes, flags: int | None = None) -> None:
        """Protect an IPv4 packet and send it.

        flags: of the outer header; by default DF is copied (`crypto ipsec df-bit copy`).
        """
        if pair.child is not self._sealed_for:
            self._make_outer(pair)
        forwarding = self._forwarding
        try:
            if pair.child.proposal.mode is Mode.TUNNEL:
                sealed = pair.outbound.seal(packet, IpProtocol.IPV4)
            else:
                sealed = pair.outbound.seal(packet[header_length(packet) :], packet[9])
        except EspError:
            self.flow.send_errors += 1
            return
        self.last_out = self._simulation.now
        work = self._work
        work[0] += 1
        work[1] += len(sealed)
        if self._encapsulation:
            # RFC 3948, 2.1: without a checksum.
            length = _UDP_HEADER + len(sealed)
            sealed = b"".join((self._encapsulation, length.to_bytes(2, "big"), b"\0\0", sealed))
        if flags is None:
            flags = DONT_FRAGMENT if packet[6] & 0x40 else 0
        header = self._outer.build(len(sealed), forwarding.identification(), packet[1], flags)
        whole = header + sealed
        if pair.outbound_ah is not None:
            wrapped = self._wrap(pair, pair.outbound_ah, whole, packet[9])
            if wrapped is None:
                return
            whole = wrapped
        if not forwarding.output(whole):
            self.flow.send_errors += 1

    def _wrap(self, pair: SaPair, ah: AhSa, whole: bytes, protocol: int) -> bytes | None:
        """Put AH around what is about to leave; protocol: of the packet that is inside."""
        transform, mode = pair.child.proposal
        if transform.has_esp:
            protocol = IpProtocol.ESP
        elif mode is Mode.TUNNEL:
            protocol = IpProtocol.IPV4
        try:
            return ah.wrap(whole, protocol)
        except EspError:
            self.flow.send_errors += 1
            return None

    def lost(self) -> None:
        """A packet found no SA: counted, and SAs are asked for."""
        self.flow.send_errors += 1
        self.flow.no_sa += 1
        self._wanted(self)


def _carried(pair: SaPair, packet: bytes) -> int:
    """The protocol behind AH: ESP, or what AH alone protects."""
    transform, mode = pair.child.proposal
    if transform.has_esp:
        return IpProtocol.ESP
    return IpProtocol.IPV4 if mode is Mode.TUNNEL else packet[9]
