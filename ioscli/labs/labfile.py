"""lab.yaml: nodes, their startup configurations, and the links between them.

The shape is the one containerlab users know (`topology`, `nodes`, `links`, `endpoints`). Reading
never touches a router: what comes out is checked data, with the line of everything that can
still turn out wrong when the topology is built.
"""

import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import NamedTuple, TypeVar

from ioscli.labs.document import Item, read_document
from ioscli.labs.errors import InputError, quoted, suggestion
from ioscli.labs.quantities import parse_bandwidth, parse_duration, parse_loss, parse_mtu
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Duration

LAB_FILE = "lab.yaml"
EXERCISE = "exercise"
"""The section that makes an exercise of a lab; `ioscli.exercises.reading` reads it."""
KEYS = ("name", "description", "warm-up", "topology", EXERCISE)

_NODE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}")
_HOST_PORT = re.compile(r"eth[0-9]{1,2}")
_PLAIN_PORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,31}")
_LONGEST_DELAY = Duration(10 * SECOND)
_MOST_NODES = 1_000

_T = TypeVar("_T")


class NodeKind(Enum):
    """What a node is; the value is what `kind:` takes."""

    ROUTER = "router"
    SWITCH = "switch"
    LINUX = "linux"


_KINDS = "router, switch or linux"


class NodeSpec(NamedTuple):
    """One entry of `nodes`."""

    name: str
    kind: NodeKind
    startup_config: Path | None
    """Of a router its configuration, of a Linux host the lines that root types at boot; None:
    nothing."""


class Endpoint(NamedTuple):
    """One end of a link: `R1:GigabitEthernet0/0`; `S1:eth0` of a host, any word of a switch."""

    node: str
    port: InterfaceName | str

    def __str__(self) -> str:
        return f"{self.node}:{self.port}"


class LinkSpec(NamedTuple):
    """One entry of `links`, defaults filled in (see `DEFAULTS`)."""

    ends: tuple[Endpoint, Endpoint]
    delay: Duration
    bandwidth: int
    """Bits a second."""
    mtu: int | None
    loss: float


class Lab(NamedTuple):
    """A whole lab.yaml."""

    file: Path
    name: str
    description: str
    warm_up: Duration
    nodes: dict[str, NodeSpec]
    links: tuple[LinkSpec, ...]

    @property
    def folder(self) -> Path:
        """The folder that holds lab.yaml, start, solution and transcripts."""
        return self.file.parent

    def solved(self) -> "Lab":
        """The lab with its own solution in NVRAM, on the nodes that have one.

        Raises InputError where no node has one.
        """
        found = {
            node: spec._replace(startup_config=file)
            for node, spec in self.nodes.items()
            if (file := self.folder / "solution" / f"{node}.cfg").is_file()
        }
        if not found:
            raise InputError("this lab has no solution", file=self.file)
        return self._replace(nodes=self.nodes | found)


#: Delay (microseconds) and bandwidth (bits a second) of a link that states none, by the kind of
#: its ends; of two different kinds the longer and the slower. The bandwidths are the nominal ones
#: that `show interfaces` prints; a millisecond is a cable within a metropolitan area.
DEFAULTS: dict[str, tuple[Duration, int]] = {
    "GigabitEthernet": (Duration(1_000), 1_000_000_000),
    "FastEthernet": (Duration(1_000), 100_000_000),
    "Ethernet": (Duration(1_000), 10_000_000),
    "Serial": (Duration(5_000), 1_544_000),
}


def read_lab(file: Path) -> Lab:
    """Read and check a lab.yaml; raises InputError at the first thing that is wrong."""
    top = read_document(file).fields(*KEYS)
    if "topology" not in top:
        raise InputError("no topology", file=file, line=1)
    topology = top["topology"].fields("nodes", "links")
    if "nodes" not in topology:
        raise top["topology"].error("topology has no nodes")
    nodes = _nodes(topology["nodes"], file.parent)
    return Lab(
        file=file,
        name=top["name"].text() if "name" in top else file.resolve().parent.name,
        description=top["description"].text() if "description" in top else "",
        warm_up=_quantity(top.get("warm-up"), parse_duration, Duration(0)),
        nodes=nodes,
        links=_links(topology["links"], nodes) if "links" in topology else (),
    )


def _nodes(item: Item, folder: Path) -> dict[str, NodeSpec]:
    nodes: dict[str, NodeSpec] = {}
    lowered: dict[str, str] = {}
    for name, entry in item.entries():
        if not _NODE_NAME.fullmatch(name):
            raise entry.error(f"{quoted(name)} cannot name a node")
        other = lowered.setdefault(name.lower(), name)
        if other != name:
            raise entry.error(f"node {name} differs from {other} in case alone")
        entry.what = f"node {name}"
        nodes[name] = _node(name, entry, folder)
        if len(nodes) > _MOST_NODES:
            raise entry.error(f"more than {_MOST_NODES} nodes")
    if not nodes:
        raise item.error("topology has no nodes")
    return nodes


