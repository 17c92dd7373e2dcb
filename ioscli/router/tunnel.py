"""Tunnel interfaces: GRE (RFC 2784, 2890) and IPsec VTI, protected or not.

A tunnel is its own adjacency: what is routed out of it is encapsulated and goes back into the
router's output; what comes out of the outer header goes back into its input.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address

from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import EtherType
from ioscli.codec.gre import GreHeader
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.engine.simulation import Simulation
from ioscli.model.config import InterfaceConfig, TunnelConfig, TunnelMode
from ioscli.model.ifname import InterfaceName
from ioscli.router.forwarding import Forwarding
from ioscli.router.interfaces import Adjacency, Interface

_HARDWARE_MTU = 17_940
"""What classic IOS counts down from for `show interfaces TunnelN`."""
_OUTER_HEADER = 20
_DEFAULT_TRANSPORT = 1500
_SMALLEST_MTU = 68
"""Bytes that every IPv4 hop must take (RFC 791)."""

Protect = Callable[[bytes], None]
"""Encrypts a packet and sends it, or loses it for lack of an SA."""


class TunnelInterface(Interface):
    """One Tunnel interface of a router."""

    __slots__ = (
        "_gre",
        "_outer",
        "disabled",
        "linestate",
        "looped",
        "mtu_left",
        "protect",
        "sealed_limit",
        "source",
        "source_interface",
        "transport",
    )

    def __init__(
        self, config: InterfaceConfig, simulation: Simulation, forwarding: Forwarding
    ) -> None:
        super().__init__(config, simulation, forwarding)
        self.transport = forwarding
        """The table that the outer packets are routed by: `tunnel vrf`."""
        self.source: IPv4Address | None = None
        self.source_interface: InterfaceName | None = None
        self.linestate = "down - no IPv4 tunnel source address"
        self.looped = False
        """Whether the destination is routed into the tunnel itself, for the moment."""
        self.disabled = False
        """Whether it is down for having been so (`%TUN-5-RECURDOWN`)."""
        self.protect: Protect | None = None
        """Set by the crypto engine while a protection profile is applied."""
        self.mtu_left: int | None = None
        """Bytes of plaintext that IPsec leaves, while an SA is up."""
        self.sealed_limit = _DEFAULT_TRANSPORT
        """Bytes of the largest packet that IPsec takes whole; followed with `mtu_left`."""
        self._outer: Ipv4Template | None = None
        self._gre = b""

    # -- configuration and state ---------------------------------------------------------------

    @property
    def settings(self) -> TunnelConfig:
        """The `tunnel ...` lines."""
        assert self.config.tunnel is not None
        return self.config.tunnel

    @property
    def is_gre(self) -> bool:
        """GRE rather than VTI."""
        return self.settings.mode is TunnelMode.GRE_IP

    @property
    def overhead(self) -> int:
        """Bytes that GRE and its delivery header add; nothing for a VTI."""
        return _OUTER_HEADER + len(self._gre) if self.is_gre else 0

    @property
    def transport_mtu(self) -> int:
        """`Tunnel transport MTU`: what fits inside, whatever `ip mtu` says."""
        outer = _DEFAULT_TRANSPORT if self.mtu_left is None else self.mtu_left
        return max(_SMALLEST_MTU, outer - self.overhead)

    @property
    def mtu(self) -> int:
        """The hardware value: classic IOS's base less what the encapsulation takes."""
        return _HARDWARE_MTU - (_DEFAULT_TRANSPORT - self.transport_mtu)

    def configured(self) -> None:
        """Follow the configuration: headers, MTU and address."""
        settings = self.settings
        self._gre = GreHeader(EtherType.IPV4, key=settings.key).build(b"") if self.is_gre else b""
        self.source, self.source_interface = self._find_source()
        destination = settings.destination
        self._outer = None
        if self.source is not None and destination is not None:
            self._outer = Ipv4Template(
                self.source.packed, destination.packed, IpProtocol.GRE, settings.ttl
            )
        super().configured()
        self.ip_mtu = self.config.ip_mtu or self.transport_mtu
        self.sealed_limit = _DEFAULT_TRANSPORT if self.mtu_left is None else self.mtu_left

    def _find_source(self) -> tuple[IPv4Address | None, InterfaceName | None]:
        source = self.settings.source
        if isinstance(source, InterfaceName):
            interface = self.forwarding.interfaces.get(source)
            if interface is None:
                return None, source
            return interface.address, source
        return source, None

    def evaluate(self, *, secured: bool) -> bool:
        """The line protocol, as IOS judges it; `linestate` says why.

        secured: whether an IPsec SA is up, which a VTI waits for.
        """
        self.linestate = self._judge(secured)
        return self.linestate == "up"

    def _judge(self, secured: bool) -> str:
        if self.config.shutdown:
            return "down - admin down"
        source_state = self._source_state()
        if source_state:
            return source_state
        destination = self.settings.destination
        if destination is None:
            return "down - no IPv4 tunnel destination address"
        found = self.transport.way_out(int(destination))
        if found is None or self.disabled:
            return "down - no output interface"
        if not self.is_gre and not secured:
            return "down - linestate protection reg down"
        return "up"

    def _source_state(self) -> str:
        if self.settings.source is None or self.source is None:
            return "down - no IPv4 tunnel source address"
        if self.source_interface is not None:
            interface = self.forwarding.interfaces[self.source_interface]
            if not interface.protocol_up:
                return "down - tunnel source interface down"
        elif self.source.packed not in self.transport.own_addresses:
            return "down - tunnel source address not configured"
        return ""

    # -- packets -------------------------------------------------------------------------------

    def adjacency(self, next_hop: bytes) -> Adjacency:
        """Whatever the next hop, the far end of the tunnel."""
        known = self.adjacencies.get(b"")
        if known is None:
            known = self.adjacencies[b""] = TunnelAdjacency(self, next_hop)
        return known

    def encapsulate(self, packet: bytes) -> None:
        """Send an IPv4 packet through the tunnel."""
        if not self.protocol_up or self.looped:
            self.output_drops += 1
            return
        self.packets_out += 1
        self.bytes_out += len(packet)
        self.last_output = self.simulation.now
        forwarding = self.transport
        if self._gre:
            outer = self._outer
            assert outer is not None
            # RFC 2983: the ToS is copied outwards; DF is not, unless path MTU discovery asks.
            packet = (
                outer.build(len(packet) + len(self._gre), forwarding.identification(), packet[1])
                + self._gre
                + packet
            )
        if self.protect is not None:
            self.protect(packet)
        else:
            forwarding.output(packet)

    def decapsulated(self, packet: bytes) -> None:
        """An IPv4 packet came out of the tunnel."""
        self.packets_in += 1
        self.bytes_in += len(packet)
        self.last_input = self.simulation.now
        if not self.protocol_up:
            self.input_drops += 1
            return
        self.receive_packet(packet, self)


