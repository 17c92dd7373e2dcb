"""States of a BGP session (RFC 4271 section 8.2.2), and what a neighbor is to this router."""

from enum import Enum


class State(Enum):
    """States, as `show ip bgp neighbors` prints them."""

    IDLE = "Idle"
    CONNECT = "Connect"
    ACTIVE = "Active"
    OPEN_SENT = "OpenSent"
    OPEN_CONFIRM = "OpenConfirm"
    ESTABLISHED = "Established"


class PeerKind(Enum):
    """Which rules hold between this router and a neighbor."""

    INTERNAL = "internal"
    EXTERNAL = "external"
    CONFEDERATION = "confed-external"
    """Of another member AS of this router's confederation (RFC 5065)."""


class Down(Enum):
    """Why a session ended, in IOS's words: `%BGP-5-ADJCHANGE: neighbor 10.0.0.2 Down ...`."""

    NOTIFICATION_SENT = "BGP Notification sent"
    NOTIFICATION_RECEIVED = "BGP Notification received"
    PEER_CLOSED = "Peer closed the session"
    INTERFACE_FLAP = "Interface flap"
    USER_RESET = "User reset"
    SHUTDOWN = "Admin. shutdown"
    DELETED = "Neighbor deleted"
    REMOTE_AS = "Remote AS changed"
    ROUTER_ID = "Router ID changed"
    SETTINGS = "Capability changed"
    PASSWORD = "Password change"
    MAXIMUM_PREFIXES = "Peer over prefix limit"
