"""What goes through the pipe between a keeper and its cell: pickled, with its length before it.

Both ends are this program; what a submission holds goes through it as text alone.
"""

import pickle
import struct
from typing import IO, Any, NamedTuple

_LENGTH = struct.Struct("!Q")
LARGEST = 64 << 20
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
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    if length > LARGEST:
        raise EOFError
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return pickle.loads(data)


def unpacked(data: bytes) -> Any:
    """A whole message. Raises EOFError where it is cut short."""
    if len(data) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack_from(data)
    if len(data) != _LENGTH.size + length:
        raise EOFError
    return pickle.loads(data[_LENGTH.size :])
