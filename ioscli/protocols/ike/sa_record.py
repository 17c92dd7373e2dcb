"""What is known of one ISAKMP SA: ends, keys, peer, and how it shows itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from ioscli.codec.errors import DecodeError
from ioscli.codec.isakmp import NO_COOKIE
from ioscli.codec.isakmp.numbers import ExchangeType
from ioscli.model.crypto import IsakmpSaState, Selector
from ioscli.model.instant import SECOND, Instant
from ioscli.model.isakmp import IkeAuthentication, IkeEncryption, IsakmpProfile
from ioscli.protocols.ike import keyrings, nat, phase_one
from ioscli.protocols.ike.authentication import METHODS
from ioscli.protocols.ike.context import FIRST_CONN_ID, Context
from ioscli.protocols.ike.effects import Endpoint, IkeKeyRecord, State
from ioscli.protocols.ike.exchange import BadMessage
from ioscli.protocols.ike.identity import PeerIdentity
from ioscli.protocols.ike.keyrings import FoundKey
from ioscli.protocols.ike.nat import NatTraversal
from ioscli.protocols.ike.phase_one import SILENCE, Suite, Trace
from ioscli.protocols.ike.protection import Protection

if TYPE_CHECKING:
    from ioscli.protocols.ike.dead_peer import DeadPeerDetection
    from ioscli.protocols.ike.phase_one_exchange import PhaseOneExchange


class Role(Enum):
    """Who began."""

    INITIATOR = auto()
    RESPONDER = auto()


class SaRecord:
    """The state of an ISAKMP SA: what its exchanges read and set, what shows and debugs print."""

    def __init__(
        self, context: Context, now: Instant, role: Role, local: Endpoint, remote: Endpoint
    ) -> None:
        self.context = context
        self.role = role
        self.local, self.local_port = local
        self.peer, self.peer_port = remote
        self.initiator_cookie = NO_COOKIE
        self.responder_cookie = NO_COOKIE
        self.state = State.MM_NO_STATE
        self.fsm = "IKE_READY"
        """Where IOS's state machine would be; debugs print it."""
        self.conn_id = 0
        self.address = context.take_address()
        self.peer_address = context.take_address()
        """Where the structures of the SA and of its peer lie, for debugs."""
        self.created = now
        self.had_children = context.has_children(now, self.local, self.peer)
        """Whether ESP SAs with the peer were there when it began."""
        self.established_at: Instant | None = None
        self.expires: Instant | None = None
        self.purge_at: Instant | None = None
        self.suite: Suite | None = None
        self.shortened = False
        """Whether this router's own lifetime is shorter than the one that the initiator offered."""
        self.protection: Protection | None = None
        self.profile: IsakmpProfile | None = None
        """The initiator's from the start, the responder's once the identity is known."""
        self.key: FoundKey | None = None
        self.peer_identity: PeerIdentity | None = None
        self.peer_detects_death = False
        self.nat_version: NatTraversal | None = None
        self.nat = nat.NO_NAT
        self.dead_peer: DeadPeerDetection | None = None
        self.phase_one: PhaseOneExchange

    # What the exchanges read.

    @property
    def role_initiator(self) -> bool:
        """Whether this router began it."""
        return self.role is Role.INITIATOR

    @property
    def agreed(self) -> Suite:
        """The policy agreed; only asked for once there is one."""
        assert self.suite is not None
        return self.suite

    @property
    def cookies(self) -> tuple[bytes, bytes]:
        """Initiator's, responder's."""
        return self.initiator_cookie, self.responder_cookie

    @property
    def local_end(self) -> Endpoint:
        """This router's address and port."""
        return Endpoint(self.local, self.local_port)

    @property
    def remote_end(self) -> Endpoint:
        """The peer's address and port."""
        return Endpoint(self.peer, self.peer_port)

    @property
    def nat_in_use(self) -> NatTraversal | None:
        """The NAT-T version by which ESP is to be encapsulated in UDP, if it is."""
        return self.nat_version if self.nat.found else None

    @property
    def host_selectors(self) -> tuple[Selector, Selector]:
        """Peer and local address as identities."""
        return Selector(IPv4Network(self.peer)), Selector(IPv4Network(self.local))

    def protect(self, protection: Protection) -> None:
        """The keys are known: from now on the SA has its number."""
        self.protection = protection
        self.conn_id = self.context.take_conn_id()
        self.context.keys.append(IkeKeyRecord(self.initiator_cookie, protection.keys.cipher_key))
        self.debug_engine("create ISAKMP SKEYID")

    @contextmanager
    def undo_unless_taken(self) -> Iterator[None]:
        """What a message of aggressive mode sets that turns out not to be the peer's is undone."""
        before = (self.suite, self.protection, self.conn_id, self.peer_identity, self.profile)
        capabilities = self.nat_version, self.peer_detects_death
        try:
            yield
        except (BadMessage, DecodeError):
            (self.suite, self.protection, self.conn_id, self.peer_identity, self.profile) = before
            self.nat_version, self.peer_detects_death = capabilities
            raise

    # Keys and policies.

    def find_key(self) -> None:
        """The pre-shared key that goes with the peer's address."""
        context = self.context
        self.key = keyrings.key_by_address(
            context.config, self.profile, self.local, self.peer, context.resolve
        )

    def find_key_by_identity(self) -> None:
        """The pre-shared key that goes with what the peer says it is, or with its address."""
        context, identity = self.context, self.peer_identity
        self.key = None
        if identity is not None and identity.address is None:
            self.key = keyrings.key_by_name(context.config, self.profile, self.local, identity.name)
        elif identity is not None and identity.address is not None:
            self.key = keyrings.key_by_address(
                context.config, self.profile, self.local, identity.address, context.resolve
            )
        if self.key is None:
            self.find_key()

    def usable_suites(self) -> list[Suite]:
        """The policies for which this router has keys, best first."""
        methods: set[IkeAuthentication] = {
            name for name, method in METHODS.items() if method(self).usable()
        }
        return phase_one.usable_suites(self.context.config, methods)

    def keyless_suites(self) -> list[Suite]:
        """The policies for which it has none, for debugs; none when nobody reads those."""
        if not self.context.errors_debugged:
            return []
        usable = self.usable_suites()
        return [it for it in phase_one.usable_suites(self.context.config) if it not in usable]

    # What shows and debugs print.

    @property
    def deleted(self) -> bool:
        """Whether it is over and only waits to be purged."""
        return self.purge_at is not None

    def view(self, now: Instant) -> IsakmpSaState:
        """The SA as show commands print it."""
        ours, theirs = self.local, self.peer
        initiated = self.role is Role.INITIATOR
        suite = self.suite
        left = 0 if self.expires is None else max(0, self.expires - now) // SECOND
        return IsakmpSaState(
            destination=theirs if initiated else ours,
            source=ours if initiated else theirs,
            local=ours,
            peer=theirs,
            peer_port=self.peer_port,
            state=self.state.value,
            conn_id=self.conn_id,
            active=self.established_at is not None and not self.deleted,
            deleted=self.deleted,
            encryption=_SHOWN[suite.encryption] if suite else "",
            hash=suite.hash.value if suite else "",
            authentication=METHODS[suite.authentication].short if suite else "",
            group=suite.group if suite else 0,
            lifetime_left=left,
            local_port=self.local_port,
            capabilities=self._capabilities,
            identity="" if self.peer_identity is None else self.peer_identity.text,
            profile="" if self.profile is None else self.profile.name,
            initiator=initiated,
            nat_local=self.nat.local,
            nat_peer=self.nat.peer,
            key_bits=_KEY_BITS.get(suite.encryption, 0) if suite else 0,
            aggressive=self.phase_one.kind == ExchangeType.AGGRESSIVE,
            cookie=self.initiator_cookie,
        )

    @property
    def _capabilities(self) -> str:
        """`D` where dead peers are detected, `N` where NAT-T is in use, as in show commands."""
        watched = self.dead_peer is not None and self.dead_peer.running
        return f"{'D' if watched else ''}{'N' if self.nat.found else ''}"

    @property
    def trace(self) -> Trace:
        """Who is to hear how offers are judged."""
        return self if self.context.errors_debugged else SILENCE

    def debug(self, text: str, *values: object) -> None:
        """A line of `debug crypto isakmp` about this SA."""
        self.context.debug(self.conn_id, text, *values)

    def debug_bare(self, text: str, *values: object) -> None:
        """A line of it that names no SA."""
        self.context.debug_bare(text, *values)

    def debug_error(self, text: str, *values: object) -> None:
        """A line of it that tells of an error."""
        self.context.debug_error(self.conn_id, text, *values)

    def debug_engine(self, text: str) -> None:
        """A line of `debug crypto engine` that ends with the SA's number in the engine."""
        if "engine" in self.context.debugging:
            conn_id = max(0, self.conn_id - FIRST_CONN_ID + 1)
            self.context.debug_engine(f"CryptoEngine0: {text} for conn id {conn_id}")

    def debug_keys(self) -> None:
        """What is known of the peer before a policy is agreed."""
        if self.key is None:
            self.debug_error("No pre-shared key with %s!", self.peer)
        else:
            self.debug("found peer pre-shared key matching %s", self.peer)
            self.debug("local preshared key found")
        names = " ".join(self.context.config.profiles)
        self.debug("Scanning profiles for xauth ...%s", f" {names}" if names else "")

    def enter(self, kind: str, event: str, state: str) -> None:
        """Move the state machine that debugs print."""
        if self.context.debugged:
            self.debug("Input = %s, %s", kind, event)
            self.debug("Old State = %s  New State = %s \n", self.fsm, state)
        self.fsm = state

    def debug_new_peer(self, by: str) -> None:
        """The structures that an SA with a new peer takes; by: IOS's function that makes them."""
        context = self.context
        if not context.debugged:
            return
        debug = context.debug
        debug(0, "Created a peer struct for %s, peer port %d", self.peer, self.peer_port)
        handle = context.take_peer_handle()
        debug(0, "New peer created peer = 0x%X peer_handle = 0x%X", self.peer_address, handle)
        debug(0, "Locking peer struct 0x%X, refcount 1 for %s", self.peer_address, by)
        debug(0, "local port %d, remote port %d", self.local_port, self.peer_port)
        if self.role_initiator:
            debug(0, "set new node 0 to QM_IDLE      ")
        debug(0, "insert sa successfully sa = %X", self.address)

    @property
    def place(self) -> str:
        """Role and state, as debugs print them."""
        letter = "I" if self.role_initiator else "R"
        padding = "      " if self.state is State.QM_IDLE else ""
        return f"({letter}) {self.state.value}{padding}"


_KEY_BITS = {
    IkeEncryption.AES_128: 128,
    IkeEncryption.AES_192: 192,
    IkeEncryption.AES_256: 256,
}
_SHOWN = {
    IkeEncryption.DES: "des",
    IkeEncryption.TRIPLE_DES: "3des",
    IkeEncryption.AES_128: "aes",
    IkeEncryption.AES_192: "aes",
    IkeEncryption.AES_256: "aes",
}
