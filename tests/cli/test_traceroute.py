"""traceroute: rows, marks, options, questions, interrupts."""

from collections.abc import Iterable
from ipaddress import IPv4Address

from ioscli.cli.matcher import Grammar
from ioscli.model.instant import Duration
from ioscli.router.probes import TraceKind, TraceResult

from .desk import Desk, FakeRouter

HEAD = (
    "Type escape sequence to abort.\n"
    "Tracing the route to 172.16.2.5\n"
    "VRF info: (vrf in name/id, vrf out name/id)\n"
)


def hop(address: str, milliseconds: int, kind: TraceKind = TraceKind.TIME_EXCEEDED) -> TraceResult:
    return TraceResult(kind, Duration(milliseconds * 1_000), IPv4Address(address))


def end(address: str, milliseconds: int) -> TraceResult:
    return hop(address, milliseconds, TraceKind.PORT_UNREACHABLE)


def silence() -> TraceResult:
    return TraceResult(TraceKind.TIMEOUT, Duration(3_000_000))


def traced(grammar: Grammar, outcomes: Iterable[TraceResult], line: str = "") -> tuple[str, Desk]:
    desk = Desk(grammar, FakeRouter(outcomes))
    shown = desk.type(line or "traceroute 172.16.2.5 numeric")
    assert not desk.session.busy
    return shown, desk


def test_three_hops(grammar: Grammar) -> None:
    shown, desk = traced(
        grammar,
        [hop("192.168.1.1", ms) for ms in (2, 3, 2)]
        + [hop("10.1.3.3", ms) for ms in (4, 3, 4)]
        + [end("172.16.2.5", 5), silence(), end("172.16.2.5", 5)],
    )
    assert shown == HEAD + (
        "  1 192.168.1.1 2 msec 3 msec 2 msec\n"
        "  2 10.1.3.3 4 msec 3 msec 4 msec\n"
        "  3 172.16.2.5 5 msec *  5 msec\n"
    )
    assert [probe.port for probe in desk.router.probes] == list(range(33_434, 33_443))
    assert [probe.ttl for probe in desk.router.probes] == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_silence_and_several_routers(grammar: Grammar) -> None:
    shown, _ = traced(
        grammar,
        [silence()] * 3
        + [silence(), hop("10.0.0.2", 1), hop("10.0.0.2", 0)]
        + [hop("10.0.0.6", 1), hop("10.0.1.6", 2), hop("10.0.1.6", 2)]
        + [end("172.16.2.5", 12)] * 3,
    )
    assert shown == HEAD + (
        "  1  *  *  * \n"
        "  2  * \n"
        "    10.0.0.2 1 msec 0 msec\n"
        "  3 10.0.0.6 1 msec\n"
        "    10.0.1.6 2 msec 2 msec\n"
        "  4 172.16.2.5 12 msec 12 msec 12 msec\n"
    )


def test_refused_on_the_way(grammar: Grammar) -> None:
    for kind, mark in (
        (TraceKind.HOST_UNREACHABLE, "!H"),
        (TraceKind.NET_UNREACHABLE, "!N"),
        (TraceKind.PROTOCOL_UNREACHABLE, "!P"),
        (TraceKind.PROHIBITED, "!A"),
    ):
        gone = hop("10.0.0.2", 1, kind)
        shown, _ = traced(grammar, [gone, silence(), gone])
        assert shown == HEAD + f"  1 10.0.0.2 {mark}  *  {mark} \n"


def test_options(grammar: Grammar) -> None:
    shown, desk = traced(
        grammar,
        [silence()] * 4,
        "traceroute 172.16.2.5 ttl 4 5 probe 2 timeout 1 port 40000 source gi0/0",
    )
    assert shown == HEAD + "  4  *  * \n  5  *  * \n"
    probes = desk.router.probes
    assert [(probe.ttl, probe.port) for probe in probes] == [
        (4, 40_000),
        (4, 40_001),
        (5, 40_002),
        (5, 40_003),
    ]
    assert {probe.timeout for probe in probes} == {1_000_000}
    assert {str(probe.source) for probe in probes} == {"10.0.0.1"}


def test_interrupt(grammar: Grammar) -> None:
    desk = Desk(grammar, FakeRouter([hop("10.0.0.2", 1)]))
    desk.session.feed("traceroute 172.16.2.5")
    desk.router.simulation.run_until(desk.router.simulation.now + 1_000_000)
    desk.session.interrupt()
    assert desk.screen == HEAD + "  1 10.0.0.2 1 msec\n"
    assert not desk.session.busy


def test_questions(grammar: Grammar) -> None:
    desk = Desk(grammar, FakeRouter([end("172.16.2.5", 1)] * 3))
    answers = ["traceroute", "", "172.16.2.5", "", "10.0.0.1", "cs6", "y", "1", "2", "3"]
    assert (
        desk.transcript(*answers, "2", "9", "40000", "")
        == (
            "R1#traceroute\n"
            "Protocol [ip]: \n"
            "Target IP address: 172.16.2.5\n"
            "Ingress traceroute [n]: \n"
            "Source address or interface: 10.0.0.1\n"
            "DSCP Value [0]: cs6\n"
            "Numeric display [n]: y\n"
            "Timeout in seconds [3]: 1\n"
            "Probe count [3]: 2\n"
            "Minimum Time to Live [1]: 3\n"
            "Maximum Time to Live [30]: 2\n"
            "% A decimal number between 3 and 255.\n"
            "Maximum Time to Live [30]: 9\n"
            "Port Number [33434]: 40000\n"
            "Loose, Strict, Record, Timestamp, Verbose[none]: \n"
        )
        + HEAD
        + "  3 172.16.2.5 1 msec 1 msec\n"
    )
    assert {probe.tos for probe in desk.router.probes} == {48 << 2}
