"""Labs from Python: `ioscli.load("gre-over-ipsec")`.

A lab runs in simulated time, as fast as the machine can, and only while something is asked of
it. With the same seed and the same calls, two runs give the same bytes on every link.

>>> import ioscli
>>> lab = ioscli.load("gre-over-ipsec", solved=True)
>>> lab.advance(minutes=2)
>>> print(lab["R4"].run("ping 172.16.2.5 size 1400 df-bit"), end="")
Type escape sequence to abort.
Sending 5, 1400-byte ICMP Echos to 172.16.2.5, timeout is 2 seconds:
Packet sent with the DF bit set
..!!!
Success rate is 60 percent (3/5), round-trip min/avg/max = 5/5/5 ms

(R4 and R3 had to ask for Ethernet addresses first, which cost the dots.)

A cable is cut, and time goes by; a snapshot leads back to before:

>>> before = lab.snapshot()
>>> lab.link("R1-R2").down()
>>> lab.advance(minutes=2)
>>> "Success rate is 0 percent" in lab["R4"].run("ping 172.16.2.5 repeat 2")
True
>>> lab.restore(before)
>>> lab.link("R1-R2").is_up, lab.now == before.now
(True, True)

What IOS refuses is text like any other output, unless it is to be checked:

>>> lab["R1"].configure("interface Tunnel0\\n ip adress 10.0.0.1 255.0.0.0", check=True)
Traceback (most recent call last):
...
ioscli.labs.typist.CommandError: R1(config-if)#ip adress 10.0.0.1 255.0.0.0
                    ^
% Invalid input detected at '^' marker.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ioscli.cli.matcher import load_grammar
from ioscli.engine.capture import LinkType, PcapngWriter
from ioscli.labs import labfile
from ioscli.labs.catalogue import find_lab
from ioscli.labs.errors import InputError, quoted, suggestion
from ioscli.labs.journal import Input, Kind, LabRun, Moment
from ioscli.labs.typist import CommandError, Given, Typist
from ioscli.labs.wireshark import write_wireshark_folder
from ioscli.model.instant import Instant
from ioscli.router.reload import BOOT_TIME, GOING_DOWN

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.labs.topology import Topology

__all__ = ["Cable", "CommandError", "InputError", "Lab", "Node", "Snapshot", "load"]

_MICROSECOND = timedelta(microseconds=1)
#: What one call may let go by; a slip of the keyboard must not run for days.
_LONGEST_ADVANCE = timedelta(days=366)


def load(lab: str | Path, *, seed: int = 0, solved: bool = False) -> "Lab":
    """Boot a lab, and run its warm-up.

    lab: the name of a shipped lab, or a folder with a lab.yaml. seed: where chance comes from
    (nonces, SPIs, jitter, loss). solved: with the lab's own solution configured. Nothing that
    was saved in an earlier run is read, and nothing is kept on disk.

    Raises InputError where there is no such lab, or something is wrong with it.
    """
    spec = labfile.read_lab(find_lab(str(lab)))
    return Lab(spec.solved() if solved else spec, seed, load_grammar())


class Snapshot(NamedTuple):
    """A moment of a lab: every input up to it. Plain data, which may be pickled."""

    lab: labfile.Lab
    seed: int
    startup: str
    """SHA-256 of the startup configurations that the lab booted with."""
    inputs: tuple[Input, ...]
    moment: Moment

    @property
    def now(self) -> timedelta:
        """The lab's time at that moment."""
        return self.moment.at * _MICROSECOND


