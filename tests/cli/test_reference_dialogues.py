"""Recorded dialogues of real routers, typed at ours.

Every command, prompt and reply of the reference interactions is either typed at a session and
answered alike, or left out by a rule that says why. Round-trip times and time stamps are masked,
and runs of blanks count as one: the recordings lost some.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from ioscli.cli.matcher import Grammar
from ioscli.cli.session import Session
from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import seconds
from ioscli.router.router import Router

REFERENCE = Path(__file__).parents[2].parent / "shared" / "reference" / "interaction"
PORTS = (InterfaceName.parse("Gi0/0"),)

#: What answers the pings of the recordings, beyond the cable.
NEIGHBOUR_ADDRESSES = ("1.1.1.1", "1.1.1.8", "2.2.2.2", "3.3.3.3", "192.0.0.5")


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


#: Why a dialogue is left out: a pattern for its source, prompt and lines, and the reason.
OUT_OF_SCOPE = (
    (r"standby|stby|redundancy|switch-activity", "a second supervisor"),
    (r"pagent|emu$", "Pagent, a traffic generator's image"),
    (r"\(acm|\(ca-|cs-server|crypto (key|pki)|config-register|rommon|\(conf-trust",
     "configuration sessions, certificates and the boot monitor are not part of this router yet"),
    (r"gkm|dlep|mfib|mroute|pim |nat translation|ipv6 (ospf|route|pim)|vrf|sdwan|pnpa|set interface"
     r"|monitor capture|snmp-server group|xconnect|match ip address|ip traffic|sa-strength",
     "features that are not part of this router yet"),
    (r"spanning-tree|mac address-table|udld|system mtu|HundredGig|diagnostic |set platform"
     r"|config-transaction|protocol http|scp server|usbflash|request platform|install |test crash"
     r"|Extended-data|configuration lock|dir /all|\[%N:/\]",
     "switches, and commands that IOS XE alone has"),
    (r"tftp|ftp:|usb:|flash-3|vrf_rp_super|c8000aep|copy_|bootflash:/|configure replace flash:b",
     "copies over a network, between media of other platforms, or cut short by their author"),
    (r"show version|show int e0/0|show inventory|show command|clear something|setup_mgmt|go to"
     r"|uname|messup|pwd|partial|exec2|exec_1|Hash|end indicator|retries|connect_|console_test",
     "made up by the recordings' authors, or another device's own data"),
    (r"% Invalid command at|syntax error|Profile gre_profile|weaker transform|%SYS-5-CONFIG_I",
     "replies of NETCONF or of IOS XE 17 to what IOSv takes silently"),
    (r"ping2_|Repeat count .*2\.2\.2\.2|/ 2\.2\.2\.2", "a crash of the router"),
    (r"3\.3\.3\.3", "the reply names another size than the questions were answered with"),
    (r"verbose|ping vrf|mgmt", "ping in a VRF"),
    (r"^c8kv|c8kv.*reload|/ reload|#reload|reload$", "a reload, which the tests of reload hold"),
    (r"c8kv_config_term|isr_exec: %N>disable", "states that the authors merged"),
    (r"enable 7", "no password is set for level 7"),
    (r"configure replace bootflash:base_conf", "IOS XE names a missing file otherwise than IOSv"),
    (r"ios_mock_data exec: %N>ping", "user EXEC takes ping with an address alone"),
    (r"clear line", "no other line is in use that could be cleared"),
)  # fmt: skip

#: What has to be typed first, for the reply to be possible.
PREPARATIONS = {
    r"configure replace unix:": ("copy running-config unix:base.cfg", ""),
}

#: Names of file systems that other platforms have for flash:.
_FLASH = re.compile(r"\b(?:bootflash|unix):")


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


def reason_against(dialogue: Dialogue) -> str | None:
    """Why a dialogue is left out, or None."""
    text = "\n".join(
        (str(dialogue), dialogue.command, *(f"{step.reply}" for step in dialogue.steps))
    )
    for pattern, reason in OUT_OF_SCOPE:
        if re.search(pattern, text, re.MULTILINE):
            return reason
    return None


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
        self.simulation.run_until(self.simulation.now + seconds(count))  # type: ignore[arg-type]

    def write(self, text: str) -> None:
        self.screen += text

    def settle(self) -> None:
        self.simulation.run_while(lambda: self.session.busy)

    def reach(self, prompt: str) -> None:
        """Go to the mode that a recorded prompt shows."""
        found = re.search(r"\((.*)\)#|([>#]) ?$", prompt)
        assert found is not None, prompt
        if found[2] == ">":
            self.session.feed("disable")
        elif found[1] is not None:
            self.session.feed("configure terminal")
            opener = {"config-line": "line vty 0 4", "acm-if": "interface GigabitEthernet0/0"}
            if found[1] in opener:
                self.session.feed(opener[found[1]])

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
    (r'marker\."', "marker."),
    # Some authors leave it out.
    (r"Enter configuration commands, one per line\.  End with CNTL/Z\.", ""),
    (r" +", " "),
)


def plain(text: str) -> list[str]:
    """A reply without what differs between two routers."""
    for pattern, instead in _MASKS:
        text = re.sub(pattern, instead, text)
    lines = [line.strip() for line in text.replace("\r", "").split("\n")]
    return [
        line for line in lines if line and line != "^" and not re.match(r"\*?\w{3} +\d.*: %", line)
    ]


def shape(prompt: str) -> str:
    """A prompt with the names of the host and of the recordings' configuration modes alike."""
    prompt = re.sub(r"^.*%N|^Router(?=[(>#])", "R", prompt).strip()
    return prompt.replace("(conf)", "(config)")


