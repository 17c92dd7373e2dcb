"""AS-path and community lists: carries out grammar/attribute_lists.lark."""

from __future__ import annotations

from collections.abc import Iterator

from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.communities import communities_in, written
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.attribute_lists import (
    AsPathEntry,
    AsPathList,
    CommunityEntry,
    CommunityList,
)
from ioscli.model.changes import RoutingChanged
from ioscli.model.config import RouterConfig
from ioscli.model.pattern import Pattern, PatternError

_CHANGED = (RoutingChanged(),)
_FIRST_EXPANDED = 100
_STEP = 10


def _expression(args: Args) -> str:
    """A regular expression that can be one."""
    text: str = args["A_REGEXP"]
    try:
        Pattern(text)
    except PatternError:
        raise Refusal("% Bad regular expression.") from None
    return text


# --- AS paths ------------------------------------------------------------------------------------


@command("as_path_list")
def as_path_list(context: ConfigContext, args: Args) -> Changes:
    """`ip as-path access-list N permit REGEXP`."""
    lists = context.config.policy.as_path_lists
    number: int = args["A_AS_PATH_LIST"]
    if "A_REGEXP" not in args:
        lists.pop(number, None)
        return _CHANGED
    entry = AsPathEntry("permit" in args, _expression(args))
    if resets(args):
        known = lists.get(number)
        if known is not None and entry in known.entries:
            known.entries.remove(entry)
            if not known.entries:
                del lists[number]
        return _CHANGED
    known = lists.setdefault(number, AsPathList(number))
    if entry not in known.entries:
        known.entries.append(entry)
    return _CHANGED


@writes("config", "as_path_list")
def as_path_lines(config: RouterConfig) -> Iterator[str]:
    """By number."""
    for number, known in sorted(config.policy.as_path_lists.items()):
        for entry in known.entries:
            action = "permit" if entry.permit else "deny"
            yield f"ip as-path access-list {number} {action} {entry.expression}"


# --- communities ---------------------------------------------------------------------------------


@command("community_list")
def community_list(context: ConfigContext, args: Args) -> Changes:
    """`ip community-list`, numbered or named, standard or expanded."""
    lists = context.config.policy.community_lists
    name, expanded = _named(args)
    known = lists.get(name)
    if "permit" not in args and "deny" not in args:
        if known is not None and known.expanded is expanded:
            del lists[name]
        return _CHANGED
    entry = _community_entry(args)
    if known is not None and known.expanded is not expanded:
        kind = "expanded" if known.expanded else "standard"
        raise Refusal(f"% Community-list {name} exists as {kind} community-list")
    if resets(args):
        if known is not None:
            _remove(known, entry)
            if not known.entries:
                del lists[name]
        return _CHANGED
    if known is None:
        known = lists[name] = CommunityList(name, expanded)
    if entry not in known.entries.values():
        at = args.get("A_SEQUENCE", max(known.entries, default=0) + _STEP)
        known.written = known.written or "A_SEQUENCE" in args
        known.entries[at] = entry
        known.entries = dict(sorted(known.entries.items()))
    return _CHANGED


def _named(args: Args) -> tuple[str, bool]:
    for argument in ("A_COMMUNITY_LIST", "A_COMMUNITY_LIST_2"):
        if argument in args:
            number: int = args[argument]
            return str(number), number >= _FIRST_EXPANDED
    return args["A_WORD"], "expanded" in args


def _community_entry(args: Args) -> CommunityEntry:
    if "A_REGEXP" in args:
        return CommunityEntry("permit" in args, expression=_expression(args))
    return CommunityEntry("permit" in args, communities_in(args))


def _remove(known: CommunityList, entry: CommunityEntry) -> None:
    for at, other in list(known.entries.items()):
        if other == entry:
            del known.entries[at]


@writes("config", "community_list")
def community_lines(config: RouterConfig) -> Iterator[str]:
    """In the order of their making; numbers alone tell standard from expanded."""
    for known in config.policy.community_lists.values():
        kind = "expanded " if known.expanded else "standard "
        head = f"ip community-list {'' if known.name.isdigit() else kind}{known.name}"
        for sequence, entry in known.entries.items():
            number = f" seq {sequence}" if known.written else ""
            action = "permit" if entry.permit else "deny"
            what = entry.expression
            if what is None:
                what = written(config, entry.communities)
            yield f"{head}{number} {action} {what}".rstrip()
