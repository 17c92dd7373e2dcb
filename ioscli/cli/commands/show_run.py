"""show running-config."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.running_config import interface_section, running_config, size

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


@command("show_running_config")
def show_running_config(session: Session, _args: Args) -> Iterable[str]:
    """`show running-config`."""
    return framed(running_config(session.router.config))


@command("show_running_config_interface")
def show_running_config_interface(session: Session, args: Args) -> Iterable[str]:
    """`show running-config interface X`."""
    config = session.router.config
    name = args["A_INTERFACE"]
    if name not in config.interfaces:
        raise Refusal(argument="A_INTERFACE")
    return framed(["!", *interface_section(config, name), "end"])


def framed(lines: Iterable[str]) -> Iterator[str]:
    """The heading with the byte count, the lines, and the empty line after `end`."""
    written = list(lines)
    yield "Building configuration..."
    yield ""
    yield f"Current configuration : {size(written)} bytes"
    yield from written
    yield ""
