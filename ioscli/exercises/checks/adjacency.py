"""adjacency: a router has another one as neighbor of a routing protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.causes.adjacency import adjacency_causes
from ioscli.exercises.checks.neighbors import (
    DETAIL_SHOWS,
    ROLES,
    SHOWS,
    STATES,
    WORKING,
    Known,
    neighbors,
)
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

_KEYS = (
    *("node", "protocol", "with", "interface", "state", "role", "authenticated", "stub"),
    *("expect", "within"),
)


class Details(NamedTuple):
    """What a neighbor is to be besides; None: as it likes."""

    role: str | None = None
    authenticated: bool | None = None
    stub: bool | None = None

    @classmethod
    def read(cls, fields: values.Fields, protocol: str) -> Details:
        """From the mapping of an adjacency. Raises InputError."""
        role, signed, stub = (fields.get(name) for name in cls._fields)
        if role is not None and protocol != "ospf":
            raise role.error("role: only OSPF elects somebody")
        if stub is not None and protocol != "eigrp":
            raise stub.error("stub: only a neighbor of EIGRP says that it is one")
        return cls(
            None if role is None else values.one_of(role, ROLES),
            None if signed is None else values.yes_or_no(signed, default=True),
            None if stub is None else values.yes_or_no(stub, default=True),
        )

    def of(self, known: Known) -> Details:
        """What a neighbor is of that which is asked for."""
        return Details(
            None if self.role is None else known.role,
            None if self.authenticated is None else known.authenticated,
            None if self.stub is None else known.stub,
        )

    def __str__(self) -> str:
        """`, in the role DR, authenticated, a stub`."""
        words = [] if self.role is None else [f"in the role {self.role}"]
        if self.authenticated is not None:
            words.append("authenticated" if self.authenticated else "not authenticated")
        if self.stub is not None:
            words.append("a stub" if self.stub else "no stub")
        return "".join(f", {word}" for word in words)


class AdjacencyCheck(NamedTuple):
    """A router and a neighbor, in the state in which routes are exchanged or in another one."""

    node: str
    protocol: str
    peer: Party
    interface: InterfaceName | None
    state: str
    expected: bool
    within: Duration
    details: Details = Details()

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
            Details.read(fields, protocol),
        )

    @property
    def title(self) -> str:
        """`R1 has R2 as OSPF neighbor on Tunnel0`."""
        where = "" if self.interface is None else f" on {self.interface}"
        usual = self.state == WORKING[self.protocol]
        state = "" if usual else f" in state {self.state.upper()}"
        name = self.protocol.upper()
        if not self.expected:
            return f"{self.node} has no {name} neighbor {self.peer}{where}{state}{self.details}"
        return f"{self.node} has {self.peer} as {name} neighbor{where}{state}{self.details}"

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
        return any(map(self._fits, self._in_state(topology)))

    def _fits(self, known: Known) -> bool:
        return self.details.of(known) == self.details

    def _in_state(self, topology: Topology) -> list[Known]:
        return [it for it in self._peers(topology) if it.state.lower() == self.state]

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
            told = ", ".join(f"{it.told(topology)}{self.details.of(it)}" for it in there)
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
        others = [it for it in self._in_state(topology) if not self._fits(it)]
        for known in others:
            yield from self._unlike(topology, known)
        if others:
            return
        name = self.peer.name(topology)
        for known in neighbors(topology.routers[self.node], protocol):
            other = name is not None and Party(name).has(topology, known.address)
            if other and self.peer.address is not None and not self._is_meant(topology, known):
                words = f"{name} is a neighbor by the address {known.address}"
                words += f" and the router ID {known.router_id}" if known.router_id else ""
                its = self._at(topology, name or "", "ospf" if protocol == "ospf" else "protocols")
                yield Finding(words, (f"{self.node}: {SHOWS[protocol]}", *its), Rank.ENDS)
        yield from adjacency_causes(trial, self.node, protocol, self.peer, self.interface)

    def _unlike(self, topology: Topology, known: Known) -> Iterator[Finding]:
        """Why a neighbor is there and is not what it is to be."""
        found, wanted = self.details.of(known), self.details
        name = self.peer.name(topology) or str(known.address)
        show = DETAIL_SHOWS[self.protocol].format(interface=known.interface, address=known.address)
        shows = (f"{self.node}: {show}",)
        if found.role != wanted.role:
            words = f"{name} has the priority {known.priority}, and {self.node} {known.against}"
            yield Finding(words, (*shows, *self._at(topology, name, "ospf interface")), Rank.ENDS)
        if found.authenticated != wanted.authenticated:
            where = f"for {known.address}" if known.interface is None else f"on {known.interface}"
            asks = "asks for a key" if known.authenticated else "asks for no key"
            yield Finding(f"{self.node} {asks} {where}", shows, Rank.ENDS)
        if found.stub != wanted.stub:
            says = "says" if known.stub else "does not say"
            shows = (f"{self.node}: show ip eigrp neighbors detail",)
            words = f"{name} {says} that it is a stub"
            yield Finding(words, (*shows, *self._at(topology, name, "protocols")), Rank.ENDS)

    @staticmethod
    def _at(topology: Topology, name: str, show: str) -> tuple[str, ...]:
        """What shows it at the neighbor, where that is a router of the lab."""
        return (f"{name}: show ip {show}",) if name in topology.routers else ()
