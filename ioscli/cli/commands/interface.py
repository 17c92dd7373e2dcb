"""interface X, and the lines that concern no protocol: carries out grammar/interface.lark."""

from collections.abc import Iterable, Iterator

from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.changes import (
    ConfigChange,
    InterfaceChanged,
    InterfaceRemoved,
    StaticRoutesChanged,
)
from ioscli.model.config import InterfaceConfig, RouterConfig, TunnelConfig
from ioscli.model.ifname import NULL0, InterfaceName

_DEFAULT_MTU = 1500
_DEFAULT_ARP_TIMEOUT = 14_400

#: Sub-interfaces of these are circuits: to one neighbour, or to many.
LINK_KINDS = frozenset({"ATM", "Serial"})
#: What the operator makes and whose MTU is fixed.
_FIXED_MTU_KINDS = frozenset({"Loopback", "Null", "Tunnel"})

Changes = Iterable[ConfigChange]


def changed(interface: InterfaceConfig) -> tuple[InterfaceChanged]:
    """The one change that a line of an interface makes."""
    return (InterfaceChanged(interface.name),)


def resets(args: Args) -> bool:
    """Whether the line began with `no` or `default`."""
    return args.negated or args.defaulted


@command("interface_select")
def interface_select(context: ConfigContext, args: Args) -> Changes:
    """Go to an interface; a Loopback or Tunnel is made by that."""
    name: InterfaceName = args["A_INTERFACE"]
    interface = context.config.interfaces.get(name)
    if interface is not None:
        context.enter("interface", interface)
        if not context.startup or name in context.mentioned:
            return ()
        # A port that the saved configuration mentions is up unless it says `shutdown`.
        context.mentioned.add(name)
        interface.shutdown = False
        return changed(interface)
    if not may_exist(context, name):
        raise Refusal(argument="A_INTERFACE")
    if "point-to-point" in args or "multipoint" in args:
        if name.subinterface is None or name.kind not in LINK_KINDS:
            raise Refusal(argument="A_INTERFACE")
    elif name.subinterface is not None and name.kind in LINK_KINDS and context.hardware is not None:
        raise Refusal("% Incomplete command.")
    interface = InterfaceConfig(name, tunnel=TunnelConfig() if name.kind == "Tunnel" else None)
    context.config.interfaces[name] = interface
    _set_link(interface, args)
    context.enter("interface", interface)
    return changed(interface)


def _set_link(interface: InterfaceConfig, args: Args) -> None:
    link = next((it for it in ("point-to-point", "multipoint") if it in args), None)
    if link is not None:
        interface.stored["interface_link"] = [link]


def may_exist(context: ConfigContext, name: InterfaceName) -> bool:
    """Whether the operator may bring an interface into being by naming it."""
    if name.subinterface is not None:
        # Frames with tags need a port that has frames; kinds that do not act take any.
        fits = name.modelled or not name.parent.modelled or name.kind in LINK_KINDS
        return fits and (name.parent in context.config.interfaces or context.hardware is None)
    if name.kind == NULL0.kind:
        return name == NULL0
    return name.virtual or context.hardware is None


@command("interface_remove")
def interface_remove(context: ConfigContext, args: Args) -> Changes:
    """`no interface`: Loopbacks and Tunnels only; `default interface`: back to its defaults."""
    name: InterfaceName = args["A_INTERFACE"]
    config = context.config
    interface = config.interfaces.get(name)
    if interface is None:
        raise Refusal(argument="A_INTERFACE")
    if args.defaulted:
        tunnel = TunnelConfig() if name.kind == "Tunnel" else None
        config.interfaces[name] = InterfaceConfig(name, tunnel=tunnel)
        context.say(f"Interface {name} set to default configuration")
        return changed(interface)
    if not name.made_by_operator:
        raise Refusal("% Removal of physical interfaces is not permitted")
    gone = [it for it in config.interfaces if name in (it, it.parent)]
    for it in gone:
        del config.interfaces[it]
    return [change for it in gone for change in (InterfaceRemoved(it), *_forget(config, it))]


