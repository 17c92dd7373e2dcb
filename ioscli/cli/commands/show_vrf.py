"""show vrf, show ip vrf."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.show import vrf

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


def _asked(session: Session, args: Args) -> list[vrf.VrfRow]:
    """The VRFs that the command is about, each with its interfaces."""
    router = session.router
    name: str | None = args.get("A_SHOWN_VRF")
    configured = router.config.vrfs
    if name is not None and name not in configured:
        raise Refusal(f"% No VRF named {name}")
    views = router.interface_views()
    rows = []
    for number, (known, config) in enumerate(configured.items(), start=1):
        members = [
            view
            for view in views
            if view.name in router.config.interfaces
            and router.config.interfaces[view.name].vrf == known
        ]
        rows.append(vrf.VrfRow(number, config, tuple(members)))
    return [row for row in rows if name is None or row.config.name == name]


@command("show_vrf")
def show_vrf(session: Session, args: Args) -> Iterable[str]:
    """`show vrf [brief | detail] [NAME]`."""
    rows = _asked(session, args)
    return vrf.show_detail(rows) if "detail" in args else vrf.show_vrf(rows)


@command("show_ip_vrf")
def show_ip_vrf(session: Session, args: Args) -> Iterable[str]:
    """`show ip vrf [brief | detail | interfaces] [NAME]`."""
    rows = _asked(session, args)
    if "detail" in args:
        return vrf.show_detail(rows, ipv4_only=True)
    return vrf.show_interfaces(rows) if "interfaces" in args else vrf.show_ip_vrf(rows)
