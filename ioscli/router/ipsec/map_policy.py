"""What the entries of crypto maps ask of IKE, and accept from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ioscli.model.crypto import BUILT_IN, ChildPolicy, ChildProposal, ChildTemplate, Selector

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from ioscli.model.crypto import IpsecConfig
    from ioscli.model.crypto_map import MapEntry


class Terms(NamedTuple):
    """What is the same for all traffic of an entry."""

    proposals: tuple[ChildProposal, ...]
    pfs_group: int | None
    lifetime_seconds: int
    lifetime_kilobytes: int
    isakmp_profile: str | None
    replay_window: int | None
    idle_time: int | None

    def policy(
        self, owner: str, local: IPv4Address, peer: IPv4Address, own: Selector, other: Selector
    ) -> ChildPolicy:
        """What IKE has to agree with a peer for one proxy identity."""
        return ChildPolicy(owner, local, peer, own, other, **self._asdict())

    def template(
        self,
        owner: str,
        local: IPv4Address,
        peers: tuple[IPv4Address, ...],
        traffic: tuple[tuple[bool, Selector, Selector], ...] | None,
    ) -> ChildTemplate:
        """What peers may ask for beside that."""
        return ChildTemplate(owner, local, peers, traffic, **self._asdict())


def terms(entry: MapEntry, ipsec: IpsecConfig, map_profile: str | None) -> Terms | None:
    """The terms of an entry; None where none of its transform sets exists."""
    proposals = tuple(
        ChildProposal(made.transform, made.mode)
        for name in entry.transform_sets or (BUILT_IN,)
        if (made := ipsec.transform_sets.get(name)) is not None
    )
    if not proposals:
        return None
    return Terms(
        proposals,
        entry.pfs_group,
        entry.lifetime_seconds or ipsec.lifetime_seconds,
        entry.lifetime_kilobytes or ipsec.lifetime_kilobytes,
        entry.isakmp_profile or map_profile,
        entry.replay_window,
        entry.idle_time or ipsec.idle_time,
    )
