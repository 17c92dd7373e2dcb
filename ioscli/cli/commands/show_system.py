"""What the router and the session say of themselves: carries out grammar/show_system.lark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ioscli.cli.registry import command, handler_of
from ioscli.cli.results import Match
from ioscli.cli.show import ip_traffic, processes, system
from ioscli.cli.show.clock import clock_time
from ioscli.model.instant import Duration, Instant
from ioscli.router.traffic import traffic_view

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


def _board(session: Session) -> str:
    """The router's serial number."""
    router = session.router
    return system.board_id(router.simulation.random(f"{router.name} board"))


@command("show_version")
def show_version(session: Session, _args: Args) -> Iterable[str]:
    """`show version`."""
    router = session.router
    clock = router.console.clock
    booted = Instant(router.simulation.now - router.uptime)
    return system.show_version(
        router.hostname,
        router.uptime,
        router.hardware,
        _board(session),
        restarted=clock_time(clock.local(booted)) if clock.set_by_operator else None,
        reason=router.reloads.last_reason,
    )


@command("show_inventory")
def show_inventory(session: Session, _args: Args) -> Iterable[str]:
    """`show inventory`."""
    return system.show_inventory(_board(session))


@command("show_users")
def show_users(session: Session, _args: Args) -> Iterable[str]:
    """`show users [all]`: whoever is logged in."""
    now = session.router.simulation.now
    there = [it for it in session.router.reloads.listeners if isinstance(it, type(session))]
    return system.show_users(
        system.UserRow(it.line, it.user or "", Duration(now - it.idle_since), it is session)
        for it in there
    )


@command("show_processes_cpu")
def show_processes_cpu(session: Session, args: Args) -> Iterable[str]:
    """`show processes cpu [sorted [5sec | 1min | 5min]]`."""
    order = next((word for word in ("5sec", "1min", "5min") if word in args), None)
    if order is None and "sorted" in args:
        order = "5sec"
    return processes.show_processes_cpu(session.router.processes.view(), order)


@command("show_ip_traffic")
def show_ip_traffic(session: Session, _args: Args) -> Iterable[str]:
    """`show ip traffic`."""
    return ip_traffic.show_ip_traffic(traffic_view(session.router))


@command("show_interfaces_summary")
def show_interfaces_summary(session: Session, _args: Args) -> Iterable[str]:
    """`show interfaces summary`."""
    return ip_traffic.show_interfaces_summary(session.router.interface_views())


#: What `show tech-support` runs.
_TECH_SUPPORT = (
    *("show version", "show running-config", "show inventory", "show interfaces"),
    *("show ip interface brief", "show ip route", "show ip traffic", "show processes cpu"),
    *("show crypto isakmp sa", "show crypto ipsec sa", "show logging"),
)


@command("show_tech_support")
def show_tech_support(session: Session, _args: Args) -> Iterator[Any]:
    """`show tech-support`: the shows that there are, each under its name."""
    for line in _TECH_SUPPORT:
        yield ""
        yield f"------------------ {line} ------------------"
        yield ""
        found = session.grammar.parse("exec", line)
        assert isinstance(found, Match), line
        yield from handler_of(found.rule, found.stem)(session, found.args) or ()


@command("show_history")
def show_history(session: Session, _args: Args) -> Iterable[str]:
    """`show history`: of EXEC, or after `do` of configuration."""
    return (f"  {line}" for line in list(session.history))


@command("show_privilege")
def show_privilege(session: Session, _args: Args) -> Iterable[str]:
    """`show privilege`."""
    yield f"Current privilege level is {session.level}"


@command("show_terminal")
def show_terminal(session: Session, _args: Args) -> Iterable[str]:
    """`show terminal`."""
    return system.show_terminal(
        session.line,
        session.terminal.length,
        session.terminal.width,
        session.histories[False].size,
    )