def _node(name: str, item: Item, folder: Path) -> NodeSpec:
    if item.empty:
        raise item.error(f"node {name} has no kind ({_KINDS})")
    fields = item.fields("kind", "startup-config")
    if "kind" not in fields:
        raise item.error(f"node {name} has no kind ({_KINDS})")
    word = fields["kind"].text()
    kinds = [kind.value for kind in NodeKind]
    if word not in kinds:
        raise fields["kind"].error(
            f"node {name}: unknown kind {quoted(word)}{suggestion(word, kinds)}"
        )
    kind = NodeKind(word)
    config = fields.get("startup-config")
    if config is not None and kind is NodeKind.SWITCH:
        raise config.error(f"node {name}: a switch takes no startup-config")
    return NodeSpec(name, kind, None if config is None else _file_within(config, folder))


def _file_within(item: Item, folder: Path) -> Path:
    """A file of the lab's own folder: labs are passed around, and must not read elsewhere."""
    text = item.text()
    path = folder / text
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            raise item.error(f"{quoted(text)} is outside the lab's folder")
        if not path.is_file():
            raise item.error(f"there is no file {quoted(text)}")
    except (OSError, ValueError):  # too long, or a NUL in it
        raise item.error(f"{quoted(text)} cannot be read") from None
    return path


def _links(item: Item, nodes: dict[str, NodeSpec]) -> tuple[LinkSpec, ...]:
    if item.empty:
        return ()
    item.what = "links"
    taken: dict[Endpoint, int] = {}
    links = []
    for entry in item.items():
        entry.what = "link"
        fields = entry.fields("endpoints", "delay", "bandwidth", "mtu", "loss")
        if "endpoints" not in fields:
            raise entry.error("link has no endpoints")
        written = fields["endpoints"].items()
        if len(written) != 2:
            raise fields["endpoints"].error(f"a link has two endpoints, not {len(written)}")
        ends = []
        for part in written:
            end = _endpoint(part, nodes)
            if end in taken:
                raise part.error(f"{end} is in a link already, on line {taken[end]}")
            taken[end] = part.line
            ends.append(end)
        delay, bandwidth = _defaults(entry, ends, nodes)
        links.append(
            LinkSpec(
                ends=(ends[0], ends[1]),
                delay=_quantity(
                    fields.get("delay"), lambda text: parse_duration(text, _LONGEST_DELAY), delay
                ),
                bandwidth=_quantity(fields.get("bandwidth"), parse_bandwidth, bandwidth),
                mtu=_quantity(fields.get("mtu"), parse_mtu, None),
                loss=_quantity(fields.get("loss"), parse_loss, 0.0),
            )
        )
    return tuple(links)


def _endpoint(item: Item, nodes: dict[str, NodeSpec]) -> Endpoint:
    item.what = "endpoint"
    text = item.text()
    node, colon, port = text.partition(":")
    if not colon:
        raise item.error(f"endpoint {quoted(text)} is not NODE:INTERFACE")
    if node not in nodes:
        raise item.error(f"there is no node {quoted(node)}{suggestion(node, nodes)}")
    if nodes[node].kind is NodeKind.LINUX:
        if not _HOST_PORT.fullmatch(port):
            raise item.error(f"{quoted(port)} is no port of a Linux host (eth0, eth1 ...)")
        return Endpoint(node, port)
    try:
        name = InterfaceName.parse(port)
    except ValueError:
        if nodes[node].kind is NodeKind.SWITCH and _PLAIN_PORT.fullmatch(port):
            return Endpoint(node, port)
        raise item.error(f"{quoted(port)} names no interface, or several") from None
    if name.virtual or name.subinterface is not None:
        raise item.error(f"{name} takes no cable")
    return Endpoint(node, name)


def _defaults(item: Item, ends: list[Endpoint], nodes: dict[str, NodeSpec]) -> tuple[Duration, int]:
    """What a link between these ends has unless it says otherwise; a switch port fits any cable
    but a serial one, and takes the other end's speed."""
    kinds = [
        end.port.kind
        for end in ends
        if isinstance(end.port, InterfaceName) and nodes[end.node].kind is NodeKind.ROUTER
    ]
    if "Serial" in kinds and kinds != ["Serial", "Serial"]:
        raise item.error(f"a serial cable does not fit between {ends[0]} and {ends[1]}")
    found = [DEFAULTS[kind] for kind in kinds] or [DEFAULTS["GigabitEthernet"]]
    return max(delay for delay, _ in found), min(bandwidth for _, bandwidth in found)


def _quantity(item: Item | None, parse: Callable[[str], _T], default: _T) -> _T:
    if item is None:
        return default
    text = item.text()
    try:
        return parse(text)
    except ValueError as error:
        raise item.error(f"{item.what} {quoted(text)}: {error}") from None
