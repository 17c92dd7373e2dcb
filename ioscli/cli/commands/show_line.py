"""The lines to the router, who is at them, the session's own terminal and its connections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.show import lines
from ioscli.cli.show.lines import ConnectionView, LineView
from ioscli.model.instant import Duration
from ioscli.router.exec_lines import FIRST_VTY, number_of

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.model.access import LineConfig

_AUX = 1
#: What lines offer, and take with `transport input all` (a capture of IOS 15).
_TRANSPORTS = "pad telnet rlogin ssh"


def line_views(session: Session) -> Iterator[LineView]:
    """Every line, by number; also a vty no longer configured, while somebody is on it."""
    access = session.router.config.access
    there = {
        it.line: it for it in session.router.reloads.listeners if isinstance(it, type(session))
    }
    yield _view(session, access.console, 0, there.get(0))
    yield _view(session, access.aux, _AUX, None)
    configured = max((high for _, high in access.vty), default=-1) + 1
    for line in sorted({*range(1, configured + 1), *there} - {0}):
        yield _view(session, access.line(line), number_of(line), there.get(line))


def _view(asking: Session, config: LineConfig, number: int, there: Session | None) -> LineView:
    kind = "CTY" if number == 0 else "AUX" if number == _AUX else "VTY"
    line = number - FIRST_VTY + 1 if kind == "VTY" else 0
    lists = _access_lists(config)
    view = LineView(
        number=number,
        kind=kind,
        uses=0 if kind == "AUX" else asking.router.exec_lines.of(line).uses,
        access_out=lists.get("out"),
        access_in=lists.get("in"),
        length=config.length,
        width=config.width,
        history=config.history,
        exec_timeout=config.exec_timeout,
        input_transports=_transports(config, "input", "none"),
        output_transports=_transports(config, "output", _TRANSPORTS),
        preferred_transport=_transports(config, "preferred", "telnet"),
    )
    if there is None:
        return view
    now = asking.router.simulation.now
    return view._replace(
        length=there.terminal.length,
        width=there.terminal.width,
        history=there.histories[False].size,
        active=Duration(now - there.activated),
        idle=Duration(now - there.idle_since),
        user=there.user or "",
        mine=there is asking,
        location=there.location,
        hosts=tuple(it.name for it in there.connections),
        monitor=there.terminal.monitor,
    )


def _access_lists(config: LineConfig) -> dict[str, str]:
    """`in` and `out` -> the list of `access-class`."""
    typed = [line.split() for line in config.stored.get("line_access_class", ())]
    return {words[2]: words[1] for words in typed if words[0] == "access-class"}


def _transports(config: LineConfig, way: str, default: str) -> str:
    """What a stored line `transport input ...` names."""
    for line in config.stored.get(f"line_transport_{way}", ()):
        words = line.split()
        if words[0] == "transport":
            named = " ".join(words[2:])
            return _TRANSPORTS if named == "all" else named
    return default


@command("show_users")
def show_users(session: Session, args: Args) -> Iterable[str]:
    """`show users [all]`: whoever is logged in, or every line."""
    views = line_views(session)
    return lines.show_users(it for it in views if "all" in args or it.active is not None)


@command("show_line")
def show_line(session: Session, args: Args) -> Iterable[str]:
    """`show line [N | console 0 | aux 0 | vty N]`."""
    views = list(line_views(session))
    argument = "A_SHOWN_VTY" if "vty" in args else "A_SHOWN_LINE"
    if "console" in args:
        number = 0
    elif "aux" in args:
        number = _AUX
    elif argument in args:
        number = args[argument] + (FIRST_VTY if "vty" in args else 0)
    else:
        return lines.show_lines(views)
    found = [view for view in views if view.number == number]
    if not found:
        raise Refusal(argument=argument)
    return lines.show_line(found[0])


@command("show_terminal")
def show_terminal(session: Session, _args: Args) -> Iterable[str]:
    """`show terminal`."""
    return lines.show_terminal(next(it for it in line_views(session) if it.mine))


@command("show_sessions")
def show_sessions(session: Session, _args: Args) -> Iterable[str]:
    """`show sessions`, `where`: the operator's connections to other nodes."""
    if not session.connections:
        return ("% No connections open",)
    now = session.router.simulation.now
    return lines.show_sessions(
        ConnectionView(
            it.number, it.name, it.address, it.unread, Duration(now - it.idle_since), last
        )
        for it, last in ((it, it is session.connections[-1]) for it in session.connections)
    )
