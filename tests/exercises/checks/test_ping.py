"""The check `ping`: who reaches whom, and why not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.labs.errors import InputError

from .shipped import shipped, without
from .trials import Bench

MakeBench = Callable[..., Bench]

R1 = """\
hostname R1
interface GigabitEthernet0/0
 ip address 10.0.12.1 255.255.255.0
interface GigabitEthernet0/1
 ip address 10.0.1.1 255.255.255.0
interface Loopback0
 ip address 1.1.1.1 255.255.255.255
ip route 10.0.2.0 255.255.255.0 10.0.12.2
ip route 2.2.2.2 255.255.255.255 10.0.12.2
"""
R2 = """\
hostname R2
interface GigabitEthernet0/0
 ip address 10.0.12.2 255.255.255.0
interface GigabitEthernet0/1
 ip address 10.0.2.1 255.255.255.0
interface Loopback0
 ip address 2.2.2.2 255.255.255.255
ip route 10.0.1.0 255.255.255.0 10.0.12.1
ip route 1.1.1.1 255.255.255.255 10.0.12.1
"""
PC1 = "ip addr add 10.0.1.10/24 dev eth0\nip route add default via 10.0.1.1\n"
PC2 = "ip addr add 10.0.2.10/24 dev eth0\nip route add default via 10.0.2.1\n"
LINKS = "PC1:eth0 R1:Gi0/1,R1:Gi0/0 R2:Gi0/0,R2:Gi0/1 PC2:eth0"


@pytest.fixture
def two(bench: MakeBench) -> Bench:
    """PC1 - R1 - R2 - PC2."""
    return bench(LINKS, R1=R1, R2=R2, PC1=PC1, PC2=PC2)


# -- answered --------------------------------------------------------------------------------------


@pytest.mark.parametrize("sender", ["PC1", "R1"])
def test_who_is_answered_passes(two: Bench, sender: str) -> None:
    check = f"ping: {{from: {sender}, to: 10.0.2.10}}"
    assert two.check(check).title == f"{sender} reaches 10.0.2.10"
    verdict = two.judge(check)
    assert verdict.passed
    assert verdict.seen == "all 5 pings were answered"
    assert not verdict.because


@pytest.mark.parametrize(
    ("check", "command"),
    [
        (
            "{from: R1, to: 10.0.2.10, size: 1400, df: yes, source: lo0}",
            "R1: ping 10.0.2.10 source Loopback0 size 1400 df-bit",
        ),
        ("{from: R1, to: 10.0.2.10, count: 20}", "R1: ping 10.0.2.10 repeat 20"),
        (
            "{from: PC1, to: 10.0.2.10, size: 1500, df: yes, source: eth0, count: 2}",
            "PC1: ping -c 2 -M do -s 1472 -I eth0 10.0.2.10",
        ),
    ],
)
def test_the_command_is_what_one_would_type(two: Bench, check: str, command: str) -> None:
    verdict = two.judge(f"ping: {check}")
    assert verdict.passed, verdict
    assert verdict.shown_by == (command,)


def test_the_title_names_size_and_df(two: Bench) -> None:
    check = two.check("ping: {from: PC1, to: 10.0.2.10, size: 1400, df: yes}")
    assert check.title == "PC1 reaches 10.0.2.10 with 1400 bytes and DF set"
    assert not check.disturbs
    check = two.check("ping: {from: R1, to: 10.0.2.10, df: yes, source: lo0, expect: loss}")
    assert check.title == "R1 (Loopback0) does not reach 10.0.2.10 with DF set"


def test_a_network_that_needs_time_gets_it(two: Bench) -> None:
    """Until a whole ping is answered, or `within` is over."""
    late = without(R2, "ip route 10.0.1.0 255.255.255.0 10.0.12.1")
    check = two.check("ping: {from: PC1, to: 10.0.2.10, within: 20s}")
    trial = two.trial(R2=late)
    router = trial.topology.routers["R2"]

    def repair() -> None:
        from ioscli.model.changes import StaticRoutesChanged

        router.config.static_routes += two.trial().topology.routers["R2"].config.static_routes
        router.apply([StaticRoutesChanged()])

    trial.topology.simulation.after(9_000_000, repair)
    began = trial.now
    assert check.judge(trial).passed
    assert 9_000_000 < trial.now - began < 12_000_000
    assert not check.judge(two.trial(R2=late)).passed


# -- not answered, and why -------------------------------------------------------------------------


def test_a_router_without_a_route_says_so(two: Bench) -> None:
    verdict = two.judge(
        "ping: {from: PC1, to: 10.0.2.10}",
        R1=without(R1, "ip route 10.0.2.0 255.255.255.0 10.0.12.2"),
    )
    assert not verdict.passed
    assert verdict.seen == "none of 5 pings was answered: unreachable, says 10.0.1.1"
    assert verdict.because == ("R1 refused it and told PC1 so: no route to 10.0.2.10",)
    assert verdict.shown_by == ("PC1: ping -c 5 10.0.2.10", "R1: show ip route 10.0.2.10")


def test_a_reply_without_a_route_is_told_from_a_request_without_one(two: Bench) -> None:
    verdict = two.judge(
        "ping: {from: PC1, to: 10.0.2.10}",
        R2=without(R2, "ip route 10.0.1.0 255.255.255.0 10.0.12.1"),
    )
    assert verdict.seen == "none of 5 pings was answered"
    assert verdict.because == ("R2 refused the reply without a word to PC1: no route to 10.0.1.10",)
    assert "R2: show ip route 10.0.1.10" in verdict.shown_by


def test_the_routers_own_ping_without_a_route(two: Bench) -> None:
    verdict = two.judge("ping: {from: R1, to: 198.51.100.1}")
    assert not verdict.passed
    assert verdict.because == ("R1 has no route to 198.51.100.1",)
    assert verdict.shown_by == ("R1: ping 198.51.100.1", "R1: show ip route 198.51.100.1")


def test_an_interface_that_is_shut_down_is_named(two: Bench) -> None:
    verdict = two.judge(
        "ping: {from: R1, to: 10.0.2.10}",
        R2=R2.replace(
            "ip address 10.0.2.1 255.255.255.0", "ip address 10.0.2.1 255.255.255.0\n shutdown"
        ),
    )
    assert "GigabitEthernet0/1 of R2, in the network of 10.0.2.10, is shut down" in verdict.because
    assert "R2: show ip interface brief" in verdict.shown_by


def test_nobody_answers_arp(two: Bench) -> None:
    verdict = two.judge("ping: {from: PC1, to: 10.0.2.99}")
    assert any("R2 asks by ARP for 10.0.2.99" in it for it in verdict.because)
    assert "R2: show ip arp 10.0.2.99" in verdict.shown_by
    verdict = two.judge("ping: {from: PC1, to: 10.0.1.77}")
    assert any("PC1 asks by ARP for 10.0.1.77 on eth0" in it for it in verdict.because)
    assert "PC1: ip neigh" in verdict.shown_by


def test_a_host_without_a_gateway(bench: MakeBench) -> None:
    two = bench(LINKS, R1=R1, R2=R2, PC1=PC1, PC2=PC2.splitlines()[0] + "\n")
    verdict = two.judge("ping: {from: PC2, to: 10.0.1.10}")
    assert verdict.because == ("PC2 has no route to 10.0.1.10",)
    verdict = two.judge("ping: {from: PC1, to: 10.0.2.10}")
    assert verdict.because[-1] == "PC2 has no route to 10.0.1.10"
    assert "PC2: ip route" in verdict.shown_by


def test_a_loop_is_called_one(two: Bench) -> None:
    loop = "ip route 10.0.9.0 255.255.255.0 10.0.12.{}\n"
    verdict = two.judge(
        "ping: {from: PC1, to: 10.0.9.9}", R1=R1 + loop.format(2), R2=R2 + loop.format(1)
    )
    assert "the TTL ran out" in verdict.seen
    assert "it goes round between R1 and R2" in verdict.because


def test_a_source_that_is_not_there(two: Bench) -> None:
    verdict = two.judge("ping: {from: R1, to: 10.0.2.10, source: lo7}")
    assert not verdict.passed
    assert verdict.seen == "R1 (Loopback7) cannot ping"
    assert verdict.because == ("R1 has no Loopback7",)
    assert "R1: show ip interface brief" in verdict.shown_by
    verdict = two.judge("ping: {from: R1, to: 10.0.2.10, source: 9.9.9.9}")
    assert verdict.because == ("no interface of R1 that is up has the address 9.9.9.9",)
    verdict = two.judge("ping: {from: PC1, to: 10.0.2.10, source: eth5}")
    assert verdict.because == ("eth5 is no address of PC1, or no device with one",)
    assert "PC1: ip address" in verdict.shown_by


def test_too_big_with_df(two: Bench) -> None:
    narrow = R1.replace("10.0.12.1 255.255.255.0", "10.0.12.1 255.255.255.0\n ip mtu 1400")
    check = "ping: {from: PC1, to: 10.0.2.10, size: 1401, df: yes}"
    verdict = two.judge(check, R1=narrow)
    assert not verdict.passed
    assert "has room for 1400 bytes" in verdict.seen
    assert "GigabitEthernet0/0 has `ip mtu 1400`" in verdict.because or "1400" in verdict.because[0]
    assert two.judge("ping: {from: PC1, to: 10.0.2.10, size: 1401}", R1=narrow).passed
    assert two.judge("ping: {from: PC1, to: 10.0.2.10, size: 1400, df: yes}", R1=narrow).passed


def test_who_takes_the_address_of_another_reaches_nobody(two: Bench) -> None:
    thief = R1 + "interface Loopback9\n ip address 10.0.2.10 255.255.255.255\n"
    verdict = two.judge("ping: {from: PC1, to: 10.0.2.10}", R1=thief)
    assert not verdict.passed
    assert verdict.seen == "all 5 pings were answered, but by R1 instead of PC2"
    assert verdict.because == ("R1 has taken the address 10.0.2.10 of PC2",)
    assert two.judge("ping: {from: PC1, to: 1.1.1.1}", R1=thief).passed


# -- loss wanted -----------------------------------------------------------------------------------


def test_loss_is_what_may_be_wanted(two: Bench) -> None:
    check = "ping: {from: PC1, to: 10.0.2.10, expect: loss}"
    deny = "access-list 101 deny icmp any host 10.0.2.10\naccess-list 101 permit ip any any\n"
    guarded = R1.replace(
        "10.0.12.1 255.255.255.0", "10.0.12.1 255.255.255.0\n ip access-group 101 out"
    )
    verdict = two.judge(check, R1=guarded + deny)
    assert verdict.passed
    assert verdict.seen.startswith("none of 5 pings was answered")
    verdict = two.judge(check)
    assert not verdict.passed
    assert verdict.seen == "all 5 pings were answered"
    assert verdict.because[0] == "they go by PC1, R1, R2 and PC2"
    assert "R1 sends them out of GigabitEthernet0/0 by S 10.0.2.0/24 [1/0]" in verdict.because
    assert "no access list looks at what comes in at GigabitEthernet0/1 of R1" in verdict.because
    assert "R1: show ip route 10.0.2.10" in verdict.shown_by


def test_what_is_lost_once_is_not_loss(two: Bench) -> None:
    """The first echo waits for ARP: one ping is not enough to tell."""
    assert not two.judge("ping: {from: R1, to: 10.0.2.10, count: 1, expect: loss}").passed


# -- tunnels on the way ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lab", "cause", "command"),
    [
        ("broken-key", "pre-shared keys of R1 and R2", "R2: show crypto isakmp key"),
        ("broken-transform", "no transform set in common", "R1: show crypto ipsec transform-set"),
        ("broken-policy", "no ISAKMP policy in common", "R2: show crypto isakmp policy"),
        ("broken-proxy-identity", "the traffic is not mirrored", "R1: show access-lists"),
        ("broken-nat-exemption", "exempt that traffic from NAT", "R1: show ip nat translations"),
        ("broken-wrong-source", "speaks from 203.0.113.1", "R2: show crypto map"),
    ],
)
def test_the_cause_lies_in_a_tunnel(
    grammar: Grammar, tmp_path: Path, lab: str, cause: str, command: str
) -> None:
    check = "ping: {from: PC1, to: 192.168.20.10}"
    verdict = shipped(grammar, tmp_path, lab, solved=False).judge(check)
    assert not verdict.passed
    assert any(cause in words for words in verdict.because), verdict
    assert command in verdict.shown_by
    assert "cisco" not in str(verdict).lower()
    assert shipped(grammar, tmp_path, lab, solved=True).judge(check).passed


@pytest.mark.parametrize("sender", ["PC1", "R1"])
def test_who_is_told_that_it_is_too_big(two: Bench, sender: str) -> None:
    narrow = R2.replace("10.0.2.1 255.255.255.0", "10.0.2.1 255.255.255.0\n ip mtu 1400")
    check = f"ping: {{from: {sender}, to: 10.0.2.10, size: 1401, df: yes, expect: too-big}}"
    assert two.check(check).title == (
        f"{sender} pings 10.0.2.10 with 1401 bytes and DF set and is told that this is too big"
    )
    verdict = two.judge(check, R2=narrow)
    assert verdict.passed, verdict
    assert verdict.seen == "R2 says that it has room for 1400 bytes"
    verdict = two.judge(check)
    assert not verdict.passed
    assert verdict.seen == "all 5 pings were answered"
    assert verdict.because[0].endswith("R1, R2 and PC2")


def test_who_is_told_nothing_is_not_told_that_it_is_too_big(two: Bench) -> None:
    narrow = R1.replace("10.0.12.1 255.255.255.0", "10.0.12.1 255.255.255.0\n ip mtu 1400")
    silent = narrow.replace("10.0.1.1 255.255.255.0", "10.0.1.1 255.255.255.0\n no ip unreachables")
    check = "ping: {from: PC1, to: 10.0.2.10, size: 1401, df: yes, expect: too-big, within: 9s}"
    verdict = two.judge(check, R1=silent)
    assert not verdict.passed
    assert verdict.seen == "none of 5 pings was answered"
    assert any("exceed the 1400 of GigabitEthernet0/0" in it for it in verdict.because), verdict
    gone = without(R1, "ip route 10.0.2.0 255.255.255.0 10.0.12.2")
    verdict = two.judge(check, R1=gone)
    assert not verdict.passed
    assert "no route to 10.0.2.10" in verdict.because[0]


def test_why_a_tunnel_takes_no_more(grammar: Grammar, tmp_path: Path) -> None:
    lab = shipped(grammar, tmp_path, "crypto-tunnel-modes", solved=True)
    check = "ping: {{from: H1, to: 192.168.2.1, source: lo1, size: {}, df: yes}}"
    assert lab.judge(check.format(1414)).passed
    verdict = lab.judge(check.format(1415))
    assert verdict.seen.endswith("which has room for 1414 bytes")
    assert any("whole blocks of 16: 1440" in words for words in verdict.because)


def test_equal_seeds_say_the_same(grammar: Grammar, tmp_path: Path) -> None:
    check = "ping: {from: PC1, to: 192.168.20.10}"
    lab = shipped(grammar, tmp_path, "broken-key", solved=False)
    assert lab.judge(check) == lab.judge(check)


# -- written wrongly -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("{to: 10.0.2.10}", 'ping has no "from"'),
        ("{from: R1}", 'ping has no "to"'),
        ("{from: R9, to: 10.0.2.10}", 'from: there is no "R9"'),
        ("{from: R1, to: ten}", 'to: "ten" is not an IPv4 address'),
        ("{from: R1, to: 10.0.2.10, size: 20}", "size: 20 is not within 36 and 18024"),
        ("{from: R1, to: 10.0.2.10, expect: maybe}", 'expect: unknown "maybe"'),
        ("{from: R1, to: 10.0.2.10, expect: too-big}", "nobody says too-big where df is not set"),
        ("{from: R1, to: 10.0.2.10, source: eth0/q}", "source:"),
        ("{from: PC1, to: 10.0.2.10, source: Gi0/0}", "only lo, eth0, eth1"),
        ("{from: R1, to: 10.0.2.10, df: perhaps}", 'df: unknown "perhaps"'),
        ("{from: R1, to: 10.0.2.10, within: soon}", 'within: "soon" is not a time'),
        ("{from: R1, to: 10.0.2.10, count: 0}", "count: 0 is not within 1 and 1000"),
        ("{from: R1, to: 10.0.2.10, sise: 100}", 'unknown key "sise" in ping'),
        ("[]", "ping must be a mapping, not a list"),
    ],
)
def test_what_is_written_wrongly(two: Bench, check: str, reason: str) -> None:
    with pytest.raises(InputError) as refusal:
        two.check(f"# a comment\nping: {check}\n")
    assert reason in str(refusal.value)
    assert refusal.value.line == 2
