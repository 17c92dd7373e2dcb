"""Which key goes with which peer: keyrings and public keys.

The lines `crypto isakmp key` are the keyring `default`. Among several keyrings the first that
has a key for the peer is taken, whichever is more specific; within one the longest match (Cisco,
"IKEv1/IKEv2 Selection Rules for Keyrings and Profiles", document 117337).
"""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.model.isakmp import (
    IsakmpConfig,
    IsakmpProfile,
    Keyring,
    PreSharedKey,
    RsaPublicKey,
)

#: The keyring of the global lines.
DEFAULT = "default"

Resolve = Callable[[str], IPv4Address | None]
"""The address of a name, where the router knows it."""


class FoundKey(NamedTuple):
    """A pre-shared key and where it stands."""

    key: PreSharedKey
    keyring: str

    @property
    def secret(self) -> bytes:
        """The key as it goes into the prf."""
        return self.key.key.encode()


def key_by_address(
    config: IsakmpConfig,
    profile: IsakmpProfile | None,
    local: IPv4Address,
    peer: IPv4Address,
    resolve: Resolve,
) -> FoundKey | None:
    """The pre-shared key for an address; a key by name serves where the name is known."""
    for keyring in _keyrings(config, profile, local):
        best: PreSharedKey | None = None
        length = -1
        for key in keyring.keys:
            network = key.network
            if network is None:
                if length < 32 and key.hostname is not None and resolve(key.hostname) == peer:
                    best, length = key, 32
            elif peer in network and network.prefixlen > length:
                best, length = key, network.prefixlen
        if best is not None:
            return FoundKey(best, keyring.name)
    return None


def key_by_name(
    config: IsakmpConfig, profile: IsakmpProfile | None, local: IPv4Address, name: str
) -> FoundKey | None:
    """The pre-shared key for a name: `crypto isakmp key KEY hostname NAME`."""
    for keyring in _keyrings(config, profile, local):
        for key in keyring.keys:
            if key.hostname is not None and key.hostname.lower() == name.lower():
                return FoundKey(key, keyring.name)
    return None


def public_keys(
    config: IsakmpConfig, profile: IsakmpProfile | None, local: IPv4Address
) -> Iterator[RsaPublicKey]:
    """All RSA public keys that may be a peer's."""
    for keyring in _keyrings(config, profile, local):
        yield from keyring.public_keys


def _keyrings(
    config: IsakmpConfig, profile: IsakmpProfile | None, local: IPv4Address
) -> Iterator[Keyring]:
    """The keyrings of a profile, or all of them: those for this address of the router."""
    named = profile.keyrings if profile is not None else []
    if not named or DEFAULT in named:
        yield Keyring(DEFAULT, config.keys, config.public_keys)
    for keyring in config.keyrings.values():
        if (not named or keyring.name in named) and keyring.local_address in (None, local):
            yield keyring
