"""route, as net-tools 2.10 has it."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv4Network

from ioscli.hosts.linux.device import Device
from ioscli.hosts.linux.process import Process, ProgramError, Steps
from ioscli.hosts.linux.routes import Route, RouteError

_FAILED = 4
_HEAD = "Kernel IP routing table\nDestination     Gateway         Genmask         Flags "
_USAGE = """\
Usage: inet_route [-vF] del {-host|-net} Target[/prefix] [gw Gw] [metric M] [[dev] If]
       inet_route [-vF] add {-host|-net} Target[/prefix] [gw Gw] [metric M]
                              [netmask N] [mss Mss] [window W] [irtt I]
                              [mod] [dyn] [reinstate] [[dev] If]
       inet_route [-vF] add {-host|-net} Target[/prefix] [metric M] reject
       inet_route [-FC] flush      NOT supported"""


def route(process: Process) -> Steps:
    """Show the routing table, or change it."""
    yield from ()
    words = process.arguments[1:]
    numeric = False
    while words and words[0] in ("-n", "-e", "-ne", "-en", "-v"):
        numeric |= "n" in words.pop(0)
    if not words:
        process.print(f"{_HEAD}Metric Ref    Use Iface")
        for row in process.stack.routes.rows:
            process.print(
                f"{columns(row, numeric=numeric)}{row.metric:<6} 0        0 {row.device.name}"
            )
        return 0
    if words[0] not in ("add", "del", "delete"):
        process.print(_USAGE)
        return _FAILED
    _change(process, words[0] == "add", words[1:])
    return 0


def columns(row: Route, *, numeric: bool) -> str:
    """Destination, gateway, mask and flags, as route and netstat print them."""
    default = row.prefix.prefixlen == 0 and not numeric
    destination = "default" if default else str(row.prefix.network_address)
    gateway = row.gateway or "0.0.0.0"
    flags = "U" + ("G" if row.gateway else "") + ("H" if row.prefix.prefixlen == 32 else "")
    return f"{destination:<15} {gateway!s:<15} {row.prefix.netmask!s:<15} {flags:<5} "


def _change(process: Process, add: bool, words: list[str]) -> None:
    call = "SIOCADDRT" if add else "SIOCDELRT"
    kind = ""
    if words and words[0] in ("-net", "-host"):
        kind = words.pop(0)
    if not words:
        raise ProgramError(_USAGE, _FAILED)
    target = words.pop(0)
    mask, gateway, device, metric = _read(process, words)
    prefix = _prefix(target, mask, kind)
    if not process.root:
        raise ProgramError(f"{call}: Operation not permitted", _FAILED)
    routes = process.stack.routes
    try:
        if not add:
            routes.remove(prefix, gateway=gateway, device=device)
            return
        if gateway is not None:
            found = routes.neighbour_device(gateway)
            device = device or found
            if found is None or device is None:
                raise RouteError("Network is unreachable")
        elif device is None:
            raise RouteError("No such device")
        if not device.up:
            raise RouteError("Network is down")
        routes.add(Route(prefix, gateway, device, metric))
    except RouteError as error:
        raise ProgramError(f"{call}: {error}", _FAILED) from None


def _read(
    process: Process, words: list[str]
) -> tuple[str | None, IPv4Address | None, Device | None, int]:
    mask: str | None = None
    gateway: IPv4Address | None = None
    device: Device | None = None
    metric = 0
    while words:
        word = words.pop(0)
        if word not in ("gw", "netmask", "metric", "dev"):
            words.insert(0, word)
            word = "dev"
        if not words:
            raise ProgramError(_USAGE, _FAILED)
        value = words.pop(0)
        if word == "gw":
            gateway = _address(value)
        elif word == "netmask":
            mask = value
        elif word == "metric":
            if not value.isdecimal():
                raise ProgramError(_USAGE, _FAILED)
            metric = int(value)
        else:
            device = process.stack.devices.get(value)
            if device is None:
                raise ProgramError("SIOCADDRT: No such device", _FAILED)
    return mask, gateway, device, metric


def _address(text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except AddressValueError:
        raise ProgramError(f"{text}: Host name lookup failure", _FAILED) from None


def _prefix(target: str, mask: str | None, kind: str) -> IPv4Network:
    if target == "default":
        return IPv4Network("0.0.0.0/0")
    text, slash, length = target.partition("/")
    address = _address(text)
    if slash and length.isdecimal() and int(length) <= 32:
        bits: int | str = int(length)
    elif mask is not None:
        bits = mask
    elif kind == "-host" or (not kind and int(address) & 0xFF):
        bits = 32
    else:
        bits = 0 if not int(address) else 24 if int(address) & 0xFF00 else 16
    try:
        return IPv4Network(f"{address}/{bits}")
    except ValueError:
        raise ProgramError(
            f"route: netmask doesn't match route address\n{_USAGE}", _FAILED
        ) from None
