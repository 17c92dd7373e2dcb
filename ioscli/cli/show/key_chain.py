"""show key chain: the keys of routing protocols, in clear, and whether they are good now.

Layout of captures of IOS 15.x and IOS XE, which print type 7 strings in clear, too. Lifetimes are
kept, and shown, in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ioscli.cli.show.clock import clock_day
from ioscli.router.clock import WallTime

if TYPE_CHECKING:
    from ioscli.model.key_chain import KeyChain, Lifetime


def show_key_chains(chains: Iterable[KeyChain], moment: int) -> Iterator[str]:
    """Chains, at a time (seconds since 1970)."""
    for chain in chains:
        yield f"Key-chain {chain.name}:"
        for number, key in sorted(chain.keys.items()):
            text = "" if key.string is None else key.string.clear
            yield f'    key {number} -- text "{text}"'
            if key.algorithm:
                yield f"        cryptographic-algorithm: {key.algorithm}"
            yield f"        accept lifetime {_lifetime(key.accept, moment)}"
            yield f"        send lifetime {_lifetime(key.send, moment)}"


def _lifetime(life: Lifetime | None, moment: int) -> str:
    if life is None:
        return "(always valid) - (always valid) [valid now]"
    end = "infinite" if life.end is None else _time(life.end)
    valid = " [valid now]" if life.covers(moment) else ""
    return f"({_time(life.start)}) - ({end}){valid}"


def _time(moment: int) -> str:
    return clock_day(WallTime(datetime.fromtimestamp(moment, UTC), "UTC"))
