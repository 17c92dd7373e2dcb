"""IPv4 fragmentation and reassembly (RFC 791 sections 2.3 and 3.2, RFC 815)."""

from collections.abc import Iterator

from ioscli.codec.checksum import internet_checksum
from ioscli.codec.errors import DecodeError
from ioscli.codec.ipv4 import (
    DONT_FRAGMENT,
    LARGEST_PACKET,
    MORE_FRAGMENTS,
    NO_OPERATION,
    OFFSET_MASK,
    header_length,
    is_fragment,
    parse_options,
    without_padding,
)

#: Microseconds from the first fragment's arrival until a datagram is given up.
REASSEMBLY_TIMEOUT = 30_000_000

#: Bytes that a waiting piece costs besides its data, about what Python takes for it.
_PIECE_OVERHEAD = 256

#: Top bit of an option's type: copied into every fragment (RFC 791 section 3.1).
_COPIED = 0x80


def fragment(packet: bytes, mtu: int) -> list[bytes]:
    """The packet in pieces of at most `mtu` bytes; itself alone when it fits.

    A fragment can be cut again. ValueError when DF forbids it, or when an MTU leaves no room for
    8 bytes of data (RFC 791 promises 68).
    """
    packet = without_padding(packet)
    if len(packet) <= mtu:
        return [packet]
    flags = packet[6] << 8 | packet[7]
    if flags & DONT_FRAGMENT:
        raise ValueError(f"DF is set on a packet of {len(packet)} bytes, MTU {mtu}")
    head_length = header_length(packet)
    data = packet[head_length:]
    offset = flags & OFFSET_MASK
    kept_flags = flags & ~(OFFSET_MASK | MORE_FRAGMENTS)
    first_head = packet[:head_length]
    later_head = packet[:20] + _copied_options(packet[20:head_length])
    pieces = []
    position = 0
    while position < len(data):
        head = later_head if position else first_head
        room = mtu - len(head)
        last = len(data) - position <= room
        if not last:
            room &= ~7
            if room <= 0:
                raise ValueError(f"no room for data in an MTU of {mtu} bytes")
        piece = data[position : position + room]
        more = flags & MORE_FRAGMENTS if last else MORE_FRAGMENTS
        pieces.append(_with_header(head, kept_flags | more | offset + position // 8, piece))
        position += len(piece)
    return pieces


def _copied_options(options: bytes) -> bytes:
    """The options that every fragment carries, padded with no-operations.

    A router that only forwards does not check options: what comes after a malformed one
    travels in the first fragment alone.
    """
    copied = b""
    try:
        for kind, option in parse_options(options):
            if kind & _COPIED:
                copied += option
    except DecodeError:
        pass
    return copied + bytes((NO_OPERATION,)) * (-len(copied) % 4)


def _with_header(head: bytes, flags: int, data: bytes) -> bytes:
    """A packet like the one that `head` is from, with other flags, offset and data."""
    total = len(head) + len(data)
    head = b"".join(
        (
            bytes((0x40 | len(head) >> 2, head[1])),
            total.to_bytes(2, "big"),
            head[4:6],
            flags.to_bytes(2, "big"),
            head[8:10],
            b"\0\0",
            head[12:],
        )
    )
    return b"".join((head[:10], internet_checksum(head).to_bytes(2, "big"), head[12:], data))


class Reassembler:
    """The datagrams that one node is putting together (RFC 791 section 3.2, RFC 815).

    Parts belong together by source, destination, protocol and identification. Where they overlap
    the newest copy counts, as RFC 791 says. timeout: microseconds from the first part on.
    max_bytes: memory for waiting parts, each counted with 256 bytes on top; beyond it the oldest
    datagram is given up. max_fragments: parts of one datagram.

    `reassembled`, `timed_out` and `failed` (given up for another reason) count datagrams.
    """

    def __init__(
        self,
        *,
        timeout: int = REASSEMBLY_TIMEOUT,
        max_bytes: int = 1 << 20,
        max_fragments: int = 2048,
    ) -> None:
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._max_fragments = max_fragments
        # In order of first arrival, which is the order of deadlines too.
        self._waiting: dict[bytes, _Datagram] = {}
        self._bytes = 0
        self.reassembled = 0
        self.timed_out = 0
        self.failed = 0

    def add(self, packet: bytes, now: int) -> bytes | None:
        """Take a packet with a right header; the whole datagram once nothing is missing.

        A packet that is no fragment comes back as it is. DecodeError for a fragment that no
        sender could have cut, or that contradicts the others (which are given up with it).
        """
        if not is_fragment(packet):
            return without_padding(packet)
        packet = without_padding(packet)
        flags = packet[6] << 8 | packet[7]
        start = (flags & OFFSET_MASK) << 3
        data = packet[header_length(packet) :]
        last = not flags & MORE_FRAGMENTS
        if not last and (not data or len(data) & 7):
            raise DecodeError(f"IPv4 fragment of {len(data)} bytes before the last one")
        if start + len(packet) > LARGEST_PACKET:
            raise DecodeError(f"IPv4 fragment beyond {LARGEST_PACKET} bytes")
        key = packet[12:20] + packet[9:10] + packet[4:6]
        datagram = self._waiting.get(key)
        if datagram is None:
            datagram = self._waiting[key] = _Datagram(now + self._timeout)
        if start == 0:
            datagram.first = packet
        before = datagram.size
        consistent = datagram.add(start, data, last=last)
        self._bytes += datagram.size - before
        if not consistent:
            self._give_up(key)
            raise DecodeError("IPv4 fragments disagree about the end of their datagram")
        if not datagram.holes:
            return self._complete(key, datagram)
        if len(datagram.pieces) > self._max_fragments:
            self._give_up(key)
        while self._bytes > self._max_bytes:
            self._give_up(next(iter(self._waiting)))
        return None

    @property
    def next_deadline(self) -> int | None:
        """When `expire` has something to do next, None while nothing waits."""
        for datagram in self._waiting.values():
            return datagram.deadline
        return None

    def expire(self, now: int) -> list[bytes]:
        """Give up what has waited too long.

        Returns the fragments with offset zero of those datagrams: only where that one came is
        a time exceeded message sent (RFC 792).
        """
        firsts = []
        for key, datagram in list(self._waiting.items()):
            if datagram.deadline > now:
                break
            self._forget(key)
            self.timed_out += 1
            if datagram.first is not None:
                firsts.append(datagram.first)
        return firsts

    @property
    def octets(self) -> int:
        """Bytes of the fragments that wait."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._waiting)

    def _complete(self, key: bytes, datagram: "_Datagram") -> bytes:
        first = datagram.first
        assert first is not None, "no hole at the start without a first fragment"
        head = first[: header_length(first)]
        if len(head) + datagram.reach > LARGEST_PACKET:
            self._give_up(key)
            raise DecodeError(f"IPv4 fragments of more than {LARGEST_PACKET} bytes")
        self._forget(key)
        self.reassembled += 1
        flags = (first[6] << 8 | first[7]) & ~(MORE_FRAGMENTS | OFFSET_MASK)
        return _with_header(head, flags, datagram.data())

    def _give_up(self, key: bytes) -> None:
        self._forget(key)
        self.failed += 1

    def _forget(self, key: bytes) -> None:
        self._bytes -= self._waiting.pop(key).size


class _Datagram:
    """The parts of one datagram, and the holes between them (RFC 815)."""

    __slots__ = ("deadline", "end", "first", "holes", "pieces", "reach", "size")

    def __init__(self, deadline: int) -> None:
        self.deadline = deadline
        self.first: bytes | None = None
        """The latest packet with offset zero: its header becomes the datagram's."""
        self.pieces: dict[tuple[int, int], bytes] = {}
        """Data by (start, end), the newest last."""
        self.holes = [(0, LARGEST_PACKET)]
        self.end: int | None = None
        """Where the data ends, once the last fragment has told."""
        self.reach = 0
        """Where the furthest piece ends."""
        self.size = 0

    def add(self, start: int, data: bytes, *, last: bool) -> bool:
        """Take a piece; False when pieces disagree about the end."""
        end = start + len(data)
        if last:
            if self.end not in (None, end):
                return False
            self.end = end
            self.holes = [(low, min(high, end)) for low, high in self.holes if low < end]
        self.reach = max(self.reach, end)
        if self.end is not None and self.reach > self.end:
            return False
        self.holes = list(_without(self.holes, start, end))
        old = self.pieces.pop((start, end), None)
        self.size += len(data) + _PIECE_OVERHEAD if old is None else 0
        self.pieces[start, end] = data
        return True

    def data(self) -> bytes:
        """The pieces put together, newer ones over older ones."""
        buffer = bytearray(self.reach)
        for (start, end), data in self.pieces.items():
            buffer[start:end] = data
        return bytes(buffer)


def _without(holes: list[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The holes that remain when start to end is filled."""
    for low, high in holes:
        if end <= low or start >= high:
            yield low, high
            continue
        if low < start:
            yield low, start
        if end < high:
            yield end, high
