"""nat: a translation of a router's, or none."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.echoes import ECHO_KEYS, Echo, read_echo, until_answered
from ioscli.exercises.checks.waiting import DEFAULT_WITHIN
from ioscli.exercises.verdict import Verdict
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.instant import Duration
from ioscli.model.nat import DynamicMapping, NatSide
from ioscli.router.nat.debug_lines import protocol_name

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab
    from ioscli.labs.topology import Topology
    from ioscli.router.nat.table import Translation
    from ioscli.router.router import Router

_COLUMNS = ("inside-local", "inside-global", "outside-local", "outside-global")
_KEYS = ("node", *_COLUMNS, "protocol", "traffic", "expect", "within")
_PROTOCOLS = ("icmp", "tcp", "udp", "esp")
_LISTED = 3
"""Translations that a verdict repeats."""


class Match(NamedTuple):
    """An address, all of a prefix, or an address with its port."""

    network: IPv4Network
    port: int | None = None

    def __str__(self) -> str:
        text = str(self.network) if self.network.prefixlen < 32 else str(self.network[0])
        return text if self.port is None else f"{text}:{self.port}"

    def fits(self, address: bytes, port: int) -> bool:
        """Whether a column of the table is so."""
        return IPv4Address(address) in self.network and self.port in (None, port)


class NatCheck(NamedTuple):
    """A router has a translation, or none like it."""

    node: str
    columns: tuple[Match | None, ...]
    """Inside local, inside global, outside local, outside global; None: any."""
    protocol: str | None
    traffic: Echo | None
    """A ping that should make it."""
    expected: bool
    within: Duration

    @classmethod
    def read(cls, item: Item, lab: Lab) -> NatCheck:
        """From its mapping. Raises InputError."""
        fields = item.fields(*_KEYS)
        columns = tuple(_match(fields[name]) if name in fields else None for name in _COLUMNS)
        protocol = fields.get("protocol")
        traffic = fields.get("traffic")
        return cls(
            values.router(values.needed(item, fields, "node"), lab),
            columns,
            None if protocol is None else values.one_of(protocol, _PROTOCOLS),
            None if traffic is None else read_echo(traffic, traffic.fields(*ECHO_KEYS), lab),
            values.yes_or_no(fields.get("expect"), default=True),
            values.duration(fields.get("within"), DEFAULT_WITHIN),
        )

    @property
    def title(self) -> str:
        """`R1 translates inside local 192.168.1.10 to inside global 203.0.113.1`."""
        words = f"{self.node} {'has a' if self.expected else 'has no'} NAT translation"
        words += f" of {self.protocol.upper()}" if self.protocol is not None else ""
        asked = [
            f"{name.replace('-', ' ')} {match}"
            for name, match in zip(_COLUMNS, self.columns, strict=True)
            if match is not None
        ]
        words += f" with {', '.join(asked)}" if asked else ""
        return words + (f" when {self.traffic.wanted('pings')}" if self.traffic is not None else "")

    @property
    def disturbs(self) -> bool:
        """Its pings leave the network as it is."""
        return False

    def judge(self, trial: Trial) -> Verdict:
        """Have traffic make a translation, and look at the table at once: it does not last."""
        topology = trial.topology
        shown_by: tuple[str, ...] = (f"{self.node}: show ip nat translations",)
        if self.traffic is not None:
            shown_by = (self.traffic.typed(), *shown_by)
            until_answered(trial, self.traffic, 1, self.within)
        elif self.expected:
            trial.wait_for(lambda: bool(self._found(topology)), self.within)
        found = self._found(topology)
        seen = self._seen(topology, found)
        if bool(found) is self.expected:
            return Verdict(True, seen, shown_by)
        router = topology.routers[self.node]
        causes = list(_made_by(self.node, found) if found else self._missing(router))
        shows = (it for cause in causes for it in cause.shown_by)
        return Verdict(
            False,
            seen,
            tuple(dict.fromkeys((*shown_by, *shows))),
            tuple(dict.fromkeys(cause.words for cause in causes)),
        )

    # -- what there is -----------------------------------------------------------------------------

    def _found(self, topology: Topology) -> list[Translation]:
        return [it for it in _translations(topology.routers[self.node]) if self._fits(it)]

    def _fits(self, it: Translation) -> bool:
        if self.protocol is not None and (
            not it.extended or protocol_name(it.protocol) != self.protocol
        ):
            return False
        for match, column in zip(self.columns, _columns(it), strict=True):
            if match is not None and (column is None or not match.fits(*column)):
                return False
        return True

    def _seen(self, topology: Topology, found: list[Translation]) -> str:
        if found:
            return f"{self.node} has {_listed(found)}"
        others = _translations(topology.routers[self.node])
        if not others:
            return f"{self.node} has no NAT translations"
        return f"{self.node} has no such translation, only {_listed(others)}"

    # -- why ---------------------------------------------------------------------------------------

    def _missing(self, router: Router) -> Iterator[Finding]:
        node, nat = self.node, router.config.nat
        show = (f"{node}: show ip nat statistics",)
        for side in NatSide:
            if not any(it.config.nat_side is side for it in router.interfaces.values()):
                words = f"no interface of {node} is `ip nat {side.value}`"
                yield Finding(words, show, Rank.NAT)
        if nat is None or not nat.active:
            yield Finding(f"{node} has no rule for NAT", show, Rank.NAT)
            return
        for mapping in nat.dynamic:
            yield from self._of_rule(router, mapping)

    def _of_rule(self, router: Router, mapping: DynamicMapping) -> Iterator[Finding]:
        node, nat = self.node, router.config.nat
        rule = f"the rule of {node} for {mapping.criterion}"
        show = (f"{node}: show ip nat statistics",)
        if mapping.pool is not None and nat is not None and mapping.pool not in nat.pools:
            yield Finding(f"{rule} has a pool {mapping.pool} that does not exist", show, Rank.NAT)
        if mapping.interface is not None:
            interface = router.interfaces.get(mapping.interface)
            if interface is None or interface.address is None:
                words = f"{rule} translates to {mapping.interface}, which has no address"
                yield Finding(words, show, Rank.NAT)
        local = self.columns[0]
        if mapping.access_list is None or local is None or mapping.side is not NatSide.INSIDE:
            return
        known = router.config.policy.access_lists.get(mapping.access_list)
        shows = (f"{node}: show ip access-lists", *show)
        if known is None or not known.lines:
            words = f"{rule} goes by access list {mapping.access_list}, which does not exist"
            yield Finding(words, shows, Rank.NAT)
        elif not known.permits_address(local.network[0]):
            words = f"access list {mapping.access_list} of {node} does not permit {local}"
            yield Finding(words, shows, Rank.NAT)


def _made_by(node: str, found: list[Translation]) -> Iterator[Finding]:
    """Which rules made translations that nobody wanted."""
    for it in found:
        mapping = it.mapping
        if isinstance(mapping, DynamicMapping):
            words = f"the rule of {node} for {mapping.criterion} made it"
            yield Finding(words, (f"{node}: show ip nat statistics",), Rank.NAT)
        elif it.static:
            words = f"it is a static one in the configuration of {node}"
            show = (f"{node}: show running-config | include ip nat",)
            yield Finding(words, show, Rank.NAT)


def _translations(router: Router) -> list[Translation]:
    nat = router.running_nat
    return [] if nat is None else [it for _, table in nat.tables() for it in table.lines.values()]


def _columns(it: Translation) -> Iterator[tuple[bytes, int] | None]:
    """As the table has them: inside local and global, outside local and global."""
    for ends in (it.inside, it.outside):
        if ends is None:
            yield from (None, None)
        else:
            yield ends.local, ends.local_port
            yield ends.global_address, ends.global_port


def _listed(found: list[Translation]) -> str:
    told = list(dict.fromkeys(map(_told, found)))
    more = len(told) - _LISTED
    return ", ".join(told[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def _told(it: Translation) -> str:
    """`icmp 192.168.1.10 as 203.0.113.1 to 192.0.2.1`: without ports, which chance decides."""
    inner, outer, _, far = _columns(it)
    words = protocol_name(it.protocol) if it.extended else "all"
    if inner is not None and outer is not None:
        words += f" {IPv4Address(inner[0])} as {IPv4Address(outer[0])}"
    return words if far is None else f"{words} to {IPv4Address(far[0])}"


def _match(item: Item) -> Match:
    wanted = "an address, an address with a port, or a prefix"
    return values.parsed(item, _parse_match, wanted)


def _parse_match(text: str) -> Match:
    address, colon, port = text.partition(":")
    return Match(IPv4Network(address), int(port) if colon else None)
