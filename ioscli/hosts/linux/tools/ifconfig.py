"""ifconfig, as net-tools 2.10 has it."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv4Interface, NetmaskValueError

from ioscli.hosts.linux.device import Counters, Device, DeviceFlag
from ioscli.hosts.linux.process import Process, ProgramError, Steps

_FLAG_ORDER = (
    DeviceFlag.UP,
    DeviceFlag.BROADCAST,
    DeviceFlag.LOOPBACK,
    DeviceFlag.RUNNING,
    DeviceFlag.MULTICAST,
)
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_SMALLEST_MTU = 68
_FAILED = 255


def ifconfig(process: Process) -> Steps:
    """Show devices, or set one up."""
    yield from ()
    words = process.arguments[1:]
    everything = words[:1] == ["-a"]
    if everything:
        words = words[1:]
    devices = process.stack.devices
    if not words:
        for name in sorted(devices):
            if everything or devices[name].up:
                _show(process, devices[name])
        return 0
    name, *settings = words
    device = devices.get(name)
    if not settings:
        if device is None:
            process.print(f"{name}: error fetching interface information: Device not found")
            return 1
        _show(process, device)
        return 0
    if not process.root:
        call = "SIOCSIFADDR" if settings[0][:1].isdigit() else "SIOCSIFFLAGS"
        process.print(f"{call}: Operation not permitted")
        return _FAILED
    if device is None:
        return _no_device(process, name, settings)
    _set(process, device, settings)
    return 0


def _no_device(process: Process, name: str, settings: list[str]) -> int:
    """As net-tools says it: the setting that failed, and then that the flags cannot be had."""
    failed = {"netmask": "SIOCSIFNETMASK", "mtu": "SIOCSIFMTU", "broadcast": "SIOCSIFBRDADDR"}
    call = failed.get(settings[0], "SIOCSIFADDR" if settings[0][:1].isdigit() else "")
    if call:
        process.print(f"{call}: No such device")
    process.print(f"{name}: ERROR while getting interface flags: No such device")
    return _FAILED


def _set(process: Process, device: Device, settings: list[str]) -> None:
    stack = process.stack
    words = list(settings)
    while words:
        word = words.pop(0)
        match word:
            case "up":
                stack.set_up(device, True)
            case "down":
                stack.set_up(device, False)
            case "netmask":
                _change_mask(process, device, _value(words))
            case "broadcast":
                if not device.addresses:
                    raise ProgramError("SIOCSIFBRDADDR: Cannot assign requested address", _FAILED)
                device.addresses[0].broadcast = _address(_value(words))
            case "mtu":
                device.mtu = _mtu(_value(words), device)
            case _:
                _give_address(process, device, word)


def _value(words: list[str]) -> str:
    if not words:
        raise ProgramError("ifconfig: option requires an argument", _FAILED)
    return words.pop(0)


def _mtu(text: str, device: Device) -> int:
    largest = 65_536 if device.loopback else 1_500
    if not text.isdecimal() or not _SMALLEST_MTU <= int(text) <= largest:
        raise ProgramError("SIOCSIFMTU: Invalid argument", _FAILED)
    return int(text)


def _address(text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except AddressValueError:
        raise ProgramError(
            f"{text}: Host name lookup failure\nifconfig: `--help' gives usage information.",
            _FAILED,
        ) from None


def _give_address(process: Process, device: Device, word: str) -> None:
    """The address takes the place of the first; its class gives the mask, unless one follows."""
    text, slash, length = word.partition("/")
    address = _address(text)
    if slash and not (length.isdecimal() and int(length) <= 32):
        raise ProgramError(f"ifconfig: bad prefix length: {length}", _FAILED)
    bits = int(length) if slash else _class_bits(address)
    stack = process.stack
    if device.addresses:
        stack.remove_address(device, device.addresses[0])
    if int(address):
        interface = IPv4Interface((int(address), bits))
        stack.add_address(device, interface, interface.network.broadcast_address)
        stack.set_up(device, True)


def _change_mask(process: Process, device: Device, text: str) -> None:
    if not device.addresses:
        raise ProgramError("SIOCSIFNETMASK: Cannot assign requested address", _FAILED)
    old = device.addresses[0]
    try:
        interface = IPv4Interface(f"{old.interface.ip}/{_address(text)}")
    except NetmaskValueError:
        raise ProgramError("SIOCSIFNETMASK: Invalid argument", _FAILED) from None
    process.stack.remove_address(device, old)
    process.stack.add_address(device, interface, interface.network.broadcast_address)


def _class_bits(address: IPv4Address) -> int:
    first = address.packed[0]
    return 8 if first < 128 else 16 if first < 192 else 24


def _show(process: Process, device: Device) -> None:
    flags = device.flags
    names = ",".join(str(flag.name) for flag in _FLAG_ORDER if flag in flags)
    process.print(f"{device.name}: flags={int(flags)}<{names}>  mtu {device.mtu}")
    for address in device.addresses[:1]:
        line = f"        inet {address.interface.ip}  netmask {address.interface.netmask}"
        if address.broadcast is not None:
            line += f"  broadcast {address.broadcast}"
        elif not device.loopback:
            line += "  broadcast 0.0.0.0"
        process.print(line)
    if device.loopback:
        process.print("        loop  txqueuelen 1000  (Local Loopback)")
    else:
        process.print(f"        ether {device.mac.hex(':')}  txqueuelen 1000  (Ethernet)")
    received, sent = device.received, device.sent
    process.print(f"        RX packets {received.packets}  bytes {_bytes(received)}")
    process.print(
        f"        RX errors {received.errors}  dropped {received.dropped}  overruns 0  frame 0"
    )
    process.print(f"        TX packets {sent.packets}  bytes {_bytes(sent)}")
    process.print(
        f"        TX errors {sent.errors}  dropped {sent.dropped} "
        "overruns 0  carrier 0  collisions 0"
    )
    process.print("")


def _bytes(counters: Counters) -> str:
    size, unit = float(counters.octets), 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size /= 1024
        unit += 1
    return f"{counters.octets} ({size:.1f} {_UNITS[unit]})"
