"""`show ip interface` and `show ip interface brief`.

Layout: captures of IOS 15. The trailing blanks of the brief rows (the Protocol column is eight
wide) are those of captures that were published whole.
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address

from ioscli.cli.show.interfaces import protocol, status, status_line
from ioscli.model.config import InterfaceConfig
from ioscli.model.ifname import InterfaceName
from ioscli.router.views import InterfaceView

_METHODS = {"NVRAM": "non-volatile memory", "manual": "setup command"}


def show_ip_interface_brief(views: Iterable[InterfaceView]) -> Iterator[str]:
    """One row an interface."""
    yield "Interface                  IP-Address      OK? Method Status                Protocol"
    for view in views:
        address = "unassigned" if view.address is None else str(view.address.ip)
        yield (
            f"{view.name!s:<27}{address:<16}YES {view.address_method:<7}"
            f"{status(view):<22}{protocol(view):<8}"
        )


def show_ip_aliases(addresses: Iterable[IPv4Address]) -> Iterator[str]:
    """The addresses that the router answers to, none of them for a single port: captures."""
    yield "Address Type             IP Address      Port"
    for address in sorted(addresses):
        yield f"{'Interface':<25}{address}"


def show_ip_interface(
    views: Iterable[InterfaceView], configured: Mapping[InterfaceName, InterfaceConfig]
) -> Iterator[str]:
    """A block for every interface."""
    for view in views:
        yield status_line(view)
        if view.address is None:
            yield "  Internet protocol processing disabled"
        else:
            yield from _block(view, configured.get(view.name) or InterfaceConfig(view.name))


def _block(view: InterfaceView, config: InterfaceConfig) -> Iterator[str]:
    yield f"  Internet address is {view.address}"
    yield "  Broadcast address is 255.255.255.255"
    yield f"  Address determined by {_METHODS[view.address_method]}"
    yield f"  MTU is {view.ip_mtu} bytes"
    yield from _helpers(_typed(config, "if_helper"))
    options = _typed(config, "if_ip_switching")
    directed = any(words[1] == "directed-broadcast" for words in options)
    yield f"  Directed broadcast forwarding is {_enabled(directed)}"
    if view.groups:
        groups = " ".join(str(group) for group in view.groups)
        yield f"  Multicast reserved groups joined: {groups}"
    for secondary in config.secondary_addresses:
        yield f"  Secondary address {secondary}"
    yield "  Outgoing Common access list is not set "
    yield f"  Outgoing access list {_list(config.access_group_out)}"
    yield "  Inbound Common access list is not set "
    yield f"  Inbound  access list {_list(config.access_group_in)}"
    yield f"  Proxy ARP is {_enabled(config.proxy_arp)}"
    yield f"  Local Proxy ARP is {_enabled(['ip', 'local-proxy-arp'] in options)}"
    yield "  Security level is default"
    split = config.rip is None or config.rip.split_horizon is not False
    yield f"  Split horizon is {_enabled(split)}"
    yield f"  ICMP redirects are {_sent(config.redirects)}"
    yield f"  ICMP unreachables are {_sent(config.unreachables)}"
    yield f"  ICMP mask replies are {_sent(['ip', 'mask-reply'] in options)}"
    yield from _switching(config)


_UNSET = "is not set"


def _list(name: str | None) -> str:
    return _UNSET if name is None else f"is {name}"


def _typed(config: InterfaceConfig, rule: str) -> list[list[str]]:
    """The stored lines of a rule in words; those that begin with `no` say nothing here."""
    lines = [line.split() for line in config.stored.get(rule, ())]
    return [words for words in lines if words[0] == "ip"]


def _helpers(lines: list[list[str]]) -> Iterator[str]:
    """`ip helper-address`: the address stands behind `global` or `vrf NAME`, if that is given."""
    skipped = {"global": 1, "vrf": 2}
    addresses = [words[2 + skipped.get(words[2], 0)] for words in lines]
    if not addresses:
        yield "  Helper address is not set"
    elif len(addresses) == 1:
        yield f"  Helper address is {addresses[0]}"
    else:
        yield f"  Helper addresses are {addresses[0]}"
        for address in addresses[1:]:
            yield f"{'':22}{address}"


def _switching(config: InterfaceConfig) -> Iterator[str]:
    """Forwarding features: what is not configured by some line is fixed here."""
    for line in _SWITCHING:
        if line.startswith("  Policy routing") and config.policy_map is not None:
            yield f"  Policy routing is enabled, using route map {config.policy_map}"
        elif line.startswith("  Network address translation") and config.nat_side is not None:
            side = config.nat_side.value
            yield f"  Network address translation is enabled, interface in domain {side}"
        elif line.startswith("  Input features"):
            yield f"  Input features: {', '.join(_features(config))}"
        else:
            yield line
        if line == _BEFORE_VRF and config.vrf:
            yield f'  VPN Routing/Forwarding "{config.vrf}"'


def _features(config: InterfaceConfig) -> Iterator[str]:
    """What looks at packets that come in; the sanity check of their headers always does."""
    if config.access_group_in is not None:
        yield "Access List"
    if config.policy_map is not None:
        yield "Policy Routing"
    yield "MCI Check"
    if config.adjust_mss is not None:
        yield "TCP Adjust MSS"


_BEFORE_VRF = "  IP Null turbo vector"

#: The features' lines on an interface that configures none of them.
_SWITCHING = (
    "  IP fast switching is enabled",
    "  IP Flow switching is disabled",
    "  IP CEF switching is enabled",
    "  IP CEF switching turbo vector",
    "  IP Null turbo vector",
    "  Associated unicast routing topologies:",
    '        Topology "base", operation state is UP',
    "  IP multicast fast switching is enabled",
    "  IP multicast distributed fast switching is disabled",
    "  IP route-cache flags are Fast, CEF",
    "  Router Discovery is disabled",
    "  IP output packet accounting is disabled",
    "  IP access violation accounting is disabled",
    "  TCP/IP header compression is disabled",
    "  RTP/IP header compression is disabled",
    "  Probe proxy name replies are disabled",
    "  Policy routing is disabled",
    "  Network address translation is disabled",
    "  BGP Policy Mapping is disabled",
    "  Input features: MCI Check",
    "  IPv4 WCCP Redirect outbound is disabled",
    "  IPv4 WCCP Redirect inbound is disabled",
    "  IPv4 WCCP Redirect exclude is disabled",
)


def _enabled(setting: bool) -> str:
    return "enabled" if setting else "disabled"


def _sent(setting: bool) -> str:
    return "always sent" if setting else "never sent"
