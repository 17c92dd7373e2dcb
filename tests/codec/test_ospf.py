"""OSPF packets and LSAs: bytes both ways, what tshark reads in them, broken ones refused."""

import json
import os
import shutil
import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import EthernetHeader, EtherType
from ioscli.codec.ipv4 import IpProtocol, IPv4Header
from ioscli.codec.ospf.auth import Authentication, Digest, Key
from ioscli.codec.ospf.content import (
    Content,
    ExternalContent,
    NetworkContent,
    OpaqueContent,
    RouterContent,
    RouterLink,
    SummaryContent,
    mask_length,
)
from ioscli.codec.ospf.errors import ChecksumError, LengthError, LsTypeError, VersionError
from ioscli.codec.ospf.exchange import (
    DatabaseDescription,
    build_headers,
    build_request,
    parse_headers,
    parse_request,
)
from ioscli.codec.ospf.fletcher import fletcher_checksum
from ioscli.codec.ospf.hello import Hello
from ioscli.codec.ospf.lls import IOS_LINK_LOCAL, LinkLocal
from ioscli.codec.ospf.lsa import Lsa, LsaHeader, build_lsa, fresher, key_of, known_lsas
from ioscli.codec.ospf.numbers import AuthType, LinkType, LsType, PacketType, dotted
from ioscli.codec.ospf.packet import Packet, build_packet
from ioscli.codec.ospf.update import build_update, parse_update

R1, R2 = 0x01010101, 0x02020202
NET = 0x0A000C01

octet = st.integers(0, 255)
half = st.integers(0, 0xFFFF)
word = st.integers(0, 0xFFFFFFFF)
metric = st.integers(0, 0xFFFFFF)
mask = st.integers(0, 32).map(lambda length: 0xFFFFFFFF << 32 - length & 0xFFFFFFFF)
raw_words = st.integers(0, 3).flatmap(
    lambda words: st.binary(min_size=4 * words, max_size=4 * words)
)
links = st.one_of(
    st.builds(RouterLink, st.sampled_from([1, 2, 4]), word, word, half, raw_words),
    st.builds(RouterLink, st.just(LinkType.STUB.value), word, mask, half, raw_words),
)
routers = st.builds(RouterContent, octet, st.lists(links, max_size=6).map(tuple))
networks = st.builds(NetworkContent, mask, st.lists(word, max_size=6).map(tuple))
summaries = st.builds(SummaryContent, mask, metric, raw_words)
externals = st.builds(
    ExternalContent,
    mask,
    st.booleans(),
    metric,
    word,
    word,
    st.binary(max_size=2).map(lambda data: data * 12),
)
opaques = st.builds(OpaqueContent, st.binary(max_size=40))
kinds_and_contents = st.one_of(
    st.tuples(st.just(1), routers),
    st.tuples(st.just(2), networks),
    st.tuples(st.sampled_from([3, 4]), summaries),
    st.tuples(st.sampled_from([5, 7]), externals),
    st.tuples(st.sampled_from([9, 10, 11]), opaques),
)
hellos = st.builds(
    Hello, word, half, octet, octet, word, word, word, st.lists(word, max_size=4).map(tuple)
)
headers = st.builds(LsaHeader, half, st.binary(min_size=18, max_size=18))
descriptions = st.builds(
    DatabaseDescription, half, octet, octet, word, st.lists(headers, max_size=4).map(tuple)
)


@st.composite
def lsas(draw: st.DrawFn) -> Lsa:
    kind, content = draw(kinds_and_contents)
    return build_lsa(kind, draw(octet), draw(word), draw(word), draw(word), content)


