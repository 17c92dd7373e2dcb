"""Faults of interfaces and their addresses."""

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv4Network

from ioscli.exercises.faults.fault import Area, Edit, Fault, Site
from ioscli.exercises.faults.network import Network, Port

_TOPICS = ("ENCOR 4.1", "ENARSI 4.3", "CCIE 1.2.b")
_LONGEST = 30


def _shutdown(net: Network) -> Iterator[Site]:
    for port in net.cabled():
        edit = Edit(port.node, (port.header,), None, "shutdown")
        yield Site((edit,), ("show ip interface brief", f"show interfaces {port.name}"))


def _mask(net: Network) -> Iterator[Site]:
    for port in net.cabled():
        address = port.address
        assert address is not None
        others = [it.address.ip for it in net.beside(port) if it.address is not None]
        for length in range(address.network.prefixlen + 1, _LONGEST + 1):
            wrong = IPv4Interface(f"{address.ip}/{length}")
            network = wrong.network
            if wrong.ip in (network.network_address, network.broadcast_address):
                continue
            if others and all(it not in network for it in others):
                yield _readdressed(port, wrong)
                break


def _address(net: Network) -> Iterator[Site]:
    for port in net.cabled():
        address = port.address
        assert address is not None
        free = net.free_address(address.network, address.ip)
        if free is not None and net.beside(port):
            yield _readdressed(port, IPv4Interface(f"{free}/{address.network.prefixlen}"))


def _duplicate(net: Network) -> Iterator[Site]:
    for port in net.cabled():
        address = port.address
        assert address is not None
        # Of the others on the same wire: two of them can only be told apart by three.
        beside = [it for it in net.beside(port) if it.address is not None]
        for other in beside:
            if other.address is not None and other.address.network == address.network:
                site = _readdressed(port, other.address)
                yield site._replace(shows=(*site.shows, "show arp", f"{other.node}: show logging"))


def _tunnel_subnet(net: Network) -> Iterator[Site]:
    for tunnel in net.tunnels:
        address, far = tunnel.port.address, net.facing(tunnel)
        if address is None or far is None or far.port.address is None:
            continue
        size = address.network.num_addresses
        moved = IPv4Network(
            (int(address.network.network_address) ^ size, address.network.prefixlen)
        )
        wrong = moved[int(address.ip) - int(address.network.network_address)]
        if net.owner(wrong) is None:
            yield _readdressed(tunnel.port, IPv4Interface(f"{wrong}/{moved.prefixlen}"))


def _readdressed(port: Port, wrong: IPv4Interface) -> Site:
    line = f"ip address {wrong.ip} {wrong.netmask}"
    edit = Edit(port.node, (port.header,), port.address_line, line)
    return Site((edit,), (f"show ip interface {port.name}", "show ip route connected"))


FAULTS = (
    Fault(
        "interface-shutdown",
        "an interface is shut down",
        Area.ADDRESSING,
        (*_TOPICS, "SVPN 3.1"),
        "Nothing comes in or goes out there, and every route through it is gone. `show ip interface"
        " brief` says `administratively down`, which no broken cable does.",
        _shutdown,
    ),
    Fault(
        "interface-mask",
        "an interface has a mask that is too long",
        Area.ADDRESSING,
        _TOPICS,
        "The router takes its neighbor for somebody of another network: it does not ask for it with"
        " ARP, and a next hop in that network cannot be resolved. Routing protocols compare the"
        " masks of their hellos, or look whether a neighbor is in a network of their own.",
        _mask,
    ),
    Fault(
        "interface-address",
        "an interface has another address than its neighbors expect",
        Area.ADDRESSING,
        _TOPICS,
        "The interface is up, and the network is the right one. What others have configured is the"
        " address: a next hop, a peer, the other end of a tunnel.",
        _address,
    ),
    Fault(
        "duplicate-address",
        "two routers on a wire have the same address",
        Area.ADDRESSING,
        _TOPICS,
        "Each hears the other use its own address, logs that (`%IP-4-DUPADDR`), and answers ARP"
        " requests for it. Who is reached is a matter of who answered last.",
        _duplicate,
    ),
    Fault(
        "tunnel-subnet",
        "the ends of a tunnel are in two networks",
        Area.ADDRESSING,
        ("ENCOR 2.2.b", "ENARSI 2.3.a", "CCIE 3.1", "SVPN 3.1"),
        "The tunnel carries packets, for GRE does not look at the addresses inside. A static route"
        " to the far end's address, or a routing protocol over the tunnel, does: the neighbor is in"
        " no network of this router.",
        _tunnel_subnet,
    ),
)
