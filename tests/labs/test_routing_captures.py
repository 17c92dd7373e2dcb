"""tshark reads the routing protocols in captures of whole labs, and digests hold by other means.

Digests are computed here from the RFCs alone: OSPF RFC 2328 appendix D.4.3 and RFC 5709, EIGRP as
FRR's eigrpd has it (RFC 7868 does not say), RIP RFC 4822, TCP RFC 2385.
"""

import hashlib
import hmac
import os
import shutil
import struct
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ioscli.engine.capture import LinkType, PcapngWriter
from ioscli.labs.captures import write_keys_at_end
from ioscli.labs.labfile import Lab, read_lab
from ioscli.labs.topology import Topology
from ioscli.model.instant import Instant, seconds
from tests.cli.typing_config import grammar
from tests.router.ospf_networks import type_at
from tests.router.routing_wire import AUTHENTICATED, OSPF_MD5, OSPF_SHA, recorded, speakers

LABS = Path(__file__).parents[2] / "labs"
#: Lab -> what its solution must show on the wires.
SPOKEN = {
    "ospf-multiarea": {"ospf"},
    "gre-over-ipsec": {"ospf", "bgp"},
    "bgp-two-isps": {"bgp"},
    "eigrp-basics": {"eigrp"},
    "recursive-routing": {"ospf"},
    "ospf-nbma-over-ipsec": {"ospf"},
    "redundant-tunnels": {"ospf"},
    "ipsec-over-gre": {"ospf"},
}
ROUTING = ("ospf", "bgp", "eigrp", "rip")
CHECKED = ("ip.check_checksum", "tcp.check_checksum", "udp.check_checksum")
GOOD, UNCHECKED = "1", "2"
"""Of tshark's `checksum.status`; a fragment's or an absent UDP checksum is not checked."""
WARNING, ERROR = 0x600000, 0x800000
"""Severities of expert information (epan/proto.h: PI_WARN, PI_ERROR)."""
AFTER_WARM_UP = seconds(100)


