"""Names of hosts that the router knows by itself: carries out grammar/ip_host.lark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.registry import command
from ioscli.cli.running_config import writes
from ioscli.cli.show import hosts as show
from ioscli.model.changes import SystemChanged

if TYPE_CHECKING:
    from ioscli.cli.configuration import ConfigContext
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.model.config import RouterConfig


@command("ip_host")
def ip_host(context: ConfigContext, args: Args) -> Changes:
    """A name's addresses; lines of the same name add up, `no` takes some or all away."""
    hosts = context.config.hosts
    name: str = args["A_HOST_NAME"]
    typed: list[IPv4Address] = args.all("A_HOST_ADDRESS")
    known = hosts.get(name, ())
    if not resets(args):
        hosts[name] = known + tuple(it for it in dict.fromkeys(typed) if it not in known)
        return (SystemChanged(),)
    left = tuple(it for it in known if typed and it not in typed)
    if left:
        hosts[name] = left
    else:
        hosts.pop(name, None)
    return (SystemChanged(),)


@writes("config", "ip_host")
def ip_host_lines(config: RouterConfig) -> Iterator[str]:
    """One line a name."""
    for name, addresses in config.hosts.items():
        yield f"ip host {name} {' '.join(map(str, addresses))}"


@command("show_hosts")
def show_hosts(session: Session, _args: Args) -> Iterable[str]:
    """`show hosts`."""
    config = session.router.config
    return show.show_hosts(
        config.hosts,
        domain=_last_word(config, "ip_domain_name"),
        servers=[line.split()[-1] for line in config.stored.get("ip_name_server", ())],
        lookup=config.domain_lookup,
    )


def _last_word(config: RouterConfig, rule: str) -> str | None:
    lines = config.stored.get(rule)
    return lines[0].split()[-1] if lines else None
