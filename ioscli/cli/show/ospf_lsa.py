"""show ip ospf database router, network, summary, ...: LSAs in full.

Layout: captures of IOS and IOS-XE. Those with MTIDs have no line about a routing bit any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioscli.cli.show.ospf_database import Chosen, sections
from ioscli.cli.show.ospf_process import heading
from ioscli.codec.ospf.content import (
    ExternalContent,
    NetworkContent,
    OpaqueContent,
    RouterContent,
    RouterLink,
    SummaryContent,
    mask_length,
)
from ioscli.codec.ospf.numbers import (
    MAX_AGE,
    OPTION_DC,
    OPTION_DN,
    OPTION_P,
    ROUTER_BORDER,
    ROUTER_EXTERNAL,
    ROUTER_TRANSLATES,
    ROUTER_VIRTUAL,
    LinkType,
    LsType,
    dotted,
)
from ioscli.model.instant import Instant

if TYPE_CHECKING:
    from ioscli.codec.ospf.lsa import Lsa
    from ioscli.protocols.ospf.lsdb import Entry
    from ioscli.protocols.ospf.machine import Ospf

_TYPES = {
    LsType.ROUTER: "Router Links",
    LsType.NETWORK: "Network Links",
    LsType.SUMMARY_NETWORK: "Summary Links(Network)",
    LsType.SUMMARY_ASBR: "Summary Links(AS Boundary Router)",
    LsType.AS_EXTERNAL: "AS External Link",
    LsType.NSSA_EXTERNAL: "AS External Link",
    LsType.OPAQUE_LINK: "Opaque Link Local Link",
    LsType.OPAQUE_AREA: "Opaque Area Link",
    LsType.OPAQUE_AS: "Opaque AS Link",
}
_IDS = {
    LsType.NETWORK: " (address of Designated Router)",
    LsType.SUMMARY_NETWORK: " (summary Network Number)",
    LsType.SUMMARY_ASBR: " (AS Boundary Router address)",
    LsType.AS_EXTERNAL: " (External Network Number )",
    LsType.NSSA_EXTERNAL: " (External Network Number )",
}
#: What a link leads to, and what its ID and data are.
_LINKS = {
    LinkType.POINT_TO_POINT: (
        "another Router (point-to-point)",
        "Neighboring Router ID",
        "Router Interface address",
    ),
    LinkType.TRANSIT: (
        "a Transit Network",
        "Designated Router address",
        "Router Interface address",
    ),
    LinkType.STUB: ("a Stub Network", "Network/subnet number", "Network Mask"),
    LinkType.VIRTUAL: ("a Virtual Link", "Neighboring Router ID", "Router Interface address"),
}
_ROLES = (
    (ROUTER_BORDER, "Area Border Router"),
    (ROUTER_EXTERNAL, "AS Boundary Router"),
    (ROUTER_VIRTUAL, "Virtual Link Endpoint"),
    (ROUTER_TRANSLATES, "Unconditional NSSA translator"),
)


def show_lsas(
    ospf: Ospf, kind: LsType, chosen: Chosen, now: Instant, only: int | None = None
) -> Iterator[str]:
    """`show ip ospf database router` and its like, of one process."""
    yield from heading(ospf)
    for name, _, _, entries in sections(ospf, (kind,), chosen, only):
        yield ""
        yield f"{'':16}{name}"
        yield ""
        for entry in entries:
            yield from _lsa(entry, now)
            yield ""


def _lsa(entry: Entry, now: Instant) -> Iterator[str]:
    lsa, content = entry.lsa, entry.lsa.content
    kind = LsType(lsa.kind)
    age = entry.age(now)
    yield f"  LS age: {f'MAXAGE({age})' if age >= MAX_AGE else age}"
    yield f"  Options: ({_options(lsa)})"
    yield f"  LS Type: {_TYPES[kind]}"
    yield f"  Link State ID: {dotted(lsa.id)}{_IDS.get(kind, '')}"
    if isinstance(content, OpaqueContent):
        yield f"  Opaque Type: {lsa.id >> 24}"
        yield f"  Opaque ID: {lsa.id & 0xFFFFFF}"
    yield f"  Advertising Router: {dotted(lsa.router)}"
    yield f"  LS Seq Number: {lsa.sequence:08X}"
    yield f"  Checksum: 0x{lsa.checksum:X}"
    yield f"  Length: {lsa.length}"
    match content:
        case RouterContent():
            yield from _router(content)
        case NetworkContent():
            yield f"  Network Mask: /{mask_length(content.mask)}"
            for router in content.routers:
                yield f"{'':8}Attached Router: {dotted(router)}"
        case SummaryContent():
            yield f"  Network Mask: /{mask_length(content.mask)}"
            yield f"{'':8}MTID: 0         Metric: {content.metric} "
        case ExternalContent():
            yield from _external(content)


def _options(lsa: Lsa) -> str:
    words = ["No TOS-capability"]
    if lsa.kind == LsType.NSSA_EXTERNAL:
        able = "" if lsa.options & OPTION_P else "No "
        words.append(f"{able}Type 7/5 translation")
    words.append("DC" if lsa.options & OPTION_DC else "No DC")
    if LsType.SUMMARY_NETWORK <= lsa.kind <= LsType.NSSA_EXTERNAL:
        words.append("Downward" if lsa.options & OPTION_DN else "Upward")
    return ", ".join(words)


def _router(content: RouterContent) -> Iterator[str]:
    for bit, name in _ROLES:
        if content.flags & bit:
            yield f"  {name}"
    yield f"  Number of Links: {len(content.links)}"
    yield ""
    for link in content.links:
        yield from _link(link)


def _link(link: RouterLink) -> Iterator[str]:
    leads, identifier, data = _LINKS[LinkType(link.kind)]
    yield f"    Link connected to: {leads}"
    yield f"     (Link ID) {identifier}: {dotted(link.id)}"
    yield f"     (Link Data) {data}: {dotted(link.data)}"
    # The field of the LSA's that counted types of service counts topologies now (RFC 4915).
    yield f"      Number of MTID metrics: {len(link.tos) // 4}"
    yield f"       TOS 0 Metrics: {link.metric}"
    yield ""


def _external(content: ExternalContent) -> Iterator[str]:
    yield f"  Network Mask: /{mask_length(content.mask)}"
    if content.type2:
        yield f"{'':8}Metric Type: 2 (Larger than any link state path)"
    else:
        yield f"{'':8}Metric Type: 1 (Comparable directly to link state metric)"
    yield f"{'':8}MTID: 0 "
    yield f"{'':8}Metric: {content.metric} "
    yield f"{'':8}Forward Address: {dotted(content.forwarding)}"
    yield f"{'':8}External Route Tag: {content.tag}"
