"""What all ISAKMP SAs of one router share."""

import random
from collections import deque
from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.model.crypto import ChildPolicy, ChildSa, ChildTemplate, Selector, Spi
from ioscli.model.instant import Instant
from ioscli.model.isakmp import IsakmpConfig, IsakmpProfile
from ioscli.protocols.ike.deadlines import Deadlines
from ioscli.protocols.ike.effects import Debug, Effect, IkeCounters, IkeKeyRecord, Traffic

if TYPE_CHECKING:
    from ioscli.codec.rsa import RsaKey
    from ioscli.protocols.ike.identity import PeerIdentity
    from ioscli.protocols.ike.sa import IsakmpSa

#: Conn ids of ISAKMP SAs begin here.
FIRST_CONN_ID = 1_001

#: Bytes of nonce that IOS sends.
NONCE_SIZE = 20

#: Keys of so many ISAKMP SAs are kept for reading captures; peers can make a router derive more.
KEY_RECORDS = 10_000

#: Where the structures that debugs name by their addresses begin, and how far apart they are.
FIRST_ADDRESS = 0x0F00_0000
STRUCTURE_SIZE = 0x1A0

#: SPIs below are reserved (RFC 2407, 4.6.1; RFC 4303, 2.1).
FIRST_SPI = 256


class ChildRecord(NamedTuple):
    """A pair of IPsec SAs that a quick mode here has agreed."""

    local: IPv4Address
    peer: IPv4Address
    identity: "PeerIdentity | None"
    """What the peer of phase 1 said it is."""
    inbound_spi: Spi
    outbound_spi: Spi
    installed: Instant
    expires: Instant
    has_esp: bool = True
    inbound_ah_spi: Spi = Spi(0)
    outbound_ah_spi: Spi = Spi(0)
    """0: there is no AH."""
    owner: str = ""
    """Of its policy."""


def _no_traffic(_local: IPv4Address, _peer: IPv4Address) -> Traffic:
    return Traffic()


def _no_names(_name: str) -> IPv4Address | None:
    return None


def _owner(policy: ChildPolicy) -> str:
    return policy.owner


def _unsaid(_child: ChildSa) -> Iterable[str]:
    return ()


