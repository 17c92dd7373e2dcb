"""The check `config`."""

from collections.abc import Callable

import pytest

from ioscli.labs.errors import InputError

from .trials import Bench

R1 = """\
hostname R1
!
crypto isakmp key HUSH address 192.0.2.2
!
interface Tunnel0
 ip address 10.0.0.1 255.255.255.0
 ip mtu 1400
!
interface GigabitEthernet0/0
 ip address 192.0.2.1 255.255.255.0
!
router eigrp LAB
 address-family ipv4 unicast autonomous-system 1
  network 10.0.0.0
 exit-address-family
!
ip route 10.9.0.0 255.255.0.0 Null0
!
end
"""


@pytest.fixture
def lab(bench: Callable[..., Bench]) -> Bench:
    return bench("R1:Gi0/0 R2:Gi0/0", R1=R1)


def test_a_line_is_there(lab: Bench) -> None:
    verdict = lab.judge('config: {node: R1, has: "ip route * Null0"}')
    assert verdict.passed
    assert verdict.seen == 'R1 has "ip route 10.9.0.0 255.255.0.0 Null0"'
    assert verdict.shown_by == ("R1: show running-config | include ip route",)


def test_a_line_is_missing_and_what_stands_instead_is_told(lab: Bench) -> None:
    verdict = lab.judge("config: {node: R1, section: interface Tu0, has: ip mtu 1380}")
    assert not verdict.passed
    assert verdict.seen == (
        'R1 has no line "ip mtu 1380" under "interface Tunnel0"; '
        'it has "ip mtu 1400" under "interface Tunnel0"'
    )
    assert verdict.shown_by == ("R1: show running-config | section interface Tunnel0",)


def test_a_section_is_missing(lab: Bench) -> None:
    verdict = lab.judge('config: {node: R1, section: router bgp *, has: "neighbor *"}')
    assert not verdict.passed
    assert verdict.seen == 'R1 has no section "router bgp *"'


def test_lines_deep_in_a_section_are_found(lab: Bench) -> None:
    assert lab.judge("config: {node: R1, section: router eigrp *, has: network 10.0.0.0}").passed
    inner = "[router eigrp LAB, address-family ipv4 *]"
    assert lab.judge(f"config: {{node: R1, section: {inner}, has: network 10.0.0.0}}").passed
    assert not lab.judge(f"config: {{node: R1, section: {inner}, has: neighbor *}}").passed


def test_a_line_that_must_not_be_there(lab: Bench) -> None:
    check = 'config: {node: R1, lacks: ["ip route *"]}'
    verdict = lab.judge(check)
    assert not verdict.passed
    assert verdict.seen == 'R1 has "ip route 10.9.0.0 255.255.0.0 Null0"'
    without = R1.replace("ip route 10.9.0.0 255.255.0.0 Null0\n", "")
    assert lab.judge(check, R1=without).passed


def test_what_was_abbreviated_or_negated_is_taken_for_what_it_is(lab: Bench) -> None:
    check = "config: {node: R1, section: interface Tunnel0, has: ip mtu 1400, lacks: shutdown}"
    typed = R1.replace(" ip mtu 1400", " ip mt 1400\n no shut")
    assert lab.judge(check, R1=typed).passed
    assert not lab.judge(check, R1=R1.replace(" ip mtu 1400", " ip mtu 1400\n shut")).passed
    assert not lab.judge(check, R1=R1.replace(" ip mtu 1400", " no ip mtu 1400")).passed


def test_secrets_are_not_told(lab: Bench) -> None:
    verdict = lab.judge('config: {node: R1, lacks: "crypto isakmp key *"}')
    assert not verdict.passed
    assert "HUSH" not in str(verdict)
    assert '"crypto isakmp key * address 192.0.2.2"' in verdict.seen


def test_a_line_that_ios_refused(lab: Bench) -> None:
    typed = R1.replace("ip mtu 1400", "ip mtu 1400 bytes")
    verdict = lab.judge("config: {node: R1, section: interface Tu0, has: ip mtu 1400}", R1=typed)
    assert not verdict.passed
    assert verdict.because == ('IOS refuses "ip mtu 1400 bytes" in line 7',)


def test_an_unconfigured_router_has_nothing(lab: Bench) -> None:
    verdict = lab.judge("config: {node: R1, section: interface Tunnel0, has: ip mtu *}", R1="")
    assert not verdict.passed
    assert verdict.seen == 'R1 has no section "interface Tunnel0"'


def test_titles(lab: Bench) -> None:
    check = lab.check("config: {node: R1, section: int Gi0/0, has: [a, b], lacks: c *}")
    assert check.title == 'R1 is configured with "a" and "b" and without "c *" under "int Gi0/0"'
    check = lab.check("config: {node: R1, section: interface gi0/0, has: a}")
    assert check.title == 'R1 is configured with "a" under "interface GigabitEthernet0/0"'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("config: {node: R1}", 'config has neither "has" nor "lacks"'),
        ("config: {has: x}", 'config has no "node"'),
        ("config: {node: R7, has: x}", 'there is no "R7"'),
        ("config: {node: R1, has: x, count: 2}", 'unknown key "count"'),
        ("config: {node: R1, has: []}", "has is empty"),
        ("config: {node: R1, lacks: '*'}", "would be any line"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(lab: Bench, text: str, reason: str) -> None:
    with pytest.raises(InputError) as raised:
        lab.check(text)
    assert raised.value.line == 1
    assert reason in str(raised.value)
