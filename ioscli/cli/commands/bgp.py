"""router bgp: its kept lines acting, in the order and the forms in which IOS prints them.

The lines are those of grammar/bgp.lark; what they mean is read by `ioscli.cli.bgp_lines`.
"""

from __future__ import annotations

from ioscli.cli.bgp_lines import Reader, as_number
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.model.changes import ConfigChange, RoutingChanged
from ioscli.model.sections import StoredLine, StoredSection

_ROOT = "router_bgp"
_LOGGED = StoredLine("bgp_process", "bgp log-neighbor-changes")
"""Printed although it is the default."""

#: What is on without a line, so that its `no` is printed and the line itself is not.
_ON = frozenset(
    (
        "bgp default ipv4-unicast",
        "bgp enforce-first-as",
        "bgp enhanced-error",
        "bgp fast-external-fallover",
        "bgp client-to-client reflection",
    )
)
_DIRECTED = frozenset(("route-map", "prefix-list", "filter-list", "distribute-list"))

#: Where lines stand among each other (running-configs of IOS 15): the first words of a line.
_RANKS = {
    "template": 0,
    "bgp": 1,
    "network": 2,
    "aggregate-address": 3,
    "timers": 4,
    "redistribute": 5,
    "neighbor": 6,
    "default-information": 7,
    "default-metric": 8,
    "maximum-paths": 9,
    "distance": 10,
    "auto-summary": 11,
    "synchronization": 11,
    "address-family": 12,
}
_BGP_RANKS = ("asnotation", "router-id", "cluster-id", "log-neighbor-changes", "confederation")
_NEIGHBOR_RANKS = (
    *("remote-as", "peer-group", "inherit", "local-as", "description", "shutdown"),
    *("password", "ebgp-multihop", "ttl-security", "disable-connected-check"),
    *("update-source", "version", "timers", "fall-over", "transport", "activate"),
    *("advertisement-interval", "send-community", "route-reflector-client", "next-hop-self"),
    *("next-hop-unchanged", "weight", "allowas-in", "as-override", "remove-private-as"),
    *("default-originate", "soft-reconfiguration", "distribute-list", "prefix-list"),
    *("maximum-prefix", "route-map", "filter-list", "unsuppress-map"),
)

#: What is a session's, of all that `neighbor` says; the rest is an address family's.
_OF_SESSIONS = frozenset(
    (
        *("remote-as", "peer-group", "description", "update-source", "password", "shutdown"),
        *("ebgp-multihop", "disable-connected-check", "ttl-security", "timers", "local-as"),
        *("transport", "version", "fall-over", "dont-capability-negotiate", "cluster-id"),
        *("ha-mode", "path-attribute"),
    )
)
_INHERITED = ["inherit", "peer-session"]
_OF_FAMILY = frozenset(
    (
        *("network", "aggregate-address", "redistribute", "maximum-paths", "auto-summary"),
        *("synchronization", "default-information", "default-metric", "table-map"),
        "distribute-list",
    )
)


def follow_section(
    context: ConfigContext, rule: str, words: tuple[str, ...]
) -> tuple[ConfigChange, ...]:
    """Tidy the section after a typed line, and read the process from it anew."""
    root = _root(context)
    if root is None:
        context.config.bgp = None
        return (RoutingChanged(),)
    target = context.target
    if not context.startup and isinstance(target, StoredSection):
        _tidy(root, target, rule, words)
        _sort_into_family(root)
    reader = Reader(root)
    context.config.bgp = reader.process
    return () if " ".join(words) in reader.unread else (RoutingChanged(),)


def check(context: ConfigContext, words: tuple[str, ...]) -> None:
    """Refuse a second AS, and lines about a neighbor that has none. Raises Refusal."""
    process = context.config.bgp
    if words[0] in ("no", "default") or process is None:
        return
    if words[0] == "router":
        if as_number(words[2]) != process.number:
            raise Refusal(f"BGP is already running; AS is {process.number}")
        return
    inner = process
    if isinstance(context.target, StoredSection) and " vrf " in context.target.header:
        inner = process.vrfs.get(context.target.header.split(" vrf ")[1], process)
    peer, *rest = words[1:]
    if rest[0] in ("remote-as", "peer-group", "inherit") or ":" in peer:
        return
    known = {str(address) for address in inner.neighbors} | set(inner.peer_groups)
    if peer not in known and context.target is not None:
        raise Refusal("% Specify remote-as or peer-group commands first")


def _root(context: ConfigContext) -> StoredSection | None:
    for section in context.config.sections:
        if isinstance(section, StoredSection) and section.rule == _ROOT:
            return section
    return None


# -- a typed line --------------------------------------------------------------------------------


def _tidy(root: StoredSection, target: StoredSection, rule: str, words: tuple[str, ...]) -> None:
    """Make the section what IOS makes of it."""
    if rule == _ROOT:
        if not root.entries:
            root.entries.append(_LOGGED)
        return
    negated = words[0] in ("no", "default")
    body = words[1:] if negated else words
    if negated:
        _take_away(root, target, rule, words, body)
    text = " ".join(body)
    if not negated and text in _ON:
        target.entries = [it for it in target.entries if _text(it) != text]
    if not negated and len(body) > 3 and body[0] == "neighbor" and body[2] in _DIRECTED:
        _replace_directed(target, body)
    last = target.entries[-1] if target.entries else None
    if isinstance(last, StoredLine) and last.text in (text, f"no {text}"):
        _put_in_place(target, last)


