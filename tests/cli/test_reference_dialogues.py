"""Recorded dialogues of real routers, typed at ours.

Every command, prompt and reply of the reference interactions is either typed at a session and
answered alike, or left out by name, with the reason (`dialogues_out_of_scope`). What two routers
cannot have alike is masked: round-trip times, time stamps, names of hosts and files, and of
`show version` the router's own data. Blanks count where the recording kept them.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from ioscli.cli.matcher import Grammar
from ioscli.cli.session import Session
from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.model.changes import InterfaceChanged, StaticRoutesChanged
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant, seconds
from ioscli.router.exec_lines import number_of
from ioscli.router.router import Router

from .dialogues_out_of_scope import OUT_OF_SCOPE

REFERENCE = Path(__file__).parents[2].parent / "shared" / "reference" / "interaction"
PORTS = (InterfaceName.parse("Gi0/0"),)

#: How many dialogues are in scope, at least.
MINIMUM = 114

#: What answers the pings of the recordings, beyond the cable.
NEIGHBOUR_ADDRESSES = ("1.1.1.1", "1.1.1.8", "2.2.2.2", "3.3.3.3", "192.0.0.5", "192.0.0.6")


class Step(NamedTuple):
    """One line typed, what came back, and the prompt after it (None: not recorded)."""

    typed: str
    reply: str
    prompt: str | None


class Dialogue(NamedTuple):
    """Steps from one command to the next prompt."""

    source: str
    prompt: str
    """Where the first line was typed."""
    steps: tuple[Step, ...]

    @property
    def command(self) -> str:
        return self.steps[0].typed

    def __str__(self) -> str:
        lines = " / ".join(step.typed for step in self.steps)
        return f"{self.source}: {self.prompt}{lines}"


#: What has to be typed first for the reply to be possible: a pattern for the dialogue.
PREPARATIONS = (
    (r"standby>enable|stby>enable|pagent_disable: %N>enable", ("conf t", "no enable password")),
    (
        r"key generate rsa(?: modulus 4096)?(?: exportable)?$|key zeroize",
        (
            "conf t",
            "hostname INT1",
            "ip domain-name ashritha.com",
            "crypto key generate rsa modulus 512",
            "crypto key generate rsa modulus 512 label RSAKEYS",
        ),
    ),
    (
        r"key generate rsa modulus 4096 exportable$",
        ("conf t", "crypto key zeroize rsa", "y", "crypto key generate ec"),
    ),
    (
        r"generate ec keysize (384|521)",
        ("conf t", "hostname INT1", "ip domain-name ashritha.com"),
    ),
    (r"generate ec keysize 521$", ("conf t", "crypto key generate ec")),
    (r"keysize 256 label ECKEYS$", ("conf t", "crypto key generate ec label ECKEYS")),
    (r"label RSAKEYS exportable$", ("conf t", "crypto key generate rsa modulus 512 label RSAKEYS")),
    (r"label ca$", ("conf t", "crypto key generate rsa modulus 512 label ca")),
    (r"/ enpasswd$", ("conf t", "enable password enpasswd")),
    (r">enable 7", ("conf t", "enable password level 7 cisco")),
    (r"clear line", ("conf t", "line vty 0 98")),
    (
        r"configure replace unix:",
        ("copy running-config flash:base.cfg", "", "conf t", "ip host Other 10.0.0.9"),
    ),
    (r"configure replace flash:b", ("copy running-config flash:backup_config", "")),
    (
        r"copy  bootflash: usb:",
        (
            "mkdir flash:test",
            "",
            "copy running-config flash:c8000aep-universalk9.17.12.04.0.4708.SSA.bin",
            "",
        ),
    ),
    (
        r"#reload /  / no?",
        ("conf t", "username cisco password cisco", "line con 0", "login local", "end", "write"),
    ),
)

#: How to get to the mode of a prompt, from global configuration.
OPENERS = {
    "config-line": "line vty 0 4",
    "acm-if": "interface GigabitEthernet0/0",
    "ca-trustpoint": "crypto pki trustpoint KEYPAIR",
    "ca-trustpool": "crypto pki trustpool policy",
}

#: Dialogues whose prompt at the end is another state's: the recordings' authors merged the two
#: (user EXEC ends up privileged after a ping, a line's mode is that of global configuration).
MERGED = (
    r"exec: %N>ping",
    r"c8kv_config_term: .*#(line|exec-timeout) ",
    r"ios_mock_data (config|redundancy): .*#(redundancy|main-cpu|standby console enable)$",
)
#: What is typed in a mode that the recording's prompt does not show.
UNSHOWN_MODES = {
    r"c8kv_config_term: .*#exec-timeout": "line vty 0 4",
    r"ios_mock_data redundancy: ": "redundancy",
}

#: In which VRF the neighbour is reached.
VRFS = {r"ping vrf management 1": "management", r"ping vrf test": "test"}

#: Questions of boot loaders and of the setup dialog, which a router with a saved configuration and
#: without such a loader never asks: their answers are not typed.
LOADER = re.compile(r"initial configuration dialog|BOOT CMD|^$")

#: Lines that the authors of recordings left out of replies.
LOST = ((r"clear line", " [OK]"),)

#: Names of file systems that other platforms have for flash:.
_FLASH = re.compile(r"\b(?:bootflash|unix|usbflash1|usb):")

#: The recorded routers number their lines otherwise; the vtys of IOSv begin at 578.
_CLEARED = re.compile(r"(?<=clear line )( *)([0-9]+)")


def _vty(found: re.Match[str]) -> str:
    return f"{found[1]}{number_of(int(found[2]))}"


def material(name: str) -> Path:
    """A file of the reference; a missing one fails in CI and is skipped elsewhere."""
    path = REFERENCE / name
    if not path.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"reference material is missing: {name}")
        pytest.skip(f"needs {name} of the reference material beside the project")
    return path


# -- reading the recordings ---------------------------------------------------------------------


def messages() -> Iterator[Dialogue]:
    """The commands with their replies."""
    for line in material("cli-messages.jsonl").read_text().splitlines():
        entry = json.loads(line)
        step = Step(entry["command"], entry["response"], None)
        yield Dialogue(f"{entry['platform']} message", entry["prompt"], (step,))


def recordings() -> Iterator[Dialogue]:
    """The walks through the state machines of unicon's recorded routers."""
    states: dict[str, Any] = {}
    for path in sorted(material("unicon-mock").glob("*.yaml")):
        for name, state in yaml.safe_load(path.read_text()).items():
            states.setdefault(name, state | {"file": path.stem})
    for name, state in states.items():
        if _is_ready(state):
            for steps in _walks(states, name, (), frozenset()):
                yield Dialogue(f"{state['file']} {name}", str(state["prompt"]), steps)


