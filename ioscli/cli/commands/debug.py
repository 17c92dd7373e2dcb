"""Debugging: carries out grammar/debug.lark. The lines themselves: ioscli/router/debug.py."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.registry import command
from ioscli.router.debug import Topic

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


_OSPF = {
    "adj": Topic.OSPF_ADJACENCY,
    "events": Topic.OSPF_EVENTS,
    "flood": Topic.OSPF_FLOODING,
    "hello": Topic.OSPF_HELLO,
    "lsa-generation": Topic.OSPF_LSA_GENERATION,
    "packet": Topic.OSPF_PACKET,
    "spf": Topic.OSPF_SPF,
}


def _topic(args: Args) -> Topic:
    if "arp" in args:
        return Topic.ARP
    if "ospf" in args:
        return next(topic for word, topic in _OSPF.items() if word in args)
    return Topic.IP_ICMP if "icmp" in args else Topic.IP_PACKET


@command("debug")
def debug(session: Session, args: Args) -> Iterable[str]:
    """`debug X`."""
    topic = _topic(args)
    session.router.debugging.switch(topic, on=True)
    yield topic.announcement + "on"


@command("debug_off")
def debug_off(session: Session, args: Args) -> Iterable[str]:
    """`undebug X`, `no debug X`."""
    topic = _topic(args)
    session.router.debugging.switch(topic, on=False)
    yield topic.announcement + "off"


@command("undebug_all")
def undebug_all(session: Session, _args: Args) -> Iterable[str]:
    """`undebug all`, `no debug all`."""
    session.router.debugging.all_off()
    yield "All possible debugging has been turned off"


@command("show_debugging")
def show_debugging(session: Session, _args: Args) -> Iterable[str]:
    """`show debugging`: topics under their headings; line ends alone where nothing is on."""
    on = session.router.debugging.on
    heading = None
    for topic in Topic:
        if topic in on:
            if topic.heading != heading:
                heading = topic.heading
                yield f"{heading}:"
            yield f"  {topic.announcement}on"
    yield ""
    yield ""
