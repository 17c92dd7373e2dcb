"""The grammar engine: lines matched a second, text to running-config, loading of the tables.

The lines are those of real configurations that the grammar accepts, where the reference material
lies beside the project; the labs' configurations otherwise (said in the figure's name).
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench.figure import Figure
from bench.timing import each
from ioscli.cli.matcher import Grammar, Match, load_grammar
from ioscli.cli.tables import load_tables
from ioscli.resources import labs_folder

REFERENCE = Path(__file__).parents[1].parent / "shared" / "reference" / "configs"

MATCHED_AT_LEAST = 60_000
"""Lines a second."""
CONFIGURED_AT_LEAST = 20_000
"""Lines a second."""
LOADED_WITHIN = 10_000.0
"""Microseconds."""

_NOT_SUB_MODES = ("exec_user", "exec", "any_config", "config")

Lines = list[tuple[str, str]]


def figures() -> Iterator[Figure]:
    grammar = load_grammar()
    real = REFERENCE.is_dir()
    files = sorted((REFERENCE if real else labs_folder()).rglob("*.cfg"))
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    lines = [found for text in texts for found in accepted(grammar, text)]
    name = f"{'real' if real else 'labs (no reference configs)'} config lines"
    matching, converting = each(
        partial(_match, grammar, lines), partial(_convert, grammar, lines), rounds=5
    )
    rate = len(lines) / matching * 1e6
    yield _rate(f"{name}, match with captures", rate, MATCHED_AT_LEAST)
    rate = len(lines) / converting * 1e6
    yield _rate(f"{name}, and every value converted", rate, MATCHED_AT_LEAST)
    rate = _whole_path(grammar, [text.splitlines() for text in texts])
    yield _rate(f"{name}, text to running-config", rate, CONFIGURED_AT_LEAST)
    (loading,) = each(lambda: Grammar(load_tables()))
    yield Figure(
        f"grammar tables loaded ({len(grammar.tables.commands)} commands)",
        loading / 1000,
        "ms",
        "",
        None,
        f"<= {LOADED_WITHIN / 1000:.0f} ms",
        loading <= LOADED_WITHIN,
    )


def _rate(name: str, rate: float, least: int) -> Figure:
    return Figure(name, rate, "lines/s", "", None, f">= {least:,}/s", rate >= least)


def accepted(grammar: Grammar, text: str) -> Lines:
    """The lines of a configuration that the grammar accepts, each with a mode that takes it."""
    subs = [mode for mode in grammar.modes if mode not in _NOT_SUB_MODES]
    found: Lines = []
    for line in text.splitlines():
        modes = subs if line.startswith(" ") else ["config"]
        for mode in modes:
            if isinstance(grammar.parse(mode, line), Match):
                found.append((mode, line))
                break
    return found


def _match(grammar: Grammar, lines: Lines) -> None:
    parse = grammar.parse
    for mode, line in lines:
        parse(mode, line)


def _convert(grammar: Grammar, lines: Lines) -> None:
    parse = grammar.parse
    for mode, line in lines:
        found = parse(mode, line)
        if isinstance(found, Match):
            args = found.args
            for name in args.names:
                args.all(name)


def _whole_path(grammar: Grammar, configs: list[list[str]]) -> float:
    """Accepted lines a second, text through a ConfigSession to the lines of running-config.

    The lines that are refused cost time too, and are not counted.
    """
    from ioscli.cli.configuration import ConfigSession, LineKind
    from ioscli.cli.running_config import running_config
    from ioscli.model.config import RouterConfig

    def all_of(on_kind: Callable[[LineKind], object]) -> None:
        for lines in configs:
            config = RouterConfig()
            session = ConfigSession(grammar, config, None, startup=True)
            for line in lines:
                on_kind(session.feed(line).kind)
            for _ in running_config(config):
                pass

    kinds: list[LineKind] = []
    all_of(kinds.append)
    count = kinds.count(LineKind.MODELLED) + kinds.count(LineKind.STORED)
    (taken,) = each(lambda: all_of(id), rounds=5)
    return count / taken * 1e6
