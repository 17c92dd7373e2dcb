"""Programs of a few lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ioscli.engine.capture import EPOCH
from ioscli.hosts.linux.process import Process, Steps
from ioscli.model.instant import Duration, Instant, seconds


def _nothing() -> Steps:
    yield from ()
    return 0


def true(_process: Process) -> Steps:
    """Succeed."""
    return _nothing()


def echo(process: Process) -> Steps:
    """Print the arguments."""
    yield from ()
    process.print(" ".join(process.arguments[1:]))
    return 0


def clear(process: Process) -> Steps:
    """Clear the screen."""
    yield from ()
    process.write("\x1b[H\x1b[2J")
    return 0


def whoami(process: Process) -> Steps:
    """Print the user."""
    yield from ()
    process.print("root" if process.root else process.host.user)
    return 0


def id(process: Process) -> Steps:
    """Print the user's numbers."""
    yield from ()
    if process.root:
        process.print("uid=0(root) gid=0(root) groups=0(root)")
    else:
        user = process.host.user
        process.print(f"uid=1000({user}) gid=1000({user}) groups=1000({user}),27(sudo)")
    return 0


def hostname(process: Process) -> Steps:
    """Print the host's name, or set it."""
    yield from ()
    match process.arguments[1:]:
        case []:
            process.print(process.host.hostname)
        case [name] if process.root:
            process.host.hostname = name
        case _:
            process.print("hostname: you must be root to change the host name")
            return 1
    return 0


def uname(process: Process) -> Steps:
    """Print what this is: no kernel, and it says so."""
    yield from ()
    process.print(
        f"Linux {process.host.hostname} (simulated)" if "-a" in process.arguments else "Linux"
    )
    return 0


def moment(at: Instant) -> datetime:
    """Simulated time as a date: what captures say too."""
    return EPOCH.astimezone(UTC) + timedelta(microseconds=at)


def date(process: Process) -> Steps:
    """Print the simulated time."""
    yield from ()
    process.print(f"{moment(process.now):%a %b %e %H:%M:%S UTC %Y}")
    return 0


def sleep(process: Process) -> Steps:
    """Wait."""
    try:
        span: Duration = seconds(float(process.arguments[1]))
    except (IndexError, ValueError, OverflowError):
        process.print("sleep: say how many seconds")
        return 1
    until = Instant(process.now + max(0, span))
    while process.now < until:
        yield until
    return 0


def help(process: Process) -> Steps:
    """List the programs."""
    from ioscli.hosts.linux.tools import PROGRAMS

    yield from ()
    process.print("This host is simulated. It has these programs:")
    process.print("  " + " ".join(PROGRAMS))
    process.print("and of a shell: sudo, exit, history, jobs, kill, ; && and &")
    return 0
