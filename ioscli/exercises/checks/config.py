"""config: lines that a running-config has, or must not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ioscli.cli.boot import written
from ioscli.cli.config_log import without_secrets
from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.causes.configured import is_within, why_configured
from ioscli.exercises.config_text import ConfigText, Place, matches
from ioscli.exercises.verdict import Verdict
from ioscli.labs.errors import quoted
from ioscli.model.ifname import InterfaceName

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab

_KEYS = ("node", "section", "has", "lacks")
_LISTED = 3
"""Lines that a verdict repeats."""


class ConfigCheck(NamedTuple):
    """A router's configuration has lines, and lacks others.

    Patterns are those of `config_text.matches`; the lines are those of the running-config, where
    whatever was typed stands in full. Lines within sections are found as well.
    """

    node: str
    sections: tuple[str, ...] = ()
    """Patterns of the headers around the lines, outermost first; a line in any section that fits
    will do."""
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    @classmethod
    def read(cls, item: Item, lab: Lab) -> ConfigCheck:
        """From its mapping. Raises InputError."""
        fields = item.fields(*_KEYS)
        node = values.router(values.needed(item, fields, "node"), lab)
        if not ("has" in fields or "lacks" in fields):
            raise item.error('config has neither "has" nor "lacks"')
        found = {name: _patterns(fields[name]) for name in _KEYS[1:] if name in fields}
        sections = tuple(map(_spelled_out, found.get("section", ())))
        return cls(node, sections, found.get("has", ()), found.get("lacks", ()))

    @property
    def title(self) -> str:
        """`R1 is configured with "ip mtu 1400" under "interface Tunnel0"`."""
        parts = []
        if self.has:
            parts.append(f"with {_all(self.has)}")
        if self.lacks:
            parts.append(f"without {_all(self.lacks)}")
        return f"{self.node} is configured {' and '.join(parts)}{self._under}"

    @property
    def disturbs(self) -> bool:
        """It only looks."""
        return False

    def judge(self, trial: Trial) -> Verdict:
        """Look at the running-config."""
        config = ConfigText.parse(written(trial.topology.routers[self.node].config))
        there = [place for place in config.commands() if self._within(place)]
        missing = [it for it in self.has if not any(matches(it, place.text) for place in there)]
        unwanted = [(it, place) for it in self.lacks for place in there if matches(it, place.text)]
        if not missing and not unwanted:
            return Verdict(True, self._as_asked(there), self._shown_by(self.has or self.lacks))
        said, shown = [], list(missing)
        if unwanted:
            shown += dict.fromkeys(pattern for pattern, _ in unwanted)
            places = list(dict.fromkeys(place for _, place in unwanted))
            said.append(f"{self.node} has {_listed(places)}")
        if missing and self.sections and not self._headers(config):
            said.append(f"{self.node} has no section {quoted(self.sections[-1])}")
        elif missing:
            said.append(f"{self.node} has no line {_all(missing)}{self._under}")
            said += self._instead(missing, there)
        because = list(self._refused(trial, missing))
        if not because:
            found = [place for _, place in unwanted]
            because += why_configured(trial, self.node, self.sections, missing, found)
        return Verdict(False, "; ".join(said), self._shown_by(shown), tuple(because))

    def _refused(self, trial: Trial, missing: list[str]) -> Iterator[str]:
        """Lines of the answer that begin alike, and that IOS did not take."""
        begins = {pattern.split()[0] for pattern in missing}
        for line in trial.topology.left_out:
            text = " ".join(line.text.split())
            if line.file.stem == self.node and text.partition(" ")[0] in begins:
                yield f"IOS refuses {quoted(without_secrets(text))} in line {line.number}"

    @property
    def _under(self) -> str:
        return f" under {quoted(' / '.join(self.sections))}" if self.sections else ""

    def _within(self, place: Place) -> bool:
        return is_within(place, self.sections)

    def _headers(self, config: ConfigText) -> list[Place]:
        return config.find(*self.sections)

    def _as_asked(self, there: list[Place]) -> str:
        if not self.has:
            return f"{self.node} has no line {_all(self.lacks)}{self._under}"
        places = [place for place in there if any(matches(it, place.text) for it in self.has)]
        return f"{self.node} has {_listed(places)}"

    def _instead(self, missing: list[str], there: list[Place]) -> Iterator[str]:
        """Lines that say something else of the same thing."""
        begins = tuple(dict.fromkeys(filter(None, map(_beginning, missing))))
        near = [place for place in there if place.text.startswith(begins)] if begins else []
        if near:
            yield f"it has {_listed(near)}"

    def _shown_by(self, patterns: tuple[str, ...] | list[str]) -> tuple[str, ...]:
        show = f"{self.node}: show running-config"
        if self.sections:
            return (f"{show} | section {self.sections[0].partition('*')[0].strip()}",)
        begins = dict.fromkeys(pattern.partition("*")[0].strip() for pattern in patterns)
        return tuple(f"{show} | include {it}" if it else show for it in begins)


def _patterns(item: Item) -> tuple[str, ...]:
    found = []
    for entry in values.several(item):
        text = " ".join(entry.text().split())
        if not text.strip("* "):
            raise entry.error(f"{item.what}: {quoted(text)} would be any line")
        found.append(text)
    if not found:
        raise item.error(f"{item.what} is empty")
    return tuple(found)


def _spelled_out(section: str) -> str:
    """`interface Gi0/0` as the running-config has it."""
    word, _, rest = section.partition(" ")
    if word != "interface" or not rest:
        return section
    try:
        return f"interface {InterfaceName.parse(rest)}"
    except ValueError:
        return section  # a pattern


def _beginning(pattern: str) -> str:
    """The words that two lines about the same thing begin with: all but the last, up to a `*`."""
    words = pattern.partition("*")[0].split()
    kept = words if "*" in pattern else words[:-1]
    return " ".join(kept) + " " if kept else ""


def _all(patterns: tuple[str, ...] | list[str]) -> str:
    return " and ".join(map(quoted, patterns))


def _listed(places: list[Place]) -> str:
    """Lines with the sections that they are in; of many only the first."""
    shown = [_shown(place) for place in places[:_LISTED]]
    more = len(places) - len(shown)
    return ", ".join(shown) + (f" and {more} more like that" if more else "")


def _shown(place: Place) -> str:
    text = quoted(without_secrets(place.text))
    return f"{text} under {quoted(place.sections[-1])}" if place.sections else text
