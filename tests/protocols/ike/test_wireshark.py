"""What tshark makes of every exchange: it decrypts them all, and finds nothing malformed."""

import os
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from ioscli.codec.ipv4 import IPv4Header
from ioscli.codec.udp import UdpHeader
from ioscli.model.crypto import AhIntegrity, ChildProposal, EspCipher, EspTransform, Mode
from ioscli.model.isakmp import AggressivePeer, Identity, IdentityKind, Keepalive
from tests.protocols.ike.test_nat_traversal import between_lans, natted
from tests.protocols.ike.test_signatures import signed
from tests.protocols.ike.wire import A, B, Wire, child, pair

RAW_IP = 101
UDP = 17


def lived(wire: Wire) -> Wire:
    """A tunnel that comes up, is watched, rekeyed and torn down."""
    for peer in (wire.a, wire.b):
        peer.settings.keepalive = Keepalive(10, 2, periodic=True)
        peer.settings.nat_keepalive = 5
    wanted = between_lans(A, B) if wire.nat else child(A, B)
    wire.a.initiate(wanted)
    wire.run(12)
    wire.a.initiate(wanted)
    wire.run(1)
    assert len(wire.a.installed) == 2
    spis = [wire.a.installed[0].inbound_spi]
    wire.a.carry_out(wire.a.machine.delete_child(wire.now, wanted, spis))
    wire.b.carry_out(wire.b.machine.clear(wire.now))
    wire.run(1)
    return wire


def aggressive(wire: Wire) -> Wire:
    wire.a.settings.aggressive_peers[B] = AggressivePeer(
        B, client_endpoint=Identity(IdentityKind.HOSTNAME, "r1.example.net")
    )
    return wire


def with_ah() -> Wire:
    wire = pair()
    transform = EspTransform(EspCipher.AES_256, None, AhIntegrity.SHA256)
    wire.b.machine.set_child_policies([child(B, A, ChildProposal(transform, Mode.TUNNEL))])
    wire.a.initiate(child(A, B, ChildProposal(transform, Mode.TUNNEL), pfs=19))
    wire.run(1)
    assert wire.a.installed
    return wire


WIRES = {
    "main mode": lambda: lived(pair()),
    "aggressive mode": lambda: lived(aggressive(pair())),
    "signatures": lambda: lived(signed()),
    "aggressive mode with signatures": lambda: lived(aggressive(signed())),
    "NAT traversal": lambda: lived(natted()),
    "AH and ESP": with_ah,
}


def captured(wire: Wire, path: Path) -> list[str]:
    """Write what A and B sent, and give the keys to read it with as tshark's options."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, RAW_IP))
        for when, send in wire.sent:
            ports = UdpHeader(send.local_port, send.peer_port)
            datagram = ports.build(send.payload, send.local, send.peer)
            packet = IPv4Header(send.local, send.peer, UDP, 64).build(datagram)
            seconds, micros = divmod(when, 1_000_000)
            file.write(struct.pack("<IIII", seconds, micros, len(packet), len(packet)) + packet)
    records = wire.a.machine.keys()
    return [
        f"uat:ikev1_decryption_table:{record.initiator_cookie.hex()},{record.encryption_key.hex()}"
        for record in records
    ]


@pytest.mark.parametrize("name", WIRES)
def test_tshark_reads_every_message(name: str, tmp_path: Path) -> None:
    program = shutil.which("tshark")
    if program is None:
        message = "tshark is not installed (Debian package tshark)"
        assert os.environ.get("CI") != "true", message
        pytest.skip(message)
    wire = WIRES[name]()
    path = tmp_path / "ike.pcap"
    options = [word for option in captured(wire, path) for word in ("-o", option)]
    command = [program, "-n", "-r", str(path), "-o", "udp.check_checksum:TRUE", *options]
    out = subprocess.run(
        [*command, "-T", "fields", "-E", "separator=|"]
        + [word for field in FIELDS for word in ("-e", field)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = [line.split("|") for line in out.splitlines()]
    assert len(rows) == len(wire.sent)
    messages = [
        row for row, (_, send) in zip(rows, wire.sent, strict=True) if len(send.payload) > 1
    ]
    for exchange, payloads, encrypted, malformed, expert in messages:
        assert (malformed, expert) == ("", "")
        assert exchange
        # What is not decrypted shows no payloads.
        assert payloads, f"exchange {exchange}, encrypted {encrypted}, was not decrypted"
    assert len({row[2] for row in messages}) == 2, "some are encrypted, some are not"


FIELDS = (
    "isakmp.exchangetype",
    "isakmp.typepayload",
    "isakmp.flag_e",
    "_ws.malformed",
    "_ws.expert.message",
)
