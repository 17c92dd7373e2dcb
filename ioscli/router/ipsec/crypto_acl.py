"""Access lists as crypto maps read them: proxy identities, and packets in both directions."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, NamedTuple

from ioscli.model.access_list import PortOperator
from ioscli.model.crypto import Selector

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from ioscli.model.access_list import AccessEntry, AccessList, AddressMatch, PortMatch
    from ioscli.model.crypto import ChildPolicy, ChildTemplate

_ALL = 0xFFFF_FFFF


class CryptoAce(NamedTuple):
    """One entry of a crypto access list."""

    sequence: int
    entry: AccessEntry
    """Meets packets that leave."""
    mirrored: AccessEntry
    """Meets the answers to them, which come in."""
    local: Selector
    remote: Selector

    @property
    def label(self) -> str:
        """Both sides, as a part of a flow's handle."""
        return f"{self.local.label} {self.remote.label}"


def read(known: AccessList) -> tuple[CryptoAce, ...]:
    """The entries that can be said to a peer: those whose wildcards stand for a network."""
    found = []
    for sequence, entry in known.lines.items():
        source, destination = network(entry.source), network(entry.destination)
        if entry.kept is not None or source is None or destination is None:
            continue
        protocol = entry.protocol or 0
        found.append(
            CryptoAce(
                sequence,
                entry,
                _mirrored(entry),
                Selector(source, protocol, _port(entry.source_ports)),
                Selector(destination, protocol, _port(entry.destination_ports)),
            )
        )
    return tuple(found)


def network(match: AddressMatch) -> IPv4Network | None:
    """The network that an address and its wildcard stand for; None: they stand for none."""
    size = match.wildcard + 1
    if match.wildcard & size:
        return None
    return IPv4Network((match.address & ~match.wildcard & _ALL, 33 - size.bit_length()))


def traffic(aces: tuple[CryptoAce, ...]) -> tuple[tuple[bool, Selector, Selector], ...]:
    """What a ChildTemplate goes by: permitted or not, local side, remote side."""
    return tuple((ace.entry.permit, ace.local, ace.remote) for ace in aces)


def _port(match: PortMatch | None) -> int:
    """An identity names one port or all (RFC 2407, 4.6.2): ranges are asked of packets alone."""
    if match is None or match.operator is not PortOperator.EQUAL or len(match.ports) != 1:
        return 0
    return match.ports[0]


def _mirrored(entry: AccessEntry) -> AccessEntry:
    return replace(
        entry,
        source=entry.destination,
        destination=entry.source,
        source_ports=entry.destination_ports,
        destination_ports=entry.source_ports,
    )


class SelectorCheck:
    """Whether decrypted packets are those of an SA's selectors (RFC 4301, 5.2)."""

    __slots__ = ("_local", "_local_mask", "_ports", "_protocol", "_remote", "_remote_mask")

    def __init__(self, local: Selector, remote: Selector) -> None:
        self._local, self._local_mask = _ends(local)
        self._remote, self._remote_mask = _ends(remote)
        self._protocol = local.protocol
        self._ports = remote.port, local.port

    def inbound(self, packet: bytes) -> bool:
        """Whether a packet from the peer is covered."""
        return self._covers(packet[12:16], packet[16:20], packet, self._ports)

    def outbound(self, packet: bytes) -> bool:
        """Whether a packet to the peer is."""
        return self._covers(packet[16:20], packet[12:16], packet, self._ports[::-1])

    def _covers(self, remote: bytes, local: bytes, packet: bytes, ports: tuple[int, int]) -> bool:
        if int.from_bytes(remote, "big") & self._remote_mask != self._remote:
            return False
        if int.from_bytes(local, "big") & self._local_mask != self._local:
            return False
        if self._protocol and packet[9] != self._protocol:
            return False
        source, destination = ports
        if not source and not destination:
            return True
        if (packet[6] & 0x1F) << 8 | packet[7]:
            return True  # a later fragment has no ports to look at
        payload = packet[(packet[0] & 0xF) * 4 :][:4]
        return len(payload) == 4 and (
            source in (0, int.from_bytes(payload[:2], "big"))
            and destination in (0, int.from_bytes(payload[2:], "big"))
        )


def _ends(selector: Selector) -> tuple[int, int]:
    return int(selector.network.network_address), int(selector.network.netmask)


def host_policy(
    template: ChildTemplate, aces: tuple[CryptoAce, ...], peer: IPv4Address, packet: bytes
) -> ChildPolicy | None:
    """What `level per-host` asks for: a packet's two hosts, of the entry that permits them."""
    ace = next((ace for ace in aces if ace.entry.matches(packet)), None)
    if ace is None:
        return None
    own, other = IPv4Network(packet[12:16]), IPv4Network(packet[16:20])
    return template.policy_for(
        peer, ace.local._replace(network=own), ace.remote._replace(network=other)
    )
