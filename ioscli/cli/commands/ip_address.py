"""The IPv4 lines of an interface: carries out grammar/ip_address.lark."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from ioscli.cli.commands.interface import Changes, changed, resets
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.config import InterfaceConfig

_ALL_ONES = 0xFFFFFFFF
_DEFAULT_MTU = 1500
_LOOPBACK_NETWORK = 127
_FIRST_MULTICAST = 224
_POINT_TO_POINT_LENGTH = 31
_HOST_LENGTH = 32
_PREFIX_LENGTHS = {(_ALL_ONES << (32 - length)) & _ALL_ONES: length for length in range(33)}


def prefix_length(mask: IPv4Address) -> int | None:
    """The length of a netmask; None for one with holes."""
    return _PREFIX_LENGTHS.get(int(mask))


@lru_cache(maxsize=64)
def netmask(length: int) -> str:
    """Dotted netmask of a prefix length."""
    return str(IPv4Address((_ALL_ONES << (32 - length)) & _ALL_ONES))


@command("ip_address")
def ip_address(context: ConfigContext, args: Args) -> Changes:
    """The primary address, or one more of the secondary ones."""
    interface: InterfaceConfig = context.target
    if resets(args):
        _remove_address(interface, args)
        return changed(interface)
    address = _checked_address(context, interface, args)
    if "secondary" in args:
        # It may come before the primary one, as it does in the running-config.
        if interface.address is not None and address.ip == interface.address.ip:
            raise Refusal("% Secondary can't be same as primary")
        if address not in interface.secondary_addresses:
            interface.secondary_addresses.append(address)
    else:
        interface.address = address
        interface.address_method = "NVRAM" if context.startup else "manual"
        if address in interface.secondary_addresses:
            interface.secondary_addresses.remove(address)
    return changed(interface)


def _checked_address(
    context: ConfigContext, interface: InterfaceConfig, args: Args
) -> IPv4Interface:
    """The address typed, if an interface may have it; raises Refusal with IOS's text."""
    name = interface.name
    if name.subinterface is not None and name.modelled and interface.vlan is None:
        raise Refusal(
            "\n% Configuring IP routing on a LAN subinterface is only allowed if that\n"
            "subinterface is already configured as part of an IEEE 802.10, IEEE 802.1Q,\n"
            "or ISL vLAN.\n"
        )
    table = context.config.vrfs.get(interface.vrf)
    if table is not None and not table.ipv4 and not context.startup:
        raise Refusal(f"% {name} is linked to a VRF. Enable IPv4 on that VRF first.")
    ip: IPv4Address = args["A_IP_ADDRESS"]
    mask: IPv4Address = args["A_IP_MASK"]
    length = prefix_length(mask)
    number = int(ip)
    first_octet = number >> 24
    if not 0 < first_octet < _FIRST_MULTICAST or first_octet == _LOOPBACK_NETWORK:
        raise Refusal(f"Not a valid host address - {ip}")
    if not length:
        raise Refusal(f"% Bad mask 0x{int(mask):08X} for address {ip}")
    if length < _POINT_TO_POINT_LENGTH:
        host = number & ~int(mask) & _ALL_ONES
        if host in (0, ~int(mask) & _ALL_ONES):
            raise Refusal(f"Bad mask /{length} for address {ip}")
    elif length == _POINT_TO_POINT_LENGTH and interface.name.kind.endswith("Ethernet"):
        context.say("% Warning: use /31 mask on non point-to-point interface cautiously")
    address = IPv4Interface((number, length))
    if not context.startup:  # the router that saved two addresses so had taken them
        _refuse_overlap(context, interface, number, length)
    return address


def _refuse_overlap(
    context: ConfigContext, interface: InterfaceConfig, number: int, length: int
) -> None:
    for other in context.config.interfaces.values():
        if other is interface or other.vrf != interface.vrf:
            continue
        for taken in addresses_of(other):
            shift = 32 - min(length, taken.network.prefixlen)
            if number >> shift == int(taken) >> shift:
                network = number & _ALL_ONES << (32 - length)
                raise Refusal(f"% {IPv4Address(network)} overlaps with {other.name}")


def addresses_of(interface: InterfaceConfig) -> Sequence[IPv4Interface]:
    """The primary address, where there is one, and the secondary ones."""
    if interface.address is None:
        return interface.secondary_addresses
    return (interface.address, *interface.secondary_addresses)


def _remove_address(interface: InterfaceConfig, args: Args) -> None:
    if "A_IP_ADDRESS" not in args:
        interface.address = None
        interface.secondary_addresses.clear()
        return
    address = _typed(args)
    if address in interface.secondary_addresses:
        interface.secondary_addresses.remove(address)
    elif address is None or address != interface.address:
        raise Refusal("Invalid address")
    elif interface.secondary_addresses:
        raise Refusal("Must delete secondary before deleting primary")
    else:
        interface.address = None


