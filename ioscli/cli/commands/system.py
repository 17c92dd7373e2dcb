"""Lines that name or tune the whole router: carries out grammar/system.lark."""

import re
from collections.abc import Iterator

from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.changes import SystemChanged
from ioscli.model.config import RouterConfig

_DEFAULT_INTERVAL = 500
_LONGEST_NAME = 63
_legal_name = re.compile(r"[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?").fullmatch


@command("hostname")
def hostname(context: ConfigContext, args: Args) -> Changes:
    """The name in the prompt; IOS takes an odd one too, and says so."""
    if resets(args):
        context.config.hostname = "Router"
        return (SystemChanged(),)
    name: str = args["A_HOSTNAME"]
    if len(name) > _LONGEST_NAME:
        raise Refusal(f"% Hostname can be at most {_LONGEST_NAME} characters")
    if not _legal_name(name):
        # Captures of `hostname 1` and `hostname IT@L3`: a blank line follows.
        context.say("% Hostname contains one or more illegal characters.")
        context.say("")
    context.config.hostname = name
    return (SystemChanged(),)


@writes("config", "hostname")
def hostname_line(config: RouterConfig) -> Iterator[str]:
    """Always printed."""
    yield f"hostname {config.hostname}"


@command("ip_domain_lookup")
def ip_domain_lookup(context: ConfigContext, args: Args) -> Changes:
    """Whether an unknown word is looked up as a host name."""
    context.config.domain_lookup = not args.negated
    return (SystemChanged(),)


@writes("config", "ip_domain_lookup")
def ip_domain_lookup_line(config: RouterConfig) -> Iterator[str]:
    """Hidden while on."""
    if not config.domain_lookup:
        yield "no ip domain lookup"


@command("ip_icmp_rate_limit")
def ip_icmp_rate_limit(context: ConfigContext, args: Args) -> Changes:
    """Milliseconds between ICMP unreachables; `DF` for those that report an MTU."""
    config = context.config
    interval: int | None = args.get("A_UNREACHABLE_INTERVAL")
    if "DF" in args:
        config.icmp_df_unreachable_interval = None if resets(args) else interval
    elif args.defaulted:
        config.icmp_unreachable_interval = _DEFAULT_INTERVAL
    else:
        config.icmp_unreachable_interval = None if args.negated else interval
    return (SystemChanged(),)


@writes("config", "ip_icmp_rate_limit")
def ip_icmp_rate_limit_lines(config: RouterConfig) -> Iterator[str]:
    """Hidden at 500 ms."""
    if config.icmp_unreachable_interval is None:
        yield "no ip icmp rate-limit unreachable"
    elif config.icmp_unreachable_interval != _DEFAULT_INTERVAL:
        yield f"ip icmp rate-limit unreachable {config.icmp_unreachable_interval}"
    if config.icmp_df_unreachable_interval is not None:
        yield f"ip icmp rate-limit unreachable DF {config.icmp_df_unreachable_interval}"