def _is_ready(state: dict[str, Any]) -> bool:
    """Whether a command can be typed there."""
    return re.fullmatch(r".*%N.*[>#] ?", str(state.get("prompt", ""))) is not None


def _walks(
    states: dict[str, Any], name: str, before: tuple[Step, ...], passed: frozenset[str]
) -> Iterator[tuple[Step, ...]]:
    """Every way from a state to the next prompt."""
    for typed, does in (states[name].get("commands") or {}).items():
        following = does.get("new_state") if isinstance(does, dict) else None
        reply = does.get("response") if isinstance(does, dict) else does
        text = reply[0] if isinstance(reply, list) else reply or ""
        state = states.get(following or name)
        prompt = None if state is None else str(state.get("prompt"))
        steps = (*before, Step(str(typed), str(text), prompt))
        if state is None or _is_ready(state) or following in (None, name):
            yield steps
        elif following not in passed:
            yield from _walks(states, following, steps, passed | {following})


# -- typing them --------------------------------------------------------------------------------


class Bench:
    """A router with a neighbour behind a cable, and a session at it."""

    def __init__(self, grammar: Grammar) -> None:
        self.simulation = Simulation(seed=1)
        self.screen = ""
        routers = [Router(self.simulation, name, PORTS) for name in ("Router", "Far")]
        Link(self.simulation, *(router.port(PORTS[0]) for router in routers))
        for router in routers:
            router.boot()
        self.router, self.grammar = routers[0], grammar
        self.session = self._open(routers[0], grammar)
        far = self._open(routers[1], grammar)
        self._configure(far, "hostname Far", *_interface("10.0.0.2"))
        for number, address in enumerate(NEIGHBOUR_ADDRESSES):
            self._configure(
                far, f"interface Loopback{number}", f"ip address {address} 255.255.255.255"
            )
        self._configure(
            self.session,
            "enable password cisco",
            *_interface("10.0.0.1"),
            *(f"ip route {it} 255.255.255.255 10.0.0.2" for it in NEIGHBOUR_ADDRESSES),
        )
        self._pass(5)
        self.session.feed("ping 10.0.0.2")  # so that no first ping waits for ARP
        self.settle()

    def _open(self, router: Router, grammar: Grammar) -> Session:
        return Session(router, grammar, output=self.write, privileged=True)

    def _configure(self, session: Session, *lines: str) -> None:
        for line in ("configure terminal", *lines, "end"):
            session.feed(line)
            self._pass(1)

    def _pass(self, count: int) -> None:
        self.simulation.run_until(Instant(self.simulation.now + seconds(count)))

    def write(self, text: str) -> None:
        self.screen += text

    def settle(self) -> None:
        """Wait for what is under way; whoever is thrown out comes back to the console."""
        self.simulation.run_while(lambda: self.session.busy)
        if self.session.closed:
            self.session = Session(self.router, self.grammar, output=self.write)

    def reach(self, prompt: str) -> None:
        """Go to the mode that a recorded prompt shows."""
        found = re.search(r"\((.*)\)#|([>#]) ?$", prompt)
        assert found is not None, prompt
        if found[2] == ">":
            self.session.feed("disable")
        elif found[1] is not None:
            self.session.feed("configure terminal")
            if found[1] in OPENERS:
                self.session.feed(OPENERS[found[1]])

    def move(self, vrf: str) -> None:
        """Have the neighbour, and what lies behind it, in a VRF."""
        for line in ("configure terminal", f"vrf definition {vrf}", "address-family ipv4", "end"):
            self.type(line)
        config = self.router.config
        config.interfaces[PORTS[0]].vrf = vrf
        config.static_routes[:] = [replace(route, vrf=vrf) for route in config.static_routes]
        self.router.apply([InterfaceChanged(PORTS[0]), StaticRoutesChanged()])
        self.settle()
        self.type(f"ping vrf {vrf} 10.0.0.2")

    def type(self, line: str) -> str:
        """Type a line; what came back."""
        self.screen = ""
        self.session.feed(line)
        self.settle()
        return self.screen

    @property
    def prompt(self) -> str:
        asking = self.session.asking
        return self.session.prompt if asking is None else asking


