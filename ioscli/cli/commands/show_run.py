"""show running-config: whole, of one interface, of one partition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.running_config import interface_section, running_config, size
from ioscli.cli.show.config_history import running_head

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.router.router import Router


#: What the lines of a partition begin with; `common` has all others.
_PARTITIONS = {
    "access-list": ("access-list ", "ip access-list ", "ipv6 access-list "),
    "class-map": ("class-map ",),
    "interface": ("interface ",),
    "ip-as-path": ("ip as-path ",),
    "ip-community": ("ip community-list ",),
    "ip-prefix-list": ("ip prefix-list ",),
    "ip-static-routes": ("ip route ",),
    "line": ("line ",),
    "policy-map": ("policy-map ",),
    "route-map": ("route-map ",),
    "router": ("router ",),
    "snmp": ("snmp-server ",),
    "tacacs": ("tacacs ", "tacacs-server "),
}
_CERTIFICATE_DATA = re.compile(r"\s+(?:[0-9A-F]{8} ?)*(?:[0-9A-F]{2,8})?\s*|\s+quit\s*")


@command("show_running_config")
def show_running_config(session: Session, args: Args) -> Iterable[str]:
    """`show running-config [all|brief|full]`."""
    lines = whole(session.router, everything="all" in args)
    if "brief" in args:
        return framed(line for line in lines if not _CERTIFICATE_DATA.fullmatch(line))
    return framed(lines)


@command("show_running_config_partition")
def show_running_config_partition(session: Session, args: Args) -> Iterable[str]:
    """`show running-config partition X`: the layout is that of Cisco's command reference."""
    config = session.router.config
    if "A_INTERFACE" in args:
        interface = args["A_INTERFACE"]
        if interface not in config.interfaces:
            raise Refusal(argument="A_INTERFACE")
        name = f"interface {interface}"
        kept = list(interface_section(config, interface))
    else:
        name = args.words[3]
        kept = list(_partition(running_config(config), name))
    return framed(["!", f"Configuration of Partition - {name}", "!", "!", *kept, "!", "!", "end"])


def _partition(lines: Iterable[str], name: str) -> Iterator[str]:
    """The lines of a partition, sections whole."""
    wanted = _PARTITIONS.get(name)
    others = tuple(prefix for prefixes in _PARTITIONS.values() for prefix in prefixes)
    inside = False
    for line in lines:
        if line.startswith("!") or line == "end":
            inside = False
            continue
        if not line.startswith(" "):
            inside = line.startswith(wanted) if wanted else not line.startswith(others)
        if inside:
            yield line


@command("show_running_config_interface")
def show_running_config_interface(session: Session, args: Args) -> Iterable[str]:
    """`show running-config [all] interface X`."""
    config = session.router.config
    name = args["A_INTERFACE"]
    if name not in config.interfaces:
        raise Refusal(argument="A_INTERFACE")
    return framed(["!", *interface_section(config, name, "all" in args), "end"])


def whole(router: Router, everything: bool = False) -> Iterator[str]:
    """The running-config behind its head, which tells when it was changed and saved."""
    yield from running_head(router.config_history)
    yield from running_config(router.config, everything)


def framed(lines: Iterable[str]) -> Iterator[str]:
    """The heading with the byte count, the lines, and the empty line after `end`."""
    written = list(lines)
    yield "Building configuration..."
    yield ""
    yield f"Current configuration : {size(written)} bytes"
    yield from written
    yield ""
