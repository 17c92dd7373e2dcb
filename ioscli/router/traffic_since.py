"""The packet counts since `clear ip traffic`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ioscli.router.forwarding import ArpCounts
from ioscli.router.traffic import TrafficView, traffic_view

if TYPE_CHECKING:
    from ioscli.router.router import Router


def traffic_since(router: Router) -> TrafficView:
    """The counts since they were cleared, or since boot."""
    now = traffic_view(router)
    base = router.traffic_base
    if base is None:
        return now
    return TrafficView(*(_less(new, old) for new, old in zip(now, base, strict=True)))


def clear_traffic(router: Router) -> None:
    """Count from here on."""
    router.traffic_base = traffic_view(router)


def _less(new: Any, old: Any) -> Any:
    """A count, or counts by kind, without those of before."""
    if isinstance(new, dict):
        return {kind: count - old.get(kind, 0) for kind, count in new.items()}
    if isinstance(new, ArpCounts):
        left = ArpCounts()
        for name in ArpCounts.__slots__:
            setattr(left, name, getattr(new, name) - getattr(old, name))
        return left
    return new - old
