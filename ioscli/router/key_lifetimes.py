"""Lifetimes of keys: routing processes look at their key chains anew when one begins or ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.model.instant import SECOND

if TYPE_CHECKING:
    from ioscli.model.key_chain import KeyChain
    from ioscli.router.routing_process import RoutingProcess


class KeyLifetimes:
    """The next moment at which some key of a process's chains becomes good or bad."""

    __slots__ = ("_due", "_process")

    def __init__(self, process: RoutingProcess) -> None:
        self._process = process
        self._due: int | None = None
        """Seconds since 1970."""

    def follow(self, chain: KeyChain) -> int:
        """The time by the router's clock, and another look when the chain's keys change."""
        router = self._process.router
        moment = int(router.clock.utc().timestamp())
        bound = chain.next_change(moment)
        if bound is not None and (self._due is None or not moment < self._due <= bound):
            self._due = bound
            router.simulation.post((bound - moment) * SECOND, self._passed, bound)
        return moment

    def _passed(self, bound: int) -> None:
        if bound == self._due and not self._process.closed:
            self._due = None
            self._process.configure()
