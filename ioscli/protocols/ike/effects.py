"""What the IKE machine asks its router to do, and what it shows of itself."""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.model.crypto import ChildPolicy, ChildSa, Spi
from ioscli.model.instant import Instant


class Endpoint(NamedTuple):
    """A UDP endpoint as this router sees it."""

    address: IPv4Address
    port: int


class Traffic(NamedTuple):
    """When ESP last came from a peer and went to it; None: never."""

    last_in: Instant | None = None
    last_out: Instant | None = None


class Send(NamedTuple):
    """Send a UDP datagram; on port 4500 the payload begins with the non-ESP marker (RFC 3948)."""

    local: IPv4Address
    peer: IPv4Address
    local_port: int
    peer_port: int
    payload: bytes


class InstallChild(NamedTuple):
    """A pair of ESP SAs is agreed; effects before it in the list come first on the wire."""

    child: ChildSa


class DeleteChild(NamedTuple):
    """The peer has deleted SAs: `spis` are those that this router sends with."""

    peer: IPv4Address
    spis: tuple[Spi, ...]


class ChildFailed(NamedTuple):
    """What `initiate` was asked for will not come; nothing retries by itself."""

    policy: ChildPolicy
    reason: str


class Log(NamedTuple):
    """A syslog line: %FACILITY-SEVERITY-MNEMONIC: text."""

    facility: str
    severity: int
    mnemonic: str
    text: str


class Debug(NamedTuple):
    """A line of `debug crypto isakmp` (or `ipsec`), as IOS words it.

    Some are several lines, with a newline between them; some end with one, as in IOS.
    """

    topic: str
    line: str


class PeerMoved(NamedTuple):
    """An authenticated message came from elsewhere: the peer's NAT has changed its mapping."""

    old: Endpoint
    new: Endpoint
    local: IPv4Address


class PeerDead(NamedTuple):
    """The peer answers no more (RFC 3706): its ISAKMP SA is gone, its ESP SAs are useless."""

    local: IPv4Address
    peer: IPv4Address
    reason: str
    port: int | None = None
    """Behind a NAT: its port, which tells it from others with the NAT's address."""


Effect = Send | InstallChild | DeleteChild | ChildFailed | Log | Debug | PeerMoved | PeerDead


class State(Enum):
    """States as `show crypto isakmp sa` prints them."""

    MM_NO_STATE = "MM_NO_STATE"
    MM_SA_SETUP = "MM_SA_SETUP"
    MM_KEY_EXCH = "MM_KEY_EXCH"
    MM_KEY_AUTH = "MM_KEY_AUTH"
    AG_NO_STATE = "AG_NO_STATE"
    AG_INIT_EXCH = "AG_INIT_EXCH"
    AG_AUTH = "AG_AUTH"
    QM_IDLE = "QM_IDLE"


class IkeKeyRecord(NamedTuple):
    """What decrypts the messages of one ISAKMP SA: a line of ikev1_decryption_table."""

    initiator_cookie: bytes
    encryption_key: bytes


@dataclass(slots=True)
class IkeCounters:
    """Messages that led to nothing, by reason."""

    malformed: int = 0
    """Not ISAKMP, or not decodable, wrongly decrypted ones included."""
    unsupported: int = 0
    """Another version or exchange than those spoken here."""
    unknown_sa: int = 0
    """No SA has its cookies."""
    duplicates: int = 0
    """Received before."""
    unexpected: int = 0
    """Not what the exchange waits for, or for an SA that is no more."""
    unauthenticated: int = 0
    """A hash that does not verify, or none where there must be one."""
    refused: int = 0
    """Offers turned down."""
    keepalives: int = 0
    """NAT keepalives of peers: nothing to do, and no error (RFC 3948, 2.3)."""
    unanswered: int = 0
    """Questions of dead peer detection that got no answer in time."""
    half_open_limit: int = 0
    """Offers dropped since too many main modes were unfinished."""
