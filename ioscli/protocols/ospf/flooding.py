"""The flooding procedure (RFC 2328 13): what becomes of an LSA that a neighbor sends."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.codec.ospf.lsa import Instance, Lsa, fresher
from ioscli.codec.ospf.numbers import MAX_AGE, MAX_SEQUENCE, LsType, PacketType
from ioscli.codec.ospf.update import Update
from ioscli.model.instant import MILLISECOND, SECOND, Instant
from ioscli.protocols.ospf.lsdb import Entry, Lsdb
from ioscli.protocols.ospf.neighbor import Neighbor
from ioscli.protocols.ospf.states import InterfaceState, NeighborState, NetworkType

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.interface import Interface
    from ioscli.protocols.ospf.machine import Ospf

_CLOSE = 900 * SECOND
"""MaxAgeDiff."""


def receive_update(ospf: "Ospf", neighbor: Neighbor, update: Update) -> None:
    """Take the LSAs of an update, one by one (13)."""
    interface, area = neighbor.interface, neighbor.interface.area
    now = ospf.now
    arrival = ospf.config.lsa_arrival * MILLISECOND
    direct: list[bytes] = []
    debugging = "flood" in ospf.debugging
    requests = bool(neighbor.requests)
    births: dict[int, Instant] = {}
    for carried_age, lsa in update.lsas:
        kind = lsa.kind
        lsdb = _home(ospf, area, kind)
        if lsdb is None:
            continue
        if debugging:
            ospf.debug_lsa(interface, "Rcv Update", lsa, carried_age)
        table = lsdb.tables.get(kind)
        entry = table.get(lsa.key) if table is not None else None
        age = min(carried_age, MAX_AGE)
        birth = births.get(age)
        if birth is None:
            birth = births[age] = Instant(now - age * SECOND)
        if entry is None:
            newer = 1
            if age >= MAX_AGE and not ospf.exchanging():
                direct.append(_header(age, lsa))
                continue
        elif (
            (entry.lsa is lsa or entry.lsa.instance == lsa.instance)
            and age < MAX_AGE
            and -_CLOSE <= birth - entry.birth <= _CLOSE
            and not lsdb.dying
        ):
            newer = 0
        else:
            newer = fresher(age, lsa.instance, entry.age(now), entry.lsa.instance)
        if newer > 0:
            if entry is not None and now - entry.installed < arrival and not ospf.is_own(lsa):
                if debugging:
                    ospf.debug("flood", None, "Arrived too soon, ignored")
                continue
            _take(ospf, neighbor, lsdb, lsa, age, birth, entry)
            if requests and lsa.key in neighbor.requests:
                neighbor.exchange.satisfied(lsa.key)
        elif requests and lsa.key in neighbor.requests:
            neighbor.mismatch("BadLSReq")
            break
        elif newer == 0:
            _duplicate(neighbor, lsa, age, direct, debugging)
        else:
            assert entry is not None
            _send_back(ospf, neighbor, entry)
    if direct:
        interface.acknowledge(direct, interface.to_neighbor(neighbor))
    if neighbor.state in (NeighborState.EXCHANGE, NeighborState.LOADING):
        neighbor.exchange.go_on()


def _home(ospf: "Ospf", area: "Area", kind: int) -> Lsdb | None:
    """Where LSAs of a kind that come in through an area belong; None: it takes none of them."""
    if kind in (LsType.AS_EXTERNAL, LsType.OPAQUE_AS):
        return ospf.lsdb if area.takes_externals else None
    if kind == LsType.NSSA_EXTERNAL and not area.is_nssa:
        return None
    return area.lsdb


def _take(
    ospf: "Ospf",
    neighbor: Neighbor,
    lsdb: Lsdb,
    lsa: Lsa,
    age: int,
    birth: Instant,
    entry: Entry | None,
) -> None:
    """A newer instance: flood, install, acknowledge (13 step 5)."""
    interface = neighbor.interface
    old = None if entry is None else entry.lsa.instance
    back = flood(ospf, interface.area, lsa, birth, neighbor, old)
    ospf.install(interface.area, lsdb, lsa, birth)
    if not back and (
        interface.state is not InterfaceState.BACKUP or neighbor.key == interface.designated
    ):
        interface.acknowledge_later(age, lsa.instance)
    if ospf.is_own(lsa):
        ospf.origination.heard(interface.area, lsa, age)


def _duplicate(
    neighbor: Neighbor, lsa: Lsa, age: int, direct: list[bytes], debugging: bool
) -> None:
    """The same instance once more (13 step 7)."""
    interface = neighbor.interface
    if debugging:
        interface.ospf.debug("flood", None, "Received same lsa")
    if neighbor.unacknowledged and neighbor.acknowledged(lsa.instance):
        # Acknowledged by implication, as ours is to the neighbor once it arrives there. What still
        # waits to be sent to this neighbor alone need not be: then ours has to be a real one.
        unsent = interface.single and interface.unqueue(lsa.key)
        backup = interface.state is InterfaceState.BACKUP and neighbor.key == interface.designated
        if unsent or backup:
            interface.acknowledge_later(age, lsa.instance)
    else:
        direct.append(_header(age, lsa))


def _send_back(ospf: "Ospf", neighbor: Neighbor, entry: Entry) -> None:
    """The database has a newer one: let the neighbor have it (13 step 8)."""
    lsa, now = entry.lsa, ospf.now
    if entry.age(now) >= MAX_AGE and lsa.sequence == MAX_SEQUENCE:
        return
    if now - entry.installed < ospf.config.lsa_arrival * MILLISECOND:
        return
    interface = neighbor.interface
    for body in interface.updates([(lsa, entry.birth)]):
        interface.send(PacketType.LS_UPDATE, body, interface.to_neighbor(neighbor))


def flood(
    ospf: "Ospf",
    area: "Area",
    lsa: Lsa,
    birth: Instant,
    source: Neighbor | None = None,
    old: Instance | None = None,
) -> bool:
    """Send an LSA on (13.3); whether it goes back out of the interface that it came by.

    old: the instance that it takes the place of, owed to nobody any more (13 step 5c).
    """
    now = ospf.now
    pending = (now, lsa, 0)
    key = lsa.key
    exchange = NeighborState.EXCHANGE
    back = False
    for interface in scope(ospf, area, lsa.kind):
        added = False
        for neighbor in interface.neighbors.values():
            if neighbor.state < exchange:
                continue
            if old is not None and neighbor.unacknowledged:
                neighbor.acknowledged(old)
            if neighbor.requests and not _wants(neighbor, lsa, birth, now):
                continue
            if neighbor is source:
                continue
            neighbor.owe(lsa, pending)
            added = True
        if not added:
            if old is not None:
                interface.unqueue(key)
            continue
        if source is not None and interface is source.interface:
            if interface.elects and source.key in (interface.designated, interface.backup):
                continue
            if interface.state is InterfaceState.BACKUP:
                continue
            back = True
        interface.queue(lsa, birth)
    return back


def _wants(neighbor: Neighbor, lsa: Lsa, birth: Instant, now: Instant) -> bool:
    """Whether a neighbor that still compares databases lacks the LSA (13.3 step 1b)."""
    header = neighbor.requests.get(lsa.key)
    if header is None:
        return True
    age = min((now - birth) // SECOND, MAX_AGE)
    newer = fresher(age, lsa.instance, header.age, header.instance)
    if newer < 0:
        return False
    neighbor.exchange.satisfied(lsa.key)
    return newer > 0


def scope(ospf: "Ospf", area: "Area", kind: int) -> Iterable["Interface"]:
    """The interfaces that LSAs of a type are flooded out of."""
    if kind == LsType.OPAQUE_LINK:
        # Link-local: kept, and owed to nobody else, as no program here originates one.
        return ()
    if kind not in (LsType.AS_EXTERNAL, LsType.OPAQUE_AS):
        interfaces: list[Interface] = area.interfaces
    else:
        interfaces = [
            interface
            for one in ospf.areas.values()
            if one.takes_externals
            for interface in one.interfaces
            if interface.network_type is not NetworkType.VIRTUAL_LINK
        ]
    if any(interface.database_filter for interface in interfaces):
        return [interface for interface in interfaces if not interface.database_filter]
    return interfaces


def _header(age: int, lsa: Lsa) -> bytes:
    return age.to_bytes(2, "big") + lsa.instance
