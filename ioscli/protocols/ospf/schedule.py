"""When shortest paths are computed (`timers throttle spf`), and what was (`statistics`)."""

from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.ospf.lsa import Lsa
from ioscli.codec.ospf.numbers import LsType, dotted
from ioscli.model.instant import Instant
from ioscli.protocols.ospf.throttle import Throttle

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.machine import Ospf

KEPT_RUNS = 20
_NETWORK = int(LsType.NETWORK)

_REASONS: dict[int, str] = {
    LsType.ROUTER: "R",
    LsType.NETWORK: "N",
    LsType.SUMMARY_NETWORK: "SN",
    LsType.SUMMARY_ASBR: "SA",
    LsType.AS_EXTERNAL: "X",
    LsType.NSSA_EXTERNAL: "X",
}


class SpfRun(NamedTuple):
    """One run of the algorithm."""

    at: Instant
    areas: tuple[int, ...]
    reasons: tuple[str, ...]
    """Kinds of LSAs that changed: R, N, SN, SA, X, as IOS abbreviates them."""
    lsas: int
    """How many changed."""


class SpfSchedule:
    """What is to be computed, and when that is allowed."""

    __slots__ = (
        "_areas",
        "_changed",
        "_noted",
        "_ospf",
        "_reasons",
        "_throttle",
        "_timer",
        "partial_due",
        "runs",
    )

    def __init__(self, ospf: "Ospf") -> None:
        self._ospf = ospf
        self._timer = ospf.timers.make(self._run)
        self._throttle = Throttle()
        self._areas: set[int] = set()
        self._reasons: dict[str, None] = {}
        self._changed = 0
        self._noted: int | None = None
        """The type of the LSA that was last among the reasons of the run to come."""
        self.partial_due = False
        """Whether routes must be worked out anew on the trees that there are."""
        self.runs: list[SpfRun] = []
        """The last ones, oldest first."""

    @property
    def due(self) -> Instant | None:
        """When the next run is."""
        return self._timer.when

    def cancel(self) -> None:
        """Forget everything; the process begins anew."""
        self._timer.cancel()
        self._areas.clear()
        self._reasons.clear()
        self._changed = 0
        self._noted = None
        self.partial_due = False

    def lsa_changed(self, area: "Area", lsa: Lsa) -> None:
        """A database has something new: schedule a run, or a calculation without trees."""
        kind = lsa.kind
        if kind == self._noted and area.id in self._areas and not self._ospf.debugging:
            self._changed += 1  # one more of what a run is scheduled for already
        elif kind <= _NETWORK:
            self._noted = kind
            self._changed += 1
            self._reasons[_REASONS[kind]] = None
            ospf = self._ospf
            debugging = "spf" in ospf.debugging
            if debugging:
                text = (
                    f"Detect change in LSA type {kind}, LSID {dotted(lsa.id)},"
                    f" from {dotted(lsa.router)} area {ospf.area_text(area.id)}"
                )
                ospf.debug("spf", None, text)
            self._areas.add(area.id)
            if self._timer.when is None:
                when = self._throttle.next_time(ospf.config.spf_throttle, ospf.now)
                self._timer.set(when)
                if debugging:
                    text = f"Schedule SPF in area {ospf.area_text(area.id)}"
                    ospf.debug("spf", None, f"{text}, spf_time {(when - ospf.now) // 1000}ms")
        elif kind in _REASONS:
            self.partial(_REASONS[kind])

    def force(self) -> None:
        """Compute the paths of every area now (`clear ip ospf force-spf`)."""
        self._timer.cancel()
        self._areas.update(self._ospf.areas)
        self._run()

    def partial(self, reason: str) -> None:
        """Routes change, trees do not (RFC 2328 16.5, 16.6)."""
        self._reasons[reason] = None
        self.partial_due = True

    def run_partial(self) -> None:
        """Work the routes out on the trees as they are."""
        self.partial_due = False
        if any(area.tree is not None for area in self._ospf.areas.values()):
            self._ospf.recalculate()

    def _run(self) -> None:
        ospf = self._ospf
        self._throttle.done(ospf.config.spf_throttle, ospf.now)
        areas = sorted(self._areas & ospf.areas.keys())
        run = SpfRun(ospf.now, tuple(areas), tuple(self._reasons), self._changed)
        self.runs.append(run)
        del self.runs[:-KEPT_RUNS]
        self._areas.clear()
        self._reasons = {}
        self._changed = 0
        self._noted = None
        self.partial_due = False
        # The backbone comes last: its virtual links lie on the other areas' trees.
        for number in sorted(areas, key=lambda number: (number == 0, number)):
            if "spf" in ospf.debugging:
                ospf.debug("spf", None, f"Begin SPF at {ospf.now // 1000}ms, process time 0ms")
                ospf.debug("spf", None, f"Running SPF for area {ospf.area_text(number)}")
            ospf.areas[number].compute()
        ospf.recalculate()
        if "spf" in ospf.debugging:
            ospf.debug("spf", None, f"End SPF at {ospf.now // 1000}ms, Total elapsed time 0ms")
