"""clear crypto."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


@command("clear_crypto_sa")
def clear_crypto_sa(session: Session, args: Args) -> None:
    """`clear crypto sa [peer A | map NAME | counters | vrf NAME | entry A esp SPI]`."""
    engine = session.router.running_crypto
    if "A_SA_VRF" in args:
        name: str = args["A_SA_VRF"]
        if name not in session.router.config.vrfs:
            raise Refusal(f"% VRF {name} not configured.")
        return  # IPsec works in the global table alone
    if engine is None:
        return
    from ioscli.router.ipsec import clearing

    if "map" in args:
        clearing.of_map(engine, args["A_CRYPTO_MAP"])
    elif "counters" in args:
        clearing.counters(engine)
    elif "entry" in args:
        if "esp" in args:
            clearing.entry(engine, args["A_SA_END"], args["A_SA_SPI"])
    else:
        clearing.with_peer(engine, args.get("A_SA_PEER"))


@command("clear_crypto_isakmp")
def clear_crypto_isakmp(session: Session, args: Args) -> None:
    """`clear crypto isakmp [CONN-ID]`."""
    session.router.clear_isakmp(args.get("A_CONN_ID"))


@command("clear_crypto_session")
def clear_crypto_session(session: Session, args: Args) -> None:
    """`clear crypto session [local A [port N]] [remote A [port N]]`: both phases."""
    engine = session.router.running_crypto
    if engine is None:
        return
    from ioscli.router.ipsec import clearing

    clearing.sessions(
        engine,
        local=(args.get("A_CLEAR_LOCAL"), args.get("A_LOCAL_PORT")),
        remote=(args.get("A_CLEAR_REMOTE"), args.get("A_REMOTE_PORT")),
    )
