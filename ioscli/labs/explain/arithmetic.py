"""Why a tunnel takes just so many bytes: from its path to the packet inside, step by step."""

from __future__ import annotations

from collections.abc import Iterator

from ioscli.labs.explain.watch import Refused
from ioscli.labs.topology import Topology
from ioscli.model.crypto import Mode
from ioscli.protocols.ipsec.transforms import (
    CIPHERS,
    ESP_HEADER,
    ESP_TRAILER,
    IPV4_HEADER,
    UDP_HEADER,
    icv_length,
)
from ioscli.router.tunnel import TunnelInterface
from ioscli.router.views import EspSaView, IpsecFlowView


def why_this_mtu(topology: Topology, refused: Refused) -> Iterator[str]:
    """Where the limit that a packet met comes from; nothing for limits of another kind."""
    if refused.mtu is None or refused.way is None:
        return
    router = topology.routers[refused.node]
    interface = router.interfaces.get(refused.way)
    if interface is None:
        return
    if interface.config.ip_mtu is not None:
        yield (
            f"{interface.name} has `ip mtu {interface.config.ip_mtu}` "
            f"(show running-config interface {interface.name})"
        )
        return
    if not isinstance(interface, TunnelInterface):
        yield f"{interface.name} takes packets of {interface.ip_mtu} bytes"
        return
    left = interface.transport_mtu + interface.overhead
    for flow in router.ipsec_views():
        if flow.interface == interface.name and flow.outbound:
            yield from _esp(flow, flow.outbound[-1])
            left = flow.plaintext_mtu
    if interface.overhead:
        yield (
            f"{left} - {IPV4_HEADER} (IPv4 header of the tunnel) - "
            f"{interface.overhead - IPV4_HEADER} (tunnel header) = {left - interface.overhead} "
            f"(show interfaces {interface.name} | include transport MTU)"
        )


def _esp(flow: IpsecFlowView, sa: EspSaView) -> Iterator[str]:
    transform, mode = sa.proposal.transform, sa.proposal.mode
    cipher = CIPHERS[transform.cipher]
    icv = icv_length(transform)
    encapsulated = UDP_HEADER if flow.peer_port != _IKE_PORT else 0
    udp = f" - {UDP_HEADER} (UDP of NAT-T)" if encapsulated else ""
    room = flow.path_mtu - IPV4_HEADER - encapsulated - ESP_HEADER - cipher.iv - icv
    whole = room // cipher.block * cipher.block
    yield (
        f"{flow.path_mtu} (path) - {IPV4_HEADER} (IPv4 header){udp} - {ESP_HEADER} (ESP header) - "
        f"{cipher.iv} (IV) - {icv} (ICV) = {room}; whole blocks of {cipher.block}: {whole}; - "
        f"{ESP_TRAILER} (pad length, next header) = {whole - ESP_TRAILER}"
    )
    if mode is Mode.TRANSPORT:
        yield (
            f"transport mode encrypts no IPv4 header: {whole - ESP_TRAILER} + {IPV4_HEADER} = "
            f"{whole - ESP_TRAILER + IPV4_HEADER}"
        )
    yield f"plaintext mtu {flow.plaintext_mtu} (show crypto ipsec sa | include plaintext mtu)"


_IKE_PORT = 500
