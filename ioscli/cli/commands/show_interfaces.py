"""show interfaces, show ip interface, clear counters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.dialogue import Confirm, Steps
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.show import interfaces, ip_interface

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.router.views import InterfaceView

_ARGUMENT = "A_SHOWN_INTERFACE"


def chosen(session: Session, args: Args) -> list[InterfaceView]:
    """The interface that was named, or all; raises Refusal for one that there is not."""
    views = session.router.interface_views()
    name = args.get(_ARGUMENT)
    if name is None:
        return views
    found = [view for view in views if view.name == name]
    if not found:
        raise Refusal(argument=_ARGUMENT)
    return found


@command("show_interfaces")
def show_interfaces(session: Session, args: Args) -> Iterable[str]:
    """`show interfaces [X]`."""
    configured = session.router.config.interfaces
    return interfaces.show_interfaces(chosen(session, args), configured)


@command("show_interfaces_description")
def show_interfaces_description(session: Session, args: Args) -> Iterable[str]:
    """`show interfaces [X] description`."""
    return interfaces.show_interfaces_description(chosen(session, args))


@command("show_ip_interface")
def show_ip_interface(session: Session, args: Args) -> Iterable[str]:
    """`show ip interface [X]`."""
    configured = session.router.config.interfaces
    return ip_interface.show_ip_interface(chosen(session, args), configured)


@command("show_ip_interface_brief")
def show_ip_interface_brief(session: Session, args: Args) -> Iterable[str]:
    """`show ip interface brief [X]`."""
    return ip_interface.show_ip_interface_brief(chosen(session, args))


@command("show_ip_aliases")
def show_ip_aliases(session: Session, _args: Args) -> Iterable[str]:
    """`show ip aliases`."""
    interfaces = session.router.interfaces.values()
    own = [address for it in interfaces if it.protocol_up for address in it.own_addresses()]
    return ip_interface.show_ip_aliases(own)


@command("clear_counters")
def clear_counters(session: Session, args: Args) -> Steps:
    """`clear counters [X]`, after a question."""
    name = args.get(_ARGUMENT)
    which = "all interfaces"
    if name is not None:
        chosen(session, args)
        which = "this interface"
    if (yield Confirm(f'Clear "show interface" counters on {which} [confirm]')):
        session.router.clear_counters(name)
        session.router.log("CLEAR", 5, "COUNTERS", _cleared(session, name))


def _cleared(session: Session, name: object) -> str:
    what = "all interfaces" if name is None else f"interface {name}"
    return f"Clear counter on {what} by {session.origin}"
