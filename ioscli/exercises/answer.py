"""What somebody configured: a startup configuration, and keys, for each router of an exercise."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ioscli.cli.boot import written
from ioscli.labs.startup import read_config

if TYPE_CHECKING:
    from ioscli.exercises.exercise import Exercise
    from ioscli.labs.topology import Topology
    from ioscli.router.filesystem import Files, StoredFile


class NodeAnswer(NamedTuple):
    """What one router boots with; a `NodeFiles` that remembers nothing of what happens later."""

    source: Path
    """Where the text came from, for messages; a file that need not exist."""
    text: str | None = None
    """The startup-config; None: the lab's own."""
    private: bytes = b""
    """The private-config, in which key pairs are saved."""
    erased: bool = False
    ignores_startup_config: bool = False

    def startup_config(self) -> tuple[Path, str] | None:
        """The text and where it is from."""
        return None if self.text is None else (self.source, self.text)

    def load(self, files: "Files") -> None:
        """Put the key pairs into a router's NVRAM."""
        files.save_private(self.private)

    def save(self, filesystem: str, path: str, file: "StoredFile") -> None:
        """A trial's files last as long as the trial."""

    def remove(self, filesystem: str, path: str) -> None:
        """As above."""


class Answer:
    """The configurations of an answer, by node; the nodes that it leaves out start as ever."""

    def __init__(self, nodes: Mapping[str, NodeAnswer] = {}) -> None:
        self.nodes = dict(nodes)

    @classmethod
    def of_texts(cls, texts: Mapping[str, str]) -> "Answer":
        """From configuration texts by node."""
        return cls({node: NodeAnswer(Path(f"{node}.cfg"), text) for node, text in texts.items()})

    @classmethod
    def of_folder(cls, folder: Path, nodes: Iterable[str]) -> "Answer":
        """From the files `NODE.cfg` of a folder, as far as they are there.

        Raises InputError for a file that cannot be read.
        """
        files = {node: folder / f"{node}.cfg" for node in nodes}
        return cls(
            {
                node: NodeAnswer(file, read_config(file))
                for node, file in files.items()
                if file.is_file()
            }
        )

    @classmethod
    def of_solution(cls, exercise: "Exercise") -> "Answer":
        """The exercise's own."""
        return cls.of_folder(exercise.lab.folder / "solution", exercise.nodes)

    @classmethod
    def of_topology(cls, topology: "Topology", nodes: Iterable[str]) -> "Answer":
        """What routers run at this moment, saved or not."""
        return cls(
            {
                node: NodeAnswer(Path(f"{node}.cfg"), written(router.config), router.keys.saved())
                for node, router in topology.routers.items()
                if node in nodes
            }
        )

    @property
    def texts(self) -> dict[str, str]:
        """The configuration texts by node."""
        return {node: it.text for node, it in self.nodes.items() if it.text is not None}

    def upon(self, start: "Answer") -> "Answer":
        """This answer, on top of what an exercise starts with."""
        return Answer(start.nodes | self.nodes)

    def node(self, name: str) -> NodeAnswer:
        """What a node of the topology boots with."""
        return self.nodes.get(name, NodeAnswer(Path(f"{name}.cfg")))
