"""Policy routing: carries out grammar/policy_routing.lark."""

from __future__ import annotations

from collections.abc import Iterator

from ioscli.cli.commands.interface import Changes, changed, resets
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.changes import RoutingChanged
from ioscli.model.config import InterfaceConfig, RouterConfig


@command("ip_policy")
def ip_policy(context: ConfigContext, args: Args) -> Changes:
    """`ip policy route-map NAME`: what comes in here goes by a route-map."""
    interface: InterfaceConfig = context.target
    interface.policy_map = None if resets(args) else args["A_ROUTE_MAP"]
    return changed(interface)


@writes("interface", "ip_policy")
def ip_policy_line(interface: InterfaceConfig) -> Iterator[str]:
    """Hidden where there is none."""
    if interface.policy_map is not None:
        yield f"ip policy route-map {interface.policy_map}"


@command("ip_local_policy")
def ip_local_policy(context: ConfigContext, args: Args) -> Changes:
    """`ip local policy route-map NAME`: the same for the router's own packets."""
    context.config.policy.local_route_map = None if resets(args) else args["A_ROUTE_MAP"]
    return (RoutingChanged(),)


@writes("config", "ip_local_policy")
def ip_local_policy_line(config: RouterConfig) -> Iterator[str]:
    """Hidden where there is none."""
    if config.policy.local_route_map is not None:
        yield f"ip local policy route-map {config.policy.local_route_map}"
