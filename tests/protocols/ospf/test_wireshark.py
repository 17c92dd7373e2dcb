"""What tshark makes of every packet that networks of all kinds exchange."""

import os
import shutil
import struct
import subprocess
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from ioscli.codec.ipv4 import IPv4Header
from ioscli.model.effects import Redistributed
from ioscli.model.ospf import (
    OspfArea,
    OspfAreaKind,
    OspfAuthentication,
    OspfInterfaceSettings,
    OspfVirtualLink,
    TypedSecret,
)
from ioscli.model.rib import RouteSource
from tests.protocols.ospf.wire import Network, Router, chosen_for

RAW_IP = 101
OSPF = 89
CHECKS = ["-o", "ip.check_checksum:TRUE"]


def tshark(*arguments: str) -> str:
    program = shutil.which("tshark")
    if program is None:
        message = "tshark is not installed (Debian package tshark)"
        assert os.environ.get("CI") != "true", message
        pytest.skip(message)
    command = [program, "-n", *CHECKS, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def fields(capture: Path, *names: str) -> list[list[str]]:
    wanted = [word for name in names for word in ("-e", name)]
    out = tshark("-r", str(capture), "-T", "fields", "-E", "separator=|", *wanted)
    return [line.split("|") for line in out.splitlines()]


def capture(network: Network, path: Path) -> Path:
    """Every packet sent, as the router would put it into IPv4."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, RAW_IP))
        for number, one in enumerate(network.sent):
            header = IPv4Header(one.source, one.destination, OSPF, one.ttl, tos=one.tos)
            packet = header.build(one.payload)
            file.write(struct.pack("<IIII", number, 0, len(packet), len(packet)) + packet)
    return path


def everything() -> Network:
    """A LAN in the backbone, a transit area, an NSSA behind a virtual link, MD5 on one link."""
    network = Network()
    routers = [network.router(f"R{number}", area0=False) for number in range(1, 6)]
    first, second, third, fourth, fifth = routers
    network.lan("10.0.0.0/24", first, second, area=0)
    network.link(second, third, "10.1.23.0/30", settings=lambda: chosen_for(1))
    network.link(third, fourth, "10.2.34.0/30", settings=lambda: chosen_for(2))
    network.link(first, fifth, "10.0.15.0/30", kind="Tunnel", settings=signed)
    for one, other in ((second, "3.3.3.3"), (third, "2.2.2.2")):
        link = OspfVirtualLink(IPv4Address(other))
        one.process.areas[1] = OspfArea(1, virtual_links=[link])
    for one in (third, fourth):
        one.process.areas[2] = OspfArea(2, kind=OspfAreaKind.NSSA)
    network.configure()
    network.run(120)
    redistribute(network, fourth, "198.51.100.0/24")
    redistribute(network, fifth, "203.0.113.0/24")
    network.run(40)
    assert fifth.route("198.51.100.0/24").startswith("O E2")
    assert first.route("203.0.113.0/24").startswith("O E2")
    network.carry_out(fifth, fifth.machine.close(network.now))
    network.run(10)
    return network


def signed() -> OspfInterfaceSettings:
    settings = chosen_for(0)
    settings.authentication.kind = OspfAuthentication.MESSAGE_DIGEST
    settings.authentication.digest_keys[1] = TypedSecret("secret")
    return settings


def redistribute(network: Network, router: Router, prefix: str) -> None:
    net = IPv4Network(prefix)
    route = Redistributed(net, RouteSource.STATIC, "", None, tag=7)
    network.carry_out(router, router.machine.redistribute(network.now, {net: route}))


def test_tshark_finds_nothing_malformed_and_every_checksum_right(tmp_path: Path) -> None:
    network = everything()
    path = capture(network, tmp_path / "ospf.pcap")
    rows = fields(
        path,
        "ospf.msg",
        "ospf.auth.type",
        "_ws.malformed",
        "_ws.expert.message",
        "ip.checksum.status",
    )
    assert len(rows) == len(network.sent)
    assert {row[0] for row in rows} == {"1", "2", "3", "4", "5"}
    assert {tuple(row[2:]) for row in rows} == {("", "", "1")}
    text = tshark("-r", str(path), "-V", "-O", "ospf")
    # A packet under cryptographic authentication has no checksum (D.4.3).
    plain = sum(row[1] == "0" for row in rows)
    assert 0 < plain < len(rows)
    assert text.count(" [correct]") == plain
    assert "incorrect" not in text


def test_tshark_reads_every_type_of_lsa(tmp_path: Path) -> None:
    network = everything()
    rows = fields(capture(network, tmp_path / "ospf.pcap"), "ospf.msg", "ospf.lsa")
    kinds = {kind for message, lsas in rows if message == "4" for kind in lsas.split(",")}
    assert {"1", "2", "3", "4", "5", "7"} <= kinds
