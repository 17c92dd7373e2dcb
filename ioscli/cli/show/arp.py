"""`show arp`. Layout: captures of IOS 15 (the Incomplete row has neither age nor interface)."""

from collections.abc import Iterable, Iterator

from ioscli.model.instant import MINUTE
from ioscli.router.views import ArpView


def show_arp(entries: Iterable[ArpView]) -> Iterator[str]:
    """The ARP table; ages in whole minutes, `-` for the router's own addresses.

    IOS prints the heading only above entries.
    """
    rows = list(entries)
    if rows:
        yield "Protocol  Address          Age (min)  Hardware Addr   Type   Interface"
    for entry in rows:
        age = "-" if entry.age is None else str(entry.age // MINUTE)
        address = f"Internet  {entry.address!s:<15}{age:>10}   "
        if entry.mac is None:
            yield f"{address}{'Incomplete':<15} ARPA   "
        else:
            yield f"{address}{dotted_mac(entry.mac):<15} ARPA   {entry.interface}"


def dotted_mac(mac: bytes) -> str:
    """`0c72.beb0.0100`."""
    digits = mac.hex()
    return ".".join(digits[start : start + 4] for start in range(0, 12, 4))
