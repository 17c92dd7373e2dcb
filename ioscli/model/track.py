"""`track N ...`: objects whose state other features follow (Enhanced Object Tracking)."""

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Network

from ioscli.model.ifname import InterfaceName


class TrackKind(Enum):
    """What an object looks at; the value is how IOS names its state."""

    LINE_PROTOCOL = "line-protocol"
    IP_ROUTING = "ip routing"
    ROUTE = "reachability"
    SLA_REACHABILITY = "sla reachability"
    SLA_STATE = "sla state"
    LIST_AND = "boolean and"
    LIST_OR = "boolean or"
    STUB = "stub-object"


@dataclass(slots=True)
class TrackedObject:
    """One tracked object."""

    number: int
    kind: TrackKind
    interface: InterfaceName | None = None
    prefix: IPv4Network | None = None
    vrf: str = ""
    """Of a route: the table it is looked for in."""
    operation: int | None = None
    """Of SLA kinds: the number of the operation."""
    members: list[tuple[int, bool]] = field(default_factory=list)
    """Of lists: object numbers, each with whether its state counts the other way round."""
    delay_up: int = 0
    """Seconds before a change to up is believed."""
    delay_down: int = 0
    default_up: bool = False
    """Of stubs: `default-state up`."""