class TunnelAdjacency(Adjacency):
    """The far end of a tunnel."""

    __slots__ = ("send",)

    def __init__(self, tunnel: TunnelInterface, next_hop: bytes) -> None:
        super().__init__(tunnel, next_hop, b"")
        self.send = tunnel.encapsulate  # type: ignore[method-assign]  # one call less a packet


class GreInput:
    """GRE packets for this router: which tunnel they belong to."""

    __slots__ = ("_tunnels", "cleartext", "malformed", "unknown")

    def __init__(self) -> None:
        self._tunnels: dict[tuple[bytes, int | None], TunnelInterface] = {}
        self.malformed = 0
        self.unknown = 0
        self.cleartext: Callable[[bytes, TunnelInterface], None] = lambda *_: None
        """Told of packets that should have come encrypted."""

    def learn(self, tunnels: list[TunnelInterface]) -> None:
        """Follow the configured tunnels: keyed by the outer addresses and the GRE key."""
        self._tunnels = {}
        for tunnel in tunnels:
            destination = tunnel.settings.destination
            if tunnel.is_gre and tunnel.source is not None and destination is not None:
                outer = destination.packed + tunnel.source.packed
                self._tunnels[outer, tunnel.settings.key] = tunnel

    def receive(self, packet: bytes, _interface: Interface) -> None:
        """A GRE packet arrived in the clear."""
        self._input(packet, None)

    def receive_decrypted(self, packet: bytes, tunnel: TunnelInterface) -> None:
        """A GRE packet came out of an SA of this tunnel."""
        self._input(packet, tunnel)

    def _input(self, packet: bytes, secured: TunnelInterface | None) -> None:
        payload = packet[header_length(packet) :]
        if payload[:4] == _PLAIN_GRE:
            key, inner = None, payload[4:]
        else:
            try:
                header, inner = GreHeader.parse(payload)
            except DecodeError:
                self.malformed += 1
                return
            if header.protocol != EtherType.IPV4:
                self.unknown += 1
                return
            key = header.key
        tunnel = self._tunnels.get((packet[12:20], key))
        if tunnel is None:
            self.unknown += 1
        elif tunnel.protect is not None and secured is not tunnel:
            self.cleartext(packet, tunnel)
        else:
            tunnel.decapsulated(inner)


_PLAIN_GRE = b"\x00\x00\x08\x00"
