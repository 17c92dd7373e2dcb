"""`ping`: whether echo requests are answered, are not, or are told to be too big."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Self

from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.causes.lost import why_lost
from ioscli.exercises.checks.causes.passed import why_answered, why_not_told
from ioscli.exercises.checks.echoes import (
    DEFAULT_WITHIN,
    ECHO_KEYS,
    Asked,
    Echo,
    once,
    read_count,
    read_echo,
    steadily,
    until_answered,
    until_too_big,
)
from ioscli.exercises.checks.parties import addresses_of, node_with
from ioscli.exercises.checks.senders import TIMEOUT
from ioscli.exercises.checks.ways import ways_of
from ioscli.exercises.verdict import Verdict
from ioscli.model.instant import Duration

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab


class Outcome(Enum):
    """What is to come of a ping; the value is what `expect:` takes."""

    REPLY = "reply"
    LOSS = "loss"
    TOO_BIG = "too-big"
    """Somebody says that fragmentation is needed and DF set (RFC 792)."""


_VERBS = {Outcome.REPLY: "reaches", Outcome.LOSS: "does not reach", Outcome.TOO_BIG: "pings"}


class Ping(NamedTuple):
    """Echo requests from a node, and what is to come of them in the end."""

    echo: Echo
    requests: int
    """That make a whole ping."""
    expected: Outcome
    within: Duration

    @classmethod
    def read(cls, item: Item, lab: Lab) -> Self:
        """From `{from: PC1, to: 192.0.2.1, size: 1400, df: yes}`. Raises InputError."""
        fields = item.fields(*ECHO_KEYS, "count", "expect", "within")
        echo, expected = read_echo(item, fields, lab), Outcome.REPLY
        if "expect" in fields:
            expected = Outcome(values.one_of(fields["expect"], tuple(it.value for it in Outcome)))
            if expected is Outcome.TOO_BIG and not echo.df:
                raise fields["expect"].error("expect: nobody says too-big where df is not set")
        return cls(
            echo,
            read_count(fields.get("count")),
            expected,
            values.duration(fields.get("within"), DEFAULT_WITHIN),
        )

    @property
    def title(self) -> str:
        """What is wanted."""
        told = " and is told that this is too big" if self.expected is Outcome.TOO_BIG else ""
        return self.echo.wanted(_VERBS[self.expected]) + told

    @property
    def disturbs(self) -> bool:
        """Pings leave the network as it is."""
        return False

    def judge(self, trial: Trial) -> Verdict:
        """Ping until a whole ping is answered; where none is to be, see how it is in the end."""
        shown_by = (self.echo.typed(self.requests),)
        if self.expected is Outcome.TOO_BIG:
            return self._too_big(trial)
        if self.expected is Outcome.REPLY:
            asked = until_answered(trial, self.echo, self.requests, self.within)
            if asked.wholly:
                return self._answered(trial, asked)
            why = why_lost(trial, asked)
            return Verdict(False, str(asked), (*shown_by, *why.shown_by), why.because)
        # ARP and IKE cost the first ones anyway. The last ones are to be lost in time, too.
        left = trial.until(self.within) - trial.now - self.requests * TIMEOUT
        steadily(trial, self.echo, Duration(max(0, left)))
        asked = once(trial, self.echo, self.requests)
        if not asked.answered:
            return Verdict(True, str(asked), shown_by)
        why = why_answered(trial, asked)
        return Verdict(False, str(asked), (*shown_by, *why.shown_by), why.because)

    def _too_big(self, trial: Trial) -> Verdict:
        """Right as soon as anybody says so, whoever it is."""
        asked = until_too_big(trial, self.echo, self.requests, self.within)
        typed = self.echo.typed(self.requests)
        told = asked.too_big
        if told is not None:
            who = node_with(trial.topology, told.responder) if told.responder else None
            words = f"{who or told.responder} says that it has room for {told.mtu} bytes"
            return Verdict(True, words, (typed,))
        why = why_answered(trial, asked) if asked.answered else why_not_told(trial, asked)
        return Verdict(False, str(asked), (typed, *why.shown_by), why.because)

    def _answered(self, trial: Trial, asked: Asked) -> Verdict:
        """Right, unless somebody has taken the address of a node that is not the answer's."""
        to, typed = self.echo.to, self.echo.typed(self.requests)
        fixed = [node for node in trial.topology.nodes if node not in trial.exercise.nodes]
        owners = [node for node in fixed if to in set(addresses_of(trial.topology, node))]
        who = ways_of(trial, asked).back[:1]
        if not owners or not who or who[0] in owners:
            return Verdict(True, str(asked), (typed,))
        seen = f"{asked}, but by {who[0]} instead of {owners[0]}"
        words = f"{who[0]} has taken the address {to} of {owners[0]}"
        return Verdict(False, seen, (typed, f"{who[0]}: show ip interface brief"), (words,))
