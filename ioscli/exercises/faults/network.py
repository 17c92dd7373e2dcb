"""A lab's configurations and cables, for finding the places where a fault fits.

Nothing runs here: what is known is what stands in the configurations, as `show running-config`
writes them.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import NamedTuple

from ioscli.exercises.config_text import ConfigText, Place
from ioscli.labs.labfile import Endpoint, Lab, NodeKind
from ioscli.model.ifname import InterfaceName


class Port(NamedTuple):
    """An interface of a router with its lines."""

    node: str
    name: InterfaceName
    header: str
    """`interface GigabitEthernet0/0`, as it stands."""
    lines: tuple[str, ...]
    address: IPv4Interface | None

    def value(self, words: str) -> str | None:
        """What follows some words: `value("ip ospf cost")`; None where there is no such line."""
        return next((it[len(words) + 1 :] for it in self.lines if it.startswith(f"{words} ")), None)

    @property
    def address_line(self) -> str:
        """`ip address A.B.C.D M.M.M.M`."""
        return next(it for it in self.lines if it.startswith("ip address "))

    @property
    def shut(self) -> bool:
        """Whether it is shut down."""
        return "shutdown" in self.lines


class Tunnel(NamedTuple):
    """A tunnel interface with both of its ends known."""

    port: Port
    source: IPv4Address
    destination: IPv4Address

    @property
    def node(self) -> str:
        """Where it is configured."""
        return self.port.node

    @property
    def header(self) -> str:
        """Of its section."""
        return self.port.header

    @property
    def protected(self) -> bool:
        """Whether a profile protects it."""
        return self.port.value("tunnel protection ipsec profile") is not None

    @property
    def is_gre(self) -> bool:
        """Whether it is GRE, which it is unless it says otherwise."""
        return self.port.value("tunnel mode") is None


class Network:
    """All of a lab's routers."""

    def __init__(self, lab: Lab, texts: Mapping[str, str]) -> None:
        self.lab = lab
        self.texts = dict(texts)
        self.trees = {node: ConfigText.parse(text) for node, text in texts.items()}
        self.ports = {node: list(_ports(node, tree)) for node, tree in self.trees.items()}

    @property
    def nodes(self) -> tuple[str, ...]:
        """The routers, in the lab's order."""
        return tuple(node for node in self.lab.nodes if node in self.trees)

    def find(self, *patterns: str) -> Iterator[tuple[str, Place]]:
        """Lines of all routers; see `ConfigText.find`."""
        for node in self.nodes:
            for place in self.trees[node].find(*patterns):
                yield node, place

    def has(self, node: str, *patterns: str) -> bool:
        """Whether a router has such a line."""
        return self.trees[node].first(*patterns) is not None

    def all_ports(self) -> Iterator[Port]:
        """The interfaces of all routers that are not shut down."""
        for node in self.nodes:
            yield from (port for port in self.ports[node] if not port.shut)

    def cabled(self) -> Iterator[Port]:
        """Those that have a cable and an address."""
        for port in self.all_ports():
            if port.address is not None and not port.name.virtual:
                yield port

    def port(self, node: str, name: str) -> Port | None:
        """An interface by its full name."""
        return next((it for it in self.ports[node] if str(it.name) == name), None)

    def owner(self, address: IPv4Address) -> Port | None:
        """The interface with an address."""
        return next(
            (it for it in self.all_ports() if it.address is not None and it.address.ip == address),
            None,
        )

    def beside(self, port: Port) -> list[Port]:
        """Other routers' interfaces on the same cable or switch."""
        if port.name.virtual:
            return []
        ends = self._segment(Endpoint(port.node, port.name._replace(subinterface=None)))
        return [
            it
            for it in self.all_ports()
            if it.node != port.node
            and Endpoint(it.node, it.name._replace(subinterface=None)) in ends
            and it.name.subinterface == port.name.subinterface
        ]

    @cached_property
    def tunnels(self) -> list[Tunnel]:
        """All tunnels from one address to another."""
        found = []
        for port in self.all_ports():
            source, destination = port.value("tunnel source"), port.value("tunnel destination")
            if port.name.kind == "Tunnel" and source and destination:
                own = self._address(port.node, source)
                if own is not None:
                    found.append(Tunnel(port, own, IPv4Address(destination)))
        return found

    def facing(self, tunnel: Tunnel) -> Tunnel | None:
        """The other end of a tunnel."""
        return next(
            (
                it
                for it in self.tunnels
                if (it.source, it.destination) == (tunnel.destination, tunnel.source)
            ),
            None,
        )

    def routing_neighbors(self, port: Port) -> list[Port]:
        """The interfaces that a routing protocol meets at one: of a cable, or through a tunnel."""
        if port.name.kind != "Tunnel":
            return self.beside(port)
        own = next((it for it in self.tunnels if it.port == port), None)
        far = None if own is None else self.facing(own)
        return [] if far is None else [far.port]

    def free_address(self, network: IPv4Network, avoid: IPv4Address) -> IPv4Address | None:
        """An address of a network that nobody has, near another one."""
        taken = {it.address.ip for it in self.all_ports() if it.address is not None}
        hosts = [it for it in _hosts(network, avoid) if it not in taken]
        return hosts[0] if hosts else None

    def is_transit(self, node: str) -> bool:
        """Whether a router connects others: it has several cables."""
        return len([it for it in self.ports[node] if it.address and not it.name.virtual]) > 1

    def _address(self, node: str, source: str) -> IPv4Address | None:
        port = self.port(node, source)
        if port is not None:
            return None if port.address is None else port.address.ip
        try:
            return IPv4Address(source)
        except ValueError:
            return None

    def _segment(self, start: Endpoint) -> set[Endpoint]:
        """All ends that a frame reaches: a switch hands it on."""
        found = {start}
        waiting = [start]
        while waiting:
            here = waiting.pop()
            far = [end for link in self.lab.links if here in link.ends for end in link.ends]
            if self.lab.nodes[here.node].kind is NodeKind.SWITCH:
                far += [it for link in self.lab.links for it in link.ends if it.node == here.node]
            waiting += [end for end in far if end not in found]
            found.update(far)
        return found


def _ports(node: str, tree: ConfigText) -> Iterator[Port]:
    for place in tree.find("interface *"):
        try:
            name = InterfaceName.parse(place.text.removeprefix("interface "))
        except ValueError:
            continue
        lines = place.line.commands
        yield Port(node, name, place.text, lines, _address_in(lines))


def _address_in(lines: tuple[str, ...]) -> IPv4Interface | None:
    for line in lines:
        words = line.split()
        if words[:2] == ["ip", "address"] and len(words) == 4:
            try:
                return IPv4Interface(f"{words[2]}/{words[3]}")
            except ValueError:
                return None
    return None


def _hosts(network: IPv4Network, near: IPv4Address) -> Iterator[IPv4Address]:
    """Host addresses, those next to one first."""
    first, last = int(network.network_address) + 1, int(network.broadcast_address) - 1
    for distance in range(1, 256):
        for number in (int(near) + distance, int(near) - distance):
            if first <= number <= last:
                yield IPv4Address(number)