ROUTER_LSA = build_lsa(
    LsType.ROUTER,
    0x22,
    R1,
    R1,
    0x80000001,
    RouterContent(
        0,
        (
            RouterLink(LinkType.POINT_TO_POINT, R2, NET, 10),
            RouterLink(LinkType.STUB, NET & ~3, 0xFFFFFFFC, 10),
            RouterLink(LinkType.STUB, R1, 0xFFFFFFFF, 1),
        ),
    ),
)
ALL_LSAS = [
    ROUTER_LSA,
    build_lsa(LsType.NETWORK, 0x22, NET, R1, 0x80000001, NetworkContent(0xFFFFFF00, (R1, R2))),
    build_lsa(
        LsType.SUMMARY_NETWORK, 0x22, 0x0A010000, R1, 0x80000003, SummaryContent(0xFFFF0000, 64)
    ),
    build_lsa(LsType.SUMMARY_ASBR, 0x22, R2, R1, 0x80000001, SummaryContent(0, 64)),
    build_lsa(
        LsType.AS_EXTERNAL,
        0x22,
        0xC0A80000,
        R1,
        0x80000001,
        ExternalContent(0xFFFF0000, True, 20, 0, 65001),
    ),
    build_lsa(
        LsType.NSSA_EXTERNAL,
        0x28,
        0xC0A80000,
        R1,
        0x80000001,
        ExternalContent(0xFFFF0000, False, 20, NET, 0),
    ),
    build_lsa(
        LsType.OPAQUE_AREA,
        0x22,
        0x04000000,
        R1,
        0x80000001,
        OpaqueContent(b"\0\1\0\4" + bytes(4)),
    ),
]
MD5_KEY = Key(1, b"cisco123")


# Bytes both ways


@given(kinds_and_contents)
@settings(max_examples=200, deadline=None)
def test_contents_survive_the_wire(pair: tuple[int, Content]) -> None:
    _, content = pair
    assert type(content).parse(content.build()) == content


@given(lsas())
@settings(max_examples=200, deadline=None)
def test_lsas_survive_the_wire(lsa: Lsa) -> None:
    again = Lsa(lsa.rest)
    assert again.rest == lsa.rest
    assert (again.kind, again.id, again.router, again.sequence, again.content) == (
        lsa.kind,
        lsa.id,
        lsa.router,
        lsa.sequence,
        lsa.content,
    )
    assert again.key == key_of(lsa.kind, lsa.id, lsa.router)


@given(hellos)
@settings(deadline=None)
def test_hellos_survive_the_wire(hello: Hello) -> None:
    assert Hello.parse(hello.build()) == hello


@given(descriptions)
@settings(deadline=None)
def test_descriptions_survive_the_wire(description: DatabaseDescription) -> None:
    assert DatabaseDescription.parse(description.build()) == description


@given(st.lists(st.binary(min_size=8, max_size=8).map(lambda data: b"\1" + data), max_size=5))
@settings(deadline=None)
def test_requests_survive_the_wire(keys: list[bytes]) -> None:
    assert parse_request(build_request(keys)) == tuple(keys)


@given(st.lists(headers, max_size=5))
@settings(deadline=None)
def test_acknowledgments_survive_the_wire(some: list[LsaHeader]) -> None:
    assert parse_headers(build_headers(some)) == tuple(some)


@given(st.lists(st.tuples(half, lsas()), max_size=4))
@settings(deadline=None)
def test_updates_survive_the_wire(some: list[tuple[int, Lsa]]) -> None:
    update = parse_update(build_update(some))
    assert not update.errors
    assert [(age, lsa.rest) for age, lsa in update.lsas] == [(age, lsa.rest) for age, lsa in some]


def authentications() -> list[Authentication]:
    crypto = AuthType.CRYPTOGRAPHIC
    return [
        Authentication(),
        Authentication(AuthType.SIMPLE, b"cisco"),
        *(
            Authentication(crypto, key=Key(7, secret, digest), sequence=0x12345678)
            for digest in Digest
            for secret in (b"k", b"a secret that is far longer than any digest of this list is" * 2)
        ),
    ]


@pytest.mark.parametrize("authentication", authentications())
@pytest.mark.parametrize("link_local", [None, IOS_LINK_LOCAL])
def test_packets_survive_the_wire(
    authentication: Authentication, link_local: LinkLocal | None
) -> None:
    payload = build_packet(PacketType.HELLO, R1, 5, b"body" * 5, authentication, link_local)
    packet = Packet.parse(payload)
    assert (packet.kind, packet.router, packet.area) == (PacketType.HELLO, R1, 5)
    assert packet.auth_type == authentication.kind
    assert packet.body == b"body" * 5
    if authentication.key is not None:
        assert packet.digest_ok(authentication.key)
        assert not packet.digest_ok(authentication.key._replace(secret=b"other"))
        assert packet.sequence == authentication.sequence
    if authentication.password:
        assert packet.password == authentication.password
    if link_local is not None:
        assert packet.link_local() == link_local


