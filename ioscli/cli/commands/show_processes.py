"""The processes, their load and their memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.registry import command

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


@command("show_processes")
def show_processes(session: Session, _args: Args) -> Iterable[str]:
    """`show processes`."""
    from ioscli.cli.show import processes

    return processes.show_processes(session.router.processes.view())


@command("show_processes_cpu")
def show_processes_cpu(session: Session, args: Args) -> Iterable[str]:
    """`show processes cpu [sorted [5sec | 1min | 5min]]`."""
    from ioscli.cli.show import processes

    order = next((word for word in ("5sec", "1min", "5min") if word in args), None)
    if order is None and "sorted" in args:
        order = "5sec"
    return processes.show_processes_cpu(session.router.processes.view(), order)


@command("show_processes_cpu_history")
def show_processes_cpu_history(session: Session, _args: Args) -> Iterable[str]:
    """`show processes cpu history`."""
    from ioscli.cli.show import cpu_history

    return cpu_history.show_cpu_history(session.router.processes.history())


@command("show_processes_memory")
def show_processes_memory(session: Session, args: Args) -> Iterable[str]:
    """`show processes memory [sorted]`."""
    from ioscli.cli.show import processes

    memory = session.router.memory.view()
    return processes.show_processes_memory(memory, by_size="sorted" in args)


@command("show_memory")
def show_memory(session: Session, _args: Args) -> Iterable[str]:
    """`show memory statistics`; the list of blocks of `show memory` alone has nothing behind it."""
    from ioscli.cli.show import processes

    return processes.show_memory(session.router.memory.view())
