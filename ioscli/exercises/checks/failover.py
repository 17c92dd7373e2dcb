"""`failover`: what still works, and how soon, after a link dies or a router reloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.nested import read_checks, read_span, seconds, titles
from ioscli.exercises.verdict import Check, Verdict
from ioscli.model.instant import Duration, Instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Endpoint, Lab

_KEYS = ("link", "reload", "before", "within", "then", "back", "after")


class Failover(NamedTuple):
    """A failure, and checks that have to pass soon after it."""

    ends: tuple[Endpoint, Endpoint] | None
    """Of the link that is cut."""
    node: str | None
    """The router that reloads."""
    before: tuple[Check, ...]
    """What has to be so while nothing has failed yet."""
    within: Duration
    then: tuple[Check, ...]
    back: Duration | None
    """How soon after the link is mended; of a reload: how long it may take in all."""
    after: tuple[Check, ...]

    @classmethod
    def read(cls, item: Item, lab: Lab) -> Self:
        """From `{link: R1-R2, within: 20s, then: [...]}`. Raises InputError."""
        fields = item.fields(*_KEYS)
        if ("link" in fields) == ("reload" in fields):
            raise item.error(f"{item.what} takes either a link to cut or a router to reload")
        if ("back" in fields) != ("after" in fields):
            raise item.error(f"{item.what} takes both back and after, or neither of them")
        back = fields.get("back")
        return cls(
            values.link(fields["link"], lab) if "link" in fields else None,
            values.router(fields["reload"], lab) if "reload" in fields else None,
            read_checks(fields["before"], lab) if "before" in fields else (),
            read_span(values.needed(item, fields, "within")),
            read_checks(values.needed(item, fields, "then"), lab),
            None if back is None else read_span(back),
            read_checks(fields["after"], lab) if "after" in fields else (),
        )

    @property
    def title(self) -> str:
        """What is wanted."""
        words = f"Within {seconds(self.within)} after {self._failure}: {titles(self.then)}"
        if self.back is not None:
            mended = "it was mended" if self.node is None else "that"
            words += f"; within {seconds(self.back)} after {mended}: {titles(self.after)}"
        return words

    @property
    def disturbs(self) -> bool:
        """Something breaks."""
        return True

    def judge(self, trial: Trial) -> Verdict:
        """Break it, and judge the checks as long as there is time; the first failure ends it."""
        told: list[Verdict] = []
        seen: list[str] = []
        for check in self.before:
            verdict = check.judge(trial)
            if not verdict.passed:
                return self._failed(check, verdict, "before anything was broken")
        for moment, span, checks in self._steps(trial):
            began = trial.now
            with trial.due(trial.until(span)):
                for check in checks:
                    verdict = check.judge(trial)
                    if not verdict.passed:
                        return self._failed(
                            check, verdict, f"{_since(trial, began)} after {moment}"
                        )
                    told.append(verdict)
            seen.append(f"{_since(trial, began)} after {moment} all was as wanted")
        shown_by = tuple(dict.fromkeys(shown for verdict in told for shown in verdict.shown_by))
        return Verdict(True, "; ".join(seen), shown_by)

    def _steps(self, trial: Trial) -> Iterator[tuple[str, Duration, tuple[Check, ...]]]:
        """What is done to the network, and what has to be so how soon after it."""
        topology = trial.topology
        if self.ends is not None:
            topology.links[self.ends].set_up(False)
        elif self.node is not None:
            topology.reload(self.node)
        yield self._failure, self.within, self.then
        if self.back is None:
            return
        if self.ends is not None:
            topology.links[self.ends].set_up(True)
        yield self._mending, self.back, self.after

    @property
    def _failure(self) -> str:
        if self.ends is None:
            return f"a reload of {self.node} began"
        return f"the link between {self.ends[0].node} and {self.ends[1].node} was cut"

    @property
    def _mending(self) -> str:
        return "that" if self.ends is None else "it was mended"

    def _failed(self, check: Check, verdict: Verdict, when: str) -> Verdict:
        seen = f"{when}: {verdict.seen} ({check.title})"
        return Verdict(False, seen, verdict.shown_by, verdict.because)


def _since(trial: Trial, began: Instant) -> str:
    return seconds(Duration(trial.now - began))
