"""clear crypto."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.cli.registry import command

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


@command("clear_crypto_sa")
def clear_crypto_sa(session: Session, args: Args) -> None:
    """`clear crypto sa [peer A]`."""
    session.router.clear_crypto_sa(args.get("A_SA_PEER"))


@command("clear_crypto_isakmp")
def clear_crypto_isakmp(session: Session, args: Args) -> None:
    """`clear crypto isakmp [CONN-ID]`."""
    session.router.clear_isakmp(args.get("A_CONN_ID"))


@command("clear_crypto_session")
def clear_crypto_session(session: Session, _args: Args) -> None:
    """`clear crypto session`: both phases."""
    session.router.clear_crypto_sa()
    session.router.clear_isakmp()
