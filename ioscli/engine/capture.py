"""Capture of links to a pcapng file, which Wireshark and tshark open.

Format: draft-ietf-opsawg-pcapng; little-endian, one section, one interface per tapped link.
"""

import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from heapq import heappop, heappush
from io import BufferedWriter, FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from ioscli.engine.link import OUTPUT_QUEUE, Link, Port

#: What simulated time zero is in a capture, unless told otherwise: the day that a router without
#: a clock battery or NTP wakes up on.
EPOCH = datetime(2002, 3, 1, tzinfo=UTC)


class LinkType(IntEnum):
    """What a captured frame begins with (registry of the Tcpdump group, "link-layer headers")."""

    ETHERNET = 1
    CISCO_HDLC = 104


_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_SECTION_HEADER = 0x0A0D0D0A
_INTERFACE_DESCRIPTION = 1
_ENHANCED_PACKET = 6

_OPTION_END = 0
_SECTION_APPLICATION = 4
_INTERFACE_NAME = 2
_INTERFACE_RESOLUTION = 9
_PACKET_FLAGS = 2

_INBOUND = 1
_OUTBOUND = 2

_PACKET_HEAD = struct.Struct("<IIIIIII")


class PcapngWriter:
    """Writes every frame that enters the tapped links, in the order in which they were sent.

    A frame's time is that of its first bit on the wire. Its direction is seen from the link's
    first end: outbound from there, inbound from the other. epoch: the date of simulated time
    zero. Close it (or leave its `with` block) to have everything in the file.
    """

    def __init__(self, path: str | Path, epoch: datetime = EPOCH) -> None:
        self._file = BufferedWriter(FileIO(path, "wb"))
        self._epoch = (epoch - _UNIX_EPOCH) // timedelta(microseconds=1)
        self._links: list[Link] = []
        # A port may hand over a frame that waits for its wire, before another port sends at
        # once: frames stay here until nothing can come before them.
        self._waiting: list[tuple[int, int, int, int, bytes]] = []
        self._sequence = 0
        self._longest_wait = 0
        self._newest = 0
        self.frames_written = 0
        self._write_section_header()

    def tap(self, link: Link, link_type: LinkType = LinkType.ETHERNET) -> None:
        """Capture a link from now on; ValueError when it is tapped already."""
        if link.tap is not None:
            raise ValueError(f"link {link.name} is already captured")
        interface = len(self._links)
        self._links.append(link)
        self._write_interface(link.name, link_type)
        # The furthest ahead of the clock that Port.transmit lets a frame start.
        wait = OUTPUT_QUEUE * 1_500 * 8_000_000 // link.bandwidth + 1
        self._longest_wait = max(self._longest_wait, wait)
        link.tap = self._tap_of(interface, link.ends[0])

    def close(self) -> None:
        """Take the taps off, write what waits, and close the file; harmless when closed."""
        for link in self._links:
            link.tap = None
        self._links.clear()
        while self._waiting:
            self._write_next()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _tap_of(self, interface: int, first: Port) -> Callable[[int, Port, bytes], None]:
        def tap(sent: int, port: Port, frame: bytes) -> None:
            self._sequence = sequence = self._sequence + 1
            flags = _OUTBOUND if port is first else _INBOUND
            waiting = self._waiting
            heappush(waiting, (sent, sequence, interface, flags, frame))
            self._newest = max(self._newest, sent)
            settled = self._newest - self._longest_wait
            while waiting[0][0] < settled:
                self._write_next()

        return tap

    def _write_next(self) -> None:
        sent, _, interface, flags, frame = heappop(self._waiting)
        time = self._epoch + sent
        length = len(frame)
        padding = -length % 4
        size = 32 + length + padding + 12
        self._file.write(
            b"".join(
                (
                    _PACKET_HEAD.pack(
                        _ENHANCED_PACKET,
                        size,
                        interface,
                        time >> 32,
                        time & 0xFFFFFFFF,
                        length,
                        length,
                    ),
                    frame,
                    bytes(padding),
                    struct.pack("<HHIII", _PACKET_FLAGS, 4, flags, _OPTION_END, size),
                )
            )
        )
        self.frames_written += 1

    def _write_section_header(self) -> None:
        head = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
        self._write_block(_SECTION_HEADER, head, [(_SECTION_APPLICATION, b"ioscli")])

    def _write_interface(self, name: str, link_type: LinkType) -> None:
        head = struct.pack("<HHI", link_type, 0, 0)  # snap length 0: whole frames
        options = [(_INTERFACE_NAME, name.encode()), (_INTERFACE_RESOLUTION, b"\x06")]
        self._write_block(_INTERFACE_DESCRIPTION, head, options)

    def _write_block(self, kind: int, head: bytes, options: list[tuple[int, bytes]]) -> None:
        body = head
        for code, value in options:
            body += struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)
        body += struct.pack("<HH", _OPTION_END, 0)
        size = 12 + len(body)
        self._file.write(struct.pack("<II", kind, size) + body + struct.pack("<I", size))
