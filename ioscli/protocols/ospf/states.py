"""States of interfaces and neighbors (RFC 2328 9.1 and 10.1), named as IOS prints them."""

from enum import Enum, IntEnum


class InterfaceState(Enum):
    """State of an interface; the value is what `show ip ospf interface` prints."""

    DOWN = "DOWN"
    LOOPBACK = "LOOPBACK"
    WAITING = "WAITING"
    POINT_TO_POINT = "POINT_TO_POINT"
    POINT_TO_MULTIPOINT = "POINT_TO_MULTIPOINT"
    DR_OTHER = "DROTHER"
    BACKUP = "BDR"
    DR = "DR"


class NeighborState(IntEnum):
    """State of a neighbor: the higher, the nearer to full adjacency."""

    DOWN = 0
    ATTEMPT = 1
    INIT = 2
    TWO_WAY = 3
    EXSTART = 4
    EXCHANGE = 5
    LOADING = 6
    FULL = 7

    def __str__(self) -> str:
        return "2WAY" if self is NeighborState.TWO_WAY else self.name


class NetworkType(Enum):
    """What kind of link an interface sits on; the value is what shows print."""

    BROADCAST = "BROADCAST"
    NON_BROADCAST = "NON_BROADCAST"
    POINT_TO_POINT = "POINT_TO_POINT"
    POINT_TO_MULTIPOINT = "POINT_TO_MULTIPOINT"
    LOOPBACK = "LOOPBACK"
    VIRTUAL_LINK = "VIRTUAL_LINK"
