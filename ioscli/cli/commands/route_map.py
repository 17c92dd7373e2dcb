"""route-map: carries out grammar/route_map.lark."""

from __future__ import annotations

from collections.abc import Iterator

from ioscli.cli import route_map_clauses
from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.changes import RoutingChanged
from ioscli.model.config import RouterConfig
from ioscli.model.route_map import KEPT_MATCHES, Match, RouteMap, RouteMapEntry, Set

_CHANGED = (RoutingChanged(),)
_FIRST = 10
_KEPT_SETS = "route_map_set_kept"


@command("route_map")
def route_map(context: ConfigContext, args: Args) -> Changes:
    """`route-map NAME permit|deny N`: 10 if no number is given."""
    maps = context.config.policy.route_maps
    name: str = args.all("A_WORD")[0]
    known = maps.get(name)
    if resets(args):
        if known is not None and "A_SEQUENCE_SHORT" in args:
            known.entries.pop(args["A_SEQUENCE_SHORT"], None)
        if known is not None and ("A_SEQUENCE_SHORT" not in args or not known.entries):
            del maps[name]
        return _CHANGED
    if known is None:
        known = maps[name] = RouteMap(name)
    sequence: int = args.get("A_SEQUENCE_SHORT", _FIRST)
    old = known.entries.get(sequence)
    permit = "deny" not in args
    if old is not None and "permit" not in args and "deny" not in args:
        permit = old.permit
    entry = known.entry(sequence, permit=permit)
    if "ordering-seq" in args:
        entry.ordering = args.all("A_WORD")[1]
    context.enter("route_map_entry", entry)
    return _CHANGED


@command("route_map_description")
def route_map_description(context: ConfigContext, args: Args) -> Changes:
    """A comment on an entry."""
    entry: RouteMapEntry = context.target
    entry.description = None if resets(args) else args["A_TEXT"]
    return ()


@command("route_map_continue")
def route_map_continue(context: ConfigContext, args: Args) -> Changes:
    """Go on at an entry, or at the next one."""
    entry: RouteMapEntry = context.target
    entry.continue_at = None if resets(args) else args.get("A_SEQUENCE_SHORT", 0)
    return _CHANGED


@command("route_map_match")
def route_map_match(context: ConfigContext, args: Args) -> Changes:
    """A condition; its values come to those of the line that is there."""
    entry: RouteMapEntry = context.target
    clause = route_map_clauses.match_of(args)
    matches: list[Match] = entry.matches
    for at, known in enumerate(matches):
        if route_map_clauses.same_kind(known, clause):
            if resets(args):
                left = route_map_clauses.without(known, clause)
                matches[at : at + 1] = [] if left is None else [left]
            else:
                matches[at] = route_map_clauses.joined(known, clause)
            return _CHANGED
    if not resets(args):
        matches.append(clause)
    return _CHANGED


@command("route_map_set")
def route_map_set(context: ConfigContext, args: Args) -> Changes:
    """What is changed on routes or packets."""
    entry: RouteMapEntry = context.target
    line = route_map_clauses.set_of(args)
    sets: list[Set] = entry.sets
    for at, known in enumerate(sets):
        if route_map_clauses.same_kind(known, line):
            sets[at : at + 1] = [] if resets(args) else [route_map_clauses.both_set(known, line)]
            return _CHANGED
    if not resets(args):
        sets.append(line)
    return _CHANGED


@writes("config", "route_map")
def route_map_lines(config: RouterConfig) -> Iterator[str]:
    """Entry by entry: description, what is matched, continue, what is set."""
    for known in config.policy.route_maps.values():
        for entry in known.entries.values():
            action = "permit" if entry.permit else "deny"
            ordering = f" ordering-seq {entry.ordering}" if entry.ordering else ""
            yield f"route-map {known.name} {action} {entry.sequence}{ordering}"
            for line in _entry_lines(config, entry):
                yield f" {line}"
            yield "!"


def _entry_lines(config: RouterConfig, entry: RouteMapEntry) -> Iterator[str]:
    if entry.description is not None:
        yield f"description {entry.description}"
    for clause in entry.matches:
        yield route_map_clauses.match_line(clause)
    yield from entry.stored.get(KEPT_MATCHES, ())
    if entry.continue_at is not None:
        yield f"continue {entry.continue_at}" if entry.continue_at else "continue"
    for line in entry.sets:
        yield route_map_clauses.set_line(config, line)
    yield from entry.stored.get(_KEPT_SETS, ())
