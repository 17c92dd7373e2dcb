"""The router's messages and its clock: `*Mar  1 00:01:02.345: %LINK-3-UPDOWN: ...`."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ioscli.engine.simulation import Simulation
from ioscli.model.instant import Instant

#: When simulated time begins. A router without a battery-backed clock starts on a 1 March;
#: a fixed day keeps equal runs equal.
EPOCH = datetime(2002, 3, 1, tzinfo=UTC)


def clock(now: Instant) -> datetime:
    """The date and time that a router's clock shows at an instant."""
    return EPOCH + timedelta(microseconds=now)


class ConsoleLog:
    """Console logging: each message becomes one line for every subscriber."""

    __slots__ = ("_simulation", "_subscribers")

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._subscribers: list[Callable[[str], None]] = []

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Have every further line handed to a callback; call what is returned to stop that."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def log(self, facility: str, severity: int, mnemonic: str, text: str) -> None:
        """Emit `%FACILITY-SEVERITY-MNEMONIC: text`.

        The leading `*` says that the clock was never synchronised, as on any IOS without NTP.
        """
        if not self._subscribers:
            return
        time = clock(self._simulation.now)
        stamp = f"{time:%b} {time.day:2} {time:%H:%M:%S}.{time.microsecond // 1000:03}"
        line = f"*{stamp}: %{facility}-{severity}-{mnemonic}: {text}"
        for callback in tuple(self._subscribers):
            callback(line)
