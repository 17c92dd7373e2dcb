"""show crypto session [brief | detail]."""

from collections.abc import Iterable, Iterator

from ioscli.cli.show.age import route_age
from ioscli.cli.show.isakmp import capabilities, clock
from ioscli.model.crypto import IsakmpSaState, Selector
from ioscli.router.views import CryptoSessionView, EspSaView, IpsecFlowView

_CODES = (
    "Code: C - IKE Configuration mode, D - Dead Peer Detection     ",
    "K - Keepalives, N - NAT-traversal, T - cTCP encapsulation     ",
    "X - IKE Extended Authentication, F - IKE Fragmentation",
    "R - IKE Auto Reconnect, U - IKE Dynamic Route Update",
    "S - SIP VPN",
)

_LETTERS = {
    "UP-ACTIVE": "UA",
    "UP-IDLE": "UI",
    "UP-NO-IKE": "UK",
    "DOWN-NEGOTIATING": "DN",
    "DOWN": "D",
}


def show_crypto_session(sessions: Iterable[CryptoSessionView]) -> Iterator[str]:
    """`show crypto session`."""
    yield "Crypto session current status"
    yield ""
    for session in sessions:
        yield f"Interface: {session.interface}"
        yield from _profile(session)
        yield _status(session)
        yield f"Peer: {session.peer} port {session.peer_port} "
        for sa in session.isakmp:
            yield from _ike_sa(sa)
        for flow in session.flows:
            yield from _flow(flow)
        yield ""


def show_crypto_session_detail(sessions: Iterable[CryptoSessionView]) -> Iterator[str]:
    """`show crypto session detail`."""
    yield "Crypto session current status"
    yield ""
    yield from _CODES
    yield ""
    for session in sessions:
        yield f"Interface: {session.interface}"
        yield from _profile(session)
        if session.uptime is not None:
            yield f"Uptime: {route_age(session.uptime)}"
        yield _status(session)
        yield f"Peer: {session.peer} port {session.peer_port} fvrf: (none) ivrf: (none)"
        yield from _identity(session)
        for sa in session.isakmp:
            yield from _ike_sa(sa)
            yield _capabilities(sa)
        for flow in session.flows:
            yield from _flow(flow)
            yield from _traffic(flow)
        yield ""


def show_crypto_session_brief(sessions: Iterable[CryptoSessionView]) -> Iterator[str]:
    """`show crypto session brief`: a line a session (captures of IOS 15 routers)."""
    yield "Status: A- Active, U - Up, D - Down, I - Idle, S - Standby, N - Negotiating "
    yield "        K - No IKE"
    yield "ivrf = (none)"
    yield "Peer            I/F          Username        Group/Phase1_id          Uptime   Status"
    for session in sessions:
        active = _active(session)
        identity = "" if active is None else active.identity or str(session.peer)
        age = "" if session.uptime is None else route_age(session.uptime)
        yield (
            f"{session.peer!s:<16}{session.interface.short:<13}{'':<16}{identity:<25}{age:<9}"
            f"{_LETTERS[session.status]}"
        )


def _status(session: CryptoSessionView) -> str:
    return f"Session status: {session.status}     "


def _active(session: CryptoSessionView) -> IsakmpSaState | None:
    return next((sa for sa in session.isakmp if sa.active), None)


def _profile(session: CryptoSessionView) -> Iterator[str]:
    """The ISAKMP profile by which phase 1 came."""
    active = _active(session)
    if active is not None and active.profile:
        yield f"Profile: {active.profile}"


def _identity(session: CryptoSessionView) -> Iterator[str]:
    """Who the peer said it is."""
    active = _active(session)
    if active is not None:
        yield f"      Phase1_id: {active.identity or session.peer}"
        yield "      Desc: (none)"
    else:
        yield "      Desc: (none)"
        yield "      Phase1_id: (none)"


def _ike_sa(sa: IsakmpSaState) -> Iterator[str]:
    ends = f"local {sa.local}/{sa.local_port} remote {sa.peer}/{sa.peer_port}"
    yield "  Session ID: 0  "
    yield f"  IKEv1 SA: {ends} {'Active' if sa.active else 'Inactive'} "


def _capabilities(sa: IsakmpSaState) -> str:
    lifetime = clock(sa.lifetime_left) if sa.lifetime_left else "0"
    conn_id = sa.conn_id if sa.active else 0
    codes = capabilities(sa) or "(none)"
    return f"          Capabilities:{codes} connid:{conn_id} lifetime:{lifetime}"


def _flow(flow: IpsecFlowView) -> Iterator[str]:
    local, remote = flow.local_selector, flow.remote_selector
    protocol = local.protocol or "ip"
    # A replaced pair counts until it is gone.
    active = len(flow.inbound) + len(flow.outbound)
    yield f"  IPSEC FLOW: permit {protocol} {_network(local)} {_network(remote)} "
    yield f"        Active SAs: {active}, origin: crypto map"


def _traffic(flow: IpsecFlowView) -> Iterator[str]:
    inbound, outbound = _life(flow.inbound), _life(flow.outbound)
    yield (
        f"        Inbound:  #pkts dec'ed {flow.decaps} drop {flow.recv_errors} "
        f"life (KB/Sec) {inbound}"
    )
    yield (
        f"        Outbound: #pkts enc'ed {flow.encaps} drop {flow.send_errors} "
        f"life (KB/Sec) {outbound}"
    )


def _life(sas: Iterable[EspSaView]) -> str:
    """What is left of the newest SA."""
    newest = max(sas, key=lambda sa: sa.conn_id, default=None)
    if newest is None:
        return "0/0"
    volume = newest.remaining_kilobytes if newest.volume_limited else "KB Vol Rekey Disabled"
    return f"{volume}/{newest.remaining_seconds}"


def _network(selector: Selector) -> str:
    network = selector.network
    if network.prefixlen == network.max_prefixlen:
        return f"host {network.network_address}"
    return f"{network.network_address}/{network.netmask}"
