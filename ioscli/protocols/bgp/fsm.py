"""The state machine of RFC 4271 section 8: connections, OPEN, hold and keepalive timers.

Methods carry the names of the RFC's events. IOS keeps up to two connections to a neighbor, its
own and the neighbor's, until one is established; section 6.8 decides between them.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Protocol

from ioscli.codec.bgp import (
    BgpError,
    Capabilities,
    Keepalive,
    Message,
    Notification,
    Open,
    RouteRefresh,
    Update,
)
from ioscli.codec.bgp.message import build
from ioscli.codec.bgp.numbers import CeaseReason, ErrorCode, OpenError
from ioscli.model.effects import Connect, Disconnect, Transmit, Transport
from ioscli.model.instant import SECOND, Instant, after
from ioscli.protocols.bgp.context import Context, Timer, TimerKey
from ioscli.protocols.bgp.neighbor import Neighbor
from ioscli.protocols.bgp.nexthops import attached
from ioscli.protocols.bgp.notifications import hexadecimal, notification_name, notification_text
from ioscli.protocols.bgp.session import Session
from ioscli.protocols.bgp.states import Down, PeerKind, State

_LARGE_HOLD_TIME = 240
"""Seconds, while the peer's OPEN is awaited (section 8.2.2)."""
_FIRST_OPEN = 5.0
"""Seconds until a neighbor that was just configured is called, at most."""
_RETRY = (8, 14)
"""Between attempts: so many times 1,024 ms, as IOS's `open active delayed 12288ms` shows."""
IPV4_UNICAST = (1, 1)


class Routes(Protocol):
    """What the state machine tells the part that routes."""

    def established(self, neighbor: Neighbor, /) -> None:
        """A session came up."""

    def lost(self, neighbor: Neighbor, /) -> None:
        """A session that was up is gone."""

    def update(self, neighbor: Neighbor, update: Update, /) -> None:
        """The neighbor sent an UPDATE. Raises BgpError."""

    def refresh(self, neighbor: Neighbor, message: RouteRefresh, /) -> None:
        """The neighbor sent a ROUTE-REFRESH."""


