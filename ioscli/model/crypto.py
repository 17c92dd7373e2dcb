"""The vocabulary of IPsec that configuration, IKE, the SA database and the router share."""

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple, NewType

Spi = NewType("Spi", int)
"""Security parameters index of an ESP security association, 32 bits (RFC 4301)."""


class EspCipher(Enum):
    """ESP encryption; the value is what `crypto ipsec transform-set` takes."""

    DES = "esp-des"
    TRIPLE_DES = "esp-3des"
    AES_128 = "esp-aes"
    AES_192 = "esp-aes 192"
    AES_256 = "esp-aes 256"
    GCM_128 = "esp-gcm"
    GCM_192 = "esp-gcm 192"
    GCM_256 = "esp-gcm 256"
    NULL = "esp-null"

    @property
    def combined(self) -> bool:
        """Whether the cipher authenticates by itself (RFC 4106)."""
        return self in (EspCipher.GCM_128, EspCipher.GCM_192, EspCipher.GCM_256)


class EspIntegrity(Enum):
    """ESP authentication; the value is what `crypto ipsec transform-set` takes."""

    MD5 = "esp-md5-hmac"
    SHA = "esp-sha-hmac"
    SHA256 = "esp-sha256-hmac"
    SHA384 = "esp-sha384-hmac"
    SHA512 = "esp-sha512-hmac"


class AhIntegrity(Enum):
    """AH authentication; the value is what `crypto ipsec transform-set` takes."""

    MD5 = "ah-md5-hmac"
    SHA = "ah-sha-hmac"
    SHA256 = "ah-sha256-hmac"
    SHA384 = "ah-sha384-hmac"
    SHA512 = "ah-sha512-hmac"

    @property
    def as_esp(self) -> EspIntegrity:
        """ESP's name of the same HMAC."""
        return EspIntegrity[self.name]

    @property
    def key_length(self) -> int:
        """Bytes of KEYMAT that it takes."""
        return ESP_HMAC_KEY_BYTES[self.as_esp]


#: Bytes of key that each ESP cipher takes, without the salt of a combined one.
ESP_KEY_BYTES = {
    EspCipher.DES: 8,
    EspCipher.TRIPLE_DES: 24,
    EspCipher.AES_128: 16,
    EspCipher.AES_192: 24,
    EspCipher.AES_256: 32,
    EspCipher.GCM_128: 16,
    EspCipher.GCM_192: 24,
    EspCipher.GCM_256: 32,
    EspCipher.NULL: 0,
}

#: Bytes of key that each HMAC takes: the length of its hash (RFC 2403, 2404, 4868).
ESP_HMAC_KEY_BYTES = {
    EspIntegrity.MD5: 16,
    EspIntegrity.SHA: 20,
    EspIntegrity.SHA256: 32,
    EspIntegrity.SHA384: 48,
    EspIntegrity.SHA512: 64,
}

#: The part of a combined cipher's nonce that comes from KEYMAT, after the key (RFC 4106, 8.1).
ESP_SALT_BYTES = 4


class Mode(Enum):
    """IPsec encapsulation mode."""

    TUNNEL = "tunnel"
    TRANSPORT = "transport"


class EspTransform(NamedTuple):
    """What one pair of SAs does to a packet: ESP, AH around it, or AH alone."""

    cipher: EspCipher
    """NULL for AH alone."""
    integrity: EspIntegrity | None
    ah: AhIntegrity | None = None

    @property
    def has_esp(self) -> bool:
        """Whether there is ESP in it; without cipher and integrity AH stands alone."""
        return self.ah is None or self.cipher is not EspCipher.NULL or self.integrity is not None

    @property
    def encryption_key_length(self) -> int:
        """Bytes of KEYMAT that the cipher takes, salt included."""
        return ESP_KEY_BYTES[self.cipher] + (ESP_SALT_BYTES if self.cipher.combined else 0)

    @property
    def authentication_key_length(self) -> int:
        """Bytes of KEYMAT that the integrity algorithm takes after the cipher's."""
        if self.cipher.combined or self.integrity is None:
            return 0
        return ESP_HMAC_KEY_BYTES[self.integrity]


class DfBit(Enum):
    """`crypto ipsec df-bit`: the outer header's DF in tunnel mode."""

    CLEAR = "clear"
    COPY = "copy"
    SET = "set"


class Fragmentation(Enum):
    """`crypto ipsec fragmentation`: when packets are cut that would be too large sealed."""

    BEFORE = "before-encryption"
    """Look ahead: the peer need not put anything together before it decrypts."""
    AFTER = "after-encryption"


