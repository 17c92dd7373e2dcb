"""IP SLA operations: ICMP echoes sent by the clock, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ioscli.engine.simulation import Timer
from ioscli.model.instant import SECOND, Instant
from ioscli.model.ip_sla import SlaOperation
from ioscli.router.probes import EchoKind, EchoRequest, EchoResult

if TYPE_CHECKING:
    from ioscli.router.router import Router

_IP_AND_ICMP = 28
"""Bytes of headers around the data of an echo."""
_MILLISECOND = 1_000
_FIRST_IDENTIFIER = 0xA000
"""ICMP identifiers of operations; those of `ping` grow from small numbers."""


class SlaResult(NamedTuple):
    """How one run of an operation ended."""

    started: Instant
    code: str
    """The return code, as `show ip sla statistics` prints it: `OK`, `Over threshold`, `Timeout`."""
    round_trip: int | None
    """Milliseconds; None without an answer."""

    @property
    def ok(self) -> bool:
        """Whether `track ... state` counts it as up."""
        return self.code == "OK"

    @property
    def reachable(self) -> bool:
        """Whether `track ... reachability` counts it as up."""
        return self.code in ("OK", "Over threshold")


class SlaRun:
    """One operation at work."""

    __slots__ = (
        "cancel",
        "config",
        "failures",
        "last",
        "next_due",
        "sequence",
        "started",
        "successes",
        "timer",
    )

    def __init__(self, config: SlaOperation) -> None:
        self.config = config
        self.started: Instant | None = None
        """When it was first sent; None: it has not begun."""
        self.successes = self.failures = 0
        self.last: SlaResult | None = None
        self.sequence = 0
        self.next_due: Instant | None = None
        self.timer: Timer | None = None
        self.cancel: Callable[[], object] = lambda: None

    def stop(self) -> None:
        """Send nothing more."""
        if self.timer is not None:
            self.timer.cancel()
        self.timer = None
        self.next_due = None
        self.cancel()


class SlaProbes:
    """The operations of one router; `ended` is called whenever one of them ends a run."""

    def __init__(self, router: Router, ended: Callable[[], None]) -> None:
        self._router = router
        self._simulation = router.simulation
        self._ended = ended
        self.runs: dict[int, SlaRun] = {}

    def stop(self) -> None:
        """The router goes off."""
        for run in self.runs.values():
            run.stop()

    def reconfigure(self) -> None:
        """Follow the configuration: an operation that changed begins anew."""
        wanted = self._router.config.sla_operations
        for number in [number for number in self.runs if number not in wanted]:
            self.runs.pop(number).stop()
        for number, config in wanted.items():
            run = self.runs.get(number)
            if run is not None and run.config == config:
                continue
            if run is not None:
                run.stop()
            self.runs[number] = run = SlaRun(config)
            if config.started and config.target is not None:
                self._later(run, config.start_after * SECOND)

    def _later(self, run: SlaRun, delay: int) -> None:
        run.next_due = Instant(self._simulation.now + delay)
        run.timer = self._simulation.after(delay, lambda: self._send(run))

    def _send(self, run: SlaRun) -> None:
        config, now = run.config, self._simulation.now
        if run.started is None:
            run.started = now
        over = config.life is not None and now - run.started >= config.life * SECOND
        if over or config.target is None:
            run.stop()
            return
        self._later(run, config.frequency * SECOND)
        table = self._router.vrfs.get(config.vrf)
        source = config.source
        if config.source_interface is not None:
            interface = self._router.interfaces.get(config.source_interface)
            usable = interface is not None and interface.protocol_up
            source = interface.address if interface is not None and usable else None
            if source is None:
                table = None
        if table is None:
            self._finish(run, SlaResult(now, "No connection", None))
            return
        run.sequence = run.sequence + 1 & 0xFFFF
        request = EchoRequest(
            config.target,
            _FIRST_IDENTIFIER + config.number & 0xFFFF,
            run.sequence,
            config.request_size + _IP_AND_ICMP,
            config.timeout * _MILLISECOND,
            source,
            tos=config.tos,
        )
        run.cancel = table.prober.send_echo(
            request, lambda result: self._answered(run, now, result)
        )

    def _answered(self, run: SlaRun, started: Instant, result: EchoResult) -> None:
        config = run.config
        if result.kind is not EchoKind.REPLY:
            self._finish(run, SlaResult(started, "Timeout", None))
            return
        elapsed = max(1, round(result.round_trip / _MILLISECOND))
        if config.verify_data and not result.data_intact:
            code = "Verify error"
        else:
            code = "Over threshold" if elapsed > config.threshold else "OK"
        self._finish(run, SlaResult(started, code, elapsed))

    def _finish(self, run: SlaRun, result: SlaResult) -> None:
        run.last = result
        run.successes += result.reachable
        run.failures += not result.reachable
        self._ended()
