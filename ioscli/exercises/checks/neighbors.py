"""The neighbors that a router knows, of every routing protocol that has any."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.ospf.numbers import AuthType, dotted
from ioscli.exercises.checks.causes.bgp import processes
from ioscli.exercises.checks.causes.eigrp import machines as eigrp_machines
from ioscli.exercises.checks.causes.ospf import machines as ospf_machines
from ioscli.exercises.checks.parties import called
from ioscli.protocols.bgp.states import State
from ioscli.protocols.ospf.states import NeighborState

if TYPE_CHECKING:
    from ioscli.labs.topology import Topology
    from ioscli.protocols.ospf.interface import Interface
    from ioscli.protocols.ospf.neighbor import Neighbor
    from ioscli.router.router import Router

UP = "up"
"""What EIGRP knows of states: a neighbor is up when both have answered each other."""
STATES = {
    "ospf": tuple(str(state).lower() for state in NeighborState),
    "eigrp": (UP,),
    "bgp": tuple(state.value.lower() for state in State),
}
WORKING = {"ospf": "full", "eigrp": UP, "bgp": "established"}
"""The state in which routes are exchanged, by protocol."""
SHOWS = {
    "ospf": "show ip ospf neighbor",
    "eigrp": "show ip eigrp neighbors",
    "bgp": "show ip bgp summary",
}

DETAIL_SHOWS = {
    "ospf": "show ip ospf interface {interface}",
    "eigrp": "show ip eigrp interfaces detail {interface}",
    "bgp": "show ip bgp neighbors {address}",
}
"""What shows how an interface or a session is set up."""

NO_ROLE = "none"
ROLES = ("DR", "BDR", "DROTHER", NO_ROLE)
"""What a neighbor of OSPF is to its network; none where nobody is elected."""


class Known(NamedTuple):
    """A neighbor that a router knows."""

    address: IPv4Address
    state: str
    """As shows print it."""
    interface: str | None = None
    """Where it is; None: of BGP, anywhere."""
    router_id: str = ""
    """Of OSPF."""
    authenticated: bool = False
    """Whether nothing is taken from it that is not signed, or has no password."""
    role: str = ""
    """Of OSPF, one of ROLES."""
    priority: int = 0
    """Of OSPF, with which it stands for election."""
    against: int = 0
    """Of OSPF, the router's own there."""
    stub: bool = False
    """Of EIGRP: whether it says that it is one."""

    def told(self, topology: Topology) -> str:
        """`10.0.0.2 (R2) on Tunnel0 in state FULL`."""
        where = "" if self.interface is None else f" on {self.interface}"
        state = "" if self.state == UP else f" in state {self.state}"
        return f"{called(topology, self.address)}{where}{state}"


def neighbors(router: Router, protocol: str) -> list[Known]:
    """Those that a router knows of a protocol."""
    if protocol == "ospf":
        return list(_of_ospf(router))
    if protocol == "eigrp":
        return [
            Known(
                it.ip,
                UP if it.established else "pending",
                interface.label,
                authenticated=interface.authenticates,
                stub=it.is_stub,
            )
            for eigrp in eigrp_machines(router)
            for interface in eigrp.interfaces.values()
            for it in interface.neighbors.values()
        ]
    return [
        Known(it.address, it.state.value, authenticated=it.settings.password is not None)
        for process in processes(router)
        for it in process.machine.neighbors.values()
    ]


def _of_ospf(router: Router) -> Iterator[Known]:
    for ospf in ospf_machines(router):
        for interface in (*ospf.interfaces.values(), *ospf.virtual_links.values()):
            for it in interface.neighbors.values():
                yield Known(
                    it.address,
                    str(it.state),
                    interface.label,
                    dotted(it.id),
                    interface.authentication.kind is not AuthType.NULL,
                    _role(interface, it),
                    it.priority,
                    interface.priority,
                )


def _role(interface: Interface, neighbor: Neighbor) -> str:
    if not interface.elects:
        return NO_ROLE
    if neighbor.key == interface.designated:
        return "DR"
    return "BDR" if neighbor.key == interface.backup else "DROTHER"
