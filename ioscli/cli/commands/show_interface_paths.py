"""By which way packets went through the interfaces, whose they were, and who listens here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.commands.show_interfaces import chosen
from ioscli.cli.registry import command
from ioscli.cli.show import interface_paths, ip_traffic, open_ports

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


@command("show_interfaces_stats")
def show_interfaces_stats(session: Session, args: Args) -> Iterable[str]:
    """`show interfaces [X] stats`."""
    return interface_paths.show_interfaces_stats(chosen(session, args))


@command("show_interfaces_accounting")
def show_interfaces_accounting(session: Session, args: Args) -> Iterable[str]:
    """`show interfaces [X] accounting`."""
    return interface_paths.show_interfaces_accounting(chosen(session, args))


@command("show_interfaces_counters")
def show_interfaces_counters(session: Session, args: Args) -> Iterable[str]:
    """`show interfaces [X] counters protocol status`."""
    return interface_paths.show_counters_protocol_status(chosen(session, args))


@command("show_interfaces_summary")
def show_interfaces_summary(session: Session, args: Args) -> Iterable[str]:
    """`show interfaces [X] summary`."""
    return ip_traffic.show_interfaces_summary(chosen(session, args))


@command("show_protocols")
def show_protocols(session: Session, args: Args) -> Iterable[str]:
    """`show protocols [X]`."""
    whole = "A_SHOWN_INTERFACE" not in args
    return interface_paths.show_protocols(chosen(session, args), whole=whole)


@command("show_open_ports")
def show_open_ports(session: Session, _args: Args) -> Iterable[str]:
    """`show control-plane host open-ports`."""
    services = (table.running_tcp for table in session.router.vrfs.values())
    tcp = {port for it in services if it is not None for port in it.machine.listening}
    return open_ports.show_open_ports(sorted(tcp), _udp_ports(session))


@command("show_udp")
def show_udp(session: Session, _args: Args) -> Iterable[str]:
    """`show udp`."""
    return open_ports.show_udp(_udp_ports(session))


def _udp_ports(session: Session) -> list[int]:
    """The open ports of all routing tables."""
    tables = session.router.vrfs.values()
    return sorted({port for table in tables for port in table.udp.ports})
