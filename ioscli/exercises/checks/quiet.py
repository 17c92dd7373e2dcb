"""`quiet`: what still works after a time in which nobody asks for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.nested import read_checks, read_span, seconds, titles
from ioscli.exercises.checks.waiting import DEFAULT_WITHIN
from ioscli.exercises.verdict import Check, Verdict
from ioscli.model.instant import Duration

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab


class Quiet(NamedTuple):
    """Checks, then a time in which nothing is sent but by the nodes themselves, and checks again.

    NAT forgets translations that nothing uses (RFC 4787, 4.3), SAs run out or are cleared when
    idle: whoever only looks while there is traffic sees nothing of it.
    """

    span: Duration
    before: tuple[Check, ...]
    """What has to be so at first: traffic that asks for SAs and translations."""
    then: tuple[Check, ...]
    within: Duration
    """How soon after the quiet time all of these pass."""

    @classmethod
    def read(cls, item: Item, lab: Lab) -> Self:
        """From `{for: 3m, before: [...], then: [...]}`. Raises InputError."""
        fields = item.fields("for", "before", "then", "within")
        return cls(
            read_span(values.needed(item, fields, "for")),
            read_checks(fields["before"], lab) if "before" in fields else (),
            read_checks(values.needed(item, fields, "then"), lab),
            read_span(fields["within"]) if "within" in fields else DEFAULT_WITHIN,
        )

    @property
    def title(self) -> str:
        """What is wanted."""
        return f"After {seconds(self.span)} in which nobody asks for anything: {titles(self.then)}"

    @property
    def disturbs(self) -> bool:
        """Time goes by that other checks do not expect."""
        return True

    def judge(self, trial: Trial) -> Verdict:
        """Judge some checks, let time go by, and judge the others; the first failure ends it."""
        for check in self.before:
            verdict = check.judge(trial)
            if not verdict.passed:
                return _failed(check, verdict, "before the quiet time")
        trial.wait(self.span)
        shown_by: list[str] = []
        when = f"after {seconds(self.span)}"
        with trial.due(trial.until(self.within)):
            for check in self.then:
                verdict = check.judge(trial)
                if not verdict.passed:
                    return _failed(check, verdict, when)
                shown_by += verdict.shown_by
        return Verdict(True, f"{when} all was as wanted", tuple(dict.fromkeys(shown_by)))


def _failed(check: Check, verdict: Verdict, when: str) -> Verdict:
    return verdict._replace(seen=f"{when}: {verdict.seen} ({check.title})")