@given(st.binary(max_size=61), st.binary(min_size=1, max_size=8))
def test_the_checksum_leaves_the_password_out(body: bytes, password: bytes) -> None:
    plain = build_packet(PacketType.LS_ACK, R1, 0, body)
    secret = build_packet(PacketType.LS_ACK, R1, 0, body, Authentication(AuthType.SIMPLE, password))
    assert Packet.parse(secret).body == Packet.parse(plain).body == body
    # AuType is the one other word that differs.
    ours, theirs = Packet.parse(plain).checksum, Packet.parse(secret).checksum
    assert (ours - theirs) % 65535 == 1


# LSAs


@given(lsas(), st.integers(0), st.integers(1, 254))
@settings(deadline=None)
def test_a_changed_lsa_has_a_wrong_checksum(lsa: Lsa, where: int, change: int) -> None:
    # Changes by 255 are what Fletcher's checksum cannot see.
    rest = bytearray(lsa.rest)
    where %= len(rest)
    if where in (16, 17):
        return
    rest[where] = (rest[where] + change) % 256
    if rest[where] % 255 == lsa.rest[where] % 255:
        return
    with pytest.raises(DecodeError):
        Lsa(bytes(rest))


def test_equal_bytes_are_one_object() -> None:
    assert known_lsas.find(bytes(bytearray(ROUTER_LSA.rest))) is ROUTER_LSA


def test_instances_that_say_the_same() -> None:
    again = build_lsa(LsType.ROUTER, 0x22, R1, R1, 0x80000002, ROUTER_LSA.content)
    assert again.instance != ROUTER_LSA.instance
    assert again.says_the_same(ROUTER_LSA)
    other = build_lsa(LsType.ROUTER, 0x20, R1, R1, 0x80000002, ROUTER_LSA.content)
    assert not other.says_the_same(ROUTER_LSA)


def instance(sequence: int, checksum: int = 1) -> bytes:
    return bytes(10) + sequence.to_bytes(4, "big") + checksum.to_bytes(2, "big") + bytes(2)


@pytest.mark.parametrize(
    ("age", "first", "other_age", "second", "expected"),
    [
        (1, instance(0x80000002), 1, instance(0x80000001), 1),
        (1, instance(0x7FFFFFFF), 1, instance(0x80000001), 1),
        (1, instance(5), 1, instance(4), 1),
        (1, instance(0x80000001), 3600, instance(0x80000002), -1),
        (1, instance(1, 9), 1, instance(1, 8), 1),
        (3600, instance(1), 1, instance(1), 1),
        (1, instance(1), 3600, instance(1), -1),
        (3600, instance(1), 3600, instance(1), 0),
        (1, instance(1), 902, instance(1), 1),
        (902, instance(1), 1, instance(1), -1),
        (1, instance(1), 901, instance(1), 0),
    ],
)
def test_which_instance_is_newer(
    age: int, first: bytes, other_age: int, second: bytes, expected: int
) -> None:
    assert fresher(age, first, other_age, second) == expected


def test_mask_lengths() -> None:
    assert [mask_length(one) for one in (0, 0x80000000, 0xFFFFFF00, 0xFFFFFFFF)] == [0, 1, 24, 32]
    assert dotted(NET) == "10.0.12.1"


# Broken ones


def test_what_is_wrong_is_told_apart() -> None:
    payload = build_packet(PacketType.HELLO, R1, 0, bytes(20))
    with pytest.raises(VersionError):
        Packet.parse(b"\3" + payload[1:])
    with pytest.raises(LengthError):
        Packet.parse(payload[:-1])
    with pytest.raises(LengthError):
        Packet.parse(payload[:23])
    with pytest.raises(ChecksumError):
        Packet.parse(payload[:-1] + b"\1")
    unknown = bytearray(ROUTER_LSA.rest)
    unknown[1] = 6
    unknown[14:16] = bytes(2)
    unknown[14:16] = fletcher_checksum(bytes(unknown)).to_bytes(2, "big")
    with pytest.raises(LsTypeError):
        Lsa(bytes(unknown))


def test_one_bad_lsa_does_not_spoil_the_update() -> None:
    body = bytearray(build_update([(1, ROUTER_LSA), (1, ALL_LSAS[1])]))
    body[4 + 16] ^= 1
    update = parse_update(bytes(body))
    assert [lsa for _, lsa in update.lsas] == [ALL_LSAS[1]]
    assert [type(error) for error in update.errors] == [ChecksumError]


