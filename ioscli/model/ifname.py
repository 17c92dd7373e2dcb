"""Interface names: what IOS accepts (`gi0/0`, `Gig 0/0`), prints in full and orders."""

import re
from typing import NamedTuple

#: Kinds with their short forms for narrow columns, in the order of the running-config.
SHORT = {
    "Loopback": "Lo",
    "Null": "Nu",
    "Port-channel": "Po",
    "Multilink": "Mu",
    "Tunnel": "Tu",
    "VirtualPortGroup": "VPG",
    "ATM": "AT",
    "Dot11Radio": "Do",
    "Async": "As",
    "Embedded-Service-Engine": "Em",
    "Service-Engine": "SE",
    "Ethernet": "Et",
    "FastEthernet": "Fa",
    "GigabitEthernet": "Gi",
    "TwoGigabitEthernet": "Tw",
    "FiveGigabitEthernet": "Fi",
    "TenGigabitEthernet": "Te",
    "TwentyFiveGigE": "Twe",
    "FortyGigabitEthernet": "Fo",
    "HundredGigE": "Hu",
    "Serial": "Se",
    "Cellular": "Ce",
    "vasileft": "vl",
    "vasiright": "vr",
    "Virtual-Template": "Vt",
    "Vlan": "Vl",
    "Dialer": "Di",
    "BVI": "BV",
    "BDI": "BD",
}

KINDS = tuple(SHORT)

#: Ports with Ethernet frames.
ETHERNET_KINDS = frozenset(
    {
        "Ethernet",
        "FastEthernet",
        "GigabitEthernet",
        "TenGigabitEthernet",
        "TwentyFiveGigE",
        "FortyGigabitEthernet",
        "HundredGigE",
    }
)

#: What an operator makes by naming it.
VIRTUAL_KINDS = frozenset(
    {
        "Loopback",
        "Null",
        "Port-channel",
        "Multilink",
        "Tunnel",
        "VirtualPortGroup",
        "vasileft",
        "vasiright",
        "Virtual-Template",
        "Vlan",
        "Dialer",
        "BVI",
        "BDI",
    }
)

#: Kinds of the small routers that IOS grew up on, and of IOSv.
_CLASSIC_KINDS = frozenset(
    {"Loopback", "Null", "Tunnel", "Ethernet", "FastEthernet", "GigabitEthernet", "Serial"}
)

#: Kinds that act; the configuration of the others is kept and acts on nothing.
MODELLED_KINDS = ETHERNET_KINDS | {"Loopback", "Null", "Tunnel", "Serial"}

_NAME = re.compile(r"([Dd][Oo][Tt]11[A-Za-z]*|[A-Za-z-]+) ?(\d+(?:/\d+)*)(?::(\d+))?(?:\.(\d+))?")


class InterfaceName(NamedTuple):
    """`GigabitEthernet0/1.100` is `InterfaceName("GigabitEthernet", (0, 1), 100)`."""

    kind: str
    numbers: tuple[int, ...]
    subinterface: int | None = None
    channel: int | None = None
    """The channel group of a T1 or E1 controller that a serial interface is: `Serial0/0/0:1`."""

    def __str__(self) -> str:
        tail = "" if self.channel is None else f":{self.channel}"
        if self.subinterface is not None:
            tail += f".{self.subinterface}"
        return f"{self.kind}{'/'.join(map(str, self.numbers))}{tail}"

    @property
    def short(self) -> str:
        """`Gi0/1`, as narrow columns show it."""
        return SHORT[self.kind] + str(self)[len(self.kind) :]

    @property
    def virtual(self) -> bool:
        """Whether the operator makes it (`interface Tunnel0`) rather than the hardware."""
        return self.kind in VIRTUAL_KINDS

    @property
    def modelled(self) -> bool:
        """Whether such an interface acts here, rather than only being kept."""
        return self.kind in MODELLED_KINDS and (
            self.subinterface is None or self.kind in ETHERNET_KINDS
        )

    @property
    def made_by_operator(self) -> bool:
        """Whether naming it makes it and `no interface` removes it."""
        return self.virtual or self.subinterface is not None

    @property
    def parent(self) -> "InterfaceName":
        """The port that a sub-interface belongs to; the interface itself otherwise."""
        return self._replace(subinterface=None)

    @property
    def config_order(self) -> tuple[int, tuple[int, ...], int]:
        """Sort key of the running-config: Loopback, Tunnel, then hardware by kind and slot."""
        sub = -1 if self.subinterface is None else self.subinterface
        channel = () if self.channel is None else (self.channel,)
        return KINDS.index(self.kind), self.numbers + channel, sub

    @property
    def listing_order(self) -> tuple[bool, int, tuple[int, ...], int]:
        """Sort key of `show interfaces`: hardware by kind and slot, then Loopback, Tunnel."""
        kind, numbers, sub = self.config_order
        return self.virtual, kind, numbers, sub

    @classmethod
    def parse(cls, text: str) -> "InterfaceName":
        """Read `Gi0/0`, `gig 0/0`, `GigabitEthernet0/0`.

        Raises ValueError for text that names no kind, or a prefix that fits several kinds.
        """
        found = _NAME.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"not an interface name: {text!r}")
        kind = expand_kind(found[1])
        if kind is None:
            raise ValueError(f"not an interface name: {text!r}")
        return cls(
            kind,
            tuple(int(number) for number in found[2].split("/")),
            None if found[4] is None else int(found[4]),
            None if found[3] is None else int(found[3]),
        )


NULL0 = InterfaceName("Null", (0,))
"""The one interface that every router has."""


def expand_kind(prefix: str) -> str | None:
    """The one kind that an abbreviation (any case) stands for, or None.

    IOS counts only the kinds that a router has: `e0/0` is an Ethernet port although there are
    Embedded-Service-Engines elsewhere. So the usual kinds come first, then those that act.
    """
    lowered = prefix.lower()
    fits = [kind for kind in KINDS if kind.lower().startswith(lowered)]
    exact = [kind for kind in fits if kind.lower() == lowered]
    if exact:
        return exact[0]
    for preferred in (_CLASSIC_KINDS, MODELLED_KINDS):
        found = [kind for kind in fits if kind in preferred]
        if found:
            return found[0] if len(found) == 1 else None
    return fits[0] if len(fits) == 1 else None
