"""The hardware below the interfaces: carries out grammar/show_controllers.lark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.show import controllers
from ioscli.cli.show.interfaces import port_setting

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.model.ifname import InterfaceName
    from ioscli.router.router import Router


@command("show_controllers")
def show_controllers(session: Session, args: Args) -> Iterable[str]:
    """`show controllers [X]`: of physical ports only."""
    router = session.router
    name: InterfaceName | None = args.get("A_CONTROLLER")
    if name is not None and name not in router.hardware:
        raise Refusal(argument="A_CONTROLLER")
    ports = router.hardware if name is None else (name,)
    return controllers.show_controllers(_view(router, port) for port in ports)


def _view(router: Router, name: InterfaceName) -> controllers.ControllerView:
    port = router.port(name)
    config = router.config.interfaces.get(name)
    stored = {} if config is None else config.stored
    rate = _value(stored.get("clock_rate", ()))
    return controllers.ControllerView(
        name,
        port.link is not None,
        port.carrier,
        int(rate) if rate is not None else None,
        port_setting(config, "speed"),
        port_setting(config, "duplex"),
    )


def _value(lines: Iterable[str]) -> str | None:
    """The last word of a setting that is not negated."""
    for line in lines:
        if not line.startswith("no "):
            return line.split()[-1]
    return None
