"""Whatever an answer configures: checks of state find something, and say it in order."""

import re
from collections.abc import Callable, Iterator

import pytest

from ioscli.exercises.checks.adjacency import AdjacencyCheck
from ioscli.exercises.checks.config import ConfigCheck
from ioscli.exercises.checks.interface import InterfaceCheck
from ioscli.exercises.checks.isakmp import IsakmpCheck
from ioscli.exercises.checks.nat import NatCheck
from ioscli.exercises.checks.route import RouteCheck
from ioscli.exercises.checks.sa import SaCheck
from ioscli.exercises.config_text import ConfigText
from ioscli.exercises.reading import read_exercise
from ioscli.exercises.verdict import Check

from .trials import Bench, assert_plain

OF_STATE = (
    *(AdjacencyCheck, ConfigCheck, InterfaceCheck, IsakmpCheck, NatCheck, RouteCheck, SaCheck),
)
LABS = ("gre-over-ipsec", "ospf-multiarea", "broken-nat-exemption", "bgp-two-isps")
NAT = "nat: {node: R1, inside-local: 192.168.10.0/24, traffic: {from: PC1, to: 192.168.20.10}}"


def emptied(_text: str) -> str:
    return ""


def shut(text: str) -> str:
    config = ConfigText.parse(text)
    for place in config.find("interface *"):
        config = config.added("shutdown", place.at)
    return str(config)


def renamed(text: str) -> str:
    return re.sub(r"hostname (\S+)", r"hostname X\1", text)


def readdressed(text: str) -> str:
    return re.sub(r"ip address \d+\.(\d+)", r"ip address 77.\1", text)


def without_routing(text: str) -> str:
    config = ConfigText.parse(text)
    for place in reversed(config.find("router *")):
        config = config.without(place.at)
    return str(config) + "no ip routing\n"


def without_crypto(text: str) -> str:
    config = ConfigText.parse(text)
    for place in reversed(config.find("crypto *")):
        config = config.without(place.at)
    return str(config)


def nonsense(text: str) -> str:
    return text.replace("ip ", "pi ") + "\x00\xff ^C interface\n"


ODD = (emptied, shut, renamed, readdressed, without_routing, without_crypto, nonsense)


def checks_of_state(bench: Bench) -> Iterator[Check]:
    for task in read_exercise(bench.lab.file).tasks:
        yield from (check for check in task.checks if isinstance(check, OF_STATE))


@pytest.mark.parametrize("change", ODD)
@pytest.mark.parametrize("name", LABS)
def test_no_answer_makes_a_check_fall(
    shipped: Callable[..., Bench], name: str, change: Callable[[str], str]
) -> None:
    bench = shipped(name)
    answered = read_exercise(bench.lab.file).nodes
    changed = {node: change(bench.configs[node]) for node in answered}
    trial = bench.trial(**changed)
    checks = list(checks_of_state(bench))
    if name == "broken-nat-exemption":
        checks.append(bench.check(NAT))
    assert checks
    for check in checks:
        assert not check.disturbs
        verdict = check.judge(trial)
        assert_plain(verdict)
        bench.assert_typeable(verdict)
        assert verdict.shown_by
        assert not verdict.passed or not verdict.because


def test_equal_answers_get_equal_verdicts(shipped: Callable[..., Bench]) -> None:
    bench = shipped("gre-over-ipsec", solved=False)
    trials = bench.trial(), bench.trial()
    for check in checks_of_state(bench):
        first, second = (check.judge(trial) for trial in trials)
        assert first == second
