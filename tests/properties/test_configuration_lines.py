"""The running-config of whatever the grammar allows to be typed prints itself when it is loaded.

Lines are drawn from the grammar itself, so that every new command is tested without being named
here: each mode's every command is walked through at random.
"""

import random
from collections.abc import Iterable
from functools import cache

import pytest

from ioscli.cli.configuration import ConfigSession, LineKind, load
from ioscli.cli.grammar import read_folder, read_syntax
from ioscli.cli.running_config import running_config
from ioscli.cli.syntax import CommandSyntax, Syntax
from ioscli.model.config import RouterConfig
from ioscli.model.ifname import InterfaceName
from ioscli.resources import grammar_folder
from tests.cli.sample_lines import walk
from tests.cli.typing_config import PORTS, blank, grammar

#: What would end the script, or is not configuration.
_NOT_DRAWN = {"do", "config_end", "config_exit"}
_BLOCKS = 12
_LINES_A_BLOCK = 6
_HARDWARE = (*PORTS, InterfaceName("Dot11Radio", (0, 0)))


@cache
def syntax() -> Syntax:
    return read_syntax(read_folder(grammar_folder()))


def drawn(mode: str) -> list[CommandSyntax]:
    """The commands of a mode that scripts are made of."""
    return [command for command in syntax().modes[mode] if command.rule not in _NOT_DRAWN]


def line_of(command: CommandSyntax, chance: random.Random) -> str:
    """A complete line of a command; mostly not its `no` form, which would leave little."""
    for _ in range(4):
        words = walk(syntax().modes, command, chance)
        if words[0] not in ("no", "default") or chance.random() < 0.1:
            break
    return " ".join(words)


def session_of(config: RouterConfig, *, startup: bool = False) -> ConfigSession:
    return ConfigSession(grammar(), config, _HARDWARE, startup=startup)


@cache
def ways() -> dict[str, tuple[str, ...]]:
    """Lines that lead from EXEC to each configuration mode."""
    found: dict[str, tuple[str, ...]] = {"config": ()}
    queue = ["config"]
    while queue:
        mode = queue.pop(0)
        for command in drawn(mode):
            chance = random.Random(command.rule)
            for _ in range(4):
                line = line_of(command, chance)
                reached = mode_after((*found[mode], line))
                if reached not in found:
                    found[reached] = (*found[mode], line)
                    queue.append(reached)
    # What a radio has beside other interfaces is typed in the interface's mode.
    found["dot11_radio"] = ("interface Dot11Radio0/0",)
    return found


def mode_after(lines: tuple[str, ...]) -> str:
    session: ConfigSession = session_of(blank(_HARDWARE))
    for line in lines:
        session.feed(line)
    return "config" if session.collecting or session.finished else session.mode


def script(chance: random.Random, opener: CommandSyntax) -> list[str]:
    """Lines that IOS might be typed: global ones, and those of whatever sub-mode they lead to.

    opener: a command that is among them in any case.
    """
    lines: list[str] = []
    session = session_of(blank(_HARDWARE))

    def type_line(line: str) -> None:
        lines.append(line)
        session.feed(line)
        if session.collecting:  # a banner's text
            lines.extend(("text of a banner", "z"))
            for text in lines[-2:]:
                session.feed(text)

    for number in range(_BLOCKS):
        command = opener if number % 4 == 0 else chance.choice(drawn("config"))
        type_line(line_of(command, chance))
        for _ in range(_LINES_A_BLOCK):
            if session.mode == "config" or session.finished:
                break
            type_line(line_of(chance.choice(drawn(session.mode)), chance))
        if session.mode != "config":
            type_line("exit")
    return lines


def complaint(lines: Iterable[str]) -> str | None:
    """What is wrong with the running-config that a script leads to, or None."""
    config = blank(_HARDWARE)
    session = session_of(config)
    for line in lines:
        session.feed(line)
    text = list(running_config(config))
    copy = blank(_HARDWARE)
    for loaded in load(session_of(copy, startup=True), "\n".join(text)):
        if loaded.result.kind is LineKind.REJECTED:
            return f"its own line is refused: {loaded.text!r} {loaded.result}"
    again = list(running_config(copy))
    if again == text:
        return None
    lost = [line for line in text if line not in again]
    new = [line for line in again if line not in text]
    moved = "" if lost or new else " lines are in another order"
    return f"lost {lost}, new {new}{moved}"


def smallest(lines: list[str]) -> list[str]:
    """A script that still fails, without the lines that do not matter."""
    while True:
        for number in range(len(lines)):
            fewer = lines[:number] + lines[number + 1 :]
            if complaint(fewer) is not None:
                lines = fewer
                break
        else:
            return lines


@pytest.mark.parametrize("rule", [command.rule for command in drawn("config")])
def test_the_running_config_of_any_lines_prints_itself(rule: str) -> None:
    opener = next(command for command in drawn("config") if command.rule == rule)
    for seed in range(2):
        lines = script(random.Random(f"{rule} {seed}"), opener)
        if complaint(lines) is not None:
            fewest = smallest(lines)
            pytest.fail(f"{complaint(fewest)} after\n" + "\n".join(fewest))


#: Modes that no configuration line leads to, but for those that only a saved configuration does.
_NOT_REACHED = ("exec", "exec_user", "any_config", "parser_view_mode")


def test_every_mode_is_reached() -> None:
    modes = {mode for mode in syntax().modes if mode not in _NOT_REACHED}
    assert modes - set(ways()) == set()


@pytest.mark.parametrize("mode", sorted(syntax().modes))
def test_lines_of_every_mode_are_accepted(mode: str) -> None:
    """The scripts are worth something: in every mode that there is, lines are taken."""
    if mode in _NOT_REACHED:
        return
    chance = random.Random(mode)
    for _ in range(40):
        session = session_of(blank(_HARDWARE))
        for line in ways()[mode]:
            session.feed(line)
        taken = session.feed(line_of(chance.choice(drawn(mode)), chance))
        if taken.kind in (LineKind.MODELLED, LineKind.STORED):
            return
    pytest.fail(f"none of 40 lines drawn from {mode} is accepted")
