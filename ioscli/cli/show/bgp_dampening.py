"""show ip bgp dampening, and the paths of show ip bgp paths.

`parameters` as in captures of IOSv 15.x; the tables and the line of `show ip bgp A.B.C.D` as in
Cisco's command reference and study material.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zlib import crc32

from ioscli.cli.show.age import route_age
from ioscli.model.bgp import BgpDampening
from ioscli.model.instant import SECOND, Duration, Instant

if TYPE_CHECKING:
    from ioscli.codec.bgp import PathAttributes
    from ioscli.protocols.bgp.machine import Bgp
    from ioscli.protocols.bgp.paths import Flap

_DEFAULT = BgpDampening()
_ORIGINS = "ie?"
_FIRST_BLOCK = 0x0E00_0000
_BUCKETS = 4_096


def dampening_text(bgp: Bgp, flap: Flap, now: Instant) -> str:
    """`Dampinfo: penalty 998, flapped 1 times in 00:00:03`."""
    from ioscli.protocols.bgp.dampening import penalty_at

    rules = bgp.process.dampening or _DEFAULT
    penalty = int(penalty_at(flap, now, rules))
    since = route_age(Duration(now - flap.first))
    text = f"Dampinfo: penalty {penalty}, flapped {flap.count} times in {since}"
    return f"{text}, reuse in {_reuse(flap, now, rules)}" if flap.suppressed else text


def _reuse(flap: Flap, now: Instant, rules: BgpDampening) -> str:
    from ioscli.protocols.bgp.dampening import decay_time, penalty_at

    seconds = decay_time(rules, penalty_at(flap, now, rules), rules.reuse)
    return route_age(Duration(seconds * SECOND))


def show_parameters(rules: BgpDampening) -> Iterator[str]:
    """`show ip bgp dampening parameters`."""
    from ioscli.protocols.bgp.dampening import ceiling

    most = int(ceiling(rules))
    default = " (DEFAULT)" if rules == _DEFAULT else ""
    line = f"{rules.half_life} {rules.reuse} {rules.suppress} {rules.most}{default}"
    yield f" dampening {line}"
    yield (
        f"  Half-life time      : {rules.half_life:>2} mins"
        f"       Decay Time       : {_decay(rules)} secs"
    )
    yield (f"  Max suppress penalty: {most:>5}         Max suppress time: {rules.most} mins")
    yield (f"  Suppress penalty    : {rules.suppress:>5}         Reuse penalty    : {rules.reuse}")


def _decay(rules: BgpDampening) -> int:
    """From the highest penalty down to the suppress limit, in steps of ten seconds (captures)."""
    from ioscli.protocols.bgp.dampening import ceiling, decay_time

    return decay_time(rules, ceiling(rules), rules.suppress) // 10 * 10


def show_flaps(bgp: Bgp, now: Instant, *, dampened: bool) -> Iterator[str]:
    """`show ip bgp dampening dampened-paths`, `... flap-statistics`."""
    from ioscli.cli.show.bgp import as_path, heading, network_text

    rules = bgp.process.dampening or _DEFAULT
    rows = []
    for (prefix, address), flap in sorted(bgp.flaps.items()):
        entry, neighbor = bgp.table.get(prefix), bgp.neighbors.get(address)
        path = None if entry is None or neighbor is None else entry.of(neighbor)
        if entry is None or path is None or (dampened and not path.dampened):
            continue
        used = "*>" if path is entry.best else "* "
        state = " h" if path.history else "*d" if path.dampened else used
        reuse = _reuse(flap, now, rules) if flap.suppressed else ""
        words = f"{as_path(path.attributes)} {_ORIGINS[path.attributes.origin or 0]}".lstrip()
        row = f" {state} {network_text(prefix):<17}{address!s:<16}"
        if not dampened:
            row += f"{flap.count:<6}{route_age(Duration(now - flap.first)):<9}"
        rows.append(f"{row}{reuse:<9}{words}")
    if not rows:
        return
    yield from heading(bgp)
    counts = "" if dampened else "Flaps Duration "
    yield f"    {'Network':<17}{'From':<16}{counts}Reuse    Path"
    yield from rows


def show_paths(bgp: Bgp, wanted: frozenset[PathAttributes] | None = None) -> Iterator[str]:
    """`show ip bgp paths`: the sets of attributes in use, and by how many paths.

    IOS prints addresses in its memory, of which there are none here: each set has one number.
    """
    from ioscli.cli.show.bgp import as_path

    used = Counter(path.attributes for entry in bgp.table.values() for path in entry.paths)
    yield "Address    Hash Refcount Metric Path"
    for attributes, count in used.items():
        if wanted is not None and attributes not in wanted:
            continue
        mark = crc32(attributes.build())
        med = 0 if attributes.med is None else attributes.med
        words = f"{as_path(attributes)} {_ORIGINS[attributes.origin or 0]}".lstrip()
        number = _FIRST_BLOCK + (mark & 0xFF_FFF8)
        yield f"0x{number:08X} {mark % _BUCKETS:>4} {count:>8} {med:>6} {words}"
