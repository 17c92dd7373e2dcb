"""The configuration register: carries out grammar/config_register.lark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.cli.registry import command
from ioscli.router.filesystem import FileError

if TYPE_CHECKING:
    from ioscli.cli.commands.interface import Changes
    from ioscli.cli.configuration import ConfigContext
    from ioscli.cli.dialogue import Steps
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


@command("config_register")
def config_register(context: ConfigContext, args: Args) -> Changes:
    """`config-register VALUE`: kept in NVRAM at once, and no line of the configuration."""
    value: int = args["A_CONFIG_REGISTER"]
    if not context.startup:
        context.steps = lambda session: _set(session, value)
    return ()


def _set(session: Session, value: int) -> Steps:
    try:
        session.router.files.set_config_register(value)
    except FileError as error:
        yield f"%Error writing nvram: ({error})"
