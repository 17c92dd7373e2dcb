"""show version, show inventory, show bootvar.

Layout: IOSv 15.7 and 15.8 captures. The machine's figures: ioscli.model.platform. Left out on
purpose: the copyright and export notices and the build date, which are Cisco's.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random

from ioscli.cli.show.age import uptime
from ioscli.model import platform
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Duration

#: How the hardware list calls each kind of port (captures of IOSv, of an ISR and of a 7200).
_PORT_NAMES = {
    "Ethernet": "Ethernet",
    "FastEthernet": "FastEthernet",
    "GigabitEthernet": "Gigabit Ethernet",
    "Serial": "Serial",
}
_BOARD_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def show_version(
    hostname: str,
    up: Duration,
    hardware: Iterable[InterfaceName],
    board: str,
    *,
    register: str,
    restarted: str | None = None,
    reason: str | None = None,
) -> Iterator[str]:
    """Release, uptime, memory and ports.

    register: `config_register`'s. restarted: when it booted, known once the clock was set.
    reason: of the last reload.
    """
    yield platform.SOFTWARE
    yield ""
    yield ""
    yield f"ROM: Bootstrap program is {platform.FAMILY}"
    yield ""
    yield f"{hostname} uptime is {uptime(up)}"
    yield "System returned to ROM by reload"
    if restarted is not None:
        yield f"System restarted at {restarted}"
    yield f'System image file is "{platform.IMAGE_FILE}"'
    yield f"Last reload reason: {reason or 'Unknown reason'}"
    yield ""
    yield ""
    yield ""
    memory = f"{platform.PROCESSOR_MEMORY}K/{platform.IO_MEMORY}K"
    # The word stands twice there, in every capture.
    yield f"Cisco {platform.FAMILY} (revision 1.0) with  with {memory} bytes of memory."
    yield f"Processor board ID {board}"
    kinds = Counter(name.kind for name in hardware)
    for kind, name in _PORT_NAMES.items():
        if kinds[kind]:
            yield f"{kinds[kind]} {name} interface{'' if kinds[kind] == 1 else 's'}"
    yield f"{platform.NVRAM}K bytes of non-volatile configuration memory."
    yield f"{platform.FLASH}K bytes of ATA System CompactFlash 0 (Read/Write)"
    yield ""
    yield ""
    yield ""
    yield register
    yield ""


def show_inventory(board: str) -> Iterator[str]:
    """The chassis: IOSv has no other part with a number."""
    family = platform.FAMILY
    chassis = f"{family} chassis, Hw Serial#: {board}, Hw Revision: 1.0"
    yield f'NAME: "{family}", DESCR: "{chassis}"'
    yield f"PID: {family:<18}, VID: 1.0, SN: {board}"
    yield ""


def config_register(now: int, following: int) -> str:
    """The configuration register, as booted by and of the next boot (a capture of a 3825)."""
    later = "" if now == following else f" (will be 0x{following:X} at next reload)"
    return f"Configuration register is 0x{now:X}{later}"


def show_bootvar(register: str) -> Iterator[str]:
    """The boot environment: nothing here sets any of it, nor has IOSv boot switches."""
    for variable in ("BOOT", "CONFIG_FILE", "BOOTLDR"):
        yield f"{variable} variable does not exist"
    yield register


def board_id(random: Random) -> str:
    """A router's serial number, from a stream of chance of its own."""
    return "9" + "".join(random.choices(_BOARD_LETTERS, k=20))
