"""Aliases: words that stand for the beginning of a command line."""

from collections.abc import Iterator, Sequence

from ioscli.model.access import AccessConfig

#: Kinds of modes that have aliases -> how `show aliases` names them.
KINDS = {
    "exec": "Exec mode",
    "configure": "Configuration mode",
    "interface": "Interface configuration mode",
    "line": "Line configuration mode",
}

#: What every router has (`show aliases` of routers that configure none).
_OWN = {
    "h": "help",
    "lo": "logout",
    "p": "ping",
    "r": "resume",
    "s": "show",
    "u": "undebug",
    "un": "undebug",
    "w": "where",
}
_NAME_WIDTH = 22


def kind_of(mode: str) -> str:
    """The kind of a grammar's mode: `exec`, `configure`, `interface`, `line`."""
    if mode.startswith("exec"):
        return "exec"
    return "configure" if mode == "config" else mode


def aliases_of(access: AccessConfig, kind: str) -> dict[str, str]:
    """Every alias of a kind of mode."""
    return (_OWN if kind == "exec" else {}) | access.aliases.get(kind, {})


def expanded(access: AccessConfig, mode: str, text: str) -> str:
    """A line with the alias that it begins with, if it does, written out."""
    word, blank, rest = text.lstrip().partition(" ")
    meant = aliases_of(access, kind_of(mode)).get(word)
    return text if meant is None else f"{meant}{blank}{rest}"


def listing(access: AccessConfig, kinds: Sequence[str]) -> Iterator[str]:
    """What `show aliases` prints."""
    begun = False
    for kind in kinds:
        names = aliases_of(access, kind)
        if not names:
            continue
        if begun:
            yield ""
        begun = True
        yield f"{KINDS[kind]} aliases:"
        for name, line in names.items():
            yield f"  {name:<{_NAME_WIDTH}}{line}"
