"""LSAs that this router originates (RFC 2328 12.4, 13.4, 14): when, with which sequence number.

What they say is worked out elsewhere (`self_description`, `summaries`, `externals`) and handed to
`reconcile` whole; this module finds what changed, holds it back as `timers throttle lsa` asks,
keeps it fresh, and flushes what is no longer said.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.ospf.content import Content
from ioscli.codec.ospf.lsa import Key, Lsa, build_lsa, key_of
from ioscli.codec.ospf.numbers import (
    INITIAL_SEQUENCE,
    LS_REFRESH_TIME,
    LSA_HEADER_LENGTH,
    MAX_AGE,
    MAX_SEQUENCE,
    LsType,
    dotted,
)
from ioscli.model.instant import MILLISECOND, MINUTE, SECOND, Instant
from ioscli.protocols.ospf.flooding import Fresh, flood
from ioscli.protocols.ospf.outlet import LARGEST_PACKET
from ioscli.protocols.ospf.throttle import Throttle
from ioscli.protocols.timers import Timer

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.machine import Ospf

BUILD_DELAY = 500 * MILLISECOND
"""How long IOS lets changes gather before it builds a router or network LSA, unless `timers
throttle lsa` says otherwise: seen in captures of `debug ip ospf lsa-generation`."""
DUPLICATE_WINDOW = MINUTE
DUPLICATE_LIMIT = 3
"""So many fights over one LSA within the window mean two routers with one ID."""


class Said(NamedTuple):
    """What an LSA is to say."""

    options: int
    content: Content


AS_SCOPE = -1
"""In place of an area's number, for what is said in the whole AS."""


class Own:
    """One LSA of this router's."""

    __slots__ = ("area", "fights", "fights_since", "key", "lsa", "said", "throttle", "timer")

    def __init__(self, area: "Area", key: Key, timer: Timer) -> None:
        self.area = area
        """Where it is flooded from; of AS externals, any area."""
        self.key = key
        self.said: Said | None = None
        """What is to be said now; None: nothing any more."""
        self.lsa: Lsa | None = None
        """As last originated."""
        self.throttle = Throttle()
        self.timer = timer
        self.fights = 0
        self.fights_since: Instant | None = None

    @property
    def kind(self) -> int:
        """An LsType."""
        return self.key[0]


