"""RIP messages: bytes both ways, what is refused, and what tshark reads."""

import os
import shutil
import struct
import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import EthernetHeader, EtherType
from ioscli.codec.ipv4 import IPv4Header
from ioscli.codec.rip import (
    WHOLE_TABLE,
    Command,
    Digest,
    Entry,
    Message,
    Password,
    build,
    parse,
    verify,
)
from ioscli.codec.udp import UdpHeader

WORD = st.integers(0, 2**32 - 1)
ENTRIES = st.builds(
    Entry, WORD, WORD, WORD, WORD, st.integers(0, 0xFFFF), st.integers(0, 0xFFFE)
)  # fmt: skip


def address(text: str) -> int:
    return int(IPv4Address(text))


def test_a_response_of_version_1() -> None:
    message = Message(Command.RESPONSE, 1, (Entry(address("10.0.0.0"), metric=1),))
    data = build(message)
    assert data.hex() == "02010000000200000a000000000000000000000000000001"
    assert parse(data) == message


def test_a_request_for_the_whole_table() -> None:
    data = build(Message(Command.REQUEST, 2, (WHOLE_TABLE,)))
    assert data.hex() == "01020000" + "00" * 16 + "00000010"
    assert parse(data).entries == (WHOLE_TABLE,)


@given(st.lists(ENTRIES, max_size=25), st.sampled_from(Command))
@settings(max_examples=50)
def test_version_2_both_ways(entries: list[Entry], command: Command) -> None:
    message = Message(command, 2, tuple(entries))
    assert parse(build(message)) == message


def test_a_password() -> None:
    message = Message(Command.RESPONSE, 2, (Entry(1, metric=1),), Password(b"cisco"))
    data = build(message)
    assert data[4:24] == b"\xff\xff\x00\x02cisco" + b"\0" * 11
    assert parse(data) == message


def test_a_digest() -> None:
    message = Message(Command.RESPONSE, 2, (Entry(1, metric=1),), Digest(7, 1234))
    data = build(message, b"secret")
    read = parse(data)
    assert isinstance(read.authentication, Digest)
    assert read.authentication[:2] == (7, 1234)
    assert read.entries == message.entries
    assert verify(data, b"secret")
    assert not verify(data, b"other")
    assert not verify(data[:10] + b"\x01" + data[11:], b"secret")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x02\x02\x00",
        b"\x02\x00\x00\x00",  # version 0
        b"\x03\x02\x00\x00",  # no such command
        b"\x02\x02\x00\x00" + b"\0" * 19,
        b"\x02\x02\x00\x00" + b"\0" * 20 * 26,
        b"\x02\x01\x00\x01" + b"\0" * 20,  # version 1: must be zero
        b"\x02\x01\x00\x00\x00\x02\x00\x01" + b"\0" * 16,
        b"\x02\x02\x00\x00\xff\xff\x00\x09" + b"\0" * 16,  # no such authentication
        b"\x02\x02\x00\x00\xff\xff\x00\x03" + b"\xff" * 16,
    ],
)
def test_what_cannot_be_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        parse(data)


@pytest.mark.parametrize("authentication", [None, Password(b"cisco"), Digest(1, 5)])
def test_every_byte_flipped_or_cut_gives_a_message_or_an_error(
    authentication: Password | Digest | None,
) -> None:
    entries = (Entry(address("10.0.0.0"), 0xFF000000, 0, 1), Entry(1, 2, 3, 4))
    data = build(Message(Command.RESPONSE, 2, entries, authentication), b"key")
    for at in range(len(data)):
        for changed in (data[:at], data[:at] + bytes((data[at] ^ 0xFF,)) + data[at + 1 :]):
            try:
                assert isinstance(parse(changed), Message)
            except DecodeError:
                pass
            else:
                verify(changed, b"key")


def _captured(payload: bytes) -> bytes:
    """A frame from 10.0.0.1 to version 2's group."""
    source, group = IPv4Address("10.0.0.1"), IPv4Address("224.0.0.9")
    datagram = UdpHeader(520, 520).build(payload, source, group)
    packet = IPv4Header(source, group, 17, ttl=2).build(datagram)
    return EthernetHeader(bytes.fromhex("01005e000009"), b"\2" * 6, EtherType.IPV4).build(packet)


def test_tshark_reads_what_was_meant(tmp_path: Path) -> None:
    if shutil.which("tshark") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("tshark is missing")
        pytest.skip("tshark is not installed")
    entries = tuple(
        Entry(address(f"10.{number}.0.0"), 0xFFFF0000, 0, number + 1, 70 + number)
        for number in range(3)
    )
    old = Message(Command.RESPONSE, 1, (Entry(address("10.0.0.0"), metric=1),))
    sent = [
        build(Message(Command.REQUEST, 2, (WHOLE_TABLE,))),
        build(Message(Command.RESPONSE, 2, entries)),
        build(Message(Command.RESPONSE, 2, entries, Password(b"cisco"))),
        build(Message(Command.RESPONSE, 2, entries, Digest(9, 77)), b"cisco"),
        build(old),
    ]
    capture = tmp_path / "rip.pcap"
    with capture.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for payload in sent:
            frame = _captured(payload)
            file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
    fields = ("rip.command", "rip.version", "rip.ip", "rip.metric", "rip.route_tag",
              "rip.auth.passwd", "rip.key_id", "rip.seq_num", "_ws.malformed")  # fmt: skip
    command = ["tshark", "-r", str(capture), "-T", "fields"]
    for field in fields:
        command += ["-e", field]
    read = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in read.splitlines()]
    assert [row[:2] for row in rows] == [["1", "2"]] + [["2", "2"]] * 3 + [["2", "1"]]
    for row in rows[1:4]:
        assert row[2:5] == ["10.0.0.0,10.1.0.0,10.2.0.0", "1,2,3", "70,71,72"]
    assert rows[2][5] == "cisco"
    assert rows[3][6:8] == ["9", "77"]
    assert all(row[8] == "" for row in rows)
