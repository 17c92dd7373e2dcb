"""show arp and show ip arp with their kinds, clear arp-cache."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.show import arp

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.router.views import ArpView


@command("show_arp", "show_ip_arp")
def show_arp(session: Session, args: Args) -> Iterable[str]:
    """`show arp`, `show ip arp [vrf X]`: all, or what H.H.H, A.B.C.D or INTERFACE choose."""
    entries = _of_table(session, args.get("A_ARP_VRF", ""))
    if "A_ARP_HARDWARE" in args:
        entries = [entry for entry in entries if entry.mac == args["A_ARP_HARDWARE"]]
    elif "A_ARP_ADDRESS" in args:
        entries = [entry for entry in entries if entry.address == args["A_ARP_ADDRESS"]]
    elif "A_ARP_INTERFACE" in args:
        name = args["A_ARP_INTERFACE"]
        if all(view.name != name for view in session.router.interface_views()):
            raise Refusal(argument="A_ARP_INTERFACE")
        entries = [entry for entry in entries if entry.interface == name]
    return arp.show_arp(entries)


def _of_table(session: Session, vrf: str) -> list[ArpView]:
    """The entries on the interfaces of one routing table."""
    config = session.router.config
    if vrf and vrf not in config.vrfs:
        raise Refusal(f"% VRF {vrf} does not exist")
    tables = {name: interface.vrf for name, interface in config.interfaces.items()}
    return [it for it in session.router.arp_views() if tables.get(it.interface, "") == vrf]


@command("show_arp_summary")
def show_arp_summary(session: Session, _args: Args) -> Iterable[str]:
    """`show arp summary`."""
    return arp.show_arp_summary(session.router.arp_views())


@command("show_ip_arp_summary")
def show_ip_arp_summary(session: Session, _args: Args) -> Iterable[str]:
    """`show ip arp summary`."""
    return arp.show_ip_arp_summary(session.router.arp_views())


@command("clear_arp_cache")
def clear_arp_cache(session: Session, _args: Args) -> None:
    """`clear arp-cache`."""
    session.router.clear_arp()
