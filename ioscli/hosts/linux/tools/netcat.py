"""nc, as OpenBSD's netcat has it: one TCP or UDP conversation, or a look whether a port is open."""

from __future__ import annotations

from getopt import GetoptError, gnu_getopt
from ipaddress import IPv4Address

from ioscli.hosts.linux.connecting import (
    SERVICES,
    ConnectError,
    address_of,
    connect,
    port_of,
    settings,
)
from ioscli.hosts.linux.process import (
    Closed,
    Data,
    Interrupted,
    Line,
    Opened,
    PeerClosed,
    Process,
    ProgramError,
    Steps,
)
from ioscli.hosts.linux.stack import Datagram, Failure, SendError, UnroutableError
from ioscli.model.instant import Duration, Instant, seconds
from ioscli.protocols.tcp.connection import TcpSettings
from ioscli.protocols.tcp.effects import Ends

_USAGE = """\
usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]
\t  [-m minttl] [-O length] [-P proxy_username] [-p source_port]
\t  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]
\t  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]
\t  [destination] [port]"""
_PROBE_TIME = seconds(2)
"""How long an answer to a UDP probe is waited for (`-zu`)."""


def nc(process: Process) -> Steps:
    """Connect, listen or probe."""
    try:
        options, operands = gnu_getopt(process.arguments[1:], "4nklvuzp:w:")
    except GetoptError as error:
        raise ProgramError(f"nc: invalid option -- '{error.opt}'\n{_USAGE}") from None
    given = dict(options)
    timeout: Duration | None = None
    if "-w" in given:
        try:
            timeout = seconds(float(given["-w"]))
        except (ValueError, OverflowError):
            raise ProgramError(f"nc: timeout invalid: {given['-w']}") from None
    verbose = "-v" in given
    if "-l" in given:
        port = port_of(given.get("-p", "") or (operands[-1] if operands else ""))
        if port is None:
            raise ProgramError(_USAGE)
        if "-u" in given:
            return (yield from _listen_datagrams(process, port, verbose=verbose))
        return (yield from _listen(process, port, verbose=verbose, keep="-k" in given))
    if len(operands) != 2 or "-p" in given:  # the source port is not to be chosen here
        raise ProgramError(_USAGE)
    peer = address_of("nc", operands[0])
    first, last = _ports(operands[1])
    status = 1
    for port in range(first, last + 1):
        if "-u" in given:
            found = yield from _datagrams(process, peer, port, timeout, "-z" in given, verbose)
        else:
            found = yield from _connection(process, peer, port, timeout, "-z" in given, verbose)
        status = min(status, found)
    return status


def _ports(text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    low, high = port_of(first), port_of(last if dash else first)
    if low is None or high is None:
        raise ProgramError(f"nc: port number invalid: {text}")
    return min(low, high), max(low, high)


def _service(port: int, protocol: str) -> str:
    return f"[{protocol}/{SERVICES.get(port, '*')}]"


def _connection(
    process: Process,
    peer: IPv4Address,
    port: int,
    timeout: Duration | None,
    probe: bool,
    verbose: bool,
) -> Steps:
    try:
        ends = yield from connect(process, peer, port, timeout)
    except ConnectError as error:
        if verbose or not probe:
            process.print(f"nc: connect to {peer} port {port} (tcp) failed: {error}")
        return 1
    if verbose:
        process.print(f"Connection to {peer} {port} port {_service(port, 'tcp')} succeeded!")
    if probe:
        process.stack.tcp.close(ends)
        return 0
    return (yield from _converse(process, ends))


def _converse(process: Process, ends: Ends) -> Steps:
    """Pass lines on in both directions until the peer closes, or Ctrl-C."""
    process.reads = True
    try:
        while True:
            match (yield None):
                case Line(text):
                    process.stack.tcp.send(ends, text.encode("utf-8", "replace") + b"\n")
                case Data(of, data) if of == ends:
                    process.write(data.decode("utf-8", "replace"))
                case PeerClosed(of) | Closed(of) if of == ends:
                    return 0
    finally:
        process.reads = False
        process.stack.tcp.close(ends)


def _listen(process: Process, port: int, *, verbose: bool, keep: bool) -> Steps:
    tcp = process.stack.tcp
    if port in tcp.machine.listening:
        raise ProgramError("nc: Address already in use")
    if port < 1024 and not process.root:
        raise ProgramError("nc: Permission denied")

    def accept(peer: IPv4Address) -> TcpSettings | None:
        try:
            return settings(process.stack, peer)
        except UnroutableError:
            return None

    tcp.listen(port, accept, lambda _ends: process)
    if verbose:
        process.print(f"Listening on 0.0.0.0 {port}")
    try:
        while True:
            event = yield None
            if isinstance(event, Opened):
                if not keep:
                    tcp.ignore(port)
                if verbose:
                    ends = event.ends
                    process.print(f"Connection received on {ends.peer} {ends.peer_port}")
                yield from _converse(process, event.ends)
                if not keep:
                    return 0
    finally:
        tcp.ignore(port)


def _datagrams(
    process: Process,
    peer: IPv4Address,
    port: int,
    timeout: Duration | None,
    probe: bool,
    verbose: bool,
) -> Steps:
    """A UDP conversation. That a port is open is taken from nobody saying otherwise."""
    stack = process.stack
    own = stack.open_udp(process.post)
    assert own is not None
    try:
        if verbose or probe:
            stack.send_datagram(own, peer, port, b"X")
            until = Instant(process.now + _PROBE_TIME)
            while process.now < until:
                if isinstance((yield until), Failure):
                    return 1
            service = _service(port, "udp")
            process.print(f"Connection to {peer} {port} port {service} succeeded!")
        if probe:
            return 0
        process.reads = True
        idle = None if timeout is None else Instant(process.now + timeout)
        while True:
            match (yield idle):
                case Line(text):
                    stack.send_datagram(own, peer, port, text.encode() + b"\n")
                case Datagram(_, _, payload, _):
                    process.write(payload.decode("utf-8", "replace"))
                case Failure():
                    return 1
                case None if idle is not None:
                    return 0
    except SendError as error:
        raise ProgramError(f"nc: connect to {peer} port {port} (udp) failed: {error}") from None
    finally:
        process.reads = False
        stack.close_udp(own)


def _listen_datagrams(process: Process, port: int, *, verbose: bool) -> Steps:
    stack = process.stack
    if stack.open_udp(process.post, port) is None:
        raise ProgramError("nc: Address already in use")
    if verbose:
        process.print(f"Bound on 0.0.0.0 {port}")
    peer: tuple[IPv4Address, int] | None = None
    process.reads = True
    try:
        while True:
            match (yield None):
                case Datagram(source, source_port, payload, _):
                    if peer is None and verbose:
                        process.print(f"Connection received on {source} {source_port}")
                    peer = peer or (source, source_port)
                    process.write(payload.decode("utf-8", "replace"))
                case Line(text) if peer is not None:
                    stack.send_datagram(port, *peer, text.encode() + b"\n")
    except Interrupted:
        return 130
    finally:
        process.reads = False
        stack.close_udp(port)
