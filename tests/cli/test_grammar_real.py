"""The grammar that is shipped: complete help, handlers, and answers held against an oracle."""

import random
from functools import cache

import pytest

from ioscli.cli.arguments import ANY_LINE, INTERFACE, argument_type
from ioscli.cli.grammar import read_folder, read_syntax
from ioscli.cli.matcher import Ambiguous, Grammar, Help, Invalid, Match, load_grammar
from ioscli.cli.registry import handler_of
from ioscli.cli.syntax import Argument, HelpLine, Syntax, Word
from ioscli.resources import grammar_folder

from . import residuals
from .sample_lines import value

#: What ConfigSession does itself: they move between modes and need no handler.
STRUCTURE = {"config_exit", "config_end"}


@cache
def grammar() -> Grammar:
    return load_grammar()


@cache
def syntax() -> Syntax:
    return read_syntax(read_folder(grammar_folder()))


def test_every_word_and_argument_has_help() -> None:
    tables = grammar().tables
    missing = set()
    for number, owner, text in zip(tables.label_of, tables.owner, tables.help_of, strict=True):
        label = tables.labels[number]
        # Help lists interface kinds, which have texts of their own, in the argument's place.
        if label is None or tables.help_texts[text] or label[1:] == (INTERFACE,):
            continue
        rule, mode, stem, _ = tables.commands[owner]
        name = label if isinstance(label, str) else label[0]
        missing.add(f"{stem}.lark: {rule} in {mode}: {name}")
    assert not missing, "\n".join(["no help:", *sorted(missing)])


def test_every_help_line_helps_somewhere() -> None:
    texts = set(grammar().tables.help_texts)
    unused = [line for line in syntax().help if line.text not in texts]
    assert not unused, "\n".join(f"{line.place}: {' '.join(line.path)}" for line in unused)


def test_every_help_line_is_for_modes_that_exist() -> None:
    def unknown(line: HelpLine) -> set[str]:
        return set(line.modes) - set(grammar().modes)

    wrong = [f"{line.place}: {unknown(line)}" for line in syntax().help if unknown(line)]
    assert not wrong, wrong


def test_every_command_has_a_handler() -> None:
    missing = []
    for rule, stem in sorted(
        {(rule, stem) for rule, _, stem, kept in grammar().tables.commands if not kept}
    ):
        if rule in STRUCTURE:
            continue
        try:
            handler_of(rule, stem)
        except (LookupError, ModuleNotFoundError) as error:
            missing.append(f"{stem}.lark: {rule} ({error})")
    assert not missing, "\n".join(["no handler:", *missing])


@pytest.mark.parametrize("mode", list(syntax().modes))
def test_help_and_refusals_are_those_of_the_oracle(mode: str) -> None:
    """Random ways through a mode, words shortened and mistyped, every `?` compared."""
    chance = random.Random(f"a walk through {mode}")
    checked = 0
    for _ in range(60):
        text = ""
        left = residuals.begin(syntax().modes, mode)
        for _ in range(8):
            choices = residuals.following(syntax().modes, left)
            _compare(mode, text, choices, residuals.finished(left))
            checked += 1
            if not choices:
                break
            head, word = _next_word(choices, chance)
            taken = residuals.take(choices, word)
            begin, text = len(text), f"{text}{word} "
            if isinstance(taken, str):
                refused = grammar().parse(mode, text)
                assert isinstance(refused, Invalid if taken == "invalid" else Ambiguous), text
                assert begin <= refused.position < len(text), text
                break
            left = taken
            # A mistyped keyword may be the beginning of a LINE: that is the rest, then.
            heads = [head] if isinstance(head, Argument) else [*choices] if "~" in word else []
            if any(
                isinstance(other, Argument) and argument_type(other.form).rank == ANY_LINE
                for other in heads
            ):
                break
    assert checked > 60


def _compare(mode: str, text: str, choices: residuals.Next, complete: set[str]) -> None:
    found = grammar().help(mode, text)
    assert isinstance(found, Help), text
    expected = residuals.displayed(choices) | ({"<cr>"} if complete else set())
    assert {word for word, _ in found.entries} == expected, text
    parsed = grammar().parse(mode, text)
    assert isinstance(parsed, Match) == bool(complete), text
    if isinstance(parsed, Match):
        assert parsed.rule in complete, text


def _next_word(choices: residuals.Next, chance: random.Random) -> tuple[Word | Argument, str]:
    head = chance.choice(sorted(choices, key=repr))
    if isinstance(head, Argument):
        return head, value(head.form, chance)
    damage = chance.random()
    # Where interface kinds are keywords too, the oracle does not know what a short word means.
    if any(isinstance(other, Argument) and other.form == INTERFACE for other in choices):
        damage = 1.0
    if damage < 0.3:
        return head, head.text[: chance.randint(1, len(head.text))]
    if damage < 0.4:
        return head, head.text.upper()
    if damage < 0.45:
        return head, f"{head.text[:1]}~{head.text[1:]}"
    return head, head.text
