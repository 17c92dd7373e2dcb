"""ip ospf: carries out grammar/interface_ospf.lark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.commands.ospf_area import authentication_of, secret
from ioscli.cli.commands.ospf_lines import authentication_lines
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.running_config import writes
from ioscli.model.changes import RoutingChanged
from ioscli.model.config import InterfaceConfig
from ioscli.model.ospf import (
    OspfInterfaceSettings,
    OspfNetworkType,
    OspfProcess,
)

if TYPE_CHECKING:
    from ioscli.cli.results import Args

_CHANGED = (RoutingChanged(),)
_USUAL = OspfInterfaceSettings()


def _settings(context: ConfigContext) -> OspfInterfaceSettings:
    """The OSPF lines of the interface at hand."""
    interface: InterfaceConfig = context.target
    if interface.ospf is None:
        interface.ospf = OspfInterfaceSettings()
    return interface.ospf


@command("ip_ospf_cost")
def ip_ospf_cost(context: ConfigContext, args: Args) -> Changes:
    """In place of what follows from the bandwidth."""
    _settings(context).cost = None if resets(args) else args["A_OSPF_COST"]
    return _CHANGED


@command("ip_ospf_priority")
def ip_ospf_priority(context: ConfigContext, args: Args) -> Changes:
    """For the election; 0 stays out of it."""
    _settings(context).priority = _USUAL.priority if resets(args) else args["A_OSPF_PRIORITY"]
    return _CHANGED


@command("ip_ospf_hello_interval")
def ip_ospf_hello_interval(context: ConfigContext, args: Args) -> Changes:
    """Seconds; the dead interval follows unless it is configured, too."""
    _settings(context).hello_interval = None if resets(args) else args["A_OSPF_INTERVAL"]
    return _CHANGED


@command("ip_ospf_dead_interval")
def ip_ospf_dead_interval(context: ConfigContext, args: Args) -> Changes:
    """Seconds, or one second with so many hellos in it."""
    settings = _settings(context)
    settings.dead_interval = settings.hello_multiplier = None
    if not resets(args):
        settings.dead_interval = args.get("A_OSPF_INTERVAL")
        settings.hello_multiplier = args.get("A_HELLO_MULTIPLIER")
    return _CHANGED


@command("ip_ospf_retransmit_interval")
def ip_ospf_retransmit_interval(context: ConfigContext, args: Args) -> Changes:
    """Seconds."""
    usual = _USUAL.retransmit_interval
    _settings(context).retransmit_interval = usual if resets(args) else args["A_OSPF_INTERVAL"]
    return _CHANGED


@command("ip_ospf_transmit_delay")
def ip_ospf_transmit_delay(context: ConfigContext, args: Args) -> Changes:
    """Seconds that LSAs age on the way."""
    usual = _USUAL.transmit_delay
    _settings(context).transmit_delay = usual if resets(args) else args["A_OSPF_INTERVAL"]
    return _CHANGED


@command("ip_ospf_network")
def ip_ospf_network(context: ConfigContext, args: Args) -> Changes:
    """What kind of network OSPF takes the link for."""
    wanted = None if resets(args) else OspfNetworkType(" ".join(args.words[3:]))
    _settings(context).network_type = wanted
    return _CHANGED


@command("ip_ospf_authentication")
def ip_ospf_authentication(context: ConfigContext, args: Args) -> Changes:
    """In place of the area's."""
    settings = _settings(context).authentication
    settings.kind, settings.key_chain = (None, None) if resets(args) else authentication_of(args)
    return _CHANGED


@command("ip_ospf_authentication_key")
def ip_ospf_authentication_key(context: ConfigContext, args: Args) -> Changes:
    """The password in clear text."""
    settings = _settings(context).authentication
    settings.password = None if resets(args) else secret(args)
    return _CHANGED


@command("ip_ospf_message_digest_key")
def ip_ospf_message_digest_key(context: ConfigContext, args: Args) -> Changes:
    """A key of MD5 authentication; the last one typed signs."""
    keys = _settings(context).authentication.digest_keys
    number: int = args["A_KEY_ID"]
    if resets(args):
        keys.pop(number, None)
        return _CHANGED
    made = secret(args)
    if number in keys and keys[number].clear != made.clear:
        raise Refusal(f"% OSPF: Key {number} already exists")
    keys[number] = made
    return _CHANGED


