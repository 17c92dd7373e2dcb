"""`show arp`. Layout: captures of IOS 15 (the Incomplete row has neither age nor interface)."""

from collections import Counter
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


#: Kinds of entries that nothing here makes, as `show arp summary` goes on.
_NONE = (
    *("Static", "Alias", "Simple Application"),
    *("Application Alias", "Application Timer"),
)


def show_arp_summary(entries: Iterable[ArpView]) -> Iterator[str]:
    """How many entries of each kind, and on each interface: captures of IOS-XE."""
    rows = list(entries)
    own = sum(entry.age is None for entry in rows)
    incomplete = sum(entry.mac is None for entry in rows)
    yield f"Total number of entries in the ARP table: {len(rows)}."
    yield f"Total number of Dynamic ARP entries: {len(rows) - own - incomplete}."
    yield f"Total number of Incomplete ARP entries: {incomplete}."
    yield f"Total number of Interface ARP entries: {own}."
    for kind in _NONE:
        yield f"Total number of {kind} ARP entries: 0."
    yield "Interface           Entry Count"
    for name, count in Counter(entry.interface for entry in rows).items():
        yield f"{name!s:<20}{count:>11}"


def show_ip_arp_summary(entries: Iterable[ArpView]) -> Iterator[str]:
    """All of them, and how many are unanswered: captures of IOS 15."""
    rows = list(entries)
    incomplete = sum(entry.mac is None for entry in rows)
    yield f"{len(rows)} IP ARP entries, with {incomplete} of them incomplete"
