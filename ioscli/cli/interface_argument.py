"""Interface names as arguments: `gi0/1`, `Gig 0/1`, what `?` lists for them, where they go wrong.

To IOS the kinds are keywords and the number is what follows; here name and number are one value.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from ioscli.model.ifname import KINDS, VIRTUAL_KINDS, InterfaceName, expand_kind

#: What `interface ?` says beside each kind.
KIND_HELP = {
    "ATM": "ATM interface",
    "Async": "Async interface",
    "BDI": "Bridge-Domain interface",
    "BVI": "Bridge-Group Virtual Interface",
    "Cellular": "Cellular WAN interface",
    "Dialer": "Dialer interface",
    "Dot11Radio": "Dot11 interface",
    "Embedded-Service-Engine": "cisco embedded service engine module",
    "Ethernet": "IEEE 802.3",
    "FastEthernet": "FastEthernet IEEE 802.3",
    "FiveGigabitEthernet": "Five Gigabit Ethernet",
    "FortyGigabitEthernet": "Forty Gigabit Ethernet",
    "GigabitEthernet": "GigabitEthernet IEEE 802.3z",
    "HundredGigE": "Hundred Gigabit Ethernet",
    "Loopback": "Loopback interface",
    "Multilink": "Multilink-group interface",
    "Null": "Null interface",
    "Port-channel": "Ethernet Channel of interfaces",
    "Serial": "Serial",
    "Service-Engine": "cisco service engine module",
    "TenGigabitEthernet": "Ten Gigabit Ethernet",
    "Tunnel": "Tunnel interface",
    "TwoGigabitEthernet": "Two Gigabit Ethernet",
    "TwentyFiveGigE": "Twenty Five Gigabit Ethernet",
    "Virtual-Template": "Virtual Template interface",
    "VirtualPortGroup": "Virtual Port Group",
    "Vlan": "Catalyst Vlans",
    "vasileft": "VasiLeft interface",
    "vasiright": "VasiRight interface",
}

#: Every prefix that means one kind, in lower case.
KIND_OF = {
    kind[:size].lower(): kind
    for kind in KINDS
    for size in range(1, len(kind) + 1)
    if expand_kind(kind[:size]) == kind
}

_LAST_VIRTUAL = 2_147_483_647
_LAST_SUBINTERFACE = 4_294_967_295
#: A radio is the one kind with digits in its name.
_LETTERS = "(?:[Dd][Oo][Tt]11[A-Za-z]*|[A-Za-z-]+)"
_NAME = (
    rf"({_LETTERS}) *([0-9]{{1,10}}(?:/[0-9]{{1,4}})*)"
    r"(:[0-9]{1,3})?(?:\.([0-9]{1,10}))?(?![^ ])"
)
#: How a number begins: of hardware slot/port, of a virtual interface plain.
_SLOTS_BEGUN = re.compile(r"(?:[0-9]+/)*(?:[0-9]+\.?)?")
_PLAIN_BEGUN = re.compile(r"[0-9]*")
_NUMBER_BEGUN = re.compile(r"(?:[0-9]+/)*[0-9]*")


def interface_matcher() -> Callable[[str, int], int]:
    """The matcher of the type: (line, position) -> end of the name that begins there, or -1."""
    name = re.compile(_NAME).match

    def match(line: str, position: int) -> int:
        found = name(line, position)
        if found is None:
            return -1
        letters, numbers, channel, subinterface = found.groups()
        kind = KIND_OF.get(letters.lower())
        if kind is None:
            return -1
        if kind in VIRTUAL_KINDS and not (numbers.isdigit() and int(numbers) <= _LAST_VIRTUAL):
            return -1
        if channel is not None and kind != "Serial":
            return -1
        if subinterface is not None and int(subinterface) > _LAST_SUBINTERFACE:
            return -1
        return found.end()

    return match


@lru_cache(maxsize=1024)
def interface_name(text: str) -> InterfaceName:
    """The name that a matched text stands for."""
    return InterfaceName.parse(text.replace(" ", ""))


def canonical_name(text: str) -> str:
    """A matched text as IOS writes it."""
    return str(interface_name(text))


def unfinished_interface(line: str, position: int) -> int:
    """Where an interface name that does not match stops to be the beginning of one.

    The end of the line where it only lacks its number; `position` where it names no kind.
    """
    kind, start = _kind_at(line, position)
    if kind is None:
        return position
    while line.startswith(" ", start):
        start += 1
    begun = (_PLAIN_BEGUN if kind in VIRTUAL_KINDS else _SLOTS_BEGUN).match(line, start)
    end = start if begun is None else begun.end()
    # A number that is whole and still does not match is out of range.
    whole = end > start and line[end - 1] not in "/." and line[end : end + 1] in ("", " ")
    return start if whole else end


def interface_number_help(kind: str, begun: str) -> tuple[tuple[str, str], ...]:
    """What `?` lists where the number of an interface is due, or begun (`0/`)."""
    if not _NUMBER_BEGUN.fullmatch(begun):
        return ()
    span = f"<0-{_LAST_VIRTUAL}>" if kind in VIRTUAL_KINDS else "<0-9>"
    return ((span, f"{kind} interface number"),)


def interface_help(begun: str) -> tuple[tuple[str, str], ...]:
    """What `?` lists after an interface name that is begun without a blank (`gi0/`)."""
    kind, end = _kind_at(begun, 0)
    return () if kind is None else interface_number_help(kind, begun[end:])


def _kind_at(line: str, position: int) -> tuple[str | None, int]:
    """The kind that the letters at a position mean, and where they end."""
    letters = re.compile(_LETTERS).match(line, position)
    if letters is None:
        return None, position
    return KIND_OF.get(letters[0].lower()), letters.end()