def _forget(config: RouterConfig, name: InterfaceName) -> Iterator[ConfigChange]:
    """Take an interface that is no more out of the lines that name it."""
    for other in config.interfaces.values():
        if other.tunnel is not None and other.tunnel.source == name:
            other.tunnel.source = None
            yield InterfaceChanged(other.name)
    routes = [route for route in config.static_routes if route.interface != name]
    if len(routes) < len(config.static_routes):
        config.static_routes[:] = routes
        yield StaticRoutesChanged()


@command("description")
def description(context: ConfigContext, args: Args) -> Changes:
    """Free text."""
    interface: InterfaceConfig = context.target
    interface.description = None if resets(args) else args["A_DESCRIPTION"]
    return changed(interface)


@writes("interface", "description")
def description_line(interface: InterfaceConfig) -> Iterator[str]:
    """As typed."""
    if interface.description is not None:
        yield f"description {interface.description}"


@command("shutdown")
def shutdown(context: ConfigContext, args: Args) -> Changes:
    """Administratively down, or up again."""
    interface: InterfaceConfig = context.target
    interface.shutdown = not resets(args)
    return changed(interface)


@writes("interface", "shutdown")
def shutdown_line(interface: InterfaceConfig) -> Iterator[str]:
    """Hidden while up."""
    if interface.shutdown:
        yield "shutdown"


@command("mtu")
def mtu(context: ConfigContext, args: Args) -> Changes:
    """The link MTU, which the kind of interface must let one set."""
    interface: InterfaceConfig = context.target
    if interface.name.kind in _FIXED_MTU_KINDS:
        raise Refusal(f"% Interface {interface.name} does not support user settable mtu.")
    value = None if resets(args) else args["A_MTU"]
    interface.mtu = None if value == _DEFAULT_MTU else value
    if interface.ip_mtu is not None and interface.ip_mtu >= (value or _DEFAULT_MTU):
        interface.ip_mtu = None
    return changed(interface)


@writes("interface", "mtu")
def mtu_line(interface: InterfaceConfig) -> Iterator[str]:
    """Hidden at 1500."""
    if interface.mtu is not None:
        yield f"mtu {interface.mtu}"


@command("bandwidth")
def bandwidth(context: ConfigContext, args: Args) -> Changes:
    """What routing protocols and `show interfaces` take for the speed."""
    interface: InterfaceConfig = context.target
    interface.bandwidth = None if resets(args) else args["A_BANDWIDTH"]
    return changed(interface)


@writes("interface", "bandwidth")
def bandwidth_line(interface: InterfaceConfig) -> Iterator[str]:
    """Kilobits a second."""
    if interface.bandwidth is not None:
        yield f"bandwidth {interface.bandwidth}"


@command("delay")
def delay(context: ConfigContext, args: Args) -> Changes:
    """What routing protocols and `show interfaces` take for the delay."""
    interface: InterfaceConfig = context.target
    interface.delay = None if resets(args) else args["A_DELAY"]
    return changed(interface)


@writes("interface", "delay")
def delay_line(interface: InterfaceConfig) -> Iterator[str]:
    """Tens of microseconds."""
    if interface.delay is not None:
        yield f"delay {interface.delay}"


@command("arp_timeout")
def arp_timeout(context: ConfigContext, args: Args) -> Changes:
    """How long ARP entries live."""
    interface: InterfaceConfig = context.target
    interface.arp_timeout = _DEFAULT_ARP_TIMEOUT if resets(args) else args["A_ARP_TIMEOUT"]
    return changed(interface)


@writes("interface", "arp_timeout")
def arp_timeout_line(interface: InterfaceConfig) -> Iterator[str]:
    """Hidden at four hours."""
    if interface.arp_timeout != _DEFAULT_ARP_TIMEOUT:
        yield f"arp timeout {interface.arp_timeout}"
