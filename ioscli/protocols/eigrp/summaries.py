"""Summaries of interfaces, and those that `auto-summary` makes of classful networks."""

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from ioscli.model.eigrp import SUMMARY_DISTANCE, EigrpSummary, classful
from ioscli.protocols.eigrp.metric import INFINITY
from ioscli.protocols.eigrp.routing import update_route
from ioscli.protocols.eigrp.topology import Descriptor, Entry, Local, Prefix, prefix_of

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.interface import Interface
    from ioscli.protocols.eigrp.machine import Eigrp


class Summaries:
    """Which summaries there are, and which of them have something to sum up."""

    __slots__ = ("_automatic", "_dirty", "_eigrp", "prefixes")

    def __init__(self, eigrp: "Eigrp") -> None:
        self._eigrp = eigrp
        self.prefixes: dict[Prefix, int] = {}
        """Every summary, and the distance of its discard route."""
        self._automatic: dict[str, list[EigrpSummary]] = {}
        """Of `auto-summary`, by interface."""
        self._dirty: set[Prefix] = set()

    def of_interface(self, interface: "Interface") -> list[EigrpSummary]:
        """What is summarized there."""
        if self._automatic:
            return interface.summaries + self._automatic.get(interface.label, [])
        return interface.summaries

    def configure(self) -> None:
        """The interfaces or their summaries changed."""
        eigrp = self._eigrp
        self._automatic = self._classful_networks() if eigrp.config.auto_summary else {}
        before = self.prefixes
        self.prefixes = {}
        for interface in eigrp.interfaces.values():
            for one in self.of_interface(interface):
                prefix = prefix_of(one.prefix)
                distance = eigrp.config.summary_distances.get(one.prefix, one.distance)
                self.prefixes[prefix] = SUMMARY_DISTANCE if distance is None else distance
        self._dirty |= before.keys() | self.prefixes.keys()
        for prefix in before.keys() & self.prefixes.keys():
            entry = eigrp.topology.get(prefix)
            if entry is not None and before[prefix] != self.prefixes[prefix]:
                update_route(eigrp, entry)

    def _classful_networks(self) -> dict[str, list[EigrpSummary]]:
        """Of each interface: the major networks of the others that are not its own."""
        interfaces = [one for one in self._eigrp.interfaces.values() if one.facts.address]
        majors = {one.label: classful(one.address) for one in interfaces}
        subnetted: set[IPv4Network] = set()
        for one in interfaces:
            address = one.facts.address
            major = majors[one.label]
            if address is not None and address.network.prefixlen > major.prefixlen:
                subnetted.add(major)
        return {
            label: [EigrpSummary(major) for major in sorted(subnetted - {own})]
            for label, own in majors.items()
        }

    def touched(self, entry: Entry) -> None:
        """A destination changed: summaries over it are looked at again."""
        if not self.prefixes:
            return
        network, length = entry.prefix
        for prefix in self.prefixes:
            if prefix[1] < length and network >> (32 - prefix[1]) == prefix[0] >> (32 - prefix[1]):
                self._dirty.add(prefix)

    def settle(self) -> None:
        """Make, change and remove the summary routes whose components changed."""
        while self._dirty:
            self._update(self._dirty.pop())

    def _update(self, prefix: Prefix) -> None:
        eigrp = self._eigrp
        best = self._best_component(prefix) if prefix in self.prefixes else None
        if best is None:
            eigrp.forget_local(prefix, Local.SUMMARY)
            return
        descriptor = Descriptor(None, None, best.vector, best.vector, Local.SUMMARY)
        descriptor.router = eigrp.router_id
        eigrp.learn_local(prefix, descriptor)

    def _best_component(self, prefix: Prefix) -> Descriptor | None:
        """The successor of the nearest destination within a summary."""
        eigrp = self._eigrp
        shift = 32 - prefix[1]
        wanted = prefix[0] >> shift
        best: Descriptor | None = None
        for (network, length), entry in eigrp.topology.items():
            if length <= prefix[1] or network >> shift != wanted:
                continue
            successors = eigrp.successors(entry)
            if not successors:
                continue
            first = successors[0]
            if first.origin is Local.SUMMARY or first.distance == INFINITY:
                continue
            if best is None or first.distance < best.distance:
                best = first
        return best
