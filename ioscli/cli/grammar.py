"""Reads the grammar files: Lark's loader parses them, this module turns its rules into syntax.

The one module that touches Lark, whose loader is an internal API (hence the pinned version).
Lark's notation is explained at the top of grammar/modes.lark and grammar/types.lark together
with what ioscli adds to it: help lines, marks, modes.
"""

import re
from ast import literal_eval
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lark.exceptions import LarkError
from lark.load_grammar import GrammarBuilder

from ioscli.cli.arguments import UnknownFormError, argument_type
from ioscli.cli.automaton import build_tables
from ioscli.cli.syntax import (
    Argument,
    BadGrammarError,
    Choice,
    CommandSyntax,
    HelpLine,
    Jump,
    Marks,
    Node,
    Optional,
    Repeat,
    Sequence,
    Syntax,
    Word,
)
from ioscli.cli.tables import WHOLE_LINE, Tables

#: Files read before the others, which refer to what they define.
FIRST = ("modes", "types")
_ARGUMENT_PREFIX = "A_"


def compile_grammar(texts: Mapping[str, str]) -> Tables:
    """The tables of the grammar whose files are given: stem -> text."""
    return build_tables(read_syntax(texts))


def read_folder(folder: Path) -> dict[str, str]:
    """The grammar files of a folder: stem -> text, in the order in which they are joined."""
    found = {path.stem: path for path in sorted(folder.glob("*.lark"))}
    order = [stem for stem in FIRST if stem in found]
    order += [stem for stem in found if stem not in FIRST]
    return {stem: found[stem].read_text(encoding="utf-8") for stem in order}


def read_syntax(texts: Mapping[str, str]) -> Syntax:
    """Everything that the grammar files say, with rules resolved; raises BadGrammarError."""
    builder = GrammarBuilder()
    stems: dict[str, str] = {}
    mode_rules: set[str] = set()
    section_modes = {section[0] for section in read_marks(texts).sections.values()}
    for stem, text in texts.items():
        try:
            builder.load_grammar(text if text.endswith("\n") else text + "\n", f"{stem}.lark")
        except LarkError as error:
            raise BadGrammarError(f"{stem}.lark: {error}") from error
        for name, definition in _named(builder._definitions):
            if name not in stems:
                stems[name] = stem
                may_be = stem == "modes" or name in section_modes
                if may_be and not definition.is_term and _only_rule_names(definition):
                    mode_rules.add(name)
    try:
        loaded = builder.build()
    except LarkError as error:
        raise BadGrammarError(str(error)) from error
    stored, help_lines = set[str](), list[HelpLine]()
    for stem, text in texts.items():
        file_help, file_stored = read_comments(stem, text)
        help_lines += file_help
        stored |= file_stored
    marks = read_marks(texts)
    rules = {str(name): (tuple(params), tree) for name, params, tree, _ in loaded.rule_defs}
    for name in sorted(stored - set(rules)):
        raise BadGrammarError(f"marked as stored, but no rule: {name}")
    for name in sorted(section_modes - mode_rules):
        raise BadGrammarError(f"marked as a section's mode, but no mode: {name}")
    reader = _Reader(rules, dict(_terminals(loaded.term_defs)), mode_rules)
    modes = {
        mode: tuple(
            CommandSyntax(rule, stems[rule], rule in stored, reader.rule(rule))
            for rule in reader.commands(mode)
        )
        for mode in stems
        if mode in mode_rules
    }
    return Syntax(modes, tuple(help_lines), marks)


# --- comments ----------------------------------------------------------------------------------

_HELP = re.compile(r"\s*//\?\s*(?:([a-z0-9_,\s]+?)\s*:\s+)?(\S+(?: \S+)*?) {2,}(\S.*?)\s*")
_MARK = re.compile(r"\s*//!\s*(stored|many|key|off|both|closes|section)\s+(.*)")


def read_comments(stem: str, text: str) -> tuple[list[HelpLine], set[str]]:
    """The `//?` help lines and the rules marked `//! stored` of one grammar file."""
    help_lines: list[HelpLine] = []
    stored: set[str] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        place = f"{stem}.lark:{number}"
        if line.lstrip().startswith("//?"):
            found = _HELP.fullmatch(line)
            if found is None:
                raise BadGrammarError(f"{place}: help line without two blanks before its text")
            modes = frozenset(found[1].replace(",", " ").split()) if found[1] else frozenset()
            help_lines.append(HelpLine(modes, tuple(found[2].split()), found[3], place))
        elif line.lstrip().startswith("//!"):
            found = _MARK.fullmatch(line)
            if found is None:
                raise BadGrammarError(f"{place}: unknown mark: {line.strip()}")
            stored.update(_marked(found[1], found[2].split()))
    return help_lines, stored