class Fsm:
    """The sessions of all neighbors."""

    def __init__(self, context: Context, routes: Routes) -> None:
        self._context = context
        self._routes = routes
        self._sessions: dict[int, Session] = {}
        self._last_number = 0

    # -- administrative events (section 8.1.2) -----------------------------------------------------

    def manual_start(self, neighbor: Neighbor) -> None:
        """Event 1: wait a moment, then open a connection; the neighbor may do so at any time."""
        if neighbor.sessions or not self.may_start(neighbor):
            return
        neighbor.idle_hold = False
        self._retry(neighbor, self._context.jittered(_FIRST_OPEN, 0.2))

    def may_start(self, neighbor: Neighbor) -> bool:
        """Whether a session is wanted, and the table has a way to the neighbor."""
        settings = neighbor.settings
        unwanted = settings.remote_as is None or settings.activate is False
        if settings.shutdown or unwanted or neighbor.awaiting_reset:
            return False
        return self.reachable(neighbor)

    def routed(self, neighbor: Neighbor) -> bool:
        """Whether the neighbor's address is routed; the default route does not count, as on IOS."""
        route = self._context.rib.lookup(int(neighbor.address))
        return route is not None and route.prefix.prefixlen != 0

    def attached(self, neighbor: Neighbor) -> bool:
        """Whether the neighbor's address is of a connected network."""
        return self.routed(neighbor) and attached(self._context.rib, neighbor.address) is not None

    def reachable(self, neighbor: Neighbor) -> bool:
        """Whether the neighbor's address is routed, and connected where it must be."""
        return self.attached(neighbor) if neighbor.single_hop else self.routed(neighbor)

    def manual_stop(self, neighbor: Neighbor, why: Down, reason: CeaseReason | None) -> None:
        """Event 2: end every connection with Cease; the neighbor stays in Idle."""
        for session in list(neighbor.sessions):
            if reason is not None and session.state is not State.CONNECT:
                self._notify(session, Notification(ErrorCode.CEASE, reason), quiet=True)
            self._end(session, why)
        self._context.timers.cancel(TimerKey(Timer.CONNECT_RETRY, neighbor.address))
        neighbor.idle_hold = True

    def restart(self, neighbor: Neighbor, why: Down, reason: CeaseReason | None) -> None:
        """End every connection, and begin again."""
        had_any = bool(neighbor.sessions)
        self.manual_stop(neighbor, why, reason)
        if had_any and self.may_start(neighbor):
            self._hold_idle(neighbor)

    # -- TCP events (section 8.1.4) ----------------------------------------------------------------

    def accepts(self, neighbor: Neighbor) -> Transport | None:
        """How to speak with a neighbor that opens a connection; None: refuse it."""
        settings = neighbor.settings
        if settings.shutdown or settings.remote_as is None or neighbor.awaiting_reset:
            return None
        if neighbor.session is not None or any(not it.active for it in neighbor.sessions):
            return None
        if neighbor.single_hop and not self.reachable(neighbor):
            return None
        return self.transport(neighbor)

    def transport(self, neighbor: Neighbor) -> Transport:
        """What TCP is told of a neighbor."""
        settings = neighbor.settings
        ttl, least = 255, 0
        if not neighbor.internal:
            ttl = settings.ebgp_multihop or 1
            if settings.ttl_security is not None:
                ttl, least = 255, 255 - settings.ttl_security
            elif settings.disable_connected_check and settings.ebgp_multihop is None:
                ttl = 1
        key = None if settings.password is None else settings.password.encode()
        return Transport(settings.update_source, ttl, least, key)

    def tcp_connection_confirmed(self, neighbor: Neighbor, local: IPv4Address) -> int:
        """Event 17: the neighbor opened a connection. Its number."""
        session = self._new_session(neighbor, active=False)
        self._connected(session, local)
        return session.number

    def tcp_cr_acked(self, number: int, local: IPv4Address) -> None:
        """Event 16: our connection is up."""
        session = self._sessions.get(number)
        if session is not None and session.state is State.CONNECT:
            self._connected(session, local)

    def tcp_connection_fails(self, number: int) -> None:
        """Event 18: a connection is no more, or never came up."""
        session = self._sessions.get(number)
        if session is None:
            return
        neighbor = session.neighbor
        if session.state is State.CONNECT:
            self._context.debug_session(
                f"nbr global {neighbor.name} Active open failed - open timer running",
            )
            self._forget(session)
            if not neighbor.sessions:
                self._retry(neighbor, self._pause())
            return
        self._end(session, Down.PEER_CLOSED)
        self._begin_again(neighbor)

    # -- timers (section 8.1.3) --------------------------------------------------------------------

    def connect_retry_timer_expires(self, neighbor: Neighbor) -> None:
        """Event 9: open a connection, unless there is one."""
        if neighbor.sessions:
            return
        if not self.may_start(neighbor):
            neighbor.idle_hold = True
            return
        context = self._context
        context.debug_session(f"{neighbor.name} active went from Idle to Active")
        neighbor.idle_hold = False
        if neighbor.settings.passive:
            return
        session = self._new_session(neighbor, active=True)
        context.debug_session(f"{neighbor.name} open active")
        context.emit(Connect(session.number, neighbor.address, self.transport(neighbor)))

    def hold_timer_expires(self, number: int) -> None:
        """Event 10."""
        session = self._sessions.get(number)
        if session is not None:
            self._fail(session, Notification(ErrorCode.HOLD_TIMER_EXPIRED, 0))

    def keepalive_timer_expires(self, number: int) -> None:
        """Event 11."""
        session = self._sessions.get(number)
        if session is not None:
            self._send_keepalive(session)

    # -- messages (section 8.1.5) ------------------------------------------------------------------

    def received(self, number: int, data: bytes) -> None:
        """Bytes of a connection; a message that is none ends it with a NOTIFICATION."""
        session = self._sessions.get(number)
        if session is None:
            return
        session.stream.feed(data)
        try:
            for message in session.stream.messages():
                self._message(session, message)
                if number not in self._sessions:
                    return
        except BgpError as error:
            self._context.counters.malformed += 1
            notification = Notification(error.code, error.subcode, error.data)
            self._fail(session, notification)

    def _message(self, session: Session, message: Message) -> None:
        session.last_read = self._context.now
        if session.hold_time:
            self._start_hold(session, session.hold_time)
        counts = session.neighbor.received
        match session.state, message:
            case _, Notification():
                counts.notifications += 1
                self._notif_msg(session, message)
            case State.OPEN_SENT, Open():
                counts.opens += 1
                self._bgp_open(session, message)
            case State.OPEN_CONFIRM, Keepalive():
                counts.keepalives += 1
                self._establish(session)
            case State.ESTABLISHED, Keepalive():
                counts.keepalives += 1
                self._context.debug(
                    "keepalives",
                    f"BGP: {session.neighbor.name} received KEEPALIVE, length (excl. header) 0",
                )
            case State.ESTABLISHED, Update():
                counts.updates += 1
                self._routes.update(session.neighbor, message)
            case State.ESTABLISHED, RouteRefresh():
                counts.refreshes += 1
                self._routes.refresh(session.neighbor, message)
            case _:
                self._fail(session, Notification(ErrorCode.FINITE_STATE_MACHINE, 0))

    def _notif_msg(self, session: Session, message: Notification) -> None:
        """Event 25."""
        neighbor = session.neighbor
        text = notification_text(message.code, message.subcode, message.data)
        neighbor.last_notification = (False, message.code, message.subcode, message.data)
        collision = (message.code, message.subcode) == (6, CeaseReason.COLLISION_RESOLUTION)
        if collision and session.state is not State.ESTABLISHED:
            self._drop(session)
        else:
            self._context.log(
                "NOTIFICATION", 3, f"received from neighbor {neighbor.name} {session.way}{text}"
            )
            self._end(session, Down.NOTIFICATION_RECEIVED)
        self._begin_again(neighbor)

    def _bgp_open(self, session: Session, message: Open) -> None:
        """Event 19: the checks of section 6.2, then OpenConfirm."""
        neighbor = session.neighbor
        self._context.debug_session(
            f"{neighbor.name} {session.way}rcv OPEN, version {message.version}, "
            f"holdtime {message.hold_time} seconds"
        )
        self._context.debug_session(
            f"{neighbor.name} {session.way}rcvd OPEN w/ remote AS {message.number}"
        )
        problem = self._unacceptable(neighbor, message)
        if problem is not None:
            self._fail(session, problem, offending=message)
            return
        neighbor.identifier = message.identifier
        session.opened = message
        if not self._survives_collision(session, message.identifier):
            return
        self._negotiate(session, message)
        session.state = State.OPEN_CONFIRM
        self._context.debug_session(
            f"{neighbor.name} {session.way}went from OpenSent to OpenConfirm"
        )
        self._send_keepalive(session)
        self._start_hold(session, session.hold_time)

    def _unacceptable(self, neighbor: Neighbor, message: Open) -> Notification | None:
        code = ErrorCode.OPEN_MESSAGE
        if message.number != neighbor.settings.remote_as:
            number = message.number
            data = number.to_bytes(2 if number < 65_536 else 4, "big")
            return Notification(code, OpenError.BAD_PEER_AS, data)
        own = self._context.router_id
        if message.identifier == own and neighbor.kind is not PeerKind.EXTERNAL:
            data = message.identifier.packed
            return Notification(code, OpenError.BAD_BGP_IDENTIFIER, data)
        if message.identifier == own:
            return Notification(code, OpenError.BAD_BGP_IDENTIFIER, own.packed)
        families = message.capabilities.families
        if families and IPV4_UNICAST not in families and neighbor.settings.activate is not False:
            data = bytes((1, 4, 0, 1, 0, 1))
            return Notification(code, OpenError.UNSUPPORTED_CAPABILITY, data)
        return None

    def _survives_collision(self, session: Session, identifier: IPv4Address) -> bool:
        """Section 6.8: of two connections, the one that the higher identifier opened stays."""
        for other in list(session.neighbor.sessions):
            if other is session or other.state is State.CONNECT:
                continue
            if other.state is State.ESTABLISHED:
                loser = session
            elif other.state is State.OPEN_CONFIRM:
                ours_stays = int(self._context.router_id) > int(identifier)
                loser = other if other.active != ours_stays else session
            else:
                continue
            cease = Notification(ErrorCode.CEASE, CeaseReason.COLLISION_RESOLUTION)
            self._notify(loser, cease, quiet=True)
            self._drop(loser)
            if loser is session:
                return False
        return True

    def _negotiate(self, session: Session, message: Open) -> None:
        sent = session.sent_open
        assert sent is not None
        session.hold_time = min(sent.hold_time, message.hold_time)
        keepalive = self._timers_of(session.neighbor)[0]
        session.keepalive_time = min(keepalive, session.hold_time // 3)
        theirs = message.capabilities
        session.four_octets = session.stream.four_octets = theirs.four_octet_as is not None
        session.refresh = theirs.route_refresh or theirs.route_refresh_old
        session.enhanced_refresh = theirs.enhanced_refresh

    def _establish(self, session: Session) -> None:
        """Event 26 in OpenConfirm."""
        context, neighbor = self._context, session.neighbor
        for other in list(neighbor.sessions):
            if other is not session:
                if other.state is not State.CONNECT:
                    cease = Notification(ErrorCode.CEASE, CeaseReason.COLLISION_RESOLUTION)
                    self._notify(other, cease, quiet=True)
                self._drop(other)
        session.state = State.ESTABLISHED
        neighbor.session = session
        neighbor.since = context.now
        neighbor.established_count += 1
        context.debug_session(f"{neighbor.name} went from OpenConfirm to Established")
        if context.process.log_neighbor_changes:
            context.log("ADJCHANGE", 5, f"neighbor {neighbor.name}{self._in_vrf} Up ")
        self._routes.established(neighbor)

    # -- sending -----------------------------------------------------------------------------------

    def send(self, session: Session, message: Message) -> None:
        """Send one message."""
        counts = session.neighbor.sent
        match message:
            case Open():
                counts.opens += 1
            case Keepalive():
                counts.keepalives += 1
            case Notification():
                counts.notifications += 1
            case RouteRefresh():
                counts.refreshes += 1
            case Update():
                counts.updates += 1
        self.send_bytes(session, build(message, four_octets=session.four_octets))

    def send_bytes(self, session: Session, data: bytes) -> None:
        """Send messages that are built already, and counted."""
        session.last_write = self._context.now
        self._context.emit(Transmit(session.number, data))

    def _send_keepalive(self, session: Session) -> None:
        self._context.debug("keepalives", f"BGP: {session.neighbor.name} sending KEEPALIVE")
        self.send(session, Keepalive())
        if session.keepalive_time:
            at = after(self._context.now, self._context.jittered(session.keepalive_time))
            key = TimerKey(Timer.KEEPALIVE, session.neighbor.address, session.number)
            self._context.timers.set(key, at)

    def _send_open(self, session: Session) -> None:
        neighbor, context = session.neighbor, self._context
        number = self.local_as(neighbor)
        activated = neighbor.settings.activate is not False
        capabilities = Capabilities(
            families=(IPV4_UNICAST,) if activated else (),
            route_refresh=True,
            route_refresh_old=True,
            enhanced_refresh=True,
            four_octet_as=number,
        )
        hold = self._timers_of(neighbor)[1]
        session.sent_open = Open(number, hold, context.router_id, capabilities)
        context.debug_session(
            f"{neighbor.name} {session.way}sending OPEN, version 4, my as: {number}, "
            f"holdtime {hold} seconds, ID {int(context.router_id):08X}"
        )
        self.send(session, session.sent_open)

    def local_as(self, neighbor: Neighbor) -> int:
        """The AS that this router says it is in."""
        if neighbor.settings.local_as is not None:
            return neighbor.settings.local_as
        external = neighbor.kind is PeerKind.EXTERNAL
        return self._context.outer_as if external else self._context.process.number

    def _timers_of(self, neighbor: Neighbor) -> tuple[int, int]:
        timers = neighbor.settings.timers or self._context.process.timers
        return timers.keepalive, timers.hold

    # -- connections -------------------------------------------------------------------------------

    def _new_session(self, neighbor: Neighbor, *, active: bool) -> Session:
        self._last_number += 1
        session = Session(self._last_number, neighbor, active=active, now=self._context.now)
        self._sessions[session.number] = session
        neighbor.sessions.append(session)
        return session

    def _connected(self, session: Session, local: IPv4Address) -> None:
        session.local = local
        session.state = State.OPEN_SENT
        self._context.debug_session(
            f"{session.neighbor.name} {session.way}went from Active to OpenSent",
        )
        self._send_open(session)
        self._start_hold(session, _LARGE_HOLD_TIME)

    def _start_hold(self, session: Session, seconds: int) -> None:
        key = TimerKey(Timer.HOLD, session.neighbor.address, session.number)
        if seconds:
            self._context.timers.set(key, after(self._context.now, seconds * SECOND))
        else:
            self._context.timers.cancel(key)

    def fail(self, neighbor: Neighbor, notification: Notification, why: Down) -> None:
        """End an established session for a reason of this router's own."""
        session = neighbor.session
        if session is not None:
            self._notify(session, notification)
            self._end(session, why)
            self._begin_again(neighbor)

    def _fail(
        self, session: Session, notification: Notification, offending: Message | None = None
    ) -> None:
        """End a connection with a NOTIFICATION."""
        neighbor = session.neighbor
        self._notify(session, notification)
        if offending is not None:
            dump = hexadecimal(build(offending))
            self._context.log(
                "MSGDUMP",
                4,
                f"unsupported or mal-formatted message received from {neighbor.name}: \n{dump}",
            )
        self._end(session, Down.NOTIFICATION_SENT)
        self._begin_again(neighbor)

    def _notify(self, session: Session, notification: Notification, *, quiet: bool = False) -> None:
        neighbor = session.neighbor
        code, subcode, data = notification
        neighbor.last_notification = (True, code, subcode, data)
        self.send(session, notification)
        if not quiet:
            text = notification_text(code, subcode, data)
            self._context.log(
                "NOTIFICATION", 3, f"sent to neighbor {neighbor.name} {session.way}{text}"
            )

    def _end(self, session: Session, why: Down) -> None:
        """A connection ends: IOS reports it, and the neighbor's routes go."""
        context, neighbor = self._context, session.neighbor
        if session.state is State.CONNECT:
            self._drop(session)
            return
        self._report(session, why)
        was_up = session.state is State.ESTABLISHED
        self._remember(neighbor, why, of_session=was_up)
        self._drop(session)
        if was_up:
            neighbor.session = None
            neighbor.dropped += 1
            neighbor.since = context.now
            self._routes.lost(neighbor)

    def _remember(self, neighbor: Neighbor, why: Down, *, of_session: bool) -> None:
        """When and why the neighbor was reset last, in the words of `show ip bgp neighbors`.

        A NOTIFICATION resets a neighbor whose session was never up, too: captures have `BGP
        Notification received, no supported AFI/SAFI`, which answers an OPEN, and name a session
        only where there was one. They say what the NOTIFICATION was about.
        """
        by_notification = why in (Down.NOTIFICATION_SENT, Down.NOTIFICATION_RECEIVED)
        if not of_session and not by_notification:
            return
        words = f"{why.value} of session 1" if of_session else why.value
        if by_notification and neighbor.last_notification is not None:
            _, code, subcode, _ = neighbor.last_notification
            words = f"{words}, {notification_name(code, subcode)}"
        neighbor.last_down = (self._context.now, words)

    def _report(self, session: Session, why: Down) -> None:
        context, neighbor = self._context, session.neighbor
        who = f"{neighbor.name} {session.way}".rstrip()
        up = session.state is State.ESTABLISHED
        context.debug_session(f"{who} went from {session.state.value} to Idle")
        if not up and why not in (Down.NOTIFICATION_SENT, Down.NOTIFICATION_RECEIVED):
            return
        if why is not Down.USER_RESET:
            context.log("NBR_RESET", 5, f"Neighbor {who} reset ({why.value})")
        if context.process.log_neighbor_changes:
            name = f"{neighbor.name}{self._in_vrf} {session.way}".rstrip()
            context.log("ADJCHANGE", 5, f"neighbor {name} Down {why.value}")
            family = f"VPNv4 Unicast{self._in_vrf}" if context.vrf else "IPv4 Unicast"
            context.log(
                "ADJCHANGE",
                5,
                f"neighbor {neighbor.name} {family} topology base removed from session"
                f"  {why.value}",
                facility="BGP_SESSION",
            )

    @property
    def _in_vrf(self) -> str:
        return f" vpn vrf {self._context.vrf}" if self._context.vrf else ""

    def _drop(self, session: Session) -> None:
        """Close a connection without a word in the log."""
        self._forget(session)
        self._context.emit(Disconnect(session.number))

    def _forget(self, session: Session) -> None:
        timers = self._context.timers
        for timer in (Timer.HOLD, Timer.KEEPALIVE):
            timers.cancel(TimerKey(timer, session.neighbor.address, session.number))
        self._sessions.pop(session.number, None)
        session.neighbor.sessions.remove(session)

    def _begin_again(self, neighbor: Neighbor) -> None:
        if not neighbor.sessions and self.may_start(neighbor):
            self._hold_idle(neighbor)
        elif not neighbor.sessions:
            neighbor.idle_hold = True

    def _hold_idle(self, neighbor: Neighbor) -> None:
        """Stay in Idle for a moment, so that a session that fails at once is no storm."""
        neighbor.idle_hold = True
        self._retry(neighbor, self._pause())

    def _pause(self) -> int:
        return self._context.random.randint(*_RETRY) * 1_024_000

    def _retry(self, neighbor: Neighbor, pause: int) -> None:
        key = TimerKey(Timer.CONNECT_RETRY, neighbor.address)
        self._context.timers.set(key, Instant(self._context.now + pause))
