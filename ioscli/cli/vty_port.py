"""The door to the vty lines: port 23 listens without costing a router to which nobody connects."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from ioscli.cli.matcher import Grammar
    from ioscli.cli.vty import VtyServer
    from ioscli.protocols.tcp.connection import TcpSettings
    from ioscli.protocols.tcp.effects import Ends
    from ioscli.protocols.tcp.service import TcpUser
    from ioscli.router.router import Router
    from ioscli.router.vrf import Vrf

PORT = 23


class VtyPort:
    """Port 23 of one router, in every routing table that speaks TCP, also after a reload."""

    def __init__(self, router: Router, grammar: Grammar) -> None:
        self._router = router
        self._grammar = grammar
        self._server: VtyServer | None = None
        router.tcp_made = self._listen

    def _listen(self, table: Vrf) -> None:
        def accept(peer: IPv4Address) -> TcpSettings | None:
            return self._lines.settings(table, peer)

        def user(ends: Ends) -> TcpUser:
            return self._lines.visit(table, ends)

        table.tcp.listen(PORT, accept, user)

    @property
    def _lines(self) -> VtyServer:
        """The server behind the door, made when somebody first knocks."""
        if self._server is None:
            from ioscli.cli.vty import VtyServer

            self._server = VtyServer(self._router, self._grammar)
        return self._server
