"""ping: symbols, rates, sweeps, verbose lines, questions, interrupts."""

from collections.abc import Iterable
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.cli.matcher import Grammar
from ioscli.model.instant import Duration
from ioscli.router.probes import EchoKind, EchoResult

from .desk import SCREENS, Desk, FakeRouter, give_address

GATEWAY = IPv4Address("192.168.1.1")
HEAD = (
    "Type escape sequence to abort.\n"
    "Sending 5, 100-byte ICMP Echos to 10.0.0.9, timeout is 2 seconds:\n"
)


def reply(milliseconds: float, *, intact: bool = True) -> EchoResult:
    span = Duration(int(milliseconds * 1_000))
    return EchoResult(EchoKind.REPLY, span, IPv4Address("10.0.0.9"), None, intact)


def lost() -> EchoResult:
    return EchoResult(EchoKind.TIMEOUT, Duration(2_000_000))


def too_big(mtu: int) -> EchoResult:
    return EchoResult(EchoKind.FRAGMENTATION_NEEDED, Duration(1_000), GATEWAY, mtu)


def refused(kind: EchoKind) -> EchoResult:
    return EchoResult(kind, Duration(1_000), GATEWAY)


def at_router(grammar: Grammar, outcomes: Iterable[EchoResult]) -> Desk:
    return Desk(grammar, FakeRouter(outcomes))


def test_first_packet_lost(grammar: Grammar) -> None:
    desk = at_router(grammar, [lost(), reply(2), reply(3.9), reply(4), reply(3)])
    assert desk.type("ping 10.0.0.9") == HEAD + (
        ".!!!!\nSuccess rate is 80 percent (4/5), round-trip min/avg/max = 2/3/4 ms\n"
    )


def test_symbols(grammar: Grammar) -> None:
    outcomes = [
        too_big(1400),
        refused(EchoKind.UNREACHABLE),
        refused(EchoKind.TTL_EXCEEDED),
        refused(EchoKind.SOURCE_QUENCH),
        refused(EchoKind.OTHER),
    ]
    desk = at_router(grammar, outcomes)
    assert desk.type("ping 10.0.0.9") == HEAD + "MU&Q?\nSuccess rate is 0 percent (0/5)\n"


def test_a_quick_reply_takes_one_millisecond(grammar: Grammar) -> None:
    desk = at_router(grammar, [reply(0.2)])
    assert "min/avg/max = 1/1/1 ms" in desk.type("ping 10.0.0.9 repeat 1")


def test_seventy_symbols_a_line(grammar: Grammar) -> None:
    desk = at_router(grammar, [reply(1)] * 140)
    lines = desk.type("ping 10.0.0.9 repeat 140").splitlines()
    assert lines[2:4] == ["!" * 70, "!" * 70]
    assert lines[4].startswith("Success rate is 100 percent (140/140)")
    desk = at_router(grammar, [reply(1)] * 26 + [lost()] * 75)
    lines = desk.type("ping 10.0.0.9 repeat 101").splitlines()
    assert [len(line) for line in lines[2:4]] == [70, 31]
    assert lines[4].startswith("Success rate is 25 percent (26/101)")


def test_options(grammar: Grammar) -> None:
    desk = at_router(grammar, [reply(1)] * 2)
    give_address(desk.router, "Loopback0", "1.1.1.1/32")
    shown = desk.type(
        "ping 10.0.0.9 df-bit size 1400 repeat 2 timeout 1 source lo 0 data abba tos 184 validate"
    )
    assert shown.splitlines()[1:6] == [
        "Sending 2, 1400-byte ICMP Echos to 10.0.0.9, timeout is 1 seconds:",
        "Packet sent with a source address of 1.1.1.1 ",
        "Packet sent with the DF bit set",
        "Reply data will be validated",
        "Packet has data pattern 0x0000ABBA",
    ]
    first, second = desk.router.probes
    assert (first.size, first.timeout, first.tos, first.pattern) == (1400, 1_000_000, 184, 0xABBA)
    assert first.dont_fragment
    assert str(first.source) == "1.1.1.1"
    assert (first.sequence, second.sequence) == (0, 1)
    assert first.identifier == second.identifier


def test_two_pings_do_not_share_an_identifier(grammar: Grammar) -> None:
    desk = at_router(grammar, [reply(1)] * 2)
    desk.type("ping 10.0.0.9 repeat 1", "ping 10.0.0.9 repeat 1")
    assert len({probe.identifier for probe in desk.router.probes}) == 2


def test_spoilt_data_counts_only_where_it_is_validated(grammar: Grammar) -> None:
    desk = at_router(grammar, [reply(1, intact=False)] * 2)
    assert "!\nSuccess rate is 100" in desk.type("ping 10.0.0.9 repeat 1")
    assert "C\nSuccess rate is 0" in desk.type("ping 10.0.0.9 repeat 1 validate")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("ping 10.0.0.9 size 35", "^\n% Invalid input detected at '^' marker.\n\n"),
        ("ping 10.0.0.9 source lo7", "^\n% Invalid input detected at '^' marker.\n\n"),
        (
            "ping 10.0.0.9 source gi0/1",
            "% Invalid source interface - IP not enabled or interface is down\n",
        ),
        (
            "ping 10.0.0.9 source 9.9.9.9",
            "% Invalid source address- IP address not on any of our up interfaces\n",
        ),
        (
            "ping nowhere",
            "255.255.255.255)\n% Unrecognized host or address, or protocol not running.\n\n",
        ),
    ],
)
def test_refusals(grammar: Grammar, line: str, answer: str) -> None:
    desk = at_router(grammar, [])
    assert desk.type(line).endswith(answer)
    assert desk.router.probes == []


