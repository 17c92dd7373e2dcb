"""How expected and shown lines are held against each other.

*exact*: whole lines. *shape*: what differs between two real routers that do the same is masked
(SPIs, timers, counters, round-trip times: every word with a digit in it, and `never`); what the
lab itself sets, IPv4 addresses and interface names, still counts. Blank lines at the end of a
passage never count: people put them there to set commands apart.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

from ioscli.model.ifname import SHORT

Key = Callable[[str], str]

_WORD = re.compile(r"\S*\d\S*|\bnever\b")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?")
_PORT = re.compile(rf"(?:{'|'.join([*SHORT, *SHORT.values()])})\d+(?:[/.]\d+)*")
_EDGES = "()[]{}<>,.;:\"'"
_BLANKS = re.compile(r" {2,}")

#: Columns of blanks before a masked number depend on how long it is; fold them all.
_MASK = "#"


def exact(line: str) -> str:
    """The line itself."""
    return line


def shape(line: str) -> str:
    """A line with all that differs between two real routers masked; leading blanks stay."""
    body = line.strip(" ")
    indent = len(line) - len(line.lstrip(" ")) if body else 0
    return " " * indent + _BLANKS.sub(" ", _WORD.sub(_masked, body))


def _masked(found: re.Match[str]) -> str:
    word = found[0]
    core = word.strip(_EDGES)
    if _ADDRESS.fullmatch(core) or _PORT.fullmatch(core):
        return word
    start = word.index(core)
    return word[:start] + _MASK + word[start + len(core) :]


KEYS: dict[str, Key] = {"exact": exact, "shape": shape}


def without_blank_end(lines: Sequence[str]) -> list[str]:
    """The lines up to the last one that is not blank."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return list(lines[:end])


def difference(expected: Sequence[str], shown: Sequence[str], key: Key) -> Iterator[str]:
    """Diff lines: ` ` as expected, `-` expected and not shown, `+` shown and not expected.

    Nothing when both agree.
    """
    expected = without_blank_end(expected)
    shown = without_blank_end(shown)
    wanted = [key(line) for line in expected]
    got = [key(line) for line in shown]
    if wanted == got:
        return
    for tag, first, last, start, end in _opcodes(wanted, got):
        if tag == "equal":
            yield from (f"  {line}" for line in _shortened(shown[start:end]))
        else:
            yield from (f"- {line}" for line in expected[first:last])
            yield from (f"+ {line}" for line in shown[start:end])


def _opcodes(wanted: list[str], got: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """What is equal and what is not, as `SequenceMatcher.get_opcodes` says it.

    Aligning is quadratic at worst: what begins and ends alike is set aside first, and where too
    much is left the rest counts as one difference.
    """
    shorter = min(len(wanted), len(got))
    head = 0
    while head < shorter and wanted[head] == got[head]:
        head += 1
    tail = 0
    while tail < shorter - head and wanted[-1 - tail] == got[-1 - tail]:
        tail += 1
    if head:
        yield "equal", 0, head, 0, head
    left, right = wanted[head : len(wanted) - tail], got[head : len(got) - tail]
    if len(left) * len(right) > _MOST_PAIRS:
        yield "replace", head, head + len(left), head, head + len(right)
    else:
        matcher = SequenceMatcher(None, left, right, autojunk=False)
        for tag, first, last, start, end in matcher.get_opcodes():
            yield tag, head + first, head + last, head + start, head + end
    if tail:
        yield "equal", len(wanted) - tail, len(wanted), len(got) - tail, len(got)


_MOST_PAIRS = 1_000_000

#: Lines of agreement kept on either side of a difference.
_CONTEXT = 2


def _shortened(lines: Sequence[str]) -> list[str]:
    if len(lines) <= 2 * _CONTEXT + 1:
        return list(lines)
    left_out = len(lines) - 2 * _CONTEXT
    return [*lines[:_CONTEXT], f"... {left_out} lines as expected ...", *lines[-_CONTEXT:]]
