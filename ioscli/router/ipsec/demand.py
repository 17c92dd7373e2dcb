"""When negotiations start: at once for tunnels, by traffic for crypto maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.model.instant import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from ioscli.engine.simulation import Simulation
    from ioscli.model.crypto import ChildPolicy
    from ioscli.router.forwarding import Forwarding
    from ioscli.router.ipsec.flow import ProtectedFlow

RETRY = 10 * SECOND
"""How long after a failed negotiation a tunnel starts the next one by itself."""
TRAFFIC_RETRY = SECOND
"""... and how long before traffic may start it."""


class Demand:
    """Who wants SAs. `initiate` asks IKE for them."""

    def __init__(
        self,
        simulation: Simulation,
        forwarding: Forwarding,
        initiate: Callable[[ChildPolicy], None],
    ) -> None:
        self._simulation = simulation
        self._forwarding = forwarding
        self._initiate = initiate

    def ensure(self, flow: ProtectedFlow) -> None:
        """Negotiate when there is no SA, the interface runs and the peer can be reached."""
        if flow.flow.current is not None or flow.failed_at is not None:
            return
        if not flow.may_start or flow.path_interface is None:
            return
        if flow.policy.local.packed not in self._forwarding.own_addresses:
            return
        self._initiate(flow.policy)

    def wanted(self, flow: ProtectedFlow) -> None:
        """A packet found no SA."""
        failed = flow.failed_at
        if failed is not None and self._simulation.now - failed < TRAFFIC_RETRY:
            return
        flow.failed_at = None
        self.ensure(flow)

    def failed(self, flow: ProtectedFlow) -> None:
        """A negotiation came to nothing."""
        flow.failed_at = self._simulation.now
        self.forget(flow)
        if not flow.demands_at_once:
            return

        def again() -> None:
            flow.failed_at = None
            self.ensure(flow)

        flow.retry = self._simulation.after(RETRY, again)

    @staticmethod
    def forget(flow: ProtectedFlow) -> None:
        """Try no more by itself."""
        if flow.retry is not None:
            flow.retry.cancel()
            flow.retry = None
