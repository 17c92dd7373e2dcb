"""A command of a mode that the present target does not have."""

import re

_FIRST_WORD = re.compile(r"\s*(?:(?:no|default)\s+)?")


class Misplaced(Exception):  # noqa: N818 - the operator's mistake, not the program's
    """Raised where a command does not exist for the interface at hand: `tunnel source` on a port.

    One grammar mode serves all interfaces; IOS offers each kind of interface its own commands.
    """

    @staticmethod
    def column(line: str) -> int:
        """Where the caret goes: under the command's first word."""
        found = _FIRST_WORD.match(line)
        return 0 if found is None else found.end()
