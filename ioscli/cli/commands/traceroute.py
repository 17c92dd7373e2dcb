"""traceroute: UDP probes with growing TTL, in one line or after questions."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any, NamedTuple

from ioscli.cli import probing
from ioscli.cli.commands.ping import ask_options
from ioscli.cli.dialogue import Ask, Await, Interrupted, Resume, Say, Step, Steps
from ioscli.cli.lookup import resolve
from ioscli.cli.registry import command
from ioscli.router.probes import TraceKind, TraceProbe, TraceResult

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session

_SECOND = 1_000_000
_FIRST_PORT = 33_434

#: What is printed in place of a time where the probe was refused on its way.
_MARKS = {
    TraceKind.HOST_UNREACHABLE: "!H",
    TraceKind.NET_UNREACHABLE: "!N",
    TraceKind.PROTOCOL_UNREACHABLE: "!P",
    TraceKind.PROHIBITED: "!A",
}


class Trace(NamedTuple):
    """Everything that one traceroute was asked to do."""

    destination: IPv4Address
    vrf: str = probing.GLOBAL
    source: IPv4Address | None = None
    tos: int = 0
    timeout: int = 3
    """Seconds."""
    probes: int = 3
    first_ttl: int = 1
    last_ttl: int = 30
    port: int = _FIRST_PORT


@command("traceroute")
def traceroute(session: Session, args: Args) -> Steps:
    """`traceroute TARGET` with options. `numeric` changes nothing: no address has a name here."""
    vrf = probing.typed_vrf(session.router, args)
    source = probing.typed_source(
        session.router, args, "A_TRACE_SOURCE_INTERFACE", "A_TRACE_SOURCE", vrf
    )
    target = yield from resolve(session, args["A_TRACE_TARGET"])
    if target is None:
        yield from probing.UNRECOGNIZED
        return
    yield from run(
        session,
        Trace(
            target,
            vrf,
            source=source,
            timeout=args.get("A_TRACE_TIMEOUT", 3),
            probes=args.get("A_TRACE_PROBES", 3),
            first_ttl=args.get("A_TRACE_FIRST_TTL", 1),
            last_ttl=args.get("A_TRACE_LAST_TTL", 30),
            port=args.get("A_TRACE_PORT", _FIRST_PORT),
        ),
    )


# -- the work -------------------------------------------------------------------------------


def run(session: Session, job: Trace) -> Steps:
    """Send the probes and print a row for each TTL, up to the destination."""
    yield "Type escape sequence to abort."
    yield f"Tracing the route to {job.destination}"
    yield "VRF info: (vrf in name/id, vrf out name/id)"
    port = job.port
    with suppress(Interrupted):
        for ttl in range(max(1, job.first_ttl), job.last_ttl + 1):
            arrived = yield from _row(session, job, ttl, port)
            port += job.probes
            if arrived:
                return


def _row(session: Session, job: Trace, ttl: int, port: int) -> Generator[Step, Any, bool]:
    """The probes of one TTL: whether the trace ends with them.

    A row: hop in three columns, then ` * ` for silence, or the address where it is a new one
    (on a line of its own, four columns in, where something stands before it) and the time.
    """
    yield Say(f"{ttl:3} ")
    answered_by: IPv4Address | None = None
    blank = True
    ends = False
    router = session.router
    send = router.vrfs[job.vrf].prober.send_trace if job.vrf else router.send_trace_probe
    for number in range(job.probes):
        probe = TraceProbe(
            job.destination,
            ttl,
            (port + number) & 0xFFFF,
            job.timeout * _SECOND,
            job.source,
            job.tos,
        )
        result: TraceResult = yield Await(_sender(send, probe))
        if result.kind is TraceKind.TIMEOUT:
            yield Say(" * ")
            blank = False
            continue
        text = ""
        if result.responder != answered_by:
            answered_by = result.responder
            text = str(answered_by) if blank else f"\n    {answered_by}"
        mark = _MARKS.get(result.kind)
        yield Say(f"{text} {mark} " if mark else f"{text} {result.round_trip // 1_000} msec")
        blank = False
        ends = ends or result.kind is not TraceKind.TIME_EXCEEDED
    yield Say("\n")
    return ends


def _sender(
    send: Callable[[TraceProbe, Callable[[TraceResult], None]], Callable[[], object]],
    probe: TraceProbe,
) -> Callable[[Resume], Callable[[], object]]:
    return lambda resume: send(probe, resume)


# -- the questions --------------------------------------------------------------------------


@command("traceroute_dialogue")
def traceroute_dialogue(session: Session, args: Args) -> Steps:
    """`traceroute [vrf NAME] [ip]`: every choice by a question (Cisco document 13730)."""
    vrf = probing.typed_vrf(session.router, args)
    job = yield from _ask(session, vrf, asks_protocol="ip" not in args)
    if job is not None:
        yield from run(session, job)


def _ask(session: Session, vrf: str, *, asks_protocol: bool) -> Generator[Step, Any, Trace | None]:
    if asks_protocol and not (yield from probing.ask_protocol()):
        return None
    answer: str = (yield Ask("Target IP address: ")).strip()
    if not answer:
        yield "% Bad IP address"
        return None
    target = yield from resolve(session, answer)
    if target is None:
        yield from probing.UNRECOGNIZED
        return None
    if (yield from probing.ask_yes("Ingress traceroute [n]: ")):
        yield "% Ingress traceroute is not supported"
        return None
    source = yield from probing.ask_source(session, vrf)
    tos = yield from probing.ask_dscp()
    yield from probing.ask_yes("Numeric display [n]: ")
    number = probing.ask_number
    timeout = yield from number("Timeout in seconds [3]: ", 0, 3_600, 3)
    probes = yield from number("Probe count [3]: ", 1, 65_535, 3)
    first_ttl = yield from number("Minimum Time to Live [1]: ", 0, 255, 1)
    last_ttl = yield from number("Maximum Time to Live [30]: ", first_ttl, 255, max(30, first_ttl))
    port = yield from number("Port Number [33434]: ", 0, 65_535, _FIRST_PORT)
    yield from ask_options()
    return Trace(target, vrf, source, tos, timeout, probes, first_ttl, last_ttl, port)
