"""ip, as iproute2 6.1 has it: addresses, links, routes and neighbours of IPv4."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from ioscli.hosts.linux.device import Address, Device, DeviceFlag, EthernetDevice
from ioscli.hosts.linux.process import Process, ProgramError, Steps
from ioscli.hosts.linux.routes import Route, RouteError
from ioscli.hosts.linux.stack import UnroutableError
from ioscli.model.instant import SECOND

_OBJECTS = ("address", "link", "neighbour", "neighbor", "route")
_SHOW = ("show", "list", "lst")
_FLAG_ORDER = (
    DeviceFlag.LOOPBACK,
    DeviceFlag.BROADCAST,
    DeviceFlag.MULTICAST,
    DeviceFlag.UP,
)
_ANYWHERE = IPv4Network("0.0.0.0/0")


def ip(process: Process) -> Steps:
    """Carry an `ip` line out."""
    yield from ()
    words = process.arguments[1:]
    brief = False
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in ("-br", "-brief"):
            brief = True
        elif option not in ("-4", "-c", "-color"):
            process.print(f'Option "{option}" is unknown, try "ip -help".')
            return 255
    _carry_out(process, words, brief=brief)
    return 0


def _carry_out(process: Process, words: list[str], *, brief: bool) -> None:
    if not words:
        raise ProgramError(
            "Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n"
            "where  OBJECT := { address | link | neighbour | route }",
            255,
        )
    name = words[0]
    found = next((it for it in _OBJECTS if it.startswith(name)), None)
    if found is None:
        raise ProgramError(f'Object "{name}" is unknown, try "ip help".', 1)
    verb, rest = (words[1], words[2:]) if len(words) > 1 else ("show", [])
    match found:
        case "address":
            _address(process, verb, rest, brief=brief)
        case "link":
            _link(process, verb, rest, brief=brief)
        case "route":
            _route(process, verb, rest)
        case _:
            _neighbour(process, verb, rest)


def _is(verb: str, *names: str) -> bool:
    return any(name.startswith(verb) for name in names)


def _unknown(verb: str, what: str) -> ProgramError:
    return ProgramError(f'Command "{verb}" is unknown, try "ip {what} help".', 255)


def _privileged(process: Process) -> None:
    if not process.root:
        raise ProgramError("RTNETLINK answers: Operation not permitted")


def _device(process: Process, name: str) -> Device:
    device = process.stack.devices.get(name)
    if device is None:
        raise ProgramError(f'Cannot find device "{name}"', 1)
    return device


def _shown(process: Process, words: list[str]) -> list[Device]:
    """The devices that a `show` names; all of them by default."""
    names = [word for word in words if word not in ("dev", "up")]
    if not names:
        return [it for it in process.stack.devices.values() if "up" not in words or it.up]
    device = process.stack.devices.get(names[0])
    if device is None:
        raise ProgramError(f'Device "{names[0]}" does not exist.', 1)
    return [device]


# -- ip address and ip link ------------------------------------------------------------------------


def _address(process: Process, verb: str, words: list[str], *, brief: bool) -> None:
    if _is(verb, *_SHOW):
        for device in _shown(process, words):
            if brief:
                addresses = "".join(f"{it.interface} " for it in device.addresses)
                process.print(f"{device.name:<16} {_state(device):<14} {addresses}")
                continue
            _show_link(process, device, mode="")
            for address in device.addresses:
                _show_address(process, device, address)
    elif _is(verb, "add", "delete"):
        interface, broadcast, device = _read_address(process, words)
        _privileged(process)
        if _is(verb, "add"):
            if any(it.interface.ip == interface.ip for it in device.addresses):
                raise ProgramError("Error: ipv4: Address already assigned.")
            process.stack.add_address(device, interface, broadcast)
            return
        known = [it for it in device.addresses if it.interface == interface]
        if not known:
            raise ProgramError("Error: ipv4: Address not found.")
        process.stack.remove_address(device, known[0])
    elif _is(verb, "flush"):
        _privileged(process)
        for device in _shown(process, words):
            for address in list(device.addresses):
                process.stack.remove_address(device, address)
    else:
        raise _unknown(verb, "address")


def _read_address(
    process: Process, words: list[str]
) -> tuple[IPv4Interface, IPv4Address | None, Device]:
    interface: IPv4Interface | None = None
    broadcast: str | None = None
    name: str | None = None
    words = list(words)
    while words:
        word = words.pop(0)
        if word in ("dev", "brd", "broadcast") and words:
            if word == "dev":
                name = words.pop(0)
            else:
                broadcast = words.pop(0)
            continue
        try:
            interface = IPv4Interface(word)
        except ValueError:
            raise ProgramError(
                f'Error: any valid prefix is expected rather than "{word}".', 1
            ) from None
    if name is None:
        raise ProgramError('Not enough information: "dev" argument is required.', 255)
    device = _device(process, name)
    if interface is None:
        raise ProgramError("RTNETLINK answers: Operation not supported")
    if broadcast == "+":
        return interface, interface.network.broadcast_address, device
    try:
        return interface, None if broadcast is None else IPv4Address(broadcast), device
    except ValueError:
        raise ProgramError(
            f'Error: any valid address is expected rather than "{broadcast}".', 1
        ) from None


def _link(process: Process, verb: str, words: list[str], *, brief: bool) -> None:
    if _is(verb, *_SHOW):
        for device in _shown(process, words):
            if brief:
                process.print(
                    f"{device.name:<16} {_state(device):<14} {device.mac.hex(':')} "
                    f"<{_flags(device)}> "
                )
            else:
                _show_link(process, device, mode="mode DEFAULT ")
    elif _is(verb, "set"):
        words = [word for word in words if word != "dev"]
        if not words:
            raise ProgramError('Not enough of information: "dev" argument is required.', 255)
        device = _device(process, words.pop(0))
        _privileged(process)
        while words:
            _set_link(process, device, words)
    else:
        raise _unknown(verb, "link")


def _set_link(process: Process, device: Device, words: list[str]) -> None:
    word = words.pop(0)
    if word in ("up", "down"):
        process.stack.set_up(device, word == "up")
    elif word == "mtu" and words:
        text = words.pop(0)
        if not text.isdecimal():
            raise ProgramError(f'Error: argument "{text}" is wrong: Invalid "mtu" value', 1)
        if not int(text) >= 68:
            raise ProgramError("Error: mtu less than device minimum.")
        if int(text) > (65_536 if device.loopback else 1_500):
            raise ProgramError("Error: mtu greater than device maximum.")
        device.mtu = int(text)
    else:
        raise ProgramError(f'Error: either "dev" is duplicate, or "{word}" is a garbage.', 255)


def _state(device: Device) -> str:
    if device.loopback:
        return "UNKNOWN" if device.up else "DOWN"
    return "UP" if device.running else "DOWN"


def _flags(device: Device) -> str:
    names = [str(flag.name) for flag in _FLAG_ORDER if flag in device.flags]
    if device.up:
        if device.running:
            names.append("LOWER_UP")
        else:
            names.insert(0, "NO-CARRIER")
    return ",".join(names)


def _show_link(process: Process, device: Device, *, mode: str) -> None:
    queue = ("noqueue" if device.loopback else "pfifo_fast") if device.up else "noop"
    process.print(
        f"{device.index}: {device.name}: <{_flags(device)}> mtu {device.mtu} qdisc {queue} "
        f"state {_state(device)} {mode}group default qlen 1000"
    )
    kind, broadcast = ("loopback", bytes(6)) if device.loopback else ("ether", b"\xff" * 6)
    process.print(f"    link/{kind} {device.mac.hex(':')} brd {broadcast.hex(':')}")


def _show_address(process: Process, device: Device, address: Address) -> None:
    broadcast = "" if address.broadcast is None else f"brd {address.broadcast} "
    scope = "host" if device.loopback else "global"
    first = next(it for it in device.addresses if it.interface.network == address.interface.network)
    second = "" if first is address else " secondary"
    process.print(f"    inet {address.interface} {broadcast}scope {scope}{second} {address.label}")
    process.print("       valid_lft forever preferred_lft forever")


# -- ip route --------------------------------------------------------------------------------------


def _route(process: Process, verb: str, words: list[str]) -> None:
    if _is(verb, "get"):
        _get_route(process, words)
    elif _is(verb, *_SHOW):
        _show_routes(process, words)
    elif _is(verb, "add", "append", "change", "replace", "delete"):
        _change_route(process, verb, words)
    elif _is(verb, "flush"):
        _privileged(process)
        if words == ["cache"]:
            process.stack.path_mtus.clear()
        else:
            raise ProgramError('"ip route flush" requires arguments.', 255)
    else:
        raise _unknown(verb, "route")


def _show_routes(process: Process, words: list[str]) -> None:
    device: Device | None = None
    prefix: IPv4Network | None = None
    words = list(words)
    while words:
        word = words.pop(0)
        if word == "dev" and words:
            device = _device(process, words.pop(0))
        elif word not in ("exact", "to", "root"):
            prefix = _prefix(word)
    for row in process.stack.routes.rows:
        if device not in (None, row.device) or prefix not in (None, row.prefix):
            continue
        process.print(_line(row, with_device=device is None))


def _line(row: Route, *, with_device: bool) -> str:
    prefix = row.prefix
    line = "default" if prefix == _ANYWHERE else str(prefix.network_address)
    if prefix.prefixlen not in (0, 32):
        line = str(prefix)
    if row.gateway is not None:
        line += f" via {row.gateway}"
    if with_device:
        line += f" dev {row.device.name}"
    if row.kernel:
        line += " proto kernel"
    if row.gateway is None:
        line += " scope link"
    if row.source is not None:
        line += f" src {row.source}"
    if row.metric:
        line += f" metric {row.metric}"
    return line + " "


def _prefix(text: str) -> IPv4Network:
    if text == "default":
        return _ANYWHERE
    try:
        return IPv4Network(text)
    except ValueError:
        try:
            IPv4Interface(text)
        except ValueError:
            raise ProgramError(
                f'Error: any valid prefix is expected rather than "{text}".', 1
            ) from None
        raise ProgramError("Error: Invalid prefix for given prefix length.") from None


def _change_route(process: Process, verb: str, words: list[str]) -> None:
    words = list(words)
    prefix: IPv4Network | None = None
    values: dict[str, str] = {}
    while words:
        word = words.pop(0)
        if word in ("via", "dev", "metric", "src") and words:
            values[word] = words.pop(0)
        elif prefix is None:
            prefix = _prefix(word)
        else:
            raise ProgramError(f'Error: either "to" is duplicate, or "{word}" is a garbage.', 255)
    if prefix is None:
        raise ProgramError("RTNETLINK answers: Invalid argument")
    gateway = _gateway(values.get("via"))
    device = _device(process, values["dev"]) if "dev" in values else None
    source = _gateway(values.get("src"))
    metric = _metric(values.get("metric", "0"))
    _privileged(process)
    routes = process.stack.routes
    try:
        if _is(verb, "delete"):
            routes.remove(prefix, gateway=gateway, device=device)
            return
        if gateway is not None:
            found = routes.neighbour_device(gateway)
            if found is None or device not in (None, found):
                raise ProgramError("Error: Nexthop has invalid gateway.")
            device = found
        if device is None:
            raise ProgramError("RTNETLINK answers: No such device")
        if not device.up:
            raise ProgramError("RTNETLINK answers: Network is down")
        if not _is(verb, "add", "append"):
            routes.rows = [
                row for row in routes.rows if (row.prefix, row.metric) != (prefix, metric)
            ]
        routes.add(Route(prefix, gateway, device, metric, source))
    except RouteError as error:
        raise ProgramError(f"RTNETLINK answers: {error}") from None


def _gateway(text: str | None) -> IPv4Address | None:
    if text is None:
        return None
    try:
        return IPv4Address(text)
    except ValueError:
        raise ProgramError(
            f'Error: any valid address is expected rather than "{text}".', 1
        ) from None


def _metric(text: str) -> int:
    if not text.isdecimal() or int(text) >= 1 << 32:
        raise ProgramError(f'Error: argument "{text}" is wrong: "metric" value is invalid', 1)
    return int(text)


def _get_route(process: Process, words: list[str]) -> None:
    if not words:
        raise ProgramError("need at least a destination address", 255)
    destination = _gateway(words[0])
    assert destination is not None
    stack = process.stack
    try:
        device, next_hop, source = stack.way(destination)
    except UnroutableError:
        raise ProgramError("RTNETLINK answers: Network is unreachable") from None
    user = 0 if process.root else 1000
    via = "" if next_hop == destination else f" via {next_hop}"
    local = stack.own(destination)
    process.print(
        f"{'local ' if local else ''}{destination}{via} dev {device.name} src {source} uid {user} "
    )
    cache = "    cache "
    if local:
        cache += "<local> "
    known = stack.path_mtus.get(destination)
    if known is not None and known[1] > process.now:
        cache += f"expires {(known[1] - process.now) // SECOND}sec mtu {known[0]} "
    process.print(cache)


# -- ip neighbour ----------------------------------------------------------------------------------


def _neighbour(process: Process, verb: str, words: list[str]) -> None:
    if _is(verb, *_SHOW):
        for device in _shown(process, words):
            if not isinstance(device, EthernetDevice):
                continue
            for address, entry in device.neighbours.entries.items():
                hardware = "" if entry.mac is None else f" lladdr {entry.mac.hex(':')}"
                state = device.neighbours.state_of(entry).value
                process.print(f"{address} dev {device.name}{hardware} {state} ")
    elif _is(verb, "flush"):
        _privileged(process)
        for device in _shown(process, words):
            if isinstance(device, EthernetDevice):
                device.neighbours.clear()
    elif _is(verb, "delete"):
        _privileged(process)
        names = [word for word in words if word != "dev"]
        if len(names) != 2:
            raise ProgramError("Device and destination are required arguments.", 255)
        device = _device(process, names[1])
        wanted = _gateway(names[0])
        assert wanted is not None
        if not isinstance(device, EthernetDevice) or not device.neighbours.remove(wanted):
            raise ProgramError("RTNETLINK answers: No such file or directory")
    else:
        raise _unknown(verb, "neighbour")
