"""Whether two routers have what proves who they are: equal or not, and never shown."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from ioscli.labs.explain.ends import End
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.isakmp import IsakmpConfig, IsakmpProfile
from ioscli.protocols.ike.keyrings import key_by_address, key_by_name
from ioscli.router.router import Router


def pre_shared(
    own: End, peer: str, router: Router, local: IPv4Address, agree: list[str]
) -> Iterator[Finding]:
    """The keys of both for each other.

    local: the address that the peer knows us by. Keys that neither an address nor a name finds are
    told of only while there are no SAs: what is up has found some.
    """
    mine, theirs = own.router.config.isakmp, router.config.isakmp
    profile = mine.profiles.get(own.policy.isakmp_profile or "")
    remote = own.policy.peer
    shows = (f"{own.node}: show crypto isakmp key", f"{peer}: show crypto isakmp key")
    first = _secret(mine, profile, own.policy.local, remote, _names(theirs))
    second = _secret(theirs, None, remote, local, _names(mine))
    for node, secret, other in ((own.node, first, remote), (peer, second, local)):
        if secret is None and not own.up:
            yield Finding(f"{node} has no pre-shared key for {other}", shows, Rank.PHASE_ONE)
    if first is None or second is None:
        return
    if first == second:
        agree.append("the pre-shared keys are equal")
    else:
        yield Finding(
            f"the pre-shared keys of {own.node} and {peer} for each other are different",
            shows,
            Rank.PHASE_ONE,
        )


def _secret(
    config: IsakmpConfig,
    profile: IsakmpProfile | None,
    local: IPv4Address,
    peer: IPv4Address,
    names: list[str],
) -> str | None:
    """The key for a peer: of aggressive mode, of its address, or of a name that it goes by."""
    aggressive = config.aggressive_peers.get(peer)
    if aggressive is not None and aggressive.password is not None:
        return aggressive.password
    # A name is what aggressive mode and profiles look for; it is more than a wildcard address.
    for name in names:
        named = key_by_name(config, profile, local, name)
        if named is not None:
            return named.key.key
    found = key_by_address(config, profile, local, peer, _unknown)
    return None if found is None else found.key.key


def _unknown(_name: str) -> None:
    """No name is resolved here."""


def _names(config: IsakmpConfig) -> list[str]:
    """What a router may call itself in phase 1."""
    endpoints = [it.client_endpoint for it in config.aggressive_peers.values()]
    identities = [*endpoints, *(it.self_identity for it in config.profiles.values())]
    values = [it.value or config.hostname for it in identities if it is not None]
    return [value for value in values if value]


def rsa(own: End, peer: str, router: Router, agree: list[str]) -> Iterator[Finding]:
    """Each needs a key pair, and the other's public key as it is now."""
    wrong = False
    for node, signer, other, reader in (
        (own.node, own.router, peer, router),
        (peer, router, own.node, own.router),
    ):
        pairs = signer.keys.pairs(kind="RSA")
        mine = f"{node}: show crypto key mypubkey rsa"
        if not pairs:
            wrong = True
            words = f"{node} has no RSA keys to sign with (crypto key generate rsa)"
            yield Finding(words, (mine,), Rank.PHASE_ONE)
            continue
        config = reader.config.isakmp
        rings = (config.public_keys, *(ring.public_keys for ring in config.keyrings.values()))
        known = {key.data for ring in rings for key in ring}
        if not any(pair.key.public_info in known for pair in pairs):
            wrong = True
            words = f"{other} does not have the public RSA key that {node} signs with"
            shown_by = (mine, f"{other}: show crypto key pubkey-chain rsa")
            yield Finding(words, shown_by, Rank.PHASE_ONE)
    if not wrong:
        agree.append("each has the other's public RSA key")
