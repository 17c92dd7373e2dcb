"""ip prefix-list: carries out grammar/prefix_list.lark."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Interface

from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.changes import RoutingChanged
from ioscli.model.config import RouterConfig
from ioscli.model.prefix_list import PrefixEntry, PrefixList

_CHANGED = (RoutingChanged(),)
_UNNUMBERED = "no ip prefix-list sequence-number"


@command("prefix_list")
def prefix_list(context: ConfigContext, args: Args) -> Changes:
    """One entry or the description of a list; its `no` form without either removes the list."""
    name: str = args["A_WORD"]
    context.config.policy.last_prefix_list = name
    if resets(args):
        _remove(context.config, name, args)
        return _CHANGED
    if "description" in args:
        _known(context.config, name).description = args["A_TEXT"]
        return _CHANGED
    entry = _entry(args)
    known = _known(context.config, name)
    if known.find(entry) is not None:
        return ()  # IOS takes no entry twice
    if "A_SEQUENCE" in args:
        known.put(args["A_SEQUENCE"], entry)
    else:
        known.append(entry)
    return _CHANGED


def _known(config: RouterConfig, name: str) -> PrefixList:
    lists = config.policy.prefix_lists
    found = lists.get(name)
    if found is None:
        found = lists[name] = PrefixList(name)
    return found


def _entry(args: Args) -> PrefixEntry:
    """The entry that a line writes; IOS clears the bits behind the prefix."""
    typed: IPv4Interface = args["A_NET_PREFIX"]
    prefix = typed.network
    lengths = iter(args.all("A_LENGTH"))
    bounds = {word: next(lengths) for word in args.words if word in ("ge", "le")}
    ge: int | None = bounds.get("ge")
    le: int | None = bounds.get("le")
    shortest = prefix.prefixlen if ge is None else ge
    if (ge is not None and ge <= prefix.prefixlen) or (
        le is not None and (le < shortest or le <= prefix.prefixlen)
    ):
        raise Refusal(f"% Invalid prefix range for {prefix}, make sure: len < ge-value <= le-value")
    return PrefixEntry("permit" in args, prefix, ge, le)


def _remove(config: RouterConfig, name: str, args: Args) -> None:
    lists = config.policy.prefix_lists
    known = lists.get(name)
    if known is None:
        return
    if "description" in args:
        known.description = None
    elif "permit" in args or "deny" in args:
        entry = _entry(args)
        at = known.find(entry)
        if at is None or args.get("A_SEQUENCE", at) != at:
            raise Refusal(f"% Can't find prefix-list entry {entry.prefix}")
        known.remove(at)
    elif "A_SEQUENCE" in args:
        known.remove(args["A_SEQUENCE"])
    else:
        del lists[name]
    if not known.entries and known.description is None:
        lists.pop(name, None)


@writes("config", "prefix_list")
def prefix_list_lines(config: RouterConfig) -> Iterator[str]:
    """List by list: its description, then its entries."""
    numbered = _UNNUMBERED not in config.stored.get("prefix_list_numbers", ())
    for known in config.policy.prefix_lists.values():
        if known.description is not None:
            yield f"ip prefix-list {known.name} description {known.description}"
        for sequence, entry in known.entries.items():
            number = f"seq {sequence} " if numbered else ""
            yield f"ip prefix-list {known.name} {number}{entry.text}"
        yield "!"
