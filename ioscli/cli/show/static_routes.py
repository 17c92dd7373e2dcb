"""`show ip static route`: the configured lines of a table, and which of them are in use.

Layout: captures of IOS-XE that have the legend of IOS 15.x.
"""

from collections.abc import Iterable, Iterator

from ioscli.model.config import StaticRoute
from ioscli.model.rib import Rib, Route, RouteSource

_LEGEND = (
    "Codes: M - Manual static, A - AAA download, N - IP NAT, D - DHCP,",
    "       G - GPRS, V - Crypto VPN, C - CASA, P - Channel interface processor,",
    "       B - BootP, S - Service selection gateway",
    "       DN - Default Network, T - Tracking object",
    "       L - TL1, E - OER, I - iEdge",
    "       D1 - Dot1x Vlan Network, K - MWAM Route",
    "       PP - PPP default route, MR - MRIPv6, SS - SSLVPN",
    "       H - IPe Host, ID - IPe Domain Broadcast",
    "       U - User GPRS, TE - MPLS Traffic-eng, LI - LIIN",
    "       IR - ICMP Redirect",
    "Codes in []: A - active, N - non-active, B - BFD-tracked, D - Not Tracked, P - permanent",
)


def show_static_routes(lines: Iterable[StaticRoute], rib: Rib, table: str) -> Iterator[str]:
    """Every `ip route` line of a table, by prefix and distance."""
    yield from _LEGEND
    yield ""
    yield f"Static local RIB for {table or 'default'} "
    yield ""
    ordered = sorted(
        lines,
        key=lambda it: (int(it.prefix.network_address), it.prefix.prefixlen, it.distance),
    )
    before = None
    for line in ordered:
        head = f"M  {line.prefix} "
        if line.prefix == before:
            head = f"M{'':{len(head) - 1}}"
        before = line.prefix
        way = " ".join(str(it) for it in (line.interface, line.next_hop) if it is not None)
        entry = rib.entry(line.prefix)
        state = "A" if entry is not None and _carries(entry.route, line) else "N"
        yield f"{head}[{line.distance}/0] via {way} [{state}]"


def _carries(route: Route, line: StaticRoute) -> bool:
    """Whether the best route of the table is, or holds, a line."""
    return (
        route.source is RouteSource.STATIC
        and route.distance == line.distance
        and any(
            path.next_hop == line.next_hop and line.interface in (None, path.interface)
            for path in route.paths
        )
    )