def _interface(address: str) -> tuple[str, ...]:
    return ("interface Gi0/0", f"ip address {address} 255.255.255.0", "no shutdown")


_MASKS = (
    (r"round-trip min/avg/max = \d+/\d+/\d+ ms", "round-trip min/avg/max = # ms"),
    (r"\(\d+ ms\)", "(# ms)"),
    (r"\d+ bytes copied in .*", "bytes copied"),
    (r"elapsed time was \d+ seconds", "elapsed time was # seconds"),
    (r"Copy in progress\.\.\.C+", "Copy in progress...C"),
    (r'marker\."', "marker."),
    (r'System image file is ".*"', 'System image file is "#"'),
    # Time stamps, and messages that only happened to come in between.
    (r"(?m)^\*?\w{3} +\d+ [\d:.]+(?: \w+)?: %SYS-5-CONFIG_I: .*\n", ""),
    (r"(?m)^\*\w{3} +\d+ [\d:.]+: %", "%"),
    # Some authors leave these out.
    (r"(?m)\]\?[ ]*$", "]"),
    (r"Enter configuration commands, one per line\. +End with CNTL/Z\.\n?", ""),
)


def plain(text: str) -> list[str]:
    """The lines of a reply without what differs between two routers, and no blank ones around."""
    text = text.replace("\r", "") + "\n"
    for pattern, instead in _MASKS:
        text = re.sub(pattern, instead, text)
    lines = [line.rstrip() for line in text.split("\n")]
    # The carets of the recordings are the authors'; those of real sessions are compared by
    # test_reference_texts.
    lines = [line for line in lines if line.strip() != "^"]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def alike(got: list[str], wanted: list[str]) -> bool:
    """Whether two replies are the same; blanks count in lines where the recording kept several."""
    if len(got) != len(wanted):
        return False
    return all(
        ours == theirs or ("  " not in theirs.strip() and ours.split() == theirs.split())
        for ours, theirs in zip(got, wanted, strict=True)
    )


