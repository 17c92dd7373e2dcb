"""Views of a router's ISAKMP and IPsec state."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ioscli.model.crypto import IsakmpSaState
from ioscli.model.instant import Duration, Instant
from ioscli.protocols.ipsec.ah import AhSa
from ioscli.protocols.ipsec.sa import EspFailure, EspSa, SaBase
from ioscli.protocols.ipsec.sadb import NO_VOLUME_LIMIT, Flow, SaPair
from ioscli.router.ipsec.map_flow import MapFlow
from ioscli.router.views import CryptoSessionView, EspSaView, FlowErrorsView, IpsecFlowView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from ipaddress import IPv4Address

    from ioscli.model.ifname import InterfaceName
    from ioscli.router.ipsec.flow import ProtectedFlow


def flow_views(flows: Iterable[ProtectedFlow], now: Instant) -> list[IpsecFlowView]:
    """Every flow under each of its interfaces, those of one interface together."""
    views = [_flow_view(flow, name, now) for flow in flows for name in flow.shown_under]
    return sorted(views, key=lambda view: view.interface.listing_order)


def _flow_view(flow: ProtectedFlow, interface: InterfaceName, now: Instant) -> IpsecFlowView:
    """One protected flow with its SAs, newest first."""
    kept, policy = flow.flow, flow.policy
    current = kept.current
    # Before there is an SA, IOS prints the path MTU as the plaintext's.
    plaintext = flow.path_mtu if current is None else flow.plaintext_mtu(current)
    pairs = sorted(kept.pairs, key=lambda pair: pair.installed, reverse=True)
    return IpsecFlowView(
        interface=interface,
        map_tag=flow.map_tag,
        local_address=policy.local,
        peer=policy.peer,
        peer_port=500 if current is None else current.child.peer_port,
        local_selector=policy.local_selector,
        remote_selector=policy.remote_selector,
        encaps=kept.encaps,
        decaps=kept.decaps,
        send_errors=kept.send_errors,
        recv_errors=kept.recv_errors,
        plaintext_mtu=plaintext,
        path_mtu=flow.path_mtu,
        ip_mtu=flow.interface_mtu,
        ip_mtu_interface=None if flow.path_interface is None else flow.path_interface.name,
        outbound_spi=0 if current is None else current.child.outbound_spi,
        pfs_group=None if current is None else current.child.pfs_group,
        inbound=tuple(
            view
            for pair in pairs
            for view in _sa_views(pair, pair.inbound, pair.inbound_ah, pair.inbound_conn_id, now)
        ),
        outbound=tuple(
            view
            for pair in pairs
            for view in _sa_views(pair, pair.outbound, pair.outbound_ah, pair.outbound_conn_id, now)
        ),
        from_list=not isinstance(flow, MapFlow) or flow.from_list,
        up_since=flow.up_since,
        errors=_errors(kept),
    )


def _errors(flow: Flow) -> FlowErrorsView:
    failures = flow.failures
    rollover = sum(pair.outbound.failures[EspFailure.SEQUENCE_OVERFLOW] for pair in flow.pairs)
    return FlowErrorsView(
        no_sa=flow.no_sa,
        encaps_failed=flow.send_errors - flow.no_sa - rollover,
        decaps_failed=failures[EspFailure.BAD_PADDING],
        verify_failed=failures[EspFailure.BAD_ICV],
        invalid_identity=flow.wrong_identity,
        invalid_length=failures[EspFailure.MALFORMED],
        rollover=rollover,
        replay_failed=failures[EspFailure.REPLAYED] + failures[EspFailure.TOO_OLD],
    )


def _sa_views(
    pair: SaPair, esp: EspSa, ah: AhSa | None, conn_id: int, now: Instant
) -> Iterator[EspSaView]:
    """One direction of a pair: ESP, AH or both."""
    if pair.child.proposal.transform.has_esp:
        yield _sa_view(pair, esp, esp.iv_size, conn_id, now)
    if ah is not None:
        view = _sa_view(pair, ah, 0, conn_id, now)
        yield replace(view, authentication_header=True)


def _sa_view(pair: SaPair, sa: SaBase, iv_size: int, conn_id: int, now: Instant) -> EspSaView:
    return EspSaView(
        spi=sa.spi,
        proposal=pair.child.proposal,
        conn_id=conn_id,
        remaining_kilobytes=sa.remaining_kilobytes,
        remaining_seconds=sa.remaining_seconds(now),
        replay=sa.window is not None or sa in (pair.outbound, pair.outbound_ah),
        iv_size=iv_size,
        udp_encapsulated=pair.child.udp_encapsulated,
        packets=sa.packets,
        last_sequence=0 if sa.window is None else sa.window.top,
        replay_window=64 if sa.window is None else sa.window.size,
        volume_limited=pair.child.lifetime_kilobytes < NO_VOLUME_LIMIT,
        replaced=pair.deletion is not None,
    )


def session_views(
    flows: Iterable[ProtectedFlow],
    isakmp: list[IsakmpSaState],
    now: Instant,
    interface_at: Callable[[IPv4Address], InterfaceName | None],
) -> list[CryptoSessionView]:
    """The crypto sessions: one for each interface and peer, with all flows between them.

    A peer that has only come as far as phase 1, as it may to a dynamic map, has one too, on the
    interface with the address that it called.
    """
    sessions: dict[tuple[InterfaceName, IPv4Address, IPv4Address], list[IpsecFlowView]] = {}
    for view in flow_views(flows, now):
        ends = view.interface, view.local_address, view.peer
        sessions.setdefault(ends, []).append(view)
    found = []
    for (name, local, peer), views in sessions.items():
        with_peer = [sa for sa in isakmp if sa.peer == peer and sa.local == local]
        ports = sorted({view.peer_port for view in views if view.outbound_spi})
        if len(ports) < 2:
            found.append(_session_view(name, views, with_peer, now))
            continue
        for port in ports:  # several peers behind the address of a NAT
            of_it = [it for it in views if port == (it.peer_port if it.outbound_spi else ports[0])]
            its = [sa for sa in with_peer if sa.peer_port == port]
            found.append(_session_view(name, of_it, its, now))
    return [*found, *_without_flows(isakmp, {ends[1:] for ends in sessions}, interface_at)]


def _without_flows(
    isakmp: list[IsakmpSaState],
    known: set[tuple[IPv4Address, IPv4Address]],
    interface_at: Callable[[IPv4Address], InterfaceName | None],
) -> Iterator[CryptoSessionView]:
    others: dict[tuple[IPv4Address, IPv4Address, int], list[IsakmpSaState]] = {}
    for sa in isakmp:
        if sa.active and (sa.local, sa.peer) not in known:
            others.setdefault((sa.local, sa.peer, sa.peer_port), []).append(sa)
    for (local, peer, port), sas in others.items():
        interface = interface_at(local)
        if interface is not None:
            yield CryptoSessionView(
                interface=interface,
                status="UP-IDLE",
                local=local,
                peer=peer,
                peer_port=port,
                isakmp=tuple(sas),
                flows=(),
                uptime=None,
            )


def _session_view(
    interface: InterfaceName,
    flows: list[IpsecFlowView],
    with_peer: list[IsakmpSaState],
    now: Instant,
) -> CryptoSessionView:
    local, peer = flows[0].local_address, flows[0].peer
    ike_up = any(sa.active for sa in with_peer)
    secured = [flow for flow in flows if flow.outbound_spi]
    if secured:
        status = "UP-ACTIVE" if ike_up else "UP-NO-IKE"
    elif ike_up:
        status = "UP-IDLE"
    else:
        status = "DOWN-NEGOTIATING" if with_peer else "DOWN"
    since = [flow.up_since for flow in secured if flow.up_since is not None]
    return CryptoSessionView(
        interface=interface,
        status=status,
        local=local,
        peer=peer,
        peer_port=(secured or flows)[0].peer_port,
        isakmp=tuple(with_peer),
        flows=tuple(flows),
        uptime=Duration(now - min(since)) if since else None,
    )
