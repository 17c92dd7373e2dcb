"""A frame's headers from the outside in, with the bytes of each.

ESP is opened with the keys of the SAs that the lab's own routers negotiated: what the capture's
reader would see in Wireshark with the same keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address
from random import Random
from typing import NamedTuple

from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import EtherType
from ioscli.codec.gre import GreHeader
from ioscli.codec.icmp import (
    DestinationUnreachable,
    EchoMessage,
    TimeExceeded,
    UnreachableCode,
    parse,
)
from ioscli.codec.ipv4 import IpProtocol, IPv4Header, header_length
from ioscli.model.crypto import EspTransform
from ioscli.model.instant import Instant
from ioscli.protocols.ipsec.sa import EspError, EspSa, SaLifetime
from ioscli.protocols.ipsec.sadb import EspKeyRecord
from ioscli.protocols.ipsec.suites import make_esp_sa
from ioscli.protocols.ipsec.transforms import icv_length

_ETHERNET = 14
_VLAN_TAG = 4
_DOT1Q = b"\x81\x00"
_HDLC = 4
_UDP = 8
_ESP = 8
_ICMP = 8
_NAT_T = 4500
_AH_FIXED = 12
_LIFETIME = SaLifetime(Instant(0), 1 << 31, 1 << 31)
_PROTOCOLS = {int(it): it.name for it in IpProtocol}


class Layer(NamedTuple):
    """One header, and what follows the payload because of it."""

    name: str
    octets: int
    """Of the header itself, an IV included."""
    trailer: int = 0
    """Octets behind the payload: ESP's padding, its trailer and its ICV."""
    detail: str = ""
    """`10.0.0.1 -> 10.0.0.2 DF`, `spi 0x1A2B, sequence 7`, ..."""


class Carried(NamedTuple):
    """The innermost ICMP message that a frame carries, where there is one."""

    source: IPv4Address
    destination: IPv4Address
    message: object
    """As `ioscli.codec.icmp.parse` gives it."""


class Stack(NamedTuple):
    """A frame taken apart."""

    layers: tuple[Layer, ...]
    packet: int
    """Octets of the outermost IPv4 packet."""
    carried: Carried | None
    outer: tuple[bytes, ...]
    """Source, destination and identification of every IPv4 header, from the outside in."""
    fragment: bool
    """Whether it is a later fragment, whose headers are in another frame."""


class Keys:
    """The SAs of a lab, for opening ESP packets in captures."""

    def __init__(self) -> None:
        self._records: dict[tuple[bytes, int], EspKeyRecord] = {}
        self._sas: dict[tuple[bytes, int], EspSa] = {}

    def learn(self, records: Iterable[EspKeyRecord]) -> None:
        """Take in key records; known ones are skipped."""
        for record in records:
            self._records[record.destination.packed, record.spi] = record

    def open(self, destination: bytes, esp: bytes) -> tuple[EspTransform, int, bytes] | None:
        """The transform, next header and payload of an ESP packet; None without its key."""
        key = destination, int.from_bytes(esp[:4], "big")
        record = self._records.get(key) or self._of_spi(key[1])
        if record is None:
            return None
        transform = EspTransform(record.cipher, record.integrity)
        sa = self._sas.get(key)
        if sa is None:
            sa = self._sas[key] = make_esp_sa(
                record.spi,
                transform,
                record.encryption_key,
                record.authentication_key,
                Random(0),
                replay_window=None,
                lifetime=_LIFETIME,
            )
        try:
            next_header, payload = sa.open(esp)
        except EspError:
            return None
        return transform, next_header, payload

    def _of_spi(self, spi: int) -> EspKeyRecord | None:
        """By the SPI alone: a NAT has changed the address that the SA was made for."""
        found = [record for (_, known), record in self._records.items() if known == spi]
        return found[0] if len(found) == 1 else None


def of_frame(frame: bytes, keys: Keys, *, serial: bool) -> Stack | None:
    """The headers of a frame that carries IPv4; None for any other."""
    if serial:
        link, at, ethertype = Layer("HDLC", _HDLC), _HDLC, frame[2:4]
    elif frame[12:14] == _DOT1Q:
        vlan = int.from_bytes(frame[14:16], "big") & 0xFFF
        link = Layer("Ethernet", _ETHERNET + _VLAN_TAG, detail=f"VLAN {vlan}")
        at, ethertype = _ETHERNET + _VLAN_TAG, frame[16:18]
    else:
        link, at, ethertype = Layer("Ethernet", _ETHERNET), _ETHERNET, frame[12:14]
    if ethertype != EtherType.IPV4.to_bytes(2, "big"):
        return None
    size = int.from_bytes(frame[at + 2 : at + 4], "big")
    packet = frame[at : at + size]
    reader = _Reader(keys)
    try:
        reader.ipv4(packet)
    except DecodeError:
        reader.rest("malformed", packet)
    return Stack(
        (link, *reader.layers), len(packet), reader.carried, tuple(reader.outer), reader.fragment
    )


