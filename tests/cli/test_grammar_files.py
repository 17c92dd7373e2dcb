"""Reading grammar files: Lark's notation, modes, help lines, marks, and what is refused."""

import pytest

from ioscli.cli.grammar import compile_grammar, read_comments, read_syntax
from ioscli.cli.matcher import Help, Invalid
from ioscli.cli.syntax import BadGrammarError, HelpLine

from .grammars import MODES, grammar_of, listed, matched


def test_lark_notation() -> None:
    grammar = grammar_of("""
%extend exec: groups | counts | exact | templates | shared
groups: "groups" ("a" | "b" "c")? ["d"] "e"~2
counts: "counts" A_N~1..3
exact: "exact" pair~2
pair: "x" A_N
templates: "templates" listed{A_N}
listed{item}: item ("and" item)*
shared: "shared" target | "shared" "twice" target target
target: A_N | "any" [A_N]
A_N: "<1-9>"
""")
    for line in ("groups e e", "groups a e e", "groups b c d e e"):
        assert matched(grammar, line).rule == "groups"
    assert grammar.parse("exec", "groups a d e e e") == Invalid(15)
    assert matched(grammar, "counts 1 2 3").args.all("A_N") == [1, 2, 3]
    assert grammar.parse("exec", "counts 1 2 3 4") == Invalid(13)
    assert matched(grammar, "exact x 1 x 2").args.all("A_N") == [1, 2]
    assert matched(grammar, "templates 1 and 2 and 3").args.all("A_N") == [1, 2, 3]
    assert matched(grammar, "shared twice any 5 6").args.all("A_N") == [5, 6]


def test_a_group_in_parentheses_is_one_option() -> None:
    grammar = grammar_of("""
%extend exec: ping | trace
ping: "ping" (("tunnel" | "transport") | "size" A_N | extra)*
trace: "trace" extra+
extra: "validate" | "verbose"
A_N: "<1-9>"
""")
    assert listed(grammar, "ping tunnel ") == ["size", "validate", "verbose", "<cr>"]
    assert listed(grammar, "ping validate ") == ["size", "transport", "tunnel", "verbose", "<cr>"]
    assert listed(grammar, "trace ") == ["validate", "verbose"]
    assert listed(grammar, "trace verbose ") == ["validate", "<cr>"]


def test_options_that_begin_with_a_value_may_come_again() -> None:
    grammar = grammar_of("""
%extend exec: add
add: "add" (A_N | "last")*
A_N: "<1-9>"
""")
    assert matched(grammar, "add 1 last 2 3").args.all("A_N") == [1, 2, 3]
    assert listed(grammar, "add 1 last 2 ") == ["<1-9>", "<cr>"]


def test_commands_know_their_file_and_mark() -> None:
    texts = {
        "modes": MODES,
        "tunnel": '%extend config: tunnel_mode\ntunnel_mode: "tunnel" "mode"\n',
        "extra": '%extend config: keep | tune\nkeep: "keep"\ntune: "tune"\n//! stored keep\n',
    }
    commands = {command[0]: command for command in compile_grammar(texts).commands}
    assert commands["tunnel_mode"] == ("tunnel_mode", "interface", "tunnel", False)
    assert commands["keep"][2:] == ("extra", True)
    assert commands["tune"][2:] == ("extra", False)


def test_help_lines() -> None:
    lines, stored = read_comments(
        "ip",
        "//? ip mtu A_MTU   MTU (bytes)\n"
        'rule: "x" // not help\n'
        "  //? exec, exec_user: show  Show  running\n"
        "//? time 10:00  A path may hold a colon\n"
        "//! stored a b\n//! stored c\n",
    )
    nowhere: frozenset[str] = frozenset()
    assert lines == [
        HelpLine(nowhere, ("ip", "mtu", "A_MTU"), "MTU (bytes)", "ip.lark:1"),
        HelpLine(frozenset({"exec", "exec_user"}), ("show",), "Show  running", "ip.lark:3"),
        HelpLine(nowhere, ("time", "10:00"), "A path may hold a colon", "ip.lark:4"),
    ]
    assert stored == {"a", "b", "c"}


def test_help_prefers_the_longer_path_then_the_mode() -> None:
    grammar = grammar_of("""
%extend exec: show
%extend config: set
show: "show" "clock" ["detail"]
set: NO "clock" A_N | "clock" A_N
A_N: "<1-9>"
//? clock   In general
//? config: clock   In configuration
//? NO clock   Taken back
//? show clock   Displayed
//? A_N   A number
//? no clock A_N   Which one
""")
    tables = grammar.tables
    texts = {
        (tables.labels[label], tables.help_texts[text])
        for label, text in zip(tables.label_of, tables.help_of, strict=True)
    }
    assert ("clock", "Displayed") in texts
    assert ("clock", "In configuration") in texts
    assert ("clock", "Taken back") in texts
    # The interface mode has the commands of configuration, not its help.
    assert ("clock", "In general") in texts
    found = grammar.help("config", "")
    assert isinstance(found, Help)
    assert dict(found.entries)["clock"] == "In configuration"
    assert (("A_N", "<1-9>"), "Which one") in texts
    assert (("A_N", "<1-9>"), "A number") in texts
    assert ("detail", "") in texts


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        ('%extend exec: a\na: "x" b\nb: "y" a\n', "contains itself"),
        ('%extend exec: a\na: "x"? "y"*\n', "empty line"),
        ('%extend exec: a\na: "two words"\n', "one word"),
        ('%extend exec: a\na: ""\n', "one word"),
        ("%extend exec: a\na: /x+/\n", "plain strings"),
        ('%extend exec: a\na: "x"i\n', "plain strings"),
        ('%extend exec: a\na: "x".."z"\n', "no meaning"),
        ('%extend exec: a\na: "x" -> b\n', "no meaning"),
        ('%extend exec: a\na: "x" A_N\nA_N: "<1-"\n', "unknown argument form"),
        ('%extend exec: a\na: "x" A_N\nA_N: "<1-2>" | "WORD"\n', "one display form"),
        ('%extend exec: a\na: "x" A_N\n%declare A_N\n', "no text"),
        ('%extend exec: a\na: "x" b\n', "'b' used but not defined"),
        ("%extend exec: a\n", "'a' used but not defined"),
        ('%extend exec: "x"\n', "every alternative"),
        ('%extend exec: a b\na: "x"\nb: "y"\n', "every alternative"),
        ('%extend nowhere: a\na: "x"\n', "wasn't defined"),
        ('exec: "x"\n', "defined more than once"),
        ('%extend exec: a\na: "x" b\nb{t}: "y" t\n', "1 parameters"),
        ("%extend exec: interface\n%extend interface: exec\n", "includes itself"),
        ("a: (\n", "feature.lark"),
        ("//? just one blank\n", "feature.lark:1"),
        ("//! kept a\n", "unknown mark"),
        ("//! stored a\n", "no rule: a"),
    ],
)
def test_bad_grammars_are_refused(feature: str, message: str) -> None:
    with pytest.raises(BadGrammarError, match=message):
        compile_grammar({"modes": MODES, "feature": feature})


def test_modes_are_the_rules_of_names_in_the_modes_file() -> None:
    syntax = read_syntax({"modes": MODES, "feature": 'alias: other\nother: "x"\n'})
    assert list(syntax.modes) == ["exec", "config", "interface"]
