"""`show controllers`: what the simulated hardware has, and no more.

Registers, rings and addresses of drivers differ from platform to platform and have no counterpart
here, so none is printed. The lines of serial ports are those of a 2600's (PowerQUICC) captures,
those of Gigabit ports a 7200's (NPE-G1). Cables are V.35; the end with a `clock rate` is the DCE.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ioscli.cli.show.interfaces import hardware_of
from ioscli.model.ifname import InterfaceName


class ControllerView(NamedTuple):
    """One physical port."""

    name: InterfaceName
    cable: bool
    """Whether a cable is in."""
    carrier: bool
    """Whether the far end is there too."""
    clock_rate: int | None
    """Bits a second, where this end gives the clock."""
    speed: str
    """`auto`, `100`."""
    duplex: str
    """`auto`, `full`, `half`."""


def show_controllers(ports: Iterable[ControllerView]) -> Iterator[str]:
    """A block for every port."""
    for port in ports:
        yield f"Interface {port.name}"
        yield f"Hardware is {hardware_of(port.name)}"
        if port.name.kind == "Serial":
            yield _cable(port)
        else:
            yield f"  network link is {'up' if port.carrier else 'down'}"
            yield f"  Config is {_speed(port.speed)}, {_duplex(port.duplex)}"
        yield ""


def _cable(port: ControllerView) -> str:
    if not port.cable:
        return "No serial cable attached"
    if port.clock_rate is not None:
        return f"DCE V.35, clock rate {port.clock_rate}"
    return f"DTE V.35 {'TX and RX clocks detected' if port.carrier else 'clocks stopped'}."


def _speed(speed: str) -> str:
    return "Auto Speed" if speed == "auto" else f"{speed}Mbps"


def _duplex(duplex: str) -> str:
    return f"{duplex.capitalize()} Duplex"
