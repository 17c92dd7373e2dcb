"""One TCP connection: the state machine of RFC 9293 section 3.10 with its buffers and timers."""

from __future__ import annotations

from typing import NamedTuple

from ioscli.codec.tcp import HEADER_LENGTH, Flag, Options, TcpHeader
from ioscli.model.instant import SECOND, Duration, Instant
from ioscli.protocols.tcp.congestion import CongestionWindow
from ioscli.protocols.tcp.effects import (
    Acknowledge,
    Closed,
    Ends,
    Established,
    PeerClosed,
    Received,
    SendSegment,
    State,
    TcpEffect,
    Why,
)
from ioscli.protocols.tcp.rtt import LONGEST, SHORTEST, RetransmissionTimeout
from ioscli.protocols.tcp.sequence import add, before, distance

_IP_HEADER = 20
_SMALLEST_MSS = 64
_MOST_CHALLENGES, _CHALLENGE_PERIOD = 10, Duration(5 * SECOND)
"""So many acknowledgments of segments out of place in so long (RFC 5961 section 10)."""
_MOST_PARKED = 64
"""Segments that are kept while one before them is missing."""

_NO_OPTIONS = Options()

_SYNCHRONIZED = frozenset(
    {
        State.ESTABLISHED,
        State.FIN_WAIT_1,
        State.FIN_WAIT_2,
        State.CLOSE_WAIT,
        State.CLOSING,
        State.LAST_ACK,
        State.TIME_WAIT,
    }
)
_MAY_SEND = frozenset({State.ESTABLISHED, State.CLOSE_WAIT})
_MAY_RECEIVE = frozenset({State.ESTABLISHED, State.FIN_WAIT_1, State.FIN_WAIT_2})


class TcpSettings(NamedTuple):
    """What the user of a connection chooses; durations in microseconds."""

    mss: int = 536
    """Largest payload that is offered to the peer, and sent to it unless it takes less."""
    default_mss: int = 536
    """What is sent to a peer that offers no MSS (RFC 9293 section 3.7.1)."""
    window: int = 16_384
    """Bytes of the receive buffer: IOS's default since 12.4T for BGP."""
    ttl: int = 255
    tos: int = 0
    dont_fragment: bool = False
    key: bytes | None = None
    """Signs and checks every segment (RFC 2385)."""
    initial_timeout: Duration = Duration(2 * SECOND)
    """RTO before a round trip was measured; of a SYN too."""
    connect_time: Duration = Duration(30 * SECOND)
    """How long the handshake may take: `ip tcp synwait-time`."""
    retries: int = 10
    """How often data is sent again before the peer is given up."""
    linger: Duration = Duration(60 * SECOND)
    """TIME-WAIT."""


