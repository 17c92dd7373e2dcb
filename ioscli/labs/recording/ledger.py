"""A text file that is written as things happen, and whose last part may still change."""

import os
from pathlib import Path

from ioscli.labs.errors import InputError


class Ledger:
    """Appends to a new file; every change is with the operating system before a call returns.

    Whatever ends the program, the file holds what was written last.
    """

    def __init__(self, file: Path) -> None:
        """Make the file; raises InputError where there is one already, or none can be made."""
        self.file = file
        try:
            self._descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            raise InputError(
                "this file exists already; name another, or remove it", file=file
            ) from None
        except OSError as error:
            raise InputError(f"cannot write: {error.strerror}", file=file) from None
        self._end = 0
        self._tail = b""

    def revise(self, text: str) -> None:
        """Put a text in place of the last one that was revised and not kept."""
        data = text.encode("utf-8", "surrogateescape")
        if data == self._tail:
            return
        written = 0
        while written < len(data):
            written += os.pwrite(self._descriptor, data[written:], self._end + written)
        if len(data) < len(self._tail):
            os.ftruncate(self._descriptor, self._end + len(data))
        self._tail = data

    def keep(self) -> None:
        """The last text stays as it is from now on."""
        self._end += len(self._tail)
        self._tail = b""

    def close(self) -> None:
        """Nothing more comes."""
        os.close(self._descriptor)