class Lab:
    """A running lab: `lab["R1"]` is a node, `lab.link("R1-R2")` a cable. Made by `load`."""

    def __init__(self, spec: labfile.Lab, seed: int, grammar: "Grammar") -> None:
        self._spec = spec
        self._grammar = grammar
        self._startup = _digest(spec)
        self._captures = 0
        self._run = LabRun(spec, grammar, seed)
        self._nodes = {name: Node(self, name) for name in self._run.consoles}
        self.seed = seed
        """The seed of everything that is left to chance."""

    @property
    def name(self) -> str:
        """The lab's name."""
        return self._spec.name

    @property
    def now(self) -> timedelta:
        """Simulated time since the routers booted."""
        return self._run.simulation.now * _MICROSECOND

    @property
    def nodes(self) -> "Sequence[Node]":
        """Everything that has a console, in the lab's order."""
        return tuple(self._nodes.values())

    @property
    def links(self) -> "Sequence[Cable]":
        """Every cable, in the lab's order."""
        return tuple(Cable(self, str(first), str(second)) for first, second in self.topology.links)

    @property
    def topology(self) -> "Topology":
        """The simulation itself, to look at; after `restore` it is another one.

        What is changed there without a method of Lab, no snapshot knows of.
        """
        return self._run.topology

    def __getitem__(self, node: str) -> "Node":
        found = self._nodes.get(node)
        if found is None:
            raise InputError(
                f"there is no node {quoted(str(node))}{suggestion(str(node), self._nodes)}"
            )
        return found

    def __iter__(self) -> "Iterator[Node]":
        return iter(self.nodes)

    def __contains__(self, node: object) -> bool:
        return node in self._nodes

    def __repr__(self) -> str:
        return f"<Lab {self.name}: {', '.join(self._nodes)}; at {self.now}>"

    def link(self, name: str) -> "Cable":
        """The cable called `R1-R2` (its nodes) or `R1:Gi0/0` (one of its ends).

        Raises InputError where there is none, or several.
        """
        link = self.topology.find_link(name)
        first, second = next(ends for ends, it in self.topology.links.items() if it is link)
        return Cable(self, str(first), str(second))

    def advance(
        self,
        span: timedelta = timedelta(),
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        milliseconds: float = 0,
    ) -> None:
        """Let time go by: `advance(hours=2)`, `advance(timedelta(seconds=90))`.

        Raises InputError for less than nothing, or more than a year.
        """
        try:
            span += timedelta(
                days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds
            )
        except (OverflowError, ValueError):  # ValueError: not a number
            raise InputError("time cannot go by so far") from None
        if not timedelta() <= span <= _LONGEST_ADVANCE:
            raise InputError(
                f"time cannot go by {span}; only from 0 to {_LONGEST_ADVANCE.days} days"
            )
        self._pass(span // _MICROSECOND)

    def reload(self, node: str) -> None:
        """Reload a router as from its console, and wait until it forwards again.

        It comes up with its startup-config: what was configured and not saved is gone. Raises
        InputError where there is no such router.
        """
        self._router(node, "reloaded")
        self._run.do(Kind.RELOAD, node)
        self._pass(GOING_DOWN + BOOT_TIME)

    # -- snapshots -----------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """The present moment, to come back to; costs nothing."""
        run = self._run
        return Snapshot(self._spec, self.seed, self._startup, tuple(run.inputs), run.moment)

    def restore(self, snapshot: Snapshot) -> None:
        """Go to the moment of a snapshot, and from there on bit for bit as the original would.

        The lab is booted again and every input repeated: it takes as long as the original took.
        A snapshot of another Lab object will do, where lab, seed and startup configurations are
        the same. Raises InputError for any other, for startup configurations that have changed
        on disk since, and while links are captured.
        """
        if (snapshot.lab, snapshot.seed) != (self._spec, self.seed):
            raise InputError(
                f"the snapshot is of {snapshot.lab.name}, seed {snapshot.seed}, "
                f"not of this {self.name}, seed {self.seed}"
            )
        if snapshot.startup != _digest(self._spec):
            raise InputError("startup configurations have changed since", file=self._spec.file)
        if self._captures:
            raise InputError("links are being captured; end that before restoring a snapshot")
        run = LabRun(self._spec, self._grammar, self.seed)
        run.repeat(snapshot.inputs, snapshot.moment)
        self._run = run

    # -- on disk -------------------------------------------------------------------------------

    @contextmanager
    def capture(self, link: str, file: str | Path) -> Iterator[Path]:
        """Write what crosses a link to a pcapng file, while the `with` block runs.

        Raises InputError where there is no such link, it is captured already, or the file
        cannot be written.
        """
        found = self.topology.find_link(link)
        if found.tap is not None:
            raise InputError(f"link {quoted(link)} is captured already")
        path = Path(file)
        try:
            writer = PcapngWriter(path)
        except OSError as error:
            raise InputError(f"cannot write: {error.strerror}", file=path) from None
        serial = self.topology.is_serial(found)
        self._captures += 1
        try:
            with writer:
                writer.tap(found, LinkType.CISCO_HDLC if serial else LinkType.ETHERNET)
                yield path
        finally:
            self._captures -= 1

    def keys(self, folder: str | Path) -> Path:
        """Write the keys of every SA so far to a Wireshark configuration folder.

        `WIRESHARK_CONFIG_DIR=folder tshark -r file.pcapng` then decrypts. Raises InputError
        where it cannot be written.
        """
        path = Path(folder)
        routers = self.topology.routers.values()
        try:
            write_wireshark_folder(
                path,
                [record for router in routers for record in router.esp_key_records()],
                [record for router in routers for record in router.ike_key_records()],
            )
        except OSError as error:
            raise InputError(f"cannot write: {error.strerror}", file=path) from None
        return path

    # -- what nodes and cables use -------------------------------------------------------------

    def _pass(self, microseconds: int) -> None:
        simulation = self._run.simulation
        simulation.run_until(Instant(simulation.now + microseconds))

    def _router(self, node: str, what: str) -> None:
        if self[node].name not in self.topology.routers:
            raise InputError(f"{node} is not a router: it cannot be {what}")


class Node:
    """A router or a Linux host: what is typed at its console. `lab["R1"]`."""

    def __init__(self, lab: Lab, name: str) -> None:
        self._lab = lab
        self.name = name
        """The node's name in the lab; a router's prompt may show another."""

    def run(self, command: str, *, answers: Given = (), check: bool = False) -> str:
        """Type a command and return what it printed, line ends included.

        A router's is typed at privileged EXEC, a host's in its shell; it costs a second of
        simulated time, and what the command itself takes. System messages that come meanwhile
        are among the output, as on a console. answers: to what it asks, in order, or by how the
        questions begin (`{"Target IP address": "10.0.0.1"}`); a question with a default in
        brackets may go without. They also type at the far end of a telnet.

        check: raise CommandError, with IOS's own text, where a line of the output is one of
        IOS's errors (`% ...`). Raises InputError for a question without an answer, an answer
        without a question, and for a command that goes on for an hour; it is stopped then.
        """
        return self._typist.run(command, answers, check)

    def configure(
        self, lines: str | Iterable[str], *, answers: Given = (), check: bool = False
    ) -> str:
        """Type lines in configuration mode, a second of simulated time each.

        `configure terminal` and `end` come by themselves; blank lines and comments are left out.
        Returns what was printed; `answers` and `check` are those of `run`: with `check` the
        lines after a refused one are not typed. Raises InputError where this is not a router.
        """
        self._lab._router(self.name, "configured")
        return self._typist.configure(lines, answers, check)

    def reload(self) -> None:
        """Reload the router: see `Lab.reload`."""
        self._lab.reload(self.name)

    @property
    def console(self) -> str:
        """All that was ever seen on the console, from the first prompt on: lines typed, output,
        and messages that came between."""
        return "".join(self._lab._run.consoles[self.name].shown)

    def __repr__(self) -> str:
        return f"<Node {self.name} of {self._lab.name}>"

    @property
    def _typist(self) -> Typist:
        return Typist(self._lab._run, self.name)


class Cable:
    """A cable between two nodes. `lab.link("R1-R2")`."""

    def __init__(self, lab: Lab, first: str, second: str) -> None:
        self._lab = lab
        self._first = first
        self.name = f"{first}-{second}"
        """`R1:GigabitEthernet0/0-R2:GigabitEthernet0/0`."""

    def down(self) -> None:
        """Cut it: both ends lose their carrier, what is under way is lost."""
        self._do(Kind.LINK_DOWN)

    def up(self) -> None:
        """Mend it."""
        self._do(Kind.LINK_UP)

    @property
    def is_up(self) -> bool:
        """Whether it is whole; a port may be shut down all the same."""
        return self._lab.topology.find_link(self._first).up

    def __repr__(self) -> str:
        return f"<Cable {self.name}>"

    def _do(self, kind: Kind) -> None:
        self._lab._run.do(kind, self._first)


def _digest(spec: labfile.Lab) -> str:
    """Of what a boot reads from disk, beside the lab itself."""
    whole = sha256()
    for node in spec.nodes.values():
        file = node.startup_config
        try:
            content = b"" if file is None else file.read_bytes()
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", file=file) from None
        whole.update(f"{node.name} {len(content)}\n".encode() + content)
    return whole.hexdigest()
