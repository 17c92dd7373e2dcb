"""An interface on which EIGRP runs."""

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.eigrp.auth import Key
from ioscli.codec.eigrp.numbers import AuthenticationType
from ioscli.model.eigrp import (
    DEFAULT_BANDWIDTH_PERCENT,
    DEFAULT_HELLO,
    DEFAULT_HOLD,
    SLOW_HELLO,
    SLOW_HOLD,
    EigrpAuthentication,
    EigrpInterface,
    EigrpSummary,
)
from ioscli.model.instant import MILLISECOND, Instant
from ioscli.protocols.eigrp import metric
from ioscli.protocols.eigrp.counters import InterfaceCounters

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.machine import Eigrp
    from ioscli.protocols.eigrp.neighbor import Neighbor
    from ioscli.protocols.eigrp.topology import Entry, Prefix

_LEAST_FLOW = 50
"""Milliseconds."""
_HEADERS = 40
"""Bytes of the IP header and EIGRP's."""
_HELLO_SIZE = 48
_JITTER = 10
"""Percent by which hellos come early, so that routers do not fall into step."""


class Interface:
    """One interface, its neighbors, and what is to be told to them."""

    __slots__ = (
        "connected",
        "counters",
        "eigrp",
        "facts",
        "flow_over",
        "flow_timer",
        "hello_timer",
        "is_up",
        "link",
        "neighbors",
        "pace_timer",
        "paced_until",
        "pending",
        "queries",
        "statics",
        "warned",
    )

    def __init__(self, eigrp: "Eigrp", facts: EigrpInterface) -> None:
        self.eigrp = eigrp
        self.facts = facts
        self.is_up = False
        self.link = metric.of_interface(facts, wide=eigrp.config.named)
        """What the interface adds to a path."""
        self.neighbors: dict[int, Neighbor] = {}
        self.statics: frozenset[int] = frozenset()
        """`neighbor` statements: with them nothing is multicast here."""
        self.connected: set[Prefix] = set()
        self.pending: dict[Entry, None] = {}
        """Destinations of which the neighbors may know something old."""
        self.queries: dict[Entry, None] = {}
        self.hello_timer = eigrp.timers.make(self._hello_due)
        self.flow_timer = eigrp.timers.make(self._flow_expired)
        self.pace_timer = eigrp.timers.make(self._pace_over)
        self.paced_until = Instant(0)
        """Until then EIGRP has had its share of the bandwidth."""
        self.flow_over = False
        """Whether neighbors that are behind are not waited for any more."""
        self.counters = InterfaceCounters()
        self.warned: dict[int, Instant] = {}
        """When something was last said about an address that is no neighbor."""

    @property
    def passive(self) -> bool:
        """Whether no hellos go out and none are heard."""
        return self.facts.passive

    @property
    def silent(self) -> bool:
        """Whether there can be no neighbors."""
        return self.facts.passive or self.facts.name.kind == "Loopback"

    @property
    def address(self) -> IPv4Address:
        """Where packets come from."""
        assert self.facts.address is not None
        return self.facts.address.ip

    @property
    def label(self) -> str:
        """The name in messages."""
        return str(self.facts.name)

    @property
    def short(self) -> str:
        """The name in debugging and tables."""
        return self.facts.name.short

    @property
    def hello_interval(self) -> int:
        """Seconds."""
        own = self.facts.settings.hello_interval
        return own or (SLOW_HELLO if self.facts.slow_multipoint else DEFAULT_HELLO)

    @property
    def hold_time(self) -> int:
        """Seconds, told to the neighbors."""
        own = self.facts.settings.hold_time
        return own or (SLOW_HOLD if self.facts.slow_multipoint else DEFAULT_HOLD)

    @property
    def split_horizon(self) -> bool:
        """Whether routes are not told where they come from."""
        return self.facts.settings.split_horizon is not False

    @property
    def next_hop_self(self) -> bool:
        """Whether this router is the next hop of all that it tells."""
        return self.facts.settings.next_hop_self is not False

    @property
    def summaries(self) -> list[EigrpSummary]:
        """`summary-address`."""
        return self.facts.settings.summaries

    @property
    def pacing(self) -> int:
        """Milliseconds between reliable packets that EIGRP's share of the bandwidth allows."""
        return self._pacing(self.facts.mtu)

    @property
    def unreliable_pacing(self) -> int:
        """Milliseconds between hellos that EIGRP's share of the bandwidth allows."""
        return self._pacing(_HELLO_SIZE)

    def _pacing(self, size: int) -> int:
        percent = self.facts.settings.bandwidth_percent or DEFAULT_BANDWIDTH_PERCENT
        return size * 8 * 100 // max(1, self.facts.bandwidth * percent)

    def pace(self, size: int) -> None:
        """A packet of so many bytes of EIGRP goes out: the next update waits for its turn."""
        self.paced_until = Instant(self.eigrp.now + self._pacing(size + _HEADERS) * MILLISECOND)

    @property
    def mean_srtt(self) -> int:
        """Milliseconds, over the neighbors."""
        times = [one.srtt for one in self.neighbors.values()]
        return sum(times) // len(times) // MILLISECOND if times else 0

    @property
    def flow_time(self) -> int:
        """Milliseconds to wait for acknowledgments of a multicast; 0 without neighbors."""
        if not self.neighbors:
            return 0
        return max(_LEAST_FLOW, 4 * self.mean_srtt + self.pacing)

    @property
    def room(self) -> int:
        """Bytes of routes in a packet."""
        key = self.sending_key()
        signature = 0 if key is None else 24 + key.digest_length
        return self.facts.mtu - _HEADERS - signature

    @property
    def wide(self) -> bool:
        """Whether wide metrics are told here."""
        return any(one.wide for one in self.established())

    @property
    def classic(self) -> bool:
        """Whether classic metrics are told here."""
        return not all(one.wide for one in self.established())

    def established(self) -> "list[Neighbor]":
        """The neighbors that routes are told to."""
        return [one for one in self.neighbors.values() if one.established]

    # -- authentication ----------------------------------------------------------------------------

    @property
    def authenticates(self) -> bool:
        """Whether packets must be signed; a chain without keys leaves them unsigned."""
        return bool(self._keys())

    def sending_key(self) -> Key | None:
        """The key to sign with."""
        return next((key for key, sends in self._keys() if sends), None)

    def accepted_keys(self) -> list[Key]:
        """The keys that packets may be signed with."""
        return [key for key, _ in self._keys()]

    def _keys(self) -> list[tuple[Key, bool]]:
        settings = self.facts.settings
        if settings.authentication is EigrpAuthentication.HMAC_SHA_256:
            if settings.password is not None:
                secret = settings.password.clear.encode()
                return [(Key(AuthenticationType.HMAC_SHA_256, 0, secret), True)]
            kind = AuthenticationType.HMAC_SHA_256
        elif settings.authentication is EigrpAuthentication.MD5:
            kind = AuthenticationType.MD5
        else:
            return []
        return [(Key(kind, one.id, one.secret.encode()), one.sends) for one in self.facts.keys]

    # -- hellos ------------------------------------------------------------------------------------

    def begin_hellos(self) -> None:
        """Say hello now, and from now on."""
        if not self.silent:
            self._hello_due()

    def _hello_due(self) -> None:
        self.eigrp.transport.send_hello(self)
        span = self.hello_interval * 1_000_000
        early = self.eigrp.rng.randrange(span * _JITTER // 100)
        self.hello_timer.set(self.eigrp.now + span - early)

    def _pace_over(self) -> None:
        self.eigrp.flush_soon(self)

    def _flow_expired(self) -> None:
        self.flow_over = True
        self.eigrp.flush_soon(self)

    def stop(self) -> None:
        """It is down, or EIGRP runs on it no more."""
        self.is_up = False
        self.hello_timer.cancel()
        self.flow_timer.cancel()
        self.pace_timer.cancel()
        self.pending.clear()
        self.queries.clear()
