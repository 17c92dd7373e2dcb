"""What a configuration makes of a router, told without booting it."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ioscli.cli.boot import written
from ioscli.cli.configuration import LineKind
from ioscli.labs.startup import load_startup, named_hardware, of_kind
from ioscli.model.ifname import InterfaceName

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.labs.labfile import Lab

_CLOSING = "exit"
"""`exit-address-family` and its like are kept as written, and are no settings."""


class Effect(NamedTuple):
    """What became of a configuration's lines."""

    config: str
    """The running-config that the router comes up with."""
    refused: tuple[str, ...]
    """Lines that IOS refuses, with place and reason."""
    stored: tuple[str, ...]
    """Settings that are kept but act on nothing, with their place."""


def effect(lab: "Lab", node: str, source: Path, text: str, grammar: "Grammar") -> Effect:
    """Read a router's startup-config; `source` is what the places call it."""
    cabled = [
        end.port
        for link in lab.links
        for end in link.ends
        if end.node == node and isinstance(end.port, InterfaceName)
    ]
    ports = list(dict.fromkeys([*cabled, *named_hardware(text)]))
    config, found = load_startup(grammar, node, source, text, ports)
    return Effect(
        written(config),
        tuple(f"{it.place}: {it.reason}" for it in of_kind(found, LineKind.REJECTED)),
        tuple(
            f"{it.place}: {it.text.strip()}"
            for it in of_kind(found, LineKind.STORED)
            if not it.text.strip().startswith(_CLOSING)
        ),
    )
