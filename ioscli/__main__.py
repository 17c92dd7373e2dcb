"""The program: what its words ask for, carried out.

Exit status: 0 fine, 1 a check failed, 2 the input is wrong (one line on standard error). Every
command imports what it needs itself, so that the default lab is on screen at once.
"""

import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from ioscli.command_line.status import INTERRUPTED, OK, WRONG_INPUT

if TYPE_CHECKING:
    from argparse import Namespace


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is returned."""
    from ioscli.labs.errors import InputError

    words = list(sys.argv[1:] if arguments is None else arguments)
    if sys.stdout is None:  # closed before the program began
        sys.stdout = io.StringIO()
    try:
        command, given = _parse(words)
        status = command(given)
        sys.stdout.flush()
    except InputError as error:
        print(error, file=sys.stderr)
        return WRONG_INPUT
    except BrokenPipeError:
        _discard(sys.stdout)
        return OK
    except OSError as error:
        # A file or stream of the user's failed in the middle: a full disk, a vanished folder.
        print(f"{error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        return WRONG_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _parse(words: list[str]) -> "tuple[Callable[[Namespace], int], Namespace]":
    """What to do, and with what. argparse is loaded only when there is something to parse."""
    if words:
        from ioscli.command_line.parser import parse

        return parse(words)
    from types import SimpleNamespace

    from ioscli.command_line.run import DEFAULTS, run

    plain: Namespace = SimpleNamespace(**DEFAULTS)  # type: ignore[assignment]
    return run, plain


def _discard(stream: TextIO) -> None:
    """Nobody reads this any more; keep the interpreter from failing again when it flushes."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