class _Reader:
    """Reads headers from the outside in."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self.layers: list[Layer] = []
        self.carried: Carried | None = None
        self.outer: list[bytes] = []
        self.fragment = False

    def ipv4(self, packet: bytes) -> None:
        """An IPv4 header and what it carries."""
        header, payload = IPv4Header.parse(packet)
        flags = " DF" if header.dont_fragment else ""
        if header.more_fragments or header.fragment_offset:
            flags += f" fragment at {header.fragment_offset}"
        detail = f"{header.source} -> {header.destination} ttl {header.ttl}{flags}"
        self.layers.append(Layer("IPv4", header_length(packet), detail=detail))
        self.outer.append(packet[12:20] + packet[4:6])
        if header.fragment_offset:
            self.fragment = True
            self.rest("fragment", payload)
        elif header.more_fragments:
            self.rest(_PROTOCOLS.get(header.protocol, "data"), payload)
        else:
            self._payload(header, payload)

    def rest(self, name: str, data: bytes) -> None:
        """What is not taken apart any further."""
        if data:
            self.layers.append(Layer(name, len(data)))

    def _payload(self, header: IPv4Header, payload: bytes) -> None:
        match header.protocol:
            case IpProtocol.ESP:
                self._esp(header, payload)
            case IpProtocol.GRE:
                self._gre(payload)
            case IpProtocol.IPV4:
                self.ipv4(payload)
            case IpProtocol.UDP:
                self._udp(header, payload)
            case IpProtocol.ICMP:
                self._icmp(header, payload)
            case IpProtocol.AH:
                self._ah(header, payload)
            case _:
                self.rest(_PROTOCOLS.get(header.protocol, "data"), payload)

    def _esp(self, header: IPv4Header, esp: bytes) -> None:
        spi, sequence = int.from_bytes(esp[:4], "big"), int.from_bytes(esp[4:8], "big")
        detail = f"spi 0x{spi:08X} sequence {sequence}"
        opened = self._keys.open(header.destination.packed, esp)
        if opened is None:
            self.layers.append(Layer("ESP", len(esp), detail=f"{detail}, not decrypted"))
            return
        transform, next_header, payload = opened
        beyond = len(esp) - len(payload)
        trailer = beyond - _ESP - _iv(transform)
        pad = trailer - 2 - icv_length(transform)
        detail += f", IV {_iv(transform)}, padding {pad} + 2, ICV {icv_length(transform)}"
        self.layers.append(Layer("ESP", _ESP + _iv(transform), trailer, detail))
        if next_header == IpProtocol.IPV4:
            self.ipv4(payload)
        else:
            self._payload(header._replace(protocol=next_header), payload)

    def _ah(self, header: IPv4Header, data: bytes) -> None:
        octets = (data[1] + 2) * 4
        spi, sequence = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
        detail = f"spi 0x{spi:08X} sequence {sequence}, ICV {octets - _AH_FIXED}"
        self.layers.append(Layer("AH", octets, detail=detail))
        self._payload(header._replace(protocol=data[0]), data[octets:])

    def _gre(self, data: bytes) -> None:
        gre, payload = GreHeader.parse(data)
        detail = "" if gre.key is None else f"key {gre.key}"
        self.layers.append(Layer("GRE", len(data) - len(payload), detail=detail))
        if gre.protocol == EtherType.IPV4:
            self.ipv4(payload)
        else:
            self.rest("keepalive" if gre.protocol == 0 else "data", payload)

    def _udp(self, header: IPv4Header, data: bytes) -> None:
        source, destination = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
        self.layers.append(Layer("UDP", _UDP, detail=f"port {source} -> {destination}"))
        payload = data[_UDP:]
        if _NAT_T in (source, destination) and len(payload) > _ESP and any(payload[:4]):
            self._esp(header, payload)
        else:
            self.rest("data", payload)

    def _icmp(self, header: IPv4Header, data: bytes) -> None:
        message = parse(data)
        self.carried = Carried(header.source, header.destination, message)
        self.layers.append(Layer("ICMP", _ICMP, detail=icmp_words(message)))
        self.rest("data", data[_ICMP:])


def _iv(transform: EspTransform) -> int:
    from ioscli.protocols.ipsec.transforms import CIPHERS

    return CIPHERS[transform.cipher].iv


def icmp_words(message: object) -> str:
    """An ICMP message in a few words."""
    match message:
        case EchoMessage():
            kind = "echo reply" if message.reply else "echo request"
            return f"{kind} {message.identifier}/{message.sequence}"
        case DestinationUnreachable(code=UnreachableCode.FRAGMENTATION_NEEDED):
            return f"unreachable: fragmentation needed and DF set, MTU {message.next_hop_mtu}"
        case DestinationUnreachable():
            return f"unreachable: {_unreachable(message.code)}"
        case TimeExceeded():
            return "time exceeded"
        case _:
            return type(message).__name__


def _unreachable(code: int) -> str:
    try:
        return UnreachableCode(code).name.lower().replace("_", " ")
    except ValueError:
        return f"code {code}"
