"""Banners: their text as it is typed, printed back and shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ioscli.model.access import AccessConfig

#: The commands that a text enclosed in a delimiter follows, in a running-config.
COMMANDS = ("banner ", "aaa authentication banner ", "aaa authentication fail-message ")
#: How the running-config shows the control character that encloses a banner's text.
DELIMITER = "^C"


class Banner:
    """A banner whose text is being typed."""

    def __init__(self, access: AccessConfig, kind: str, delimiter: str, first: str) -> None:
        self.delimiter = delimiter
        self._access = access
        self._kind = kind
        self._text = [first]

    @classmethod
    def begin(cls, access: AccessConfig, kind: str, typed: str) -> Banner | None:
        """From what stands after `banner motd`; None where that is a whole banner, kept at once."""
        # A capture shows the delimiter as two characters; IOS would take `^` alone for it.
        delimiter = DELIMITER if typed.startswith(DELIMITER) else typed[0]
        text, ended, _ = typed[len(delimiter) :].partition(delimiter)
        banner = cls(access, kind, delimiter, text)
        if not ended:
            return banner
        banner._keep()
        return None

    def add(self, line: str) -> bool:
        """Take a line of text; True where the delimiter ended the banner and it was kept."""
        text, found, _ = line.partition(self.delimiter)
        self._text.append(text)
        if found:
            self._keep()
        return bool(found)

    def _keep(self) -> None:
        self._access.banners[self._kind] = "\n".join(self._text)


def banner_lines(command: str, text: str) -> Iterator[str]:
    """A banner as the running-config prints it: `banner motd`, then its text enclosed."""
    yield from f"{command} {DELIMITER}{text}{DELIMITER}".split("\n")


def shown(text: str, hostname: str, domain: str, line: int) -> Iterator[str]:
    """A banner as the operator sees it, its tokens replaced (Cisco: "Configuring Banners")."""
    for token, value in (
        ("$(hostname)", hostname),
        ("$(domain)", domain),
        ("$(line)", str(line)),
    ):
        text = text.replace(token, value)
    # What stands before the first line end was typed behind the delimiter, mostly nothing.
    yield from text.removeprefix("\n").removesuffix("\n").split("\n")
