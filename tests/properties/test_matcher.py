"""The matcher against an oracle on grammars made up at random, and against any input at all."""

from functools import cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ioscli.cli.grammar import compile_grammar
from ioscli.cli.matcher import Ambiguous, Grammar, Help, Incomplete, Invalid, Match, load_grammar
from ioscli.cli.syntax import (
    Argument,
    Choice,
    CommandSyntax,
    Node,
    Optional,
    Repeat,
    Sequence,
    Word,
)
from tests.cli import residuals

ARGUMENTS = {
    "A_LOW": "<1-20>",
    "A_HIGH": "<5-150>",
    "A_ADDRESS": "A.B.C.D",
    "A_MASK": "MASK",
    "A_NAME": "WORD",
}
TERMINALS = "".join(f'{name}: "{form}"\n' for name, form in ARGUMENTS.items())
KEYWORDS = ("a", "ab", "abc", "b", "bcd", "10", "100", "Up")

words = st.sampled_from(KEYWORDS).map(Word)
arguments = st.sampled_from(sorted(ARGUMENTS.items())).map(lambda item: Argument(*item))
leaves = words | arguments


def _grown(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    # Every sequence holds a part that cannot be left out, so that what is repeated is something.
    sequences = st.builds(
        lambda first, others: Sequence((first, *others)),
        leaves,
        st.lists(parts | parts.map(Optional), min_size=1, max_size=2),
    )
    return sequences | several.map(Choice) | parts.map(Repeat) | several.map(Choice).map(Repeat)


nodes = st.recursive(leaves, _grown, max_leaves=8)
commands = st.builds(
    lambda keyword, parts: Sequence((keyword, *parts)),
    words,
    st.lists(nodes | nodes.map(Optional), max_size=3),
)
typed = st.sampled_from(
    [*KEYWORDS, "AB", "u", "bc", "1", "7", "15", "60", "1000", "x", "1.2.3.4", "1.2.3.999"]
)


def notation(node: Node) -> str:
    """A node as Lark writes it."""
    match node:
        case Word(text):
            return f'"{text}"'
        case Argument(name):
            return name
        case Sequence(parts):
            return " ".join(map(notation, parts))
        case Choice(options):
            return "(" + " | ".join(map(notation, options)) + ")"
        case Optional(part):
            return f"[{notation(part)}]"
        case Repeat(Choice() as part):
            return f"{notation(part)}+"
        case Repeat(part):
            return f"({notation(part)})+"
    raise AssertionError(node)


@settings(max_examples=300, deadline=None)
@given(st.lists(commands, min_size=1, max_size=4), st.lists(typed, max_size=6))
def test_every_answer_is_that_of_the_oracle(syntaxes: list[Node], line: list[str]) -> None:
    names = [f"c{number}" for number in range(len(syntaxes))]
    named = list(zip(names, syntaxes, strict=True))
    rules = "".join(f"{name}: {notation(node)}\n" for name, node in named)
    mode = f"exec: {' | '.join(names)}\n"
    grammar = Grammar(compile_grammar({"modes": mode + rules + TERMINALS}))
    modes = {"exec": tuple(CommandSyntax(name, "modes", False, node) for name, node in named)}
    text = ""
    left = residuals.begin(modes, "exec")
    for word in [*line, ""]:
        choices = residuals.following(modes, left)
        found = grammar.help("exec", text)
        expected = residuals.displayed(choices)
        complete = residuals.finished(left)
        assert isinstance(found, Help)
        assert {word for word, _ in found.entries} == expected | ({"<cr>"} if complete else set())
        parsed = grammar.parse("exec", text)
        if complete:
            assert isinstance(parsed, Match)
            assert parsed.rule == min(complete)
            assert len(parsed.args.words) == len(text.split())
        else:
            assert parsed == Incomplete()
        if not word:
            break
        taken = residuals.take(choices, word)
        begin, text = len(text), f"{text}{word} "
        if isinstance(taken, str):
            refused = grammar.parse("exec", text)
            assert isinstance(refused, Invalid if taken == "invalid" else Ambiguous)
            assert begin <= refused.position < len(text) - 1
            assert grammar.help("exec", text) == refused
            break
        left = taken


@cache
def real() -> Grammar:
    return load_grammar()


LINES = st.text(max_size=60) | st.lists(
    st.sampled_from(
        ["show", "ip", "no", "interface", "gi", "gi0/", "0/1", "do", "!", "\t", "crypto"]
    )
    | st.text(max_size=8),
    max_size=8,
).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(real().modes), LINES)
@example("exec", "x" * 10_000)
@example("exec", "show " * 2_000)
@example("config", "no " * 3_300)
@example("config", "interface gi" + "0/" * 5_000)
@example("config", "interface " + "9" * 9_990)
@example("config", " " * 10_000)
@example("config", "ip name-server " + "1.1.1.1 " * 1_250)
@example("config", "ip route 0.0.0.0 0.0.0.0 " + "1" * 9_000)
@example("interface", "description " + "\x00\x1b[31m\u202e\ud800" * 900)
@example("interface", "\uff49\uff50 address")
@example("config", "\u0130p route")
@example("config", "access-list \u0663")
def test_no_input_raises(mode: str, line: str) -> None:
    grammar = real()
    found = grammar.parse(mode, line)
    if isinstance(found, Match):
        assert found.args.words
        for name in found.args.form:
            found.args.get(name)
        assert found.args.all("A_NOT_THERE") == []
    elif isinstance(found, Invalid | Ambiguous):
        assert 0 <= found.position < len(line)
    grammar.help(mode, line)
    completed = grammar.complete(mode, line)
    assert completed is None or completed.endswith(" ")
