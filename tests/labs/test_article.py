"""The default lab end to end: what is on the wire while the article's steps are replayed."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run

Ioscli = Callable[..., Run]

#: ISAKMP payloads that only a decrypted message shows: a hash (RFC 2409, 5).
FIELDS = (
    "frame.protocols", "ip.checksum.status", "udp.checksum.status", "icmp.checksum.status",
    "esp.icv_good", "esp.icv_bad", "isakmp.flag_e", "isakmp.hash",
    "ip.len", "icmp.mtu", "gre.proto",
)  # fmt: skip


def dissected(capture: Path, keys: Path) -> list[dict[str, str]]:
    """Every frame as tshark sees it with the exported keys."""
    program = shutil.which("tshark")
    if program is None:
        assert os.environ.get("CI") != "true", "tshark is missing"
        pytest.skip("tshark is not installed")
    run = subprocess.run(
        [program, "-r", str(capture), "-T", "fields", "-E", "separator=|",
         *(word for field in FIELDS for word in ("-e", field))],
        env={**os.environ, "WIRESHARK_CONFIG_DIR": str(keys)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [dict(zip(FIELDS, row.split("|"), strict=True)) for row in run.stdout.splitlines()]


@pytest.fixture
def frames(ioscli: Ioscli, tmp_path: Path) -> dict[str, list[dict[str, str]]]:
    """The frames of two links during the MTU part, which begins with everything before it."""
    run = ioscli(
        "replay", "gre-over-ipsec/mtu", "--keys", tmp_path / "keys",
        "--capture", f"R1-R2:{tmp_path / 'wan'}", "--capture", f"R4:Gi0/0:{tmp_path / 'lan'}",
    )  # fmt: skip
    assert run.status == 0, run.err
    return {name: dissected(tmp_path / name, tmp_path / "keys") for name in ("wan", "lan")}


def test_wire_is_sound_and_decrypts(frames: dict[str, list[dict[str, str]]]) -> None:
    for frame in [*frames["wan"], *frames["lan"]]:
        assert "malformed" not in frame["frame.protocols"]
        for layer in ("ip", "udp", "icmp"):
            # 1 is good; 2 is unverified, as for the quoted datagrams within ICMP errors.
            assert "0" not in frame[f"{layer}.checksum.status"].split(",")

    sealed = [frame for frame in frames["wan"] if "esp" in frame["frame.protocols"].split(":")]
    assert len(sealed) > 80
    assert {(frame["esp.icv_good"], frame["esp.icv_bad"]) for frame in sealed} == {("1", "0")}
    # Each holds GRE with IPv4 inside, and nothing but ESP carries what R4 and R5 say.
    assert {frame["gre.proto"] for frame in sealed} == {"0x0800"}
    plain = [frame for frame in frames["wan"] if frame not in sealed]
    # (Errors quote what they are about: R2 has no route for R1's first OSPF hellos through the
    # tunnel, R3 no policy for the first ISAKMP message.)
    said = [frame["frame.protocols"] for frame in plain]
    assert not any("icmp" in protocols and "icmp:ip" not in protocols for protocols in said)
    assert max(int(frame["ip.len"].split(",")[0]) for frame in sealed) == 1496

    ike = [frame for frame in frames["wan"] if "isakmp" in frame["frame.protocols"].split(":")]
    encrypted = [frame for frame in ike if frame["isakmp.flag_e"] == "1"]
    assert len(encrypted) >= 10
    assert all(frame["isakmp.hash"] for frame in encrypted)


def test_routers_report_the_mtu_they_have(frames: dict[str, list[dict[str, str]]]) -> None:
    reported = [frame["icmp.mtu"] for frame in frames["lan"] if frame["icmp.mtu"]]
    assert set(reported) == {"1414", "1400"}


def test_article_s_numbers(ioscli: Ioscli) -> None:
    run = ioscli("replay", "gre-over-ipsec/article", "--format", "json")
    said = [(entry["node"], entry["command"], entry["output"]) for entry in json.loads(run.out)]

    def output(node: str, command: str) -> str:
        """What the last such command printed."""
        return [text for at, typed, text in said if (at, typed) == (node, command)][-1]

    assert "plaintext mtu 1438, path mtu 1500, ip mtu 1500" in output("R1", "show crypto ipsec sa")
    isakmp = output("R1", "show crypto isakmp sa").splitlines()
    assert [line.split()[:3:2] for line in isakmp if "ACTIVE" in line].count(
        ["100.1.1.1", "QM_IDLE"]
    ) == 1
    assert len([line for line in isakmp if "QM_IDLE" in line]) == 2
    for size, symbols in (
        (1500, "M.M.M"),
        (1415, "M.M.M"),
        (1401, "M.M.M"),
        (1414, "!!!!!"),
        (1400, "!!!!!"),
    ):
        order = f"size {size} df-bit" if size == 1500 else f"df-bit size {size}"
        assert f"\n{symbols}\n" in output("R4", f"ping 172.16.2.5 {order}")
    sweep = output("R4", "ping")
    assert "Reply to request 14 (5 ms) (size 1414)\n" in sweep
    assert "Unreachable from 192.168.1.1, maximum MTU 1414 (size 1415)\n" in sweep
    assert "Request 16 timed out (size 1416)\n" in sweep
    hops = [
        line.split()[1] for line in output("R4", "traceroute 172.16.2.5 numeric").splitlines()[3:]
    ]
    assert hops == ["192.168.1.1", "10.1.3.3", "172.16.2.5"]
