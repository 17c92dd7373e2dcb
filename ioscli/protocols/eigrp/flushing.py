"""When neighbors are told: updates wait until those of an interface are ready for them.

What waits is only which destinations changed; the packets are made when they go out and say how
things are then. So a busy neighbor gets the last word instead of the history (RFC 7868 5.3.1).
Multicast updates leave EIGRP's share of the bandwidth between them (`bandwidth-percent`).
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.codec.eigrp.numbers import END_OF_TABLE, Opcode
from ioscli.model.instant import MILLISECOND
from ioscli.protocols.eigrp import advertise
from ioscli.protocols.eigrp.interface import Interface
from ioscli.protocols.eigrp.neighbor import Neighbor
from ioscli.protocols.eigrp.topology import MIXED, NO_PATH, Entry, Report

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.machine import Eigrp


class Flushing:
    """Makes the packets of one process."""

    __slots__ = ("_eigrp", "_interfaces", "_owing")

    def __init__(self, eigrp: "Eigrp") -> None:
        self._eigrp = eigrp
        self._interfaces: dict[Interface, None] = {}
        self._owing: dict[Neighbor, None] = {}

    def interface(self, interface: Interface) -> None:
        """Look at an interface when the current input is done."""
        self._interfaces[interface] = None

    def reply(self, neighbor: Neighbor) -> None:
        """A neighbor is owed replies."""
        self._owing[neighbor] = None

    def everywhere(self, entry: Entry) -> None:
        """A destination changed: neighbors may have to be told."""
        for interface in self._eigrp.interfaces.values():
            if interface.neighbors:
                interface.pending[entry] = None
                self._interfaces[interface] = None

    def run(self) -> None:
        """Send what is to be sent now."""
        while self._owing or self._interfaces:
            owing, self._owing = self._owing, {}
            for neighbor in owing:
                self._send_replies(neighbor)
            interfaces, self._interfaces = self._interfaces, {}
            for interface in interfaces:
                self._send_queries(interface)
                self._send_updates(interface)

    def _send_replies(self, neighbor: Neighbor) -> None:
        eigrp = self._eigrp
        due, neighbor.replies_due = neighbor.replies_due, {}
        interface = neighbor.interface
        if interface.neighbors.get(neighbor.address) is not neighbor:
            return
        tlvs = []
        for prefix in due:
            entry = eigrp.topology.get(prefix)
            report, hop = NO_PATH, 0
            if entry is not None:
                report = advertise.wanted(eigrp, entry, interface) or NO_PATH
                hop = advertise.next_hop(entry, interface)
                self._note_reply(interface, entry, report)
            tlvs.append(advertise.route_tlvs(interface, prefix, report, hop))
        for body in _packed(tlvs, interface.room):
            eigrp.transport.unicast(neighbor, Opcode.REPLY, body)

    @staticmethod
    def _note_reply(interface: Interface, entry: Entry, report: Report) -> None:
        """One neighbor is told something else by a reply than all of them were by updates.

        What comes next is to be told though it be what they knew before.
        """
        if report == entry.told.get(interface, NO_PATH):
            return
        if len(interface.neighbors) == 1:
            entry.told[interface] = report
        else:
            entry.told[interface] = MIXED
            interface.pending[entry] = None

    def _send_queries(self, interface: Interface) -> None:
        eigrp = self._eigrp
        if not interface.queries:
            return
        queries, interface.queries = interface.queries, {}
        established = interface.established()
        groups: dict[frozenset[Neighbor], list[bytes]] = {}
        for entry in queries:
            targets = frozenset(one for one in established if one in entry.replies)
            if entry.is_passive or not targets:
                interface.pending[entry] = None
                continue
            report = advertise.wanted(eigrp, entry, interface) or NO_PATH
            interface.pending.pop(entry, None)
            if len(targets) == len(established):
                entry.told[interface] = report
            else:
                interface.pending[entry] = None
            groups.setdefault(targets, []).append(
                advertise.route_tlvs(interface, entry.prefix, report)
            )
        for targets, tlvs in groups.items():
            for body in _packed(tlvs, interface.room):
                if len(targets) == len(established):
                    eigrp.transport.multicast(interface, Opcode.QUERY, body)
                else:
                    for neighbor in established:
                        if neighbor in targets:
                            eigrp.transport.unicast(neighbor, Opcode.QUERY, body)

    def _send_updates(self, interface: Interface) -> None:
        """Tell the neighbors of an interface what changed, a packet at a time."""
        eigrp = self._eigrp
        while interface.pending:
            established = interface.established()
            if not established:
                interface.pending.clear()
                return
            behind = sum(1 for one in established if one.queue)
            if behind == len(established):
                return  # the first acknowledgment comes back here
            if behind and not interface.flow_over:
                if interface.flow_timer.when is None:
                    interface.flow_timer.set(eigrp.now + interface.flow_time * MILLISECOND)
                return
            if eigrp.now < interface.paced_until:
                interface.pace_timer.set(interface.paced_until)
                return
            interface.flow_timer.cancel()
            interface.flow_over = False
            body = b"".join(self._take(interface))
            if body:
                eigrp.transport.multicast(interface, Opcode.UPDATE, body)
                interface.pace(len(body))

    def _take(self, interface: Interface) -> Iterator[bytes]:
        """What fits into one packet of the destinations that wait."""
        room = interface.room
        for entry in list(interface.pending):
            report, tlvs = self._news(interface, entry)
            if len(tlvs) > room:
                return
            room -= len(tlvs)
            del interface.pending[entry]
            if tlvs:
                entry.told[interface] = report
                yield tlvs

    def _news(self, interface: Interface, entry: Entry) -> tuple[Report, bytes]:
        """A destination as the neighbors do not know it yet; no bytes: they do."""
        eigrp = self._eigrp
        report = advertise.wanted(eigrp, entry, interface)
        known = entry.told.get(interface)
        if report is None:
            if known is None or known is NO_PATH:
                return NO_PATH, b""
            report = NO_PATH
        elif report == known or (report is NO_PATH and known is None and not entry.successors):
            return report, b""
        if "route" in eigrp.debugging:
            eigrp.debug(
                "route",
                f"{eigrp.label}: {entry.network} - do advertise out {interface.short}",
            )
        hop = advertise.next_hop(entry, interface)
        return report, advertise.route_tlvs(interface, entry.prefix, report, hop)

    def send_table(self, neighbor: Neighbor) -> None:
        """Tell a neighbor everything; the last packet says so (5.4.2)."""
        eigrp = self._eigrp
        interface = neighbor.interface
        tlvs = []
        for entry in eigrp.topology.values():
            report = advertise.wanted(eigrp, entry, interface)
            if report is None or report is NO_PATH:
                continue
            if entry not in interface.pending:
                entry.told[interface] = report
            hop = advertise.next_hop(entry, interface)
            tlvs.append(advertise.route_tlvs(interface, entry.prefix, report, hop))
        bodies = list(_packed(tlvs, interface.room)) or [b""]
        for body in bodies[:-1]:
            eigrp.transport.unicast(neighbor, Opcode.UPDATE, body)
        eigrp.transport.unicast(neighbor, Opcode.UPDATE, bodies[-1], END_OF_TABLE)


def _packed(tlvs: Iterable[bytes], room: int) -> Iterator[bytes]:
    """TLVs put together until a packet is full."""
    packet = bytearray()
    for one in tlvs:
        if packet and len(packet) + len(one) > room:
            yield bytes(packet)
            packet.clear()
        packet += one
    if packet:
        yield bytes(packet)