def _marked(mark: str, words: list[str]) -> list[str]:
    """The rules that a mark names."""
    match mark:
        case "key":
            return words[1:]
        case "section":
            return words[:1]
    return words


_SECTION_OPTIONS = re.compile(
    r"(bang|last|numbered|ranked|sorted|tabbed|typed|(ends|key|after|grouped|implied|literal)=\S+)"
)


def read_marks(texts: Mapping[str, str]) -> Marks:
    """How the stored rules of all files are kept: the `//!` marks."""
    marks = Marks({}, {}, frozenset(), frozenset(), frozenset())
    off, both, closes = set[str](), set[str](), set[str]()
    for stem, text in texts.items():
        for number, line in enumerate(text.splitlines(), start=1):
            found = _MARK.fullmatch(line)
            if found is None:
                continue
            mark, words = found[1], found[2].split()
            match mark:
                case "many":
                    marks.keys.update(dict.fromkeys(words, WHOLE_LINE))
                case "key" if words[0].isdigit():
                    marks.keys.update(dict.fromkeys(words[1:], int(words[0])))
                case "off":
                    off.update(words)
                case "both":
                    both.update(words)
                case "closes":
                    closes.update(words)
                case "section" if len(words) >= 3 and all(
                    map(_SECTION_OPTIONS.fullmatch, words[3:])
                ):
                    marks.sections[words[0]] = (words[1], words[2], tuple(words[3:]))
                case "stored":
                    pass
                case _:
                    raise BadGrammarError(f"{stem}.lark:{number}: unknown mark: {line.strip()}")
    return marks._replace(off=frozenset(off), both=frozenset(both), closes=frozenset(closes))


# --- Lark's trees --------------------------------------------------------------------------------


def _only_rule_names(definition: Any) -> bool:
    """Whether every alternative of a rule is the bare name of a rule: the mark of a mode."""
    if definition.tree is None or definition.params:
        return False
    return all(_rule_name(option) is not None for option in definition.tree.children)


def _rule_name(option: Any) -> str | None:
    """The rule that an alternative consists of, if it consists of a rule's name alone."""
    if option.data != "expansion" or len(option.children) != 1:
        return None
    return _symbol_name(option.children[0])


def _symbol_name(value: Any) -> str | None:
    """The rule that a tree names, if it is no more than that."""
    if value.data != "value" or not _is_nonterminal(value.children[0]):
        return None
    return str(value.children[0].name)


def _named(definitions: Mapping[Any, Any]) -> Iterable[tuple[str, Any]]:
    """Lark's names are tokens, a kind of str that marshal does not know."""
    return [(str(name), definition) for name, definition in definitions.items()]


def _is_nonterminal(symbol: Any) -> bool:
    return hasattr(symbol, "is_term") and not symbol.is_term


def _terminals(term_defs: Iterable[Any]) -> Iterable[tuple[str, Node]]:
    for term, (tree, _priority) in term_defs:
        name = str(term)
        if tree is None:
            raise BadGrammarError(f"terminal {name} has no text (%declare is not used here)")
        strings = [_string(token, name) for token in tree.scan_values(lambda _: True)]
        if name.startswith(_ARGUMENT_PREFIX):
            if len(strings) != 1:
                raise BadGrammarError(f"argument {name} needs one display form")
            try:
                argument_type(strings[0])
            except UnknownFormError as error:
                raise BadGrammarError(f"argument {name}: {error}") from error
            yield name, Argument(name, strings[0])
        else:
            yield name, _choice([Word(string, name) for string in strings])


def _string(token: Any, where: str) -> str:
    if token.type != "STRING" or not token.startswith('"') or not token.endswith('"'):
        raise BadGrammarError(f"{where}: only plain strings may stand here, not {token}")
    text = literal_eval(str(token))
    if not text or " " in text:
        raise BadGrammarError(f"{where}: a keyword is one word, not {token}")
    return str(text)


