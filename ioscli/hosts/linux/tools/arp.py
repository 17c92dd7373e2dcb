"""arp, as net-tools 2.10 has it."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address

from ioscli.hosts.linux.device import EthernetDevice
from ioscli.hosts.linux.process import Process, Steps


def arp(process: Process) -> Steps:
    """Show the ARP table (`-n`, `-a`), or delete an entry (`-d`)."""
    yield from ()
    words = process.arguments[1:]
    if words[:1] == ["-d"]:
        return _delete(process, words[1:])
    if "-a" in words:
        for address, mac, device in _entries(process):
            at = "<incomplete>" if mac is None else f"{mac.hex(':')} [ether]"
            process.print(f"? ({address}) at {at} on {device.name}")
        return 0
    entries = _entries(process)
    if entries:
        process.print(
            "Address                  HWtype  HWaddress           Flags Mask            Iface"
        )
    for address, mac, device in entries:
        known = f"ether   {mac.hex(':')}   C" if mac is not None else "        (incomplete)"
        process.print(f"{address!s:<24} {known:<51}{device.name}")
    return 0


def _entries(process: Process) -> list[tuple[IPv4Address, bytes | None, EthernetDevice]]:
    return [
        (address, entry.mac, device)
        for device in process.stack.devices.values()
        if isinstance(device, EthernetDevice)
        for address, entry in device.neighbours.entries.items()
    ]


def _delete(process: Process, words: list[str]) -> int:
    if not process.root:
        process.print("SIOCDARP(dontpub): Operation not permitted")
        return 255
    try:
        address = IPv4Address(words[0] if words else "")
    except AddressValueError:
        process.print("arp: need host name")
        return 255
    for device in process.stack.devices.values():
        if isinstance(device, EthernetDevice) and device.neighbours.remove(address):
            return 0
    process.print(f"No ARP entry for {address}")
    return 255
