"""show processes cpu: captures of IOSv. What its figures are: ioscli.router.processes."""

from collections.abc import Iterator

from ioscli.router.processes import CpuView, ProcessView

_MICROSECONDS = 1_000


def show_processes_cpu(cpu: CpuView, order: str | None = None) -> Iterator[str]:
    """The load, then the processes; order: `5sec`, `1min`, `5min`, or None by number."""
    yield (
        f"CPU utilization for five seconds: {cpu.five_seconds:.0f}%/{cpu.interrupts:.0f}%; "
        f"one minute: {cpu.one_minute:.0f}%; five minutes: {cpu.five_minutes:.0f}%"
    )
    yield " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process "
    for process in sorted(cpu.processes, key=lambda it: (-_share(it, order), it.pid)):
        each = process.runtime // process.invoked if process.invoked else 0
        shares = (process.five_seconds, process.one_minute, process.five_minutes)
        yield (
            f"{process.pid:>4}{process.runtime // _MICROSECONDS:>12}{process.invoked:>12}"
            f"{each:>11}{''.join(f'{share:6.2f}%' for share in shares)}   0 {process.name:<17}"
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
