"""show crypto."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING

from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.show import (
    crypto_engine,
    crypto_map,
    crypto_session,
    crypto_sockets,
    ipsec,
    isakmp,
)

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.model.ifname import InterfaceName
    from ioscli.router.views import CryptoSessionView


@command("show_crypto_isakmp_sa")
def show_crypto_isakmp_sa(session: Session, args: Args) -> Iterable[str]:
    """`show crypto isakmp sa [detail | count | active | standby]`."""
    sas = session.router.isakmp_views()
    if "detail" in args:
        return isakmp.show_isakmp_sa_detail(sas)
    if "count" in args:
        return isakmp.show_isakmp_sa_count(sas)
    if "standby" in args:
        sas = []  # there is no second router
    elif "active" in args:
        sas = [sa for sa in sas if sa.active]
    return isakmp.show_isakmp_sa(sas)


@command("show_crypto_isakmp_policy")
def show_crypto_isakmp_policy(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto isakmp policy`."""
    config = session.router.config.isakmp
    if config.policies or not config.default_policies:
        return isakmp.show_isakmp_policy(config)
    from ioscli.protocols.ike import default_policies

    return isakmp.show_isakmp_policy(config, default_policies())


@command("show_crypto_isakmp_default")
def show_crypto_isakmp_default(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto isakmp default policy`: nothing where they are switched off."""
    if not session.router.config.isakmp.default_policies:
        return ()
    from ioscli.protocols.ike import default_policies

    return isakmp.show_default_policies(default_policies())


@command("show_crypto_isakmp_key")
def show_crypto_isakmp_key(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto isakmp key`."""
    return isakmp.show_isakmp_key(session.router.config.isakmp)


@command("show_crypto_isakmp_peers")
def show_crypto_isakmp_peers(session: Session, args: Args) -> Iterable[str]:
    """`show crypto isakmp peers [A]`."""
    return isakmp.show_isakmp_peers(session.router.isakmp_views(), args.get("A_PEER_SHOWN"))


@command("show_crypto_isakmp_profile")
def show_crypto_isakmp_profile(session: Session, args: Args) -> Iterable[str]:
    """`show crypto isakmp profile [tag NAME]`."""
    name = args.get("A_ISAKMP_PROFILE")
    profiles = session.router.config.isakmp.profiles.values()
    return isakmp.show_isakmp_profiles(it for it in profiles if name in (None, it.name))


@command("show_crypto_ipsec_sa")
def show_crypto_ipsec_sa(session: Session, args: Args) -> Iterable[str]:
    """`show crypto ipsec sa [interface X | peer A | map NAME | identity] [detail]`."""
    flows = session.router.ipsec_views()
    if "A_INTERFACE" in args:
        name = _interface(session, args)
        flows = [flow for flow in flows if flow.interface == name]
    elif "A_SA_PEER" in args:
        flows = [flow for flow in flows if flow.peer == args["A_SA_PEER"]]
    elif "A_CRYPTO_MAP" in args:
        flows = [flow for flow in flows if flow.map_tag == args["A_CRYPTO_MAP"]]
    return ipsec.show_ipsec_sa(flows, detail="detail" in args, identity="identity" in args)


@command("show_crypto_ipsec_sa_count")
def show_crypto_ipsec_sa_count(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto ipsec sa count`."""
    return ipsec.show_ipsec_sa_count(session.router.ipsec_views())


@command("show_crypto_ipsec_transform_set")
def show_crypto_ipsec_transform_set(session: Session, args: Args) -> Iterable[str]:
    """`show crypto ipsec transform-set [NAME]`."""
    return ipsec.show_transform_sets(session.router.config.ipsec, args.get("A_TRANSFORM_SET"))


@command("show_crypto_ipsec_profile")
def show_crypto_ipsec_profile(session: Session, args: Args) -> Iterable[str]:
    """`show crypto ipsec profile [NAME]`."""
    return ipsec.show_profiles(session.router.config.ipsec, args.get("A_PROFILE"))


@command("show_crypto_ipsec_lifetime")
def show_crypto_ipsec_lifetime(session: Session, args: Args) -> Iterable[str]:
    """`show crypto ipsec security-association [lifetime | idle-time]`."""
    config = session.router.config.ipsec
    if "idle-time" in args:
        return ipsec.show_idle_time(config)
    if "lifetime" in args:
        return ipsec.show_security_association(config)
    return chain(ipsec.show_security_association(config), ipsec.show_idle_time(config))


@command("show_crypto_session")
def show_crypto_session(session: Session, args: Args) -> Iterable[str]:
    """`show crypto session [local A | remote A | interface X | ...] [detail]`."""
    sessions = _sessions(session, args)
    if "detail" in args:
        return crypto_session.show_crypto_session_detail(sessions)
    return crypto_session.show_crypto_session(sessions)


@command("show_crypto_session_brief")
def show_crypto_session_brief(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto session brief`."""
    return crypto_session.show_crypto_session_brief(session.router.crypto_session_views())


def _sessions(session: Session, args: Args) -> list[CryptoSessionView]:
    sessions = session.router.crypto_session_views()
    if "A_SESSION_LOCAL" in args:
        return [it for it in sessions if it.local == args["A_SESSION_LOCAL"]]
    if "A_SESSION_REMOTE" in args:
        port = args.get("A_SESSION_PORT")
        remote = args["A_SESSION_REMOTE"]
        return [it for it in sessions if it.peer == remote and port in (None, it.peer_port)]
    if "A_INTERFACE" in args:
        name = _interface(session, args)
        return [it for it in sessions if it.interface == name]
    if "A_ISAKMP_PROFILE" in args:
        profile = args["A_ISAKMP_PROFILE"]
        return [it for it in sessions if any(sa.profile == profile for sa in it.isakmp)]
    if "A_SESSION_USER" in args:
        return []  # nobody logs in: there is no extended authentication here
    return sessions


def _interface(session: Session, args: Args) -> InterfaceName:
    name: InterfaceName = args["A_INTERFACE"]
    if name not in session.router.config.interfaces:
        raise Refusal(argument="A_INTERFACE")
    return name


@command("show_crypto_engine")
def show_crypto_engine(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto engine connections active`."""
    router = session.router
    return crypto_engine.show_engine_connections(router.ipsec_views(), router.isakmp_views())


@command("show_crypto_sockets")
def show_crypto_sockets(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto sockets`."""
    router = session.router
    return crypto_sockets.show_crypto_sockets(router.profile_map_views(), router.ipsec_views())


@command("show_crypto_map")
def show_crypto_map(session: Session, args: Args) -> Iterable[str]:
    """`show crypto map [interface X | tag NAME]`."""
    router = session.router
    maps, profiles = router.crypto_map_views(), router.profile_map_views()
    if "A_INTERFACE" in args:
        name = _interface(session, args)
        maps = [known for known in maps if name in known.interfaces]
        profiles = [known for known in profiles if known.tunnel == name]
        if not maps and not profiles:
            return (f"No crypto map applied to interface {name}",)
    elif "A_CRYPTO_MAP" in args:
        tag = args["A_CRYPTO_MAP"]
        maps = [known for known in maps if known.name == tag]
        profiles = [known for known in profiles if known.name == tag]
    if not maps and not profiles:
        return ("No crypto maps found.",)
    config = router.config.ipsec
    return chain(
        crypto_map.show_profile_maps(profiles, config), crypto_map.show_crypto_maps(maps, config)
    )


@command("show_crypto_dynamic_map")
def show_crypto_dynamic_map(session: Session, args: Args) -> Iterable[str]:
    """`show crypto dynamic-map [tag NAME]`."""
    config = session.router.config
    maps = list(config.dynamic_maps.values())
    if "A_DYNAMIC_MAP" in args:
        maps = [known for known in maps if known.name == args["A_DYNAMIC_MAP"]]
    if not maps:
        return ("No crypto map templates found.",)
    return crypto_map.show_dynamic_maps(maps, config.ipsec, config.policy.access_lists)
