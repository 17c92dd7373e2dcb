"""One proxy identity of a crypto map: the packets of an entry's access list line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.codec.fragments import fragment
from ioscli.codec.ipv4 import forwarded, header_ok
from ioscli.model.crypto import Mode
from ioscli.router.ipsec.crypto_acl import SelectorCheck
from ioscli.router.ipsec.cutting import SMALLEST_CUT, without_df
from ioscli.router.ipsec.flow import ProtectedFlow

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from ioscli.model.crypto import ChildPolicy
    from ioscli.model.ifname import InterfaceName
    from ioscli.protocols.ipsec.sadb import SaPair
    from ioscli.router.interfaces import Interface
    from ioscli.router.ipsec.crypto_map import EntryAtWork
    from ioscli.router.ipsec.cutting import Cutting
    from ioscli.router.ipsec.flow import FlowParts


class MapFlow(ProtectedFlow):
    """The traffic between two proxy identities, under one entry of a crypto map."""

    __slots__ = ("_check", "dynamic", "from_list", "seat")

    demands_at_once = False

    def __init__(self, parts: FlowParts, policy: ChildPolicy, seat: EntryAtWork) -> None:
        super().__init__(parts, policy)
        self.seat = seat
        """The entry that it belongs to."""
        self._check = SelectorCheck(policy.local_selector, policy.remote_selector)
        self.dynamic = False
        """Whether it goes with its SAs: made for what a peer asked or for a pair of hosts, or left
        over from an access list that reads otherwise now."""
        self.from_list = not policy.narrowed
        """Whether its identities are those of a line of the access list."""

    @property
    def shown_under(self) -> tuple[InterfaceName, ...]:
        """Every interface that the map is on."""
        return tuple(interface.name for interface in self.seat.map.interfaces)

    @property
    def map_tag(self) -> str:
        """The map's name."""
        return self.seat.map.name

    @property
    def may_start(self) -> bool:
        """While an interface with the map runs; who knows no peer only answers."""
        known = self.seat.peer is not None or self.dynamic
        return known and any(interface.protocol_up for interface in self.seat.map.interfaces)

    def accepts(self, policy: ChildPolicy) -> bool:
        """From any peer of the entry; its traffic is part of what the flow is known by."""
        seat = self.seat
        return policy.local == seat.map.local and (not seat.peers or policy.peer in seat.peers)

    def installed(self, policy: ChildPolicy) -> None:
        """SAs came: the peer is the entry's current one now, whoever called."""
        super().installed(policy)
        self.seat.met(policy.peer)

    def next_peer(self, failed: IPv4Address, /) -> bool:
        """Turn the entry to its next peer."""
        return self.seat.next_peer(failed)

    def leaves(self) -> bool:
        """What was made for what a peer asked has nothing to stay for."""
        if not self.dynamic:
            return False
        if self in self.seat.extra:
            self.seat.extra.remove(self)
            self.seat.map.changed()
        return True

    def covers(self, packet: bytes) -> bool:
        """Whether a packet to the peer is of this traffic."""
        return self._check.outbound(packet)

    def covers_answer(self, packet: bytes) -> bool:
        """Whether a packet from the peer is."""
        return self._check.inbound(packet)

    def secured_changed(self) -> None:
        """Routes by reverse route injection follow."""
        self.seat.map.secured_changed()

    def path_learned(self) -> None:
        """Nothing leans on it: packets are measured as they come."""

    # -- out -----------------------------------------------------------------------------------

    def carry(self, packet: bytes, incoming: Interface | None, cutting: Cutting) -> None:
        """Seal a packet that leaves, which came in by an interface or is the router's own."""
        pair = self.flow.current
        if pair is None:
            self.lost()
        elif len(packet) > self.room(pair):
            self._carry_large(pair, packet, incoming, cutting)
        else:
            whole = packet if incoming is None else forwarded(packet)
            self.seal(pair, whole, cutting.outer_flags)

    def _carry_large(
        self, pair: SaPair, packet: bytes, incoming: Interface | None, cutting: Cutting
    ) -> None:
        limit = self.room(pair)
        if cutting.forbids(packet):
            self.flow.send_errors += 1
            told = incoming or self.path_interface
            if told is not None:
                self._forwarding.errors.too_big(packet, told, limit)
            return
        whole = packet if incoming is None else forwarded(packet)
        transport = pair.child.proposal.mode is Mode.TRANSPORT
        if transport or not cutting.before or limit < SMALLEST_CUT:
            self.seal(pair, whole, cutting.outer_flags)  # cut by what sends ESP
            return
        for piece in fragment(without_df(whole), limit):
            self.seal(pair, piece, cutting.outer_flags)

    # -- in ------------------------------------------------------------------------------------

    def opened(self, packet: bytes, interface: Interface) -> bool:
        """What is of the SA's selectors is routed, as come in by the interface."""
        if not header_ok(packet) or not self._check.inbound(packet):
            return False
        interface.receive_decrypted(packet, interface)
        return True
