"""The kinds of checks by the names that they have in lab.yaml."""

from typing import Protocol

from ioscli.exercises.checks.adjacency import AdjacencyCheck
from ioscli.exercises.checks.any_of import AnyOf
from ioscli.exercises.checks.config import ConfigCheck
from ioscli.exercises.checks.connect import Connect
from ioscli.exercises.checks.encrypted import Encrypted
from ioscli.exercises.checks.failover import Failover
from ioscli.exercises.checks.fragments import Fragments
from ioscli.exercises.checks.interface import InterfaceCheck
from ioscli.exercises.checks.isakmp import IsakmpCheck
from ioscli.exercises.checks.nat import NatCheck
from ioscli.exercises.checks.path import Path
from ioscli.exercises.checks.ping import Ping
from ioscli.exercises.checks.quiet import Quiet
from ioscli.exercises.checks.route import RouteCheck
from ioscli.exercises.checks.sa import SaCheck
from ioscli.exercises.checks.stable import Stable
from ioscli.exercises.verdict import Check
from ioscli.labs.document import Item
from ioscli.labs.errors import quoted, suggestion
from ioscli.labs.labfile import Lab


class _Reader(Protocol):
    def __call__(self, item: Item, lab: Lab, /) -> Check:
        """A check from its mapping. Raises InputError."""


KINDS: dict[str, _Reader] = {
    "adjacency": AdjacencyCheck.read,
    "config": ConfigCheck.read,
    "isakmp": IsakmpCheck.read,
    "ping": Ping.read,
    "path": Path.read,
    "encrypted": Encrypted.read,
    "fragments": Fragments.read,
    "connect": Connect.read,
    "failover": Failover.read,
    "stable": Stable.read,
    "quiet": Quiet.read,
    "any-of": AnyOf.read,
    "sa": SaCheck.read,
    "interface": InterfaceCheck.read,
    "nat": NatCheck.read,
    "route": RouteCheck.read,
}


def read_check(item: Item, lab: Lab) -> Check:
    """`ping: {from: PC1, to: 192.0.2.1}`: a mapping of one kind. Raises InputError."""
    entries = list(item.entries())
    if len(entries) != 1:
        raise item.error(f"a check is one kind and its mapping, not {len(entries)} keys")
    name, mapping = entries[0]
    if name not in KINDS:
        raise mapping.error(f"unknown kind of check {quoted(name)}{suggestion(name, KINDS)}")
    return KINDS[name](mapping, lab)
