"""show ip sla, and what the kept lines of `ip sla N` mean to the router.

The lines are those of grammar/address_services.lark (see `ioscli.cli.acting`).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING

from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.model.changes import ConfigChange, TrackingChanged
from ioscli.model.ifname import InterfaceName
from ioscli.model.ip_sla import SlaOperation
from ioscli.model.sections import StoredLine, StoredSection

if TYPE_CHECKING:
    from ioscli.cli.configuration import ConfigContext
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.model.config import RouterConfig
    from ioscli.router.sla import SlaRun

_SCHEDULES = (("ip_sla_schedule", 3), ("ip_sla_monitor_schedule", 4))
"""Rules of schedule lines, and which of their words is the operation's number."""


def follow(context: ConfigContext) -> tuple[ConfigChange, ...]:
    """Read the operations and their schedules anew."""
    config = context.config
    operations = {
        made.number: made
        for section in config.sections
        if isinstance(section, StoredSection) and section.rule == "ip_sla"
        for made in (_operation(section),)
    }
    for rule, place in _SCHEDULES:
        for line in config.stored.get(rule, ()):
            words = line.split(" ")
            number = words[place] if words[0] != "no" and place < len(words) else ""
            if number.isdigit() and int(number) in operations:
                _schedule(operations[int(number)], words[place + 1 :])
    config.sla_operations = operations
    return (TrackingChanged(),)


def _operation(section: StoredSection) -> SlaOperation:
    made = SlaOperation(int(section.header.split(" ")[-1]))
    for entry in section.entries:
        if isinstance(entry, StoredLine):
            _read(made, entry.text.split(" "))
    return made


def _read(made: SlaOperation, words: list[str]) -> None:
    match words:
        case ["icmp-echo", target, *options]:
            made.target = _address(target)
            for word, value in zip(options[::2], options[1::2], strict=False):
                if word == "source-ip":
                    made.source = _address(value)
                else:
                    made.source_interface = InterfaceName.parse(value)
        case ["frequency", value]:
            made.frequency = int(value)
        case ["timeout", value]:
            made.timeout = int(value)
        case ["threshold", value]:
            made.threshold = int(value)
        case ["request-data-size", value]:
            made.request_size = int(value)
        case ["tos", value]:
            made.tos = int(value)
        case ["verify-data"]:
            made.verify_data = True
        case ["vrf", name]:
            made.vrf = name
        case ["owner", *text]:
            made.owner = " ".join(text)
        case ["tag", *text]:
            made.tag = " ".join(text)


def _address(text: str) -> IPv4Address | None:
    """None: a name or an IPv6 address, which are kept only."""
    try:
        return IPv4Address(text)
    except AddressValueError:
        return None


def _schedule(operation: SlaOperation, words: list[str]) -> None:
    for at, word in enumerate(words[:-1]):
        value = words[at + 1]
        if word == "life":
            operation.life = None if value == "forever" else int(value)
        elif word == "start-time" and value == "now":
            operation.started = True
        elif word == "after":
            hours, minutes, seconds = (int(part) for part in value.split(":"))
            operation.started = True
            operation.start_after = (hours * 60 + minutes) * 60 + seconds


def _runs(session: Session, args: Args) -> list[SlaRun]:
    """The operations asked for."""
    router = session.router
    runs = router.tracking.sla.runs if router.config.sla_operations else {}
    if "A_SLA" not in args:
        return [runs[number] for number in sorted(runs)]
    if args["A_SLA"] not in runs:
        raise Refusal(f"Entry number: {args['A_SLA']} does not exist")
    return [runs[args["A_SLA"]]]


@command("show_ip_sla_statistics")
def show_ip_sla_statistics(session: Session, args: Args) -> Iterable[str]:
    """`show ip sla statistics [N]`."""
    from ioscli.cli.show import ip_sla

    router = session.router
    return ip_sla.show_statistics(_runs(session, args), router.clock, router.simulation.now)


@command("show_ip_sla_configuration")
def show_ip_sla_configuration(session: Session, args: Args) -> Iterable[str]:
    """`show ip sla configuration [N]`."""
    from ioscli.cli.show import ip_sla

    return ip_sla.show_configuration(_runs(session, args), _histories(session.router.config))


def _histories(config: RouterConfig) -> dict[int, dict[str, str]]:
    """The `history` lines of each operation, which are kept and shown: `buckets-kept` -> `20`."""
    return {
        int(section.header.split(" ")[-1]): {
            words[1]: words[-1]
            for entry in section.entries
            if isinstance(entry, StoredLine)
            for words in (entry.text.split(" "),)
            if words[0] == "history"
        }
        for section in config.sections
        if section.rule == "ip_sla"
    }


@command("show_ip_sla_summary")
def show_ip_sla_summary(session: Session, args: Args) -> Iterable[str]:
    """`show ip sla summary`."""
    from ioscli.cli.show import ip_sla

    return ip_sla.show_summary(_runs(session, args), session.router.simulation.now)
