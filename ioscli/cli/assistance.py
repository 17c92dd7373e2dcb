"""`?` and Tab in a session: the grammar's answers, with output modifiers added to them."""

from __future__ import annotations

from ioscli.cli.help_screen import CR, HEADINGS, PIPE, SUBHEADINGS, help_list, word_columns
from ioscli.cli.matcher import Ambiguous, Grammar, Help
from ioscli.cli.pipes import complete_modifier, modifier_help, split_pipe, takes_pipe
from ioscli.cli.privilege import permitted
from ioscli.model.access import HIGHEST_LEVEL, AccessConfig

_UNRECOGNIZED = "% Unrecognized command\n"

#: Words that every mode of configuration takes; IOS lists them in the global one alone.
_UNLISTED = frozenset({"do", "end"})
#: Words that IOS takes without listing them, by mode: EXEC lists `exit` and `logout`; some modes
#: have another way out than `exit`.
_HIDDEN = {
    **dict.fromkeys(("exec", "exec_user"), frozenset({"quit"})),
    **dict.fromkeys(
        ("eigrp_address_family", "eigrp_interface", "eigrp_topology_base"), _UNLISTED | {"exit"}
    ),
    "config": frozenset[str](),
}


class Assistance:
    """Answers `?` and Tab for texts typed in some mode."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar

    def help(
        self,
        mode: str,
        text: str,
        access: AccessConfig | None = None,
        level: int = HIGHEST_LEVEL,
    ) -> str:
        """What `?` after a text prints; the prompt and the text come again below it."""
        text = text.replace("\t", " ")
        piped = _piped(text)
        if piped is not None:
            entries = modifier_help(piped)
            if not entries:
                return _UNRECOGNIZED
            if not piped.endswith(" ") and piped.strip() and entries[0][0] != "LINE":
                return _columns([word for word, _ in entries])
            return _list(entries)
        found = self._grammar.help(mode, text)
        if isinstance(found, Ambiguous):
            return f'% Ambiguous command:  "{text.strip()}"\n'
        if isinstance(found, Help) and access is not None:
            found = permitted(self._grammar, access, level, mode, text, found)
        if not isinstance(found, Help) or not found.entries:
            return _UNRECOGNIZED
        mode, text = _behind_do(mode, text)
        entries = _listed(mode, text, found)
        if found.partial:
            return _columns([word for word, _ in entries])
        if takes_pipe(text) and any(word == CR for word, _ in entries):
            entries.append(PIPE)
        return _list(entries, _heading(mode, text))

    def complete(self, mode: str, text: str) -> str | None:
        """The text with its last word completed, or None."""
        piped = _piped(text)
        if piped is not None:
            more = complete_modifier(piped)
            return None if more is None else text + more
        return self._grammar.complete(mode, text)


def _heading(mode: str, text: str) -> str | None:
    """What stands above the words that may follow a text, `no` left out of account."""
    words = text.lower().split()
    if words[:1] in (["no"], ["default"]) and len(words) > 1:
        words = words[1:]
    return SUBHEADINGS.get((mode, " ".join(words))) if words else HEADINGS.get(mode)


def _behind_do(mode: str, text: str) -> tuple[str, str]:
    """After `do` of configuration, what is typed is a command of EXEC."""
    first, blank, rest = text.lstrip().partition(" ")
    if blank and first.lower() == "do" and mode not in ("exec", "exec_user"):
        return "exec", rest
    return mode, text


def _listed(mode: str, text: str, found: Help) -> list[tuple[str, str]]:
    """The entries that IOS shows: of a mode's first words, not all that it takes."""
    entries = list(found.entries)
    if len(text.split()) > (1 if found.partial else 0):
        return entries
    hidden = _HIDDEN.get(mode, _UNLISTED)
    return [entry for entry in entries if entry[0] not in hidden] or entries


def _piped(text: str) -> str | None:
    """What stands after the pipe of a show command."""
    if not takes_pipe(text):
        return None
    pipe = split_pipe(text)
    if pipe is None:
        return None
    return text[text.index("|", len(pipe.command)) + 1 :]


def _list(entries: list[tuple[str, str]], heading: str | None = None) -> str:
    """A help list; IOS leaves a line free below it."""
    return "".join(f"{line}\n" for line in help_list(entries, heading)) + "\n"


def _columns(words: list[str]) -> str:
    return "".join(f"{line}\n" for line in word_columns(words))