def test_interrupt_prints_what_was_answered_so_far(grammar: Grammar) -> None:
    desk = at_router(grammar, [reply(1), lost()])
    desk.session.feed("ping 10.0.0.9 repeat 1000")
    desk.router.simulation.run_until(desk.router.simulation.now + 5_000_000)
    assert desk.session.busy
    desk.session.interrupt()
    assert not desk.session.busy
    assert desk.screen.endswith(
        "!.\nSuccess rate is 33 percent (1/3), round-trip min/avg/max = 1/1/1 ms\n"
    )
    assert desk.router.cancelled == 1
    assert desk.session.asking is None


def test_interrupt_before_any_answer(grammar: Grammar) -> None:
    desk = at_router(grammar, [])
    desk.session.feed("ping 10.0.0.9")
    desk.session.interrupt()
    assert desk.screen == HEAD + "Success rate is 0 percent (0/1)\n"


SWEEP_QUESTIONS = (SCREENS / "ping_sweep.txt").read_text()


def test_verbose_sweep_by_questions(grammar: Grammar) -> None:
    desk = at_router(grammar, [reply(8), reply(9), too_big(1414), lost(), too_big(1414)])
    shown = desk.transcript(
        *["ping", "", "172.16.2.5", "1", "", "", "y", "", "10.0.0.1", "", "yes", "", "", "v", ""],
        *["y", "1413", "1417", ""],
    )
    assert shown == SWEEP_QUESTIONS
    assert [probe.size for probe in desk.router.probes] == [1413, 1414, 1415, 1416, 1417]


def test_bad_answers_are_asked_again(grammar: Grammar) -> None:
    desk = at_router(grammar, [reply(1)])
    give_address(desk.router, "Loopback0", "1.1.1.1/32")
    shown = desk.transcript(
        *["ping", "ip", "10.0.0.9", "0", "1", "abc", "", "", "maybe", "y", "", "lo0"],
        *["loopback0", "64", "ef", "", "", "12345", "ffff", "r", "Strict", "", ""],
    )
    for complaint in (
        "% A decimal number between 1 and 2147483647.\nRepeat count [5]: 1\n",
        "% A decimal number between 36 and 18024.\nDatagram size",
        "% Please answer 'yes' or 'no'.\nExtended commands [n]: y\n",
        "% Invalid source. Must use same-VRF IP address or full interface name without spaces "
        "(e.g. Serial0/1)\nSource address or interface: loopback0\n",
        "%Type 0..63 or ef, af11-13, af21-23, af31-33, af41-43, or cs1-7\n\nDSCP Value [0]: ef\n",
        "% Invalid pattern, try again.\nData pattern [0x0000ABCD]: ffff\n",
        '% No such option - "r"\nLoose, Strict, Record, Timestamp, Verbose[none]: Strict\n',
        '% No such option - "Strict"\n',
    ):
        assert complaint in shown
    (probe,) = desk.router.probes
    assert (probe.tos, probe.pattern, str(probe.source)) == (46 << 2, 0xFFFF, "1.1.1.1")


def test_questions_can_be_abandoned(grammar: Grammar) -> None:
    desk = at_router(grammar, [])
    desk.type("ping", "")
    assert desk.session.asking == "Target IP address: "
    desk.session.interrupt()
    assert desk.session.asking is None
    assert desk.session.prompt == "R1#"
    assert desk.type("ping", "ipx") == '% Unknown protocol - "ipx", type "ping ?" for help\n'
    assert desk.type("ping ip", "") == "% Bad IP address\n"


def test_user_exec_has_the_questions_too(grammar: Grammar) -> None:
    desk = Desk(grammar, privileged=False)
    desk.type("ping")
    assert desk.session.asking == "Protocol [ip]: "


_KINDS = st.sampled_from(list(EchoKind))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.builds(EchoResult, _KINDS, st.integers(0, 2_000_000).map(Duration)), min_size=1))
def test_the_rate_follows_from_the_symbols(grammar: Grammar, outcomes: list[EchoResult]) -> None:
    desk = at_router(grammar, outcomes)
    shown = desk.type(f"ping 10.0.0.9 repeat {len(outcomes)}")
    symbols = "".join(shown.split("seconds:\n")[1].split("\nSuccess")[0].split("\n"))
    received = sum(outcome.kind is EchoKind.REPLY for outcome in outcomes)
    assert len(symbols) == len(outcomes)
    assert symbols.count("!") == received
    assert f"is {received * 100 // len(outcomes)} percent ({received}/{len(outcomes)})" in shown
    assert ("round-trip" in shown) == (received > 0)
