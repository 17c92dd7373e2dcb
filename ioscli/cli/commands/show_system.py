"""What the router and the session say of themselves: carries out grammar/show_system.lark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ioscli.cli.registry import command, handler_of
from ioscli.cli.results import Match
from ioscli.cli.show import ip_traffic, system
from ioscli.cli.show.clock import clock_time
from ioscli.model.instant import Instant
from ioscli.router.traffic_since import traffic_since

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


def _board(session: Session) -> str:
    """The router's serial number."""
    router = session.router
    return system.board_id(router.simulation.random(f"{router.name} board"))


def _register(session: Session) -> str:
    router = session.router
    return system.config_register(router.config_register, router.files.config_register)


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
        register=_register(session),
        restarted=clock_time(clock.local(booted)) if clock.set_by_operator else None,
        reason=router.reloads.last_reason,
    )


@command("show_inventory")
def show_inventory(session: Session, _args: Args) -> Iterable[str]:
    """`show inventory`."""
    return system.show_inventory(_board(session))


@command("show_ip_traffic")
def show_ip_traffic(session: Session, _args: Args) -> Iterable[str]:
    """`show ip traffic`."""
    return ip_traffic.show_ip_traffic(traffic_since(session.router))


@command("show_bootvar")
def show_bootvar(session: Session, _args: Args) -> Iterable[str]:
    """`show bootvar`."""
    return system.show_bootvar(_register(session))


#: What `show tech-support` runs, in IOS's order (Cisco's "show tech-support").
_TECH_SUPPORT = (
    *("show clock", "show version", "show running-config", "show inventory", "show users"),
    *("show controllers", "show interfaces", "show interfaces stats", "show interfaces accounting"),
    *("show ip interface", "show ip interface brief", "show ip arp", "show ip route"),
    *("show ip traffic", "show protocols", "show processes memory", "show processes cpu"),
    *("show processes cpu history", "show memory statistics", "show line", "show file systems"),
    *("show flash:", "show bootvar", "show control-plane host open-ports"),
    *("show crypto isakmp sa", "show crypto ipsec sa", "show crypto session", "show logging"),
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
