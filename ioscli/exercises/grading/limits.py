"""What one submission may take of time and memory."""

import re
from typing import NamedTuple

from ioscli.labs.errors import InputError, quoted
from ioscli.labs.quantities import parse_duration
from ioscli.model.instant import SECOND

_SIZE = re.compile(r"([0-9]{1,6})([KMG])")
_BYTES = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_LEAST_MEMORY = 128 << 20
"""The program itself, an exercise booted, takes half of it."""


class Limits(NamedTuple):
    """Bounds of a process that deals with one submission."""

    seconds: float = 60.0
    """Of wall time."""
    memory: int = 512 << 20
    """Bytes of address space, the program's own included."""

    @classmethod
    def parse(cls, time: str, memory: str) -> "Limits":
        """From `60s` and `512M`. Raises InputError."""
        try:
            duration = parse_duration(time)
        except ValueError as error:
            raise InputError(f"--time-limit {quoted(time)}: {error}") from None
        if duration < SECOND:
            raise InputError(f"--time-limit {quoted(time)}: shorter than a second")
        size = _SIZE.fullmatch(memory.upper())
        if size is None:
            raise InputError(f"--memory-limit {quoted(memory)}: not a size such as 512M or 2G")
        found = int(size[1]) * _BYTES[size[2]]
        if found < _LEAST_MEMORY:
            least = _LEAST_MEMORY >> 20
            raise InputError(f"--memory-limit {quoted(memory)}: less than {least}M")
        return cls(duration / SECOND, found)

    @property
    def too_long(self) -> str:
        """What is said of a submission that was stopped."""
        return f"stopped: it took longer than {self.seconds:g} s"

    @property
    def too_large(self) -> str:
        """What is said of a submission that wanted too much memory."""
        return f"stopped: it needs more than {self.memory >> 20} MB of memory"

    def apply(self) -> None:
        """Bind this process to them, for good, as far as the platform can.

        It cannot write files any more either. Windows has none of this: there, the keeper's
        clock is the only bound.
        """
        try:
            import resource
        except ImportError:
            return
        # A process that nobody watches any more ends by itself.
        seconds = int(self.seconds) + 2
        wanted = {
            resource.RLIMIT_AS: self.memory,
            resource.RLIMIT_CPU: seconds,
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_FSIZE: 0,
        }
        for limit, value in wanted.items():
            _, most = resource.getrlimit(limit)
            bound = value if most == resource.RLIM_INFINITY else min(value, most)
            try:
                resource.setrlimit(limit, (bound, bound))
            except (ValueError, OSError):
                continue  # macOS knows RLIMIT_AS and refuses to set it