def _typed(args: Args) -> IPv4Interface | None:
    length = prefix_length(args["A_IP_MASK"])
    return None if length is None else IPv4Interface((int(args["A_IP_ADDRESS"]), length))


@writes("interface", "ip_address")
def ip_address_lines(interface: InterfaceConfig) -> Iterator[str]:
    """`no ip address` where there is none; secondary addresses come first, as on IOS."""
    for address in interface.secondary_addresses:
        yield f"ip address {with_mask(address)} secondary"
    if interface.address is not None:
        yield f"ip address {with_mask(interface.address)}"
    elif not interface.secondary_addresses and not _addressed_otherwise(interface):
        yield "no ip address"


def _addressed_otherwise(interface: InterfaceConfig) -> bool:
    """Whether `no ip address` is not said although there is none.

    So on Null0, on a sub-interface without a VLAN (IOSv 15.7), and where a stored line says where
    the address comes from (`ip unnumbered`, `ip address dhcp`).
    """
    name = interface.name
    if name.kind == "Null" or (name.subinterface is not None and interface.vlan is None):
        return True
    return any(
        line.startswith(("ip unnumbered ", "ip address "))
        for lines in interface.stored.values()
        for line in lines
    )


def with_mask(address: IPv4Interface) -> str:
    """`10.1.1.1 255.255.255.0`."""
    return f"{address.ip} {netmask(address.network.prefixlen)}"


def network_with_mask(network: IPv4Network) -> str:
    """`10.1.1.0 255.255.255.0`."""
    return f"{network.network_address} {netmask(network.prefixlen)}"


@command("ip_mtu")
def ip_mtu(context: ConfigContext, args: Args) -> Changes:
    """The largest IPv4 packet: at most the link MTU of a port; a tunnel may have any."""
    interface: InterfaceConfig = context.target
    if resets(args):
        interface.ip_mtu = None
        return changed(interface)
    value: int = args["A_IP_MTU"]
    if not interface.name.virtual:
        link = interface.mtu or _DEFAULT_MTU
        if value > link:
            raise Refusal(argument="A_IP_MTU")
        interface.ip_mtu = None if value == link else value
    else:
        interface.ip_mtu = value
    return changed(interface)


@command("ip_tcp_adjust_mss")
def ip_tcp_adjust_mss(context: ConfigContext, args: Args) -> Changes:
    """The largest MSS that SYNs carry through the interface, either way."""
    interface: InterfaceConfig = context.target
    interface.adjust_mss = None if resets(args) else args["A_MSS"]
    return changed(interface)


@writes("interface", "ip_tcp_adjust_mss")
def ip_tcp_adjust_mss_line(interface: InterfaceConfig) -> Iterator[str]:
    """`ip tcp adjust-mss` where it is configured."""
    if interface.adjust_mss is not None:
        yield f"ip tcp adjust-mss {interface.adjust_mss}"


@writes("interface", "ip_mtu")
def ip_mtu_line(interface: InterfaceConfig) -> Iterator[str]:
    """Hidden where it follows from the link."""
    if interface.ip_mtu is not None:
        yield f"ip mtu {interface.ip_mtu}"


@command("ip_unreachables")
def ip_unreachables(context: ConfigContext, args: Args) -> Changes:
    """Whether ICMP unreachables are sent for what came in here."""
    interface: InterfaceConfig = context.target
    interface.unreachables = not args.negated
    return changed(interface)


@writes("interface", "ip_unreachables")
def ip_unreachables_line(interface: InterfaceConfig) -> Iterator[str]:
    """Hidden while on."""
    if not interface.unreachables:
        yield "no ip unreachables"


@command("ip_redirects")
def ip_redirects(context: ConfigContext, args: Args) -> Changes:
    """Whether ICMP redirects are sent."""
    interface: InterfaceConfig = context.target
    interface.redirects = not args.negated
    return changed(interface)


@writes("interface", "ip_redirects")
def ip_redirects_line(interface: InterfaceConfig) -> Iterator[str]:
    """Hidden while on."""
    if not interface.redirects:
        yield "no ip redirects"


@command("ip_proxy_arp")
def ip_proxy_arp(context: ConfigContext, args: Args) -> Changes:
    """Whether ARP requests for other networks are answered."""
    interface: InterfaceConfig = context.target
    interface.proxy_arp = not args.negated
    return changed(interface)


@writes("interface", "ip_proxy_arp")
def ip_proxy_arp_line(interface: InterfaceConfig) -> Iterator[str]:
    """Hidden while on."""
    if not interface.proxy_arp:
        yield "no ip proxy-arp"
