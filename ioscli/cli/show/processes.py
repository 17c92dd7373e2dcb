"""show processes and its kinds. What the figures are: ioscli.router.processes and .memory.

Layout: captures of IOSv; `show processes` from Cisco's "The show processes Command", `show memory
statistics` from IOS 15 (I/O memory) and IOS-XE.
"""

from collections.abc import Iterator

from ioscli.router.memory import INIT, HolderView, MemoryView
from ioscli.router.processes import CpuView, ProcessView

_MICROSECONDS = 1_000


def _load(cpu: CpuView) -> str:
    return (
        f"CPU utilization for five seconds: {cpu.five_seconds:.0f}%/{cpu.interrupts:.0f}%; "
        f"one minute: {cpu.one_minute:.0f}%; five minutes: {cpu.five_minutes:.0f}%"
    )


def _each(process: ProcessView) -> int:
    """Microseconds of an invocation, on average."""
    return process.runtime // process.invoked if process.invoked else 0


def show_processes_cpu(cpu: CpuView, order: str | None = None) -> Iterator[str]:
    """The load, then the processes; order: `5sec`, `1min`, `5min`, or None by number."""
    yield _load(cpu)
    yield " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process "
    for process in sorted(cpu.processes, key=lambda it: (-_share(it, order), it.pid)):
        shares = (process.five_seconds, process.one_minute, process.five_minutes)
        yield (
            f"{process.pid:>4}{process.runtime // _MICROSECONDS:>12}{process.invoked:>12}"
            f"{_each(process):>11}{''.join(f'{share:6.2f}%' for share in shares)}"
            f"{process.tty:>4} {process.name:<17}"
        )


def _share(process: ProcessView, order: str | None) -> float:
    match order:
        case "5sec":
            return process.five_seconds
        case "1min":
            return process.one_minute
        case "5min":
            return process.five_minutes
    return 0.0


def show_processes(cpu: CpuView) -> Iterator[str]:
    """Every process, waiting for an event at medium priority.

    Nothing here has a program counter: it prints as 0; of its stack a process uses nothing.
    """
    yield _load(cpu)
    yield " PID QTy       PC Runtime (ms)    Invoked   uSecs    Stacks TTY Process"
    for process in cpu.processes:
        stacks = f"{process.stack:>5}/{process.stack}"
        yield (
            f"{process.pid:>4} Mwe {0:>8}{process.runtime // _MICROSECONDS:>13}"
            f"{process.invoked:>11}{_each(process):>8}{stacks}{process.tty:>3} {process.name:<17}"
        )


def show_processes_memory(memory: MemoryView, *, by_size: bool = False) -> Iterator[str]:
    """Both pools, and who holds the processor's; by number, or the largest first."""
    for pool in memory.pools:
        yield f"{pool.name:>9} Pool Total: {pool.total:>10} Used: {pool.used:>10} Free: " + (
            f"{pool.free:>10}"
        )
    yield ""
    yield " PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process"
    holders = sorted(memory.holders, key=lambda it: -it.holding if by_size else _place(it))
    for it in holders:
        # Packets are in no pool of buffers here: none is taken or given back.
        yield (
            f"{it.pid:>4}{it.tty:>4}{it.allocated:>11}{it.freed:>11}{it.holding:>11}"
            f"{0:>11}{0:>11} {it.name:<16}"
        )
    yield f"{sum(it.holding for it in holders):>41} Total"


def _place(holder: HolderView) -> int:
    return -1 if holder.name == INIT else holder.pid


def show_memory(memory: MemoryView) -> Iterator[str]:
    """`show memory statistics`: what is in use of each pool."""
    yield "                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)"
    for pool in memory.pools:
        numbers = (pool.total, pool.used, pool.free, pool.lowest, pool.free)
        yield f"{pool.name:>9}   {pool.head:08X}" + "".join(f"{it:>12}" for it in numbers)
