"""`any-of`: several ways to be right, of which one will do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from ioscli.exercises.verdict import Check, Verdict

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab


class AnyOf(NamedTuple):
    """Checks of which at least one passes."""

    checks: tuple[Check, ...]

    @classmethod
    def read(cls, item: Item, lab: Lab) -> Self:
        """From a list of checks. Raises InputError."""
        from ioscli.exercises.checks.kinds import read_check  # which knows this kind, too

        checks = tuple(read_check(entry, lab) for entry in item.items())
        if len(checks) < 2:
            raise item.error(f"{item.what} takes two checks or more")
        return cls(checks)

    @property
    def title(self) -> str:
        """What is wanted."""
        return ", or ".join(check.title for check in self.checks)

    @property
    def disturbs(self) -> bool:
        """Whether one of them does."""
        return any(check.disturbs for check in self.checks)

    def judge(self, trial: Trial) -> Verdict:
        """Judge one after the other until one passes."""
        verdicts = []
        # Those that change nothing first: none of them sees what another one has done.
        for check in sorted(self.checks, key=lambda check: check.disturbs):
            # While a deadline stands, it is this network that counts, with what was done to it.
            anew = check.disturbs and trial.deadline is None
            verdict = check.judge(trial.again() if anew else trial)
            if verdict.passed:
                return verdict._replace(seen=f"{check.title}: {verdict.seen}")
            verdicts.append((check, verdict))
        return Verdict(
            False,
            "; ".join(f"{check.title}: no, {verdict.seen}" for check, verdict in verdicts),
            tuple(dict.fromkeys(shown for _, it in verdicts for shown in it.shown_by)),
            tuple(dict.fromkeys(words for _, it in verdicts for words in it.because)),
        )
