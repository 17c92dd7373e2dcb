"""The decision process (RFC 4271 section 9.1) in the order of IOS.

"BGP Best Path Selection Algorithm" (Cisco document 13753): weight, local preference, locally
originated, AS path length, origin, MED, external over internal, metric to the next hop,
multipath, the oldest external one, router ID, cluster list length, neighbor address. Paths
are compared two by two, from the newest on; the winner goes on to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.bgp.attributes import path_length
from ioscli.model.bgp import LOCAL_PREFERENCE, BgpBestPath, BgpProcess
from ioscli.protocols.bgp.paths import BgpPath, TableEntry, first_as
from ioscli.protocols.bgp.states import PeerKind

_WORST_MED = 0xFFFFFFFF
_NOWHERE = IPv4Address(0)


class Rules(NamedTuple):
    """What the configuration says about the choice."""

    best_path: BgpBestPath
    local_preference: int = LOCAL_PREFERENCE
    maximum_paths: int = 1
    maximum_paths_ibgp: int = 1
    maximum_paths_eibgp: int = 1

    @classmethod
    def of(cls, process: BgpProcess) -> Rules:
        """The rules of a process."""
        return cls(
            process.best_path,
            process.default_local_preference,
            process.maximum_paths,
            process.maximum_paths_ibgp,
            process.maximum_paths_eibgp,
        )


def choose(entry: TableEntry, rules: Rules) -> tuple[BgpPath | None, tuple[BgpPath, ...]]:
    """The best of the valid paths, and with multipath those that share its traffic."""
    valid = [
        path
        for path in entry.paths
        if path.metric is not None
        and (path.flap is None or not (path.flap.gone or path.flap.suppressed))
    ]
    if not valid:
        return None, ()
    if len(valid) == 1:
        return valid[0], ()
    best = _best(valid, rules)
    return best, _multipaths(valid, best, rules)


def _best(paths: Sequence[BgpPath], rules: Rules) -> BgpPath:
    if rules.best_path.deterministic_med:
        groups: dict[int, list[BgpPath]] = {}
        for path in paths:
            groups.setdefault(first_as(path.attributes.as_path), []).append(path)
        paths = [_winner(group, rules) for group in groups.values()]
    return _winner(paths, rules)


def _winner(paths: Sequence[BgpPath], rules: Rules) -> BgpPath:
    best = paths[0]
    for path in paths[1:]:
        if better(path, best, rules):
            best = path
    return best


def better(path: BgpPath, other: BgpPath, rules: Rules) -> bool:
    """Whether a path is preferred to another."""
    found = _until_metric(path, other, rules)
    return found < 0 if found else _tie_break(path, other, rules) < 0


def _until_metric(path: BgpPath, other: BgpPath, rules: Rules) -> int:
    """The steps that multipath asks to be equal; negative: the first path wins."""
    found = _until_med(path, other, rules)
    found = found or _inside(path) - _inside(other)
    return found or (path.metric or 0) - (other.metric or 0)


def _until_med(path: BgpPath, other: BgpPath, rules: Rules) -> int:
    """The steps up to MED: those that `maximum-paths eibgp` asks to be equal."""
    if path.weight != other.weight:
        return other.weight - path.weight
    a, b = path.attributes, other.attributes
    found = _preference(b.local_preference, rules) - _preference(a.local_preference, rules)
    found = found or _locality(path) - _locality(other)
    if not found and not rules.best_path.as_path_ignore:
        found = path_length(a.as_path or ()) - path_length(b.as_path or ())
    found = found or (a.origin or 0) - (b.origin or 0)
    return found or _med(path, other, rules)


def _preference(value: int | None, rules: Rules) -> int:
    return rules.local_preference if value is None else value


def _locality(path: BgpPath) -> int:
    """Own routes before learned ones, `network` and `redistribute` before aggregates."""
    if path.neighbor is not None:
        return 2
    return 1 if path.sourced == "aggregate" else 0


def _med(path: BgpPath, other: BgpPath, rules: Rules) -> int:
    same = first_as(path.attributes.as_path) == first_as(other.attributes.as_path)
    if not same and not rules.best_path.always_compare_med:
        return 0
    missing = _WORST_MED if rules.best_path.med_missing_as_worst else 0
    mine, its = path.attributes.med, other.attributes.med
    return (missing if mine is None else mine) - (missing if its is None else its)


def _external(path: BgpPath) -> bool:
    return path.neighbor is not None and path.neighbor.kind is PeerKind.EXTERNAL


def _inside(path: BgpPath) -> int:
    return 0 if path.neighbor is None or _external(path) else 1


def _tie_break(path: BgpPath, other: BgpPath, rules: Rules) -> int:
    if _external(path) and _external(other) and not rules.best_path.compare_router_id:
        found = path.received - other.received
        if found:
            return found
    a, b = path.neighbor, other.neighbor
    if a is None or b is None:
        return 0
    mine = path.attributes.originator or a.identifier
    its = other.attributes.originator or b.identifier
    found = int(mine or _NOWHERE) - int(its or _NOWHERE)
    found = found or len(path.attributes.cluster_list) - len(other.attributes.cluster_list)
    return found or int(a.address) - int(b.address)


def _multipaths(paths: Sequence[BgpPath], best: BgpPath, rules: Rules) -> tuple[BgpPath, ...]:
    if best.neighbor is None:
        return ()
    most = rules.maximum_paths if _external(best) else rules.maximum_paths_ibgp
    most = max(most, rules.maximum_paths_eibgp)
    if most <= 1:
        return ()
    equal = [path for path in paths if path is not best and _shares(path, best, rules)]
    equal.sort(key=lambda path: (path.received, int(path.next_hop)))
    chosen = (best, *equal[: most - 1])
    return chosen if len(chosen) > 1 else ()


def _shares(path: BgpPath, best: BgpPath, rules: Rules) -> bool:
    mixed = rules.maximum_paths_eibgp > 1
    equal = _until_med if mixed else _until_metric
    if path.neighbor is None or equal(path, best, rules):
        return False
    if path.next_hop == best.next_hop:
        return False
    if rules.best_path.multipath_relax:
        return True
    return path.attributes.as_path == best.attributes.as_path
