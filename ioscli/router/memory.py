"""The router's memory: what its tables and processes hold, in the imitated machine's pools.

As with the processor's load, the things are real and their size is a tariff: every ARP entry,
route, interface and SA that there is now counts with the bytes that IOS needs for one, by order
of magnitude, beside each process's stack and what the system itself holds once it is up. Nothing
is ever fragmented: the largest free block is all that is free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ioscli.model import platform
from ioscli.router.ethernet import EthernetInterface

if TYPE_CHECKING:
    from ioscli.router.processes import ProcessView
    from ioscli.router.router import Router

_KILOBYTE = 1_024

SYSTEM = 66_000_000
"""Bytes that the system holds before any table has an entry: captures of IOSv show 65 to 71 MB."""
_PROCESS = 1_096
"""Bytes that a process holds beside its stack (7096 with a stack of 6000, ..., on IOSv)."""

#: Bytes of one entry, by the process that keeps the table.
_ARP_ENTRY = 264
_INTERFACE = 8_300
_ROUTE = 440
_ADJACENCY = 456
_ISAKMP_SA = 9_200
_ESP_PAIR = 4_400

INIT = "*Init*"


class HolderView(NamedTuple):
    """One line of `show processes memory`, in bytes."""

    pid: int
    tty: int
    name: str
    allocated: int
    """Taken so far."""
    freed: int
    """Given back so far."""
    holding: int


class PoolView(NamedTuple):
    """One line of `show memory statistics`, in bytes."""

    name: str
    head: int
    """Address: the processor's memory begins at 0, that of packets above it."""
    total: int
    used: int
    lowest: int
    """The least that was ever free."""

    @property
    def free(self) -> int:
        """What is free now, in one piece."""
        return self.total - self.used


class MemoryView(NamedTuple):
    """All of it."""

    pools: tuple[PoolView, PoolView]
    """The processor's and that of packets."""
    holders: tuple[HolderView, ...]


class _Account:
    """What one holder took and gave back, as far as looks at what it holds tell."""

    __slots__ = ("allocated", "freed", "holding")

    def __init__(self) -> None:
        self.allocated = self.freed = self.holding = 0

    def settle(self, holding: int) -> None:
        change = holding - self.holding
        if change > 0:
            self.allocated += change
        else:
            self.freed -= change
        self.holding = holding


class Memory:
    """Looks every five seconds at what is held, with the load."""

    __slots__ = ("_accounts", "_most", "_most_io", "_router")

    def __init__(self, router: Router) -> None:
        self._router = router
        self._accounts: dict[tuple[str, int], _Account] = {}
        self._most = self._most_io = 0

    def sample(self) -> None:
        """Take note of what is held now."""
        self._settle(self._router.processes.view().processes)

    def view(self) -> MemoryView:
        """What `show memory statistics` and `show processes memory` print."""
        processes = self._router.processes.view().processes
        used = self._settle(processes)
        total = platform.PROCESSOR_MEMORY * _KILOBYTE
        io_total = platform.IO_MEMORY * _KILOBYTE
        ids = {(it.name, it.tty): it.pid for it in processes}
        return MemoryView(
            (
                PoolView("Processor", 0, total, used, total - self._most),
                PoolView("I/O", total, io_total, self._waiting(), io_total - self._most_io),
            ),
            tuple(
                HolderView(
                    ids.get((name, tty), 0),
                    tty,
                    name,
                    account.allocated,
                    account.freed,
                    account.holding,
                )
                for (name, tty), account in self._accounts.items()
            ),
        )

    def _settle(self, processes: tuple[ProcessView, ...]) -> int:
        """Bring the accounts up to date; bytes in use."""
        tables = self._tables()
        holdings = {(INIT, 0): SYSTEM}
        for process in processes:
            table = tables.get(process.name, 0)
            holdings[process.name, process.tty] = process.stack + _PROCESS + table
        for key, holding in holdings.items():
            self._accounts.setdefault(key, _Account()).settle(holding)
        used = sum(holdings.values())
        self._most = max(self._most, used)
        self._most_io = max(self._most_io, self._waiting())
        return used

    def _waiting(self) -> int:
        """Bytes of fragments that wait for the rest of their packet."""
        return sum(it.forwarding.waiting_octets for it in self._router.vrfs.values())

    def _tables(self) -> dict[str, int]:
        router = self._router
        interfaces = router.interfaces.values()
        neighbours = sum(
            len(it.arp.entries) for it in interfaces if isinstance(it, EthernetInterface)
        )
        routes = sum(1 for table in router.vrfs.values() for _ in table.rib.entries())
        crypto = router.running_crypto
        return {
            "ARP Input": neighbours * _ARP_ENTRY,
            "Net Background": len(router.interfaces) * _INTERFACE,
            "Logger": router.config.logging.buffer_bytes,
            "IP Input": sum(len(it.adjacencies) for it in interfaces) * _ADJACENCY,
            "IP RIB Update": routes * _ROUTE,
            "Crypto IKMP": len(router.isakmp_views()) * _ISAKMP_SA,
            "IPSEC key engine": 0 if crypto is None else len(crypto.sadb.by_spi) * _ESP_PAIR,
        }
