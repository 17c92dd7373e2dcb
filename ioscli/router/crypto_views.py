"""Views of a router's ISAKMP and IPsec state."""

from __future__ import annotations

from ioscli.model.crypto import IsakmpSaState
from ioscli.model.instant import Duration, Instant
from ioscli.protocols.ipsec.sa import EspSa
from ioscli.protocols.ipsec.sadb import SaPair
from ioscli.router.tunnel_guard import TunnelGuard
from ioscli.router.views import CryptoSessionView, EspSaView, IpsecFlowView


def flow_view(guard: TunnelGuard, now: Instant) -> IpsecFlowView:
    """One protected flow with its SAs, newest first."""
    flow, policy = guard.flow, guard.policy
    current = flow.current
    # Before there is an SA, IOS prints the path MTU as the plaintext's.
    plaintext = guard.path_mtu if current is None else guard.plaintext_mtu(current)
    pairs = sorted(flow.pairs, key=lambda pair: pair.installed, reverse=True)
    return IpsecFlowView(
        interface=guard.tunnel.name,
        map_tag=f"{guard.tunnel.name}-head-0",
        local_address=policy.local,
        peer=policy.peer,
        peer_port=500 if current is None else current.child.peer_port,
        local_selector=policy.local_selector,
        remote_selector=policy.remote_selector,
        encaps=flow.encaps,
        decaps=flow.decaps,
        send_errors=flow.send_errors,
        recv_errors=flow.recv_errors,
        plaintext_mtu=plaintext,
        path_mtu=guard.path_mtu,
        ip_mtu=guard.path_mtu,
        ip_mtu_interface=None if guard.path_interface is None else guard.path_interface.name,
        outbound_spi=0 if current is None else current.child.outbound_spi,
        pfs_group=None if current is None else current.child.pfs_group,
        inbound=tuple(_sa_view(pair, pair.inbound, pair.inbound_conn_id, now) for pair in pairs),
        outbound=tuple(_sa_view(pair, pair.outbound, pair.outbound_conn_id, now) for pair in pairs),
    )


def _sa_view(pair: SaPair, sa: EspSa, conn_id: int, now: Instant) -> EspSaView:
    return EspSaView(
        spi=sa.spi,
        proposal=pair.child.proposal,
        conn_id=conn_id,
        remaining_kilobytes=sa.remaining_kilobytes,
        remaining_seconds=sa.remaining_seconds(now),
        replay=sa.window is not None or sa is pair.outbound,
        iv_size=sa.iv_size,
    )


def session_view(
    guard: TunnelGuard, isakmp: list[IsakmpSaState], now: Instant
) -> CryptoSessionView:
    """The crypto session of one protected tunnel."""
    policy = guard.policy
    with_peer = tuple(sa for sa in isakmp if sa.peer == policy.peer and sa.local == policy.local)
    flow = flow_view(guard, now)
    ike_up = any(sa.active for sa in with_peer)
    if flow.outbound_spi:
        status = "UP-ACTIVE" if ike_up else "UP-NO-IKE"
    elif ike_up:
        status = "UP-IDLE"
    else:
        status = "DOWN-NEGOTIATING" if with_peer else "DOWN"
    up_since = guard.up_since
    return CryptoSessionView(
        interface=guard.tunnel.name,
        status=status,
        local=policy.local,
        peer=policy.peer,
        peer_port=flow.peer_port,
        isakmp=with_peer,
        flows=(flow,),
        uptime=None if up_since is None else Duration(now - up_since),
    )
