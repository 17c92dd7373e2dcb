"""`configure replace`: turn the running-config into another one with the fewest commands.

What is only in the running-config is negated, what is only in the other is entered. A command may
undo what another one did, so that goes on in passes until nothing differs, as on IOS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ioscli.cli.boot import written
from ioscli.cli.config_diff import Node, difference, parse
from ioscli.cli.configuration import ConfigSession, LineKind

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.model.changes import ConfigChange
    from ioscli.model.config import RouterConfig
    from ioscli.model.ifname import InterfaceName

MOST_PASSES = 5
"""IOS gives up after so many."""


class Replaced(NamedTuple):
    """What a replacement did."""

    passes: tuple[tuple[str, ...], ...]
    """The commands of each pass."""
    failed: tuple[str, ...]
    """What still differs; empty where the running-config is now the other one."""


def replace(
    grammar: Grammar,
    config: RouterConfig,
    hardware: Sequence[InterfaceName],
    text: str,
    apply: Callable[[Iterable[ConfigChange]], None],
) -> Replaced:
    """Make a configuration equal to a saved one."""
    wanted = parse(text)
    passes: list[tuple[str, ...]] = []
    for number in range(MOST_PASSES):
        present = parse(written(config))
        if present == wanted:
            break
        # Where `no` leaves something else behind (`no exec-timeout`), `default` does not.
        negations = ("no", "default") if number == 0 else ("default", "no")
        editor = _Editor(ConfigSession(grammar, config, hardware), apply, negations)
        # A second pass that is needed means that single lines do not do (lines whose order
        # counts): then what differs is entered anew as a whole.
        if number < 2:
            _level(editor, present, wanted)
        else:
            _anew(editor, present, wanted)
        if not editor.done:
            break
        passes.append(tuple(editor.done))
    left = difference(parse(written(config)), wanted)
    return Replaced(tuple(passes), tuple(f"{change.sign}{change.text}" for change in left))


class _Editor:
    """Enters commands, and remembers those that were taken."""

    def __init__(
        self,
        session: ConfigSession,
        apply: Callable[[Iterable[ConfigChange]], None],
        negations: tuple[str, str],
    ) -> None:
        self._negations = negations
        self._session = session
        self._apply = apply
        self.done: list[str] = []

    def enter(self, command: str, depth: int) -> bool:
        """Type a command; whether it was taken."""
        for index, line in enumerate(command.split("\n")):
            result = self._session.feed(line)
            if result.kind is LineKind.REJECTED:
                return False
            self._apply(result.changes)
            self.done.append(" " * depth + line if index == 0 else line)
        return True

    def leave(self) -> None:
        """Go up one level."""
        self._session.exit()

    def remove(self, line: str, depth: int) -> None:
        """Negate a line: in full, or by as many of its words as the `no` form takes."""
        negated = line.startswith("no ")
        bare = line.removeprefix("no ")
        if negated and self.enter(bare, depth):
            return
        words = bare.partition("\n")[0].split(" ")
        if words[0] == "banner":
            words = words[:2]
        for negation in ("default",) if negated else self._negations:
            for count in range(len(words), 0, -1):
                if self.enter(" ".join((negation, *words[:count])), depth):
                    return


def _level(
    editor: _Editor, present: Sequence[Node], wanted: Sequence[Node], depth: int = 0
) -> None:
    """Bring the lines of one mode in line: removals last to first, then additions in order."""
    targets = {node.text: node for node in wanted}
    here = {node.text: node for node in present}
    for node in reversed(present):
        if node.text not in targets:
            editor.remove(node.text, depth)
    for node in wanted:
        known = here.get(node.text)
        if known is None:
            _add(editor, node, depth)
        elif known != node and editor.enter(node.text, depth):
            _level(editor, known.children, node.children, depth + 1)
            editor.leave()


def _add(editor: _Editor, node: Node, depth: int) -> None:
    if not editor.enter(node.text, depth) or not node.children:
        return
    for child in node.children:
        _add(editor, child, depth + 1)
    editor.leave()


def _anew(editor: _Editor, present: Sequence[Node], wanted: Sequence[Node]) -> None:
    """Remove every line whose section or place differs, and enter it again."""
    targets = {node.text: node for node in wanted}
    same = {node.text for node in present if targets.get(node.text) == node}
    kept = [node.text for node in present if node.text in same]
    in_order = [node.text for node in wanted if node.text in same]
    moved = set() if kept == in_order else _moved(kept, in_order)
    for node in reversed(present):
        if node.text not in same or node.text in moved:
            if node.children and node.text.startswith(("interface ", "line ")):
                _empty(editor, node)
            else:
                editor.remove(node.text, 0)
    for node in wanted:
        if node.text not in same or node.text in moved:
            _add(editor, node, 0)


def _moved(kept: Sequence[str], in_order: Sequence[str]) -> set[str]:
    return {old for old, new in zip(kept, in_order, strict=True) if old != new}


def _empty(editor: _Editor, node: Node) -> None:
    """Take everything out of a section that cannot be removed itself."""
    if editor.enter(node.text, 0):
        for child in reversed(node.children):
            editor.remove(child.text, 1)
        editor.leave()


def commands(replaced: Replaced) -> Iterator[str]:
    """The lines that `configure replace ... list` prints."""
    for number, done in enumerate(replaced.passes, start=1):
        yield f"!Pass {number}"
        yield "!List of Rollback Commands:"
        yield from done
        yield "end"
        yield ""
