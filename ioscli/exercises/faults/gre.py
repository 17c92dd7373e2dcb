"""Faults of tunnel interfaces."""

from collections.abc import Iterator

from ioscli.exercises.faults.fault import Area, Edit, Fault, Site
from ioscli.exercises.faults.network import Network, Tunnel

_TOPICS = ("ENCOR 2.2.b", "ENARSI 2.3.a", "CCIE 3.1", "SVPN 3.1")


def _shows(tunnel: Tunnel) -> tuple[str, ...]:
    return (
        f"show interfaces {tunnel.port.name}",
        f"show running-config interface {tunnel.port.name}",
    )


def _source(net: Network) -> Iterator[Site]:
    for tunnel in net.tunnels:
        now = tunnel.port.value("tunnel source")
        others = [
            it
            for it in net.ports[tunnel.node]
            if it.address is not None
            and not it.shut
            and it.name.kind != "Tunnel"
            and now not in (str(it.name), str(it.address.ip))
        ]
        for other in others[:2]:
            edit = Edit(
                tunnel.node,
                (tunnel.header,),
                f"tunnel source {now}",
                f"tunnel source {other.name}",
            )
            yield Site((edit,), _shows(tunnel))


def _destination(net: Network) -> Iterator[Site]:
    for tunnel in net.tunnels:
        far = net.owner(tunnel.destination)
        network = None if far is None or far.address is None else far.address.network
        wrong = None if network is None else net.free_address(network, tunnel.destination)
        line = f"tunnel destination {tunnel.destination}"
        new = f"tunnel destination {wrong or tunnel.destination + 1}"
        yield Site((Edit(tunnel.node, (tunnel.header,), line, new),), _shows(tunnel))


def _key(net: Network) -> Iterator[Site]:
    for tunnel in net.tunnels:
        if tunnel.port.value("tunnel mode") is not None:
            continue
        now = tunnel.port.value("tunnel key")
        old = None if now is None else f"tunnel key {now}"
        new = "tunnel key 100" if now is None else f"tunnel key {int(now) + 1}"
        yield Site((Edit(tunnel.node, (tunnel.header,), old, new),), _shows(tunnel))


def _mode(net: Network) -> Iterator[Site]:
    for tunnel in net.tunnels:
        now = tunnel.port.value("tunnel mode")
        if now is None:
            new = "tunnel mode ipsec ipv4" if tunnel.protected else "tunnel mode ipip"
            yield Site((Edit(tunnel.node, (tunnel.header,), None, new),), _shows(tunnel))
        else:
            old = f"tunnel mode {now}"
            yield Site((Edit(tunnel.node, (tunnel.header,), old, None),), _shows(tunnel))


def _keepalive(net: Network) -> Iterator[Site]:
    for tunnel in net.tunnels:
        if tunnel.is_gre and tunnel.port.value("keepalive") is None:
            edit = Edit(tunnel.node, (tunnel.header,), None, "keepalive 5 3")
            yield Site((edit,), _shows(tunnel))


def _shutdown(net: Network) -> Iterator[Site]:
    for tunnel in net.tunnels:
        edit = Edit(tunnel.node, (tunnel.header,), None, "shutdown")
        yield Site((edit,), ("show ip interface brief", *_shows(tunnel)))


FAULTS = (
    Fault(
        "tunnel-source",
        "a tunnel starts at another address than the other end expects",
        Area.TUNNELS,
        _TOPICS,
        "A tunnel takes packets only from its destination's address. The source of the one end is"
        " the destination of the other, or nothing that arrives belongs to any tunnel.",
        _source,
    ),
    Fault(
        "tunnel-destination",
        "a tunnel leads to an address that is not its other end's",
        Area.TUNNELS,
        _TOPICS,
        "A GRE interface is up as soon as there is a route to its destination, whoever is there. So"
        " up/up says nothing about the other end.",
        _destination,
    ),
    Fault(
        "tunnel-key",
        "the keys of a tunnel's ends differ",
        Area.TUNNELS,
        _TOPICS,
        "A GRE packet belongs to the tunnel with its key (RFC 2890); one without a key, or with"
        " another, is dropped. Both interfaces are up.",
        _key,
    ),
    Fault(
        "tunnel-mode",
        "a tunnel's ends encapsulate differently",
        Area.TUNNELS,
        _TOPICS,
        "One end sends packets of a protocol that the other end's interface does not take, and with"
        " IPsec they propose each other identities that do not fit.",
        _mode,
    ),
    Fault(
        "tunnel-keepalive",
        "GRE keepalives do not come back",
        Area.TUNNELS,
        _TOPICS,
        "A keepalive carries its own answer, which the other end only has to route back. With"
        " `tunnel protection` it comes back unprotected and is dropped: the line protocol goes down"
        " after three of them, though the tunnel works.",
        _keepalive,
    ),
    Fault(
        "tunnel-shutdown",
        "a tunnel interface is shut down",
        Area.TUNNELS,
        _TOPICS,
        "The other end stays up, for GRE asks nobody; what it sends arrives and is dropped.",
        _shutdown,
    ),
)
