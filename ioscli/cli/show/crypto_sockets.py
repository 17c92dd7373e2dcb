"""show crypto sockets: what protected tunnels have open (a capture of IOS XE)."""

from collections.abc import Iterable, Iterator, Sequence

from ioscli.model.crypto import Selector
from ioscli.router.ipsec.map_views import ProfileMapView
from ioscli.router.views import IpsecFlowView


def show_crypto_sockets(
    tunnels: Sequence[ProfileMapView], flows: Iterable[IpsecFlowView]
) -> Iterator[str]:
    """`show crypto sockets`: one for each complete tunnel, then who waits for more."""
    by_map = {flow.map_tag: flow for flow in flows}
    connected = [(it, by_map[it.name]) for it in tunnels if it.name in by_map]
    yield f"Number of Crypto Socket connections {len(connected)}"
    yield ""
    for tunnel, flow in connected:
        state = "Open" if flow.outbound_spi else "Closed"
        yield f"   {tunnel.tunnel.short} Peers (local/remote): {flow.local_address}/{flow.peer} "
        yield f"       Local Ident  (addr/mask/port/prot): ({_identity(flow.local_selector)})"
        yield f"       Remote Ident (addr/mask/port/prot): ({_identity(flow.remote_selector)})"
        yield f'       IPSec Profile: "{tunnel.profile.name}"'
        yield f"       Socket State: {state}"
        yield '       Client: "TUNNEL SEC" (Client State: Active)'
    yield "Crypto Sockets in Listen state:"
    for tunnel, _ in connected:
        profile = tunnel.profile.name
        yield f'Client: "TUNNEL SEC" Profile: "{profile}" Map-name: "{tunnel.name}"'


def _identity(selector: Selector) -> str:
    """The port stands before the protocol here."""
    network = selector.network
    return f"{network.network_address}/{network.netmask}/{selector.port}/{selector.protocol}"
