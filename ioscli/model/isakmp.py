"""What the operator configured of ISAKMP (IKEv1): policies, keys, keyrings, profiles, timers."""

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from ioscli.model.ifname import InterfaceName


class IkeEncryption(Enum):
    """Encryption of an ISAKMP policy; the value is what `encr` takes."""

    DES = "des"
    TRIPLE_DES = "3des"
    AES_128 = "aes"
    AES_192 = "aes 192"
    AES_256 = "aes 256"


class IkeHash(Enum):
    """Hash of an ISAKMP policy; the value is what `hash` takes."""

    MD5 = "md5"
    SHA = "sha"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


class IkeAuthentication(Enum):
    """Authentication method of an ISAKMP policy."""

    PRE_SHARE = "pre-share"
    RSA_SIG = "rsa-sig"
    RSA_ENCR = "rsa-encr"


#: Diffie-Hellman groups that `group` takes here, with the size that shows print.
DH_GROUP_BITS = {
    1: 768,
    2: 1024,
    5: 1536,
    14: 2048,
    15: 3072,
    16: 4096,
    19: 256,
    20: 384,
    21: 521,
    24: 2048,
}


@dataclass(slots=True)
class IsakmpPolicy:
    """`crypto isakmp policy N`; the defaults are those of IOS 15.x."""

    priority: int
    encryption: IkeEncryption = IkeEncryption.DES
    hash: IkeHash = IkeHash.SHA
    authentication: IkeAuthentication = IkeAuthentication.RSA_SIG
    group: int = 1
    lifetime: int = 86_400
    """Seconds."""


@dataclass(frozen=True, slots=True)
class PreSharedKey:
    """`crypto isakmp key KEY {address A [MASK] | hostname H}`, also a line of a keyring."""

    key: str
    network: IPv4Network | None
    """None for a key that goes by name."""
    no_xauth: bool = False
    hostname: str | None = None


@dataclass(frozen=True, slots=True)
class RsaPublicKey:
    """A peer's key of `crypto key pubkey-chain rsa` or of a keyring, by address or name."""

    address: IPv4Address | None
    name: str | None
    data: bytes
    """As `key-string` has it: DER, SubjectPublicKeyInfo."""


@dataclass(slots=True)
class Keyring:
    """`crypto keyring NAME`; the keys of the global lines are the keyring `default`."""

    name: str
    keys: list[PreSharedKey] = field(default_factory=list)
    public_keys: list[RsaPublicKey] = field(default_factory=list)
    local_address: IPv4Address | None = None
    """None: for every address of this router."""
    local_interface: InterfaceName | None = None
    """Where the local address is taken from, if it is not named itself."""


class IdentityKind(Enum):
    """What a router says it is in phase 1: `crypto isakmp identity`, `self-identity`."""

    ADDRESS = "address"
    HOSTNAME = "hostname"
    USER_FQDN = "user-fqdn"
    DN = "dn"
    KEY_ID = "key-id"


class Identity(NamedTuple):
    """Who the router is; value: the name, where the kind needs one and the host name is not it."""

    kind: IdentityKind
    value: str = ""


class IdentityMatch(NamedTuple):
    """`match identity ...` of an ISAKMP profile."""

    kind: str
    """`address`, `host`, `host domain`, `user`, `user domain`, `group`."""
    network: IPv4Network | None = None
    name: str = ""


class Keepalive(NamedTuple):
    """`crypto isakmp keepalive S [RETRY] [periodic]` (RFC 3706)."""

    seconds: int
    retry: int = 2
    periodic: bool = False


@dataclass(slots=True)
class AggressivePeer:
    """`crypto isakmp peer address A`: attributes for aggressive mode."""

    address: IPv4Address
    password: str | None = None
    client_endpoint: Identity | None = None


@dataclass(slots=True)
class IsakmpProfile:
    """`crypto isakmp profile NAME`."""

    name: str
    keyrings: list[str] = field(default_factory=list)
    matches: list[IdentityMatch] = field(default_factory=list)
    self_identity: Identity | None = None
    keepalive: Keepalive | None = None
    local_address: IPv4Address | None = None
    local_interface: InterfaceName | None = None
    aggressive: bool = False
    """`initiate mode aggressive`."""


@dataclass(slots=True)
class IsakmpConfig:
    """Everything under `crypto isakmp`, and the keyrings and public keys that it goes by."""

    policies: dict[int, IsakmpPolicy] = field(default_factory=dict)
    keys: list[PreSharedKey] = field(default_factory=list)
    keyrings: dict[str, Keyring] = field(default_factory=dict)
    public_keys: list[RsaPublicKey] = field(default_factory=list)
    """`crypto key pubkey-chain rsa`."""
    profiles: dict[str, IsakmpProfile] = field(default_factory=dict)
    identity: IdentityKind = IdentityKind.ADDRESS
    hostname: str = ""
    """The router's fully qualified name, for identities that are names."""
    keepalive: Keepalive | None = None
    nat_keepalive: int = 0
    """Seconds; 0: none are sent."""
    nat_traversal: bool = True
    """`crypto ipsec nat-transparency udp-encapsulation`."""
    aggressive_peers: dict[IPv4Address, AggressivePeer] = field(default_factory=dict)
    aggressive_disabled: bool = False
    invalid_spi_recovery: bool = False
    default_policies: bool = True
    """`crypto isakmp default policy`."""

    def key_for(self, peer: IPv4Address) -> PreSharedKey | None:
        """The key with the longest matching network, as IOS picks it."""
        best: PreSharedKey | None = None
        length = -1
        for key in self.keys:
            network = key.network
            if network is not None and peer in network and network.prefixlen > length:
                best, length = key, network.prefixlen
        return best
