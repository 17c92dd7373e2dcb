"""Privilege levels: which commands a session of some level may use.

Level 1 has the commands of user EXEC, level 15 all; `privilege exec level N WORDS` moves those
that begin with some words. What a level may not use is, as on IOS, an unknown command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.cli.aliases import kind_of
from ioscli.cli.results import Help, Match
from ioscli.model.access import HIGHEST_LEVEL, USER_LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ioscli.cli.matcher import Grammar
    from ioscli.model.access import AccessConfig

#: The few commands of level 0.
_LEVEL_0 = frozenset({"disable", "enable", "exit", "help", "logout", "quit"})
#: Moving about in configuration is never a question of level.
_EVERYWHERE = frozenset({"exit", "end", "do"})


def mode_of(access: AccessConfig, level: int) -> str:
    """The grammar's mode that holds all that an EXEC session of a level may use, and maybe more.

    Between 2 and 14, or where commands were moved, it is that of level 15.
    """
    if level <= USER_LEVEL and not access.privileges.get("exec"):
        return "exec_user"
    return "exec"


def may(
    grammar: Grammar, access: AccessConfig, level: int, mode: str, words: Sequence[str]
) -> bool:
    """Whether a session of a level may use the command that these full words begin."""
    if level >= HIGHEST_LEVEL:
        return True
    kind = kind_of(mode)
    moved = _moved(access, kind, words)
    if moved is not None:
        return moved <= level
    if kind != "exec":
        return words[0] in _EVERYWHERE
    if words[0] in _LEVEL_0:
        return True
    return level >= USER_LEVEL and _is_for_users(grammar, words)


def permitted(
    grammar: Grammar, access: AccessConfig, level: int, mode: str, text: str, found: Help
) -> Help:
    """Help without the words that a level may not use; text: the line before the cursor."""
    if level >= HIGHEST_LEVEL:
        return found
    before = text[: text.rfind(" ") + 1].split()
    entries = tuple(
        entry
        for entry in found.entries
        if not entry[0][0].islower() or may(grammar, access, level, mode, [*before, entry[0]])
    )
    return Help(entries, found.partial)


def _moved(access: AccessConfig, kind: str, words: Sequence[str]) -> int | None:
    """The level that configuration gives to the longest beginning of a command."""
    best, size = None, 0
    for moved, level in access.privileges.get(kind, {}).items():
        if size < len(moved) <= len(words) and all(
            word.startswith(short) for word, short in zip(words, moved, strict=False)
        ):
            best, size = level, len(moved)
    return best


def _is_for_users(grammar: Grammar, words: Sequence[str]) -> bool:
    """Whether user EXEC knows a command, or the beginning of one."""
    if isinstance(grammar.parse("exec_user", " ".join(words)), Match):
        return True
    found = grammar.help("exec_user", " ".join(words))
    return isinstance(found, Help) and any(entry[0] == words[-1] for entry in found.entries)
