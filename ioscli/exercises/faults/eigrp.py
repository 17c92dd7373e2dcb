"""Faults of EIGRP, in classic and in named mode."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from ioscli.exercises.config_text import Place
from ioscli.exercises.faults.fault import Area, Edit, Fault, Site
from ioscli.exercises.faults.network import Network, Port

_NEIGHBORS = ("ENCOR 3.2.a", "ENARSI 1.9.b", "CCIE 1.3.a")
_SHOWS = ("show ip eigrp neighbors", "show ip protocols")
_AS_NUMBERS = (
    "address-family ipv4 unicast autonomous-system ",
    "address-family ipv4 autonomous-system ",
)


class _Process(NamedTuple):
    """One process: a `router eigrp 100`, or an address family of a named one."""

    node: str
    number: str
    place: Place

    @property
    def path(self) -> tuple[str, ...]:
        """The headers down to its own."""
        return (*self.place.sections, self.place.text)

    @property
    def named(self) -> bool:
        """Whether it is an address family."""
        return bool(self.place.sections)

    @property
    def networks(self) -> list[str]:
        """Its `network` lines."""
        return [it for it in self.place.line.commands if it.startswith("network ")]


def _processes(net: Network) -> Iterator[_Process]:
    for node, place in net.find("router eigrp *"):
        word = place.text.split()[2]
        if word.isdecimal():
            yield _Process(node, word, place)
    for node, place in net.find("router eigrp *", "address-family ipv4 *"):
        for words in _AS_NUMBERS:
            if place.text.startswith(words):
                yield _Process(node, place.text.removeprefix(words), place)


def _speaking(net: Network) -> Iterator[tuple[_Process, Port]]:
    """Interfaces with a process, and somebody at the other end who has one as well."""
    on = [
        (process, port)
        for process in _processes(net)
        for port in net.ports[process.node]
        if not port.shut and any(_covers(it, port) for it in process.networks)
    ]
    for process, port in on:
        far = net.routing_neighbors(port)
        if any(other in far for _, other in on):
            yield process, port


def _covers(line: str, port: Port) -> bool:
    if port.address is None:
        return False
    words = line.split()
    network = IPv4Address(words[1])
    if len(words) > 2:
        free = int(IPv4Address(words[2]))
        return int(port.address.ip) | free == int(network) | free
    first = int(network) >> 24
    length = 0 if not int(network) else 8 if first < 128 else 16 if first < 192 else 24
    return port.address.ip in IPv4Network((network, length), strict=False)


def _number(net: Network) -> Iterator[Site]:
    spoken = {(*process.path, process.node): process for process, _ in _speaking(net)}
    for process in spoken.values():
        wrong = str(int(process.number) + 10)
        header = process.place.text
        line = header.removesuffix(process.number) + wrong
        # Lines of interfaces name the process too, and would name none: they are of no use then.
        yield Site((Edit(process.node, process.place.sections, header, line),), _SHOWS)


def _metric_weights(net: Network) -> Iterator[Site]:
    seen = set()
    for process, _ in _speaking(net):
        if process.node in seen or process.named:
            continue
        seen.add(process.node)
        edit = Edit(process.node, process.path, None, "metric weights 0 1 1 1 0 0")
        yield Site((edit,), (*_SHOWS, "show logging"))


def _passive(net: Network) -> Iterator[Site]:
    for process, port in _speaking(net):
        if not process.named:
            edit = Edit(process.node, process.path, None, f"passive-interface {port.name}")
            yield Site((edit,), _SHOWS)


def _network(net: Network) -> Iterator[Site]:
    for process in _processes(net):
        for line in process.networks:
            edit = Edit(process.node, process.path, line, None)
            yield Site((edit,), ("show ip eigrp interfaces", "show ip protocols"))


def _key(net: Network) -> Iterator[Site]:
    for node, place in net.find("key chain *", "key *", "key-string *"):
        edit = Edit(node, place.sections, place.text, f"{place.text}4")
        yield Site((edit,), ("show key chain", *_SHOWS))


def _authentication(net: Network) -> Iterator[Site]:
    for process, port in _speaking(net):
        line = f"ip authentication mode eigrp {process.number} md5"
        if line in port.lines:
            edit = Edit(port.node, (port.header,), line, None)
            yield Site((edit,), (f"show ip eigrp interfaces detail {port.name}", *_SHOWS))


def _stub(net: Network) -> Iterator[Site]:
    seen = set()
    for process, _ in _speaking(net):
        if process.node in seen:
            continue
        seen.add(process.node)
        line = next((it for it in process.place.line.commands if it.startswith("eigrp stub")), None)
        edit = Edit(process.node, process.path, line, "eigrp stub receive-only")
        yield Site((edit,), ("show ip protocols", "show ip eigrp neighbors detail"))


FAULTS = (
    Fault(
        "eigrp-as-number",
        "EIGRP runs with another AS number than that of its neighbors",
        Area.EIGRP,
        _NEIGHBORS,
        "Packets of another autonomous system are not for this process (RFC 7868, 6.6.1), and"
        " nobody is told. Both sides send hellos and hear none.",
        _number,
    ),
    Fault(
        "eigrp-k-values",
        "the K values of two EIGRP neighbors differ",
        Area.EIGRP,
        (*_NEIGHBORS, "ENARSI 1.9.f"),
        "Hellos carry them, and routers that count metrics in two ways do not become neighbors"
        " (RFC 7868, 5.3): `%DUAL-5-NBRCHANGE ... K-value mismatch`.",
        _metric_weights,
    ),
    Fault(
        "eigrp-passive",
        "EIGRP is passive where there is a neighbor",
        Area.EIGRP,
        _NEIGHBORS,
        "No hello leaves the interface and none is looked at; its network is still advertised to"
        " the others.",
        _passive,
    ),
    Fault(
        "eigrp-network",
        "EIGRP does not run on interfaces that it should",
        Area.EIGRP,
        _NEIGHBORS,
        "A network statement names the interfaces on which EIGRP speaks and whose networks it"
        " advertises. Without it there is neither.",
        _network,
    ),
    Fault(
        "eigrp-key",
        "the EIGRP keys of two neighbors differ",
        Area.EIGRP,
        (*_NEIGHBORS, "CCIE 1.2.i"),
        "The digest of every packet is wrong for the other, which drops it: `debug eigrp packets`"
        " says so, the log does not.",
        _key,
    ),
    Fault(
        "eigrp-authentication",
        "one of two EIGRP neighbors does not authenticate",
        Area.EIGRP,
        (*_NEIGHBORS, "CCIE 1.2.i"),
        "Who wants authentication drops packets without it. The key chain alone is not enough: the"
        " mode has to be configured as well.",
        _authentication,
    ),
    Fault(
        "eigrp-stub",
        "an EIGRP router is a stub that advertises nothing",
        Area.EIGRP,
        ("ENCOR 3.2.a", "ENARSI 1.9.d", "CCIE 1.3.e"),
        "`receive-only` leaves the neighbors as they are and learns their routes, but keeps the"
        " router's own to itself: packets get there, and have no way back.",
        _stub,
    ),
)
