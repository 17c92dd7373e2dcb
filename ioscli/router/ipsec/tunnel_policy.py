"""What a tunnel's protection profile asks of IKE: the traffic, the transforms, the lifetimes."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from ioscli.model.config import RouterConfig
from ioscli.model.crypto import BUILT_IN, ChildPolicy, ChildProposal, IpsecConfig, Mode, Selector
from ioscli.model.isakmp import IsakmpProfile, Keyring
from ioscli.router.tunnel import TunnelInterface

_ANYTHING = Selector(IPv4Network("0.0.0.0/0"))


def demanded(tunnel: TunnelInterface) -> bool:
    """Whether the tunnel's configuration forbids sending in the clear."""
    return tunnel.settings.protection_profile is not None


def child_policy(tunnel: TunnelInterface, ipsec: IpsecConfig) -> ChildPolicy | None:
    """What IKE has to agree for a tunnel, or None while its configuration is incomplete."""
    settings = tunnel.settings
    if settings.protection_profile is None or tunnel.source is None:
        return None
    profile = ipsec.profiles.get(settings.protection_profile)
    if profile is None or settings.destination is None:
        return None
    proposals = []
    # A profile that names no transform set uses the built-in one.
    for name in profile.transform_sets or [BUILT_IN]:
        transform_set = ipsec.transform_sets.get(name)
        if transform_set is not None:
            proposals.append(ChildProposal(transform_set.transform, transform_set.mode))
    if not proposals:
        return None
    local, remote = _ANYTHING, _ANYTHING
    carrier = tunnel.carrier_protocol
    if carrier is not None:
        local = Selector(IPv4Network(tunnel.source), carrier)
        remote = Selector(IPv4Network(settings.destination), carrier)
    else:
        # Identities that are not the endpoints rule transport mode out (RFC 4301, 4.1).
        proposals = [ChildProposal(transform, Mode.TUNNEL) for transform, _ in proposals]
    return ChildPolicy(
        owner=str(tunnel.name),
        local=tunnel.source,
        peer=settings.destination,
        local_selector=local,
        remote_selector=remote,
        proposals=tuple(proposals),
        pfs_group=profile.pfs_group,
        lifetime_seconds=profile.lifetime_seconds or ipsec.lifetime_seconds,
        lifetime_kilobytes=profile.lifetime_kilobytes or ipsec.lifetime_kilobytes,
        isakmp_profile=settings.protection_isakmp_profile or profile.isakmp_profile,
        replay_window=profile.replay_window,
        idle_time=profile.idle_time or ipsec.idle_time,
    )


def responder_only(tunnel: TunnelInterface, ipsec: IpsecConfig) -> bool:
    """Whether the tunnel's profile leaves it to the peer to begin."""
    profile = ipsec.profiles.get(tunnel.settings.protection_profile or "")
    return profile is not None and profile.responder_only


def follow_names(config: RouterConfig) -> None:
    """Give ISAKMP what it knows by name only: this router's own, and its interfaces' addresses."""
    isakmp = config.isakmp
    domain = config.stored.get("ip_domain_name", ())
    isakmp.hostname = ".".join((config.hostname, *(line.split(" ")[-1] for line in domain)))
    bounds: list[Keyring | IsakmpProfile] = [*isakmp.keyrings.values(), *isakmp.profiles.values()]
    for bound in bounds:
        if bound.local_interface is not None:
            interface = config.interfaces.get(bound.local_interface)
            address = interface.address if interface is not None else None
            bound.local_address = address.ip if address is not None else IPv4Address(0)
