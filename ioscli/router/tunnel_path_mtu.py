"""`tunnel path-mtu-discovery`: what a tunnel has learned of its path (RFC 1191).

With it a tunnel copies DF into its outer header, and the ICMP messages that come back about its
packets lower its MTU for some time; without it neither happens.
"""

from __future__ import annotations

from collections.abc import Callable

from ioscli.engine.simulation import Simulation, Timer
from ioscli.model.config import PathMtuDiscovery
from ioscli.model.instant import SECOND, Duration

_MINUTE = 60 * SECOND
_PLATEAUS = (32_000, 17_914, 8_166, 4_352, 2_002, 1_492, 1_006, 508, 296, 68)
"""MTUs that paths have (RFC 1191, 7.1): what a message without one means."""


class TunnelPathMtu:
    """The learned MTU of one tunnel; `changed` is called when it has changed."""

    __slots__ = ("_changed", "_settings", "_simulation", "_timer", "learned")

    def __init__(self, simulation: Simulation, changed: Callable[[], None]) -> None:
        self._simulation = simulation
        self._changed = changed
        self._settings: PathMtuDiscovery | None = None
        self._timer: Timer | None = None
        self.learned: int | None = None
        """Bytes of the largest packet that fits into the tunnel; None: nothing was learned."""

    @property
    def on(self) -> bool:
        """Whether the tunnel discovers its path's MTU."""
        return self._settings is not None

    @property
    def expires(self) -> Duration | None:
        """How long until what was learned is forgotten; None: never."""
        timer = self._timer
        return None if timer is None else Duration(timer.due - self._simulation.now)

    def configure(self, settings: PathMtuDiscovery | None) -> None:
        """Follow the configuration; other settings begin anew."""
        if settings != self._settings:
            self._settings = settings
            self.stop()
            self.learned = None

    def stop(self) -> None:
        """Let nothing expire any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def learn(self, mtu: int) -> None:
        """The path takes packets of the tunnel's passengers of so many bytes."""
        settings = self._settings
        if settings is None:
            return
        mtu = max(settings.smallest, mtu)
        if self.learned is not None and mtu > self.learned:
            return  # only time raises it again (RFC 1191, 6.3)
        self.stop()
        if settings.age is not None:
            self._timer = self._simulation.after(settings.age * _MINUTE, self._expire)
        if mtu != self.learned:
            self.learned = mtu
            self._changed()

    def _expire(self) -> None:
        self._timer = None
        self.learned = None
        self._changed()


def path_mtu_of(next_hop_mtu: int, quoted: bytes) -> int:
    """The MTU that a message "fragmentation needed" speaks of.

    Routers older than RFC 1191 leave it out: then it is the next plateau below the packet.
    """
    if next_hop_mtu:
        return next_hop_mtu
    size = int.from_bytes(quoted[2:4], "big")
    return next((plateau for plateau in _PLATEAUS if plateau < size), _PLATEAUS[-1])
