"""`redistribute` lines: which routes of another source a protocol takes, and with what metric."""

from typing import NamedTuple

from ioscli.model.rib import RouteSource


class Redistribution(NamedTuple):
    """One `redistribute SOURCE ...` line of a routing process."""

    source: RouteSource
    process: str = ""
    """`1` of `ospf 1`, the AS of `eigrp` and `bgp`."""
    metric: int | None = None
    vector: tuple[int, int, int, int, int] | None = None
    """EIGRP's: bandwidth (kb/s), delay (tens of microseconds), reliability, load, MTU (bytes)."""
    metric_type: int = 2
    """Of OSPF externals."""
    tag: int = 0
    route_map: str | None = None
    subnets: bool = False
    """OSPF: also prefixes that are no classful networks."""
    match: tuple[str, ...] = ()
    """Of OSPF's routes: `internal`, `external 1`, `nssa-external 2`; none: all but the latter."""
