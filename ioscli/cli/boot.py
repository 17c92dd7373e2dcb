"""The configuration that a router comes up with: its startup-config, read as at boot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.cli.configuration import ConfigSession, load
from ioscli.cli.running_config import running_config
from ioscli.model.config import RouterConfig, new_router_config
from ioscli.router.filesystem import IGNORE_STARTUP_CONFIG

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.router.router import Router

#: What a router is called that nobody has configured.
UNNAMED = "Router"


def boot_config(grammar: Grammar, router: Router) -> RouterConfig:
    """What the router comes up with after a reload.

    Its startup-config, without the lines that it does not take; where there is none, or the
    configuration register says to leave it alone, what comes from the box.
    """
    if router.files.config_register & IGNORE_STARTUP_CONFIG:
        return new_router_config(UNNAMED, router.hardware)
    return saved_config(grammar, router)


def saved_config(grammar: Grammar, router: Router) -> RouterConfig:
    """What the router's startup-config makes of it; without one, what comes from the box."""
    config = new_router_config(UNNAMED, router.hardware)
    text = router.files.startup_config
    if text is not None:
        session = ConfigSession(grammar, config, router.hardware, startup=True)
        for _ in load(session, text):
            pass
    return config


def modified(grammar: Grammar, router: Router) -> bool:
    """Whether a reload would lose configuration, or key pairs, that were never saved."""
    if router.keys.saved() != router.files.private_config:
        return True
    return written(saved_config(grammar, router)) != written(router.config)


def written(config: RouterConfig) -> str:
    """A configuration as it is saved: the text of the running-config."""
    return "".join(f"{line}\n" for line in running_config(config))
