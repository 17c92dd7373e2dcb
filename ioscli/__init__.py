"""ioscli: a Cisco IOS-style router emulator without a Cisco image.

From Python: `ioscli.load("gre-over-ipsec")`; see `ioscli.labs.api`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ioscli.labs.api import Cable, CommandError, InputError, Lab, Node, Snapshot, load

__all__ = ["Cable", "CommandError", "InputError", "Lab", "Node", "Snapshot", "load"]


def __getattr__(name: str) -> object:
    """The Python API, imported when first asked for: the console starts without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ioscli.labs import api

    found: object = getattr(api, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
