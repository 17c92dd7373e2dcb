"""What two ends would have to agree upon: policies, keys, transforms, identities."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from ioscli.cli.commands.ipsec import transform_words
from ioscli.labs.explain.ends import End, Peer, mirrored, owner_of
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.labs.topology import Topology
from ioscli.model.crypto import ChildPolicy, ChildProposal, Selector
from ioscli.model.isakmp import IkeAuthentication
from ioscli.protocols.ike.keyrings import FoundKey, key_by_address
from ioscli.protocols.ike.phase_one import Suite, usable_suites
from ioscli.router.router import Router


def nobody_faces(topology: Topology, own: End, peer: Peer) -> Iterator[Finding]:
    """The peer wants no SAs with the address that we speak from."""
    node, local, remote = peer.node, own.policy.local, own.policy.peer
    shows = (f"{node}: show crypto map", f"{own.node}: show crypto map")
    engine = peer.router.running_crypto
    flows = [] if engine is None else list(engine.flows.values())
    for flow in flows:
        if flow.policy.peer == local:
            yield Finding(
                f"{node} speaks with {own.node} from {flow.policy.local}, but {own.node} wants "
                f"it at {remote}",
                shows,
                Rank.ENDS,
            )
            return
    if answers_anybody(peer.router) or local in _other_peers(peer.router):
        return
    named = list(dict.fromkeys(flow.policy.peer for flow in flows))
    ours = [it for it in named if _is_of(topology, it, own.node)]
    if ours:
        words = (
            f"{own.node} speaks with {node} from {local}, but {node} wants its peer at {ours[0]}"
        )
    elif not named:
        words = f"{node} encrypts nothing"
    else:
        told = ", ".join(str(address) for address in named)
        words = f"{node} has no crypto map entry or tunnel for {local}; its peers are {told}"
    yield Finding(words, shows, Rank.ENDS)


def _other_peers(router: Router) -> set[IPv4Address]:
    """Whom the crypto map entries of a router turn to if their first peer is dead."""
    engine = router.running_crypto
    templates = [] if engine is None else engine.maps.templates()
    return {peer for template in templates for peer in template.peers}


def _is_of(topology: Topology, address: IPv4Address, node: str) -> bool:
    found = owner_of(topology, address)
    return found is not None and found[0] == node


def phase_one(
    own: End, peer: str, router: Router, seen: IPv4Address, agree: list[str]
) -> Iterator[Finding]:
    """ISAKMP: policies and what proves who one is.

    seen: the address that the peer knows us by.
    """
    ours, theirs = usable_suites(own.router.config.isakmp), usable_suites(router.config.isakmp)
    common = [suite for suite in ours if any(_same(suite, other) for other in theirs)]
    if not common:
        yield Finding(
            f"no ISAKMP policy in common: {own.node} has {_policies(ours)}; "
            f"{peer} has {_policies(theirs)}",
            (own.suites_shown_by, f"{peer}: show crypto isakmp policy"),
            Rank.PHASE_ONE,
        )
        return
    best = common[0]
    agree.append(f"an ISAKMP policy in common: {_words(best)}")
    if best.authentication is IkeAuthentication.PRE_SHARE:
        yield from _keys(own, peer, router, seen, agree)
    elif best.authentication is IkeAuthentication.RSA_SIG:
        yield from _rsa_keys(own, peer, router, agree)


def _same(one: Suite, other: Suite) -> bool:
    """Whether two policies fit; lifetimes may differ, the shorter is used."""
    return one[:4] == other[:4]


def _policies(suites: list[Suite]) -> str:
    return " or ".join(_words(suite) for suite in suites) or "none that can be used"


def _words(suite: Suite) -> str:
    return (
        f"{suite.encryption.value}, {suite.hash.value}, {suite.authentication.value}, "
        f"group {suite.group} (priority {suite.priority})"
    )


def _keys(
    own: End, peer: str, router: Router, local: IPv4Address, agree: list[str]
) -> Iterator[Finding]:
    remote = own.policy.peer
    shows = (f"{own.node}: show crypto isakmp key", f"{peer}: show crypto isakmp key")
    profile = own.router.config.isakmp.profiles.get(own.policy.isakmp_profile or "")
    ours = key_by_address(own.router.config.isakmp, profile, own.policy.local, remote, _unknown)
    theirs = key_by_address(router.config.isakmp, None, remote, local, _unknown)
    for node, key, other in ((own.node, ours, remote), (peer, theirs, local)):
        if key is None and own.flow.flow.current is None and not _named_keys(own, router):
            yield Finding(f"{node} has no pre-shared key for {other}", shows, Rank.PHASE_ONE)
    if ours is None or theirs is None:
        return
    if _secret(ours) == _secret(theirs):
        agree.append("the pre-shared keys are equal")
    else:
        yield Finding(
            f"the pre-shared keys of {own.node} and {peer} for each other are different",
            shows,
            Rank.PHASE_ONE,
        )


def _named_keys(own: End, router: Router) -> bool:
    """Whether keys by name are in use, which addresses say nothing about (aggressive mode)."""
    return any(
        key.hostname is not None
        for config in (own.router.config.isakmp, router.config.isakmp)
        for key in config.keys
    )


def _rsa_keys(own: End, peer: str, router: Router, agree: list[str]) -> Iterator[Finding]:
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
        known = [
            key
            for config in (reader.config.isakmp,)
            for ring in (config.public_keys, *(it.public_keys for it in config.keyrings.values()))
            for key in ring
        ]
        infos = {pair.key.public_info for pair in pairs}
        if not any(key.data in infos for key in known):
            wrong = True
            words = f"{other} does not have the public RSA key that {node} signs with"
            shown_by = (mine, f"{other}: show crypto key pubkey-chain rsa")
            yield Finding(words, shown_by, Rank.PHASE_ONE)
    if not wrong:
        agree.append("each has the other's public RSA key")


def _secret(found: FoundKey) -> bytes:
    return found.secret


def _unknown(_name: str) -> None:
    return None


def would_accept(own: End, peer: Router, seen: IPv4Address) -> ChildPolicy | None:
    """What a dynamic map, or another line of a list, of the peer has for our traffic."""
    engine = peer.running_crypto
    ours = own.policy
    for template in () if engine is None else engine.maps.templates():
        found = template.policy_for(seen, ours.remote_selector, ours.local_selector)
        if found is not None:
            return found
    return None


def phase_two(own: End, peer: str, other: ChildPolicy, agree: list[str]) -> Iterator[Finding]:
    """IPsec: the traffic, the transforms, PFS."""
    one = own.policy
    maps = (f"{own.node}: show crypto map", f"{peer}: show crypto map")
    if mirrored(one, other):
        agree.append("the traffic to be protected is the same, seen from both sides")
    else:
        yield Finding(
            f"the traffic is not mirrored: {own.node} protects {_traffic(one)}, "
            f"{peer} protects {_traffic(other)}",
            (f"{own.node}: show access-lists", f"{peer}: show access-lists"),
            Rank.PHASE_TWO,
        )
    ours = {_transform(it): it for it in one.proposals}
    theirs = {_transform(it): it for it in other.proposals}
    common = [words for words in ours if words in theirs]
    if common:
        agree.append(f"a transform set in common: {common[0]}")
    else:
        sets = "show crypto ipsec transform-set"
        yield Finding(
            f"no transform set in common: {own.node} offers {' or '.join(ours)}; "
            f"{peer} accepts {' or '.join(theirs)}",
            (f"{own.node}: {sets}", f"{peer}: {sets}"),
            Rank.PHASE_TWO,
        )
    if one.pfs_group != other.pfs_group:
        yield Finding(
            f"PFS: {own.node} has {_pfs(one)}, {peer} has {_pfs(other)}", maps, Rank.PHASE_TWO
        )


def _traffic(policy: ChildPolicy) -> str:
    return f"{_side(policy.local_selector)} to {_side(policy.remote_selector)}"


def _side(selector: Selector) -> str:
    words = str(selector.network)
    if selector.protocol:
        words += f" protocol {selector.protocol}"
    return words + (f" port {selector.port}" if selector.port else "")


def _transform(proposal: ChildProposal) -> str:
    """A transform set's words, without its mode: the ends may differ in that."""
    return transform_words(proposal.transform)


def _pfs(policy: ChildPolicy) -> str:
    return "none" if policy.pfs_group is None else f"group {policy.pfs_group}"


def answers_anybody(router: Router) -> bool:
    """Whether a dynamic map takes peers that nobody named."""
    engine = router.running_crypto
    return engine is not None and any(not it.peers for it in engine.maps.templates())
