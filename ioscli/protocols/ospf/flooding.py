"""The flooding procedure (RFC 2328 13): what becomes of an LSA that a neighbor sends."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.ospf.lsa import Instance, Key, Lsa, fresher
from ioscli.codec.ospf.numbers import AS_WIDE, MAX_AGE, MAX_SEQUENCE, LsType, PacketType
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
# Looking up a member of an enumeration takes longer than comparing with it.
_BACKUP, _EXCHANGE = InterfaceState.BACKUP, NeighborState.EXCHANGE
_NETWORK, _OPAQUE_LINK = int(LsType.NETWORK), int(LsType.OPAQUE_LINK)


class Fresh(NamedTuple):
    """An LSA to be flooded."""

    lsa: Lsa
    birth: Instant
    age: int
    """Seconds, as it came."""
    old: Instance | None
    """The instance that it takes the place of, owed to nobody any more (13 step 5c)."""


def receive_update(ospf: "Ospf", neighbor: Neighbor, update: Update) -> None:
    """Take the LSAs of an update (13): each is compared and installed, then all are passed on."""
    interface, area, now = neighbor.interface, neighbor.interface.area, ospf.now
    debugging = "flood" in ospf.debugging
    requests, unacknowledged = neighbor.requests, neighbor.unacknowledged
    last, lsdb, aged, birth = 0, None, 0, now
    table: dict[Key, Entry] = {}
    fresh: list[Fresh] = []
    direct: list[bytes] = []
    later: list[bytes] = []
    for carried_age, lsa in update.lsas:
        kind, key = lsa.kind, lsa.key
        if kind != last:
            last, lsdb = kind, _home(ospf, area, kind)
            table = {} if lsdb is None else lsdb.tables.get(kind, {})
        if lsdb is None:
            continue
        if debugging:
            ospf.debug_lsa(interface, "Rcv Update", lsa, carried_age)
        age = carried_age if carried_age < MAX_AGE else MAX_AGE
        if age != aged:  # of an update's LSAs most are of one age
            aged, birth = age, Instant(now - age * SECOND)
        entry = table.get(key)
        if entry is None:
            newer = 1
        elif (
            # What nearly all are that are not new; _freshness knows the whole rule.
            entry[0] is lsa
            and age < MAX_AGE
            and -_CLOSE <= birth - entry[1] <= _CLOSE
            and not lsdb.dying
        ):
            newer = 0
        else:
            newer = _freshness(lsdb, entry, lsa, age, birth, now)
        if newer > 0:
            if (entry or age >= MAX_AGE) and _is_left(ospf, entry, lsa, age, direct):
                continue
            ospf.install(area, lsdb, lsa, birth)
            table = lsdb.tables[kind]
            old = None if entry is None else entry.lsa.instance
            fresh.append(tuple.__new__(Fresh, (lsa, birth, age, old)))
            if requests and key in requests:
                neighbor.exchange.satisfied(key)
        elif requests and key in requests:
            neighbor.mismatch("BadLSReq")
            break
        elif newer == 0:
            if debugging:
                ospf.debug("flood", None, "Received same lsa")
            # 13 step 7: an acknowledgment by implication, if one was owed; else answer at once.
            if unacknowledged.pop(lsa.instance, None) is None:
                direct.append(age.to_bytes(2, "big") + lsa.instance)
            elif (interface.single and interface.unqueue(key)) or (
                interface.state is _BACKUP and neighbor.key == interface.designated
            ):
                # What still waited to be sent to this neighbor alone need not be: then a real
                # acknowledgment has to go.
                later.append(age.to_bytes(2, "big") + lsa.instance)
        else:
            assert entry is not None
            _send_back(ospf, neighbor, entry)
    _pass_on(ospf, neighbor, fresh, later, direct)


def _freshness(lsdb: Lsdb, entry: Entry, lsa: Lsa, age: int, birth: Instant, now: Instant) -> int:
    """13.1: 1 for newer than the entry, -1 for older."""
    mine = entry.lsa
    if (
        (mine is lsa or mine.instance == lsa.instance)
        and age < MAX_AGE
        and -_CLOSE <= birth - entry.birth <= _CLOSE
        and not lsdb.dying
    ):
        return 0
    return fresher(age, lsa.instance, entry.age(now), mine.instance)


def _is_left(ospf: "Ospf", entry: Entry | None, lsa: Lsa, age: int, direct: list[bytes]) -> bool:
    """Whether a newer LSA is not to be taken: 13 step 4, and step 5a, MinLSArrival."""
    if entry is None:
        if age >= MAX_AGE and not ospf.exchanging():
            direct.append(_header(age, lsa))
            return True
        return False
    arrival = ospf.config.lsa_arrival * MILLISECOND
    if ospf.now - entry.installed >= arrival or ospf.is_own(lsa):
        return False
    ospf.debug("flood", None, "Arrived too soon, ignored")
    return True


def _home(ospf: "Ospf", area: "Area", kind: int) -> Lsdb | None:
    """Where LSAs of a kind that come in through an area belong; None: it takes none of them."""
    if kind in (LsType.AS_EXTERNAL, LsType.OPAQUE_AS):
        return ospf.lsdb if area.takes_externals else None
    if kind == LsType.NSSA_EXTERNAL and not area.is_nssa:
        return None
    return area.lsdb


def _pass_on(
    ospf: "Ospf", neighbor: Neighbor, fresh: list[Fresh], later: list[bytes], direct: list[bytes]
) -> None:
    """Flood, acknowledge and look for our own among newer instances (13 steps 5b, e, f).

    later, direct: acknowledgments that are due already, after a while or at once.
    """
    interface, area = neighbor.interface, neighbor.interface.area
    if not neighbor.unacknowledged:
        neighbor.all_acknowledged()
    if fresh:
        back = flood(ospf, area, fresh, neighbor)
        if interface.state is not _BACKUP or neighbor.key == interface.designated:
            later += [
                age.to_bytes(2, "big") + lsa.instance
                for lsa, _, age, _ in fresh
                if lsa.key not in back
            ]
    if later:
        interface.acknowledge_later(b"".join(later))
    router_id = ospf.router_id
    for lsa, _, age, _ in fresh:
        if (lsa.router == router_id or lsa.kind == _NETWORK) and ospf.is_own(lsa):
            ospf.origination.heard(area, lsa, age)
    if direct:
        interface.acknowledge(b"".join(direct), interface.to_neighbor(neighbor))
    neighbor.exchange.go_on()


def _send_back(ospf: "Ospf", neighbor: Neighbor, entry: Entry) -> None:
    """The database has a newer one: let the neighbor have it (13 step 8)."""
    if neighbor.interface.database_filter or neighbor.filtered:
        return
    lsa, now = entry.lsa, ospf.now
    if entry.age(now) >= MAX_AGE and lsa.sequence == MAX_SEQUENCE:
        return
    if now - entry.installed < ospf.config.lsa_arrival * MILLISECOND:
        return
    interface = neighbor.interface
    for body in interface.updates([(lsa, entry.birth)]):
        interface.send(PacketType.LS_UPDATE, body, interface.to_neighbor(neighbor))


def flood(
    ospf: "Ospf", area: "Area", fresh: Sequence[Fresh], source: Neighbor | None = None
) -> Collection[Key]:
    """Send LSAs on (13.3); those that go back out of the interface that they came by."""
    kinds = {one[0].kind for one in fresh}
    if _OPAQUE_LINK in kinds:
        fresh = [one for one in fresh if one.lsa.kind != _OPAQUE_LINK]
    if AS_WIDE.isdisjoint(kinds):
        return _flood(ospf, scope(ospf, area, LsType.ROUTER), fresh, source)
    local = [one for one in fresh if one.lsa.kind not in AS_WIDE]
    back = list(_flood(ospf, scope(ospf, area, LsType.ROUTER), local, source)) if local else []
    wide = [one for one in fresh if one.lsa.kind in AS_WIDE]
    return [*back, *_flood(ospf, scope(ospf, area, LsType.AS_EXTERNAL), wide, source)]


def _flood(
    ospf: "Ospf",
    interfaces: Iterable["Interface"],
    fresh: Sequence[Fresh],
    source: Neighbor | None,
) -> Collection[Key]:
    now, exchange = ospf.now, _EXCHANGE
    # What is the same for every neighbor is made once; dictionaries take it over whole.
    queued = {lsa.key: (lsa, birth) for lsa, birth, _, _ in fresh}
    owed = {lsa.instance: (now, lsa, 0) for lsa, _, _, _ in fresh}
    replaced = [old for _, _, _, old in fresh if old is not None]
    back: Collection[Key] = ()
    for interface in interfaces:
        wanted: dict[Key, tuple[Lsa, Instant]] = {}
        for neighbor in interface.neighbors.values():
            if neighbor.state < exchange or neighbor.filtered:
                continue
            if replaced and neighbor.unacknowledged:
                neighbor.no_longer_owed(replaced)
            if neighbor.requests:
                for one in fresh:
                    # 13.3 step 1b, before the neighbor that it came from is passed over.
                    if _wants(neighbor, one.lsa, one.birth, now) and neighbor is not source:
                        instance = one.lsa.instance
                        neighbor.owe({instance: owed[instance]})
                        wanted[one.lsa.key] = queued[one.lsa.key]
            elif neighbor is not source:
                neighbor.owe(owed)
                wanted = queued
        if wanted and source is not None and interface is source.interface:
            if _others_flood(interface, source):
                wanted = {}
            back = wanted.keys()
        if replaced and wanted is not queued:
            for key in queued.keys() - wanted.keys():
                interface.unqueue(key)
        if wanted:
            interface.queue(wanted)
    return back


def _others_flood(interface: "Interface", source: Neighbor) -> bool:
    """Whether the network has the LSAs already, or gets them from its DR (13.3 steps 3, 4)."""
    if interface.elects and source.key in (interface.designated, interface.backup):
        return True
    return interface.state is InterfaceState.BACKUP


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
    if kind in AS_WIDE:
        return [
            interface
            for one in ospf.areas.values()
            if one.takes_externals
            for interface in one.interfaces
            if interface.network_type is not NetworkType.VIRTUAL_LINK
            and not interface.database_filter
        ]
    if area.filters:
        return [interface for interface in area.interfaces if not interface.database_filter]
    return area.interfaces


def _header(age: int, lsa: Lsa) -> bytes:
    return age.to_bytes(2, "big") + lsa.instance
