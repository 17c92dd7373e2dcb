"""show tcp, clear tcp: carries out grammar/show_tcp.lark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.cli.dialogue import Confirm, Steps
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.show import tcp
from ioscli.router.exec_lines import number_of

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.protocols.tcp.connection import Connection
    from ioscli.protocols.tcp.service import TcpService


@command("show_tcp")
def show_tcp(session: Session, args: Args) -> Iterator[str]:
    """`show tcp [tcb X]`: every connection, or one, at length."""
    now = session.router.simulation.now
    wanted = _number(args) if "A_TCB" in args else None
    for number, service, connection in _connections(session):
        known = tcp.block(connection.ends, int(connection.opened))
        if wanted is None or known == wanted:
            line = _line_of(service.user_of(connection.ends))
            yield from tcp.show_connection(connection, number, now, line)


@command("clear_tcp")
def clear_tcp(session: Session, args: Args) -> Steps:
    """`clear tcp tcb X | line N | local A N remote A N`: connections are reset."""
    chosen = [it for it in _connections(session) if _is_meant(it[1], it[2], args)]
    if not (yield Confirm("[confirm]")):
        return
    for _, service, connection in chosen:
        service.abort(connection.ends)
    yield " [OK]"


def _is_meant(service: TcpService, connection: Connection, args: Args) -> bool:
    ends = connection.ends
    if "A_TCB" in args:
        return tcp.block(ends, int(connection.opened)) == _number(args)
    if "A_TCP_LINE" in args:
        line: int = args["A_TCP_LINE"]
        return _line_of(service.user_of(ends)) == line
    names = ("A_TCP_LOCAL", "A_TCP_LOCAL_PORT", "A_TCP_REMOTE", "A_TCP_REMOTE_PORT")
    return tuple(ends) == tuple(args[name] for name in names)


def _number(args: Args) -> int:
    try:
        return int(args["A_TCB"], 16)
    except ValueError:
        raise Refusal(argument="A_TCB") from None


def _line_of(user: object) -> int | None:
    """The number of the line that a connection feeds."""
    from ioscli.cli.vty import Visit

    return number_of(user.line) if isinstance(user, Visit) and user.line else None


def _connections(session: Session) -> list[tuple[int, TcpService, Connection]]:
    """Every connection, with the number of its routing table."""
    found: list[tuple[int, TcpService, Connection]] = []
    for number, table in enumerate(session.router.vrfs.values()):
        service: TcpService | None = table.running_tcp
        if service is not None:
            every = service.machine.connections.values()
            found += [(number, service, connection) for connection in every]
    return found


@command("show_tcp_brief")
def show_tcp_brief(session: Session, args: Args) -> Iterable[str]:
    """`show tcp brief [all] [numeric]`; `all` has the ports that listen too."""
    return tcp.show_brief(_rows(session, everything="all" in args), numeric="numeric" in args)


def _rows(session: Session, *, everything: bool) -> Iterator[tcp.TcpView]:
    router = session.router
    if everything:  # a router listens from its boot on, whenever its TCP was made
        _ = router.table("").tcp
    for table in router.vrfs.values():
        service: TcpService | None = table.running_tcp
        if service is None:
            continue
        for ends, connection in service.machine.connections.items():
            yield tcp.TcpView(ends, connection.state.value, int(connection.opened))
        if everything:
            for port in service.machine.listening:
                yield tcp.listening(port)