class _Reader:
    """Turns Lark's rule trees into syntax, with sub-rules and templates put in place."""

    def __init__(
        self,
        rules: Mapping[str, tuple[tuple[str, ...], Any]],
        terminals: Mapping[str, Node],
        modes: set[str],
    ) -> None:
        self._rules = rules
        self._terminals = terminals
        self._modes = modes
        self._open: list[str] = []
        self._done: dict[str, Node] = {}

    def commands(self, mode: str) -> list[str]:
        """The command rules of a mode; a mode among its alternatives lends its own commands."""
        found: dict[str, None] = {}
        self._collect(mode, found, ())
        return list(found)

    def _collect(self, mode: str, found: dict[str, None], via: tuple[str, ...]) -> None:
        if mode in via:
            raise BadGrammarError(f"mode {mode} includes itself")
        for option in self._flat(self._rules[mode][1]):
            rule = _rule_name(option)
            if rule is None:
                raise BadGrammarError(f"mode {mode}: every alternative is the name of one rule")
            if rule in self._modes:
                self._collect(rule, found, (*via, mode))
            else:
                found[rule] = None

    def _flat(self, tree: Any) -> Iterable[Any]:
        # %extend nests the alternatives that it adds, and puts them first.
        own = [child for child in tree.children if child.data != "expansions"]
        yield from own
        for child in reversed(tree.children):
            if child.data == "expansions":
                yield from self._flat(child)

    def rule(self, name: str) -> Node:
        """The syntax of a rule without parameters."""
        if name not in self._done:
            self._done[name] = self._expand(name, ())
        return self._done[name]

    def _expand(self, name: str, values: tuple[Node, ...]) -> Node:
        parameters, tree = self._rules[name]
        if len(parameters) != len(values):
            raise BadGrammarError(f"rule {name} takes {len(parameters)} parameters")
        self._enter(name)
        node = self._node(tree, dict(zip(parameters, values, strict=True)))
        self._open.pop()
        return node

    def _enter(self, name: str) -> None:
        if name in self._open:
            raise BadGrammarError(f"rule {name} contains itself")
        self._open.append(name)

    def _node(self, tree: Any, bound: Mapping[str, Node]) -> Node:
        children = tree.children
        match tree.data:
            case "expansions":
                return _choice([self._node(child, bound) for child in self._flat(tree)])
            case "expansion":
                return _sequence([self._node(child, bound) for child in children])
            case "maybe":
                return Optional(self._node(children[0], bound))
            case "expr":
                return self._repeated(children[0], bound, *map(str, children[1:]))
            case "value":
                return self._value(children[0], bound)
            case "literal":
                return Word(_string(children[0], self._open[-1]))
            case "template_usage":
                values = tuple(self._node(child, bound) for child in children[1:])
                return self._expand(str(children[0].name), values)
        raise BadGrammarError(f"rule {self._open[-1]}: {tree.data} has no meaning here")

    def _value(self, value: Any, bound: Mapping[str, Node]) -> Node:
        if not hasattr(value, "is_term"):
            return self._node(value, bound)
        name = str(value.name)
        if value.is_term:
            return self._terminals[name]
        if name in bound:
            return bound[name]
        return Jump(name) if name in self._modes else self.rule(name)

    def _repeated(self, tree: Any, bound: Mapping[str, Node], operator: str, *counts: str) -> Node:
        match operator:
            case "?":
                return Optional(self._node(tree, bound))
            case "*":
                return Optional(Repeat(_choice(list(self._options(tree, bound)))))
            case "+":
                return Repeat(_choice(list(self._options(tree, bound))))
        part, least, most = self._node(tree, bound), int(counts[0]), int(counts[-1])
        node: Node = Sequence(())
        for _ in range(most - least):
            node = Optional(_sequence([part, node]))
        return _sequence([*[part] * least, node])

    def _options(self, tree: Any, bound: Mapping[str, Node]) -> Iterable[Node]:
        """What may be repeated: the alternatives, and those of rules that stand alone there."""
        if tree.data == "expansions":
            for child in self._flat(tree):
                yield from self._options(child, bound)
            return
        name = _rule_name(tree) if tree.data == "expansion" else _symbol_name(tree)
        if name is not None and name not in bound and name not in self._modes:
            self._enter(name)
            yield from self._options(self._rules[name][1], {})
            self._open.pop()
        else:
            yield self._node(tree, bound)


def _choice(options: list[Node]) -> Node:
    return options[0] if len(options) == 1 else Choice(tuple(options))


def _sequence(parts: list[Node]) -> Node:
    kept = [part for part in parts if part != Sequence(())]
    return kept[0] if len(kept) == 1 else Sequence(tuple(kept))
