"""The head of a running-config: when it was last changed and saved.

How known: running-configs of IOSv 15.7 and 15.9 and IOS-XE 16 and 17. A saved configuration tells
of the change only (two startup-configs), and a router that nobody has configured since it came up
tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioscli.cli.show.clock import clock_time

if TYPE_CHECKING:
    from ioscli.router.config_history import ConfigHistory, Stamp


def running_head(history: ConfigHistory) -> Iterator[str]:
    """What stands before the first `!` of the running-config."""
    if history.changed is None and history.saved is None:
        return
    yield "!"
    if history.changed is not None:
        yield f"! Last configuration change at {_words(history.changed)}"
    if history.saved is not None:
        yield f"! NVRAM config last updated at {_words(history.saved)}"


def saved_head(history: ConfigHistory) -> Iterator[str]:
    """What stands before the first `!` of a configuration that is saved."""
    if history.changed is not None:
        yield "!"
        yield f"! Last configuration change at {_words(history.changed)}"


def _words(stamp: Stamp) -> str:
    """`23:38:21 UTC Thu Mar 11 2021 by cisco`."""
    by = "" if stamp.user is None else f" by {stamp.user}"
    return clock_time(stamp.moment) + by
