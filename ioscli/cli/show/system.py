"""show version, show clock, show terminal.

The release that is imitated is named as IOSv names itself. Left out on purpose: the copyright
and export notices, the build date and the memory sizes, which are Cisco's or a real machine's
and nothing that this router has.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from random import Random

from ioscli.cli.show.age import uptime
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Duration

_RELEASE = "15.9(3)M"

#: How the hardware list calls each kind of port (captures of IOSv, of an ISR and of a 7200).
_PORT_NAMES = {
    "Ethernet": "Ethernet",
    "FastEthernet": "FastEthernet",
    "GigabitEthernet": "Gigabit Ethernet",
    "Serial": "Serial",
}
_BOARD_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def show_version(
    hostname: str, up: Duration, hardware: Iterable[InterfaceName], board: str
) -> Iterator[str]:
    """Release, uptime and ports."""
    yield (
        "Cisco IOS Software, IOSv Software (VIOS-ADVENTERPRISEK9-M), "
        f"Version {_RELEASE}, RELEASE SOFTWARE (fc1)"
    )
    yield ""
    yield ""
    yield "ROM: Bootstrap program is IOSv"
    yield ""
    yield f"{hostname} uptime is {uptime(up)}"
    yield "System returned to ROM by reload"
    yield 'System image file is "flash0:/vios-adventerprisek9-m"'
    yield "Last reload reason: Unknown reason"
    yield ""
    yield ""
    yield "Cisco IOSv (revision 1.0)"
    yield f"Processor board ID {board}"
    kinds = Counter(name.kind for name in hardware)
    for kind, name in _PORT_NAMES.items():
        if kinds[kind]:
            yield f"{kinds[kind]} {name} interface{'' if kinds[kind] == 1 else 's'}"
    yield ""
    yield "Configuration register is 0x0"
    yield ""


def board_id(random: Random) -> str:
    """A router's serial number, from a stream of chance of its own."""
    return "9" + "".join(random.choices(_BOARD_LETTERS, k=20))


def show_clock(time: datetime) -> Iterator[str]:
    """The system clock; the `*` says that nothing has set it."""
    yield (
        f"*{time:%H:%M:%S}.{time.microsecond // 1000:03} UTC {time:%a %b} {time.day} {time.year}"
    )


def show_terminal(line: int, length: int, width: int, history: int) -> Iterator[str]:
    """The terminal's settings, those that there are."""
    yield f'Line {line}, Location: "", Type: ""'
    yield f"Length: {length} lines, Width: {width} columns"
    yield f"History is enabled, history size is {history}."
