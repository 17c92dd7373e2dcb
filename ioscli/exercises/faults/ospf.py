"""Faults of OSPF."""

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.exercises.faults.fault import Area, Edit, Fault, Site
from ioscli.exercises.faults.network import Network, Port

_NEIGHBORS = ("ENCOR 3.2.b", "ENARSI 1.10.b", "CCIE 1.4.a")
_AREAS = ("ENCOR 3.2.b", "ENARSI 1.10.c", "CCIE 1.4.c")
_PATHS = ("ENCOR 3.2.a", "ENARSI 1.10.d", "CCIE 1.4.d")


class _Speaking(NamedTuple):
    """An interface that a process speaks on."""

    port: Port
    process: str
    """The header of its section: `router ospf 1`."""
    area: str
    line: str
    """What puts it there."""
    sections: tuple[str, ...]
    """Where that line is."""

    @property
    def node(self) -> str:
        return self.port.node

    def add(self, *lines: str) -> tuple[Edit, ...]:
        """Lines to the interface."""
        return tuple(Edit(self.node, (self.port.header,), None, line) for line in lines)

    def set(self, words: str, value: str) -> tuple[Edit, ...]:
        """A line of the interface with another value, whether there is one or not."""
        now = self.port.value(words)
        old = None if now is None else f"{words} {now}"
        return (Edit(self.node, (self.port.header,), old, f"{words} {value}"),)

    @property
    def shows(self) -> tuple[str, ...]:
        """Where most faults between two neighbors are seen."""
        return (f"show ip ospf interface {self.port.name}", "show ip ospf neighbor")


def _speaking(net: Network) -> Iterator[_Speaking]:
    for node in net.nodes:
        for section in net.trees[node].find("router ospf *"):
            number = section.text.split()[2]
            networks = [it for it in section.line.commands if it.startswith("network ")]
            for port in net.ports[node]:
                own = port.value(f"ip ospf {number} area")
                if port.address is None or port.shut:
                    continue
                if own is not None:
                    line = f"ip ospf {number} area {own}"
                    yield _Speaking(port, section.text, own, line, (port.header,))
                    continue
                covering = next((it for it in networks if _covers(it, port.address.ip)), None)
                if covering is not None:
                    area = covering.split()[4]
                    yield _Speaking(port, section.text, area, covering, (section.text,))


def _covers(line: str, address: IPv4Address) -> bool:
    _, network, inverse, *_ = line.split()
    free = int(IPv4Address(inverse))
    return int(address) | free == int(IPv4Address(network)) | free


def _with_neighbors(net: Network) -> Iterator[tuple[_Speaking, list[_Speaking]]]:
    """Interfaces with somebody at the other end who speaks OSPF as well."""
    everybody = list(_speaking(net))
    for here in everybody:
        if net.has(here.node, here.process, f"passive-interface {here.port.name}"):
            continue
        far = net.routing_neighbors(here.port)
        others = [it for it in everybody if it.port in far]
        if others:
            yield here, others


def _area(net: Network) -> Iterator[Site]:
    for here, _ in _with_neighbors(net):
        areas = {it.area for it in _speaking(net) if it.node == here.node}
        wrong = next(area for area in ("1", "10", "11") if area not in areas)
        line = here.line.replace(f" area {here.area}", f" area {wrong}")
        yield Site((Edit(here.node, here.sections, here.line, line),), here.shows)


def _hello(net: Network) -> Iterator[Site]:
    for here, _ in _with_neighbors(net):
        now = here.port.value("ip ospf hello-interval")
        wrong = "15" if now is None else "10"
        yield Site(here.set("ip ospf hello-interval", wrong), here.shows)


def _passive(net: Network) -> Iterator[Site]:
    for here, _ in _with_neighbors(net):
        shows = (f"show ip ospf interface {here.port.name}", "show ip protocols")
        exception = f"no passive-interface {here.port.name}"
        if net.has(here.node, here.process, exception):
            yield Site((Edit(here.node, (here.process,), exception, None),), shows)
        else:
            line = f"passive-interface {here.port.name}"
            yield Site((Edit(here.node, (here.process,), None, line),), shows)


def _authentication(net: Network) -> Iterator[Site]:
    for here, _ in _with_neighbors(net):
        if not any("authentication" in it or "message-digest" in it for it in here.port.lines):
            lines = (
                "ip ospf authentication message-digest",
                "ip ospf message-digest-key 1 md5 S3CR3T",
            )
            yield Site(here.add(*lines), here.shows)


