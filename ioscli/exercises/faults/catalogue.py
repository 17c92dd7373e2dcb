"""All faults that there are, and those of a certification."""

from collections.abc import Iterable

from ioscli.exercises.faults import (
    access_lists,
    addressing,
    bgp,
    eigrp,
    gre,
    ipsec,
    isakmp,
    mtu,
    nat,
    ospf,
    redistribution,
    static_routes,
)
from ioscli.exercises.faults.fault import Fault
from ioscli.labs.errors import InputError, quoted, suggestion

_AREAS: Iterable[tuple[Fault, ...]] = (
    addressing.FAULTS,
    static_routes.FAULTS,
    ospf.FAULTS,
    eigrp.FAULTS,
    bgp.FAULTS,
    redistribution.FAULTS,
    access_lists.FAULTS,
    nat.FAULTS,
    gre.FAULTS,
    isakmp.FAULTS,
    ipsec.FAULTS,
    mtu.FAULTS,
)
_ALL = tuple(fault for area in _AREAS for fault in area)


def catalogue(scope: str | None = None) -> tuple[Fault, ...]:
    """The faults that there are, or those of a certification or of one of its topics.

    scope: `ENARSI`, `ENARSI 1.10`, `ENARSI 1.10.b`. Raises InputError where there are none.
    """
    found = tuple(fault for fault in _ALL if fault.within(scope))
    if not found:
        known = sorted({topic for fault in _ALL for topic in (*fault.scopes, *fault.topics)})
        raise InputError(f"no fault belongs to {quoted(str(scope))}{suggestion(str(scope), known)}")
    return found