_LOG = re.compile(r"%[A-Z_]+-\d-[A-Z_]+: ")

#: The lines of `show version` that hold a router's own data. IOSv has no others that the recorded
#: 7200 has too; their order is IOS's.
_VERSION_LINES = (
    r"Cisco IOS Software, .* Software \(.*\), (?:Experimental )?Version .*",
    r"ROM: .*",
    r"\S+ uptime is (?:\d+ (?:year|week|day|hour|minute)s?(?:, )?)+",
    r"System returned to ROM by reload(?: at .*)?",
    r'System image file is ".*"',
    r"Last reload reason: .*",
    r"Cisco .* \(revision .*\) with .*K/.*K bytes of memory\.",
    r"Processor board ID \w+",
    r"\d+ Gigabit Ethernet interfaces?",
    r"Configuration register is 0x[0-9A-F]+",
)


def version_lines(text: str) -> list[int]:
    """Which lines of `show version` a reply has, in its order."""
    found = []
    for line in text.replace("\r", "").split("\n"):
        found += [n for n, shape in enumerate(_VERSION_LINES) if re.fullmatch(shape, line.strip())]
    return found


def shape(prompt: str) -> str:
    """A prompt without the name of its host, and its configuration mode by IOS's name."""
    prompt = re.sub(r"^.*%N(?:-standby|-stby)?|^(?:Router|INT1)(?=[(>#])", "R", prompt).strip()
    return prompt.replace("(conf)", "(config)")


def difference(bench: Bench, dialogue: Dialogue) -> str | None:
    """Type a dialogue; how the first reply that differs does."""
    name = str(dialogue)
    for pattern, lines in PREPARATIONS:
        if re.search(pattern, name):
            for line in lines:
                bench.type(line)
            bench.type("end")
    for pattern, vrf in VRFS.items():
        if re.search(pattern, name):
            bench.move(vrf)
    bench.reach(dialogue.prompt)
    for pattern, line in UNSHOWN_MODES.items():
        if re.search(pattern, name):
            bench.type(line)
    before = dialogue.prompt
    for step in dialogue.steps:
        typed = _CLEARED.sub(_vty, _FLASH.sub("flash:", step.typed))
        if not LOADER.search(before):
            session = bench.session
            got = bench.type(typed)
            reloaded = bench.session is not session
            if step.reply or not reloaded:
                wrong = _reply_differs(bench, dialogue, step, typed, got)
                if wrong is not None:
                    return wrong
        before = before if step.prompt is None else step.prompt
        if LOADER.search(before) or (step is dialogue.steps[-1] and _merged(name)):
            continue
        if step.prompt is not None and shape(bench.prompt) != shape(step.prompt):
            return f"{typed!r}: prompt {bench.prompt!r} instead of {step.prompt!r}"
    return None


