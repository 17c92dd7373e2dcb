"""access-list, ip access-list, ip access-group: carries out grammar/access_list.lark."""

from __future__ import annotations

from collections.abc import Iterator

from ioscli.cli.access_entry import entry_of, line_of
from ioscli.cli.commands.interface import Changes, changed, resets
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.access_list import AccessEntry, AccessList, AccessListKind
from ioscli.model.changes import RoutingChanged
from ioscli.model.config import InterfaceConfig, RouterConfig

_CHANGED = (RoutingChanged(),)
_NUMBERS = ("A_STANDARD_LIST", "A_STANDARD_LIST_2", "A_EXTENDED_LIST", "A_EXTENDED_LIST_2")
_FIRST, _STEP = 10, 10
_LAST_SEQUENCE = 2_147_483_647


def list_name(args: Args) -> str:
    """The number or name of the list that a line is about."""
    for number in _NUMBERS:
        if number in args:
            return str(args[number])
    name: str = args["A_WORD"]
    return name


# --- numbered lists ------------------------------------------------------------------------------


@command("access_list")
def access_list(context: ConfigContext, args: Args) -> Changes:
    """`access-list N ...`; its `no` form removes the whole list, whatever it names."""
    lists = context.config.policy.access_lists
    name = list_name(args)
    if resets(args):
        lists.pop(name, None)
        return _CHANGED
    kind = AccessListKind.of_number(int(name))
    entry = None if "remark" in args else _entry(context, args, kind)
    known = lists.setdefault(name, AccessList(name, kind))
    if entry is None:
        known.remark(args["A_TEXT"])
    elif known.find(entry) is None:
        known.append(entry)
    return _CHANGED


def _entry(context: ConfigContext, args: Args, kind: AccessListKind) -> AccessEntry:
    entry = entry_of(args, kind)
    context.kept = entry.kept is not None
    return entry


# --- lists with a mode of their own --------------------------------------------------------------


@command("ip_access_list_standard")
def ip_access_list_standard(context: ConfigContext, args: Args) -> Changes:
    """`ip access-list standard X`."""
    return _select(context, args, AccessListKind.STANDARD)


@command("ip_access_list_extended")
def ip_access_list_extended(context: ConfigContext, args: Args) -> Changes:
    """`ip access-list extended X`."""
    return _select(context, args, AccessListKind.EXTENDED)


def _select(context: ConfigContext, args: Args, kind: AccessListKind) -> Changes:
    lists = context.config.policy.access_lists
    name = list_name(args)
    known = lists.get(name)
    if resets(args):
        if known is not None and known.kind is kind:
            del lists[name]
        return _CHANGED
    if name.isdigit() and "A_WORD" in args:
        raise Refusal("% Invalid access list name.")
    if known is None:
        known = lists[name] = AccessList(name, kind)
    elif known.kind is not kind:
        raise Refusal(f"% A named {known.kind.value} IP access list with this name already exists")
    context.enter(f"{kind.value}_acl", known)
    return _CHANGED


@command("standard_acl_line", "extended_acl_line")
def acl_line(context: ConfigContext, args: Args) -> Changes:
    """A line of a list, at its number or, without one, at the end."""
    known: AccessList = context.target
    sequence: int | None = args.get("A_SEQUENCE")
    if "remark" in args:
        _remark(known, args)
    elif not any(word in args for word in ("permit", "deny", "evaluate")):
        if sequence is None or not known.remove(sequence):
            raise Refusal("% Specified Sequence number does not exist. Remove command ignored")
    else:
        entry = _entry(context, args, known.kind)
        if resets(args):
            _remove(known, entry)
        else:
            _add(context, known, sequence, entry)
    return _CHANGED


def _remark(known: AccessList, args: Args) -> None:
    if resets(args):
        known.remove_remark(args["A_TEXT"])
    else:
        known.remark(args["A_TEXT"])


def _remove(known: AccessList, entry: AccessEntry) -> None:
    at = known.find(entry)
    if at is None:
        raise Refusal("%Entry not found.")
    known.remove(at)


def _add(
    context: ConfigContext, known: AccessList, sequence: int | None, entry: AccessEntry
) -> None:
    if context.startup and sequence is not None:
        known.written = True  # a saved configuration with numbers comes from IOS-XE
    if known.find(entry) is not None:
        return
    if sequence is None:
        if known.last + _STEP > _LAST_SEQUENCE:
            raise Refusal("Exceeded maximum sequence number.")
        known.append(entry)
    elif sequence in known.lines:
        raise Refusal("% Duplicate sequence number\n%Failed to add ace to access-list")
    else:
        known.put(sequence, entry)


@command("access_list_resequence")
def access_list_resequence(context: ConfigContext, args: Args) -> Changes:
    """`ip access-list resequence X START STEP`."""
    known = context.config.policy.access_lists.get(list_name(args))
    if known is None:
        raise Refusal("% Access-list doesn't exist")
    known.resequence(args.get("A_SEQUENCE", _FIRST), args.get("A_STEP", _STEP))
    return _CHANGED


# --- running-config ------------------------------------------------------------------------------


@writes("config", "access_list")
def access_list_lines(config: RouterConfig) -> Iterator[str]:
    """Numbered lists, by number, a line for each entry."""
    numbered = (it for it in config.policy.access_lists.values() if _is_numbered(it))
    for known in sorted(numbered, key=lambda it: int(it.name)):
        for line in _lines(known):
            yield f"access-list {known.name} {line}"


@writes("config", "ip_access_list_standard")
def standard_lists(config: RouterConfig) -> Iterator[str]:
    """Named standard lists."""
    return _sections(config, AccessListKind.STANDARD)


@writes("config", "ip_access_list_extended")
def extended_lists(config: RouterConfig) -> Iterator[str]:
    """Named extended lists."""
    return _sections(config, AccessListKind.EXTENDED)


def _sections(config: RouterConfig, kind: AccessListKind) -> Iterator[str]:
    for known in config.policy.access_lists.values():
        if known.kind is kind and not _is_numbered(known):
            yield f"ip access-list {kind.value} {known.name}"
            for line in _lines(known):
                yield f" {line}"
            yield "!"


def _is_numbered(known: AccessList) -> bool:
    """Whether it is written by `access-list`: empty lists and IOS-XE's stand as sections.

    So do those with `evaluate`, which `access-list` has not.
    """
    if not known.name.isdigit() or known.written or not (known.lines or known.remarks):
        return False
    return not any(entry.kept and entry.kept.whole for entry in known.lines.values())


def _lines(known: AccessList) -> Iterator[str]:
    for sequence, entry in known.lines.items():
        for text in known.remarks.get(sequence, ()):
            yield f"remark {text}"
        number = f"{sequence} " if known.written else ""
        yield number + line_of(entry, known.kind)
    for text in known.remarks.get(0, ()):
        yield f"remark {text}"


# --- on interfaces -------------------------------------------------------------------------------


@command("ip_access_group")
def ip_access_group(context: ConfigContext, args: Args) -> Changes:
    """The list that packets are held against that come in or go out."""
    interface: InterfaceConfig = context.target
    name = None if resets(args) else list_name(args)
    if "in" in args:
        interface.access_group_in = name
    else:
        interface.access_group_out = name
    return changed(interface)


@writes("interface", "ip_access_group")
def ip_access_group_lines(interface: InterfaceConfig) -> Iterator[str]:
    """In, then out."""
    if interface.access_group_in is not None:
        yield f"ip access-group {interface.access_group_in} in"
    if interface.access_group_out is not None:
        yield f"ip access-group {interface.access_group_out} out"
