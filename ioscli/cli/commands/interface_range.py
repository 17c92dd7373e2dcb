"""interface range: carries out grammar/interface_range.lark."""

import re
from collections.abc import Iterator

from ioscli.cli.commands.interface import Changes, may_exist
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.model.changes import ConfigChange, InterfaceChanged
from ioscli.model.config import InterfaceConfig, TunnelConfig
from ioscli.model.ifname import InterfaceName

_PART = re.compile(r"\s*([A-Za-z]+ *[0-9/.]+)\s*(?:-\s*([A-Za-z]* *[0-9/.]+)\s*)?")
#: More than any router has: a range is written out before it is looked at.
_MOST = 1_000


@command("interface_range")
def interface_range(context: ConfigContext, args: Args) -> Changes:
    """Go to several interfaces at once; Loopbacks and Tunnels are made by that."""
    names = list(dict.fromkeys(_named(args["A_RANGE"])))
    for name in names:
        if name not in context.config.interfaces and not may_exist(context, name):
            raise Refusal(argument="A_RANGE")
    changes: list[ConfigChange] = []
    for name in names:
        if name not in context.config.interfaces:
            tunnel = TunnelConfig() if name.kind == "Tunnel" else None
            context.config.interfaces[name] = InterfaceConfig(name, tunnel=tunnel)
            changes.append(InterfaceChanged(name))
    chosen = [context.config.interfaces[name] for name in names]
    context.enter("interface", chosen[0])
    context.chosen = tuple(chosen)
    return changes


@command("interface_range_default")
def interface_range_default(context: ConfigContext, args: Args) -> Changes:
    """`default interface range`: each back to its defaults."""
    interfaces = context.config.interfaces
    names = list(dict.fromkeys(_named(args["A_RANGE"])))
    if not all(name in interfaces for name in names):
        raise Refusal(argument="A_RANGE")
    for name in names:
        tunnel = TunnelConfig() if name.kind == "Tunnel" else None
        interfaces[name] = InterfaceConfig(name, tunnel=tunnel)
        context.say(f"Interface {name} set to default configuration")
    return [InterfaceChanged(name) for name in names]


def _named(text: str) -> Iterator[InterfaceName]:
    """The interfaces of `Gi0/0 - 2 , Lo1`; raises Refusal for a text that names none."""
    for part in text.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            raise Refusal(argument="A_RANGE")
        try:
            first = InterfaceName.parse(found[1])
            last = first if found[2] is None else _last(first, found[2].strip())
        except ValueError:
            raise Refusal(argument="A_RANGE") from None
        low, high = first.numbers[-1], last.numbers[-1]
        alike = first._replace(numbers=()) == last._replace(numbers=())
        if not alike or first.numbers[:-1] != last.numbers[:-1] or not low <= high < low + _MOST:
            raise Refusal(argument="A_RANGE")
        for number in range(low, high + 1):
            yield first._replace(numbers=(*first.numbers[:-1], number))


def _last(first: InterfaceName, text: str) -> InterfaceName:
    """The end of a range: a number, or a name in full."""
    if text.isdecimal():
        return first._replace(numbers=(*first.numbers[:-1], int(text)))
    return InterfaceName.parse(text)
