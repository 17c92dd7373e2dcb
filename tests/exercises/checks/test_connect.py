"""The check `connect`: TCP ports, and the MSS that is agreed on the way."""

from collections.abc import Callable

import pytest

from ioscli.labs.errors import InputError

from .test_ping import LINKS, PC1, PC2, R1, R2
from .trials import Bench

SERVER = PC2 + "nc -lk 80 &\n"
GUARD = (
    "interface GigabitEthernet0/1\n ip address 10.0.2.1 255.255.255.0\n ip access-group 101 out\n"
)
DENY = "access-list 101 deny tcp any any eq www\naccess-list 101 permit ip any any\n"


@pytest.fixture
def two(bench: Callable[..., Bench]) -> Bench:
    """PC1 - R1 - R2 - PC2, with a server on PC2."""
    return bench(
        LINKS,
        R1=R1,
        R2=R2 + "line vty 0 4\n no login\n transport input telnet\n",
        PC1=PC1,
        PC2=SERVER,
    )


def guarded(two: Bench) -> str:
    """R2 with an access list before PC2."""
    return two.configs["R2"] + GUARD + DENY


def test_an_open_port(two: Bench) -> None:
    check = "connect: {from: PC1, to: 10.0.2.10, port: 80}"
    assert two.check(check).title == "PC1 connects to port 80 of 10.0.2.10"
    assert not two.check(check).disturbs
    verdict = two.judge(check)
    assert verdict.passed, verdict
    assert verdict.seen == "the connection to port 80 of 10.0.2.10 opened"
    assert verdict.shown_by == ("PC1: nc -vz -w 10 10.0.2.10 80",)


def test_a_router_connects_and_is_connected_to(two: Bench) -> None:
    verdict = two.judge("connect: {from: R1, to: 10.0.12.2, port: 23}")
    assert verdict.passed, verdict
    assert verdict.shown_by == ("R1: telnet 10.0.12.2",)
    assert two.judge("connect: {from: R1, to: 10.0.2.10, port: 80}").passed


def test_a_port_that_nobody_listens_on(two: Bench) -> None:
    check = "connect: {from: PC1, to: 10.0.2.10, port: 81%s}"
    verdict = two.judge(check % "")
    assert not verdict.passed
    assert verdict.seen == "port 81 of 10.0.2.10 refused the connection"
    assert verdict.because == ("nothing at 10.0.2.10 listens on port 81",)
    assert "PC2: netstat -ltn" in verdict.shown_by
    assert two.check(check % ", expect: refused").title == "PC1 is refused at port 81 of 10.0.2.10"
    assert two.judge(check % ", expect: refused").passed
    assert not two.judge(check % ", expect: blocked").passed


def test_a_port_behind_an_access_list(two: Bench) -> None:
    check = "connect: {from: PC1, to: 10.0.2.10, port: 80%s}"
    verdict = two.judge(check % "", R2=guarded(two))
    assert not verdict.passed
    assert verdict.seen == ("no connection to port 80 of 10.0.2.10 came about: it is unreachable")
    assert verdict.because == ("access list 101 on GigabitEthernet0/1 of R2 denies it",)
    assert "R2: show ip access-lists 101" in verdict.shown_by
    blocked = check % ", expect: blocked"
    assert two.check(blocked).title == "PC1 gets no connection to port 80 of 10.0.2.10"
    assert two.judge(blocked, R2=guarded(two)).passed
    assert not two.judge(blocked).passed


def test_no_way_there(two: Bench) -> None:
    verdict = two.judge(
        "connect: {from: PC1, to: 10.0.2.10, port: 80}",
        R2=two.configs["R2"].replace("ip route 10.0.1.0", "ip route 10.0.77.0"),
    )
    assert not verdict.passed
    assert "nobody answered" in verdict.seen
    assert any("no route to 10.0.1.10" in words for words in verdict.because)


def test_the_mss_that_arrives(two: Bench) -> None:
    check = "connect: {from: PC1, to: 10.0.2.10, port: 80, mss: 1360}"
    assert two.check(check).title.endswith("with an MSS of at most 1360")
    clamped = R1.replace(
        "10.0.12.1 255.255.255.0", "10.0.12.1 255.255.255.0\n ip tcp adjust-mss 1360"
    )
    verdict = two.judge(check, R1=clamped)
    assert verdict.passed, verdict
    assert verdict.seen.endswith("opened, with an MSS of 1360")
    verdict = two.judge(check)
    assert not verdict.passed
    assert verdict.seen.endswith("with an MSS of 1460")
    large = clamped.replace("1360", "1361")
    assert not two.judge(check, R1=large).passed


def test_bytes_that_vanish(two: Bench) -> None:
    """A narrow link whose router does not say so: a connection opens, and nothing large arrives."""
    check = "connect: {from: PC1, to: 10.0.2.10, port: 80, bytes: 20000}"
    verdict = two.judge(check)
    assert verdict.passed, verdict
    assert "20000 of 20000 bytes arrived" in verdict.seen
    narrow = R1.replace("10.0.12.1 255.255.255.0", "10.0.12.1 255.255.255.0\n ip mtu 1000")
    assert two.judge(check, R1=narrow).passed  # path MTU discovery
    silent = narrow.replace("10.0.1.1 255.255.255.0", "10.0.1.1 255.255.255.0\n no ip unreachables")
    verdict = two.judge(check, R1=silent)
    assert not verdict.passed
    assert "and 0 of 20000 bytes arrived" in verdict.seen
    assert "PC1: ping -c 5 -M do -s 1472 10.0.2.10" in verdict.shown_by
    assert verdict.because[0] == (
        "R1 refused it without a word to PC1: "
        "DF is set, and its 1500 bytes exceed the 1000 of GigabitEthernet0/0"
    )
    clamped = silent.replace(" ip mtu 1000", " ip mtu 1000\n ip tcp adjust-mss 960")
    assert two.judge(check, R1=clamped).passed


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("{from: PC1, to: 10.0.2.10}", 'connect has no "port"'),
        ("{from: PC1, to: 10.0.2.10, port: 70000}", "port: 70000 is not within 1 and 65535"),
        ("{from: PC1, to: 10.0.2.10, port: 80, expect: closed}", 'expect: unknown "closed"'),
        (
            "{from: PC1, to: 10.0.2.10, port: 80, expect: refused, mss: 1360}",
            "mss: nothing is known of it where nothing opens",
        ),
    ],
)
def test_what_is_written_wrongly(two: Bench, check: str, reason: str) -> None:
    with pytest.raises(InputError) as refusal:
        two.check(f"\nconnect: {check}\n")
    assert reason in str(refusal.value)
    assert refusal.value.line == 2
