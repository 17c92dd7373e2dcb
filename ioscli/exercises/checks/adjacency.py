"""adjacency: a router has another one as neighbor of a routing protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.causes.adjacency import adjacency_causes
from ioscli.exercises.checks.neighbors import SHOWS, STATES, WORKING, Known, neighbors
from ioscli.exercises.checks.parties import Party, read_party
from ioscli.exercises.checks.waiting import DEFAULT_WITHIN, comes_true, let_pass
from ioscli.exercises.verdict import Verdict
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Duration

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab
    from ioscli.labs.topology import Topology

_KEYS = ("node", "protocol", "with", "interface", "state", "expect", "within")


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
        protocol = values.one_of(values.needed(item, fields, "protocol"), tuple(STATES))
        interface = fields.get("interface")
        if interface is not None and protocol == "bgp":
            raise interface.error("a neighbor of BGP is at no interface")
        state = WORKING[protocol]
        if "state" in fields:
            state = values.one_of(fields["state"], STATES[protocol])
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
        usual = self.state == WORKING[self.protocol]
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
        show = f"{self.node}: {SHOWS[self.protocol]}"
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
        if self.expected and self.state != WORKING[self.protocol]:
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
        topology, protocol = trial.topology, self.protocol
        name = self.peer.name(topology)
        for known in neighbors(topology.routers[self.node], protocol):
            other = name is not None and Party(name).has(topology, known.address)
            if other and self.peer.address is not None and not self._is_meant(topology, known):
                words = f"{name} is a neighbor by the address {known.address}"
                words += f" and the router ID {known.router_id}" if known.router_id else ""
                yield Finding(words, (f"{self.node}: {SHOWS[protocol]}",), Rank.ENDS)
        yield from adjacency_causes(trial, self.node, protocol, self.peer, self.interface)
