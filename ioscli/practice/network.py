"""The routers of an attempt: kept between runs, put back one by one, looked at by a check."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ioscli.cli.boot import modified, written
from ioscli.cli.config_diff import Change, difference, listing, parse
from ioscli.cli.show.config_history import saved_head
from ioscli.exercises.answer import Answer, NodeAnswer
from ioscli.labs.startup import load_startup, named_hardware, read_config
from ioscli.labs.topology import Topology
from ioscli.router.filesystem import STARTUP, FileError, StoredFile

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.exercises.exercise import Exercise
    from ioscli.labs.store import LabStore, NodeStore
    from ioscli.labs.topology import NodeFiles
    from ioscli.router.filesystem import Files


class Network:
    """An exercise's network, running.

    store: None keeps nothing on disk. reference: how the exercise may be done.
    """

    def __init__(
        self,
        exercise: "Exercise",
        grammar: "Grammar",
        seed: int,
        store: "LabStore | None",
        reference: Answer,
    ) -> None:
        self.exercise = exercise
        self.grammar = grammar
        self.topology: Topology
        self._seed = seed
        self._store = store
        self._reference = reference
        self._boot({})

    @property
    def first(self) -> str:
        """The router to sit down at."""
        return self.exercise.nodes[0]

    @property
    def nodes(self) -> list[str]:
        """The names of what has a console."""
        return list(self.topology.nodes)

    @property
    def routers(self) -> list[str]:
        """The names of the routers."""
        return list(self.topology.routers)

    @property
    def answer(self) -> Answer:
        """What the routers of the answer run at this moment."""
        return Answer.of_topology(self.topology, self.exercise.nodes)

    def save(self) -> list[str]:
        """`write memory` wherever something is not saved yet; complaints, if there are any."""
        failed = []
        for name, router in self.topology.routers.items():
            if router.reloads.down or not modified(self.grammar, router):
                continue
            head = "".join(f"{line}\n" for line in saved_head(router.config_history))
            try:
                router.files.save_startup(head + written(router.config))
                router.files.save_private(router.keys.saved())
            except FileError as error:
                failed.append(f"{name}: not saved ({error})")
                continue
            router.config_history.note_save(None)
        return failed

    def reset(self, node: str | None = None) -> None:
        """Boot the network anew: one router, or all of them, as at the start.

        The others go on with what they ran; what is saved of them stays saved. Raises OSError.
        """
        if node is None:
            if self._store is not None:
                self._store.forget()
            self._boot({})
            return
        running = Answer.of_topology(
            self.topology, [name for name in self.topology.routers if name != node]
        )
        if self._store is not None:
            self._store.forget_node(node)
        self._boot(running.nodes)

    def changes(self, node: str) -> list[str]:
        """What a router runs that it did not at the start (`+`), and the other way round (`-`)."""
        return self._compare(self._at_start(node), self._running(node))

    def changes_to_solution(self, node: str) -> list[str]:
        """What the reference has beyond what the router runs (`+`), and the other way round."""
        solved = self._solved(node)
        return self._compare(
            self._running(node), self._at_start(node) if solved is None else solved
        )

    def solution(self, node: str) -> list[str]:
        """What one types to get from the start to the reference."""
        solved = self._solved(node)
        if solved is None:
            return []
        return list(_typed(_gathered(difference(parse(self._at_start(node)), parse(solved)))))

    @property
    def touched(self) -> list[str]:
        """Routers that do not run what they ran at the start."""
        return [name for name in self.topology.routers if self.changes(name)]

    def _boot(self, carried: Mapping[str, NodeAnswer]) -> None:
        kept = _Shelf(self.exercise, self._store, carried)
        self.topology = Topology(self.exercise.lab, self.grammar, self._seed, kept)
        self.topology.boot()

    def _compare(self, old: str, new: str) -> list[str]:
        return list(listing(_gathered(difference(parse(old), parse(new)))))

    def _running(self, node: str) -> str:
        return written(self.topology.routers[node].config)

    def _at_start(self, node: str) -> str:
        return self._as_printed(node, start_text(self.exercise, node) or "")

    def _solved(self, node: str) -> str | None:
        text = self._reference.texts.get(node)
        return None if text is None else self._as_printed(node, text)

    def _as_printed(self, node: str, text: str) -> str:
        """A configuration as a router prints it, so that nothing differs but what does."""
        hardware = [*self.topology.routers[node].hardware, *named_hardware(text)]
        config, _ = load_startup(
            self.grammar, node, Path(f"{node}.cfg"), text, list(dict.fromkeys(hardware))
        )
        return written(config)


def _gathered(changes: Iterable[Change]) -> list[Change]:
    """What was taken from a section and what was added to it, together; IOS lists them apart."""
    found: dict[tuple[str, str], Change] = {}
    for change in changes:
        key = (change.sign, change.text)
        before = found[key].below if key in found else ()
        # What goes comes first: added lines were put in last.
        found[key] = change._replace(below=tuple(_gathered((*change.below, *before))))
    return list(found.values())


def _typed(changes: Sequence[Change], depth: int = 0) -> Iterator[str]:
    """Changes as commands: what goes is taken back with `no`."""
    added = [change.text for change in changes if change.sign == "+"]
    for text, sign, below in changes:
        if sign != "-":
            yield " " * depth + text
            yield from _typed(below, depth + 1)
        elif not text.startswith("no "):
            yield f"{' ' * depth}no {text}"
        elif not any(line.startswith(text.removeprefix("no ")) for line in added):
            yield " " * depth + text.removeprefix("no ")


def start_text(exercise: "Exercise", node: str) -> str | None:
    """The configuration that a router starts an exercise with; None: an empty one."""
    text = exercise.start.node(node).text
    file = exercise.lab.nodes[node].startup_config
    return read_config(file) if text is None and file is not None else text


def kept_answer(exercise: "Exercise", grammar: "Grammar", store: "LabStore") -> Answer:
    """What was saved of an exercise's routers, while nobody sits at them. Raises InputError."""
    network = Topology(exercise.lab, grammar, 0, _Shelf(exercise, store, {}))
    return Answer.of_topology(network, exercise.nodes)


