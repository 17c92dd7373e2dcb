"""`encrypted`: whether a ping crosses a link inside ESP alone, judged by the frames on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.causes.lost import why_lost, why_readable
from ioscli.exercises.checks.crossing import crossings
from ioscli.exercises.checks.echoes import (
    DEFAULT_COUNT,
    DEFAULT_WITHIN,
    ECHO_KEYS,
    Asked,
    Echo,
    read_echo,
    until_answered,
)
from ioscli.exercises.checks.ways import ways_of
from ioscli.exercises.verdict import Verdict
from ioscli.model.instant import Duration

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Endpoint, Lab


class Encrypted(NamedTuple):
    """What a ping looks like on one link."""

    ends: tuple[Endpoint, Endpoint]
    """Of the link."""
    echo: Echo
    expected: bool
    """Whether it is to be in ESP; otherwise in the clear."""
    nat_t: bool | None
    """Whether that ESP is to be in UDP (RFC 3948); None: either will do."""
    within: Duration

    @classmethod
    def read(cls, item: Item, lab: Lab) -> Self:
        """From `{link: R1-ISP, from: PC1, to: 192.0.2.1}`. Raises InputError."""
        fields = item.fields("link", *ECHO_KEYS, "expect", "nat-t", "within")
        nat_t = fields.get("nat-t")
        expected = values.yes_or_no(fields.get("expect"), default=True)
        if nat_t is not None and not expected:
            raise nat_t.error("nat-t: of what is not encrypted there is nothing to say")
        return cls(
            values.link(values.needed(item, fields, "link"), lab),
            read_echo(item, fields, lab),
            expected,
            None if nat_t is None else values.yes_or_no(nat_t, default=False),
            values.duration(fields.get("within"), DEFAULT_WITHIN),
        )

    @property
    def title(self) -> str:
        """What is wanted."""
        between = f"between {self.ends[0].node} and {self.ends[1].node}"
        if not self.expected:
            return f"{self.echo.wanted()}, readable for everybody {between}"
        udp = {None: "", True: " and in UDP", False: " and not in UDP"}[self.nat_t]
        return f"{self.echo.wanted()}, encrypted{udp} {between}"

    @property
    def disturbs(self) -> bool:
        """Pings leave the network as it is."""
        return False

    def judge(self, trial: Trial) -> Verdict:
        """Ping, and look at the frames of the link meanwhile."""
        asked = until_answered(trial, self.echo, DEFAULT_COUNT, self.within)
        seen = _Seen.of(trial, asked, self.ends)
        shown_by = (self.echo.typed(),)
        if self.expected and not asked.wholly:
            why = why_lost(trial, asked)
            return Verdict(False, f"{asked}; {seen}", (*shown_by, *why.shown_by), why.because)
        if self._is_right(seen):
            return Verdict(True, str(seen), shown_by)
        if self.expected and seen.clear:
            why = why_readable(trial, asked)
            return Verdict(False, str(seen), (*shown_by, *why.shown_by), why.because)
        if not seen.sealed and not seen.clear:
            return Verdict(False, str(seen), shown_by, _elsewhere(trial, asked))
        routers = [end.node for end in self.ends if end.node in trial.topology.routers]
        shows = (f"{node}: show crypto ipsec sa" for node in routers)
        return Verdict(False, str(seen), (*shown_by, *shows))

    def _is_right(self, seen: _Seen) -> bool:
        if not self.expected:
            return seen.clear > 0 and not seen.sealed
        in_udp = {None: True, True: seen.in_udp == seen.sealed, False: not seen.in_udp}
        return seen.sealed > 0 and not seen.clear and in_udp[self.nat_t]


def _elsewhere(trial: Trial, asked: Asked) -> tuple[str, ...]:
    """Which way a ping goes that does not cross the link."""
    ways = ways_of(trial, asked)
    return (str(ways),) if ways.there else ()


class _Seen(NamedTuple):
    """The packets of a ping on one link, counted."""

    link: str
    sealed: int
    in_udp: int
    """Of the sealed ones."""
    clear: int

    @classmethod
    def of(cls, trial: Trial, asked: Asked, ends: tuple[Endpoint, Endpoint]) -> Self:
        sealed = in_udp = clear = 0
        for it in crossings(trial, asked, ends):
            clear += it.readable
            sealed += not it.readable
            in_udp += not it.readable and any(name.startswith("UDP") for name in it.layers)
        return cls(f"{ends[0].node} and {ends[1].node}", sealed, in_udp, clear)

    def __str__(self) -> str:
        between = f"between {self.link}"
        if not self.sealed and not self.clear:
            return f"no packet of the ping was seen {between}"
        how = "in ESP"
        if self.in_udp:
            how += " in UDP" if self.in_udp == self.sealed else ", some of it in UDP"
        if not self.clear:
            return f"all {self.sealed} packets of the ping {between} were {how}"
        if not self.sealed:
            return f"all {self.clear} packets of the ping {between} were readable for everybody"
        return (
            f"of the ping's packets {between} {self.sealed} were {how}, and {self.clear} were "
            "readable for everybody"
        )