class Selector(NamedTuple):
    """One side of the traffic an SA protects: a phase 2 identity (RFC 2407, 4.6.2)."""

    network: IPv4Network
    protocol: int = 0
    port: int = 0

    def covers(self, other: "Selector") -> bool:
        """Whether all of another's traffic is this one's too; 0 stands for any."""
        return (
            other.network.subnet_of(self.network)
            and self.protocol in (0, other.protocol)
            and self.port in (0, other.port)
        )

    @property
    def label(self) -> str:
        """Network, protocol and port, as a part of a flow's handle."""
        return f"{self.network}/{self.protocol}/{self.port}"


@dataclass(slots=True)
class TransformSet:
    """`crypto ipsec transform-set NAME ...`."""

    name: str
    transform: EspTransform
    mode: Mode = Mode.TUNNEL


@dataclass(slots=True)
class IpsecProfile:
    """`crypto ipsec profile NAME`; None means that the global setting or default holds."""

    name: str
    transform_sets: list[str] = field(default_factory=list)
    pfs_group: int | None = None
    lifetime_seconds: int | None = None
    lifetime_kilobytes: int | None = None
    description: str | None = None
    idle_time: int | None = None
    """Seconds without traffic after which SAs go."""
    replay_window: int | None = None
    """Packets; 0: `replay disable`."""
    isakmp_profile: str | None = None
    """`set isakmp-profile`: by which phase 1 has to come."""
    responder_only: bool = False
    """Whether the router leaves it to the peer to begin."""
    stored: dict[str, list[str]] = field(default_factory=dict)
    """Lines that are kept and act on nothing, by grammar rule."""


#: The name of the transform set and of the profile that every router has.
BUILT_IN = "default"


def built_in_transform_set() -> TransformSet:
    """What `default` means until it is configured otherwise (IOS 15.x)."""
    transform = EspTransform(EspCipher.AES_128, EspIntegrity.SHA)
    return TransformSet(BUILT_IN, transform, Mode.TRANSPORT)


def built_in_profile() -> IpsecProfile:
    """The profile `default`: the built-in transform set."""
    return IpsecProfile(BUILT_IN, [BUILT_IN])


@dataclass(slots=True)
class IpsecConfig:
    """Everything under `crypto ipsec`."""

    transform_sets: dict[str, TransformSet] = field(
        default_factory=lambda: {BUILT_IN: built_in_transform_set()}
    )
    profiles: dict[str, IpsecProfile] = field(
        default_factory=lambda: {BUILT_IN: built_in_profile()}
    )
    lifetime_seconds: int = 3_600
    lifetime_kilobytes: int = 4_608_000
    replay_window: int | None = 64
    """Packets; None where `replay disable` is configured."""
    idle_time: int | None = None
    """Seconds without traffic after which SAs go, `security-association idle-time`."""
    df_bit: DfBit = DfBit.COPY
    fragmentation: Fragmentation = Fragmentation.BEFORE
    """Of tunnel mode; what transport mode seals is cut afterwards."""


class ChildProposal(NamedTuple):
    """One transform offered or accepted in quick mode."""

    transform: EspTransform
    mode: Mode


@dataclass(frozen=True, slots=True)
class ChildPolicy:
    """Traffic that the router wants protected: what IKE offers, and accepts as responder.

    The router makes one for every protected tunnel (and later crypto map entry) whose ends
    are known; `owner` is the router's own handle for it, handed back with the installed SA.
    """

    owner: str
    local: IPv4Address
    peer: IPv4Address
    local_selector: Selector
    remote_selector: Selector
    proposals: tuple[ChildProposal, ...]
    pfs_group: int | None
    lifetime_seconds: int
    lifetime_kilobytes: int
    isakmp_profile: str | None = None
    """The ISAKMP profile that phase 1 has to come by; None: any."""
    narrowed: bool = False
    """Whether a peer asked for less than what is configured (`flags={}` in shows)."""
    replay_window: int | None = None
    """Packets; 0: no anti-replay; None: the router's setting (`SaDatabase.replay_window`)."""
    idle_time: int | None = None
    """Seconds without traffic after which its SAs go; None: never."""


