"""telnet, resume, disconnect: carries out grammar/telnet.lark.

The texts are those of IOS 12.4 and 15, as lab guides and Cisco's troubleshooting documents show
them. Without a capture: a number that is no connection's, `%` texts of no current connection.
"""

from __future__ import annotations

from collections.abc import Generator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

from ioscli.cli.dialogue import Ask, Await, Confirm, Interrupted, Say, Step, Steps
from ioscli.cli.lookup import resolve
from ioscli.cli.onward import Connection, Outcome
from ioscli.cli.probing import GLOBAL, interface_address, typed_vrf
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.model.ifname import InterfaceName

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.model.access import LineConfig

_PORT = 23
_FAILURES = {
    Outcome.REFUSED: "% Connection refused by remote host",
    Outcome.TIMED_OUT: "% Connection timed out; remote host not responding",
    Outcome.UNREACHABLE: "% Destination unreachable; gateway or host down",
}


@command("telnet")
def telnet(session: Session, args: Args) -> Steps:
    """`telnet [HOST [PORT] [/source-interface IF] [/vrf NAME]]`, `connect ...`."""
    vrf = typed_vrf(session.router, args)
    source = _source(session, args.get("A_INTERFACE"), vrf)
    target: IPv4Address | str | None = args.get("A_TELNET_HOST")
    if target is None:
        try:
            target = str((yield Ask("Host: "))).strip()
        except Interrupted:
            return
        if not target:
            return
    yield from connect(session, target, _port(args), vrf, source)


def connect(
    session: Session,
    target: IPv4Address | str,
    port: int = _PORT,
    vrf: str = GLOBAL,
    source: IPv4Address | None = None,
) -> Steps:
    """Connect to a host, and stay there until the operator comes back."""
    line = session.router.config.access.line(session.line)
    if not _may_go_out(line):
        yield "% telnet connections not permitted from this terminal"
        return
    address = yield from resolve(session, target)
    if address is None:
        yield "% Unknown command or computer name, or unable to find computer address"
        return
    if not _may_reach(session, line, address):
        yield "% Connections to that host not permitted from this terminal"
        return
    name = str(target)
    shown = name if name == str(address) else f"{name} ({address})"
    yield Say(f"Trying {shown}{'' if port == _PORT else f', {port}'} ... ")
    connection = Connection(session, session.router.table(vrf).tcp, name, address, port)
    outcome: Outcome = yield Await(lambda resume: connection.open(source, resume))
    if outcome is not Outcome.OPEN:
        yield from ("", _FAILURES[outcome], "")
        return
    yield "Open"
    yield from _stay(session, connection)


def _stay(session: Session, connection: Connection) -> Steps:
    """Let the operator type there until the connection ends or is suspended."""
    outcome = Outcome.ENDED  # it may have, while a page of output was waited for
    if connection in session.connections:
        session.connections.remove(connection)
        session.connections.append(connection)  # the one used last
        outcome = yield Await(connection.enter)
    if outcome is Outcome.ENDED:
        yield from ("", f"[Connection to {connection.name} closed by foreign host]")


@command("resume")
def resume(session: Session, args: Args) -> Steps:
    """`resume [N | NAME]`: the connection used last, or another; Enter alone does it too."""
    connection = yield from _named(session, args.get("A_CONNECTION"))
    if connection is not None:
        yield f"[Resuming connection {connection.number} to {connection.name} ... ]"
        yield ""
        yield from _stay(session, connection)


def resume_last(session: Session) -> Steps:
    """Enter alone at an EXEC prompt."""
    connection = session.connections[-1]
    yield f"[Resuming connection {connection.number} to {connection.name} ... ]"
    yield ""
    yield from _stay(session, connection)


@command("disconnect")
def disconnect(session: Session, args: Args) -> Steps:
    """`disconnect [N | NAME]`."""
    connection = yield from _named(session, args.get("A_CONNECTION"))
    if connection is not None and (
        yield Confirm(f"Closing connection to {connection.name} [confirm]")
    ):
        connection.drop()


def _named(session: Session, word: str | None) -> Generator[Step, Any, Connection | None]:
    """The connection of a number or a host's name, the last without one."""
    if word is None:
        if session.connections:
            return session.connections[-1]
        yield "% No current connection"
        return None
    for connection in session.connections:
        if word in (str(connection.number), connection.name):
            return connection
    yield f"% {word} is not an open connection"
    return None


def _port(args: Args) -> int:
    if "A_TELNET_PORT" in args:
        number: int = args["A_TELNET_PORT"]
        return number
    from ioscli.cli.access_names import TCP_PORTS

    return next((TCP_PORTS[word] for word in args.words[2:3] if word in TCP_PORTS), _PORT)


def _source(session: Session, name: InterfaceName | None, vrf: str) -> IPv4Address | None:
    """The address to speak from: of the interface typed, or `ip telnet source-interface`'s."""
    router = session.router
    if name is not None:
        address = interface_address(router, name, vrf)
        if address is None:
            raise Refusal("% Invalid source interface - IP not enabled or interface is down")
        return address
    for kept in router.config.stored.get("ip_telnet_source", ()):
        return interface_address(router, InterfaceName.parse(kept.split(" ", 3)[3]), vrf)
    return None


def _may_go_out(line: LineConfig) -> bool:
    """Whether `transport output` lets Telnet out."""
    for kept in line.stored.get("line_transport_output", ()):
        words = kept.split()
        if words[0] == "transport":
            return not {"all", "telnet"}.isdisjoint(words[2:])
    return True


def _may_reach(session: Session, line: LineConfig, address: IPv4Address) -> bool:
    """Whether `access-class NAME out` allows connections to a host."""
    for kept in line.stored.get("line_access_class", ()):
        words = kept.split()
        if words[0] == "access-class" and words[2] == "out":
            known = session.router.config.policy.access_lists.get(words[1])
            return known is None or known.permits_address(address)
    return True
