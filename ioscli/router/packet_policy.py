"""What stands in the way of packets: `ip access-group`, `ip policy`, `ip local policy`.

An interface without any of them pays nothing: its packets go straight to `Forwarding`. Order of
what comes in, as on IOS: access list, then NAT, then policy routing, then the table.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ioscli.codec.ipv4 import header_ok
from ioscli.router.access_log import AccessLog
from ioscli.router.ethernet import EthernetInterface, SubInterface
from ioscli.router.forwarding import LOCAL
from ioscli.router.policy_routing import PolicyRouting

if TYPE_CHECKING:
    from ioscli.model.access_list import AccessList
    from ioscli.router.interfaces import Interface
    from ioscli.router.router import Router

_FIRST_GROUP = 224
_BROADCAST = b"\xff\xff\xff\xff"
_THRESHOLD = "ip access-list log-update threshold "


class PacketPolicy:
    """Access lists and policy routing of one router."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._lists = router.config.policy.access_lists
        self.log = AccessLog(router.simulation, router.log)
        self.routing = PolicyRouting(router)
        self._senders: dict[EthernetInterface, bytes] = {}
        """Port -> hardware address that the frame in hand came from, for `log-input`."""

    def follow(self, interface: Interface) -> None:
        """Stand before an interface as its configuration says."""
        config = interface.config
        if config.access_group_in or config.policy_map:
            interface.receive_packet = self._receive
        if config.access_group_in and isinstance(interface, EthernetInterface):
            self._watch_senders(interface)
        if config.access_group_out:
            interface.guard = partial(self._may_leave, config.access_group_out)

    # -- in ----------------------------------------------------------------------------------------

    def _receive(self, packet: bytes, interface: Interface) -> None:
        """An IPv4 packet came in through an interface with a list or a route-map."""
        forwarding, config = interface.forwarding, interface.config
        if not header_ok(packet):
            forwarding.receive(packet, interface)  # counts what is wrong with it
            return
        name = config.access_group_in
        if name is not None and not self._permits(name, packet, interface):
            forwarding.refuse(packet, interface)
            return
        if interface.translate_in is not None:
            translated = interface.translate_in(packet, interface)
            if translated is None:
                return
            packet = translated
        if config.policy_map is not None and self._in_transit(packet, interface):
            changed = self.routing.route(config.policy_map, packet, interface)
            if changed is None:
                return
            packet = changed
        forwarding.receive(packet, interface)

    @staticmethod
    def _in_transit(packet: bytes, interface: Interface) -> bool:
        destination = packet[16:20]
        if destination[0] >= _FIRST_GROUP:
            return False
        forwarding = interface.forwarding
        own = destination in forwarding.own_addresses or destination in forwarding.own_broadcasts
        return not own

    # -- out ---------------------------------------------------------------------------------------

    def _may_leave(self, name: str, packet: bytes, incoming: Interface) -> bool:
        return self._permits(name, packet, incoming)

    def local(self, packet: bytes) -> bytes | None:
        """A packet of the router's own, by `ip local policy`; None: it was sent."""
        name = self._router.config.policy.local_route_map
        forwarding = self._router.forwarding
        destination = packet[16:20]
        if name is None or destination[0] >= _FIRST_GROUP:
            return packet
        if destination in forwarding.own_addresses or forwarding.find(destination) is LOCAL:
            return packet
        return self.routing.route(name, packet, None)

    # -- lists -------------------------------------------------------------------------------------

    def _permits(self, name: str, packet: bytes, interface: Interface) -> bool:
        """Whether a list lets a packet by: counted, and logged where the entry asks for it.

        A list that nobody made lets all by.
        """
        known = self._lists.get(name)
        if known is None or not known.lines:
            return True
        entry = known.decide(packet, known.hit)
        if entry is None:
            return False
        if entry.log:
            self._report_threshold()
            self.log.report(known, entry, packet, self._origin(interface))
        return entry.permit

    def _report_threshold(self) -> None:
        for line in self._router.config.stored.get("ip_access_list_settings", ()):
            if line.startswith(_THRESHOLD):
                self.log.threshold = int(line.removeprefix(_THRESHOLD))
                return
        self.log.threshold = 0

    def debugged(self, name: str) -> AccessList | None:
        """The list that `debug ip packet` names."""
        return self._lists.get(name)

    # -- who sent it -------------------------------------------------------------------------------

    def _watch_senders(self, interface: EthernetInterface) -> None:
        """Note where frames come from while a list looks at a port's packets."""
        port = interface.parent if isinstance(interface, SubInterface) else interface
        if port not in self._senders:
            self._senders[port] = b""
            port.port.receive = partial(self._frame, port)

    def _frame(self, port: EthernetInterface, frame: bytes) -> None:
        self._senders[port] = frame[6:12]
        port.receive_frame(frame)

    def _origin(self, interface: Interface) -> str:
        """`GigabitEthernet0/0 5254.0012.3456`; `Serial0/0 *HDLC*`."""
        if not isinstance(interface, EthernetInterface):
            return (
                f"{interface.name} *HDLC*"
                if interface.name.kind == "Serial"
                else str(interface.name)
            )
        port = interface.parent if isinstance(interface, SubInterface) else interface
        digits = self._senders.get(port, b"").hex()
        return f"{interface.name} {digits[:4]}.{digits[4:8]}.{digits[8:]}"
