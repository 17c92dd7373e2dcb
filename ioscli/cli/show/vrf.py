"""`show vrf`, `show ip vrf` and their forms; layout from captures of IOS 15.x and IOS-XE."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ioscli.model.vrf import VrfConfig
from ioscli.router.views import InterfaceView

_NOT_SET = "<not set>"


class VrfRow(NamedTuple):
    """One VRF and the interfaces in it."""

    number: int
    """Its table ID."""
    config: VrfConfig
    interfaces: tuple[InterfaceView, ...]


def show_vrf(rows: Iterable[VrfRow]) -> Iterator[str]:
    """Name, RD, protocols and interfaces, one interface a line."""
    yield f"  {'Name':<33}{'Default RD':<20}{'Protocols':<12}Interfaces"
    for row in rows:
        families = [
            name for name, on in (("ipv4", row.config.ipv4), ("ipv6", row.config.ipv6)) if on
        ]
        head = f"  {row.config.name:<33}{row.config.distinguisher or _NOT_SET:<20}"
        head += f"{','.join(families):<12}"
        yield from _listed(head, row.interfaces)


def show_ip_vrf(rows: Iterable[VrfRow]) -> Iterator[str]:
    """Name, RD and interfaces."""
    yield f"  {'Name':<33}{'Default RD':<20}Interfaces"
    for row in rows:
        head = f"  {row.config.name:<33}{row.config.distinguisher or _NOT_SET:<20}"
        yield from _listed(head, row.interfaces)


def _listed(head: str, interfaces: Sequence[InterfaceView]) -> Iterator[str]:
    names = [view.name.short for view in interfaces] or [""]
    for name in names:
        yield (head + name).rstrip()
        head = " " * len(head)


def show_interfaces(rows: Iterable[VrfRow]) -> Iterator[str]:
    """`show ip vrf interfaces`: the interfaces of VRFs with their addresses."""
    yield f"{'Interface':<23}{'IP-Address':<16}{'VRF':<33}Protocol"
    for row in rows:
        for view in row.interfaces:
            address = "unassigned" if view.address is None else str(view.address.ip)
            state = "up" if view.protocol_up else "down"
            yield f"{view.name.short:<23}{address:<16}{row.config.name:<33}{state:<8}"


def show_detail(rows: Iterable[VrfRow], *, ipv4_only: bool = False) -> Iterator[str]:
    """Everything about each VRF; ipv4_only: as `show ip vrf detail` has it."""
    for row in rows:
        config = row.config
        rd = config.distinguisher or _NOT_SET
        yield f"VRF {config.name} (VRF Id = {row.number}); default RD {rd}; default VPNID <not set>"
        if config.description is not None:
            yield f"  Description: {config.description}"
        if config.legacy:
            yield "  Old CLI format, supports IPv4 only"
        else:
            yield "  New CLI format, supports multiple address-families"
        # The flags of captures: new format, and whether there is an RD.
        flags = (0 if config.legacy else 0x1800) | 0x8 | (0x4 if config.distinguisher else 0)
        yield f"  Flags: 0x{flags:X}"
        yield from _interfaces(row.interfaces)
        if config.ipv4:
            yield from _family(row)
        else:
            yield "Address family ipv4 unicast not active"
        if not ipv4_only:
            yield "Address family ipv6 unicast not active"
            yield "Address family ipv4 multicast not active"
            yield "Address family ipv6 multicast not active"
        yield ""


def _interfaces(interfaces: Sequence[InterfaceView]) -> Iterator[str]:
    if not interfaces:
        yield "  No interfaces"
        return
    yield "  Interfaces:"
    names = [view.name.short for view in interfaces]
    for at in range(0, len(names), 3):
        yield "    " + " ".join(f"{name:<24}" for name in names[at : at + 3])


def _family(row: VrfRow) -> Iterator[str]:
    yield f"Address family ipv4 unicast (Table ID = 0x{row.number:X}):"
    yield "  Flags: 0x0"
    yield from _targets("Export", row.config.exported)
    yield from _targets("Import", row.config.imported)
    yield "  No import route-map"
    yield "  No global export route-map"
    yield "  No export route-map"
    yield "  VRF label distribution protocol: not configured"
    yield "  VRF label allocation mode: per-prefix"


def _targets(which: str, targets: Sequence[str]) -> Iterator[str]:
    if not targets:
        yield f"  No {which} VPN route-target communities"
        return
    yield f"  {which} VPN route-target communities"
    yield from (f"    RT:{target}" for target in targets)
