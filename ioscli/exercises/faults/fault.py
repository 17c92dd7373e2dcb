"""What a fault is: a rule that finds places for itself, and changes lines there."""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.config_text import At, ConfigText

if TYPE_CHECKING:
    from ioscli.exercises.faults.network import Network


class Area(Enum):
    """Where somebody has to look; the value is what a hint says."""

    ADDRESSING = "interfaces and their addresses"
    STATIC = "static routes"
    OSPF = "OSPF"
    EIGRP = "EIGRP"
    BGP = "BGP"
    REDISTRIBUTION = "what one routing protocol is told of another"
    FILTERS = "packet filters"
    NAT = "address translation"
    TUNNELS = "tunnel interfaces"
    ISAKMP = "phase 1 of IPsec, IKE"
    IPSEC = "phase 2 of IPsec, and what it protects"
    MTU = "the size of packets"


class Edit(NamedTuple):
    """A change of one configuration: a line reworded, removed, added, or put before another."""

    node: str
    sections: tuple[str, ...]
    """The headers of the sections that it is in, outermost first; none: global configuration."""
    old: str | None
    """The line as it works; None: there is none, and `new` is added to the section."""
    new: str | None
    """The line as it is broken, or several; None: the old one is taken out, with its section."""
    before: bool = False
    """Whether the old line stays, and the new ones stand before it."""

    def apply(self, config: ConfigText) -> ConfigText:
        """The configuration, broken. Raises LookupError where the line is not there."""
        if self.old is None:
            assert self.new is not None
            return config.added(self.new, self._at(config, self.sections))
        at = self._at(config, (*self.sections, self.old))
        if self.new is None:
            return config.without(at)
        if self.before:
            return config.inserted(self.new, at)
        first, _, more = self.new.partition("\n")
        changed = config.reworded(at, first)
        return changed if not more else changed.added(more, at[:-1])

    @property
    def was(self) -> str:
        """The line as it works; empty where there is none."""
        return "" if self.old is None or self.before else self.old

    @property
    def changed(self) -> str:
        """All text of the change, for what must not be said."""
        return f"{self.was}\n{self.new or ''}".strip()

    def _at(self, config: ConfigText, path: tuple[str, ...]) -> At:
        if not path:
            return ()
        for place in config.commands():
            if (*place.sections, place.text) == path:
                return place.at
        raise LookupError(f"{self.node}: {' / '.join(path)}")


class Site(NamedTuple):
    """A place where a fault fits, and what it changes there."""

    edits: tuple[Edit, ...]
    shows: tuple[str, ...]
    """The commands that show it, on the node of the first edit unless one says `R2: show ...`."""

    @property
    def node(self) -> str:
        """Where it is to be found."""
        return self.edits[0].node

    @property
    def nodes(self) -> tuple[str, ...]:
        """All routers with a changed line."""
        return tuple(dict.fromkeys(edit.node for edit in self.edits))


class Fault(NamedTuple):
    """One kind of fault."""

    id: str
    title: str
    """What is wrong, in a few words: `OSPF areas differ`."""
    area: Area
    topics: tuple[str, ...]
    """Topics of certification blueprints that it belongs to."""
    description: str
    """What it does, and how that shows; said in explanations."""
    sites: "Callable[[Network], Iterator[Site]]"
    """All places for it in a network, always in the same order."""

    @property
    def scopes(self) -> tuple[str, ...]:
        """The certifications of its topics."""
        return tuple(dict.fromkeys(topic.split()[0] for topic in self.topics))

    def within(self, scope: str | None) -> bool:
        """Whether it belongs to a certification (`ENARSI`), or a topic of it (`ENARSI 1.10`)."""
        return scope is None or any(
            topic == scope or topic.startswith((f"{scope} ", f"{scope}.")) for topic in self.topics
        )


class Injection(NamedTuple):
    """A fault at a place."""

    fault: Fault
    site: Site


def broken(texts: Mapping[str, str], injections: tuple[Injection, ...]) -> dict[str, str]:
    """The configurations of a network with faults put into them.

    Raises LookupError where one of them changed a line that another wants to change.
    """
    trees: dict[str, ConfigText] = {}
    for injection in injections:
        for edit in injection.site.edits:
            tree = trees.get(edit.node) or ConfigText.parse(texts[edit.node])
            trees[edit.node] = edit.apply(tree)
    return {**texts, **{node: str(tree) for node, tree in trees.items()}}
