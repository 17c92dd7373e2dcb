"""The check `nat`."""

from collections.abc import Callable

import pytest

from ioscli.labs.errors import InputError

from .trials import Bench

R1 = """\
hostname R1
interface GigabitEthernet0/0
 ip address 192.168.1.1 255.255.255.0
 ip nat inside
interface GigabitEthernet0/1
 ip address 203.0.113.1 255.255.255.0
 ip nat outside
ip nat inside source list 1 interface GigabitEthernet0/1 overload
ip nat inside source static 192.168.1.80 203.0.113.80
access-list 1 permit 192.168.1.0 0.0.0.255
"""
PC = "ip address add 192.168.1.10/24 dev eth0\nip route add default via 192.168.1.1\n"
R2 = "hostname R2\ninterface GigabitEthernet0/0\n ip address 203.0.113.2 255.255.255.0\n"
PING = "traffic: {from: PC1, to: 203.0.113.2}"


@pytest.fixture
def lab(bench: Callable[..., Bench]) -> Bench:
    return bench("PC1:eth0 R1:Gi0/0,R1:Gi0/1 R2:Gi0/0", R1=R1, R2=R2, PC1=PC)


def test_traffic_makes_a_translation(lab: Bench) -> None:
    rest = "inside-local: 192.168.1.10, inside-global: 203.0.113.1, protocol: icmp"
    verdict = lab.judge(f"nat: {{node: R1, {rest}, {PING}}}")
    assert verdict.passed
    assert verdict.seen == "R1 has icmp 192.168.1.10 as 203.0.113.1 to 203.0.113.2"
    assert verdict.shown_by == ("PC1: ping -c 5 203.0.113.2", "R1: show ip nat translations")


@pytest.mark.parametrize(
    ("rest", "passes"),
    [
        (f"inside-local: 192.168.1.0/24, {PING}", True),
        (f"outside-global: 203.0.113.2, {PING}", True),
        (f"outside-local: 203.0.113.9, {PING}", False),
        (f"inside-global: 203.0.113.9, {PING}", False),
        (f"protocol: tcp, {PING}", False),
        (f"protocol: tcp, {PING}, expect: no", True),
        (f"inside-local: 192.168.1.10, {PING}, expect: no", False),
        ("inside-local: 192.168.1.10, within: 5s", False),
        ("inside-local: 192.168.1.80, inside-global: 203.0.113.80", True),
        ("inside-local: 192.168.1.80, expect: no", False),
        ("inside-local: '192.168.1.80:22', within: 5s", False),
    ],
)
def test_which_translation(lab: Bench, rest: str, passes: bool) -> None:
    verdict = lab.judge(f"nat: {{node: R1, {rest}}}")
    assert verdict.passed is passes, verdict


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        (R1.replace(" ip nat inside\n", ""), "no interface of R1 is `ip nat inside`"),
        (R1.replace(" ip nat outside\n", ""), "no interface of R1 is `ip nat outside`"),
        (R1.replace("permit 192.168.1.0", "permit 192.168.2.0"), "does not permit 192.168.1.10"),
        (R1.replace("access-list 1", "access-list 2"), "access list 1, which does not exist"),
        (R1.replace("interface GigabitEthernet0/1 o", "pool P o"), "a pool P that does not exist"),
        ("hostname R1\n", "R1 has no rule for NAT"),
    ],
)
def test_why_there_is_none(lab: Bench, changed: str, because: str) -> None:
    verdict = lab.judge(
        f"nat: {{node: R1, inside-local: 192.168.1.10, within: 10s, {PING}}}", R1=changed
    )
    assert not verdict.passed
    assert any(because in cause for cause in verdict.because), verdict


def test_what_made_an_unwanted_one(lab: Bench) -> None:
    verdict = lab.judge(f"nat: {{node: R1, inside-local: 192.168.1.10, {PING}, expect: no}}")
    assert verdict.because == ("the rule of R1 for 1 made it",)
    verdict = lab.judge("nat: {node: R1, inside-local: 192.168.1.80, expect: no}")
    assert verdict.because == ("it is a static one in the configuration of R1",)


def test_titles(lab: Bench) -> None:
    rest = "inside-local: 192.168.1.10, inside-global: '203.0.113.1:80', protocol: tcp"
    assert lab.check(f"nat: {{node: R1, {rest}}}").title == (
        "R1 has a NAT translation of TCP with inside local 192.168.1.10, inside global "
        "203.0.113.1:80"
    )
    assert lab.check(f"nat: {{node: R1, {PING}, expect: no}}").title == (
        "R1 has no NAT translation when PC1 pings 203.0.113.2"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nat: {inside-local: 1.1.1.1}", 'nat has no "node"'),
        ("nat: {node: R1, inside-local: here}", "is not an address, an address with a port, or"),
        ("nat: {node: R1, inside-local: '1.1.1.1:x'}", "is not an address, an address with a"),
        ("nat: {node: R1, protocol: sctp}", 'unknown "sctp"'),
        ("nat: {node: PC1}", 'there is no "PC1"'),
    ],
)
def test_what_is_wrong_is_told_with_its_line(lab: Bench, text: str, reason: str) -> None:
    with pytest.raises(InputError) as raised:
        lab.check(text)
    assert raised.value.line == 1
    assert reason in str(raised.value)
