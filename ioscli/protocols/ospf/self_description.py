"""What this router says of itself: router and network LSAs (RFC 2328 12.4.1, 12.4.2)."""

from typing import TYPE_CHECKING

from ioscli.codec.ospf.content import NetworkContent, RouterContent, RouterLink
from ioscli.codec.ospf.numbers import (
    MAX_LINK_METRIC,
    OPTION_DC,
    OPTION_E,
    OPTION_N,
    ROUTER_BORDER,
    ROUTER_EXTERNAL,
    ROUTER_TRANSLATES,
    ROUTER_VIRTUAL,
    LinkType,
    LsType,
)
from ioscli.model.ospf import OspfAreaKind
from ioscli.protocols.ospf.origination import Said
from ioscli.protocols.ospf.states import InterfaceState, NeighborState, NetworkType

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.interface import Interface
    from ioscli.protocols.ospf.machine import Ospf

HOST_MASK = 0xFFFFFFFF


def lsa_options(area: "Area") -> int:
    """Options of the LSAs that describe an area's topology: E, or N; IOS sets DC."""
    kind = area.config.kind
    return OPTION_DC | {OspfAreaKind.NORMAL: OPTION_E, OspfAreaKind.NSSA: OPTION_N}.get(kind, 0)


def describe(ospf: "Ospf", area: "Area") -> dict[tuple[int, int], Said]:
    """The area's router LSA and the network LSAs of those networks that this router leads."""
    options = lsa_options(area)
    said: dict[tuple[int, int], Said] = {
        (LsType.ROUTER, ospf.router_id): Said(options, router_content(ospf, area))
    }
    for interface in area.interfaces:
        if interface.state is InterfaceState.DR and (full := interface.full_neighbors()):
            routers = (ospf.router_id, *sorted(one.id for one in full))
            # RFC 6860 2.2: a host mask says that the network has no prefix.
            mask = HOST_MASK if interface.suppresses_prefix() else interface.mask
            content = NetworkContent(mask, routers)
            said[LsType.NETWORK, interface.address] = Said(options, content)
    return said


def router_content(ospf: "Ospf", area: "Area") -> RouterContent:
    """The area's router LSA."""
    links: list[RouterLink] = []
    for interface in area.interfaces:
        if interface.is_up:
            links += _links(ospf, interface)
    flags = ROUTER_BORDER if ospf.is_border else 0
    if ospf.is_boundary and area.config.kind is not OspfAreaKind.STUB:
        flags |= ROUTER_EXTERNAL
    if ospf.is_border and area.is_nssa and area.config.translate_always:
        flags |= ROUTER_TRANSLATES
    if ospf.ends_virtual_link(area.id):
        flags |= ROUTER_VIRTUAL
    if ospf.max_metric_active:
        include_stub = ospf.config.max_metric is not None and ospf.config.max_metric.include_stub
        links = [
            link._replace(metric=MAX_LINK_METRIC)
            if link.kind != LinkType.STUB or include_stub
            else link
            for link in links
        ]
    return RouterContent(flags, tuple(links))


def _links(ospf: "Ospf", interface: "Interface") -> list[RouterLink]:
    links: list[RouterLink] = []
    cost = interface.cost
    if interface.network_type is NetworkType.LOOPBACK:
        links += _host(interface, cost)
    elif interface.network_type is NetworkType.VIRTUAL_LINK:
        for neighbor in interface.full_neighbors():
            links.append(RouterLink(LinkType.VIRTUAL, neighbor.id, interface.address, cost))
        return links
    elif interface.state is InterfaceState.POINT_TO_POINT:
        for neighbor in interface.full_neighbors():
            data = interface.link_data()
            links.append(RouterLink(LinkType.POINT_TO_POINT, neighbor.id, data, cost))
        if not interface.facts.unnumbered:
            links += _stub(interface)
    elif interface.state is InterfaceState.POINT_TO_MULTIPOINT:
        for neighbor in interface.full_neighbors():
            own = cost if neighbor.cost is None else neighbor.cost
            links.append(RouterLink(LinkType.POINT_TO_POINT, neighbor.id, interface.address, own))
        links += _host(interface, 0)
    elif _is_transit(interface):
        links.append(RouterLink(LinkType.TRANSIT, interface.designated, interface.address, cost))
    else:
        links += _stub(interface)
    if interface.facts.settings.secondaries or interface.statement:
        links += [
            RouterLink(LinkType.STUB, int(one.network.network_address), int(one.netmask), cost)
            for one in interface.facts.secondaries
            if not interface.statement or ospf.config.area_of(one.ip) == interface.area.id
        ]
    return links


def _host(interface: "Interface", cost: int) -> list[RouterLink]:
    if interface.suppresses_prefix():
        return []
    return [RouterLink(LinkType.STUB, interface.address, HOST_MASK, cost)]


def _stub(interface: "Interface") -> list[RouterLink]:
    if interface.suppresses_prefix():
        return []
    network = interface.address & interface.mask
    return [RouterLink(LinkType.STUB, network, interface.mask, interface.cost)]


def _is_transit(interface: "Interface") -> bool:
    """Whether the network is one that traffic crosses (12.4.1.2)."""
    if interface.state is InterfaceState.DR:
        return bool(interface.full_neighbors())
    if interface.state in (InterfaceState.BACKUP, InterfaceState.DR_OTHER):
        leader = interface.neighbors.get(interface.designated)
        return leader is not None and leader.state is NeighborState.FULL
    return False
