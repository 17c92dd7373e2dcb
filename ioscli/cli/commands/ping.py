"""ping: echo requests one after another, in one line or after questions."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any, NamedTuple

from ioscli.cli import probing
from ioscli.cli.dialogue import Ask, Await, Interrupted, Resume, Say, Step, Steps
from ioscli.cli.lookup import resolve
from ioscli.cli.registry import command
from ioscli.router.probes import EchoKind, EchoRequest, EchoResult

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session

_PER_LINE = 70
_SECOND = 1_000_000
_DEFAULT_PATTERN = 0xABCD

#: The character for each outcome (Cisco document 13730).
_SYMBOLS = {
    EchoKind.REPLY: "!",
    EchoKind.TIMEOUT: ".",
    EchoKind.UNREACHABLE: "U",
    EchoKind.FRAGMENTATION_NEEDED: "M",
    EchoKind.TTL_EXCEEDED: "&",
    EchoKind.SOURCE_QUENCH: "Q",
    EchoKind.OTHER: "?",
}


class Sweep(NamedTuple):
    """A range of datagram sizes, bytes."""

    smallest: int
    largest: int
    interval: int

    @property
    def sizes(self) -> range:
        """Every size in turn."""
        return range(self.smallest, self.largest + 1, self.interval)


class Ping(NamedTuple):
    """Everything that one ping was asked to do."""

    destination: IPv4Address
    vrf: str = probing.GLOBAL
    repeat: int = 5
    size: int = 100
    """Bytes of the whole datagram."""
    timeout: int = 2
    """Seconds."""
    source: IPv4Address | None = None
    tos: int = 0
    dont_fragment: bool = False
    validate: bool = False
    pattern: int = _DEFAULT_PATTERN
    verbose: bool = False
    sweep: Sweep | None = None

    @property
    def requests(self) -> int:
        """How many requests there will be."""
        return self.repeat * (1 if self.sweep is None else len(self.sweep.sizes))

    def sizes(self) -> Iterator[int]:
        """The size of each request: a sweep runs through its range, `repeat` times."""
        for _ in range(self.repeat):
            if self.sweep is None:
                yield self.size
            else:
                yield from self.sweep.sizes


@command("ping")
def ping(session: Session, args: Args) -> Steps:
    """`ping TARGET` with options."""
    vrf = probing.typed_vrf(session.router, args)
    source = probing.typed_source(
        session.router, args, "A_PING_SOURCE_INTERFACE", "A_PING_SOURCE", vrf
    )
    target = yield from resolve(session, args["A_PING_TARGET"])
    if target is None:
        yield from probing.UNRECOGNIZED
        return
    yield from run(
        session,
        Ping(
            target,
            vrf,
            repeat=args.get("A_PING_REPEAT", 5),
            size=args.get("A_PING_SIZE", 100),
            timeout=args.get("A_PING_TIMEOUT", 2),
            source=source,
            tos=args.get("A_PING_TOS", 0),
            dont_fragment="df-bit" in args,
            validate="validate" in args,
            pattern=args.get("A_PING_DATA", _DEFAULT_PATTERN),
        ),
    )


# -- the work -------------------------------------------------------------------------------


def run(session: Session, job: Ping) -> Steps:
    """Send the requests and print what becomes of them."""
    yield from _heading(job)
    tally = _Tally()
    with suppress(Interrupted):
        yield from _probe(session, job, tally)
    if tally.column:
        yield Say("\n")
    yield tally.summary()


def _heading(job: Ping) -> Iterator[Step]:
    yield "Type escape sequence to abort."
    size = f"{job.size}" if job.sweep is None else f"[{job.sweep.smallest}..{job.sweep.largest}]"
    yield (
        f"Sending {job.requests}, {size}-byte ICMP Echos to {job.destination}, "
        f"timeout is {job.timeout} seconds:"
    )
    if job.source is not None:
        yield f"Packet sent with a source address of {job.source} "
    if job.dont_fragment:
        yield "Packet sent with the DF bit set"
    if job.validate:
        yield "Reply data will be validated"
    if job.pattern != _DEFAULT_PATTERN:
        yield f"Packet has data pattern 0x{job.pattern:08X}"


class _Tally:
    """What a ping counts as it goes."""

    def __init__(self) -> None:
        self.sent = 0
        self.times: list[int] = []
        """Round trips of the replies, milliseconds."""
        self.column = 0
        """Symbols on the current line."""

    def summary(self) -> str:
        """The success rate, cut down to a whole percentage as IOS does."""
        received = len(self.times)
        rate = 100 * received // self.sent if self.sent else 0
        text = f"Success rate is {rate} percent ({received}/{self.sent})"
        if not received:
            return text
        average = sum(self.times) // received
        return f"{text}, round-trip min/avg/max = {min(self.times)}/{average}/{max(self.times)} ms"


def _probe(session: Session, job: Ping, tally: _Tally) -> Steps:
    identifier = session.next_identifier()
    router = session.router
    send = router.vrfs[job.vrf].prober.send_echo if job.vrf else router.send_echo
    for number, size in enumerate(job.sizes()):
        request = EchoRequest(
            job.destination,
            identifier,
            number & 0xFFFF,
            size,
            job.timeout * _SECOND,
            job.source,
            job.dont_fragment,
            job.tos,
            job.pattern,
        )
        # Counted as it leaves: one that an interrupt leaves unanswered counts, without a symbol.
        tally.sent += 1
        result: EchoResult = yield Await(_sender(send, request))
        good = result.kind is EchoKind.REPLY and (result.data_intact or not job.validate)
        if good:
            tally.times.append(_milliseconds(result))
        if job.verbose:
            yield _verbose(job, number, size, result)
        else:
            yield from _symbol(_SYMBOLS[result.kind] if good or not _reply(result) else "C", tally)


def _reply(result: EchoResult) -> bool:
    return result.kind is EchoKind.REPLY


def _sender(
    send: Callable[[EchoRequest, Callable[[EchoResult], None]], Callable[[], object]],
    request: EchoRequest,
) -> Callable[[Resume], Callable[[], object]]:
    return lambda resume: send(request, resume)


def _symbol(symbol: str, tally: _Tally) -> Iterator[Step]:
    tally.column += 1
    if tally.column == _PER_LINE:
        tally.column = 0
        symbol += "\n"
    yield Say(symbol)


def _milliseconds(result: EchoResult) -> int:
    """Whole milliseconds as IOS counts them: no reply takes less than one."""
    return max(1, result.round_trip // 1_000)


def _verbose(job: Ping, number: int, size: int, result: EchoResult) -> str:
    """One line about one request, with its size where sizes differ."""
    tail = "" if job.sweep is None else f" (size {size})"
    match result.kind:
        case EchoKind.REPLY:
            return f"Reply to request {number} ({_milliseconds(result)} ms){tail}"
        case EchoKind.TIMEOUT:
            return f"Request {number} timed out{tail}"
        case EchoKind.FRAGMENTATION_NEEDED:
            return (
                f"Unreachable from {result.responder}, maximum MTU {result.next_hop_mtu or 0}{tail}"
            )
        case EchoKind.UNREACHABLE:
            return f"Unreachable from {result.responder}{tail}"
        case EchoKind.TTL_EXCEEDED:
            return f"Time to live exceeded from {result.responder}{tail}"
        case EchoKind.SOURCE_QUENCH:
            return f"Source quench from {result.responder}{tail}"
        case EchoKind.OTHER:
            return f"Unknown packet type from {result.responder}{tail}"


# -- the questions --------------------------------------------------------------------------


@command("ping_dialogue")
def ping_dialogue(session: Session, args: Args) -> Steps:
    """`ping [vrf NAME] [ip]`: every choice by a question (Cisco document 13730)."""
    vrf = probing.typed_vrf(session.router, args)
    job = yield from _ask(session, vrf, asks_protocol="ip" not in args)
    if job is not None:
        yield from run(session, job)


def _ask(session: Session, vrf: str, *, asks_protocol: bool) -> Generator[Step, Any, Ping | None]:
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
    number = probing.ask_number
    repeat = yield from number("Repeat count [5]: ", 1, 2_147_483_647, 5)
    size = yield from number("Datagram size [100]: ", 36, 18_024, 100)
    timeout = yield from number("Timeout in seconds [2]: ", 0, 3_600, 2)
    job = Ping(target, vrf, repeat=repeat, size=size, timeout=timeout)
    if (yield from probing.ask_yes("Extended commands [n]: ")):
        extended = yield from _ask_extended(session, job)
        if extended is None:
            return None
        job = extended
    if (yield from probing.ask_yes("Sweep range of sizes [n]: ")):
        smallest = yield from number("Sweep min size [36]: ", 36, 18_024, 36)
        largest = yield from number("Sweep max size [18024]: ", smallest, 18_024, 18_024)
        interval = yield from number("Sweep interval [1]: ", 1, 18_024, 1)
        job = job._replace(sweep=Sweep(smallest, largest, interval))
    return job


def _ask_extended(session: Session, job: Ping) -> Generator[Step, Any, Ping | None]:
    if (yield from probing.ask_yes("Ingress ping [n]: ")):
        yield "% Ingress ping is not supported"
        return None
    source = yield from probing.ask_source(session, job.vrf)
    tos = yield from probing.ask_dscp()
    dont_fragment = yield from probing.ask_yes("Set DF bit in IP header? [no]: ")
    validate = yield from probing.ask_yes("Validate reply data? [no]: ")
    pattern = yield from probing.ask("Data pattern [0x0000ABCD]: ", _pattern, _DEFAULT_PATTERN)
    verbose = yield from ask_options()
    return job._replace(
        source=source,
        tos=tos,
        dont_fragment=dont_fragment,
        validate=validate,
        pattern=pattern,
        verbose=verbose,
    )


def _pattern(answer: str) -> int:
    try:
        value = int(answer, 16)
    except ValueError:
        value = -1
    if not 0 <= value <= 0xFFFF:
        raise ValueError("% Invalid pattern, try again.")
    return value


def ask_options() -> Generator[Step, Any, bool]:
    """The IP option question, until Enter: whether Verbose was chosen.

    The other letters need IP options in the header, which are not sent here: refused as unknown.
    """
    verbose = False
    while True:
        shown = "V" if verbose else "none"
        prompt = f"Loose, Strict, Record, Timestamp, Verbose[{shown}]: "
        answer: str = (yield Ask(prompt)).strip()
        if not answer:
            return verbose
        if "verbose".startswith(answer.lower()):
            verbose = not verbose
        else:
            yield f'% No such option - "{answer}"'