@command("ip_ospf_mtu_ignore")
def ip_ospf_mtu_ignore(context: ConfigContext, args: Args) -> Changes:
    """Take neighbors with a larger MTU, too."""
    _settings(context).mtu_ignore = not resets(args)
    return _CHANGED


@command("ip_ospf_flood_reduction")
def ip_ospf_flood_reduction(context: ConfigContext, args: Args) -> Changes:
    """LSAs that need no refresh."""
    _settings(context).flood_reduction = not resets(args)
    return _CHANGED


@command("ip_ospf_shutdown")
def ip_ospf_shutdown(context: ConfigContext, args: Args) -> Changes:
    """OSPF off on the interface, its lines kept."""
    _settings(context).shutdown = not resets(args)
    return _CHANGED


@command("ip_ospf_prefix_suppression")
def ip_ospf_prefix_suppression(context: ConfigContext, args: Args) -> Changes:
    """In place of the process's."""
    wanted = None if resets(args) else "disable" not in args
    _settings(context).prefix_suppression = wanted
    return _CHANGED


@command("ip_ospf_database_filter")
def ip_ospf_database_filter(context: ConfigContext, args: Args) -> Changes:
    """Send no LSAs."""
    _settings(context).database_filter = not resets(args)
    return _CHANGED


@command("ip_ospf_process")
def ip_ospf_process(context: ConfigContext, args: Args) -> Changes:
    """Run a process here; one that is not there yet is made."""
    interface: InterfaceConfig = context.target
    settings = _settings(context)
    name = str(args["A_OSPF_PROCESS"])
    if resets(args):
        if settings.process == name:
            if "secondaries" in args:
                settings.secondaries = True
            else:
                settings.process, settings.secondaries = None, True
        return _CHANGED
    process = context.config.ospf.get(name)
    if process is not None and process.vrf != interface.vrf and interface.vrf:
        raise Refusal(f"%OSPF: Process {name} is not in the VRF of the interface")
    if process is None:
        context.config.ospf[name] = OspfProcess(name, interface.vrf)
    settings.process = name
    settings.area_dotted = "A_AREA_ADDRESS" in args
    settings.area = int(args["A_AREA_ADDRESS"] if settings.area_dotted else args["A_AREA"])
    settings.secondaries = "secondaries" not in args
    return _CHANGED


# --- the running-config --------------------------------------------------------------------------


@writes("interface", "ip_ospf")
def ip_ospf_lines(interface: InterfaceConfig) -> Iterator[str]:
    """All but the cost and the process, which stand further down."""
    if interface.ospf is not None:
        for line in _lines(interface.ospf):
            yield "ip ospf " + line


def _lines(settings: OspfInterfaceSettings) -> Iterator[str]:
    yield from authentication_lines(settings.authentication)
    if settings.network_type is not None:
        yield f"network {settings.network_type.value}"
    if settings.flood_reduction:
        yield "flood-reduction"
    if settings.hello_multiplier is not None:
        yield f"dead-interval minimal hello-multiplier {settings.hello_multiplier}"
    if settings.hello_interval is not None:
        yield f"hello-interval {settings.hello_interval}"
    if settings.dead_interval is not None:
        yield f"dead-interval {settings.dead_interval}"
    if settings.retransmit_interval != _USUAL.retransmit_interval:
        yield f"retransmit-interval {settings.retransmit_interval}"
    if settings.transmit_delay != _USUAL.transmit_delay:
        yield f"transmit-delay {settings.transmit_delay}"
    if settings.priority != _USUAL.priority:
        yield f"priority {settings.priority}"
    if settings.prefix_suppression is not None:
        yield "prefix-suppression" + ("" if settings.prefix_suppression else " disable")
    if settings.database_filter:
        yield "database-filter all out"
    if settings.mtu_ignore:
        yield "mtu-ignore"
    if settings.shutdown:
        yield "shutdown"


@writes("interface", "ip_ospf_process")
def ip_ospf_process_lines(interface: InterfaceConfig) -> Iterator[str]:
    """The process and its area, then the cost."""
    settings = interface.ospf
    if settings is None:
        return
    if settings.process is not None:
        area = str(settings.area)
        if settings.area_dotted:
            area = ".".join(str(settings.area >> shift & 255) for shift in (24, 16, 8, 0))
        tail = "" if settings.secondaries else " secondaries none"
        yield f"ip ospf {settings.process} area {area}{tail}"
    if settings.cost is not None:
        yield f"ip ospf cost {settings.cost}"
