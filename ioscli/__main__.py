"""The command line: `ioscli`, `labs`, `run`, `replay`, `explain`, `lint`.

Exit status: 0 fine, 1 a check failed, 2 the input is wrong (one line on standard error). Every
command imports what it needs itself, so that the default lab is on screen at once.
"""

import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ioscli.cli.matcher import Grammar
    from ioscli.labs.labfile import Lab
    from ioscli.labs.startup import Verdict
    from ioscli.labs.store import LabStore
    from ioscli.labs.topology import Topology

OK = 0
CHECK_FAILED = 1
WRONG_INPUT = 2
#: What a shell reports for a program ended by Ctrl-C.
INTERRUPTED = 130

DEFAULT_SEED = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is returned."""
    from ioscli.labs.errors import InputError

    words = list(sys.argv[1:] if arguments is None else arguments)
    if sys.stdout is None:  # closed before the program began
        sys.stdout = io.StringIO()
    try:
        command, given = _parse(words)
        status = command(given)
        sys.stdout.flush()
    except InputError as error:
        print(error, file=sys.stderr)
        return WRONG_INPUT
    except BrokenPipeError:
        _discard(sys.stdout)
        return OK
    except OSError as error:
        # A file or stream of the user's failed in the middle: a full disk, a vanished folder.
        print(f"{error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        return WRONG_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


Command = Callable[["Namespace"], int]


def _parse(words: list[str]) -> "tuple[Command, Namespace]":
    """What to do, and with what. argparse is loaded only when there is something to parse."""
    if not words:
        from types import SimpleNamespace

        from ioscli.labs.catalogue import DEFAULT_LAB

        plain: Namespace = SimpleNamespace(  # type: ignore[assignment]
            lab=DEFAULT_LAB,
            node=None,
            pace="real",
            seed=DEFAULT_SEED,
            capture=[],
            keys=None,
            state=None,
            no_state=False,
            fresh=False,
        )
        return _run, plain
    given = _parser().parse_args(_with_check_level(words))
    command: Command = given.command
    return command, given


def _parser() -> "ArgumentParser":
    import argparse

    parser = argparse.ArgumentParser(
        prog="ioscli",
        description="Cisco IOS-style routers without a Cisco image. "
        "Without a command: the default lab, at R1's console.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and leave")
    parser.set_defaults(command=_version)
    commands = parser.add_subparsers(metavar="COMMAND")

    labs = commands.add_parser("labs", help="list the labs that come with the program")
    labs.set_defaults(command=_labs)

    run = commands.add_parser("run", help="open a lab and type at its nodes")
    run.add_argument("lab", metavar="LAB", help="a shipped lab's name, or a folder with a lab.yaml")
    run.add_argument("--node", help="the router to start at (default: the first one)")
    run.add_argument(
        "--pace",
        default="real",
        metavar="real|fast|X",
        help="simulated against wall time: real (1), fast (commands end at once), or X times",
    )
    _add_state_options(run)
    run.add_argument(
        "--fresh", action="store_true", help="forget what was saved in this lab, and start anew"
    )
    _add_simulation_options(run)
    run.set_defaults(command=_run)

    replay = commands.add_parser("replay", help="type a transcript, and print or check the session")
    replay.add_argument("transcript", metavar="TRANSCRIPT", help="a .ios file, or LAB/NAME")
    replay.add_argument("--lab", help="default: the lab folder that holds the transcript")
    replay.add_argument(
        "--check",
        nargs="?",
        const="exact",
        choices=("exact", "shape"),
        help="compare with the transcript's output: whole lines, or what two routers share",
    )
    replay.add_argument("--format", choices=("text", "json"), default="text")
    replay.add_argument(
        "--update", action="store_true", help="rewrite the transcript's output as it is now"
    )
    _add_simulation_options(replay)
    replay.set_defaults(command=_replay)

    explain = commands.add_parser(
        "explain", help="say why a packet fares as it does, or why a tunnel is down"
    )
    explain.add_argument("lab", metavar="LAB", help="a shipped lab's name, or a folder")
    explain.add_argument("node", metavar="NODE", help="where the command is typed")
    explain.add_argument(
        "what",
        metavar="WHAT",
        help='a ping in quotes ("ping 10.0.0.1 size 1415 df-bit"), or an interface: Tunnel0',
    )
    explain.add_argument(
        "--solution", action="store_true", help="with the lab's own solution configured"
    )
    explain.add_argument(
        "--after",
        metavar="TIME",
        default="0s",
        help="how long the lab runs before the command is typed, beyond its warm-up: 90s, 5m",
    )
    explain.add_argument("--format", choices=("text", "json"), default="text")
    _add_state_options(explain)
    _add_simulation_options(explain)
    explain.set_defaults(command=_explain, fresh=False)

    lint = commands.add_parser("lint", help="tell what becomes of each configuration line")
    lint.add_argument("configs", metavar="CONFIG", nargs="+")
    lint.set_defaults(command=_lint)
    return parser


def _add_state_options(parser: "ArgumentParser") -> None:
    parser.add_argument(
        "--state",
        metavar="FOLDER",
        help="where saved configurations and flash: files are kept "
        "(default: ioscli in $XDG_STATE_HOME or ~/.local/state)",
    )
    parser.add_argument(
        "--no-state", action="store_true", help="neither read nor keep saved configurations"
    )


def _add_simulation_options(parser: "ArgumentParser") -> None:
    parser.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, metavar="N", help="source of chance (default 0)"
    )
    parser.add_argument(
        "--capture",
        action="append",
        default=[],
        metavar="LINK:FILE",
        help="write a link (R1-R2 or R1:Gi0/0) to a pcapng file; may be repeated",
    )
    parser.add_argument(
        "--keys", metavar="FOLDER", help="write Wireshark's key tables there, to decrypt captures"
    )


def _with_check_level(words: list[str]) -> list[str]:
    """Keep `--check TRANSCRIPT` from taking the transcript for the level."""
    return [
        "--check=exact"
        if word == "--check" and words[index + 1 : index + 2] not in (["exact"], ["shape"])
        else word
        for index, word in enumerate(words)
    ]


# -- commands ----------------------------------------------------------------------------------


def _version(given: "Namespace") -> int:
    if not given.version:
        _parser().print_help(sys.stderr)
        return WRONG_INPUT
    from importlib.metadata import PackageNotFoundError, version

    try:
        print(f"ioscli {version('ioscli')}")
    except PackageNotFoundError:
        print("ioscli, not installed: run from a checkout")
    return OK


def _labs(_: "Namespace") -> int:
    from ioscli.labs.catalogue import DEFAULT_LAB, find_lab, shipped_labs, transcripts_of
    from ioscli.labs.labfile import read_lab

    for name in shipped_labs():
        lab = read_lab(find_lab(name))
        mark = " (default)" if name == DEFAULT_LAB else ""
        print(f"{name}{mark}: {lab.description}")
        print(f"  nodes: {', '.join(lab.nodes)}")
        transcripts = " ".join(f"{name}/{stem}" for stem in transcripts_of(lab.folder))
        if transcripts:
            print(f"  transcripts: {transcripts}")
    return OK


def _run(given: "Namespace") -> int:
    # What is made before the first prompt stays for good: looking for garbage among it would
    # only keep the operator waiting. The console looks again.
    gc.disable()
    try:
        return _open_lab(given)
    finally:
        gc.enable()


def _open_lab(given: "Namespace") -> int:
    from ioscli.labs.catalogue import find_lab
    from ioscli.labs.errors import InputError, quoted
    from ioscli.servers.pace import Pace

    try:
        pace = Pace.parse(given.pace)
    except ValueError as error:
        raise InputError(f"--pace {quoted(given.pace)}: {error}") from None
    with ExitStack() as stack:
        topology, grammar = _build(find_lab(given.lab), given.seed, _store_of(given))
        if not topology.nodes:
            raise InputError("this lab has no node to type at", file=topology.lab.file)
        node = next(iter(topology.nodes)) if given.node is None else given.node
        _known_node(topology, node)
        _boot(topology, given, stack)
        from ioscli.servers.console import converse

        notes = []
        if topology.restored:
            notes.append(
                f"startup-config as saved in an earlier run: {', '.join(topology.restored)} "
                "(ioscli run --fresh forgets it)"
            )
        if topology.erased:
            notes.append(
                f"startup-config as erased in an earlier run: {', '.join(topology.erased)} "
                "(ioscli run --fresh brings the lab's own back)"
            )
        if topology.stored:
            notes.append(
                f"configuration lines that are kept but act on nothing: {len(topology.stored)} "
                f"(first: {topology.stored[0].place})"
            )
        return converse(topology.nodes, grammar, node, pace, notes)


def _replay(given: "Namespace") -> int:
    from ioscli.labs.catalogue import find_lab, find_transcript, lab_of
    from ioscli.labs.errors import InputError
    from ioscli.labs.replay import Replay
    from ioscli.labs.transcript import Transcript

    if given.update and given.check:
        raise InputError("--update and --check exclude each other")
    file = find_transcript(given.transcript)
    transcript = Transcript.read(file)
    lab = lab_of(file) if given.lab is None else find_lab(given.lab)
    if lab is None:
        raise InputError("no lab folder holds this transcript; name one with --lab", file=file)
    with ExitStack() as stack:
        topology, grammar = _build(lab, given.seed)
        _boot(topology, given, stack)
        blocks = Replay(topology, grammar, transcript).run()
    from ioscli.labs import report

    if given.update:
        file.write_text(report.updated(transcript, blocks), encoding="utf-8")
        return OK
    if given.format == "json":
        print(report.as_json(blocks))
    elif given.check is None:
        for line in report.as_text(blocks):
            print(line)
    if given.check is None:
        return OK
    return _checked(list(report.findings(transcript, blocks, given.check)), given, len(blocks) - 1)


def _checked(findings: list[str], given: "Namespace", steps: int) -> int:
    # With JSON on standard output, the verdict goes where it does not spoil it.
    stream: TextIO = sys.stderr if given.format == "json" else sys.stdout
    for line in findings:
        print(line, file=stream)
    if findings:
        return CHECK_FAILED
    print(f"{given.transcript}: {steps} steps, all as expected ({given.check})", file=stream)
    return OK


def _explain(given: "Namespace") -> int:
    from ioscli.labs.catalogue import find_lab
    from ioscli.labs.errors import InputError, quoted
    from ioscli.labs.explain import command, shown
    from ioscli.labs.quantities import parse_duration
    from ioscli.model.instant import Instant

    with ExitStack() as stack:
        store = None if given.solution else _store_of(given)
        topology, grammar = _build(find_lab(given.lab), given.seed, store, solved=given.solution)
        _known_node(topology, given.node)
        try:
            after = parse_duration(given.after)
        except ValueError as error:
            raise InputError(f"--after {quoted(given.after)}: {error}") from None
        _boot(topology, given, stack)
        topology.simulation.run_until(Instant(topology.simulation.now + after))
        explanation = command.explain(topology, grammar, given.node, given.what)
    if given.format == "json":
        print(shown.as_json(explanation))
    else:
        shown.print_explanation(explanation)
    return OK


def _known_node(topology: "Topology", node: str) -> None:
    """Raise InputError where a lab has no such node to type at."""
    from ioscli.labs.errors import InputError, quoted, suggestion

    if node not in topology.nodes:
        raise InputError(f"there is no node {quoted(node)}{suggestion(node, topology.nodes)}")


def _lint(given: "Namespace") -> int:
    from ioscli.cli.matcher import load_grammar
    from ioscli.labs.lint import any_rejected, lint, listing, summary

    grammar = load_grammar()
    verdicts: list[Verdict] = []
    for name in given.configs:
        found = lint(grammar, Path(name))
        for line in listing(found):
            print(line)
        print(f"{name}: {summary(found)}")
        verdicts += found
    if len(given.configs) > 1:
        print(f"all: {summary(verdicts)}")
    return CHECK_FAILED if any_rejected(verdicts) else OK


# -- what run and replay share -----------------------------------------------------------------


StoreOf = Callable[["Lab"], "LabStore"]


def _store_of(given: "Namespace") -> StoreOf | None:
    """What gives a lab its kept files, as `--state`, `--no-state` and `--fresh` say."""
    if given.no_state:
        return None

    def open_store(lab: "Lab") -> "LabStore":
        from ioscli.labs.store import LabStore, state_folder

        store = LabStore(state_folder() if given.state is None else Path(given.state), lab)
        if given.fresh:
            store.forget()
        return store

    return open_store


def _build(
    lab_file: Path, seed: int, store_of: StoreOf | None = None, *, solved: bool = False
) -> "tuple[Topology, Grammar]":
    from ioscli.cli.matcher import load_grammar
    from ioscli.labs.labfile import read_lab
    from ioscli.labs.topology import Topology

    lab = read_lab(lab_file)
    if solved:
        lab = lab.solved()
    grammar = load_grammar()
    store = None if store_of is None else store_of(lab)
    return Topology(lab, grammar, seed, store), grammar


def _boot(topology: "Topology", given: "Namespace", stack: ExitStack) -> None:
    """Open what is to be recorded, then boot; the files are finished when the stack unwinds."""
    if given.capture:
        from ioscli.labs.recording import open_captures

        open_captures(topology, given.capture, stack)
    if given.keys is not None:
        from ioscli.labs.recording import write_keys_at_end

        write_keys_at_end(topology, Path(given.keys), stack)
    topology.boot()


def _discard(stream: TextIO) -> None:
    """Nobody reads this any more; keep the interpreter from failing again when it flushes."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