class _Shelf:
    """The files of the routers: a `KeptFiles`."""

    def __init__(
        self,
        exercise: "Exercise",
        store: "LabStore | None",
        carried: Mapping[str, NodeAnswer],
    ) -> None:
        self._exercise = exercise
        self._store = store
        self._carried = carried

    def node(self, name: str) -> "NodeFiles":
        kept = None if self._store is None else self._store.node(name)
        return _Drawer(self._exercise, name, kept, self._carried.get(name))


class _Drawer:
    """The files of one router.

    carried: what it boots with although something else may be saved, as the network was booted
    anew for the sake of another router.
    """

    def __init__(
        self,
        exercise: "Exercise",
        name: str,
        kept: "NodeStore | None",
        carried: NodeAnswer | None,
    ) -> None:
        self._exercise = exercise
        self._name = name
        self._kept = kept
        self._carried = carried

    @property
    def erased(self) -> bool:
        return self._carried is None and self._kept is not None and self._kept.erased

    @property
    def ignores_startup_config(self) -> bool:
        kept = self._kept
        return self._carried is None and kept is not None and kept.ignores_startup_config

    def startup_config(self) -> tuple[Path, str] | None:
        if self._carried is not None:
            return self._carried.startup_config()
        kept = None if self._kept is None else self._kept.startup_config()
        return self._exercise.start.node(self._name).startup_config() if kept is None else kept

    def load(self, files: "Files") -> None:
        if self._carried is not None:
            # What the router runs is not what it has saved.
            text = start_text(self._exercise, self._name)
            if text is not None:
                files.place(STARTUP, StoredFile(text.encode(), None))
        if self._kept is not None:
            self._kept.load(files)
        if self._carried is not None:
            self._carried.load(files)

    def save(self, filesystem: str, path: str, file: StoredFile) -> None:
        if self._kept is not None:
            self._kept.save(filesystem, path, file)

    def remove(self, filesystem: str, path: str) -> None:
        if self._kept is not None:
            self._kept.remove(filesystem, path)