def _merged(name: str) -> bool:
    return any(re.search(pattern, name) for pattern in MERGED)


def _reply_differs(
    bench: Bench, dialogue: Dialogue, step: Step, typed: str, got: str
) -> str | None:
    wanted = plain(_FLASH.sub("flash:", step.reply))
    for echo in (typed, f"{dialogue.prompt}{typed}"):
        if wanted and wanted[0].split() == echo.split():
            wanted = plain("\n".join(wanted[1:]))
    if typed.endswith("show version"):
        lines = version_lines(got), version_lines(step.reply)
        if len(lines[0]) == len(_VERSION_LINES) and lines[0] == lines[1]:
            return None
        return f"{typed!r}: lines {lines[0]} instead of {lines[1]}"
    if step.prompt is None:
        got = _with_answers(bench, got, wanted)
    ours = plain(got)
    if not any(_LOG.match(line) for line in wanted):
        ours = [line for line in ours if not _LOG.match(line)]
    for pattern, lost in LOST:
        if re.search(pattern, str(dialogue)):
            ours = [line for line in ours if line != lost]
    if "%SYS-5-RELOAD" in step.reply:  # what the platform's loader prints follows
        ours, wanted = ours[:1], wanted[:1]
    elif wanted and wanted[-1] == "%":  # the beginning of a question
        wanted = wanted[:-1]
    elif wanted and wanted[-1] == "to re":  # where its author cut the recording
        ours = ours[: len(wanted) - 1] + [line[:5] for line in ours[len(wanted) - 1 : len(wanted)]]
    return None if alike(ours, wanted) else f"{typed!r}: {ours} instead of {wanted}"


def _with_answers(bench: Bench, got: str, wanted: list[str]) -> str:
    """Answer the questions of a command as the recorded reply shows."""
    for _ in range(10):
        question = bench.session.asking
        if question is None:
            break
        begins = plain(question)[-1].strip()
        line = next((line for line in wanted if line.startswith(begins)), None)
        if line is None:  # recorded apart from the reply
            break
        got += question
        answer = line.removeprefix(begins).strip()
        if line == wanted[-1]:  # and so is what came of the answer
            got += f" {answer}"
            break
        # Of a command with its dialogue in one text, blank lines between the two were lost.
        got += f" {answer}\n" + bench.type(answer).lstrip("\n")
    return got


def dialogues() -> Iterator[Dialogue]:
    """Every recorded dialogue once."""
    seen: set[tuple[str, tuple[Step, ...]]] = set()
    for dialogue in (*messages(), *recordings()):
        if (dialogue.prompt, dialogue.steps) not in seen:
            seen.add((dialogue.prompt, dialogue.steps))
            yield dialogue


def test_every_dialogue_in_scope_is_answered_alike(
    grammar: Grammar, capsys: pytest.CaptureFixture[str]
) -> None:
    left_out = {name for names in OUT_OF_SCOPE.values() for name in names}
    counts: Counter[str] = Counter()
    failures = []
    for dialogue in dialogues():
        if str(dialogue) in left_out:
            counts["left out"] += 1
            continue
        wrong = difference(Bench(grammar), dialogue)
        counts["different" if wrong else "alike"] += 1
        if wrong:
            failures.append(f"{dialogue}\n    {wrong}")
    with capsys.disabled():
        print(
            f"\nreference dialogues: {counts['alike']} alike, {counts['different']} different, "
            f"{counts['left out']} left out for {len(OUT_OF_SCOPE)} reasons"
        )
    assert not failures, "\n" + "\n".join(failures)
    assert counts["alike"] >= MINIMUM


def test_what_is_left_out_is_there() -> None:
    recorded = {str(dialogue) for dialogue in dialogues()}
    left_out = [name for names in OUT_OF_SCOPE.values() for name in names]
    assert not [name for name in left_out if name not in recorded]
    assert len(set(left_out)) == len(left_out)