WHOLE = [
    build_packet(
        PacketType.HELLO,
        R1,
        0,
        Hello(0xFFFFFF00, 10, 18, 1, 40, NET, 0, (R2,)).build(),
        Authentication(AuthType.CRYPTOGRAPHIC, key=MD5_KEY, sequence=1),
        IOS_LINK_LOCAL,
    ),
    build_packet(
        PacketType.DATABASE_DESCRIPTION,
        R1,
        0,
        DatabaseDescription(1500, 0x52, 1, 9, (LsaHeader(1, ROUTER_LSA.instance),)).build(),
        link_local=IOS_LINK_LOCAL,
    ),
    build_packet(PacketType.LS_REQUEST, R1, 0, build_request([lsa.key for lsa in ALL_LSAS])),
    build_packet(PacketType.LS_UPDATE, R1, 0, build_update([(1, lsa) for lsa in ALL_LSAS])),
    build_packet(
        PacketType.LS_ACK, R1, 0, build_headers([LsaHeader(1, lsa.instance) for lsa in ALL_LSAS])
    ),
]


def read_everything(payload: bytes) -> None:
    packet = Packet.parse(payload)
    if packet.trailer:
        packet.link_local()
    packet.digest_ok(MD5_KEY)
    parser = {
        PacketType.HELLO: Hello.parse,
        PacketType.DATABASE_DESCRIPTION: DatabaseDescription.parse,
        PacketType.LS_REQUEST: parse_request,
        PacketType.LS_UPDATE: parse_update,
        PacketType.LS_ACK: parse_headers,
    }[PacketType(packet.kind)]
    parser(packet.body)


@pytest.mark.parametrize("payload", WHOLE, ids=lambda payload: f"type{payload[1]}")
def test_every_cut_and_flip_is_refused_or_read(payload: bytes) -> None:
    for size in range(int.from_bytes(payload[2:4], "big")):
        with pytest.raises(DecodeError):
            read_everything(payload[:size])
    for where in range(len(payload)):
        for change in (1, 0x80, 0xFF):
            broken = bytearray(payload)
            broken[where] ^= change
            try:
                read_everything(bytes(broken))
            except DecodeError:
                continue


@pytest.mark.parametrize("lsa", ALL_LSAS, ids=lambda lsa: f"type{lsa.kind}")
def test_lsas_with_right_checksums_and_nonsense_in_them(lsa: Lsa) -> None:
    for where in range(18, len(lsa.rest)):
        for value in (0, 1, 0x7F, 0xFF):
            rest = bytearray(lsa.rest)
            rest[where] = value
            rest[14:16] = bytes(2)
            rest[14:16] = fletcher_checksum(bytes(rest)).to_bytes(2, "big")
            try:
                Lsa(bytes(rest))
            except DecodeError:
                continue


# What tshark makes of them


def test_tshark_finds_no_fault(tmp_path: Path) -> None:
    program = shutil.which("tshark")
    if program is None:
        message = "tshark is not installed (Debian package tshark)"
        assert os.environ.get("CI") != "true", message
        pytest.skip(message)
    frames = []
    source, group = IPv4Address("10.0.12.1"), IPv4Address("224.0.0.5")
    for payload in WHOLE:
        packet = IPv4Header(source, group, IpProtocol.OSPF, ttl=1).build(payload)
        frames.append(EthernetHeader(bytes(6), bytes(6), EtherType.IPV4).build(packet))
    text = "".join("0000 " + " ".join(f"{byte:02x}" for byte in frame) + "\n\n" for frame in frames)
    (tmp_path / "frames.txt").write_text(text)
    capture = tmp_path / "frames.pcap"
    subprocess.run(
        [
            shutil.which("text2pcap") or "text2pcap",
            "-q",
            str(tmp_path / "frames.txt"),
            str(capture),
        ],
        check=True,
        capture_output=True,
    )
    done = subprocess.run(
        [program, "-n", "-r", str(capture), "-T", "json", "-o", "ip.check_checksum:TRUE"],
        check=True,
        capture_output=True,
        text=True,
    )
    packets = json.loads(done.stdout)
    assert len(packets) == len(WHOLE)
    assert "malformed" not in done.stdout.lower()
    faults = subprocess.run(
        [program, "-n", "-r", str(capture), "-z", "expert,warn", "-q"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "Warn" not in faults.stdout
    assert "Errors" not in faults.stdout
    for name in (
        "Router-LSA",
        "Network-LSA",
        "Summary-LSA (IP network)",
        "Summary-LSA (ASBR)",
        "AS-External-LSA (ASBR)",
        "NSSA",
        "Opaque LSA, Area-local scope",
        "ospf.v2.lls",
    ):
        assert name in done.stdout, name