def _key(net: Network) -> Iterator[Site]:
    for here, _ in _with_neighbors(net):
        for line in here.port.lines:
            if line.startswith(("ip ospf message-digest-key ", "ip ospf authentication-key ")):
                edit = Edit(here.node, (here.port.header,), line, f"{line}x")
                yield Site((edit,), here.shows)


def _network_type(net: Network) -> Iterator[Site]:
    for here, _ in _with_neighbors(net):
        now = here.port.value("ip ospf network")
        usual = "point-to-point" if here.port.name.kind in ("Tunnel", "Serial") else "broadcast"
        wrong = "broadcast" if (now or usual) == "point-to-point" else "point-to-point"
        yield Site(here.set("ip ospf network", wrong), here.shows)


def _not_running(net: Network) -> Iterator[Site]:
    for here in _speaking(net):
        if here.line.split()[:3] != ["network", "0.0.0.0", "255.255.255.255"]:
            yield Site(
                (Edit(here.node, here.sections, here.line, None),),
                ("show ip ospf interface brief", "show ip protocols"),
            )


def _router_id(net: Network) -> Iterator[Site]:
    for here, others in _with_neighbors(net):
        for far in others:
            theirs = _configured_id(net, far)
            own = _configured_id(net, here)
            if theirs is not None and own != theirs:
                old = None if own is None else f"router-id {own}"
                edit = Edit(here.node, (here.process,), old, f"router-id {theirs}")
                yield Site((edit,), ("show ip ospf", "show logging"))


def _configured_id(net: Network, here: _Speaking) -> str | None:
    place = net.trees[here.node].first(here.process, "router-id *")
    return None if place is None else place.text.split()[1]


def _stub(net: Network) -> Iterator[Site]:
    for node, place in net.find("router ospf *", "area * *"):
        words = place.text.split()
        if words[2] in ("stub", "nssa"):
            yield Site(
                (Edit(node, place.sections, place.text, None),),
                ("show ip ospf", "show ip ospf neighbor"),
            )


def _virtual_link(net: Network) -> Iterator[Site]:
    for node, place in net.find("router ospf *", "area * virtual-link *"):
        words = place.text.split()
        wrong = " ".join([*words[:3], f"{IPv4Address(words[3]) + 1}", *words[4:]])
        shows = ("show ip ospf virtual-links", "show ip ospf neighbor")
        yield Site((Edit(node, place.sections, place.text, wrong),), shows)


def _mtu(net: Network) -> Iterator[Site]:
    for here, _ in _with_neighbors(net):
        now = here.port.value("ip mtu")
        if here.port.name.kind == "Tunnel" and now is None:
            continue  # IOS counts it from the way to the other end, which differs anyway
        wrong = int(now) - 50 if now is not None else 1450
        yield Site(
            here.set("ip mtu", str(wrong)), (*here.shows, f"show ip interface {here.port.name}")
        )


def _cost(net: Network) -> Iterator[Site]:
    for here, _ in _with_neighbors(net):
        yield Site(
            here.set("ip ospf cost", "5000"),
            (f"show ip ospf interface {here.port.name}", "show ip route ospf"),
        )


def _no_leader(net: Network) -> Iterator[Site]:
    for here, others in _with_neighbors(net):
        kinds = {it.port.value("ip ospf network") for it in (here, *others)}
        if here.port.name.kind in ("Tunnel", "Serial") and kinds == {None}:
            continue
        if kinds - {None, "broadcast", "non-broadcast"}:
            continue
        edits: list[Edit] = []
        for it in (here, *others):
            if it.port.value("ip ospf priority") != "0":
                edits += it.set("ip ospf priority", "0")
        if edits:
            yield Site(tuple(edits), here.shows)


def _neighbor(net: Network) -> Iterator[Site]:
    for node, place in net.find("router ospf *", "neighbor *"):
        yield Site(
            (Edit(node, place.sections, place.text, None),),
            ("show ip ospf neighbor", "show ip ospf interface"),
        )


