"""Small grammars for tests of the grammar engine."""

from ioscli.cli.grammar import compile_grammar
from ioscli.cli.matcher import Grammar, Help, Match

MODES = """
exec: placeholder
config: placeholder
interface: config
placeholder: "placeholder"
NO: "no" | "default"
"""


def grammar_of(feature: str, modes: str = MODES) -> Grammar:
    """The grammar of a modes file and one feature file."""
    return Grammar(compile_grammar({"modes": modes, "feature": feature}))


def matched(grammar: Grammar, line: str, mode: str = "exec") -> Match:
    """The match of a line that must match."""
    found = grammar.parse(mode, line)
    assert isinstance(found, Match), found
    return found


def listed(grammar: Grammar, text: str, mode: str = "exec") -> list[str]:
    """The words that `?` lists."""
    found = grammar.help(mode, text)
    assert isinstance(found, Help), found
    return [word for word, _ in found.entries]
