"""The check `interface`."""

from collections.abc import Callable

import pytest

from ioscli.labs.errors import InputError
from ioscli.model.instant import SECOND, Duration

from .trials import Bench

R1 = """\
hostname R1
interface GigabitEthernet0/0
 ip address 10.0.0.1 255.255.255.0
 no shutdown
interface GigabitEthernet0/1
 ip address 10.1.0.1 255.255.255.0
 shutdown
interface Serial0/0
 ip address 10.2.0.1 255.255.255.0
interface Tunnel0
 ip address 10.9.0.1 255.255.255.0
 ip mtu 1400
 tunnel source GigabitEthernet0/0
 tunnel destination 10.0.0.2
"""
R2 = """\
hostname R2
interface GigabitEthernet0/0
 ip address 10.0.0.2 255.255.255.0
"""


@pytest.fixture
def lab(bench: Callable[..., Bench]) -> Bench:
    return bench("R1:Gi0/0 R2:Gi0/0,R1:Gi0/1 R3:Gi0/0,R1:Se0/0 R2:Se0/0", R1=R1, R2=R2)


@pytest.mark.parametrize(
    ("rest", "passes", "seen"),
    [
        ("Gi0/0, state: up, protocol: up", True, "GigabitEthernet0/0 of R1: up, line protocol up"),
        ("Gi0/0, state: down", False, "GigabitEthernet0/0 of R1: up"),
        ("Gi0/0", True, "GigabitEthernet0/0 of R1: up"),
        ("Gi0/1, state: shutdown, protocol: down", True, "shut down, line protocol down"),
        ("Gi0/1, state: up", False, "GigabitEthernet0/1 of R1: shut down"),
        ("Gi0/0, address: 10.0.0.1/24", True, "address 10.0.0.1/24"),
        ("Gi0/0, address: 10.0.0.1/25", False, "GigabitEthernet0/0 of R1: address 10.0.0.1/24"),
        ("Tu0, ip-mtu: 1400, tunnel-mode: gre", True, "IP MTU 1400, tunnel mode gre ip"),
        ("Tu0, ip-mtu: 1476", False, "Tunnel0 of R1: IP MTU 1400"),
        ("Tu0, tunnel-mode: ipsec", False, "Tunnel0 of R1: tunnel mode gre ip"),
        ("Gi0/0, tunnel-mode: gre", False, "GigabitEthernet0/0 of R1: no tunnel"),
        ("Tu7, state: up", False, "R1 has no Tunnel7"),
        ("Tu7, expect: no", True, "R1 has no Tunnel7"),
        ("Tu0, expect: no", False, "Tunnel0 of R1: up"),
        ("Tu0, protocol: up, expect: no", False, "Tunnel0 of R1: line protocol up"),
    ],
)
def test_what_it_is_like(lab: Bench, rest: str, passes: bool, seen: str) -> None:
    verdict = lab.judge(f"interface: {{node: R1, interface: {rest}, within: 5s}}")
    assert verdict.passed is passes, verdict
    assert verdict.seen.endswith(seen)


@pytest.mark.parametrize(
    ("name", "changed", "because"),
    [
        ("Gi0/1", {}, "GigabitEthernet0/1 of R1 is shut down"),
        (
            "Tu0",
            {"R1": R1.replace("source GigabitEthernet0/0", "source GigabitEthernet0/1")},
            "source",
        ),
        (
            "Tu0",
            {"R1": R1.replace("destination 10.0.0.2", "destination 10.7.0.2")},
            "no route to 10.7.0.2",
        ),
    ],
)
def test_why_it_is_down(lab: Bench, name: str, changed: dict[str, str], because: str) -> None:
    check = f"interface: {{node: R1, interface: {name}, protocol: up, within: 5s}}"
    verdict = lab.judge(check, **changed)
    assert not verdict.passed
    assert any(because in cause for cause in verdict.because), verdict


def test_a_serial_line_that_nobody_answers_on(lab: Bench) -> None:
    trial = lab.trial()
    trial.wait(Duration(60 * SECOND))  # three keepalives
    verdict = lab.check("interface: {node: R1, interface: Se0/0, protocol: up, within: 5s}").judge(
        trial
    )
    assert not verdict.passed
    assert "Serial0/0 of R2 is shut down" in verdict.because


def test_it_may_take_its_time(lab: Bench) -> None:
    trial = lab.trial()
    link = trial.topology.find_link("R1:Gi0/0")
    link.set_up(False)
    trial.wait(Duration(5 * SECOND))  # the carrier delay
    check = lab.check("interface: {node: R1, interface: Gi0/0, protocol: up, within: 20s}")
    verdict = check.judge(trial)
    assert not verdict.passed
    assert "the cable between R1:GigabitEthernet0/0 and R2:GigabitEthernet0/0 is cut" in (
        verdict.because
    )
    trial.topology.simulation.after(5_000_000, lambda: link.set_up(True))
    assert check.judge(trial).passed


def test_titles(lab: Bench) -> None:
    rest = "state: up, protocol: up, address: 10.0.0.1/24, ip-mtu: 1400, tunnel-mode: ipsec"
    assert lab.check(f"interface: {{node: R1, interface: tu0, {rest}}}").title == (
        "Tunnel0 of R1: up, line protocol up, address 10.0.0.1/24, IP MTU 1400, tunnel mode "
        "ipsec ipv4"
    )
    text = "interface: {node: R1, interface: tu0, expect: no}"
    assert lab.check(text).title == "R1 has no Tunnel0"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("interface: {node: R1}", 'interface has no "interface"'),
        ("interface: {node: R1, interface: Foo0}", "is not the name of an interface"),
        ("interface: {node: R1, interface: Tu0, address: 10.0.0.1}", "with its length"),
        ("interface: {node: R1, interface: Tu0, address: 10.0.0.1/33}", "is not an address"),
        ("interface: {node: R1, interface: Tu0, state: admin}", 'unknown "admin"'),
        ("interface: {node: R1, interface: Tu0, tunnel-mode: l2tp}", 'unknown "l2tp"'),
        ("interface: {node: R1, interface: Tu0, ip-mtu: 20}", "is not within 68 and 65535"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(lab: Bench, text: str, reason: str) -> None:
    with pytest.raises(InputError) as raised:
        lab.check(text)
    assert raised.value.line == 1
    assert reason in str(raised.value)