def tshark(capture: Path, *arguments: str, keys: Path | None = None) -> str:
    program = shutil.which("tshark")
    if program is None:
        assert os.environ.get("CI") != "true", "tshark is missing"
        pytest.skip("tshark is not installed")
    preferences = [word for name in CHECKED for word in ("-o", f"{name}:TRUE")]
    environment = dict(os.environ)
    if keys is not None:
        environment["WIRESHARK_CONFIG_DIR"] = str(keys)
    run = subprocess.run(
        [program, "-r", str(capture), *preferences, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


def captures_of(lab: Lab, folder: Path) -> list[Path]:
    """Each link of a lab while it converges, in a file of its own; the keys beside.

    tshark follows the chained blocks of ISAKMP from message to message: a file in which a packet
    is seen twice, on two links, it does not decrypt.
    """
    topology = Topology(lab, grammar())
    paths = []
    with ExitStack() as stack:
        for number, link in enumerate(topology.links.values()):
            paths.append(folder / f"link-{number}.pcapng")
            writer = stack.enter_context(PcapngWriter(paths[-1]))
            serial = topology.is_serial(link)
            writer.tap(link, LinkType.CISCO_HDLC if serial else LinkType.ETHERNET)
        write_keys_at_end(topology, folder / "keys", stack)
        topology.boot()
        topology.simulation.run_until(Instant(topology.simulation.now + AFTER_WARM_UP))
    return paths


def rows(capture: Path, keys: Path | None, *fields: str) -> Iterator[list[str]]:
    wanted = [word for field in fields for word in ("-e", field)]
    text = tshark(capture, "-T", "fields", "-E", "separator=|", *wanted, keys=keys)
    for line in text.splitlines():
        yield line.split("|")


def judge(capture: Path, keys: Path | None = None) -> Counter[str]:
    """Hold that nothing is wrong in a capture; how many frames each protocol has."""
    spoken: Counter[str] = Counter()
    sums = ("ip", "tcp", "udp", "eigrp")
    fields = [f"{it}.checksum.status" for it in sums]
    for number, (protocols, malformed, severities, messages, *states) in enumerate(
        rows(
            capture,
            keys,
            "frame.protocols",
            "_ws.malformed",
            "_ws.expert.severity",
            "_ws.expert.message",
            *fields,
        ),
        1,
    ):
        spoken.update({it for it in protocols.split(":") if it in ROUTING})
        assert not malformed, (number, protocols, malformed)
        worst = max((int(it) for it in severities.split(",") if it), default=0)
        assert worst < ERROR, (number, protocols, messages)
        if worst >= WARNING:
            # A connection that is refused or reset is worth a warning to Wireshark.
            assert "RST" in messages, (number, protocols, messages)
        for name, state in zip(sums, states, strict=True):
            odd = set(state.split(",")) - {"", GOOD}
            assert odd <= ({UNCHECKED} if name == "udp" else set()), (number, name, state)
    _judge_ospf_checksums(capture, keys)
    return spoken


def _judge_ospf_checksums(capture: Path, keys: Path | None) -> None:
    """tshark says so in words only: `[correct]`, or `[incorrect, should be ...]`."""
    text = tshark(capture, "-V", "-O", "ospf", keys=keys)
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith("Checksum: 0x")]
    assert not [line for line in lines if "incorrect" in line or "should be" in line]


@pytest.mark.parametrize("name", SPOKEN)
def test_captures_of_solved_labs(name: str, tmp_path: Path) -> None:
    spoken: Counter[str] = Counter()
    for capture in captures_of(read_lab(LABS / name / "lab.yaml").solved(), tmp_path):
        spoken += judge(capture, tmp_path / "keys")
    assert set(spoken) == SPOKEN[name]


@pytest.mark.parametrize(
    "extra", [(), (OSPF_MD5, AUTHENTICATED), (OSPF_SHA, AUTHENTICATED)], ids=["plain", "md5", "sha"]
)
def test_captures_of_all_four_protocols(extra: tuple[str, ...], tmp_path: Path) -> None:
    network = speakers(*extra)
    path = tmp_path / "four.pcapng"
    with PcapngWriter(path) as writer:
        writer.tap(network.links["R1-R2"])
        network.wait(70)
        type_at(network, "R2", "interface Lo1\n shutdown")
        network.wait(40)
    spoken = judge(path)
    assert set(spoken) == set(ROUTING)
    assert min(spoken.values()) > 5


def test_tshark_notices_a_changed_byte(tmp_path: Path) -> None:
    frames = [it for _, it in recorded(speakers()) if it[12:14] == b"\x08\0"]
    for protocol, wrong in ((89, "ospf"), (88, "eigrp"), (17, "udp"), (6, "tcp")):
        frame = bytearray(next(it for it in frames if it[23] == protocol))
        frame[13 + struct.unpack_from("!H", frame, 16)[0]] ^= 1  # the last one before padding
        path = tmp_path / f"{wrong}.pcap"
        head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
        path.write_bytes(head + struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
        with pytest.raises(AssertionError):
            judge(path)


def inside(frames: list[tuple[str, bytes]], protocol: int) -> list[bytes]:
    """The IP payloads of a protocol."""
    found = []
    for _, frame in frames:
        packet = frame[14:]
        if frame[12:14] == b"\x08\0" and packet[9] == protocol:
            length = struct.unpack_from("!H", packet, 2)[0]
            found.append(packet[(packet[0] & 15) * 4 : length])
    return found


def test_ospf_md5_digests() -> None:
    packets = inside(recorded(speakers(OSPF_MD5)), 89)
    assert {packet[1] for packet in packets} == {1, 2, 3, 4, 5}
    for packet in packets:
        length, kind, key_id, size = struct.unpack_from("!2xH10xHxxBB", packet)
        assert (kind, key_id, size) == (2, 5, 16)
        digest = hashlib.md5(packet[:length] + b"ospf-secret".ljust(16, b"\0")).digest()
        assert packet[length : length + 16] == digest
        assert packet[12:14] == b"\0\0", "the checksum is not used"


def test_ospf_hmac_digests() -> None:
    packets = inside(recorded(speakers(OSPF_SHA)), 89)
    assert {packet[1] for packet in packets} == {1, 2, 3, 4, 5}
    pad = bytes.fromhex("878fe1f3") * 8
    for packet in packets:
        length, kind, key_id, size = struct.unpack_from("!2xH10xHxxBB", packet)
        assert (kind, key_id, size) == (2, 9, 32)
        digest = hmac.new(b"ospf-secret", packet[:length] + pad, "sha256").digest()
        assert packet[length : length + 32] == digest


def test_ospf_sequence_numbers_never_fall() -> None:
    frames = recorded(speakers(OSPF_MD5))
    for sender in ("R1", "R2"):
        packets = inside([it for it in frames if it[0] == sender], 89)
        numbers = [struct.unpack_from("!I", packet, 20)[0] for packet in packets]
        assert numbers == sorted(numbers)
        assert len(set(numbers)) > 3


def test_eigrp_md5_digests() -> None:
    packets = inside(recorded(speakers(AUTHENTICATED)), 88)
    assert {packet[1] for packet in packets} >= {1, 5}
    for packet in packets:
        kind, length, algorithm, size, key_id = struct.unpack_from("!HHHHI", packet, 20)
        if packet[1] == 5 and kind != 2:
            continue  # an acknowledgment is a hello without TLVs
        assert (kind, length, algorithm, size, key_id) == (2, 40, 2, 16, 3)
        assert packet[44:60] == _eigrp_digest(packet), packet.hex()


def _eigrp_digest(packet: bytes) -> bytes:
    """With the key in the digest's place and no checksum; of hellos nothing behind it."""
    before = packet[:2] + bytes(2) + packet[4:44]
    behind = b"" if packet[1] == 5 else packet[60:]
    return hashlib.md5(before + b"eigrp-secret".ljust(16, b"\0") + behind).digest()


def test_rip_md5_digests() -> None:
    datagrams = inside(recorded(speakers(AUTHENTICATED)), 17)
    packets = [it[8:] for it in datagrams if it[2:4] == struct.pack("!H", 520)]
    assert len(packets) > 3
    for packet in packets:
        family, kind, length, key_id, size = struct.unpack_from("!HHHBB", packet, 4)
        assert (family, kind, key_id) == (0xFFFF, 3, 4)
        assert size in {16, 20}
        assert packet[length : length + 4] == b"\xff\xff\0\1"
        digest = hashlib.md5(packet[: length + 4] + b"rip-secret".ljust(16, b"\0")).digest()
        assert packet[length + 4 :] == digest


def test_tcp_md5_digests() -> None:
    segments = 0
    for _, frame in recorded(speakers(AUTHENTICATED)):
        packet = frame[14:]
        if frame[12:14] != b"\x08\0" or packet[9] != 6:
            continue
        total = struct.unpack_from("!H", packet, 2)[0]
        segment = packet[20:total]
        size = (segment[12] >> 4) * 4
        option = segment.index(bytes((19, 18)), 20, size)
        pseudo = packet[12:20] + struct.pack("!BBH", 0, 6, len(segment))
        head = segment[:16] + bytes(2) + segment[18:20]
        digest = hashlib.md5(pseudo + head + segment[size:] + b"bgp-secret").digest()
        assert segment[option + 2 : option + 18] == digest
        segments += 1
    assert segments > 10
