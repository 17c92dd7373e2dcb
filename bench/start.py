"""Cold start: from exec to the default lab's first prompt, on a pseudo-terminal.

The clock stops when `R1#` or `R1>` is on the screen. `python -c pass` and the import of
prompt_toolkit, each ending with a printed marker, are timed in the same way and in turns.
All run from compiled modules, as after an installation, in a cache folder of the bench's own:
the first round fills it, whatever the environment says about writing bytecode.
"""

import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
from collections.abc import Iterator
from fcntl import ioctl
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.figure import Figure

ROUNDS = 15
PATIENCE = 30.0
"""Seconds until a program that shows no prompt is given up."""
MOST_ABOVE_PROMPT_TOOLKIT = 150.0
"""Milliseconds."""
MARKER = "import sys; sys.stdout.write('ready'); sys.stdout.flush()"
WHERE_IS_THE_CURSOR = b"\x1b[6n"

PROGRAMS = {
    "ioscli": (["-m", "ioscli"], rb"R1[#>]"),
    "python -c pass": (["-c", MARKER], rb"ready"),
    "import prompt_toolkit": (["-c", f"import prompt_toolkit; {MARKER}"], rb"ready"),
}


def figures() -> Iterator[Figure]:
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    processor: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as bytecode:
        for round_ in range(ROUNDS + 1):
            for name, (arguments, awaited) in PROGRAMS.items():
                taken, worked = until(arguments, awaited, Path(bytecode))
                if round_:  # the first round compiles, and fills the file cache
                    times[name].append(taken)
                    processor[name].append(worked)
    for label, pick in (("median", median), ("minimum", min)):
        ours = pick(times["ioscli"])
        toolkit = pick(times["import prompt_toolkit"])
        name = f"start to first prompt, {label} of {ROUNDS}"
        yield Figure(name, ours, "ms", "python -c pass", pick(times["python -c pass"]))
        yield Figure(
            name,
            ours,
            "ms",
            "import prompt_toolkit",
            toolkit,
            f"<= {MOST_ABOVE_PROMPT_TOOLKIT:.0f} ms above",
            ours - toolkit <= MOST_ABOVE_PROMPT_TOOLKIT,
        )
    # What other programs leave of the machine does not change this one.
    yield Figure(
        f"start to first prompt, processor time, minimum of {ROUNDS}",
        min(processor["ioscli"]),
        "ms",
        "import prompt_toolkit",
        min(processor["import prompt_toolkit"]),
    )


def until(arguments: list[str], awaited: bytes, bytecode: Path) -> tuple[float, float]:
    """Milliseconds from starting Python until the awaited text is on its terminal.

    First by the clock on the wall, then of processor time.
    """
    command = [sys.executable, *arguments]
    start = perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(Path(__file__).parents[1])
        os.environ["TERM"] = "xterm-256color"
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(bytecode)
        os.execv(command[0], command)
    try:
        ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        seen = _read_until(terminal, re.compile(awaited))
        taken = perf_counter() - start
    finally:
        os.kill(child, signal.SIGKILL)
        os.close(terminal)
        _, _, used = os.wait4(child, 0)
    if not seen[0]:
        raise RuntimeError(f"{' '.join(command)} showed no prompt: {seen[1][-500:]!r}")
    return taken * 1e3, (used.ru_utime + used.ru_stime) * 1e3


def _read_until(terminal: int, awaited: re.Pattern[bytes]) -> tuple[bool, bytes]:
    """Whether the text came, and everything that was written."""
    written = b""
    deadline = perf_counter() + PATIENCE
    while not awaited.search(written):
        ready, _, _ = select.select([terminal], [], [], max(0.0, deadline - perf_counter()))
        if not ready:
            return False, written
        try:
            chunk = os.read(terminal, 65_536)
        except OSError:  # Linux's way of saying that the program has ended
            return False, written
        if not chunk:
            return False, written
        if WHERE_IS_THE_CURSOR in chunk:
            os.write(terminal, b"\x1b[1;1R")  # a terminal answers this at once
        written += chunk
    return True, written
