"""The kinds of checks by the names that they have in lab.yaml."""

from typing import Protocol

from ioscli.exercises.verdict import Check
from ioscli.labs.document import Item
from ioscli.labs.errors import quoted, suggestion
from ioscli.labs.labfile import Lab


class _Reader(Protocol):
    def __call__(self, item: Item, lab: Lab, /) -> Check:
        """A check from its mapping. Raises InputError."""


KINDS: dict[str, _Reader] = {}


def read_check(item: Item, lab: Lab) -> Check:
    """`ping: {from: PC1, to: 192.0.2.1}`: a mapping of one kind. Raises InputError."""
    entries = list(item.entries())
    if len(entries) != 1:
        raise item.error(f"a check is one kind and its mapping, not {len(entries)} keys")
    name, mapping = entries[0]
    if name not in KINDS:
        raise mapping.error(f"unknown kind of check {quoted(name)}{suggestion(name, KINDS)}")
    return KINDS[name](mapping, lab)
