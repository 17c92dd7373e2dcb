"""Who is meant: a node of the lab whatever its addresses, or an address whoever has it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.labs.errors import quoted, suggestion
from ioscli.labs.explain.ends import owner_of
from ioscli.labs.labfile import NodeKind

if TYPE_CHECKING:
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab
    from ioscli.labs.topology import Topology


class Party(NamedTuple):
    """A node, or an address."""

    node: str | None = None
    address: IPv4Address | None = None

    def __str__(self) -> str:
        return self.node or str(self.address)

    def has(self, topology: Topology, address: IPv4Address) -> bool:
        """Whether an address is meant."""
        if self.node is None:
            return address == self.address
        return address in set(addresses_of(topology, self.node))

    def name(self, topology: Topology) -> str | None:
        """The node that is meant, if any has the address."""
        return self.node or (None if self.address is None else node_with(topology, self.address))


def read_party(item: Item, lab: Lab) -> Party:
    """A node's name or an address. Raises InputError."""
    text = item.text()
    known = [it.name for it in lab.nodes.values() if it.kind is not NodeKind.SWITCH]
    if text in known:
        return Party(text)
    try:
        return Party(address=IPv4Address(text))
    except AddressValueError:
        near = suggestion(text, known)
        raise item.error(f"{item.what}: {quoted(text)} is no node and no address{near}") from None


def addresses_of(topology: Topology, node: str) -> Iterator[IPv4Address]:
    """What a node is configured with, whether its interfaces are up or not."""
    router = topology.routers.get(node)
    for interface in () if router is None else router.config.interfaces.values():
        if interface.address is not None:
            yield interface.address.ip
        for secondary in interface.secondary_addresses:
            yield secondary.ip
    host = topology.hosts.get(node)
    for device in () if host is None else host.devices:
        for assigned in device.addresses:
            yield assigned.interface.ip


def node_with(topology: Topology, address: IPv4Address) -> str | None:
    """The node that has an address; one on which it is up, if there are several."""
    owner = owner_of(topology, address)
    if owner is not None:
        return owner[0]
    for name in topology.nodes:
        if address in set(addresses_of(topology, name)):
            return name
    return None


def called(topology: Topology, address: IPv4Address) -> str:
    """`10.0.0.2 (R2)`."""
    node = node_with(topology, address)
    return str(address) if node is None else f"{address} ({node})"
