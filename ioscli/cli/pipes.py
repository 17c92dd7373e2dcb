"""Output modifiers: `| include|exclude|begin|section|count REGULAR-EXPRESSION`, and to files.

`redirect`, `append` and `tee` send the output to a file of the router's.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ioscli.model.pattern import Pattern, PatternError

Filter = Callable[[Iterable[str]], Iterator[str]]

WriteFile = Callable[[str, str, bool], "str | None"]
"""Writes a text to a URL, at its end where the flag says so; gives the complaint, if any."""


class Pipe(NamedTuple):
    """A command line cut at its first pipe."""

    command: str
    modifier: str
    """What follows the pipe, as typed."""
    start: int
    """Column of the modifier's first character in the line."""


class PipeError(NamedTuple):
    """Why a modifier is refused: a column for the `^`, or a line to print, or neither.

    Neither means that words are missing (`% Incomplete command.`).
    """

    column: int | None = None
    text: str | None = None


#: The modifiers with the help that IOS gives them.
MODIFIERS = {
    "append": "Append redirected output to URL (URLs supporting append operation only)",
    "begin": "Begin with the line that matches",
    "count": "Count number of lines which match regexp",
    "exclude": "Exclude lines that match",
    "include": "Include lines that match",
    "redirect": "Redirect output to URL",
    "section": "Filter a section of output",
    "tee": "Copy output to URL",
}
#: Modifiers that write a file.
_TO_FILES = ("append", "redirect", "tee")
_TEE_APPEND = "/append"
SECTION_WAYS = {
    "exclude": "Exclude entire section(s) of output",
    "include": "Include entire section(s) of output",
}


def takes_pipe(text: str) -> bool:
    """Whether a line's output may be piped: `show` and `more`, also after `do`."""
    words = text.lower().split(maxsplit=2)
    if words[:1] == ["do"]:
        words = words[1:]
    return bool(words) and any(name.startswith(words[0]) for name in ("show", "more"))


def split_pipe(line: str) -> Pipe | None:
    """Cut a line at its first ` |`, or None where it has none."""
    at = line.find("|")
    while at > 0 and not line[at - 1].isspace():
        at = line.find("|", at + 1)
    if at <= 0:
        return None
    rest = line[at + 1 :]
    return Pipe(line[:at].rstrip(), rest.strip(), at + 1 + len(rest) - len(rest.lstrip()))


def read_filter(pipe: Pipe, write: WriteFile | None = None) -> Filter | PipeError:
    """The filter that a modifier asks for; write: what puts output into files, if any can."""
    word, _, expression = pipe.modifier.partition(" ")
    expression = expression.strip()
    if not word:
        return PipeError()
    name = _expand(word, MODIFIERS)
    if name is None:
        return PipeError(column=pipe.start + _agreeing(word, MODIFIERS))
    if name in _TO_FILES:
        return _to_file(name, expression, write)
    keep = True
    if name == "section":
        first, _, others = expression.partition(" ")
        # `| section include X`; a lone word is the expression even where it reads `include`.
        way = _expand(first, SECTION_WAYS) if others.strip() and len(first) >= 2 else None
        if way is not None:
            keep = way == "include"
            expression = others.strip()
    if not expression:
        return PipeError()
    try:
        pattern = Pattern(expression)
    except PatternError:
        # Wording of the parser's failure: public transcripts of IOS 15.
        return PipeError(text="% Failed to compile regular expression")
    return _FILTERS[name](pattern) if name != "section" else _section(pattern, keep)


def modifier_help(typed: str) -> list[tuple[str, str]] | None:
    """The help entries after a pipe: `typed` is what stands between pipe and cursor."""
    words = typed.split()
    if typed.endswith(" ") or not words:
        words.append("")
    if len(words) == 1:
        return [entry for entry in MODIFIERS.items() if entry[0].startswith(words[0].lower())]
    name = _expand(words[0], MODIFIERS)
    if name is None or len(words) > 3:
        return None
    if name in _TO_FILES:
        if name == "tee" and len(words) == 2 and _TEE_APPEND.startswith(words[1] or "/"):
            return [(_TEE_APPEND, MODIFIERS["append"]), ("WORD", "URL")]
        return [("WORD", "URL")]
    if len(words) == 2 and name == "section":
        ways = [way for way in SECTION_WAYS.items() if way[0].startswith(words[1].lower())]
        return [*ways, ("LINE", "Regular Expression")]
    return [("LINE", "Regular Expression")]


def complete_modifier(typed: str) -> str | None:
    """What Tab adds to a modifier's own word, or None."""
    word = typed.lstrip()
    name = _expand(word, MODIFIERS) if word and " " not in word else None
    return None if name is None else name[len(word) :] + " "


def _expand(word: str, words: dict[str, str]) -> str | None:
    """The one word that an abbreviation stands for."""
    fits = [full for full in words if full.startswith(word.lower())]
    return fits[0] if len(fits) == 1 else None


def _agreeing(word: str, words: dict[str, str]) -> int:
    """How many characters of a word still agree with some keyword: where the `^` goes."""
    for length in range(len(word), 0, -1):
        if any(full.startswith(word[:length].lower()) for full in words):
            return length
    return 0


def _include(pattern: Pattern) -> Filter:
    return lambda lines: (line for line in lines if pattern.found_in(line))


def _exclude(pattern: Pattern) -> Filter:
    return lambda lines: (line for line in lines if not pattern.found_in(line))


def _begin(pattern: Pattern) -> Filter:
    def begin(lines: Iterable[str]) -> Iterator[str]:
        found = False
        for line in lines:
            found = found or pattern.found_in(line)
            if found:
                yield line

    return begin


def _count(pattern: Pattern) -> Filter:
    def count(lines: Iterable[str]) -> Iterator[str]:
        number = sum(pattern.found_in(line) for line in lines)
        yield f"Number of lines which match regexp = {number}"

    return count


def _section(pattern: Pattern, keep: bool) -> Filter:
    """A section is a line with the deeper indented lines below it.

    A line that matches brings its whole section; so does a match inside a section that did not
    match, for itself and the lines below it that are indented deeper still.
    """

    def section(lines: Iterable[str]) -> Iterator[str]:
        depth: int | None = None  # indent of the matching line whose section is under way
        for line in lines:
            indent = len(line) - len(line.lstrip(" "))
            if depth is not None and (indent <= depth or not line.strip()):
                depth = None
            if depth is None and pattern.found_in(line):
                depth = indent
            if (depth is not None) == keep:
                yield line

    return section


_FILTERS: dict[str, Callable[[Pattern], Filter]] = {
    "include": _include,
    "exclude": _exclude,
    "begin": _begin,
    "count": _count,
}


def _to_file(name: str, rest: str, write: WriteFile | None) -> Filter | PipeError:
    """`redirect` and `append` print nothing; `tee` prints what it writes."""
    words = rest.split()
    appends = name == "append"
    if name == "tee" and words[:1] == [_TEE_APPEND]:
        appends = True
        words = words[1:]
    if not words or write is None:
        return PipeError()
    url = words[0]

    def to_file(lines: Iterable[str]) -> Iterator[str]:
        kept = []
        for line in lines:
            kept.append(line)
            if name == "tee":
                yield line
        complaint = write(url, "".join(f"{line}\n" for line in kept), appends)
        if complaint is not None:
            yield complaint

    return to_file
