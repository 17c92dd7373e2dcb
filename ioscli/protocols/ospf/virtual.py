"""Virtual links: point-to-point links of the backbone through another area (RFC 2328 15)."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from typing import TYPE_CHECKING

from ioscli.codec.ospf.numbers import LinkType
from ioscli.model.effects import SendPacket
from ioscli.model.ifname import NULL0
from ioscli.model.ospf import (
    BACKBONE,
    OspfInterface,
    OspfInterfaceSettings,
    OspfVirtualLink,
)
from ioscli.protocols.ospf.interface import Interface
from ioscli.protocols.ospf.neighbor import Neighbor
from ioscli.protocols.ospf.outlet import OSPF_PROTOCOL
from ioscli.protocols.ospf.spf import Hops
from ioscli.protocols.ospf.states import NetworkType

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.machine import Ospf

VIRTUAL_TTL = 255
"""Virtual links cross routers; IOS sends with as much as there is."""
LARGEST_COST = 65_535


class VirtualInterface(Interface):
    """This end of a virtual link."""

    __slots__ = ("link", "number", "transit", "transit_hops", "transit_interface")

    def __init__(self, ospf: "Ospf", backbone: "Area", transit: int, link: OspfVirtualLink) -> None:
        self.number = ospf.virtual_links_made
        ospf.virtual_links_made += 1
        self.transit = transit
        self.link = link
        self.transit_hops: Hops = ()
        self.transit_interface = NULL0
        """Through which interface the other end is reached."""
        super().__init__(ospf, backbone, _facts(link), False)
        self.label = self.short = f"OSPF_VL{self.number}"

    def apply(self, facts: OspfInterface) -> None:
        """Take over what may change without disturbing the neighbor."""
        address = getattr(self, "source", None)
        super().apply(facts)
        if address is not None:
            self.source, self.address = address, int(address)
        self._take_type(NetworkType.VIRTUAL_LINK)
        self.multicast = True
        self.passive = False
        self._take_authentication(self.link.authentication, None)

    def link_data(self) -> int:
        """Of the router LSA's link."""
        return self.address

    def hops_to(self, neighbor: Neighbor) -> Hops:
        """The transit area's first hops to the other end."""
        del neighbor  # there is but one
        return self.transit_hops

    def to_neighbor(self, neighbor: Neighbor) -> IPv4Address:
        """Virtual links have unicast packets only."""
        return neighbor.address

    def send_hello(self, destination: IPv4Address) -> None:
        """Send one hello: to the other end, wherever it is."""
        del destination  # no group is heard there
        super().send_hello(self.peer)

    @property
    def peer(self) -> IPv4Address:
        """The other end's address in the transit area."""
        return IPv4Address(_peer_address(self.ospf, self.transit, int(self.link.neighbor)) or 0)

    def _effect(self, destination: IPv4Address, payload: bytes) -> SendPacket:
        return SendPacket(None, self.source, destination, OSPF_PROTOCOL, payload, VIRTUAL_TTL)


def configure(ospf: "Ospf") -> None:
    """Make and remove virtual links as configured; update brings them up."""
    wanted = {
        (area.number, int(link.neighbor)): link
        for area in ospf.config.areas.values()
        for link in area.virtual_links
        if area.number != BACKBONE
    }
    for place, interface in list(ospf.virtual_links.items()):
        if place not in wanted:
            interface.go_down()
            if interface in interface.area.interfaces:
                interface.area.interfaces.remove(interface)
            del ospf.virtual_links[place]
    backbone = ospf.areas.get(BACKBONE)
    if backbone is None:
        return
    for place, link in wanted.items():
        known = ospf.virtual_links.get(place)
        if known is None:
            known = VirtualInterface(ospf, backbone, place[0], link)
            ospf.virtual_links[place] = known
            backbone.interfaces.append(known)
        else:
            known.link = link
            known.area = backbone
            if known not in backbone.interfaces:
                backbone.interfaces.append(known)
            cost = known.cost
            known.apply(_facts(link))
            known.cost = cost
    update(ospf)


def update(ospf: "Ospf") -> None:
    """Bring virtual links up and down as the transit areas' trees say (16.1, 15)."""
    for (transit, router), interface in ospf.virtual_links.items():
        area = ospf.areas.get(transit)
        way = area.tree.router(router) if area is not None and area.tree is not None else None
        own = _own_address(ospf, way[1]) if way is not None else None
        peer = _peer_address(ospf, transit, router) if way is not None else None
        if way is None or own is None or peer is None or not 0 < way[0] <= LARGEST_COST:
            interface.go_down()
            continue
        changed = interface.is_up and interface.address != int(own)
        if changed:
            interface.go_down()
        cost_changed = interface.cost != way[0]
        interface.cost = way[0]
        interface.transit_hops = way[1]
        interface.transit_interface = way[1][0].interface
        interface.source, interface.address = own, int(own)
        if not interface.is_up:
            interface.come_up()
        elif cost_changed:
            ospf.interface_changed(interface)


def _own_address(ospf: "Ospf", hops: Hops) -> IPv4Address | None:
    if not hops:
        return None
    interface = ospf.interfaces.get(hops[0].interface)
    return None if interface is None else interface.source


def _peer_address(ospf: "Ospf", transit: int, router: int) -> int | None:
    """An address of the other end in the transit area: that of its nearest interface (16.1)."""
    area = ospf.areas.get(transit)
    if area is None or area.tree is None:
        return None
    tree = area.tree
    vertex = tree.graph.router_vertex(router)
    if vertex is None:
        return None
    best: tuple[int, int] | None = None
    for link in tree.graph.links(vertex):
        if link.kind == LinkType.TRANSIT:
            parent = tree.graph.network_vertex(link.id)
        elif link.kind == LinkType.POINT_TO_POINT:
            parent = tree.graph.router_vertex(link.id)
        else:
            continue
        if parent is None or link.data < 1 << 24:
            # Below 1.0.0.0 it is the index of an unnumbered interface.
            continue
        if best is None or tree.distance[parent] < best[0]:
            best = tree.distance[parent], link.data
    return None if best is None else best[1]


def _facts(link: OspfVirtualLink) -> OspfInterface:
    settings = replace(
        OspfInterfaceSettings(),
        hello_interval=link.hello_interval,
        dead_interval=link.dead_interval,
        retransmit_interval=link.retransmit_interval,
        transmit_delay=link.transmit_delay,
        mtu_ignore=True,
    )
    return OspfInterface(NULL0, True, IPv4Interface("0.0.0.0/0"), settings, unnumbered=True)
