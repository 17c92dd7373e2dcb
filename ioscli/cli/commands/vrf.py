"""VRFs and what IP routing does as a whole: what their kept lines mean to the router.

The lines are those of grammar/vrf.lark, which are kept (see `ioscli.cli.acting`).
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from ioscli.cli.configuration import ConfigContext
from ioscli.model.changes import ConfigChange, InterfaceChanged, StaticRoutesChanged, TablesChanged
from ioscli.model.config import InterfaceConfig, RouterConfig
from ioscli.model.sections import StoredLine, StoredSection
from ioscli.model.vrf import VrfConfig


def follow(context: ConfigContext) -> tuple[ConfigChange, ...]:
    """Read the VRFs and the global lines about routing anew."""
    config = context.config
    before = tuple(config.vrfs)
    config.vrfs = {
        made.name: made
        for section in config.sections
        if isinstance(section, StoredSection) and section.rule in ("ip_vrf", "vrf_definition")
        for made in (_vrf(section),)
    }
    config.ip_routing = "no ip routing" not in config.stored.get("ip_routing_switch", ())
    gateways = _addresses(config, "ip_default_gateway")
    config.default_gateway = next(gateways, None)
    config.default_networks = list(_addresses(config, "ip_default_network"))
    changes: list[ConfigChange] = [TablesChanged()]
    for name in before:
        if name not in config.vrfs:
            context.say(f"% IPv4 addresses from all interfaces in VRF {name} have been removed")
            changes += _leave(config, name)
    return tuple(changes)


def _addresses(config: RouterConfig, rule: str) -> Iterator[IPv4Address]:
    for line in config.stored.get(rule, ()):
        if not line.startswith("no "):  # which a saved configuration may hold
            yield IPv4Address(line.split(" ")[-1])


def _leave(config: RouterConfig, name: str) -> Iterator[ConfigChange]:
    """A VRF is gone: its interfaces lose their addresses, its routes go."""
    for interface in config.interfaces.values():
        if interface.vrf == name:
            interface.vrf = ""
            remove_addresses(interface)
            yield InterfaceChanged(interface.name)
    kept = [route for route in config.static_routes if route.vrf != name]
    if len(kept) < len(config.static_routes):
        config.static_routes[:] = kept
        yield StaticRoutesChanged()


def remove_addresses(interface: InterfaceConfig) -> bool:
    """Take all IPv4 addresses from an interface; whether it had any."""
    had = interface.address is not None or bool(interface.secondary_addresses)
    interface.address = None
    interface.secondary_addresses.clear()
    return had


def _vrf(section: StoredSection) -> VrfConfig:
    legacy = section.rule == "ip_vrf"
    made = VrfConfig(section.header.split(" ")[-1], legacy, ipv4=legacy)
    for entry in section.entries:
        if isinstance(entry, StoredLine):
            _read(made, entry.text)
            continue
        words = entry.header.split(" ")
        made.ipv4 = made.ipv4 or words[1] == "ipv4"
        made.ipv6 = made.ipv6 or words[1] == "ipv6"
        if words[1] == "ipv4":
            for line in entry.entries:
                if isinstance(line, StoredLine):
                    _read(made, line.text)
    return made


def _read(made: VrfConfig, line: str) -> None:
    word, _, rest = line.partition(" ")
    if word == "rd":
        made.distinguisher = rest
    elif word == "description":
        made.description = rest
    elif word == "route-target":
        which, _, target = rest.rpartition(" ")
        if which != "import":
            made.exported = (*made.exported, target)
        if which != "export":
            made.imported = (*made.imported, target)
