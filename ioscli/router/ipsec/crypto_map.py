"""Crypto maps at work: which packets an interface protects, by which entry, with which peer.

A map stands in the way of what its interfaces send, after routing and NAT, and drops what comes
in by them in the clear though it should not. Its entries are asked in the order of their
sequence numbers; an entry without a peer or an access list is left out, as on IOS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.codec.ipv4 import IpProtocol, header_length, header_ok
from ioscli.router.ipsec import crypto_acl
from ioscli.router.ipsec.index import RemoteIndex
from ioscli.router.ipsec.map_flow import MapFlow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from ipaddress import IPv4Address

    from ioscli.model.access_list import AccessList
    from ioscli.model.crypto import ChildPolicy, ChildTemplate
    from ioscli.model.crypto_map import MapEntry
    from ioscli.router.interfaces import Interface
    from ioscli.router.ipsec.crypto_acl import CryptoAce
    from ioscli.router.ipsec.cutting import Cutting
    from ioscli.router.ipsec.flow import FlowParts
    from ioscli.router.ipsec.index import Candidate
    from ioscli.router.ipsec.map_policy import Terms

_SEALED = frozenset({IpProtocol.ESP, IpProtocol.AH})
_IKE_PORTS = frozenset({500, 4500})


class EntryAtWork:
    """One entry of a map, or of a dynamic map that the map refers to."""

    def __init__(
        self,
        around: MapAtWork,
        entry: MapEntry,
        owner: str,
        terms: Terms,
        access_list: AccessList | None,
        *,
        answers_only: bool,
    ) -> None:
        self.map = around
        self.answers_only = answers_only
        """Whether it is of a dynamic map, by which nobody is called."""
        self.entry = entry
        self.owner = owner
        """What the handles of its flows begin with."""
        self.terms = terms
        self.access_list = access_list
        """None in a dynamic map that takes any traffic."""
        self.aces: tuple[CryptoAce, ...] = ()
        if access_list is not None:
            self.aces = crypto_acl.read(access_list)
        self.peers = tuple(
            peer.address for peer in sorted(entry.peers, key=lambda peer: not peer.default)
        )
        self.at = 0
        """Which of the peers is the current one."""
        self.flows: dict[int, MapFlow] = {}
        """Those of its permits, by the sequence number in the list."""
        self.extra: list[MapFlow] = []
        """Those for parts of what the list permits: what peers asked for, pairs of hosts."""

    @property
    def peer(self) -> IPv4Address | None:
        """The current peer; None: nobody is to be called."""
        return None if self.answers_only else self.peers[self.at]

    # -- what IKE is told ----------------------------------------------------------------------

    def policies_for(self, ace: CryptoAce) -> Iterator[ChildPolicy]:
        """What is to be agreed for a permit: the same with each of the peers, the current first."""
        owner = f"{self.owner} {ace.label}"
        for turn in range(len(self.peers)):
            peer = self.peers[(self.at + turn) % len(self.peers)]
            yield self.terms.policy(owner, self.map.local, peer, ace.local, ace.remote)

    def policies(self) -> Iterator[ChildPolicy]:
        """All that is to be agreed in just these words."""
        if not self.answers_only and not self.entry.per_host:
            for ace in self.permits():
                yield from self.policies_for(ace)

    def permits(self) -> Iterator[CryptoAce]:
        """The entries of its list that protect something."""
        return (ace for ace in self.aces if ace.entry.permit)

    @property
    def template(self) -> ChildTemplate:
        """What else peers may ask for."""
        traffic = None if self.access_list is None else crypto_acl.traffic(self.aces)
        return self.terms.template(f"{self.owner} part", self.map.local, self.peers, traffic)

    # -- peers ---------------------------------------------------------------------------------

    def next_peer(self, failed: IPv4Address) -> bool:
        """A peer does not answer: turn to the next. False when all had their turn, or one only."""
        if self.answers_only or failed != self.peers[self.at]:
            return False
        self.at = (self.at + 1) % len(self.peers)
        self._follow_peer()
        return self.at != 0

    def met(self, peer: IPv4Address) -> None:
        """There are SAs with a peer now, whoever called: it is the current one."""
        if not self.answers_only and peer in self.peers:
            self.at = self.peers.index(peer)
            self._follow_peer()

    def first_peer(self) -> None:
        """Back to the default peer, after an idle period."""
        self.at = 0
        self._follow_peer()

    def _follow_peer(self) -> None:
        for ace in self.permits():
            flow = self.flows.get(ace.sequence)
            if flow is not None and flow.flow.current is None:
                flow.policy = next(self.policies_for(ace))

    # -- packets -------------------------------------------------------------------------------

    def carry(
        self, ace: CryptoAce, packet: bytes, incoming: Interface | None, cutting: Cutting
    ) -> None:
        """Take a packet that leaves and that a line of the list permits."""
        flow = self.map.host_flow(self, packet) if self.entry.per_host else None
        if flow is None:
            flow = self.flows.get(ace.sequence)
        if flow is None:
            # Nobody is called for a dynamic map's traffic, or from a VRF.
            self.map.unprotected += 1
        else:
            flow.carry(packet, incoming, cutting)


class MapAtWork:
    """A crypto map on an interface, or on several with one `local-address`."""

    def __init__(
        self,
        name: str,
        local: IPv4Address,
        parts: FlowParts,
        secured_changed: Callable[[], None],
        add: Callable[[MapFlow], None],
    ) -> None:
        self.name = name
        self.local = local
        self.interfaces: list[Interface] = []
        self.entries: list[EntryAtWork] = []
        self.secured_changed = secured_changed
        self._parts = parts
        self._add = add
        self._local = local.packed
        self._index: RemoteIndex | None = None
        self.clear_drops = 0
        """Packets that came in the clear and should not have."""
        self.unprotected = 0
        """Packets that only a peer's call could have brought an SA for."""

    def changed(self) -> None:
        """Entries, or the flows beside their lists, are others than before."""
        self._index = None

    def _about(self, address: bytes) -> list[Candidate]:
        """Lines and flows that may be about an address on the far side."""
        if self._index is None:
            self._index = RemoteIndex(self.entries)
        return self._index.of(int.from_bytes(address, "big"))

    def send(self, cutting: Cutting, packet: bytes, incoming: Interface | None) -> bytes | None:
        """A packet is about to leave by an interface of the map; None: an entry took it."""
        if self._is_own(packet, packet[12:16]):
            return packet
        denied: EntryAtWork | None = None
        for _, entry, ace, flow in self._about(packet[16:20]):
            if flow is not None and flow.flow.current is not None and flow.covers(packet):
                flow.carry(packet, incoming, cutting)
                return None
            if ace is None or entry is denied or not ace.entry.matches(packet):
                continue
            assert entry.access_list is not None
            entry.access_list.hit(ace.sequence)
            if ace.entry.permit:
                entry.carry(ace, packet, incoming, cutting)
                return None
            denied = entry  # the next entry may want it
        return packet

    def refuses(self, packet: bytes) -> bool:
        """Whether a packet that came in by an interface of the map had to come by an SA."""
        if not header_ok(packet) or self._is_own(packet, packet[16:20]):
            return False
        denied: EntryAtWork | None = None
        for _, entry, ace, flow in self._about(packet[12:16]):
            if flow is not None and flow.flow.current is not None and flow.covers_answer(packet):
                break
            if ace is None or entry is denied or not ace.mirrored.matches(packet):
                continue
            if ace.entry.permit:
                break
            denied = entry
        else:
            return False
        self.clear_drops += 1
        return True

    def _is_own(self, packet: bytes, end: bytes) -> bool:
        """Whether a packet is IPsec's or IKE's, of this end: those are never protected again."""
        if end != self._local:
            return False
        protocol = packet[9]
        if protocol in _SEALED:
            return True
        if protocol != IpProtocol.UDP:
            return False
        if (packet[6] & 0x1F) << 8 | packet[7]:
            return True  # the rest of a message whose ports went with its first fragment
        ports = packet[header_length(packet) :][:4]
        source, destination = int.from_bytes(ports[:2], "big"), int.from_bytes(ports[2:], "big")
        return source in _IKE_PORTS or destination in _IKE_PORTS

    def host_flow(self, entry: EntryAtWork, packet: bytes) -> MapFlow | None:
        """The flow of a packet's pair of hosts, made when it is new (`level per-host`)."""
        found = next((flow for flow in entry.extra if flow.covers(packet)), None)
        if found is not None or entry.peer is None:
            return found
        policy = crypto_acl.host_policy(entry.template, entry.aces, entry.peer, packet)
        return None if policy is None else self.make_extra(entry, policy)

    def make_extra(self, entry: EntryAtWork, policy: ChildPolicy) -> MapFlow:
        """A flow for a part of what an entry permits."""
        flow = MapFlow(self._parts, policy, entry)
        flow.dynamic = True
        entry.extra.append(flow)
        self.changed()
        self._add(flow)
        return flow
