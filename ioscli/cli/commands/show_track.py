"""show track, and what the kept lines of `track N ...` mean to the router.

The lines are those of grammar/address_services.lark (see `ioscli.cli.acting`).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, NetmaskValueError
from typing import TYPE_CHECKING

from ioscli.cli.registry import command
from ioscli.model.changes import ConfigChange, StaticRoutesChanged, TrackingChanged
from ioscli.model.ifname import InterfaceName
from ioscli.model.sections import StoredLine, StoredSection
from ioscli.model.track import TrackedObject, TrackKind

if TYPE_CHECKING:
    from ioscli.cli.configuration import ConfigContext
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session

_INTERFACE_KINDS = (TrackKind.LINE_PROTOCOL, TrackKind.IP_ROUTING)
_SLA_KINDS = (TrackKind.SLA_REACHABILITY, TrackKind.SLA_STATE)


def follow(context: ConfigContext) -> tuple[ConfigChange, ...]:
    """Read the tracked objects anew."""
    found = (
        _object(section)
        for section in context.config.sections
        if isinstance(section, StoredSection) and section.rule == "track"
    )
    context.config.tracked = {it.number: it for it in found if it is not None}
    return (TrackingChanged(), StaticRoutesChanged())


def _object(section: StoredSection) -> TrackedObject | None:
    """The object of a section; None for what is kept without acting."""
    words = section.header.split(" ")
    made = _of_header(int(words[1]), words[2:])
    if made is None:
        return None
    for entry in section.entries:
        if isinstance(entry, StoredLine):
            _read(made, entry.text.split(" "))
    return made


def _of_header(number: int, words: list[str]) -> TrackedObject | None:
    match words:
        case ["interface", name, "line-protocol"]:
            return TrackedObject(number, TrackKind.LINE_PROTOCOL, InterfaceName.parse(name))
        case ["interface", name, "ip", "routing"]:
            return TrackedObject(number, TrackKind.IP_ROUTING, InterfaceName.parse(name))
        case ["ip", "route", *prefix, "reachability"]:
            network = _network(prefix)
            if network is not None:
                return TrackedObject(number, TrackKind.ROUTE, prefix=network)
        case ["ip", "sla", operation, "state"] | ["rtr", operation, "state"]:
            return TrackedObject(number, TrackKind.SLA_STATE, operation=int(operation))
        case ["ip", "sla", operation, *_] | ["rtr", operation, *_]:
            return TrackedObject(number, TrackKind.SLA_REACHABILITY, operation=int(operation))
        case ["list", "boolean", "and"]:
            return TrackedObject(number, TrackKind.LIST_AND)
        case ["list", "boolean", "or"]:
            return TrackedObject(number, TrackKind.LIST_OR)
        case ["stub-object"]:
            return TrackedObject(number, TrackKind.STUB)
    return None


def _network(words: list[str]) -> IPv4Network | None:
    """`10.0.0.0/8`, or an address and a mask; None: a mask with holes."""
    try:
        return IPv4Network("/".join(words), strict=False)
    except NetmaskValueError:
        return None


def _read(made: TrackedObject, words: list[str]) -> None:
    match words:
        case ["delay", *delays]:
            for which, value in zip(delays[::2], delays[1::2], strict=False):
                if which == "up":
                    made.delay_up = int(value)
                else:
                    made.delay_down = int(value)
        case ["object", member, *options]:
            made.members.append((int(member), "not" in options))
        case ["ip", "vrf", name]:
            made.vrf = name
        case ["default-state", state]:
            made.default_up = state == "up"


@command("show_track")
def show_track(session: Session, args: Args) -> Iterable[str]:
    """`show track [N | brief | interface | ip route | ip sla]`."""
    from ioscli.cli.show import track

    router = session.router
    if not router.config.tracked:
        return ()
    objects = [router.tracking.objects[number] for number in sorted(router.tracking.objects)]
    if "A_TRACK" in args:
        objects = [it for it in objects if it.config.number == args["A_TRACK"]]
    elif "interface" in args:
        objects = [it for it in objects if it.config.kind in _INTERFACE_KINDS]
    elif "route" in args:
        objects = [it for it in objects if it.config.kind is TrackKind.ROUTE]
    elif "sla" in args:
        objects = [it for it in objects if it.config.kind in _SLA_KINDS]
    if "brief" in args:
        return track.show_brief(objects, router.simulation.now)
    return track.show_track(router, objects)