class Connection:
    """A transmission control block; `endpoint.Tcp` hands it segments, calls and time."""

    def __init__(
        self, ends: Ends, settings: TcpSettings, iss: int, now: Instant, *, passive: bool
    ) -> None:
        self.ends = ends
        self.settings = settings
        self.state = State.CLOSED
        self.passive = passive
        self.opened = now
        self.heard = self.spoke = now
        """When the last segment came in, and the last went out."""
        self._now = now
        """Of the current call."""
        self.iss, self.irs = iss, 0
        self.snd_una = self.snd_nxt = iss
        self.snd_max = iss
        """SND.NXT before anything was sent again."""
        self.snd_wnd = 0
        self.rcv_nxt = 0
        self._acknowledged_to = 0
        """RCV.NXT as the peer was told last."""
        self.mss = settings.mss
        self.rto = RetransmissionTimeout(settings.initial_timeout, SHORTEST, LONGEST)
        self.congestion = CongestionWindow(settings.mss)
        self.retransmissions = 0
        """Segments sent again, over the connection's life."""
        self.segments_in = self.segments_out = 0
        self.bytes_in = self.bytes_out = 0
        self.bad_signatures = 0
        self._unsent = bytearray()
        """What the peer has not acknowledged, and what was not sent yet behind it."""
        self._parked: dict[int, bytes] = {}
        self._closing = False
        self._fin_at: int | None = None
        """Sequence number of our FIN, once it was sent."""
        self._peer_fin_at: int | None = None
        self._tries = 0
        self._resend_at: Instant | None = None
        self._ends_at: Instant | None = None
        self._timed: tuple[int, Instant] | None = None
        """A sequence number whose acknowledgment measures the round trip, and when it was sent."""
        self._challenges = 0
        self._challenges_until = now
        self._effects: list[TcpEffect] = []

    # -- what the user does ----------------------------------------------------------------------

    def open(self, now: Instant) -> list[TcpEffect]:
        """Active open."""
        self.state = State.SYN_SENT
        self._now = now
        self._ends_at = Instant(now + self.settings.connect_time)
        self._send_syn(now)
        return self._take()

    def accept(self, now: Instant, syn: TcpHeader) -> list[TcpEffect]:
        """Passive open: a SYN came to a port that listens."""
        self.state = State.SYN_RECEIVED
        self._now = self.heard = now
        self._ends_at = Instant(now + self.settings.connect_time)
        self._learn_peer(syn)
        self._send_syn(now)
        return self._take()

    def send(self, now: Instant, data: bytes) -> list[TcpEffect]:
        """Queue bytes for the peer."""
        self._now = now
        if self.state in _MAY_SEND or self.state in (State.SYN_SENT, State.SYN_RECEIVED):
            self._unsent += data
            self._push(now)
        return self._take()

    def close(self, now: Instant) -> list[TcpEffect]:
        """Send what is queued, then FIN."""
        self._now = now
        if self.state is State.SYN_SENT:
            self._end(Why.ABORTED)
        else:
            self._closing = True
            self._push(now)
        return self._take()

    def abort(self) -> list[TcpEffect]:
        """Reset the connection."""
        if self.state in _SYNCHRONIZED or self.state is State.SYN_RECEIVED:
            self._emit(Flag.RST | Flag.ACK, self.snd_nxt)
        self._end(Why.ABORTED)
        return self._take()

    def unreachable(self) -> list[TcpEffect]:
        """An ICMP error came back; it only ends a handshake (RFC 1122 section 4.2.3.9)."""
        if self.state is State.SYN_SENT:
            self._end(Why.UNREACHABLE)
        return self._take()

    def path_mtu(self, now: Instant, mtu: int) -> list[TcpEffect]:
        """A router on the way takes no larger packets: send smaller segments again (RFC 1191)."""
        self._now = now
        mss = max(_SMALLEST_MSS, mtu - _IP_HEADER - HEADER_LENGTH)
        if mss < self.mss and self.state in _SYNCHRONIZED:
            self.mss = mss
            self.congestion.resize(mss)
            self.snd_nxt = self.snd_una
            self._push(now)
        return self._take()

    # -- time --------------------------------------------------------------------------------------

    @property
    def next_deadline(self) -> Instant | None:
        """When `handle_timer` has something to do."""
        times = [at for at in (self._resend_at, self._ends_at) if at is not None]
        return min(times, default=None)

    def handle_timer(self, now: Instant) -> list[TcpEffect]:
        """Send again what was not acknowledged; end what took too long."""
        self._now = now
        if self._ends_at is not None and now >= self._ends_at:
            self._end(Why.FINISHED if self.state is State.TIME_WAIT else Why.TIMED_OUT)
        elif self._resend_at is not None and now >= self._resend_at:
            self._resend_at = None
            self._time_out(now)
        return self._take()

    def _time_out(self, now: Instant) -> None:
        if self._tries >= self.settings.retries and self.state in _SYNCHRONIZED:
            self._end(Why.TIMED_OUT)
            return
        self._tries += 1
        self.retransmissions += 1
        self._timed = None  # Karn: what was sent twice measures nothing
        self.rto.back_off()
        if self.state in (State.SYN_SENT, State.SYN_RECEIVED):
            self._send_syn(now)
            return
        self.congestion.timed_out(self._in_flight)
        self.snd_nxt = self.snd_una
        self._push(now, probe=True)

    # -- segments ----------------------------------------------------------------------------------

    def receive(self, now: Instant, header: TcpHeader, payload: bytes) -> list[TcpEffect]:
        """A segment of this connection; its checksum and signature were right."""
        self._now = self.heard = now
        self.segments_in += 1
        self.bytes_in += len(payload)
        if self.state is State.SYN_SENT:
            self._receive_in_syn_sent(now, header)
        elif not self._acceptable(header, payload):
            if payload:
                self._acknowledge()
            elif not header.flags & Flag.RST:
                self._challenge(now)
        elif header.flags & Flag.RST:
            self._receive_reset(now, header)
        elif header.flags & Flag.SYN:
            self._challenge(now)  # RFC 5961 section 4
        elif header.flags & Flag.ACK:
            self._receive_acknowledgment(now, header)
            if self.state is not State.CLOSED:
                self._receive_text(now, header, payload)
        return self._take()

    def _receive_in_syn_sent(self, now: Instant, header: TcpHeader) -> None:
        flags = header.flags
        fits = distance(header.acknowledgment, self.iss) == 1
        if flags & Flag.ACK and not fits:
            if not flags & Flag.RST:
                self._emit(Flag.RST, header.acknowledgment)
            return
        if flags & Flag.RST:
            if flags & Flag.ACK:
                self._end(Why.REFUSED)
            return
        if not flags & Flag.SYN:
            return
        self._learn_peer(header)
        if flags & Flag.ACK:
            self._acknowledged(now, header.acknowledgment)
            self._acknowledge()
            self._establish()
            self._push(now)
        else:  # both opened at once
            self.state = State.SYN_RECEIVED
            self._send_syn(now)

    def _learn_peer(self, syn: TcpHeader) -> None:
        self.irs = syn.sequence
        self.rcv_nxt = add(syn.sequence, 1)
        self.snd_wnd = syn.window
        offered = self.settings.default_mss if syn.options.mss is None else syn.options.mss
        self.mss = max(_SMALLEST_MSS, min(self.settings.mss, offered))
        self.congestion = CongestionWindow(self.mss)

    def _establish(self) -> None:
        self.state = State.ESTABLISHED
        self._ends_at = None
        self._tries = 0
        self._effects.append(Established(self.ends, self.passive))

    def _acceptable(self, header: TcpHeader, payload: bytes) -> bool:
        """Whether any part of a segment is in the receive window (section 3.4)."""
        length = len(payload) + bool(header.flags & Flag.FIN)
        window = self.settings.window
        start = distance(header.sequence, self.rcv_nxt)
        if length == 0:
            return 0 <= start < window
        return start < window and start + length > 0

    def _receive_reset(self, now: Instant, header: TcpHeader) -> None:
        if header.sequence != self.rcv_nxt:
            self._challenge(now)  # RFC 5961 section 3
            return
        if self.state is State.SYN_RECEIVED:
            self._end(Why.REFUSED)
        else:
            self._end(Why.FINISHED if self.state is State.TIME_WAIT else Why.RESET)

    def _receive_acknowledgment(self, now: Instant, header: TcpHeader) -> None:
        acknowledgment = header.acknowledgment
        if self.state is State.SYN_RECEIVED:
            if distance(acknowledgment, self.iss) != 1:
                self._emit(Flag.RST, acknowledgment)
                return
            self.snd_wnd = header.window
            self._acknowledged(now, acknowledgment)
            self._establish()
        ahead = distance(acknowledgment, self.snd_una)
        if before(self.snd_max, acknowledgment):
            self._challenge(now)  # of what was never sent
            return
        if ahead > 0:
            self._acknowledged(now, acknowledgment)
        elif (
            ahead == 0
            and self._in_flight
            and header.window == self.snd_wnd
            and self.congestion.duplicate(self._in_flight)
        ):
            self._resend_first()
        self.snd_wnd = header.window
        self._follow_own_fin(now)
        self._push(now)

    def _acknowledged(self, now: Instant, acknowledgment: int) -> None:
        """The peer has everything before a number."""
        amount = distance(acknowledgment, self.snd_una)
        if self.snd_una == self.iss:
            amount -= 1  # our SYN took a number
        if self._fin_at is not None and before(self._fin_at, acknowledgment):
            amount -= 1
        del self._unsent[: max(0, amount)]
        self.congestion.acknowledged(amount)
        self.snd_una = acknowledgment
        if before(self.snd_nxt, acknowledgment):
            self.snd_nxt = acknowledgment
        if self._timed is not None and not before(acknowledgment, self._timed[0]):
            self.rto.measured(now - self._timed[1])
            self._timed = None
        self._tries = 0
        self._resend_at = Instant(now + self.rto.value) if self._in_flight else None

    def _follow_own_fin(self, now: Instant) -> None:
        if self._fin_at is None or not before(self._fin_at, self.snd_una):
            return
        if self.state is State.FIN_WAIT_1:
            self.state = State.FIN_WAIT_2
        elif self.state is State.CLOSING:
            self._wait(now)
        elif self.state is State.LAST_ACK:
            self._end(Why.FINISHED)

    def _receive_text(self, now: Instant, header: TcpHeader, payload: bytes) -> None:
        if header.flags & Flag.FIN and self._peer_fin_at is None:
            self._peer_fin_at = add(header.sequence, len(payload))
        if payload and self.state in _MAY_RECEIVE:
            self._park(header.sequence, payload)
            self._deliver()
        if self._peer_fin_at is not None and self.rcv_nxt == self._peer_fin_at:
            self.rcv_nxt = add(self.rcv_nxt, 1)
            self._peer_finished(now)
        if payload or header.flags & Flag.FIN:
            if self._acknowledged_to == self.rcv_nxt:
                self._acknowledge()  # again: something is missing, or came twice
            else:
                self._effects.append(Acknowledge(self.ends))

    def _park(self, sequence: int, payload: bytes) -> None:
        late = distance(self.rcv_nxt, sequence)
        if late > 0:
            sequence, payload = self.rcv_nxt, payload[late:]
        known = self._parked.get(sequence, b"")
        if len(payload) > len(known) and (known or len(self._parked) < _MOST_PARKED):
            self._parked[sequence] = payload

    def _deliver(self) -> None:
        """Hand on what is in order now."""
        whole = b""
        while self._parked:
            start = min(self._parked, key=lambda at: distance(at, self.rcv_nxt))
            late = distance(self.rcv_nxt, start)
            if late < 0:
                break
            piece = self._parked.pop(start)[late:]
            whole += piece
            self.rcv_nxt = add(self.rcv_nxt, len(piece))
        if whole:
            self._effects.append(Received(self.ends, whole))

    def _peer_finished(self, now: Instant) -> None:
        if self.state is State.ESTABLISHED:
            self.state = State.CLOSE_WAIT
            self._effects.append(PeerClosed(self.ends))
        elif self.state is State.FIN_WAIT_1:
            self.state = State.CLOSING
        elif self.state is State.FIN_WAIT_2:
            self._wait(now)

    def _wait(self, now: Instant) -> None:
        self.state = State.TIME_WAIT
        self._resend_at = None
        self._ends_at = Instant(now + self.settings.linger)

    # -- sending -----------------------------------------------------------------------------------

    @property
    def queued(self) -> int:
        """Bytes of the user's that the peer has not acknowledged, sent or not."""
        return len(self._unsent)

    @property
    def _in_flight(self) -> int:
        return distance(self.snd_nxt, self.snd_una)

    def _send_syn(self, now: Instant) -> None:
        flags = Flag.SYN if self.state is State.SYN_SENT else Flag.SYN | Flag.ACK
        if self._tries == 0:
            self._timed = add(self.iss, 1), now
        self._emit(flags, self.iss, options=Options(mss=self.settings.mss))
        self.snd_nxt = self.snd_max = add(self.iss, 1)
        self._resend_at = Instant(now + self.rto.value)

    def _push(self, now: Instant, *, probe: bool = False) -> None:
        """Send what the windows allow; probe: one segment even if they allow nothing."""
        if self.state not in _SYNCHRONIZED or self.state is State.TIME_WAIT:
            return
        room = min(self.snd_wnd, self.congestion.window)
        if probe:
            room = max(room, 1)
        while True:
            flying = self._in_flight
            piece = bytes(self._unsent[flying : flying + min(self.mss, max(0, room - flying))])
            if not piece:
                break
            last = flying + len(piece) == len(self._unsent)
            self._send_piece(now, piece, last=last)
        self._send_fin(now)
        waits = len(self._unsent) > self._in_flight and not self._in_flight
        if self._resend_at is None and (self._in_flight or waits):
            self._resend_at = Instant(now + self.rto.value)  # also the persist timer

    def _send_piece(self, now: Instant, piece: bytes, *, last: bool) -> None:
        if self._timed is None and self.snd_nxt == self.snd_max:
            self._timed = add(self.snd_nxt, len(piece)), now
        self._emit(Flag.ACK | Flag.PSH if last else Flag.ACK, self.snd_nxt, piece)
        self.bytes_out += len(piece)
        self.snd_nxt = add(self.snd_nxt, len(piece))
        if before(self.snd_max, self.snd_nxt):
            self.snd_max = self.snd_nxt

    def _send_fin(self, now: Instant) -> None:
        if not self._closing or self._in_flight < len(self._unsent):
            return
        at = add(self.snd_una, len(self._unsent))
        if self._fin_at is None:
            self._fin_at = at
            if self.state is State.ESTABLISHED:
                self.state = State.FIN_WAIT_1
            elif self.state is State.CLOSE_WAIT:
                self.state = State.LAST_ACK
        elif self.snd_nxt != self._fin_at or before(self._fin_at, self.snd_una):
            return
        self._emit(Flag.FIN | Flag.ACK, self._fin_at)
        self.snd_nxt = add(self._fin_at, 1)
        if before(self.snd_max, self.snd_nxt):
            self.snd_max = self.snd_nxt
        self._resend_at = Instant(now + self.rto.value)

    def _resend_first(self) -> None:
        """Fast retransmit: the segment that the peer waits for."""
        self.retransmissions += 1
        self._timed = None
        piece = bytes(self._unsent[: self.mss])
        if piece:
            self._emit(Flag.ACK, self.snd_una, piece)
        elif self._fin_at is not None:
            self._emit(Flag.FIN | Flag.ACK, self._fin_at)

    def acknowledge(self) -> list[TcpEffect]:
        """Acknowledge what came, unless a segment of the user's just did (RFC 9293 3.8.6.3)."""
        if self.state is not State.CLOSED and self._acknowledged_to != self.rcv_nxt:
            self._acknowledge()
        return self._take()

    def _acknowledge(self) -> None:
        self._emit(Flag.ACK, self.snd_nxt)

    def _challenge(self, now: Instant) -> None:
        """Acknowledge a segment that is out of place, not too often (RFC 5961 section 10).

        Two ends that disagree on what was sent would answer each other's answers for ever.
        """
        if now >= self._challenges_until:
            self._challenges_until = Instant(now + _CHALLENGE_PERIOD)
            self._challenges = 0
        if self._challenges < _MOST_CHALLENGES:
            self._challenges += 1
            self._acknowledge()

    def _emit(
        self, flags: int, sequence: int, payload: bytes = b"", options: Options = _NO_OPTIONS
    ) -> None:
        header = TcpHeader(
            self.ends.local_port,
            self.ends.peer_port,
            sequence,
            self.rcv_nxt if flags & Flag.ACK else 0,
            flags,
            self.settings.window,
            options,
        )
        if flags & Flag.ACK:
            self._acknowledged_to = self.rcv_nxt
        settings = self.settings
        segment = header.build(payload, self.ends.local, self.ends.peer, settings.key)
        self.segments_out += 1
        self.spoke = self._now
        self._effects.append(
            SendSegment(
                self.ends.local,
                self.ends.peer,
                segment,
                settings.ttl,
                settings.tos,
                settings.dont_fragment,
            )
        )

    # -- the end -----------------------------------------------------------------------------------

    def _end(self, why: Why) -> None:
        if self.state is not State.CLOSED:
            self.state = State.CLOSED
            self._effects.append(Closed(self.ends, why))
        self._resend_at = self._ends_at = None

    def _take(self) -> list[TcpEffect]:
        effects, self._effects = self._effects, []
        return effects