def _take_away(
    root: StoredSection,
    target: StoredSection,
    rule: str,
    words: tuple[str, ...],
    body: tuple[str, ...],
) -> None:
    text = " ".join(body)
    whole = body[0] == "neighbor" and (
        len(body) == 2 or body[2:3] == ("remote-as",) or body[2:] == ("peer-group",)
    )
    if whole:
        prefix = f"neighbor {body[1]} "
        for section in _sections(root if target is root else target):
            section.entries = [it for it in section.entries if not _bare(it).startswith(prefix)]
    stays = text in _ON or text == _LOGGED.text or text.endswith(" activate")
    if stays and words[0] == "no":
        line = StoredLine(rule, f"no {text}")
        target.entries = [it for it in target.entries if _bare(it) != text]
        if text != _LOGGED.text:
            target.entries.append(line)


def _replace_directed(target: StoredSection, body: tuple[str, ...]) -> None:
    """`neighbor X route-map A in` takes the place of another route-map of that direction."""
    for entry in target.entries[:-1]:
        words = _text(entry).split(" ")
        if words[:3] == list(body[:3]) and words[-1] == body[-1] and words != list(body):
            target.entries.remove(entry)


# -- address-family ipv4 ---------------------------------------------------------------------------


def _sort_into_family(root: StoredSection) -> None:
    """Once there is an `address-family ipv4`, what belongs to IPv4 unicast stands in it.

    So IOS converts a configuration without address families when the first one is entered; each
    neighbor is activated there by a line of its own.
    """
    family = _ipv4_family(root)
    if family is None:
        return
    family.header = "address-family ipv4"
    for entry in [it for it in root.entries if isinstance(it, StoredLine) and _of_family(it)]:
        root.entries.remove(entry)
        if entry.text not in map(_text, family.entries):
            family.entries.append(entry)
            _put_in_place(family, entry)
    by_default = "no bgp default ipv4-unicast" not in map(_text, root.entries)
    mentioned = {_bare(it) for it in family.entries}
    for peer in _peers(root) if by_default else ():
        if f"neighbor {peer} activate" not in mentioned:
            line = StoredLine("bgp_neighbor", f"neighbor {peer} activate")
            family.entries.append(line)
            _put_in_place(family, line)


def _ipv4_family(root: StoredSection) -> StoredSection | None:
    for entry in root.entries:
        if isinstance(entry, StoredSection) and entry.header in (
            "address-family ipv4",
            "address-family ipv4 unicast",
        ):
            return entry
    return None


def _of_family(line: StoredLine) -> bool:
    words = _bare(line).split(" ")
    if words[0] == "neighbor":
        return len(words) > 2 and words[2] not in _OF_SESSIONS and words[2:4] != _INHERITED
    return words[0] in _OF_FAMILY or words[:2] == ["distance", "bgp"]


def _peers(root: StoredSection) -> list[str]:
    """The IPv4 neighbors that have an AS, by themselves or from a group."""
    found = []
    for entry in root.entries:
        words = _text(entry).split(" ")
        named = words[0] == "neighbor" and len(words) > 3
        if named and words[2] in ("remote-as", "peer-group") and _peer_order(words[1])[0]:
            found.append(words[1])
    return list(dict.fromkeys(found))


def _sections(section: StoredSection) -> list[StoredSection]:
    return [section, *(it for it in section.entries if isinstance(it, StoredSection))]


def _put_in_place(target: StoredSection, line: StoredLine) -> None:
    """Move a line that was just added to where IOS prints it."""
    target.entries.pop()
    rank = _rank(line)
    at = len(target.entries)
    while at and _rank(target.entries[at - 1]) > rank:
        at -= 1
    target.entries.insert(at, line)


Rank = tuple[int, int, int, str, int]


def _rank(entry: StoredLine | StoredSection) -> Rank:
    words = _bare(entry).split(" ")
    first = _RANKS.get(words[0], 9)
    if words[0] == "bgp" and len(words) > 1:
        return first, _position(words[1], _BGP_RANKS), 0, "", 0
    if words[0] == "neighbor" and len(words) > 2:
        group, address = _peer_order(words[1])
        return first, group, address, words[1] if not group else "", _neighbor_rank(words)
    if words[0] in ("network", "aggregate-address"):
        return first, 0, _address(words[1]), "", 0
    return first, 0, 0, "", 0


def _neighbor_rank(words: list[str]) -> int:
    if words[2:] == ["peer-group"]:
        return -1
    return _position(words[2], _NEIGHBOR_RANKS)


def _peer_order(peer: str) -> tuple[int, int]:
    """Peer groups by name before neighbors by address."""
    return (1, _address(peer)) if peer[0].isdigit() and "." in peer else (0, 0)


def _address(text: str) -> int:
    value = 0
    for part in text.split("."):
        value = value << 8 | (int(part) if part.isdigit() else 0)
    return value


def _position(word: str, order: tuple[str, ...]) -> int:
    return order.index(word) if word in order else len(order)


def _text(entry: StoredLine | StoredSection) -> str:
    return entry.text if isinstance(entry, StoredLine) else entry.header


def _bare(entry: StoredLine | StoredSection) -> str:
    return _text(entry).removeprefix("no ")
