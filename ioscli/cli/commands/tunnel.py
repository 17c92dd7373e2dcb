"""The lines of Tunnel interfaces: carries out grammar/tunnel.lark."""

from collections.abc import Iterator

from ioscli.cli.commands.interface import Changes, changed, resets
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.misplaced import Misplaced
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.config import InterfaceConfig, TunnelConfig, TunnelMode

_DEFAULT_TTL = 255


def _tunnel(context: ConfigContext) -> TunnelConfig:
    """The tunnel lines of the interface at hand; other interfaces have no such commands."""
    interface: InterfaceConfig = context.target
    if interface.tunnel is None:
        raise Misplaced
    return interface.tunnel


@command("tunnel_source")
def tunnel_source(context: ConfigContext, args: Args) -> Changes:
    """An address, or the interface whose address it is."""
    tunnel = _tunnel(context)
    if resets(args):
        tunnel.source = None
    elif "A_SOURCE" in args:
        tunnel.source = args["A_SOURCE"]
    else:
        name = args["A_INTERFACE"]
        if not context.knows(name):
            raise Refusal(argument="A_INTERFACE")
        tunnel.source = name
    return changed(context.target)


@command("tunnel_destination")
def tunnel_destination(context: ConfigContext, args: Args) -> Changes:
    """The far end's address."""
    tunnel = _tunnel(context)
    tunnel.destination = None if resets(args) else args["A_DESTINATION"]
    return changed(context.target)


@command("tunnel_mode")
def tunnel_mode(context: ConfigContext, args: Args) -> Changes:
    """GRE over IPv4, or IPsec by itself (VTI)."""
    tunnel = _tunnel(context)
    vti = "ipsec" in args and not resets(args)
    tunnel.mode = TunnelMode.IPSEC_IPV4 if vti else TunnelMode.GRE_IP
    context.target.stored.pop("tunnel_mode_other", None)
    return changed(context.target)


@command("tunnel_key")
def tunnel_key(context: ConfigContext, args: Args) -> Changes:
    """The GRE key (RFC 2890)."""
    tunnel = _tunnel(context)
    tunnel.key = None if resets(args) else args["A_TUNNEL_KEY"]
    return changed(context.target)


@command("tunnel_ttl")
def tunnel_ttl(context: ConfigContext, args: Args) -> Changes:
    """TTL of the outer header."""
    tunnel = _tunnel(context)
    tunnel.ttl = _DEFAULT_TTL if resets(args) else args["A_TUNNEL_TTL"]
    return changed(context.target)


@command("tunnel_vrf")
def tunnel_vrf(context: ConfigContext, args: Args) -> Changes:
    """The table that the outer packets are routed by."""
    tunnel = _tunnel(context)
    name: str = "" if resets(args) else args["A_VRF_NAME"]
    if name and name not in context.config.vrfs and not context.startup:
        raise Refusal(f"% VRF {name} not configured.")
    tunnel.vrf = name
    return changed(context.target)


@command("tunnel_protection")
def tunnel_protection(context: ConfigContext, args: Args) -> Changes:
    """Encrypts the tunnel as an IPsec profile says."""
    tunnel = _tunnel(context)
    if resets(args):
        tunnel.protection_profile = None
        return changed(context.target)
    name: str = args["A_PROFILE"]
    if name not in context.config.ipsec.profiles:
        # The text of a recorded IOS XE dialogue.
        raise Refusal(f"Profile {name} is not defined.")
    tunnel.protection_profile = name
    return changed(context.target)


@writes("interface", "tunnel")
def tunnel_lines(interface: InterfaceConfig) -> Iterator[str]:
    """All of them, in IOS's order; `tunnel mode gre ip` is hidden."""
    tunnel = interface.tunnel
    if tunnel is None:
        return
    if tunnel.source is not None:
        yield f"tunnel source {tunnel.source}"
    if tunnel.mode is not TunnelMode.GRE_IP:
        yield f"tunnel mode {tunnel.mode.value}"
    yield from interface.stored.get("tunnel_mode_other", ())
    if tunnel.destination is not None:
        yield f"tunnel destination {tunnel.destination}"
    if tunnel.key is not None:
        yield f"tunnel key {tunnel.key}"
    if tunnel.ttl != _DEFAULT_TTL:
        yield f"tunnel ttl {tunnel.ttl}"
    if tunnel.vrf:
        yield f"tunnel vrf {tunnel.vrf}"
    if tunnel.protection_profile is not None:
        yield f"tunnel protection ipsec profile {tunnel.protection_profile}"
