"""Comparing databases with a neighbor (RFC 2328 10.6-10.9): descriptions and requests."""

from typing import TYPE_CHECKING

from ioscli.codec.ospf.exchange import DatabaseDescription, build_request
from ioscli.codec.ospf.lsa import Key, LsaHeader, fresher
from ioscli.codec.ospf.numbers import (
    DD_INIT,
    DD_MASTER,
    DD_MORE,
    HEADER_LENGTH,
    LSA_HEADER_LENGTH,
    MAX_AGE,
    OPTION_L,
    OPTION_O,
    LsType,
    PacketType,
    dotted,
)
from ioscli.model.ospf import OspfAreaKind
from ioscli.protocols.ospf.states import NeighborState, NetworkType

if TYPE_CHECKING:
    from ioscli.protocols.ospf.lsdb import Entry, Lsdb
    from ioscli.protocols.ospf.neighbor import Neighbor

DESCRIPTION_LENGTH = 8
LINK_LOCAL_LENGTH = 12
RETRANSMISSION_LIMIT = 25
_EXCHANGE, _LOADING = NeighborState.EXCHANGE, NeighborState.LOADING
_START = DD_INIT | DD_MORE | DD_MASTER
_KINDS = frozenset(LsType)


class Exchange:
    """One neighbor's side of it; idle until begin."""

    __slots__ = (
        "_asked",
        "_last_received",
        "_more_to_come",
        "_pending",
        "_request_timer",
        "_sent",
        "_timer",
        "description_tries",
        "master",
        "neighbor",
        "options",
        "request_tries",
        "sequence",
    )

    def __init__(self, neighbor: "Neighbor") -> None:
        self.neighbor = neighbor
        self.master = False
        """Whether this router is the master."""
        self.sequence = 0
        self.options = 0
        """Of the neighbor's descriptions."""
        self._pending: dict[Key, tuple[Lsdb, int]] = {}
        """What of the database is still to be described, last first."""
        self._sent: DatabaseDescription | None = None
        self._last_received: tuple[int, int, int] | None = None
        """Flags, options, sequence: what tells a duplicate."""
        self._more_to_come = True
        self._asked: dict[Key, None] = {}
        """What the request on its way asks for."""
        self.description_tries = self.request_tries = 0
        timers = neighbor.interface.ospf.timers
        self._timer = timers.make(self._description_overdue)
        self._request_timer = timers.make(self._request_overdue)

    def begin(self) -> None:
        """ExStart: claim to be master."""
        interface, ospf = self.neighbor.interface, self.neighbor.interface.ospf
        ospf.debug("adj", interface, f"Nbr {dotted(self.neighbor.id)}: Prepare dbase exchange")
        if self.sequence:
            self.sequence = self.sequence + 1 & 0xFFFFFFFF
        else:
            self.sequence = ospf.rng.randrange(1, 0x2600)
        self.master = True
        self.description_tries = 0
        self._last_received = None
        self._more_to_come = True
        self._send(DatabaseDescription(self._mtu, self._options, _START, self.sequence))
        self._timer.set(ospf.now + interface.retransmit)

    def stop(self) -> None:
        """Leave off, whatever the stage."""
        self._timer.cancel()
        self._request_timer.cancel()
        self._pending = {}
        self._asked = {}
        self._sent = None
        self.description_tries = self.request_tries = 0

    @property
    def _mtu(self) -> int:
        interface = self.neighbor.interface
        virtual = interface.network_type is NetworkType.VIRTUAL_LINK
        return 0 if virtual else interface.mtu

    @property
    def _options(self) -> int:
        interface = self.neighbor.interface
        return interface.options | (OPTION_O if interface.ospf.config.opaque else 0)

    # Descriptions (10.6, 10.8)

    def received(self, description: DatabaseDescription) -> None:
        """Take a description from the neighbor."""
        neighbor, interface = self.neighbor, self.neighbor.interface
        ospf = interface.ospf
        if ospf.debugging:
            text = (
                f"Rcv DBD from {dotted(neighbor.id)} seq 0x{description.sequence:X}"
                f" opt 0x{description.options:X} flag 0x{description.flags:X}"
                f" len {_length(description)}  mtu {description.mtu} state {neighbor.state}"
            )
            ospf.debug("adj", interface, text)
        if neighbor.state is NeighborState.INIT:
            neighbor.two_way()
        if neighbor.state < NeighborState.EXSTART:
            if ospf.debugging:
                ospf.debug("adj", interface, f"Nbr state is {neighbor.state}")
            return
        if not self._mtu_fits(description):
            return
        if neighbor.state is NeighborState.EXSTART:
            self._negotiate(description)
        elif neighbor.state is NeighborState.EXCHANGE:
            self._continue(description)
        elif not self._is_duplicate(description):
            neighbor.mismatch("SeqNumberMismatch")
        elif not self.master and self._sent is not None:
            self._send(self._sent)

    def _mtu_fits(self, description: DatabaseDescription) -> bool:
        neighbor, interface = self.neighbor, self.neighbor.interface
        mtu = self._mtu
        if interface.mtu_ignore or description.mtu == mtu or not mtu:
            return True
        larger = description.mtu > mtu
        size = "larger" if larger else "smaller"
        text = f"Nbr {dotted(neighbor.id)} has {size} interface MTU"
        interface.ospf.debug("adj", interface, text)
        if larger:
            interface.ospf.refuse(interface, "MTU Mismatch")
        return not larger

    def _negotiate(self, description: DatabaseDescription) -> None:
        neighbor, interface = self.neighbor, self.neighbor.interface
        ospf = interface.ospf
        if description.flags == _START and not description.headers:
            if neighbor.id < ospf.router_id:
                ospf.debug("adj", interface, "First DBD and we are not SLAVE")
                return
            self.master = False
            self.sequence = description.sequence
        elif (
            description.flags & (DD_INIT | DD_MASTER)
            or description.sequence != self.sequence
            or neighbor.id > ospf.router_id
        ):
            return
        if ospf.debugging:
            role = "MASTER" if self.master else "SLAVE"
            ospf.debug("adj", interface, f"NBR Negotiation Done. We are the {role}")
        self.options = description.options
        self.description_tries = 0
        self._timer.cancel()
        neighbor.enter(NeighborState.EXCHANGE, "Negotiation Done")
        self._list_database()
        self._accept(description)

    def _continue(self, description: DatabaseDescription) -> None:
        if self._is_duplicate(description):
            if not self.master and self._sent is not None:
                self._send(self._sent)
            return
        from_master = bool(description.flags & DD_MASTER)
        expected = self.sequence if self.master else self.sequence + 1 & 0xFFFFFFFF
        if (
            from_master == self.master
            or description.flags & DD_INIT
            or description.options != self.options
            or description.sequence != expected
        ):
            self.neighbor.mismatch("SeqNumberMismatch")
            return
        self._accept(description)

    def _is_duplicate(self, description: DatabaseDescription) -> bool:
        return self._last_received == (
            description.flags,
            description.options,
            description.sequence,
        )

    def _accept(self, description: DatabaseDescription) -> None:
        neighbor = self.neighbor
        self._last_received = (description.flags, description.options, description.sequence)
        self._more_to_come = bool(description.flags & DD_MORE)
        if not self._compare(description.headers):
            neighbor.mismatch("SeqNumberMismatch")
            return
        if self.master:
            self.sequence = self.sequence + 1 & 0xFFFFFFFF
            if not self._more_to_come and self._sent and not self._sent.flags & DD_MORE:
                self._done()
                return
            self._send(self._next(more=False))
            self._timer.set(neighbor.interface.ospf.now + neighbor.interface.retransmit)
        else:
            self.sequence = description.sequence
            # IOS's slave says that there is more until the master has described something.
            answer = self._next(more=bool(description.flags & DD_INIT))
            if not self._more_to_come and not answer.flags & DD_MORE:
                # Requests go out before the last description, as in IOS's debugging.
                self._done()
                self._send(answer)
                return
            self._send(answer)
        self.ask()

    def _compare(self, headers: tuple[LsaHeader, ...]) -> bool:
        """Note what the neighbor has newer; False where an LSA has no business here."""
        neighbor = self.neighbor
        area = neighbor.interface.area
        now = neighbor.interface.ospf.now
        stub = area.config.kind is not OspfAreaKind.NORMAL
        for header in headers:
            kind = header.kind
            if kind not in _KINDS or (stub and kind in (LsType.AS_EXTERNAL, LsType.OPAQUE_AS)):
                return False
            entry = area.database(kind).get(kind, header.key)
            newer = 1
            if entry is not None:
                age, mine = entry.age(now), entry.lsa.instance
                newer = fresher(header.age, header.instance, age, mine)
            if newer > 0:
                neighbor.requests[header.key] = header
            if newer >= 0:
                # The neighbor has it, so it needs no description (RFC 5243).
                self._pending.pop(header.key, None)
        return True

    def _list_database(self) -> None:
        """Take down what there is to describe (10.3, NegotiationDone)."""
        neighbor, interface = self.neighbor, self.neighbor.interface
        area, ospf = interface.area, interface.ospf
        silent = interface.database_filter or neighbor.filtered
        databases = [] if silent else [area.lsdb]
        if (
            not silent
            and area.takes_externals
            and interface.network_type is not NetworkType.VIRTUAL_LINK
        ):
            databases.append(ospf.lsdb)
        found: list[tuple[Key, tuple[Lsdb, int]]] = []
        for lsdb in databases:
            for entry in lsdb.entries():
                if entry.lsa.key in lsdb.dying:
                    neighbor.owe({entry.lsa.instance: (ospf.now, entry.lsa, 0)})
                    interface.queue({entry.lsa.key: (entry.lsa, entry.birth)})
                elif self._describable(entry):
                    found.append((entry.lsa.key, (lsdb, entry.lsa.kind)))
        self._pending = dict(reversed(found))
        if ospf.debugging:
            text = f"Nbr {dotted(neighbor.id)}: Summary list built, size {len(self._pending)}"
            ospf.debug("adj", interface, text)

    def _describable(self, entry: "Entry") -> bool:
        opaque = entry.lsa.kind >= LsType.OPAQUE_LINK
        return not opaque or bool(self.options & OPTION_O)

    def _next(self, more: bool) -> DatabaseDescription:
        """What is to be sent next; more: say that there is more, whether there is or not."""
        interface = self.neighbor.interface
        now = interface.ospf.now
        fit = (interface.room() - DESCRIPTION_LENGTH - LINK_LOCAL_LENGTH) // LSA_HEADER_LENGTH
        headers: list[LsaHeader] = []
        while self._pending and len(headers) < fit:
            key, (lsdb, kind) = self._pending.popitem()
            entry = lsdb.get(kind, key)
            if entry is not None:
                age = min(entry.age(now), MAX_AGE)
                headers.append(LsaHeader(age, entry.lsa.instance))
        flags = (DD_MORE if self._pending or more else 0) | (DD_MASTER if self.master else 0)
        return DatabaseDescription(self._mtu, self._options, flags, self.sequence, tuple(headers))

    def _send(self, description: DatabaseDescription) -> None:
        neighbor, interface = self.neighbor, self.neighbor.interface
        self._sent = description
        if interface.ospf.debugging:
            text = (
                f"Send DBD to {dotted(neighbor.id)} seq 0x{description.sequence:X}"
                f" opt 0x{description.options:X} flag 0x{description.flags:X}"
                f" len {_length(description)}"
            )
            interface.ospf.debug("adj", interface, text)
        interface.send(
            PacketType.DATABASE_DESCRIPTION,
            description.build(),
            interface.to_neighbor(neighbor),
            interface.link_local if description.options & OPTION_L else None,
        )

    def _description_overdue(self) -> None:
        neighbor, interface = self.neighbor, self.neighbor.interface
        ospf = interface.ospf
        if self._sent is None:
            return
        if neighbor.state > NeighborState.EXCHANGE:
            self._clean_up()
            return
        self.description_tries += 1
        if self.description_tries > RETRANSMISSION_LIMIT:
            neighbor.give_up(_killing(neighbor))
            return
        self._send(self._sent)
        if ospf.debugging:
            text = f"Retransmitting DBD to {dotted(neighbor.id)} [{self.description_tries}]"
            ospf.debug("adj", interface, text)
        self._timer.set(ospf.now + interface.retransmit)

    def _clean_up(self) -> None:
        """The neighbor has had time enough to miss the last description (10.8)."""
        neighbor, interface = self.neighbor, self.neighbor.interface
        self._sent = None
        if not self.master:
            self._last_received = None
        if interface.ospf.debugging:
            text = f"Nbr {dotted(neighbor.id)}: Clean-up dbase exchange"
            interface.ospf.debug("adj", interface, text)

    def _done(self) -> None:
        """ExchangeDone."""
        neighbor, interface = self.neighbor, self.neighbor.interface
        self._timer.set(interface.ospf.now + interface.dead_span)
        if interface.ospf.debugging:
            interface.ospf.debug("adj", interface, f"Exchange Done with {dotted(neighbor.id)}")
        neighbor.enter(NeighborState.LOADING, "Exchange Done")
        if neighbor.requests:
            self.ask()
        else:
            neighbor.loading_done()

    # Requests (10.9)

    def ask(self) -> None:
        """Request what is on the list, unless a request is on its way."""
        neighbor, interface = self.neighbor, self.neighbor.interface
        if self._asked or not neighbor.requests:
            return
        fit = interface.room() // 12
        self._asked = dict.fromkeys(list(neighbor.requests)[:fit])
        self.request_tries = 0
        self._send_request()

    def _send_request(self) -> None:
        neighbor, interface = self.neighbor, self.neighbor.interface
        body = build_request(self._asked)
        if interface.ospf.debugging:
            length = HEADER_LENGTH + len(body)
            text = f"Send LS REQ to {dotted(neighbor.id)} length {length}"
            interface.ospf.debug("adj", interface, text)
        interface.send(PacketType.LS_REQUEST, body, interface.to_neighbor(neighbor))
        self._request_timer.set(interface.ospf.now + interface.retransmit)

    def _request_overdue(self) -> None:
        neighbor = self.neighbor
        if not self._asked:
            return
        self.request_tries += 1
        if self.request_tries > RETRANSMISSION_LIMIT:
            neighbor.give_up(_killing(neighbor))
            return
        self._send_request()

    def satisfied(self, key: Key) -> None:
        """The neighbor sent an LSA that was on the request list, or better."""
        del self.neighbor.requests[key]
        self._asked.pop(key, None)

    def go_on(self) -> None:
        """After an update: ask for more, or be done (LoadingDone)."""
        neighbor = self.neighbor
        state = neighbor.state
        if state is not _EXCHANGE and state is not _LOADING:
            return
        if not self._asked:
            self._request_timer.cancel()
            self.ask()
        if not neighbor.requests and neighbor.state is NeighborState.LOADING:
            neighbor.loading_done()


def _length(description: DatabaseDescription) -> int:
    """Of the packet, header included."""
    return HEADER_LENGTH + DESCRIPTION_LENGTH + LSA_HEADER_LENGTH * len(description.headers)


def _killing(neighbor: "Neighbor") -> str:
    return (
        f"Killing nbr {dotted(neighbor.id)} due to excessive"
        f" ({RETRANSMISSION_LIMIT}) retransmissions"
    )
