"""What goes through the pipe between a keeper and its cell: pickled, with its length before it.

Both ends are this program; what a submission holds goes through it as text alone.
"""

import os
import pickle
import struct
from typing import IO, Any, NamedTuple

_LENGTH = struct.Struct("!Q")
LARGEST = 32 << 20
"""Bytes of one message."""


class Outcome(NamedTuple):
    """What came of a piece of work."""

    value: Any = None
    trouble: str = ""
    """Why there is no value."""


def packed(message: object) -> bytes:
    """A message as it goes through the pipe."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(data)) + data


def receive(stream: IO[bytes]) -> Any:
    """The next message. Raises EOFError where the other end is gone."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > LARGEST:
        raise EOFError
    return pickle.loads(_exactly(stream, length))


def write_all(descriptor: int, data: bytes) -> None:
    """Write to a pipe, which takes a little at a time."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _exactly(stream: IO[bytes], count: int) -> bytes:
    """So many bytes; a pipe gives what is there."""
    parts = []
    while count:
        part = stream.read(count)
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def unpacked(data: bytes) -> Any:
    """A whole message. Raises EOFError where it is cut short."""
    if len(data) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack_from(data)
    if len(data) != _LENGTH.size + length:
        raise EOFError
    return pickle.loads(data[_LENGTH.size :])
