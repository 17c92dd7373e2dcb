"""show crypto."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.show import crypto_session, ipsec, isakmp

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


@command("show_crypto_isakmp_sa")
def show_crypto_isakmp_sa(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto isakmp sa`."""
    return isakmp.show_isakmp_sa(session.router.isakmp_views())


@command("show_crypto_isakmp_sa_detail")
def show_crypto_isakmp_sa_detail(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto isakmp sa detail`."""
    return isakmp.show_isakmp_sa_detail(session.router.isakmp_views())


@command("show_crypto_isakmp_policy")
def show_crypto_isakmp_policy(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto isakmp policy`."""
    return isakmp.show_isakmp_policy(session.router.config.isakmp)


@command("show_crypto_isakmp_key")
def show_crypto_isakmp_key(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto isakmp key`."""
    return isakmp.show_isakmp_key(session.router.config.isakmp)


@command("show_crypto_isakmp_peers")
def show_crypto_isakmp_peers(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto isakmp peers`."""
    return isakmp.show_isakmp_peers(session.router.isakmp_views())


@command("show_crypto_ipsec_sa")
def show_crypto_ipsec_sa(session: Session, args: Args) -> Iterable[str]:
    """`show crypto ipsec sa [interface X | peer A]`."""
    flows = session.router.ipsec_views()
    if "A_INTERFACE" in args:
        name = args["A_INTERFACE"]
        if name not in session.router.config.interfaces:
            raise Refusal(argument="A_INTERFACE")
        flows = [flow for flow in flows if flow.interface == name]
    elif "A_SA_PEER" in args:
        flows = [flow for flow in flows if flow.peer == args["A_SA_PEER"]]
    return ipsec.show_ipsec_sa(flows)


@command("show_crypto_ipsec_transform_set")
def show_crypto_ipsec_transform_set(session: Session, args: Args) -> Iterable[str]:
    """`show crypto ipsec transform-set [NAME]`."""
    return ipsec.show_transform_sets(session.router.config.ipsec, args.get("A_TRANSFORM_SET"))


@command("show_crypto_ipsec_profile")
def show_crypto_ipsec_profile(session: Session, args: Args) -> Iterable[str]:
    """`show crypto ipsec profile [NAME]`."""
    return ipsec.show_profiles(session.router.config.ipsec, args.get("A_PROFILE"))


@command("show_crypto_ipsec_lifetime")
def show_crypto_ipsec_lifetime(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto ipsec security-association`."""
    return ipsec.show_security_association(session.router.config.ipsec)


@command("show_crypto_session")
def show_crypto_session(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto session`."""
    return crypto_session.show_crypto_session(session.router.crypto_session_views())


@command("show_crypto_session_detail")
def show_crypto_session_detail(session: Session, _args: Args) -> Iterable[str]:
    """`show crypto session detail`."""
    return crypto_session.show_crypto_session_detail(session.router.crypto_session_views())
