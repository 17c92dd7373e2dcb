"""What two ends would have to agree upon: policies, keys, transforms, identities."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from ioscli.cli.commands.ipsec import transform_words
from ioscli.labs.explain import keys
from ioscli.labs.explain.ends import End, Peer, mirrored, owner_of
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.labs.topology import Topology
from ioscli.model.crypto import ChildPolicy, ChildProposal, Selector
from ioscli.model.isakmp import IkeAuthentication
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
    elif not named and peer.router.config.nat is not None:
        words = (
            f"{remote} is an address of {node}, which does NAT and encrypts nothing: the peer is "
            "behind it, and has to call first"
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
    if router.running_crypto is None:
        return  # that it encrypts nothing has been told
    ours, theirs = usable_suites(own.router.config.isakmp), usable_suites(router.config.isakmp)
    common = [suite for suite in ours if any(_same(suite, other) for other in theirs)]
    if not common:
        yield Finding(
            f"no ISAKMP policy in common: {own.node} has {_policies(ours)}; "
            f"{peer} has {_policies(theirs)}{_nearest(ours, theirs)}",
            (own.suites_shown_by, f"{peer}: show crypto isakmp policy"),
            Rank.PHASE_ONE,
        )
        return
    best = common[0]
    agree.append(f"an ISAKMP policy in common: {_words(best)}")
    if best.authentication is IkeAuthentication.PRE_SHARE:
        yield from keys.pre_shared(own, peer, router, seen, agree)
    elif best.authentication is IkeAuthentication.RSA_SIG:
        yield from keys.rsa(own, peer, router, agree)


#: Where the priorities of the policies begin that IOS has of itself.
_FIRST_DEFAULT = 65_507
_ATTRIBUTES = ("encryption", "hash", "authentication", "Diffie-Hellman group")


def _nearest(ours: list[Suite], theirs: list[Suite]) -> str:
    """What keeps the two that are most alike from fitting."""
    differences: list[list[str]] = [
        [
            name
            for name, mine, its in zip(_ATTRIBUTES, one[:4], other[:4], strict=True)
            if mine != its
        ]
        for one in ours
        for other in theirs
    ]
    if not differences:
        return ""
    differences.sort(key=len)
    return f". What differs is the {' and the '.join(differences[0])}"


def _same(one: Suite, other: Suite) -> bool:
    """Whether two policies fit; lifetimes may differ, the shorter is used."""
    return one[:4] == other[:4]


def _policies(suites: list[Suite]) -> str:
    if suites and all(suite.priority >= _FIRST_DEFAULT for suite in suites):
        return "nothing but the default policies"
    return " or ".join(_words(suite) for suite in suites) or "none that can be used"


def _words(suite: Suite) -> str:
    return (
        f"{suite.encryption.value}, {suite.hash.value}, {suite.authentication.value}, "
        f"group {suite.group} (priority {suite.priority})"
    )


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
