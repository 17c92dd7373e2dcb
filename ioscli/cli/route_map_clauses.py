"""`match` and `set` lines of route-maps: from their words, and back into words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

from ioscli.cli import access_names as names
from ioscli.cli.communities import communities_in, written
from ioscli.model import route_map as clauses
from ioscli.model.config import RouterConfig
from ioscli.model.route_map import Match, Set

if TYPE_CHECKING:
    from ioscli.cli.results import Args

_ListMatch = clauses.MatchAddress | clauses.MatchNextHop | clauses.MatchSource
_LISTS: dict[str, type[_ListMatch]] = {
    "address": clauses.MatchAddress,
    "next-hop": clauses.MatchNextHop,
    "route-source": clauses.MatchSource,
}
#: Conditions that are a word and their values.
_PLAIN_MATCHES: dict[type[Match], str] = {
    clauses.MatchAsPath: "as-path",
    clauses.MatchInterface: "interface",
    clauses.MatchLocalPreference: "local-preference",
    clauses.MatchRouteType: "route-type",
    clauses.MatchProtocol: "source-protocol",
    clauses.MatchTag: "tag",
}
_TYPES_OF_TWO_WORDS = ("external", "nssa-external")
_SOURCES_WITH_PROCESS = ("bgp", "eigrp", "ospf", "ospfv3")


# --- match ---------------------------------------------------------------------------------------


def match_of(args: Args) -> Match:
    """The condition that a line writes; without values where its `no` form gives none."""
    words = _body(args)
    match words[1]:
        case "ip":
            prefix_lists = words[3:4] == ("prefix-list",)
            return _LISTS[words[2]](tuple(words[4 if prefix_lists else 3 :]), prefix_lists)
        case "as-path":
            return clauses.MatchAsPath(tuple(map(int, words[2:])))
        case "community":
            lists = tuple(word for word in words[2:] if word != "exact-match")
            return clauses.MatchCommunity(lists, "exact-match" in args)
        case "interface":
            return clauses.MatchInterface(tuple(args.all("A_INTERFACE")))
        case "length":
            values = [*args.all("A_METRIC"), 0, 0]
            return clauses.MatchLength(values[0], values[1])
        case "local-preference":
            return clauses.MatchLocalPreference(tuple(args.all("A_METRIC")))
        case "metric":
            return clauses.MatchMetric(tuple(_metrics(words[2:])))
        case "route-type":
            return clauses.MatchRouteType(tuple(_pairs(words[2:], _TYPES_OF_TWO_WORDS, "type-")))
        case "source-protocol":
            return clauses.MatchProtocol(tuple(_pairs(words[2:], _SOURCES_WITH_PROCESS)))
        case _:
            return clauses.MatchTag(tuple(args.all("A_TAG_VALUE")))


def _body(args: Args) -> tuple[str, ...]:
    words = args.words
    return words[1:] if words[0] in ("no", "default") else words


def _metrics(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(words):
        off = words[at + 1 : at + 2] == ("+-",)
        yield int(words[at]), int(words[at + 2]) if off else 0
        at += 3 if off else 1


def _pairs(words: Sequence[str], first: Sequence[str], second: str = "") -> Iterator[str]:
    """Words, some of which go with the word behind them."""
    at = 0
    while at < len(words):
        both = words[at] in first and words[at + 1 : at + 2] and words[at + 1].startswith(second)
        yield " ".join(words[at : at + (2 if both else 1)])
        at += 2 if both else 1


def same_kind(one: Match | Set, other: Match | Set) -> bool:
    """Whether two clauses are about one thing, so that their values join or replace each other."""
    metrics = clauses.SetMetric | clauses.SetVector
    if isinstance(one, metrics) and isinstance(other, metrics):
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, clauses.SetTrackedNextHop):
        return one.address == getattr(other, "address", None)
    if isinstance(one, clauses.SetNextHop | clauses.SetInterface):
        return one.default == getattr(other, "default", None)
    return getattr(one, "prefix_lists", None) == getattr(other, "prefix_lists", None)


def joined(one: Match, other: Match) -> Match:
    """One clause with the values of both; bounds of length are replaced."""
    if isinstance(one, clauses.MatchLength):
        return other
    known = _values(one)
    return _with_values(other, (*known, *(it for it in _values(other) if it not in known)))


def without(one: Match, other: Match) -> Match | None:
    """A clause without the values of another; None: nothing is left. No values mean all."""
    if isinstance(one, clauses.MatchLength) or not _values(other):
        return None
    left = tuple(value for value in _values(one) if value not in _values(other))
    return _with_values(one, left) if left else None


def _values(clause: Match) -> tuple[Any, ...]:
    found: Any = clause[0]
    return found if isinstance(found, tuple) else (found,)


def _with_values(clause: Match, values: tuple[Any, ...]) -> Match:
    known: Any = clause
    changed: Match = known._replace(**{known._fields[0]: values})
    return changed


def match_line(clause: Match) -> str:
    """As the running-config writes it."""
    values = " ".join(str(value) for value in _values(clause))
    match clause:
        case clauses.MatchAddress() | clauses.MatchNextHop() | clauses.MatchSource():
            word = next(word for word, kind in _LISTS.items() if isinstance(clause, kind))
            between = " prefix-list" if clause.prefix_lists else ""
            return f"match ip {word}{between} {values}"
        case clauses.MatchCommunity():
            return f"match community {values}{' exact-match' if clause.exact else ''}"
        case clauses.MatchLength():
            return f"match length {clause.shortest} {clause.longest}"
        case clauses.MatchMetric():
            return f"match metric {metric_values(clause)}"
        case _:
            return f"match {_PLAIN_MATCHES[type(clause)]} {values}"


def metric_values(clause: clauses.MatchMetric) -> str:
    """`5 10 +- 2`."""
    return " ".join(f"{value} +- {off}" if off else str(value) for value, off in clause.values)


# --- set -----------------------------------------------------------------------------------------


def set_of(args: Args) -> Set:
    """What a line sets; without values where its `no` form gives none."""
    words = _body(args)
    match words[1]:
        case "as-path":
            return clauses.PrependAsPath(tuple(args.all("A_AS")), last_as=args.get("A_ALLOWAS", 0))
        case "comm-list":
            return clauses.DeleteCommunities(words[2])
        case "community":
            return clauses.SetCommunity(communities_in(args), "additive" in args)
        case "interface" | "default":
            return clauses.SetInterface(tuple(args.all("A_INTERFACE")), words[1] == "default")
        case "ip":
            return _ip_set(args, words[2:])
        case "local-preference":
            return clauses.SetLocalPreference(args.get("A_METRIC", 0))
        case "metric":
            return _metric(args)
        case "metric-type":
            return clauses.SetMetricType(words[2] if len(words) > 2 else "")
        case "origin":
            return clauses.SetOrigin(words[2] if len(words) > 2 else "", args.get("A_AS", 0))
        case "tag":
            return clauses.SetTag(args.get("A_TAG_VALUE", 0))
        case _:
            return clauses.SetWeight(args.get("A_WEIGHT_BGP", 0))


def _ip_set(args: Args, words: Sequence[str]) -> Set:
    value = words[1] if len(words) > 1 else ""
    match words[0]:
        case "df":
            return clauses.SetDf(args.get("A_DF", 0))
        case "precedence":
            return clauses.SetPrecedence(_number(value, names.PRECEDENCE))
        case "tos":
            return clauses.SetTos(_number(value, names.TOS))
        case "default":
            return clauses.SetNextHop(_addresses(args), default=True)
        case _ if "track" in args:
            return clauses.SetTrackedNextHop(
                args["A_NETWORK"], args["A_SEQUENCE_SHORT"], args["A_TRACK"]
            )
        case _:
            word = "" if "A_NETWORK" in args else value
            return clauses.SetNextHop(_addresses(args), word)


def _number(word: str, known: dict[str, int]) -> int:
    return int(word) if word.isdigit() else known.get(word, 0)


def _addresses(args: Args) -> tuple[IPv4Address, ...]:
    return tuple(args.all("A_NETWORK"))


def _metric(args: Args) -> Set:
    values = args.all("A_METRIC")
    if len(values) == 5:
        bandwidth, delay, reliability, load, mtu = values
        return clauses.SetVector((bandwidth, delay, reliability, load, mtu))
    if values:
        return clauses.SetMetric(values[0])
    signed: int | str = args.get("A_SIGNED", 0)
    return clauses.SetMetric(int(signed), relative=True)


def both_set(one: Set, other: Set) -> Set:
    """Next hops and interfaces of two lines come after one another; others are replaced."""
    match one, other:
        case clauses.SetNextHop(), clauses.SetNextHop() if one.addresses and other.addresses:
            more = (hop for hop in other.addresses if hop not in one.addresses)
            return one._replace(addresses=(*one.addresses, *more))
        case clauses.SetInterface(), clauses.SetInterface():
            names_ = (name for name in other.interfaces if name not in one.interfaces)
            return one._replace(interfaces=(*one.interfaces, *names_))
    return other


def set_line(config: RouterConfig, line: Set) -> str:  # one arm for each kind of line
    """As the running-config writes it."""
    match line:
        case clauses.PrependAsPath(path, last_as):
            return f"set as-path prepend {f'last-as {last_as}' if last_as else _joined(path)}"
        case clauses.DeleteCommunities(name):
            return f"set comm-list {name} delete"
        case clauses.SetCommunity(communities, additive):
            if not communities:
                return "set community none"
            return f"set community {written(config, communities)}{' additive' * additive}"
        case clauses.SetInterface(interfaces, default):
            return f"set {'default ' * default}interface {_joined(interfaces)}"
        case clauses.SetNextHop(addresses, word, default):
            return f"set ip {'default ' * default}next-hop {word or _joined(addresses)}"
        case clauses.SetTrackedNextHop(address, sequence, track):
            return f"set ip next-hop verify-availability {address} {sequence} track {track}"
        case clauses.SetDf(value):
            return f"set ip df {value}"
        case clauses.SetPrecedence(value):
            return f"set ip precedence {names.name_of(value, names.PRECEDENCE)}"
        case clauses.SetTos(value):
            return f"set ip tos {names.name_of(value, names.TOS)}"
        case clauses.SetLocalPreference(value):
            return f"set local-preference {value}"
        case clauses.SetMetric(value, relative):
            return f"set metric {f'{value:+}' if relative else value}"
        case clauses.SetVector(vector):
            return f"set metric {_joined(vector)}"
        case clauses.SetMetricType(kind):
            return f"set metric-type {kind}"
        case clauses.SetOrigin(origin, remote):
            return f"set origin {origin}{f' {remote}' if remote else ''}"
        case clauses.SetTag(tag):
            return f"set tag {tag}"
        case clauses.SetWeight(value):
            return f"set weight {value}"


def _joined(values: Sequence[object]) -> str:
    return " ".join(str(value) for value in values)
