"""Tunnel interfaces: GRE (RFC 2784, 2890), IP in IP (RFC 2003) and IPsec VTI, protected or not.

A tunnel is its own adjacency: what is routed out of it is encapsulated and goes back into the
router's output; what comes out of the outer header goes back into its input.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address

from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import EtherType
from ioscli.codec.gre import CHECKSUM_PRESENT, KEY_PRESENT, GreHeader
from ioscli.codec.icmp import DestinationUnreachable, UnreachableCode
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.codec.ipv4_template import DONT_FRAGMENT, Ipv4Template
from ioscli.engine.simulation import Simulation
from ioscli.model.config import InterfaceConfig, TunnelConfig, TunnelMode
from ioscli.model.ifname import InterfaceName
from ioscli.router.forwarding import Forwarding
from ioscli.router.interfaces import Adjacency, Interface
from ioscli.router.tunnel_keepalive import (
    KEEPALIVE_PROTOCOL,
    TunnelKeepalives,
    is_keepalive,
    keepalive,
    received_line,
    sending_line,
)
from ioscli.router.tunnel_path_mtu import TunnelPathMtu, path_mtu_of

_HARDWARE_MTU = 17_940
"""What classic IOS counts down from for `show interfaces TunnelN`."""
_OUTER_HEADER = 20
_DEFAULT_TRANSPORT = 1500
_SMALLEST_MTU = 68
"""Bytes that every IPv4 hop must take (RFC 791)."""
_SEQUENCES = 1 << 32
_QUOTED = 8
"""Bytes of a packet beyond its IP header that ICMP brings back (RFC 792)."""

Protect = Callable[[bytes], None]
"""Encrypts a packet and sends it, or loses it for lack of an SA."""


class TunnelInterface(Interface):
    """One Tunnel interface of a router."""

    __slots__ = (
        "_dressed",
        "_gre",
        "_outer",
        "_sequence_in",
        "_sequence_out",
        "carrier_protocol",
        "disabled",
        "keepalives",
        "linestate",
        "looped",
        "mtu_left",
        "out_of_sequence",
        "path_mtu",
        "protect",
        "sealed_limit",
        "settle",
        "source",
        "source_interface",
        "transport",
        "way_mtu",
    )

    def __init__(
        self, config: InterfaceConfig, simulation: Simulation, forwarding: Forwarding
    ) -> None:
        super().__init__(config, simulation, forwarding)
        self.transport = forwarding
        """The table that the outer packets are routed by: `tunnel vrf`."""
        self.settle: Callable[[], None] = lambda: None
        """Called when the line protocol may be another one than before."""
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
        self.way_mtu = _DEFAULT_TRANSPORT
        """Bytes that the interface takes which the outer packets leave by."""
        self.sealed_limit = _DEFAULT_TRANSPORT
        """Bytes of the largest packet that IPsec takes whole; followed with `mtu_left`."""
        self.keepalives = TunnelKeepalives(simulation, self._send_keepalive, self._settled)
        self.path_mtu = TunnelPathMtu(simulation, self._follow_mtu)
        self.out_of_sequence = 0
        """Packets dropped because a later one was there before (`tunnel sequence-datagrams`)."""
        self.carrier_protocol: IpProtocol | None = IpProtocol.GRE
        """The protocol of its outer header; None for a VTI, which has none before IPsec's."""
        self._outer: Ipv4Template | None = None
        self._gre = b""
        self._dressed = False
        """Whether the headers differ from packet to packet by more than length and ToS."""
        self._sequence_out = 0
        self._sequence_in: int | None = None

    # -- configuration and state ---------------------------------------------------------------

    @property
    def settings(self) -> TunnelConfig:
        """The `tunnel ...` lines."""
        assert self.config.tunnel is not None
        return self.config.tunnel

    @property
    def is_gre(self) -> bool:
        """GRE rather than IP in IP or VTI."""
        return self.settings.mode is TunnelMode.GRE_IP

    @property
    def is_vti(self) -> bool:
        """Nothing but IPsec: up only while there is an SA."""
        return self.settings.mode is TunnelMode.IPSEC_IPV4

    @property
    def overhead(self) -> int:
        """Bytes that GRE and its delivery header add; nothing for a VTI."""
        return 0 if self.is_vti else _OUTER_HEADER + len(self._gre)

    @property
    def _path(self) -> int:
        """Bytes that the way takes of an encapsulated packet."""
        if self.mtu_left is not None:
            return self.mtu_left
        return _DEFAULT_TRANSPORT if self.is_vti else self.way_mtu

    @property
    def transport_mtu(self) -> int:
        """`Tunnel transport MTU`: what fits inside, whatever `ip mtu` says."""
        fits = max(_SMALLEST_MTU, self._path - self.overhead)
        learned = self.path_mtu.learned
        return fits if learned is None else min(learned, fits)

    @property
    def mtu(self) -> int:
        """The hardware value: classic IOS's base less what the encapsulation takes."""
        whole = max(self.way_mtu, self._path)
        return _HARDWARE_MTU - (whole - max(_SMALLEST_MTU, self._path - self.overhead))

    def configured(self) -> None:
        """Follow the configuration: headers, MTU and address."""
        settings = self.settings
        self._make_headers(settings)
        self.keepalives.configure(settings.keepalive if self.is_gre else None)
        self.path_mtu.configure(None if self.is_vti else settings.path_mtu_discovery)
        if self.config.shutdown:
            self.keepalives.restart()
        super().configured()
        self.ip_mtu = self._inner_mtu()
        self.sealed_limit = _DEFAULT_TRANSPORT if self.mtu_left is None else self.mtu_left

    def _make_headers(self, settings: TunnelConfig) -> None:
        self.source, self.source_interface = self._find_source()
        destination = settings.destination
        carrier = self.carrier_protocol = _CARRIERS.get(settings.mode)
        self._outer = None
        if self.source is not None and destination is not None and carrier is not None:
            self._outer = Ipv4Template(
                self.source.packed, destination.packed, carrier, settings.ttl
            )
        gre = b""
        if self.is_gre:
            sequence = 0 if settings.sequence_datagrams else None
            header = GreHeader(EtherType.IPV4, settings.checksum, settings.key, sequence)
            gre = header.build(b"")
        if not settings.sequence_datagrams:
            self._sequence_out, self._sequence_in = 0, None
        self._gre = gre
        self._dressed = not self.is_gre or (
            settings.checksum
            or settings.sequence_datagrams
            or settings.tos is not None
            or settings.path_mtu_discovery is not None
        )

    def stop(self) -> None:
        """The interface is no more, or its router goes off: nothing is sent or forgotten."""
        self.keepalives.stop()
        self.path_mtu.stop()
        self.settle = lambda: None

    def _inner_mtu(self) -> int:
        """`ip mtu`, or what fits; discovery lowers either."""
        configured, learned = self.config.ip_mtu, self.path_mtu.learned
        if configured is None:
            return self.transport_mtu
        return configured if learned is None else min(configured, learned)

    def _follow_mtu(self) -> None:
        """More or less fits into the tunnel than before."""
        mtu = self._inner_mtu()
        if mtu != self.ip_mtu:
            self.ip_mtu = mtu
            for adjacency in self.adjacencies.values():
                adjacency.mtu = mtu
            self.forwarding.flush()

    def transport_mtu_is(self, mtu: int) -> None:
        """The path, or IPsec before it, takes encapsulated packets of at most so many bytes.

        Acts under `tunnel path-mtu-discovery` only. The delivery header counts: from an ICMP
        message about the tunnel's own packets it is the next hop's MTU, from IPsec its plaintext
        MTU.
        """
        self.path_mtu.learn(mtu - self.overhead)

    def _settled(self) -> None:
        self.settle()

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
        return self.linestate == "up" and not self.keepalives.dead

    def _follow_way(self, interface: Interface) -> None:
        """Outer packets leave by an interface: its MTU bounds the tunnel's."""
        if interface is not self and interface.ip_mtu != self.way_mtu:
            self.way_mtu = interface.ip_mtu
            self._follow_mtu()

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
        self._follow_way(found[0])
        if self.is_vti and not secured:
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
        self._send(packet)

    def _send(self, packet: bytes) -> None:
        self.packets_out += 1
        self.bytes_out += len(packet)
        self.last_output = self.simulation.now
        forwarding = self.transport
        if self._dressed:
            packet = self._dress(packet)
        else:
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

    def _dress(self, packet: bytes) -> bytes:
        """Put on headers that depend on the packet, or none at all."""
        outer = self._outer
        if outer is None:
            return packet
        settings = self.settings
        tos = packet[1] if settings.tos is None else settings.tos
        flags = DONT_FRAGMENT if packet[6] & 0x40 and self.path_mtu.on else 0
        carried = self._with_gre(settings, packet) if self.is_gre else packet
        whole = outer.build(len(carried), self.transport.identification(), tos, flags) + carried
        if flags and self.protect is None and len(whole) > self.way_mtu:
            # `ip mtu` promised more than the way takes: the tunnel is told as by ICMP.
            self.transport_mtu_is(self.way_mtu)
        return whole

    def _with_gre(self, settings: TunnelConfig, packet: bytes) -> bytes:
        if not settings.checksum and not settings.sequence_datagrams:
            return self._gre + packet
        sequence = None
        if settings.sequence_datagrams:
            sequence = self._sequence_out
            self._sequence_out = (sequence + 1) % _SEQUENCES
        return GreHeader(EtherType.IPV4, settings.checksum, settings.key, sequence).build(packet)

    def _send_keepalive(self) -> bool:
        """Send a keepalive, also while they have the line protocol down."""
        source, destination = self.source, self.settings.destination
        if self.linestate != "up" or self.looped or source is None or destination is None:
            return False
        identification = self.transport.identification()
        packet = keepalive(self.settings, source, destination, identification)
        if self.keepalives.watch is not None:
            self.keepalives.watch(sending_line(self.name, packet, self.keepalives.missed + 1))
        self._send(packet)
        return True

    def in_sequence(self, sequence: int | None) -> bool:
        """Whether a packet did not come behind a later one (RFC 2890, 2.2)."""
        if sequence is None or not self.settings.sequence_datagrams:
            return True
        last = self._sequence_in
        # A far end that was switched off begins at 0 again, of which the RFC says nothing.
        if last is not None and sequence and (sequence - last - 1) % _SEQUENCES >= _SEQUENCES // 2:
            self.out_of_sequence += 1
            self.input_drops += 1
            return False
        self._sequence_in = sequence
        return True

    def keepalive_returned(self, packet: bytes) -> bool:
        """An answer to a keepalive came for this tunnel; False: unasked."""
        if not self.up:
            return False
        if self.keepalives.watch is not None:
            self.keepalives.watch(received_line(self.name, packet))
        if not self.keepalives.returned():
            return False
        self.packets_in += 1
        self.bytes_in += len(packet)
        self.last_input = self.simulation.now
        return True

    def decapsulated(self, packet: bytes) -> None:
        """An IPv4 packet came out of the tunnel."""
        self.packets_in += 1
        self.bytes_in += len(packet)
        self.last_input = self.simulation.now
        if not self.protocol_up and not self._answers(packet):
            self.input_drops += 1
            return
        self.receive_packet(packet, self)

    def _answers(self, packet: bytes) -> bool:
        """Whether a packet is the far end's keepalive, which goes back even while ours fail."""
        source, destination = self.source, self.settings.destination
        if not self.up or source is None or destination is None:
            return False
        return is_keepalive(packet, source.packed + destination.packed)


