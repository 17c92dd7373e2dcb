"""adjacency: a router has another one as neighbor of a routing protocol."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.ospf.numbers import dotted
from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.bgp_causes import bgp_causes, processes
from ioscli.exercises.checks.eigrp_causes import eigrp_causes
from ioscli.exercises.checks.eigrp_causes import machines as eigrp_machines
from ioscli.exercises.checks.facing import Pair, Side, of_interface, of_link, pairs
from ioscli.exercises.checks.ospf_causes import machines as ospf_machines
from ioscli.exercises.checks.ospf_causes import ospf_causes
from ioscli.exercises.checks.parties import Party, called, read_party
from ioscli.exercises.checks.waiting import DEFAULT_WITHIN, comes_true, let_pass
from ioscli.exercises.verdict import Verdict
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Duration
from ioscli.protocols.bgp.states import State
from ioscli.protocols.ospf.states import NeighborState

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab
    from ioscli.labs.topology import Topology
    from ioscli.router.router import Router

_KEYS = ("node", "protocol", "with", "interface", "state", "expect", "within")
_UP = "up"
"""What EIGRP knows of states: a neighbor is up when both have answered each other."""
_STATES = {
    "ospf": tuple(str(state).lower() for state in NeighborState),
    "eigrp": (_UP,),
    "bgp": tuple(state.value.lower() for state in State),
}
_WORKING = {"ospf": "full", "eigrp": _UP, "bgp": "established"}
_SHOWS = {
    "ospf": "show ip ospf neighbor",
    "eigrp": "show ip eigrp neighbors",
    "bgp": "show ip bgp summary",
}


class Known(NamedTuple):
    """A neighbor that a router knows."""

    address: IPv4Address
    state: str
    """As shows print it."""
    interface: str | None = None
    """Where it is; None: of BGP, anywhere."""
    router_id: str = ""
    """Of OSPF."""

    def told(self, topology: Topology) -> str:
        """`10.0.0.2 (R2) on Tunnel0 in state FULL`."""
        where = "" if self.interface is None else f" on {self.interface}"
        state = "" if self.state == _UP else f" in state {self.state}"
        return f"{called(topology, self.address)}{where}{state}"


class AdjacencyCheck(NamedTuple):
    """A router and a neighbor, in the state in which routes are exchanged or in another one."""

    node: str
    protocol: str
    peer: Party
    interface: InterfaceName | None
    state: str
    expected: bool
    within: Duration

    @classmethod
    def read(cls, item: Item, lab: Lab) -> AdjacencyCheck:
        """From its mapping. Raises InputError."""
        fields = item.fields(*_KEYS)
        protocol = values.one_of(values.needed(item, fields, "protocol"), tuple(_STATES))
        interface = fields.get("interface")
        if interface is not None and protocol == "bgp":
            raise interface.error("a neighbor of BGP is at no interface")
        state = _WORKING[protocol]
        if "state" in fields:
            state = values.one_of(fields["state"], _STATES[protocol])
        return cls(
            values.router(values.needed(item, fields, "node"), lab),
            protocol,
            read_party(values.needed(item, fields, "with"), lab),
            None if interface is None else values.interface(interface),
            state,
            values.yes_or_no(fields.get("expect"), default=True),
            values.duration(fields.get("within"), DEFAULT_WITHIN),
        )

    @property
    def title(self) -> str:
        """`R1 has R2 as OSPF neighbor on Tunnel0`."""
        where = "" if self.interface is None else f" on {self.interface}"
        usual = self.state == _WORKING[self.protocol]
        state = "" if usual else f" in state {self.state.upper()}"
        name = self.protocol.upper()
        if not self.expected:
            return f"{self.node} has no {name} neighbor {self.peer}{where}{state}"
        return f"{self.node} has {self.peer} as {name} neighbor{where}{state}"

    @property
    def disturbs(self) -> bool:
        """It only looks."""
        return False

    def judge(self, trial: Trial) -> Verdict:
        """Look at the neighbors that the router knows."""
        passed = self._waited(trial)
        show = f"{self.node}: {_SHOWS[self.protocol]}"
        seen = self._seen(trial.topology)
        if passed or not self.expected:
            return Verdict(passed, seen, (show,))
        causes = list(dict.fromkeys(self._causes(trial)))
        return Verdict(
            False,
            seen,
            tuple(dict.fromkeys((show, *(it for cause in causes for it in cause.shown_by)))),
            tuple(dict.fromkeys(cause.words for cause in causes)),
        )

    def _waited(self, trial: Trial) -> bool:
        if self.expected and self.state != _WORKING[self.protocol]:
            # What goes on to another state has been in this one, too.
            let_pass(trial, self.within)
            return self._is_there(trial.topology)
        return comes_true(
            trial, lambda: self._is_there(trial.topology), self.within, wanted=self.expected
        )

    # -- what there is -----------------------------------------------------------------------------

    def _is_there(self, topology: Topology) -> bool:
        return any(known.state.lower() == self.state for known in self._peers(topology))

    def _peers(self, topology: Topology) -> list[Known]:
        name = None if self.interface is None else str(self.interface)
        return [
            known
            for known in neighbors(topology.routers[self.node], self.protocol)
            if name in (None, known.interface) and self._is_meant(topology, known)
        ]

    def _is_meant(self, topology: Topology, known: Known) -> bool:
        peer = self.peer
        if peer.address is not None and known.router_id == str(peer.address):
            return True
        return peer.has(topology, known.address)

    def _seen(self, topology: Topology) -> str:
        name = self.protocol.upper()
        there = self._peers(topology)
        if there:
            told = ", ".join(known.told(topology) for known in there)
            return f"{self.node} has {name} neighbor {told}"
        others = neighbors(topology.routers[self.node], self.protocol)
        where = "" if self.interface is None else f" on {self.interface}"
        if not others:
            return f"{self.node} has no {name} neighbor at all"
        told = ", ".join(known.told(topology) for known in others)
        return f"{self.node} has no {name} neighbor {self.peer}{where}, only {told}"

    # -- why ---------------------------------------------------------------------------------------

    def _causes(self, trial: Trial) -> Iterator[Finding]:
        yield from causes(trial, self.node, self.protocol, self.peer, self.interface)


def neighbors(router: Router, protocol: str) -> list[Known]:
    """Those that a router knows of a protocol."""
    if protocol == "ospf":
        return list(_of_ospf(router))
    if protocol == "eigrp":
        return [
            Known(it.ip, _UP if it.established else "pending", interface.label)
            for eigrp in eigrp_machines(router)
            for interface in eigrp.interfaces.values()
            for it in interface.neighbors.values()
        ]
    return [
        Known(it.address, it.state.value)
        for process in processes(router)
        for it in process.machine.neighbors.values()
    ]


def _of_ospf(router: Router) -> Iterator[Known]:
    for ospf in ospf_machines(router):
        for interface in (*ospf.interfaces.values(), *ospf.virtual_links.values()):
            for it in interface.neighbors.values():
                yield Known(it.address, str(it.state), interface.label, dotted(it.id))


def causes(
    trial: Trial, node: str, protocol: str, peer: Party, name: InterfaceName | None = None
) -> Iterator[Finding]:
    """Why a router does not have a neighbor, what fails first in life first.

    name: where it should have it; None: anywhere.
    """
    topology = trial.topology
    if protocol == "bgp":
        yield from bgp_causes(topology, node, peer)
        return
    router = topology.routers[node]
    if name is not None and name not in router.interfaces:
        yield from of_interface(trial, Side(node, router, name))
        return
    other = peer.name(topology)
    if other is None:
        words = f"no node of the lab has {peer}"
        yield Finding(words, (f"{node}: {_SHOWS[protocol]}",), Rank.ENDS)
        return
    found = pairs(topology, node, other, name)
    if not found:
        words = f"no interface of {node} leads to {other}"
        if name is not None:
            words = f"{name} of {node} does not lead to {other}"
            yield from of_interface(trial, Side(node, router, name))
        yield Finding(words, (f"{node}: show ip interface brief",), Rank.INTERFACE)
    for pair in found:
        yield from _of_pair(trial, protocol, pair)


def _of_pair(trial: Trial, protocol: str, pair: Pair) -> Iterator[Finding]:
    of_protocol = ospf_causes if protocol == "ospf" else eigrp_causes
    yield from of_link(trial, pair)
    yield from of_protocol(pair)
