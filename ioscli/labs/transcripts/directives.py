"""The lines of a transcript that begin with `@`: what each says, and how it is written.

Steps happen between two commands; parts belong to the command above them. People write a few of
them (`@wait`, `@link`, `@reload`, `@answer`, `@note`, `@#`); the others are there for recordings,
in which everything that was done at the consoles must come back at its own moment.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from ioscli.labs.quantities import LONGEST, parse_duration
from ioscli.model.instant import MILLISECOND, SECOND, Duration


class Wait(NamedTuple):
    """`@wait 30s`."""

    number: int
    duration: Duration


class SetLink(NamedTuple):
    """`@link down R1:Gi0/0`, `@link up R1-R2`."""

    number: int
    up: bool
    link: str


class Reload(NamedTuple):
    """`@reload R1`."""

    number: int
    node: str


class Look(NamedTuple):
    """`@look R1`: look at this console from now on, at what waited there, and at what goes on."""

    number: int
    node: str


class Return(NamedTuple):
    """`@return`: press RETURN at the console looked at, where a session has ended."""

    number: int


class Answer(NamedTuple):
    """`@answer TEXT`: the answer to a question that is not written out."""

    number: int
    text: str


class Secret(NamedTuple):
    """`@secret`: the answer was a password, which a recording keeps out."""

    number: int


class Keys(NamedTuple):
    """`@keys sh\\t\\r`: keys for the far end of a telnet, one by one."""

    number: int
    text: str


class More(NamedTuple):
    """`@more q`: keys at ` --More-- `, where they are not all blanks."""

    number: int
    keys: str


class Pause(NamedTuple):
    """`@pause 2s`: time that goes by within a command before what is typed into it next."""

    number: int
    duration: Duration


class Interrupt(NamedTuple):
    """`@interrupt 1.2s`: Ctrl-C so long after the last thing typed."""

    number: int
    duration: Duration


class Leave(NamedTuple):
    """`@leave 3s`: look away from a command that goes on, so long after the last thing typed."""

    number: int
    duration: Duration


class Note(NamedTuple):
    """`@note TEXT`: what an instructor says here; several in a row are one paragraph."""

    number: int
    text: str


class Comment(NamedTuple):
    """`@# text`."""

    number: int
    text: str


class Recorded(NamedTuple):
    """`@recorded length 24 seed 0 lab NAME`: consoles as `ioscli run` has them, not logged in.

    length: lines of a page, 0 for none. lab: None where the file lies in the lab's own folder.
    """

    number: int
    length: int
    seed: int
    lab: str | None


class Expected(NamedTuple):
    """A line of output; written `@| text` where it could be taken for something else."""

    number: int
    text: str


DirectiveStep = Wait | SetLink | Reload | Look | Return

Part = Answer | Secret | Keys | More | Pause | Interrupt | Leave
"""What is done to a command under way."""

Aside = Note | Comment | Recorded
"""What is done to nothing."""

Passage = Expected | Part | Aside
"""What stands between two steps."""

Directive = DirectiveStep | Passage


# -- reading ---------------------------------------------------------------------------------------


def _wait(number: int, rest: str) -> Wait:
    return Wait(number, parse_duration(rest))


def _link(number: int, rest: str) -> SetLink:
    state, _, link = rest.partition(" ")
    if state not in ("up", "down") or not link.strip():
        raise ValueError("say up or down, and a link such as R1:Gi0/0")
    return SetLink(number, state == "up", link.strip())


def _reload(number: int, rest: str) -> Reload:
    return Reload(number, _node(rest))


def _look(number: int, rest: str) -> Look:
    return Look(number, _node(rest))


def _node(rest: str) -> str:
    if not rest:
        raise ValueError("say which node")
    return rest


def _return(number: int, rest: str) -> Return:
    _nothing(rest)
    return Return(number)


def _secret(number: int, rest: str) -> Secret:
    _nothing(rest)
    return Secret(number)


def _nothing(rest: str) -> None:
    if rest:
        raise ValueError("nothing may follow")


def _keys(number: int, rest: str) -> Keys:
    return Keys(number, unescaped(rest))


def _more(number: int, rest: str) -> More:
    return More(number, unescaped(rest))


def _pause(number: int, rest: str) -> Pause:
    return Pause(number, parse_duration(rest))


def _interrupt(number: int, rest: str) -> Interrupt:
    return Interrupt(number, parse_duration(rest or "0"))


def _leave(number: int, rest: str) -> Leave:
    return Leave(number, parse_duration(rest or "0"))


_RECORDED = re.compile(r"length (\d{1,3}) seed (-?\d{1,30})(?: lab (.+))?")


def _recorded(number: int, rest: str) -> Recorded:
    found = _RECORDED.fullmatch(rest)
    if found is None:
        raise ValueError("not `length LINES seed N`, and a lab")
    return Recorded(number, int(found[1]), int(found[2]), found[3])


READERS: dict[str, Callable[[int, str], Directive]] = {
    "wait": _wait,
    "link": _link,
    "reload": _reload,
    "look": _look,
    "return": _return,
    "answer": Answer,
    "secret": _secret,
    "keys": _keys,
    "more": _more,
    "pause": _pause,
    "interrupt": _interrupt,
    "leave": _leave,
    "note": Note,
    "recorded": _recorded,
    "#": Comment,
}
"""By the word after `@`: each takes the line's number and the rest of the line, blanks at its ends
taken away; ValueError where it is wrong."""

_ESCAPES = {"\r": "\\r", "\t": "\\t", "\x1b": "\\e", "\\": "\\\\"}
_NAMED = {written[1]: key for key, written in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.?))", re.DOTALL)


def escaped(keys: str) -> str:
    """Keys as a directive writes them: `\\r`, `\\t`, `\\e`, `\\x03`; no blank at either end."""
    last = len(keys) - 1
    return "".join(
        _ESCAPES.get(key)
        or (key if key.isprintable() and (key != " " or 0 < at < last) else f"\\x{ord(key):02x}")
        for at, key in enumerate(keys)
    )


def unescaped(text: str) -> str:
    """The keys that a directive writes; ValueError for an unknown escape."""

    def key(found: re.Match[str]) -> str:
        if found[1] is not None:
            return chr(int(found[1], 16))
        if found[2] not in _NAMED:
            raise ValueError(f"unknown key {found[0]}")
        return _NAMED[found[2]]

    return _ESCAPED.sub(key, text)


def timed(word: str, span: Duration) -> str:
    """`@wait 2.5s`, `@interrupt`: a directive with a time in whole milliseconds."""
    span = min(span, LONGEST)
    if not span:
        return f"@{word}"
    seconds = f"{span // SECOND}.{span % SECOND // MILLISECOND:03}".rstrip("0").rstrip(".")
    return f"@{word} {seconds}s"
