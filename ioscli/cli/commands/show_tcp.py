"""show tcp brief: carries out grammar/show_tcp.lark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.cli.registry import command
from ioscli.cli.show import tcp

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.protocols.tcp.service import TcpService


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
