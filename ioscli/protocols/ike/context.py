"""What all ISAKMP SAs of one router share."""

import random
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.model.crypto import ChildPolicy, Selector, Spi
from ioscli.model.instant import Instant
from ioscli.model.isakmp import IsakmpConfig, PreSharedKey
from ioscli.protocols.ike.effects import IkeCounters, IkeKeyRecord

if TYPE_CHECKING:
    from ioscli.protocols.ike.sa import IsakmpSa

#: Conn ids of ISAKMP SAs begin here.
FIRST_CONN_ID = 1_001

#: Bytes of nonce that IOS sends.
NONCE_SIZE = 20

#: SPIs below are reserved (RFC 2407, 4.6.1; RFC 4303, 2.1).
FIRST_SPI = 256


class ChildRecord(NamedTuple):
    """A pair of ESP SAs that a quick mode here has agreed."""

    local: IPv4Address
    peer: IPv4Address
    inbound_spi: Spi
    outbound_spi: Spi
    installed: Instant
    expires: Instant


class Context:
    """Configuration, chance and registries."""

    def __init__(self, source: random.Random) -> None:
        self.source = source
        self.config = IsakmpConfig()
        self.child_policies: tuple[ChildPolicy, ...] = ()
        self.counters = IkeCounters()
        self.keys: list[IkeKeyRecord] = []
        self.sas: dict[bytes, IsakmpSa] = {}
        """By initiator cookie."""
        self.children: dict[Spi, ChildRecord] = {}
        """By inbound SPI, until either side deletes them or their lifetime is over."""
        self._spis: set[Spi] = set()
        self._next_conn_id = FIRST_CONN_ID

    def take_conn_id(self) -> int:
        """The next number of an ISAKMP SA."""
        self._next_conn_id += 1
        return self._next_conn_id - 1

    def key_for(self, peer: IPv4Address) -> PreSharedKey | None:
        """The pre-shared key configured for a peer."""
        return self.config.key_for(peer)

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
        over = [spi for spi, child in self.children.items() if child.expires <= now]
        for spi in over:
            del self.children[spi]
        self.children[record.inbound_spi] = record

    def has_children(self, now: Instant, local: IPv4Address, peer: IPv4Address) -> bool:
        """Whether there are ESP SAs with a peer."""
        return any(
            (record.local, record.peer) == (local, peer) and record.expires > now
            for record in self.children.values()
        )

    def policy_for(
        self,
        *,
        local: IPv4Address,
        peer: IPv4Address,
        local_selector: Selector,
        remote_selector: Selector,
    ) -> ChildPolicy | None:
        """The policy for traffic that a peer wants protected: its identities must match exactly."""
        wanted = (local, peer, local_selector, remote_selector)
        for policy in self.child_policies:
            own = (policy.local, policy.peer, policy.local_selector, policy.remote_selector)
            if own == wanted:
                return policy
        return None

    def established(self, local: IPv4Address, peer: IPv4Address) -> list["IsakmpSa"]:
        """The ISAKMP SAs with a peer that are up, newest first."""
        found = [
            sa
            for sa in self.sas.values()
            if sa.established_at is not None
            and not sa.deleted
            and (sa.local, sa.peer) == (local, peer)
        ]
        return found[::-1]
