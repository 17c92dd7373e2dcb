"""Routers to type configuration at, in tests."""

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from ioscli.cli.configuration import ConfigSession, LineKind, LineResult, LoadedLine, load
from ioscli.cli.matcher import Ambiguous, Grammar, Incomplete, Invalid
from ioscli.cli.running_config import running_config
from ioscli.cli.tables import make_tables
from ioscli.model.config import RouterConfig, new_router_config
from ioscli.model.ifname import InterfaceName
from ioscli.resources import grammar_folder

PORTS = tuple(InterfaceName("GigabitEthernet", (0, number)) for number in range(4))
REFERENCE = Path(__file__).parents[2].parent / "shared" / "reference"


@cache
def grammar() -> Grammar:
    """The emulator's own grammar, compiled afresh so that no stale table is tested."""
    return Grammar(make_tables(grammar_folder()))


def blank(hardware: Iterable[InterfaceName] = PORTS) -> RouterConfig:
    """A router fresh from the box."""
    return new_router_config("Router", hardware)


class Prompt:
    """A configuration prompt; what is typed is echoed after it, as on a screen."""

    def __init__(self, config: RouterConfig | None = None) -> None:
        self.config = blank() if config is None else config
        self.session = ConfigSession(grammar(), self.config, PORTS)

    def type(self, *lines: str) -> list[LineResult]:
        """Feed lines that must all be accepted."""
        results = [self.session.feed(line) for line in lines]
        for line, result in zip(lines, results, strict=True):
            assert result.kind is not LineKind.REJECTED, (line, result)
        return results

    def screen(self, text: str) -> str:
        """Feed a script; the screen after it, prompts and IOS's answers included."""
        shown = []
        for line in text.splitlines():
            prompt = f"{self.config.hostname}({self.session.prompt_suffix})#"
            if self.session.collecting:
                prompt = ""
            result = self.session.feed(line)
            shown.append(prompt + line)
            shown += result.messages
            match result.error:
                case Invalid(position):
                    shown.append(" " * (len(prompt) + position) + "^")
                    shown.append("% Invalid input detected at '^' marker.")
                case Incomplete():
                    shown.append("% Incomplete command.")
                case Ambiguous():
                    shown.append(f'% Ambiguous command:  "{line}"')
        return "\n".join(shown)

    def section(self, header: str) -> list[str]:
        """The lines under a header of the running-config."""
        lines = list(running_config(self.config))
        start = lines.index(header)
        rest = lines[start + 1 :]
        return rest[: _end_of_section(rest)]


def _end_of_section(lines: list[str]) -> int:
    return next(number for number, line in enumerate(lines) if not line.startswith(" "))


def loaded(text: str, config: RouterConfig) -> list[LoadedLine]:
    """What a startup configuration did to a router."""
    return list(load(ConfigSession(grammar(), config, PORTS, startup=True), text))


def reference(path: str) -> str:
    """A real capture; without the reference material beside the project the test is skipped."""
    found = REFERENCE / path
    if not found.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"reference material is missing: {path}")
        pytest.skip(f"needs {path} of the reference material beside the project")
    return found.read_text(encoding="utf-8", errors="replace")
