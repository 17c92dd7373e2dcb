"""A neighbor: what is configured of it, its connections, what it told and what it was told."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.codec.bgp import PathAttributes
from ioscli.model.bgp import BgpSettings
from ioscli.model.instant import Instant
from ioscli.protocols.bgp.states import PeerKind, State

if TYPE_CHECKING:
    from ioscli.protocols.bgp.session import Session


class MessageCounts:
    """Messages of one direction, for `show ip bgp neighbors`."""

    __slots__ = ("keepalives", "notifications", "opens", "refreshes", "updates")

    def __init__(self) -> None:
        self.opens = self.notifications = self.updates = self.keepalives = self.refreshes = 0

    @property
    def total(self) -> int:
        """All messages."""
        return self.opens + self.notifications + self.updates + self.keepalives + self.refreshes


class PrefixActivity:
    """What happened to the prefixes of one direction."""

    __slots__ = ("explicit_withdraw", "implicit_withdraw", "total")

    def __init__(self) -> None:
        self.total = self.implicit_withdraw = self.explicit_withdraw = 0


class Neighbor:
    """One configured neighbor."""

    __slots__ = (
        "address",
        "adj_in",
        "adj_out",
        "advertised",
        "awaiting_reset",
        "denied",
        "denied_out",
        "dropped",
        "dynamic",
        "end_of_rib",
        "established_count",
        "identifier",
        "idle_hold",
        "kind",
        "last_down",
        "last_notification",
        "learned",
        "limit_reached",
        "limit_warned",
        "name",
        "peer_group",
        "pending",
        "prefix_count",
        "received",
        "refresh_epoch",
        "sent",
        "sent_version",
        "session",
        "sessions",
        "settings",
        "since",
        "stale",
    )

    def __init__(self, address: IPv4Address, settings: BgpSettings) -> None:
        self.address = address
        self.name = str(address)
        self.settings = settings
        self.peer_group: str | None = None
        self.dynamic = False
        """Whether a listen range made it: it ends with its session."""
        self.kind = PeerKind.EXTERNAL
        self.sessions: list[Session] = []
        """Connections: the active and the passive one, until one of them is established."""
        self.session: Session | None = None
        """The established one."""
        self.identifier: IPv4Address | None = None
        """Of the last OPEN."""
        self.idle_hold = True
        """Whether it is in Idle: not started, or the last session failed a moment ago."""
        self.awaiting_reset = False
        """Over its prefix limit: down until `clear ip bgp`, or until the restart timer."""
        self.since: Instant | None = None
        """When it last changed to or from Established."""
        self.last_down: tuple[Instant, str] | None = None
        """When and why it last went down."""
        self.last_notification: tuple[bool, int, int, bytes] | None = None
        """The last one, whether it was sent, its code, subcode and data."""
        self.established_count = self.dropped = 0
        self.sent, self.received = MessageCounts(), MessageCounts()
        self.adj_in: dict[IPv4Network, PathAttributes] = {}
        """What it told, before any policy; kept under `soft-reconfiguration inbound` only."""
        self.adj_out: dict[IPv4Network, PathAttributes] = {}
        """What it was told and not taken back."""
        self.pending: set[IPv4Network] = set()
        """Prefixes whose advertisement is to be looked at."""
        self.prefix_count = 0
        """Paths in the table."""
        self.learned, self.advertised = PrefixActivity(), PrefixActivity()
        self.denied: dict[str, int] = {}
        """Prefixes that inbound policy denied, by IOS's name of the policy."""
        self.denied_out: dict[str, int] = {}
        self.limit_warned = self.limit_reached = False
        self.stale: set[IPv4Network] | None = None
        """Between the marks of RFC 7313: what the peer has not told again."""
        self.refresh_epoch = 1
        """Which run of telling everything its paths are of: 1 is that of the session's start."""
        self.end_of_rib = False
        self.sent_version = 0
        """The table version that it was told."""

    @property
    def state(self) -> State:
        """The state of the connection that came furthest; without any, Active or Idle.

        IOS calls a neighbor Active, too, while its own SYN is unanswered.
        """
        if self.session is not None:
            return State.ESTABLISHED
        states = [session.state for session in self.sessions]
        for state in (State.OPEN_CONFIRM, State.OPEN_SENT):
            if state in states:
                return state
        return State.ACTIVE if states or not self.idle_hold else State.IDLE

    @property
    def internal(self) -> bool:
        """Whether it is in this AS."""
        return self.kind is PeerKind.INTERNAL

    @property
    def advertisement_interval(self) -> int:
        """MinRouteAdvertisementIntervalTimer, seconds (RFC 4271 section 9.2.1.1)."""
        configured = self.settings.advertisement_interval
        if configured is not None:
            return configured
        return 0 if self.internal else 30

    @property
    def single_hop(self) -> bool:
        """Whether it must be on a connected network (section 9.1.2.1 of the first RFC's words)."""
        settings = self.settings
        return (
            not self.internal
            and settings.ebgp_multihop is None
            and settings.ttl_security is None
            and not settings.disable_connected_check
        )

    def deny(self, what: str, *, outbound: bool = False) -> None:
        """Count a prefix that policy denied."""
        counts = self.denied_out if outbound else self.denied
        counts[what] = counts.get(what, 0) + 1
