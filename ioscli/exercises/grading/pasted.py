"""Configurations as people hand them in: saved files, and what they copied from a terminal."""

import re
from typing import NamedTuple

LARGEST_CONFIGURATION = 1 << 20
"""Bytes. The NVRAM of the routers that are imitated has a quarter of it."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_SAMPLE = 4096
#: `^C` (around banners), bell, backspace, tab, line ends, form feed, escape.
_USUAL_CONTROLS = frozenset("\x03\x07\x08\t\n\r\x0c\x1b")
_MOST_UNUSUAL = 0.01

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])")
_MORE = re.compile(r"(?m)^ *(?:--+ ?[Mm]ore ?--+|<-+ [Mm]ore -+>) *(?:\x08+ *\x08*|\r *\r|$)")
_LOG_HEADER = "=~=~=~=~"
"""How PuTTY begins a log."""
_MESSAGE = re.compile(
    r"[*.]?[A-Z][a-z]{2} {1,2}\d{1,2} [\d: .]{5,24}(?: [A-Z]{1,5})?: %[A-Z]\S*: .*"
)
_PROMPT = re.compile(r"\s*([A-Za-z][A-Za-z0-9_.-]{0,62})[>#](.*)")
_TYPED = re.compile(r"\s*([A-Za-z][A-Za-z0-9_.-]{0,62})\(config[^()\s]{0,40}\)#(.*)")
_NOT_CONFIGURED = re.compile(r"\s*(?:end|\^z|do\s.*|.*\?)?\s*", re.IGNORECASE)
"""What is typed in configuration mode and configures nothing; `end` would end the file."""
_SHOWS = re.compile(r"\s*(?:do\s+)?(?:sh\w*\s+(?:run|start|conf)\S*|more\s+\S+|wr\w*\s+t\w*)\b.*")
_HEADER = re.compile(
    r"\s*(?:Building configuration\.\.\.|Current configuration ?: ?\d+ bytes?"
    r"|Using \d+ out of \d+ bytes.*|(?:do\s+)?sh\w*\s+(?:run|start|conf)\S*.*)\s*"
)
_HEADER_LINES = 40
_MOST_SECTIONS = 100
_TOO_MANY = f"more than {_MOST_SECTIONS} configurations in one file"
_HOSTNAME = re.compile(r"(?mi)^[ \t]*hostname[ \t]+(\S{1,63})")


class Refused(Exception):  # noqa: N818 - what becomes of a submission, not a fault of ours
    """Something handed in that cannot be taken; `str()` is the reason, on one line."""


class Pasted(NamedTuple):
    """One configuration."""

    hostname: str | None
    """Of whom it is, as its `hostname` line or the prompt above it says."""
    text: str


def configurations(data: bytes) -> list[Pasted]:
    """The configurations in a file: one, or several of one console log.

    Raises Refused for what is no text.
    """
    text = _without_residue(_decoded(data))
    found = [_pasted(section) for section in _sections(text.split("\n"))]
    return [it for it in found if it.text.strip()] or found[:1]


def _decoded(data: bytes) -> str:
    """The text, in whatever encoding Windows, PuTTY or an editor wrote it."""
    text = _as_unicode(data)
    if "\0" in text:
        raise Refused("it is not text: there are NUL bytes in it")
    unusual = sum(c < " " and c not in _USUAL_CONTROLS for c in text)
    if unusual > len(text) * _MOST_UNUSUAL:
        raise Refused("it is not text")
    return text


def _as_unicode(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    sample = data[:_SAMPLE]
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = sample[first::2].count(0)
        if zeros > len(sample) * 0.4 and sample[1 - first :: 2].count(0) == 0:
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _without_residue(text: str) -> str:
    """Without what a terminal puts between the lines: escapes, pager prompts, messages."""
    text = re.sub(r"\r+\n", "\n", text)
    text = _MORE.sub("", _ESCAPES.sub("", text))
    text = text.replace("\r", "\n").replace("\x08", "").replace("\x07", "")
    return "\n".join(
        "" if line.startswith(_LOG_HEADER) or _MESSAGE.fullmatch(line) else line
        for line in text.split("\n")
    )


class _Section(NamedTuple):
    """A part of a file that is of one router."""

    prompt: str | None
    above: int
    """Lines before it."""
    lines: list[str]


def _sections(lines: list[str]) -> list[_Section]:
    """What was shown, or typed, router by router; all of it where no prompt says whose it is."""
    shown = _shown(lines)
    names = {section.prompt for section in shown}
    return [*shown, *(it for it in _typed(lines) if it.prompt not in names)] or [
        _Section(None, 0, lines)
    ]


def _typed(lines: list[str]) -> list[_Section]:
    """What somebody typed in configuration mode: `R1(config-if)#ip address ...`."""
    found: dict[str, list[str]] = {}
    for number, line in enumerate(lines):
        typed = _TYPED.fullmatch(line)
        if typed is None or _NOT_CONFIGURED.fullmatch(typed[2]):
            continue
        own = found.setdefault(typed[1], [])
        if len(found) > _MOST_SECTIONS:
            raise Refused(_TOO_MANY)
        own.extend("" for _ in range(number - len(own)))
        own.append(typed[2])
    return [_Section(name, 0, own) for name, own in found.items()]


def _shown(lines: list[str]) -> list[_Section]:
    """What follows each `R1#show running-config`."""
    found: list[_Section] = []
    taking = False
    for number, line in enumerate(lines, start=1):
        prompt = _PROMPT.fullmatch(line)
        if prompt is not None and _SHOWS.fullmatch(prompt[2]):
            if len(found) == _MOST_SECTIONS:
                raise Refused(_TOO_MANY)
            found.append(_Section(prompt[1], number, []))
            taking = True
        elif prompt is not None and found and prompt[1] == found[-1].prompt:
            taking = False  # the next command on that router
        elif taking:
            found[-1].lines.append(line)
    return found


def _pasted(section: _Section) -> Pasted:
    """A section, without what is not configuration; each line keeps its number in the file."""
    lines = section.lines
    header = [
        number for number, line in enumerate(lines[:_HEADER_LINES]) if _HEADER.fullmatch(line)
    ]
    skipped = header[-1] + 1 if header else 0
    body = lines[skipped:]
    named = _HOSTNAME.search("\n".join(body))
    hostname = section.prompt if named is None else named[1]
    kept = ["" if _is_prompt(line, hostname) else line for line in body]
    return Pasted(hostname, "\n" * (section.above + skipped) + "\n".join(kept))


def _is_prompt(line: str, hostname: str | None) -> bool:
    """Whether it is a prompt that was copied along, above or below."""
    found = _PROMPT.fullmatch(line)
    return found is not None and found[1] == hostname
