"""Faults of redistribution, and of summaries and filters between protocols."""

from collections.abc import Iterator

from ioscli.exercises.faults.fault import Area, Edit, Fault, Site
from ioscli.exercises.faults.network import Network

_TOPICS = ("ENARSI 1.4", "CCIE 1.2.h")
_SHOWS = ("show ip protocols", "show ip route")


def _missing(net: Network) -> Iterator[Site]:
    for pattern in (("router *",), ("router *", "address-family *")):
        for node, place in net.find(*pattern, "redistribute *"):
            yield Site((Edit(node, place.sections, place.text, None),), _SHOWS)


def _subnets(net: Network) -> Iterator[Site]:
    for node, place in net.find("router ospf *", "redistribute *"):
        words = place.text.split()
        if "subnets" in words:
            line = " ".join(word for word in words if word != "subnets")
            yield Site(
                (Edit(node, place.sections, place.text, line),), (*_SHOWS, "show ip ospf database")
            )


def _seed_metric(net: Network) -> Iterator[Site]:
    for node, place in net.find("router eigrp *", "redistribute * metric *"):
        line = place.text[: place.text.index(" metric ")]
        yield Site(
            (Edit(node, place.sections, place.text, line),), (*_SHOWS, "show ip eigrp topology")
        )


def _filter(net: Network) -> Iterator[Site]:
    for node, place in net.find("ip prefix-list * permit *"):
        words = place.text.split()
        name = words[2]
        if net.has(node, "route-map *", f"match ip address prefix-list {name}"):
            at = words.index("permit")
            line = " ".join([*words[:at], "deny", *words[at + 1 :]])
            yield Site(
                (Edit(node, (), place.text, line),), ("show ip prefix-list", "show route-map")
            )


FAULTS = (
    Fault(
        "redistribution-missing",
        "a routing protocol is not told of the routes of another source",
        Area.REDISTRIBUTION,
        _TOPICS,
        "The router that joins both knows all routes; its neighbors know those of the protocol"
        " alone.",
        _missing,
    ),
    Fault(
        "redistribution-subnets",
        "OSPF takes over whole classful networks only",
        Area.REDISTRIBUTION,
        _TOPICS,
        "IOS 15 redistributes subnets into OSPF only where the line ends in `subnets`, and says so"
        " when the line is typed, but never again.",
        _subnets,
    ),
    Fault(
        "redistribution-metric",
        "redistributed routes have no metric",
        Area.REDISTRIBUTION,
        _TOPICS,
        "EIGRP has no metric of its own for routes of most other sources, and a route without one"
        " is unreachable.",
        _seed_metric,
    ),
    Fault(
        "redistribution-filter",
        "a filter keeps out the routes that it was to let through",
        Area.REDISTRIBUTION,
        (*_TOPICS, "ENARSI 1.2", "CCIE 1.2.g"),
        "A route map passes what it permits and what its prefix list permits; the list denies.",
        _filter,
    ),
)
