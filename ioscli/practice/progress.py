"""Where attempts are kept: a file each, written whole or not at all.

`FOLDER/attempts/` holds those that are over, in order of their names; `FOLDER/ongoing/` those that
somebody will come back to. What cannot be read is moved to `FOLDER/damaged/`, and said.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from ioscli.labs.durable import entries, read, synchronise, write
from ioscli.labs.errors import InputError
from ioscli.practice.attempt import Attempt, Ongoing
from ioscli.router.filesystem import StoredFile

_T = TypeVar("_T")


class Progress:
    """What one person did so far. folder: None keeps it in memory alone."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.complaints: list[str] = []
        """What could not be read, to be said once."""
        self._attempts: list[Attempt] = []
        self._ongoing: dict[str, Ongoing] = {}
        if folder is not None:
            self._attempts = [
                attempt
                for path in entries(folder / "attempts")
                if (attempt := self._read(path, Attempt.of_json)) is not None
            ]
            for path in entries(folder / "ongoing"):
                ongoing = self._read(path, Ongoing.of_json)
                if ongoing is not None:
                    self._ongoing[ongoing.exercise] = ongoing

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Those that are over, oldest first."""
        return tuple(self._attempts)

    def of(self, exercise: str) -> tuple[Attempt, ...]:
        """Those at one exercise."""
        return tuple(it for it in self._attempts if it.exercise == exercise)

    def ongoing(self, exercise: str) -> Ongoing | None:
        """The one that is to be gone on with."""
        found = self._ongoing.get(exercise)
        # The program may have been killed between writing down the end and forgetting this.
        if found is not None and any(it.started == found.started for it in self.of(exercise)):
            return None
        return found

    def keep(self, ongoing: Ongoing) -> None:
        """Remember an attempt that goes on. Raises OSError."""
        self._ongoing[ongoing.exercise] = ongoing
        self._write("ongoing", _file_name(ongoing.exercise), ongoing.as_json())

    def finish(self, attempt: Attempt) -> None:
        """Remember an attempt that is over, and that it does not go on. Raises OSError."""
        self._attempts.append(attempt)
        moment = attempt.finished.strftime("%Y%m%dT%H%M%S.%f")
        name = f"{moment}-{os.getpid()}-{_file_name(attempt.exercise)}"
        self._write("attempts", name, attempt.as_json())
        ongoing = self._ongoing.get(attempt.exercise)
        if ongoing is not None and ongoing.started == attempt.started:
            self.forget(attempt.exercise)

    def forget(self, exercise: str) -> None:
        """Have an exercise begin anew the next time. Raises OSError."""
        self._ongoing.pop(exercise, None)
        if self.folder is None:
            return
        path = self.folder / "ongoing" / _file_name(exercise)
        if path.exists():
            path.unlink(missing_ok=True)
            synchronise(path.parent)

    def _write(self, folder: str, name: str, text: str) -> None:
        if self.folder is not None:
            write(self.folder / folder, name, StoredFile(text.encode(), None))

    def _read(self, path: Path, parse: Callable[[str], _T]) -> _T | None:
        """What a file holds; None, after moving it out of the way, where it is damaged."""
        try:
            return parse(read(path, "").content.decode())
        except InputError as error:
            if not path.exists():  # another process forgot it meanwhile
                return None
            reason = error.reason.rstrip("; ")
        except ValueError:
            reason = "holds no attempt"
        self._set_aside(path, reason)
        return None

    def _set_aside(self, path: Path, reason: str) -> None:
        assert self.folder is not None
        away = self.folder / "damaged"
        target = away / path.name
        number = 1
        while target.exists():
            number += 1
            target = away / f"{path.name}.{number}"
        try:
            away.mkdir(exist_ok=True)
            path.rename(target)
            with suppress(OSError):
                synchronise(away)
                synchronise(path.parent)
        except OSError as error:
            self.complaints.append(f"{path}: {reason}; it cannot be moved: {error.strerror}")
            return
        self.complaints.append(f"{path}: {reason}; moved to {target}, the rest is as it was")


def _file_name(exercise: str) -> str:
    name = quote(exercise, safe="")
    return "%2E" + name[1:] if name.startswith(".") else name
