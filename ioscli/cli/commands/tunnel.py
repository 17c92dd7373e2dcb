"""The lines of Tunnel interfaces: carries out grammar/tunnel.lark."""

from collections.abc import Iterator

from ioscli.cli.commands.interface import Changes, changed, resets
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.misplaced import Misplaced
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.config import (
    InterfaceConfig,
    PathMtuDiscovery,
    TunnelConfig,
    TunnelKeepalive,
    TunnelMode,
)

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
    """GRE or IPv4 over IPv4, or IPsec by itself (VTI)."""
    tunnel = _tunnel(context)
    tunnel.mode = TunnelMode.GRE_IP
    if not resets(args):
        tunnel.mode = TunnelMode(" ".join(args.words[2:]))
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


@command("tunnel_tos")
def tunnel_tos(context: ConfigContext, args: Args) -> Changes:
    """ToS byte of the outer header; without it that of the packet inside."""
    tunnel = _tunnel(context)
    tunnel.tos = None if resets(args) else args["A_TUNNEL_TOS"]
    return changed(context.target)


@command("tunnel_checksum")
def tunnel_checksum(context: ConfigContext, args: Args) -> Changes:
    """GRE's checksum over each packet (RFC 2784)."""
    _tunnel(context).checksum = not resets(args)
    return changed(context.target)


@command("tunnel_sequence")
def tunnel_sequence(context: ConfigContext, args: Args) -> Changes:
    """GRE's sequence numbers (RFC 2890)."""
    _tunnel(context).sequence_datagrams = not resets(args)
    return changed(context.target)


@command("tunnel_path_mtu")
def tunnel_path_mtu(context: ConfigContext, args: Args) -> Changes:
    """RFC 1191 for the tunnel's own packets; `no`, with options or without, ends it."""
    tunnel = _tunnel(context)
    if resets(args):
        tunnel.path_mtu_discovery = None
        return changed(context.target)
    age, smallest = tunnel.path_mtu_discovery or PathMtuDiscovery()
    if "age-timer" in args:
        age = None if "infinite" in args else args["A_PMTU_AGE"]
    if "min-mtu" in args:
        smallest = args["A_PMTU_MIN"]
    tunnel.path_mtu_discovery = PathMtuDiscovery(age, smallest)
    return changed(context.target)


@command("tunnel_bandwidth")
def tunnel_bandwidth(context: ConfigContext, args: Args) -> Changes:
    """What `show interfaces` says that the tunnel carries."""
    tunnel = _tunnel(context)
    usual = TunnelConfig()
    if "transmit" in args:
        value = usual.transmit_bandwidth if resets(args) else args["A_TUNNEL_BANDWIDTH"]
        tunnel.transmit_bandwidth = value
    else:
        value = usual.receive_bandwidth if resets(args) else args["A_TUNNEL_BANDWIDTH"]
        tunnel.receive_bandwidth = value
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
        tunnel.protection_shared = False
        tunnel.protection_isakmp_profile = tunnel.protection_ikev2_profile = None
        return changed(context.target)
    name: str = args["A_PROFILE"]
    if name not in context.config.ipsec.profiles:
        # The text of a recorded IOS XE dialogue.
        raise Refusal(f"Profile {name} is not defined.")
    tunnel.protection_profile = name
    tunnel.protection_shared = "shared" in args
    named: str | None = args.get("A_PROTECTION_PROFILE")
    tunnel.protection_isakmp_profile = named if "isakmp-profile" in args else None
    tunnel.protection_ikev2_profile = named if "ikev2-profile" in args else None
    return changed(context.target)


def follow(context: ConfigContext) -> Changes:
    """`keepalive`, a kept line of all interfaces, acts on tunnels.

    IOS writes both numbers there, whatever was typed.
    """
    interface = context.target
    if not isinstance(interface, InterfaceConfig) or interface.tunnel is None:
        context.kept = True
        return ()
    lines = interface.stored.get("keepalive", [])
    interface.tunnel.keepalive = None
    if lines:
        typed = [int(word) for word in lines[-1].split(" ")[1:]]
        settings = TunnelKeepalive(*typed)
        interface.tunnel.keepalive = settings if settings.period else None
        interface.stored["keepalive"] = [f"keepalive {settings.period} {settings.retries}"]
    return changed(interface)


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
    if tunnel.sequence_datagrams:
        yield "tunnel sequence-datagrams"
    if tunnel.checksum:
        yield "tunnel checksum"
    if tunnel.tos is not None:
        yield f"tunnel tos {tunnel.tos}"
    if tunnel.ttl != _DEFAULT_TTL:
        yield f"tunnel ttl {tunnel.ttl}"
    if tunnel.path_mtu_discovery is not None:
        yield "tunnel path-mtu-discovery" + _path_mtu_options(tunnel.path_mtu_discovery)
    if tunnel.vrf:
        yield f"tunnel vrf {tunnel.vrf}"
    if tunnel.protection_profile is not None:
        yield f"tunnel protection ipsec profile {tunnel.protection_profile}" + _options(tunnel)
    usual = TunnelConfig()
    if tunnel.transmit_bandwidth != usual.transmit_bandwidth:
        yield f"tunnel bandwidth transmit {tunnel.transmit_bandwidth}"
    if tunnel.receive_bandwidth != usual.receive_bandwidth:
        yield f"tunnel bandwidth receive {tunnel.receive_bandwidth}"


def _path_mtu_options(settings: PathMtuDiscovery) -> str:
    usual = PathMtuDiscovery()
    text = ""
    if settings.age != usual.age:
        text += f" age-timer {'infinite' if settings.age is None else settings.age}"
    if settings.smallest != usual.smallest:
        text += f" min-mtu {settings.smallest}"
    return text


def _options(tunnel: TunnelConfig) -> str:
    """What follows the profile's name."""
    text = " shared" if tunnel.protection_shared else ""
    if tunnel.protection_isakmp_profile is not None:
        text += f" isakmp-profile {tunnel.protection_isakmp_profile}"
    if tunnel.protection_ikev2_profile is not None:
        text += f" ikev2-profile {tunnel.protection_ikev2_profile}"
    return text
