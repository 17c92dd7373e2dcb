"""show ip ospf database: the listing, and the counts of database-summary.

Layout: captures of IOS and IOS-XE (show-ip-ospf-database*).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.cli.show.ospf_process import heading
from ioscli.codec.ospf.content import ExternalContent, RouterContent
from ioscli.codec.ospf.numbers import LsType, dotted
from ioscli.model.instant import Instant

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.lsdb import Entry, Lsdb
    from ioscli.protocols.ospf.machine import Ospf

Chosen = Callable[["Entry"], bool]
"""Whether an entry was asked for."""

#: Of an area, in the order of listings; the number of the area follows.
AREA_SECTIONS = {
    LsType.ROUTER: "Router Link States",
    LsType.NETWORK: "Net Link States",
    LsType.SUMMARY_NETWORK: "Summary Net Link States",
    LsType.SUMMARY_ASBR: "Summary ASB Link States",
    LsType.NSSA_EXTERNAL: "Type-7 AS External Link States",
    LsType.OPAQUE_LINK: "Type-9 Opaque Link Local Link States",
    LsType.OPAQUE_AREA: "Type-10 Opaque Area Link States",
}
#: Of the AS.
AS_SECTIONS = {
    LsType.AS_EXTERNAL: "Type-5 AS External Link States",
    LsType.OPAQUE_AS: "Type-11 Opaque AS Link States",
}


def sections(
    ospf: Ospf, kinds: Iterable[LsType], chosen: Chosen, only: int | None = None
) -> Iterator[tuple[str, LsType, Area | None, list[Entry]]]:
    """Heading, type, area and entries of every part of a listing that is not empty.

    only: the one area that was asked for.
    """
    kinds = frozenset(kinds)
    for area in ospf.areas.values():
        if only is not None and area.id != only:
            continue
        for kind, name in AREA_SECTIONS.items():
            entries = _sorted(area.lsdb, kind, chosen) if kind in kinds else []
            if entries:
                yield f"{name} (Area {ospf.area_text(area.id)})", kind, area, entries
    if only is None:
        for kind, name in AS_SECTIONS.items():
            entries = _sorted(ospf.lsdb, kind, chosen) if kind in kinds else []
            if entries:
                yield name, kind, None, entries


def _sorted(lsdb: Lsdb, kind: int, chosen: Chosen) -> list[Entry]:
    entries = [entry for entry in lsdb.tables.get(kind, {}).values() if chosen(entry)]
    return sorted(entries, key=lambda entry: (entry.lsa.id, entry.lsa.router))


def show_ip_ospf_database(
    ospf: Ospf, chosen: Chosen, now: Instant, only: int | None = None
) -> Iterator[str]:
    """`show ip ospf database` of one process."""
    yield from heading(ospf)
    for name, kind, _, entries in sections(ospf, LsType, chosen, only):
        yield ""
        yield f"{'':16}{name}"
        yield ""
        yield "Link ID         ADV Router      Age         Seq#       Checksum" + _last_heading(
            kind
        )
        for entry in entries:
            lsa = entry.lsa
            yield (
                f"{dotted(lsa.id):<16}{dotted(lsa.router):<16}{entry.age(now):<12}"
                f"0x{lsa.sequence:08X} 0x{lsa.checksum:06X}{_last(entry)}"
            )


def _last_heading(kind: LsType) -> str:
    if kind is LsType.ROUTER:
        return " Link count"
    if kind in (LsType.AS_EXTERNAL, LsType.NSSA_EXTERNAL):
        return " Tag"
    return " Opaque ID" if kind >= LsType.OPAQUE_LINK else ""


def _last(entry: Entry) -> str:
    lsa, content = entry.lsa, entry.lsa.content
    if isinstance(content, RouterContent):
        return f" {len(content.links)}"
    if isinstance(content, ExternalContent):
        return f" {content.tag}"
    return f" {lsa.id & 0xFFFFFF}" if lsa.kind >= LsType.OPAQUE_LINK else ""


# --- database-summary ----------------------------------------------------------------------------

_COUNTED = {
    LsType.ROUTER: "Router",
    LsType.NETWORK: "Network",
    LsType.SUMMARY_NETWORK: "Summary Net",
    LsType.SUMMARY_ASBR: "Summary ASBR",
    LsType.NSSA_EXTERNAL: "Type-7 Ext",
    LsType.OPAQUE_LINK: "Opaque Link",
    LsType.OPAQUE_AREA: "Opaque Area",
}
_COUNTED_OF_AS = {LsType.AS_EXTERNAL: "Type-5 Ext", LsType.OPAQUE_AS: "Opaque AS"}
_HEADING = "  LSA Type      Count    Delete   Maxage"


class _Tally:
    """LSAs, those being deleted, and those at MaxAge, by type."""

    def __init__(self, lsdbs: Iterable[Lsdb]) -> None:
        self._lsdbs = tuple(lsdbs)

    def of(self, kind: int | None) -> tuple[int, int, int]:
        """Of a type; None: of all."""
        count = dying = 0
        for lsdb in self._lsdbs:
            kinds = lsdb.tables if kind is None else (kind,)
            count += sum(lsdb.count(one) for one in kinds)
            dying += sum(kind in (None, entry.lsa.kind) for entry in lsdb.dying.values())
        return count, dying, dying

    def own(self, router: int, kind: int) -> int:
        """Those of a type that a router originated."""
        return sum(
            entry.lsa.router == router
            for lsdb in self._lsdbs
            for entry in lsdb.tables.get(kind, {}).values()
        )


def show_database_summary(ospf: Ospf) -> Iterator[str]:
    """`show ip ospf database database-summary` of one process."""
    yield from heading(ospf)
    for area in ospf.areas.values():
        tally = _Tally([area.lsdb])
        yield ""
        yield f"Area {ospf.area_text(area.id)} database summary"
        yield _HEADING
        yield from _counts(ospf, tally, redistributed=True)
        yield _count("Subtotal", tally.of(None))
    every = _Tally([*(area.lsdb for area in ospf.areas.values()), ospf.lsdb])
    yield ""
    yield f"Process {ospf.process} database summary"
    yield _HEADING
    yield from _counts(ospf, every, redistributed=False)
    for kind, name in _COUNTED_OF_AS.items():
        yield _count(name, every.of(kind))
        if kind is LsType.AS_EXTERNAL:
            own = every.own(ospf.router_id, kind)
            yield f"      Prefixes redistributed in Type-5  {own}"
    total = every.of(None)
    yield _count("Total", total)
    own = sum(every.own(ospf.router_id, kind) for kind in LsType)
    yield f"  {'Non-self':<14}{total[0] - own:<8}"


def _counts(ospf: Ospf, tally: _Tally, *, redistributed: bool) -> Iterator[str]:
    for kind, name in _COUNTED.items():
        yield _count(name, tally.of(kind))
        if kind is LsType.NSSA_EXTERNAL and redistributed:
            own = tally.own(ospf.router_id, kind)
            yield f"    Prefixes redistributed in Type-7  {own}"


def _count(name: str, counts: tuple[int, int, int]) -> str:
    count, deleted, maximum = counts
    return f"  {name:<14}{count:<9}{deleted:<9}{maximum:<8}"
