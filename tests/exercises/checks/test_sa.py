"""The check `sa`."""

from collections.abc import Callable

import pytest

from ioscli.labs.errors import InputError

from .trials import Bench

MAP = "site-to-site-crypto-map"
PING = "traffic: {from: R1, to: 3.3.3.3, source: 1.1.1.1}"


@pytest.fixture
def lab(shipped: Callable[..., Bench]) -> Bench:
    return shipped(MAP)


def test_traffic_asks_for_the_sas_and_goes_through_them(lab: Bench) -> None:
    verdict = lab.judge(f"sa: {{node: R1, peer: R3, {PING}}}")
    assert verdict.passed
    assert verdict.seen == (
        "R1 has SAs with R3: esp-aes esp-sha256-hmac, tunnel mode, no PFS, for 1.1.1.1/32 -> "
        "3.3.3.3/32 on GigabitEthernet0/0; of 5 pings 5 went out and 5 came in through them"
    )
    assert verdict.shown_by == (
        "R1: ping 3.3.3.3 source 1.1.1.1",
        "R1: show crypto ipsec sa",
    )


def test_nobody_asked(lab: Bench) -> None:
    verdict = lab.judge("sa: {node: R1, peer: 192.168.23.3, within: 5s}")
    assert not verdict.passed
    assert verdict.seen == "R1 has no IPsec SAs with 192.168.23.3"
    assert verdict.because == (
        "both ends are as they should be, and no traffic of R1 has asked for SAs",
    )
    assert lab.judge("sa: {node: R1, peer: R3, expect: no, within: 5s}").passed


@pytest.mark.parametrize(
    ("rest", "passes"),
    [
        ("transform: esp-sha256-hmac esp-aes", True),
        ("transform: esp-aes 128 esp-sha256-hmac", True),
        ("transform: esp-aes 256 esp-sha256-hmac", False),
        ('transform: "esp-aes *"', True),
        ('transform: "esp-* esp-sha256-hmac"', True),
        ('transform: "esp-aes 256 *"', False),
        ('transform: "esp-gcm *"', False),
        ("mode: tunnel", True),
        ("mode: transport", False),
        ("pfs: no", True),
        ("pfs: group14", False),
        ("nat-t: no", True),
        ("nat-t: yes", False),
        ("local: 1.1.1.1/32, remote: 3.3.3.3/32", True),
        ("local: 1.1.1.0/24", False),
        ("interface: Gi0/0", True),
        ("interface: Tu0", False),
        ("expect: no", False),
        ("transform: ah-sha-hmac, expect: no", True),
    ],
)
def test_what_they_are_like(lab: Bench, rest: str, passes: bool) -> None:
    verdict = lab.judge(f"sa: {{node: R1, peer: R3, {PING}, {rest}}}")
    assert verdict.passed is passes, verdict


def test_what_was_proposed_instead(lab: Bench) -> None:
    rest = f"{PING}, transform: esp-aes 256 esp-sha-hmac"
    verdict = lab.judge(f"sa: {{node: R1, peer: R3, {rest}}}")
    assert not verdict.passed
    assert verdict.because == (
        "R1 proposes esp-aes esp-sha256-hmac (tunnel mode)",
        "R3 proposes esp-aes esp-sha256-hmac (tunnel mode)",
    )


def test_traffic_that_goes_another_way(lab: Bench) -> None:
    check = "sa: {node: R1, peer: R3, traffic: {from: R1, to: 192.168.23.3}, within: 5s}"
    plain = "traffic: {from: R1, to: 192.168.12.2}"
    assert not lab.judge(check).passed  # nobody asks for SAs
    up = lab.trial()
    assert lab.check(f"sa: {{node: R1, peer: R3, {PING}}}").judge(up).passed
    verdict = lab.check(f"sa: {{node: R1, peer: R3, {plain}}}").judge(up)
    assert not verdict.passed
    assert "of 5 pings 0 went out and 0 came in through them" in verdict.seen
    assert verdict.because == ("what answers the ping goes another way, past the SAs",)


@pytest.mark.parametrize(
    ("old", "new", "because"),
    [
        ("key MYSECRET", "key HUSH", "key"),
        ("group 14", "group 5", "no ISAKMP policy in common"),
        ("esp-sha256-hmac", "esp-sha-hmac", "esp-aes esp-sha-hmac"),
        (" crypto map MYMAP\n", "", "no interface has its crypto map MYMAP"),
        ("host 1.1.1.1", "host 1.1.1.9", "1.1.1.9"),
        ("set peer 192.168.23.3", "set peer 192.168.23.9", "192.168.23.9"),
    ],
)
def test_why_there_are_none(lab: Bench, old: str, new: str, because: str) -> None:
    assert old in lab.configs["R1"]
    changed = lab.configs["R1"].replace(old, new)
    verdict = lab.judge(f"sa: {{node: R1, peer: R3, {PING}, within: 10s}}", R1=changed)
    assert not verdict.passed
    assert any(because in cause for cause in verdict.because), verdict
    assert "HUSH" not in str(verdict)
    assert "MYSECRET" not in str(verdict)


