"""Whatever is typed at whatever mode: no traceback, no hang, and the mode stays known."""

import random
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ioscli.cli.session import Session
from ioscli.cli.terminal_session import TerminalSession
from ioscli.engine.simulation import Simulation
from ioscli.model.instant import seconds
from ioscli.router.router import Router
from tests.cli.glass import Glass
from tests.cli.typing_config import PORTS, grammar
from tests.properties.test_configuration_lines import drawn, line_of, ways

#: Configuration modes that a router here can be brought to: none has a radio.
_MODES = sorted(set(ways()) - {"dot11_radio"})
_PROMPT = re.compile(r"[^\s()]{1,20}(\([\w-]+\))?[#>]")


class Operator:
    """Somebody at a plain terminal of a real router."""

    def __init__(self, mode: str) -> None:
        self.router = Router(Simulation(seed=1), "R1", PORTS)
        self.router.boot()
        self.glass = Glass()
        self.open()
        if mode == "exec_user":
            return
        self.type("enable\r")
        if mode != "exec":
            self.type("\r".join(("configure terminal", *ways()[mode], "")))
            assert self.session.mode == mode

    def open(self) -> None:
        self.terminal = TerminalSession(
            lambda output, changed: Session(
                self.router, grammar(), output=output, on_change=changed, length=24
            ),
            self.draw,
        )
        self.session = self.terminal.session
        self.terminal.start()

    def draw(self, text: bytes) -> None:
        # Output may hold what was typed after Ctrl-V; only text is looked at here.
        self.glass.draw("".join(it for it in text.decode() if it.isprintable() or it in "\r\n\b"))

    def type(self, keys: str) -> None:
        """Type, and let some simulated time pass."""
        self.terminal.feed(keys.encode("utf-8", "surrogatepass"))
        simulation = self.router.simulation
        simulation.run_until(simulation.now + seconds(1))  # type: ignore[arg-type]  # whole seconds

    def check(self) -> None:
        """The session is alive: the interrupt key brings a prompt, of a mode that there is."""
        assert self.session.mode in grammar().modes
        for _ in range(50):
            if self.terminal.closed:
                self.session.close()
                self.open()
            self.type("\x03")
            if not (self.session.busy or self.session.paging or self.session.asking):
                break
        assert not self.session.busy
        self.type("\x03\x03\r")
        assert self.session.mode in ("exec", "exec_user")
        assert _PROMPT.fullmatch(self.glass.line), self.glass.line


_EDITING = "".join(map(chr, range(32))) + "\x7f"
_ARROWS = ("\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1bb", "\x1bd", "\x1by", "\x1b[3~", "\x1b")
_WORDS = (
    *("show ", "ip ", "no ", "do ", "default ", "interface ", "gi0/0", "lo1", "10.0.0.1 ", "255."),
    *("| include ", "| s", "(", "[", "*", "?", "\t", "\r", " ", "!", "exit\r", "end\r", "ping\r"),
    *("configure terminal\r", "banner motd #\r", "#", "show running-config\r", "y", "n", "q", "/x"),
)
_TYPED = st.lists(
    st.one_of(
        st.sampled_from(_WORDS),
        st.sampled_from(_WORDS),
        st.sampled_from(_EDITING),
        st.sampled_from(_ARROWS),
        st.text(max_size=8),
    ),
    max_size=40,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_keys_at_any_mode(data: st.DataObject) -> None:
    mode = data.draw(st.sampled_from(["exec_user", "exec", *_MODES]))
    operator = Operator(mode)
    operator.type(data.draw(_TYPED))
    operator.check()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_lines_of_the_grammar_cut_and_garbled(seed: int) -> None:
    """Lines that are almost right reach further than noise."""
    chance = random.Random(seed)
    mode = chance.choice(_MODES)
    operator = Operator(mode)
    for _ in range(6):
        line = line_of(chance.choice(drawn(mode)), chance)
        at = chance.randrange(len(line) + 1)
        garbled = chance.choice(
            (
                line[:at],
                line[:at] + "?",
                line[:at] + "\t",
                line[:at] + chance.choice(_EDITING) + line[at:],
                line[:at] + "?\x05 zq",
                f"no {line}",
                f"{line} {line}",
            )
        )
        operator.type(garbled + "\r")
    operator.check()


@pytest.mark.parametrize("mode", ["exec", "config", "interface"])
@pytest.mark.parametrize("text", ["x", "show ", "ip address ", "é", "\x16\x03", "|", "?", "^"])
def test_lines_of_ten_thousand_characters(mode: str, text: str) -> None:
    operator = Operator(mode)
    times = 10_000 if text not in ("?",) else 200
    operator.type((text * times)[:10_000])
    for key in ("\x01", "\x05", "\x17", "\x19", "\x14", "\t", "?", "\r"):
        operator.type(key)
        if operator.session.paging:
            operator.type("q")
    operator.check()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["exec", "config"]), st.text(max_size=60))
@example("config", "\ud800")
@example("exec", "show \N{LATIN SMALL LETTER E WITH ACUTE}")
def test_lines_of_any_text_handed_over_whole(mode: str, text: str) -> None:
    """A front end of its own (a transcript, a paste) may hand over what no key can type."""
    operator = Operator(mode)
    operator.session.help(text)
    operator.session.complete(text)
    operator.session.feed(text)
    operator.session.interrupt()
    assert operator.session.mode in grammar().modes


def test_help_after_every_character_changes_nothing() -> None:
    operator = Operator("config")
    operator.session.terminal.length = 0
    for character in "hostname Paris":
        operator.type(character + "?")
    operator.type("\r")
    assert operator.router.hostname == "Paris"