class Context:
    """Configuration, chance, registries, and the effects of the input at hand."""

    def __init__(self, source: random.Random) -> None:
        self.source = source
        self.config = IsakmpConfig()
        self.private_key: RsaKey | None = None
        self.debugging: set[str] = set()
        self.traffic: Callable[[IPv4Address, IPv4Address], Traffic] = _no_traffic
        self.resolve: Callable[[str], IPv4Address | None] = _no_names
        self.interface_of: Callable[[IPv4Address], str] = str
        self.map_of: Callable[[ChildPolicy], str] = _owner
        self.creating: Callable[[ChildSa], Iterable[str]] = _unsaid
        self._policies: dict[tuple[object, ...], list[ChildPolicy]] = {}
        """By ends and selectors."""
        self.child_templates: tuple[ChildTemplate, ...] = ()
        self.counters = IkeCounters()
        self.keys: deque[IkeKeyRecord] = deque(maxlen=KEY_RECORDS)
        self.sas: dict[bytes, IsakmpSa] = {}
        """By initiator cookie."""
        self._sas_with: dict[tuple[IPv4Address, IPv4Address], list[IsakmpSa]] = {}
        """By local and peer address, oldest first."""
        self.deadlines = Deadlines()
        self._touched: list[IsakmpSa] = []
        self.children: dict[Spi, ChildRecord] = {}
        """By inbound SPI, until either side deletes them or their lifetime is over."""
        self._expiries: list[tuple[Instant, Spi]] = []
        """When each of them is over, as a heap; of those deleted before too."""
        self._spis: set[Spi] = set()
        self._next_conn_id = FIRST_CONN_ID
        self._next_address = FIRST_ADDRESS
        self._peer_handle = 0x8000_0000
        self._effects: list[Effect] = []

    def emit(self, effect: Effect) -> None:
        """Have the router do something, after what was emitted before."""
        self._effects.append(effect)

    def drain(self) -> list[Effect]:
        """All that was emitted since the last time."""
        for sa in self._touched:
            if self.sas.get(sa.initiator_cookie) is sa:
                self.deadlines.plan(sa)
        self._touched.clear()
        effects, self._effects = self._effects, []
        return effects

    def touch(self, sa: "IsakmpSa") -> None:
        """Something has happened to an SA: its next deadline may be another one."""
        self._touched.append(sa)

    def add_sa(self, sa: "IsakmpSa") -> None:
        """An SA has begun."""
        self.sas[sa.initiator_cookie] = sa
        self._enter(sa)
        self.touch(sa)

    def remove_sa(self, sa: "IsakmpSa") -> None:
        """An SA is purged."""
        del self.sas[sa.initiator_cookie]
        self._leave(sa)
        sa.planned = None

    def sas_with(self, local: IPv4Address, peer: IPv4Address) -> "list[IsakmpSa]":
        """The SAs with a peer, dead ones too, oldest first."""
        return self._sas_with.get((local, peer), [])

    def move_sa(self, sa: "IsakmpSa") -> None:
        """The peer of an SA has another address than before."""
        self._leave(sa)
        self._enter(sa)

    def _enter(self, sa: "IsakmpSa") -> None:
        sa.found_by = sa.local, sa.peer
        self._sas_with.setdefault(sa.found_by, []).append(sa)

    def _leave(self, sa: "IsakmpSa") -> None:
        known = self._sas_with[sa.found_by]
        known.remove(sa)
        if not known:
            del self._sas_with[sa.found_by]

    def set_policies(self, policies: Iterable[ChildPolicy]) -> None:
        """What may be negotiated in just these words."""
        self._policies = {}
        for policy in policies:
            ends = (policy.local, policy.peer, policy.local_selector, policy.remote_selector)
            self._policies.setdefault(ends, []).append(policy)

    @property
    def debugged(self) -> bool:
        """Whether anyone wants the lines of `debug crypto isakmp`."""
        return "isakmp" in self.debugging

    @property
    def errors_debugged(self) -> bool:
        """Whether anyone wants at least its errors."""
        return not self.debugging.isdisjoint(_ERROR_TOPICS)

    def debug(self, conn_id: int, text: str, *values: object) -> None:
        """A line of `debug crypto isakmp`; the text is made only when it is wanted."""
        if "isakmp" in self.debugging:
            self.emit(Debug("isakmp", f"ISAKMP: ({conn_id}):{text % values if values else text}"))

    def debug_bare(self, text: str, *values: object) -> None:
        """A line of it that names no SA."""
        if "isakmp" in self.debugging:
            self.emit(Debug("isakmp", f"ISAKMP:{text % values}"))

    def debug_error(self, conn_id: int, text: str, *values: object) -> None:
        """A line that `debug crypto isakmp error` shows too."""
        if self.errors_debugged:
            line = f"ISAKMP-ERROR: ({conn_id}):{text % values if values else text}"
            self.emit(Debug("isakmp", line))

    def debug_packet(self, conn_id: int, text: str, *values: object) -> None:
        """A line about a packet."""
        if "isakmp" in self.debugging:
            self.emit(Debug("isakmp", f"ISAKMP-PAK: ({conn_id}):{text % values}"))

    def debug_ipsec(self, text: str, *values: object) -> None:
        """A line of `debug crypto ipsec`."""
        if "ipsec" in self.debugging:
            self.emit(Debug("ipsec", text % values if values else text))

    @property
    def ipsec_debugged(self) -> bool:
        """Whether anyone wants at least the errors of `debug crypto ipsec`."""
        return not self.debugging.isdisjoint(_IPSEC_TOPICS)

    def debug_ipsec_error(self, text: str, *values: object) -> None:
        """A line that `debug crypto ipsec error` shows too."""
        if self.ipsec_debugged:
            self.emit(Debug("ipsec", text % values if values else text))

    def debug_engine(self, text: str) -> None:
        """A line of `debug crypto engine`: what is computed (Cisco's debug command reference)."""
        if "engine" in self.debugging:
            self.emit(Debug("engine", text))

    def take_address(self) -> int:
        """Where the next structure lies that debugs name by its address."""
        self._next_address += STRUCTURE_SIZE
        return self._next_address

    def take_peer_handle(self) -> int:
        """The handle of the next peer structure."""
        self._peer_handle += 1
        return self._peer_handle

    def take_conn_id(self) -> int:
        """The next number of an ISAKMP SA."""
        self._next_conn_id += 1
        return self._next_conn_id - 1

    def new_cookie(self) -> bytes:
        """A cookie that no SA here uses; never zero, which means none (RFC 2408, 2.5.3)."""
        while True:
            cookie = self.source.randbytes(8)
            if any(cookie) and cookie not in self.sas:
                return cookie

    def new_nonce(self) -> bytes:
        """A nonce of the length that IOS sends."""
        return self.source.randbytes(NONCE_SIZE)

    def new_message_id(self) -> int:
        """A message ID; zero is main mode's."""
        return self.source.randrange(1, 1 << 32)

    def new_spi(self) -> Spi:
        """An SPI that was never given out before."""
        while True:
            spi = Spi(self.source.randrange(FIRST_SPI, 1 << 32))
            if spi not in self._spis:
                self._spis.add(spi)
                return spi

    def add_child(self, now: Instant, record: ChildRecord) -> None:
        """Remember a pair of ESP SAs; those whose lifetime is over are forgotten."""
        expiries = self._expiries
        while expiries and expiries[0][0] <= now:
            _, spi = heappop(expiries)
            known = self.children.get(spi)
            if known is not None and known.expires <= now:
                del self.children[spi]
        self.children[record.inbound_spi] = record
        heappush(expiries, (record.expires, record.inbound_spi))

    def has_children(self, now: Instant, local: IPv4Address, peer: IPv4Address) -> bool:
        """Whether there are ESP SAs with a peer."""
        return any(
            record.peer == peer and record.local == local and record.expires > now
            for record in self.children.values()
        )

    def forget_children(
        self, local: IPv4Address, peer: IPv4Address, identity: "PeerIdentity | None"
    ) -> None:
        """The ESP SAs with a peer are no more; identity: of those with its address, whose."""
        for spi, record in list(self.children.items()):
            if (record.local, record.peer) == (local, peer) and identity in (None, record.identity):
                del self.children[spi]

    def policy_for(
        self,
        *,
        local: IPv4Address,
        peer: IPv4Address,
        local_selector: Selector,
        remote_selector: Selector,
        profile: IsakmpProfile | None,
    ) -> ChildPolicy | None:
        """The policy for traffic that a peer wants protected.

        First one whose identities are just the peer's, then the first template that covers
        them; of those that go with the ISAKMP profile of phase 1.
        """
        name = None if profile is None else profile.name
        wanted = (local, peer, local_selector, remote_selector)
        for policy in self._policies.get(wanted, ()):
            if policy.isakmp_profile in (None, name):
                return policy
        for template in self.child_templates:
            if template.local == local and template.isakmp_profile in (None, name):
                found = template.policy_for(peer, local_selector, remote_selector)
                if found is not None:
                    return found
        return None

    def established(self, local: IPv4Address, peer: IPv4Address) -> list["IsakmpSa"]:
        """The ISAKMP SAs with a peer that are up, newest first."""
        found = [
            sa
            for sa in self.sas_with(local, peer)
            if sa.established_at is not None and not sa.deleted
        ]
        return found[::-1]


_ERROR_TOPICS = frozenset(("isakmp", "isakmp error"))
_IPSEC_TOPICS = frozenset(("ipsec", "ipsec error"))
