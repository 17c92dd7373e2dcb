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

_BGP = {
    "updates": Topic.BGP_UPDATES,
    "events": Topic.BGP_EVENTS,
    "keepalives": Topic.BGP_KEEPALIVES,
}


_CRYPTO = {
    "isakmp": Topic.CRYPTO_ISAKMP,
    "ipsec": Topic.CRYPTO_IPSEC,
    "engine": Topic.CRYPTO_ENGINE,
}
_CRYPTO_ERRORS = {"isakmp": Topic.CRYPTO_ISAKMP_ERROR, "ipsec": Topic.CRYPTO_IPSEC_ERROR}

_RIP = {"database": Topic.RIP_DATABASE, "events": Topic.RIP_EVENTS}


def _topic(args: Args) -> Topic:
    if "arp" in args:
        return Topic.ARP
    if "ospf" in args:
        return next(topic for word, topic in _OSPF.items() if word in args)
    if "bgp" in args:
        return next((topic for word, topic in _BGP.items() if word in args), Topic.BGP)
    if "rip" in args:
        return next((topic for word, topic in _RIP.items() if word in args), Topic.RIP)
    if "policy" in args:
        return Topic.POLICY
    if "crypto" in args:
        topics = _CRYPTO_ERRORS if "error" in args else _CRYPTO
        return next(topic for word, topic in topics.items() if word in args)
    if "tunnel" in args:
        return Topic.TUNNEL_KEEPALIVE
    if "nat" in args:
        return Topic.IP_NAT
    if "routing" in args:
        return Topic.IP_ROUTING
    return Topic.IP_ICMP if "icmp" in args else Topic.IP_PACKET


def _family(topic: Topic) -> str:
    """What IOS adds for BGP."""
    families = (Topic.BGP, Topic.BGP_UPDATES)
    return " for address family: IPv4 Unicast" if topic in families else ""


@command("debug")
def debug(session: Session, args: Args) -> Iterable[str]:
    """`debug X`."""
    topic = _topic(args)
    debugging = session.router.debugging
    if topic is Topic.IP_PACKET:
        debugging.packet_list = args.get("A_DEBUGGED_LIST", args.get("A_DEBUGGED_LIST_2"))
        debugging.packet_detail = "detail" in args
    elif topic is Topic.IP_NAT:
        debugging.nat_list = args.get("A_DEBUGGED_LIST")
        debugging.nat_detailed = "detailed" in args
    debugging.switch(topic, on=True)
    yield f"{debugging.announcement(topic, on=True)}{_family(topic)}"


@command("debug_off")
def debug_off(session: Session, args: Args) -> Iterable[str]:
    """`undebug X`, `no debug X`."""
    topic = _topic(args)
    session.router.debugging.switch(topic, on=False)
    yield f"{topic.announcement}off{_family(topic)}"


@command("undebug_all")
def undebug_all(session: Session, _args: Args) -> Iterable[str]:
    """`undebug all`, `no debug all`."""
    session.router.debugging.all_off()
    yield "All possible debugging has been turned off"


@command("show_debugging")
def show_debugging(session: Session, _args: Args) -> Iterable[str]:
    """`show debugging`: topics under their headings; line ends alone where nothing is on."""
    on = session.router.debugging.on
    heading = said = None
    for topic in Topic:
        if topic in on:
            if topic.heading != heading:
                heading = topic.heading
                yield f"{heading}:"
            if topic.announcement != said:  # kinds of EIGRP's packets are one line
                said = topic.announcement
                said_now = session.router.debugging.announcement(topic, on=True)
                yield f"  {said_now}{_family(topic)}"
    yield ""
    yield ""