_CARRIERS = {TunnelMode.GRE_IP: IpProtocol.GRE, TunnelMode.IPIP: IpProtocol.IPV4}


class TunnelAdjacency(Adjacency):
    """The far end of a tunnel."""

    __slots__ = ("send",)

    def __init__(self, tunnel: TunnelInterface, next_hop: bytes) -> None:
        super().__init__(tunnel, next_hop, b"")
        self.send = tunnel.encapsulate  # type: ignore[method-assign]  # one call less a packet


class GreInput:
    """GRE and IP-in-IP packets for this router: which tunnel they belong to."""

    __slots__ = ("_ipip", "_tunnels", "cleartext", "malformed", "unknown")

    def __init__(self) -> None:
        self._tunnels: dict[tuple[bytes, int | None], TunnelInterface] = {}
        self._ipip: dict[bytes, TunnelInterface] = {}
        self.malformed = 0
        self.unknown = 0
        self.cleartext: Callable[[bytes, TunnelInterface], None] = lambda *_: None
        """Told of packets that should have come encrypted."""

    def learn(self, tunnels: list[TunnelInterface]) -> None:
        """Follow the configured tunnels: keyed by the outer addresses and the GRE key."""
        self._tunnels = {}
        self._ipip = {}
        for tunnel in tunnels:
            destination = tunnel.settings.destination
            if tunnel.is_vti or tunnel.source is None or destination is None:
                continue
            outer = destination.packed + tunnel.source.packed
            if tunnel.is_gre:
                self._tunnels[outer, tunnel.settings.key] = tunnel
            else:
                self._ipip[outer] = tunnel

    def receive(self, packet: bytes, _interface: Interface) -> None:
        """A GRE packet arrived in the clear."""
        self._input(packet, None)

    def receive_ipip(self, packet: bytes, _interface: Interface) -> None:
        """An IP-in-IP packet arrived in the clear."""
        self._input_ipip(packet, None)

    def receive_decrypted(self, packet: bytes, tunnel: TunnelInterface) -> None:
        """A packet of the tunnel's own protocol came out of an SA of this tunnel."""
        if packet[9] == IpProtocol.IPV4:
            self._input_ipip(packet, tunnel)
        else:
            self._input(packet, tunnel)

    def error(self, message: DestinationUnreachable) -> None:
        """ICMP about a packet of a tunnel: one that was too big may lower the tunnel's MTU."""
        if message.code != UnreachableCode.FRAGMENTATION_NEEDED:
            return
        quoted = message.original
        ends = quoted[16:20] + quoted[12:16]
        mtu = path_mtu_of(message.next_hop_mtu, quoted)
        if quoted[9] == IpProtocol.IPV4:
            tunnels = [tunnel for outer, tunnel in self._ipip.items() if outer == ends]
        else:
            tunnels = [
                tunnel
                for (outer, key), tunnel in self._tunnels.items()
                if outer == ends and _may_be(key, quoted[header_length(quoted) :])
            ]
        for tunnel in tunnels:
            tunnel.transport_mtu_is(mtu)

    def _input(self, packet: bytes, secured: TunnelInterface | None) -> None:
        payload = packet[header_length(packet) :]
        sequence = None
        protocol: int = EtherType.IPV4
        if payload[:4] == _PLAIN_GRE:
            key, inner = None, payload[4:]
        else:
            try:
                (protocol, _, key, sequence), inner = GreHeader.parse(payload)
            except DecodeError:
                self.malformed += 1
                return
            if protocol not in (EtherType.IPV4, KEEPALIVE_PROTOCOL):
                self.unknown += 1
                return
        tunnel = self._tunnels.get((packet[12:20], key))
        if tunnel is None:
            self.unknown += 1
        elif tunnel.protect is not None and secured is not tunnel:
            self.cleartext(packet, tunnel)
        elif protocol == KEEPALIVE_PROTOCOL:
            if not tunnel.keepalive_returned(packet):
                self.unknown += 1
        elif sequence is None or tunnel.in_sequence(sequence):
            tunnel.decapsulated(inner)

    def _input_ipip(self, packet: bytes, secured: TunnelInterface | None) -> None:
        tunnel = self._ipip.get(packet[12:20])
        if tunnel is None:
            self.unknown += 1
        elif tunnel.protect is not None and secured is not tunnel:
            self.cleartext(packet, tunnel)
        else:
            tunnel.decapsulated(packet[header_length(packet) :])


def _may_be(key: int | None, quoted: bytes) -> bool:
    """Whether the beginning of a GRE packet, 8 bytes as ICMP quotes it, may be of a key."""
    if len(quoted) < _QUOTED:
        return False
    flags = int.from_bytes(quoted[:2], "big")
    if not flags & KEY_PRESENT:
        return key is None
    if flags & CHECKSUM_PRESENT:
        return key is not None  # the key stands behind what is quoted
    return key == int.from_bytes(quoted[4:8], "big")


_PLAIN_GRE = b"\x00\x00\x08\x00"
