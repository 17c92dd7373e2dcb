"""The machine that is imitated: Cisco's IOSv as its captures describe it.

An IOSv virtual router has the memory that its hypervisor gives it (512 MB by default). The figures
below are those that `show version` of IOSv 15.7 and 15.8 captures prints with that default; they
describe the imitated machine, not the computer that runs this program. What is not a property of
that machine (the copyright notice, the day of compilation) is not printed at all.
"""

RELEASE = "15.9(3)M"
FAMILY = "IOSv"
IMAGE = "VIOS-ADVENTERPRISEK9-M"
IMAGE_FILE = "flash0:/vios-adventerprisek9-m"

SOFTWARE = (
    f"Cisco IOS Software, {FAMILY} Software ({IMAGE}), Version {RELEASE}, RELEASE SOFTWARE (fc1)"
)

RESTARTED = f"System restarted --\n{SOFTWARE}"
"""The text of %SYS-5-RESTART: the second line names what runs, as on IOS."""

PROCESSOR_MEMORY = 460_033
"""Kilobytes of main memory, beside those for packets (the first number of `show version`)."""
IO_MEMORY = 62_464
"""Kilobytes for packet buffers."""
NVRAM = 256
"""Kilobytes of non-volatile configuration memory."""
FLASH = 2_097_152
"""Kilobytes of `flash0:`, the only disk that IOSv boots from."""
CONFIGURATION_REGISTER = 0x0
"""IOSv has no boot switches to set."""
