"""Interface names: what IOS accepts (`gi0/0`, `Gig 0/0`), prints in full and orders."""

import re
from typing import NamedTuple

#: Kinds in the order in which IOS lists them in the running-config; physical ones come last.
KINDS = ("Loopback", "Tunnel", "Ethernet", "FastEthernet", "GigabitEthernet", "Serial")
VIRTUAL_KINDS = frozenset({"Loopback", "Tunnel"})

#: Short forms as IOS prints them in narrow columns.
SHORT = {
    "Loopback": "Lo",
    "Tunnel": "Tu",
    "Ethernet": "Et",
    "FastEthernet": "Fa",
    "GigabitEthernet": "Gi",
    "Serial": "Se",
}

_NAME = re.compile(r"([A-Za-z]+) ?(\d+(?:/\d+)*)(?:\.(\d+))?")


class InterfaceName(NamedTuple):
    """`GigabitEthernet0/1.100` is `InterfaceName("GigabitEthernet", (0, 1), 100)`."""

    kind: str
    numbers: tuple[int, ...]
    subinterface: int | None = None

    def __str__(self) -> str:
        tail = "" if self.subinterface is None else f".{self.subinterface}"
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
    def config_order(self) -> tuple[int, tuple[int, ...], int]:
        """Sort key of the running-config: Loopback, Tunnel, then hardware by kind and slot."""
        sub = -1 if self.subinterface is None else self.subinterface
        return KINDS.index(self.kind), self.numbers, sub

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
            None if found[3] is None else int(found[3]),
        )


def expand_kind(prefix: str) -> str | None:
    """The one kind that an abbreviation (any case) stands for, or None."""
    lowered = prefix.lower()
    fits = [kind for kind in KINDS if kind.lower().startswith(lowered)]
    exact = [kind for kind in fits if kind.lower() == lowered]
    if exact:
        return exact[0]
    return fits[0] if len(fits) == 1 else None
