"""Stock Lark, from the same files, parses the words of every line that the matcher accepts.

The matcher says which keywords and arguments a line consists of; Lark's own Earley parser, given
those as tokens, must find a command of the same name with the same arguments among its parses.
"""

import os
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lark import Lark, Token, Tree
from lark.exceptions import LarkError
from lark.lexer import Lexer, PatternStr

from ioscli.cli.grammar import read_folder, read_syntax
from ioscli.cli.matcher import Grammar, Match, load_grammar
from ioscli.resources import grammar_folder, labs_folder

from .sample_lines import walk

#: Lines of configurations that are parsed both ways: Earley takes long over each.
_MOST_LINES = 800
CONFIGS = Path(__file__).parents[2].parent / "shared" / "reference" / "configs"


class _Given(Lexer):
    """Hands on tokens that are there already."""

    def __init__(self, conf: object) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Token]:
        # What was handed to Lark.parse as its text.
        yield from lexer_state


class Stock:
    """Lark itself with the whole grammar."""

    def __init__(self) -> None:
        texts = read_folder(grammar_folder())
        self.modes = list(read_syntax(texts).modes)
        self.lark = Lark(
            "\n".join(texts.values()),
            parser="earley",
            lexer=_Given,
            ambiguity="explicit",
            start=self.modes,
            maybe_placeholders=False,
        )
        self.keywords = {
            terminal.pattern.value: terminal.name
            for terminal in self.lark.terminals
            if isinstance(terminal.pattern, PatternStr) and not terminal.name.startswith("A_")
        }
        # A keyword terminal is not the literal of the same text: `no` is NO where rules say so.
        self.named = dict.fromkeys(("no", "default"), "NO")

    def commands(self, mode: str, match: Match) -> set[tuple[str, tuple[str, ...]]]:
        """The commands that Lark finds in the words of a match: rule and values."""
        spellings: list[list[Token]] = [[]]
        for name, text in _tokens(mode, match):
            kinds = [name]
            if not name.startswith("A_"):
                kinds = [kind[name] for kind in (self.keywords, self.named) if name in kind]
            spellings = [[*tokens, Token(kind, text)] for tokens in spellings for kind in kinds]
        found: set[tuple[str, tuple[str, ...]]] = set()
        for tokens in spellings:
            try:
                tree = self.lark.parse(tokens, start=mode)
            except LarkError:
                continue
            found |= set(self._commands(tree))
        return found

    def _commands(self, tree: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The commands in a tree whose root is a mode (or several such trees)."""
        for child in tree.children:
            if not isinstance(child, Tree):
                continue
            inner = [sub for sub in child.iter_subtrees() if sub.data in self.modes]
            if child.data == "_ambig" or child.data in self.modes:
                yield from self._commands(child)
            elif inner:
                for sub in inner:
                    yield from self._commands(sub)
            else:
                for values in _values(child):
                    yield str(child.data), values


def _values(tree: Any) -> Iterator[tuple[str, ...]]:
    """The argument tokens of a command, for every way in which it was parsed."""
    if isinstance(tree, Token):
        yield (str(tree),) if tree.type.startswith("A_") else ()
        return
    if tree.data == "_ambig":
        for child in tree.children:
            yield from _values(child)
        return
    ways: list[tuple[str, ...]] = [()]
    for child in tree.children:
        ways = [way + more for way in ways for more in _values(child)]
    yield from ways


def _tokens(mode: str, match: Match) -> Iterator[tuple[str, str]]:
    if match.mode != mode:
        yield "do", "do"
    yield from zip(match.args.form, match.args.words, strict=True)


@pytest.fixture(scope="module")
def stock() -> Stock:
    return Stock()


@cache
def grammar() -> Grammar:
    return load_grammar()


def _agree(stock: Stock, lines: list[tuple[str, str]]) -> int:
    """How many forms of command the lines showed, all of which Lark read alike."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for mode, line in lines:
        found = grammar().parse(mode, line)
        if not isinstance(found, Match):
            continue
        shape = (found.rule, found.args.form)  # the same in every mode that has the command
        if shape in seen:
            continue
        seen.add(shape)
        values = tuple(
            word
            for name, word in zip(found.args.form, found.args.words, strict=True)
            if name.startswith("A_")
        )
        assert (found.rule, values) in stock.commands(mode, found), (mode, line)
    return len(seen)


def test_every_command_of_the_grammar(stock: Stock) -> None:
    """Lines walked at random through each command's syntax."""
    syntax = read_syntax(read_folder(grammar_folder()))
    lines = [
        (mode, " ".join(words))
        for mode, commands in syntax.modes.items()
        for command in commands
        for words in [walk(syntax.modes, command, random.Random(command.rule))]
    ]
    for mode, line in lines:
        assert isinstance(grammar().parse(mode, line), Match), (mode, line)
    assert _agree(stock, lines) > len(grammar().tables.commands) / 2


def _modes_of(line: str) -> list[str]:
    """The modes that a line of a configuration may belong to."""
    others = ("exec_user", "exec", "any_config", "config")
    if line[0] != " ":
        return ["config"]
    return [mode for mode in grammar().modes if mode not in others]


def _config_lines(folder: Path) -> list[tuple[str, str]]:
    """Each line that differs from others in more than its numbers, once for every mode."""
    lines = [
        line
        for path in sorted(folder.rglob("*.cfg"))
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if line.strip()
    ]
    apart = list({re.sub(r"\d+", "#", line): line for line in lines}.values())
    chosen = random.Random(0).sample(apart, min(len(apart), _MOST_LINES))
    return [(mode, line) for line in chosen for mode in _modes_of(line)]


def test_the_lines_of_the_labs(stock: Stock) -> None:
    assert _agree(stock, _config_lines(labs_folder())) > 10


def test_the_lines_of_real_configurations(stock: Stock) -> None:
    if not CONFIGS.is_dir():
        assert os.environ.get("CI") != "true", "the reference configurations are missing"
        pytest.skip(f"no reference configurations at {CONFIGS}")
    assert _agree(stock, _config_lines(CONFIGS)) > 50