class Origination:
    """Everything that this router says of itself."""

    __slots__ = ("_ospf", "_own", "_too_large")

    def __init__(self, ospf: "Ospf") -> None:
        self._ospf = ospf
        self._own: dict[tuple[int, int], dict[Key, Own]] = {}
        """By area (or AS_SCOPE) and type, then by key."""
        self._too_large: set[int] = set()
        """Areas whose router LSA would fit no packet, which was said once."""

    def reconcile(
        self, area: "Area", kinds: Iterable[int], wanted: Mapping[tuple[int, int], Said]
    ) -> None:
        """Say what is wanted, by type and link state ID, and nothing else of these types."""
        router = self._ospf.router_id
        keys = {
            key_of(kind, link_state_id, router): said
            for (kind, link_state_id), said in wanted.items()
        }
        for kind in kinds:
            for key, own in list(self._of(area, kind).items()):
                if key not in keys and own.said is not None:
                    self._take_back(own)
        for key, said in keys.items():
            if key[0] != LsType.ROUTER or self._fits(area, said.content):
                self._say(area, key, said)

    def _fits(self, area: "Area", content: Content) -> bool:
        """Whether the router LSA can be flooded; where it cannot, the one before stays.

        An update holds a whole LSA, and IP no more than 65535 bytes (RFC 2328 A.1): links beyond
        that, more than 5400, cannot be told in an area. How known: `%ASA-3-613016` of Cisco's
        ASA, whose OSPF is IOS's, has this text and says to have fewer interfaces. What the
        message is called on IOS is not known for certain.
        """
        length = LSA_HEADER_LENGTH + len(content.build())
        overhead = max((one.update_overhead for one in area.interfaces), default=0)
        if length + overhead <= LARGEST_PACKET:
            self._too_large.discard(area.id)
            return True
        if area.id not in self._too_large:
            self._too_large.add(area.id)
            self._ospf.log(
                3,
                "LSA_LEN",
                f"Area {self._ospf.area_text(area.id)} router-LSA of length {length} bytes"
                f" plus update overhead {overhead} bytes is too large to flood.",
            )
        return False

    def forget(self) -> None:
        """The router begins anew under another ID."""
        for own in self._every():
            own.timer.cancel()
        self._own.clear()
        self._too_large.clear()

    def forget_area(self, area: "Area") -> None:
        """The area is gone, and what was said in it with it."""
        self.forget_scope(area.id)
        self._too_large.discard(area.id)

    def forget_scope(self, scope: int) -> None:
        """Nothing is said any more in an area, or in the AS."""
        for number, kind in list(self._own):
            if number == scope:
                for own in self._own.pop((number, kind)).values():
                    own.timer.cancel()

    def _of(self, area: "Area", kind: int) -> dict[Key, Own]:
        return self._own.get((_scope(area, kind), kind), {})

    def _every(self) -> list[Own]:
        return [own for table in self._own.values() for own in table.values()]

    def _find(self, area: "Area", key: Key) -> Own:
        kind = key[0]
        table = self._own.setdefault((_scope(area, kind), kind), {})
        own = table.get(key)
        if own is None:
            own = table[key] = Own(area, key, self._ospf.timers.make(lambda: None))
            own.timer.action = lambda: self._due(own)
        return own

    def _say(self, area: "Area", key: Key, said: Said) -> None:
        own = self._find(area, key)
        own.area = area
        if own.said == said and (own.lsa is not None or own.timer.when is not None):
            return
        own.said = said
        if own.lsa is None or not _says(own.lsa, said):
            self._soon(own)

    def _soon(self, own: Own) -> None:
        """Originate as soon as the throttle lets us."""
        ospf = self._ospf
        settings = ospf.config.lsa_throttle
        when = own.throttle.next_time(settings, ospf.now)
        if own.kind <= LsType.NETWORK and not settings.start:
            when = max(when, Instant(ospf.now + BUILD_DELAY))
        if when <= ospf.now:
            self._originate(own)
        elif own.timer.when is None or when < own.timer.when:
            own.timer.set(when)

    def _due(self, own: Own) -> None:
        if own.said is None:
            return
        if own.lsa is None or not _says(own.lsa, own.said):
            self._originate(own)
        elif own.kind == LsType.ROUTER:
            self._ospf.note_no_change(own.area)

    def _originate(self, own: Own) -> None:
        ospf, said = self._ospf, own.said
        assert said is not None
        own.timer.cancel()
        lsdb = own.area.database(own.kind)
        entry = lsdb.get(own.kind, own.key)
        sequence = INITIAL_SEQUENCE
        if entry is not None:
            if entry.lsa.sequence == MAX_SEQUENCE:
                # The numbers begin anew once nobody holds the last one any more (12.1.6).
                own.lsa = None
                self._flush(own, entry.lsa)
                return
            sequence = entry.lsa.sequence + 1 & 0xFFFFFFFF
        link_state_id = int.from_bytes(own.key[1:5], "big")
        lsa = build_lsa(
            own.kind, said.options, link_state_id, ospf.router_id, sequence, said.content
        )
        own.lsa = lsa
        own.throttle.done(ospf.config.lsa_throttle, ospf.now)
        ospf.note_generation(own.area, lsa)
        old = None if entry is None else entry.lsa.instance
        flood(ospf, own.area, (Fresh(lsa, ospf.now, 0, old),))
        ospf.install(own.area, lsdb, lsa, ospf.now)

    def _take_back(self, own: Own) -> None:
        """Premature aging (14.1)."""
        own.said = None
        own.timer.cancel()
        entry = own.area.database(own.kind).get(own.kind, own.key)
        own.lsa = None
        if entry is not None:
            self._flush(own, entry.lsa)

    def _flush(self, own: Own, lsa: Lsa) -> None:
        self.flush(own.area, lsa)

    def flush(self, area: "Area", lsa: Lsa) -> None:
        """Have an LSA leave the routing domain."""
        ospf = self._ospf
        birth = Instant(ospf.now - MAX_AGE * SECOND)
        flood(ospf, area, (Fresh(lsa, birth, MAX_AGE, None),))
        ospf.install(area, area.database(lsa.kind), lsa, birth)

    def buried(self, area: "Area", lsa: Lsa) -> None:
        """A flushed LSA is gone everywhere: its sequence numbers may begin anew."""
        own = self._of(area, lsa.kind).get(lsa.key)
        if own is not None and own.said is not None and own.lsa is None:
            self._soon(own)

    def heard(self, area: "Area", lsa: Lsa, age: int) -> None:
        """A neighbor has a newer instance of one of ours (13.4): outdo it, or flush it."""
        own = self._of(area, lsa.kind).get(lsa.key)
        if own is None or own.said is None:
            if age < MAX_AGE:
                self.flush(area, lsa)
            return
        if own.lsa is not None and own.lsa.instance == lsa.instance and age < MAX_AGE:
            return
        before = own.lsa
        own.lsa = None
        self._soon(own)
        if before is not None:
            self._fight(own, area, lsa)

    def _fight(self, own: Own, area: "Area", lsa: Lsa) -> None:
        """Somebody else keeps originating our LSA: another router has our ID."""
        ospf = self._ospf
        if own.fights_since is None or ospf.now - own.fights_since > DUPLICATE_WINDOW:
            own.fights_since, own.fights = ospf.now, 0
        own.fights += 1
        if own.fights == DUPLICATE_LIMIT:
            if own.kind == LsType.ROUTER:
                ospf.log(
                    4,
                    "DUP_RTRID_AREA",
                    f"Detected router with duplicate router ID {dotted(lsa.router)}"
                    f" in area {ospf.area_text(area.id)}",
                )
            else:
                ospf.log(
                    4,
                    "FLOOD_WAR",
                    f"Process {ospf.process} re-originates LSA ID {dotted(lsa.id)}"
                    f" type-{lsa.kind} adv-rtr {dotted(lsa.router)}"
                    f" in area {ospf.area_text(area.id)}",
                )

    def refresh(self) -> None:
        """Originate anew what has come of age (LSRefreshTime); forget what is gone."""
        now = self._ospf.now
        for table in self._own.values():
            for key, own in list(table.items()):
                entry = own.area.database(own.kind).get(own.kind, key)
                if entry is None:
                    if own.said is None:
                        # Not at once: had it come back, it would have been held back.
                        own.timer.cancel()
                        del table[key]
                elif own.said and own.lsa and entry.age(now) >= LS_REFRESH_TIME:
                    self._originate(own)

    def flush_everything(self) -> None:
        """The process ends: nobody shall wait for our LSAs to age."""
        for own in self._every():
            if own.said is not None:
                self._take_back(own)


def _says(lsa: Lsa, said: Said) -> bool:
    return lsa.options == said.options and lsa.content == said.content


def _scope(area: "Area", kind: int) -> int:
    return AS_SCOPE if kind in (LsType.AS_EXTERNAL, LsType.OPAQUE_AS) else area.id