@dataclass(frozen=True, slots=True)
class ChildTemplate:
    """What a peer may ask for that is not configured in just these words.

    A crypto map entry accepts a part of what its access list permits; a dynamic map accepts
    peers that nobody named. IKE tries templates after the policies that fit exactly.
    """

    owner: str
    local: IPv4Address
    peers: tuple[IPv4Address, ...]
    """Who may ask; empty: anyone."""
    traffic: tuple[tuple[bool, Selector, Selector], ...] | None
    """Permitted or not, local side, remote side, in the order of the list; None: anything."""
    proposals: tuple[ChildProposal, ...]
    pfs_group: int | None
    lifetime_seconds: int
    lifetime_kilobytes: int
    isakmp_profile: str | None = None
    replay_window: int | None = None
    idle_time: int | None = None
    """Both as a ChildPolicy's."""

    def policy_for(
        self, peer: IPv4Address, local: Selector, remote: Selector
    ) -> ChildPolicy | None:
        """The policy for what a peer asks, or None where this template does not cover it."""
        if self.peers and peer not in self.peers:
            return None
        if self.traffic is not None and not _permitted(self.traffic, local, remote):
            return None
        return ChildPolicy(
            owner=f"{self.owner} {peer} {local.label} {remote.label}",
            local=self.local,
            peer=peer,
            local_selector=local,
            remote_selector=remote,
            proposals=self.proposals,
            pfs_group=self.pfs_group,
            lifetime_seconds=self.lifetime_seconds,
            lifetime_kilobytes=self.lifetime_kilobytes,
            isakmp_profile=self.isakmp_profile,
            narrowed=True,
            replay_window=self.replay_window,
            idle_time=self.idle_time,
        )


def _permitted(
    traffic: tuple[tuple[bool, Selector, Selector], ...], local: Selector, remote: Selector
) -> bool:
    """Whether the first entry that covers both sides permits them."""
    for permit, own, other in traffic:
        if own.covers(local) and other.covers(remote):
            return permit
    return False


@dataclass(frozen=True, slots=True)
class ChildSa:
    """A pair of ESP SAs that quick mode agreed: what the router installs.

    Keys hold the bytes of KEYMAT in RFC 2409 5.5 order: encryption key (with the 4 salt bytes
    after it for GCM, RFC 4106), then authentication key.
    """

    policy: ChildPolicy
    proposal: ChildProposal
    inbound_spi: Spi
    outbound_spi: Spi
    inbound_encryption_key: bytes
    inbound_authentication_key: bytes
    outbound_encryption_key: bytes
    outbound_authentication_key: bytes
    pfs_group: int | None
    lifetime_seconds: int
    lifetime_kilobytes: int
    initiator: bool
    """Whether this router began the quick mode."""
    isakmp_conn_id: int
    nonces: tuple[bytes, bytes]
    """Initiator's, responder's: which of two simultaneous SAs stays is decided by them."""
    peer_port: int = 500
    local_port: int = 500
    udp_encapsulated: bool = False
    """Whether ESP travels in UDP between these ports (RFC 3948)."""
    inbound_ah_spi: Spi = Spi(0)
    """AH has SPIs and keys of its own; 0: there is no AH. Where it stands alone, `inbound_spi`
    and `outbound_spi` are AH's, and there are no keys for ESP."""
    outbound_ah_spi: Spi = Spi(0)
    inbound_ah_key: bytes = b""
    outbound_ah_key: bytes = b""


class IsakmpSaState(NamedTuple):
    """One ISAKMP SA, for `show crypto isakmp sa`."""

    destination: IPv4Address
    """The responder."""
    source: IPv4Address
    """The initiator."""
    local: IPv4Address
    peer: IPv4Address
    peer_port: int
    state: str
    conn_id: int
    """From 1001; 0 until the keys are derived."""
    active: bool
    """Whether it is established and not deleted."""
    deleted: bool
    """Kept for show only: IOS purges an SA a minute after its end."""
    encryption: str
    """`aes`, `3des`, `des`, as `show crypto isakmp sa detail` prints it; empty until agreed."""
    hash: str
    authentication: str
    group: int
    """0 until agreed."""
    lifetime_left: int
    """Seconds; 0 while the SA is not established."""
    local_port: int = 500
    capabilities: str = ""
    """Letters of `Cap.`: D dead peer detection, N NAT traversal."""
    identity: str = ""
    """What the peer says it is (`Phase1 id`); empty until it did."""
    profile: str = ""
    """The ISAKMP profile, empty: none."""
    initiator: bool = True
    """Whether this router began it."""
    nat_local: bool = False
    """Whether this router is behind a NAT."""
    nat_peer: bool = False
    key_bits: int = 0
    """Of AES; 0 where the encryption leaves no choice."""
    aggressive: bool = False
    """Whether it was negotiated in aggressive mode."""
    cookie: bytes = b""
    """The initiator's: it names the SA, whatever NAT makes of addresses."""