FAULTS = (
    Fault(
        "ospf-area",
        "the areas of two OSPF neighbors differ",
        Area.OSPF,
        _AREAS,
        "A hello with another area is dropped (RFC 2328, 8.2), and the router that drops it logs"
        " `%OSPF-4-ERRRCV`. There is no neighbor, not even in INIT.",
        _area,
    ),
    Fault(
        "ospf-hello",
        "the hello intervals of two OSPF neighbors differ",
        Area.OSPF,
        _NEIGHBORS,
        "Hellos whose intervals are not the own ones are dropped (RFC 2328, 10.5). The dead"
        " interval follows the hello interval unless it is configured.",
        _hello,
    ),
    Fault(
        "ospf-passive",
        "OSPF is passive where there is a neighbor",
        Area.OSPF,
        _NEIGHBORS,
        "The network of the interface is still advertised, but no hello leaves, and none is looked"
        " at: no neighbor, and no word about it.",
        _passive,
    ),
    Fault(
        "ospf-authentication",
        "one of two OSPF neighbors wants authentication",
        Area.OSPF,
        (*_NEIGHBORS, "CCIE 1.2.i"),
        "Every packet names its type of authentication, and another type than the own is dropped"
        " (RFC 2328, 8.2). `debug ip ospf adj` says which was received.",
        _authentication,
    ),
    Fault(
        "ospf-key",
        "the OSPF keys of two neighbors differ",
        Area.OSPF,
        (*_NEIGHBORS, "CCIE 1.2.i"),
        "The digest of every packet is wrong for the other, and it drops them all.",
        _key,
    ),
    Fault(
        "ospf-network-type",
        "two OSPF neighbors take their link for different kinds of network",
        Area.OSPF,
        _AREAS,
        "With equal timers the neighbors become FULL. But one of them describes a network with a"
        " designated router and the other a point-to-point link: the shortest path tree cannot go"
        " over it, and no route through the neighbor is found. With unequal timers there is no"
        " neighbor at all.",
        _network_type,
    ),
    Fault(
        "ospf-not-running",
        "OSPF does not run on an interface that it should",
        Area.OSPF,
        _NEIGHBORS,
        "No line puts the interface into an area: its network is not advertised, and nobody is met"
        " there.",
        _not_running,
    ),
    Fault(
        "ospf-router-id",
        "two OSPF routers have the same router ID",
        Area.OSPF,
        _NEIGHBORS,
        "A hello with the own router ID is dropped; `%OSPF-4-DUP_RTRID_NBR` says so. Further away"
        " two routers would take turns with one LSA, and nobody could tell them apart.",
        _router_id,
    ),
    Fault(
        "ospf-stub-flag",
        "not all routers of an OSPF area take it for a stub",
        Area.OSPF,
        _AREAS,
        "The options of a hello say whether external routes are taken (the E-bit, the N-bit), and"
        " neighbors who do not agree drop each other's hellos (RFC 2328, 10.5).",
        _stub,
    ),
    Fault(
        "ospf-virtual-link",
        "an OSPF virtual link names a router that is not there",
        Area.OSPF,
        _AREAS,
        "The area behind it is not connected to area 0: its border router advertises nothing into"
        " it, and nothing of it.",
        _virtual_link,
    ),
    Fault(
        "ospf-mtu",
        "the IP MTUs of two OSPF neighbors differ",
        Area.OSPF,
        (*_NEIGHBORS, "CCIE 1.2.k"),
        "Hellos are small and pass. Then the neighbors tell each other their MTU, and the one with"
        " the smaller one drops the other's database description (RFC 2328, 10.6): they stay in"
        " EXSTART or EXCHANGE, and try again and again.",
        _mtu,
    ),
    Fault(
        "ospf-cost",
        "an OSPF cost sends traffic the long way",
        Area.OSPF,
        _PATHS,
        "All neighbors are there and everything is reached, but by another path than planned. Costs"
        " are counted where packets leave: both directions need looking at.",
        _cost,
    ),
    Fault(
        "ospf-no-designated-router",
        "nobody on a network may be its designated router",
        Area.OSPF,
        _AREAS,
        "With priority 0 everywhere there is no election, and neighbors that are not designated"
        " routers stay in 2WAY: they never exchange a database.",
        _no_leader,
    ),
    Fault(
        "ospf-neighbor-statement",
        "OSPF on a non-broadcast network is not told of its neighbor",
        Area.OSPF,
        _AREAS,
        "A non-broadcast network has no multicast: who may become designated router sends hellos to"
        " those it is told of, and nobody is told of anybody.",
        _neighbor,
    ),
)
