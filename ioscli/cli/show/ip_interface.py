"""`show ip interface` and `show ip interface brief`.

Layout: captures of IOS 15. The trailing blanks of the brief rows (the Protocol column is eight
wide) are those of captures that were published whole.
"""

from collections.abc import Iterable, Iterator, Mapping

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
    yield "  Helper address is not set"
    yield "  Directed broadcast forwarding is disabled"
    for secondary in config.secondary_addresses:
        yield f"  Secondary address {secondary}"
    yield "  Outgoing Common access list is not set "
    yield "  Outgoing access list is not set"
    yield "  Inbound Common access list is not set "
    yield "  Inbound  access list is not set"
    yield f"  Proxy ARP is {_enabled(config.proxy_arp)}"
    yield "  Local Proxy ARP is disabled"
    yield "  Security level is default"
    yield "  Split horizon is enabled"
    yield f"  ICMP redirects are {_sent(config.redirects)}"
    yield f"  ICMP unreachables are {_sent(config.unreachables)}"
    yield "  ICMP mask replies are never sent"
    yield from _SWITCHING


#: Forwarding features, which are fixed here: none of them is configurable.
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