def difference(bench: Bench, dialogue: Dialogue) -> str | None:
    """Type a dialogue; how the first reply that differs does."""
    for pattern, lines in PREPARATIONS.items():
        if re.search(pattern, dialogue.command):
            for line in lines:
                bench.type(_FLASH.sub("flash:", line))
    bench.reach(dialogue.prompt)
    for step in dialogue.steps:
        typed = _FLASH.sub("flash:", step.typed)
        wanted = plain(_FLASH.sub("flash:", step.reply))
        if wanted[:1] == plain(typed):  # the echo
            wanted = wanted[1:]
        got = bench.type(typed)
        if step.prompt is None:
            got = _with_answers(bench, got, wanted)
        if plain(got) != wanted:
            return f"{typed!r}: {plain(got)} instead of {wanted}"
        if step.prompt is not None and shape(bench.prompt) != shape(step.prompt):
            return f"{typed!r}: prompt {bench.prompt!r} instead of {step.prompt!r}"
    return None


def _with_answers(bench: Bench, got: str, wanted: list[str]) -> str:
    """Answer the questions of a command as the recorded reply shows."""
    for _ in range(10):
        question = bench.session.asking
        if question is None:
            break
        begins = plain(question)[-1]
        line = next((line for line in wanted if line.startswith(begins)), None)
        got += question
        if line is None or line == wanted[-1]:
            break
        answer = line.removeprefix(begins).strip()
        got += f" {answer}\n" + bench.type(answer)
    return got


def test_every_dialogue_in_scope_is_answered_alike(
    grammar: Grammar, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: set[tuple[str, tuple[Step, ...]]] = set()
    counts: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    failures = []
    for dialogue in (*messages(), *recordings()):
        if (dialogue.prompt, dialogue.steps) in seen:
            continue
        seen.add((dialogue.prompt, dialogue.steps))
        reason = reason_against(dialogue)
        if reason is not None:
            left_out[reason] += 1
            continue
        wrong = difference(Bench(grammar), dialogue)
        counts["different" if wrong else "alike"] += 1
        if wrong:
            failures.append(f"{dialogue}\n    {wrong}")
    with capsys.disabled():
        print(f"\nreference dialogues: {counts['alike']} alike, {counts['different']} different")
        for reason, number in left_out.most_common():
            print(f"  {number:3} left out: {reason}")
    assert not failures, "\n" + "\n".join(failures)
    assert counts["alike"] >= 30