def test_a_pattern_that_nothing_fits(lab: Bench) -> None:
    check = f'sa: {{node: R1, peer: R3, transform: "esp-* 256 *", {PING}}}'
    assert ": esp-* 256 *, through which" in lab.check(check).title
    verdict = lab.judge(check)
    assert not verdict.passed
    assert verdict.because[0] == "R1 proposes esp-aes esp-sha256-hmac (tunnel mode)"


def test_a_router_that_protects_nothing(lab: Bench) -> None:
    verdict = lab.judge("sa: {node: R1, peer: R3, within: 5s}", R1="hostname X\n")
    assert not verdict.passed
    assert verdict.because == (
        "R1 protects nothing: no tunnel has a profile, and no interface a crypto map",
    )
    verdict = lab.judge("sa: {node: R1, peer: R3, interface: Tu7, within: 5s}")
    assert verdict.because == ("R1 has no Tunnel7",)


def test_a_peer_behind_a_nat_is_known_by_its_sas(shipped: Callable[..., Bench]) -> None:
    lab = shipped("nat-traversal")
    ping = "traffic: {from: BR1, to: 10.0.0.1, source: 10.1.1.1}"
    trial = lab.trial()
    for text, passes in (
        (f"sa: {{node: BR1, peer: HUB, nat-t: yes, {ping}}}", True),
        (f"sa: {{node: HUB, peer: BR1, nat-t: yes, {ping}}}", True),
        (f"sa: {{node: HUB, peer: BR2, nat-t: yes, within: 5s, {ping}}}", False),
        ("isakmp: {node: HUB, peer: BR1, encryption: aes, mode: main}", True),
        ("isakmp: {node: HUB, peer: HOME}", True),  # whose address it is
        ("isakmp: {node: HUB, peer: BR1, mode: aggressive, within: 5s}", False),
    ):
        assert lab.check(text).judge(trial).passed is passes, text


def test_a_tunnel_brings_its_sas_up_by_itself(shipped: Callable[..., Bench]) -> None:
    lab = shipped("ipsec-vti")
    checks = (
        "sa: {node: R1, peer: R2, interface: Tu0, transform: esp-aes 256 esp-sha-hmac}",
        "sa: {node: R2, peer: 203.0.113.1, local: 0.0.0.0/0, remote: 0.0.0.0/0, mode: tunnel}",
    )
    for text in checks:
        assert lab.judge(text).passed
    bare = lab.configs["R2"].replace(" tunnel protection ipsec profile PROF\n", "")
    for text in checks:
        verdict = lab.judge(text, R2=bare)
        assert not verdict.passed
        assert "R2" in verdict.because[0]


def test_titles(lab: Bench) -> None:
    rest = "transform: esp-aes 256 esp-sha-hmac, mode: tunnel, pfs: group14, nat-t: yes"
    check = lab.check(f"sa: {{node: R1, peer: R3, interface: tu0, {rest}, local: 10.0.0.0/8}}")
    assert check.title == (
        "R1 has IPsec SAs with R3 on Tunnel0: esp-aes 256 esp-sha-hmac, tunnel mode, PFS group14, "
        "in UDP (NAT-T), for 10.0.0.0/8 -> anything"
    )
    check = lab.check(f"sa: {{node: R1, peer: R3, {PING}}}")
    assert check.title == ("R1 has IPsec SAs with R3, through which R1 (1.1.1.1) pings 3.3.3.3")
    assert lab.check("sa: {node: R1, peer: R3, expect: no}").title == (
        "R1 has no IPsec SAs with R3"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sa: {node: R1}", 'sa has no "peer"'),
        ("sa: {node: R1, peer: R9}", '"R9" is no node and no address'),
        ("sa: {node: R1, peer: R3, transform: esp-eas}", "is not a transform such as"),
        ("sa: {node: R1, peer: R3, transform: esp-aes esp-aes}", "is not a transform such as"),
        ("sa: {node: R1, peer: R3, transform: esp-aes esp-3des}", "is not a transform such as"),
        ('sa: {node: R1, peer: R3, transform: "esp-eas *"}', "is not a transform such as"),
        ('sa: {node: R1, peer: R3, transform: "esp-gcm * 512"}', "is not a transform such as"),
        ("sa: {node: R1, peer: R3, mode: tunnle}", 'unknown "tunnle" (did you mean "tunnel"?)'),
        ("sa: {node: R1, peer: R3, pfs: strong}", "is not a group such as group14, or no"),
        ("sa: {node: R1, peer: R3, local: 1.1.1.1/24}", "is not a prefix"),
        ("sa: {node: R1, peer: R3, traffic: {from: R1}}", 'traffic has no "to"'),
    ],
)
def test_what_is_wrong_is_told_with_its_line(lab: Bench, text: str, reason: str) -> None:
    with pytest.raises(InputError) as raised:
        lab.check(text)
    assert raised.value.line == 1
    assert reason in str(raised.value)
