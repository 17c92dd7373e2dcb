"""AH on whole routers: alone and around ESP, in both modes, negotiated by IKE (RFC 4302)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from ioscli.cli.show.ipsec import show_ipsec_sa, show_transform_sets
from ioscli.codec.ah import AhHeader
from ioscli.engine.capture import PcapngWriter
from ioscli.model.changes import CryptoChanged
from ioscli.model.crypto import AhIntegrity, EspCipher, EspIntegrity, EspTransform, Mode
from tests.router.networks import Network
from tests.router.test_crypto import flow, settled
from tests.router.test_tunnel_sizes import NAT, behind_nat
from tests.router.tunnel_wire import Wire, dotted, payload, tunnel_of

if TYPE_CHECKING:
    from pathlib import Path


FAR_SITE = "172.16.2.5"
AH, ESP = 51, 50
ALONE = EspTransform(EspCipher.NULL, None, AhIntegrity.SHA)
AROUND = EspTransform(EspCipher.AES_128, EspIntegrity.SHA256, AhIntegrity.MD5)


def check_sizes(network: Network, overhead: int) -> None:
    limit = flow(network).plaintext_mtu - overhead
    assert tunnel_of(network, "R1").ip_mtu == limit
    wire = Wire(network)
    assert network.ping("R4", FAR_SITE, count=1, size=limit, df=True) == "!"
    assert network.ping("R4", FAR_SITE, count=1, size=limit + 1, df=True) == "M"
    sizes = {len(it) for it in wire.of(AH)}
    assert len(sizes) == 1
    assert 1500 - 16 < max(sizes) <= 1500
    assert not wire.of(ESP)


@pytest.mark.parametrize("integrity", list(AhIntegrity))
@pytest.mark.parametrize("mode", list(Mode))
def test_ah_alone(integrity: AhIntegrity, mode: Mode) -> None:
    network = settled(transform=ALONE._replace(ah=integrity), mode=mode)
    assert network.ping("R4", FAR_SITE) == "!!!!!"
    check_sizes(network, 24)
    wire = Wire(network)
    network.ping("R4", FAR_SITE, count=1)
    header, _ = AhHeader.parse(payload(wire.of(AH)[0]))
    assert header.next_header == (4 if mode is Mode.TUNNEL else 47)


@pytest.mark.parametrize("integrity", list(AhIntegrity))
@pytest.mark.parametrize("mode", list(Mode))
def test_ah_around_esp(integrity: AhIntegrity, mode: Mode) -> None:
    network = settled(transform=AROUND._replace(ah=integrity), mode=mode)
    assert network.ping("R4", FAR_SITE) == "!!!!!"
    check_sizes(network, 24)
    wire = Wire(network)
    network.ping("R4", FAR_SITE, count=1)
    header, _ = AhHeader.parse(payload(wire.of(AH)[0]))
    assert header.next_header == ESP


def test_a_vti_with_ah() -> None:
    network = settled(transform=AROUND, vti=True)
    assert network.ping("R4", FAR_SITE) == "!!!!!"
    check_sizes(network, 0)


def test_each_protocol_has_its_spi_and_its_keys() -> None:
    network = settled(transform=AROUND)
    (ours,) = network["R1"].crypto.sadb.by_spi.values()
    (theirs,) = network["R3"].crypto.sadb.by_spi.values()
    child = ours.child
    spis = {child.inbound_spi, child.outbound_spi, child.inbound_ah_spi, child.outbound_ah_spi}
    assert len(spis) == 4
    assert child.inbound_ah_spi == theirs.child.outbound_ah_spi
    assert child.inbound_ah_key == theirs.child.outbound_ah_key
    assert len({child.inbound_ah_key, child.outbound_ah_key}) == 2
    assert child.inbound_ah_key != child.inbound_authentication_key[:16]


def test_esp_without_its_ah_is_refused() -> None:
    network = settled(transform=AROUND)
    wire = Wire(network, "R2-R3")
    network.ping("R4", FAR_SITE, count=1)
    packet = wire.of(AH, "100.1.1.1")[0]
    _, inside = AhHeader.parse(payload(packet))
    received = flow(network, "R3").decaps
    crypto = network["R3"].crypto
    bare = packet[:9] + bytes((ESP,)) + packet[10:20] + inside
    crypto.input.receive(bare, tunnel_of(network, "R3"))
    assert crypto.input.policy_drops == 1
    assert flow(network, "R3").decaps == received


@pytest.mark.parametrize("transform", [ALONE, AROUND])
def test_tampered_and_replayed_packets_are_counted(transform: EspTransform) -> None:
    network = settled(transform=transform)
    wire = Wire(network, "R2-R3")
    network.ping("R4", FAR_SITE, count=1)
    packet = wire.of(AH, "100.1.1.1")[0]
    before = flow(network, "R3")
    crypto, port = network["R3"].crypto, tunnel_of(network, "R3")
    crypto.input.receive_ah(packet, port)
    crypto.input.receive_ah(packet[:-1] + bytes((packet[-1] ^ 1,)), port)
    crypto.input.receive_ah(packet[:26], port)
    after = flow(network, "R3")
    assert after.recv_errors == before.recv_errors + 2
    assert after.decaps == before.decaps
    assert network.ping("R4", FAR_SITE) == "!!!!!"


def test_unknown_spis_are_reported_as_ahs() -> None:
    network = settled(transform=ALONE)
    wire = Wire(network, "R2-R3")
    network.ping("R4", FAR_SITE, count=1)
    packet = wire.of(AH, "100.1.1.1")[0]
    stranger = packet[:24] + bytes((0xDE, 0xAD, 0xBE, 0xEF)) + packet[28:]
    network["R3"].crypto.input.receive_ah(stranger, tunnel_of(network, "R3"))
    (line,) = [it for it in network.log if "RECVD_PKT_INV_SPI" in it]
    assert "prot=51, spi=0xDEADBEEF(3735928559)" in line


@pytest.mark.parametrize("transform", [ALONE, AROUND])
def test_nat_on_the_way_breaks_it(transform: EspTransform) -> None:
    """AH covers the addresses: IKE agrees, and nothing that NAT has touched is genuine."""
    network = behind_nat(transform, works=False)
    assert flow(network).outbound_spi
    network.ping("R4", FAR_SITE, count=2)  # fills the ARP tables
    wire = Wire(network, "R2-R3")
    errors = flow(network, "R3").recv_errors
    assert network.ping("R4", FAR_SITE, count=3) == "..."
    assert [dotted(it[12:16]) for it in wire.of(AH)] == [NAT] * 3
    assert flow(network, "R3").recv_errors == errors + 3


@pytest.mark.parametrize("transform", [ALONE, AROUND])
def test_sas_are_deleted_and_renewed(transform: EspTransform) -> None:
    network = settled(transform=transform)
    before = {view.spi for view in flow(network).inbound}
    network["R1"].clear_crypto_sa()
    network.wait(60)  # both ends have begun, and one of the two pairs has gone again
    assert network.ping("R4", FAR_SITE) == "!!!!!"
    after = {view.spi for view in flow(network).inbound}
    assert len(after) == len(before)
    assert not before & after
    assert not before & {view.spi for view in flow(network, "R3").outbound}
    network.wait(3_700)
    assert network.ping("R4", FAR_SITE) == "!!!!!"
    assert len(network["R3"].crypto.sadb.by_ah_spi) == 1


def test_transforms_that_differ_in_ah_do_not_meet() -> None:
    network = settled(transform=AROUND)
    sets = network["R3"].config.ipsec.transform_sets
    sets["TRSET"].transform = AROUND._replace(ah=None)
    network["R3"].apply([CryptoChanged()])
    network["R1"].clear_crypto_sa()
    network.wait(30)
    assert not flow(network).outbound_spi


def test_show_lists_ah_by_itself() -> None:
    network = settled(transform=AROUND)
    lines = list(show_ipsec_sa(network["R1"].ipsec_views()))
    start = lines.index("     inbound ah sas:")
    assert lines[start + 1].startswith("      spi: 0x")
    assert lines[start + 2] == "        transform: ah-md5-hmac ,"
    assert lines[start + 3] == "        in use settings ={Tunnel, }"
    assert lines[start + 6] == "        replay detection support: Y"
    assert lines[lines.index("     inbound esp sas:") + 2] == (
        "        transform: esp-aes esp-sha256-hmac ,"
    )
    shown = list(show_transform_sets(network["R1"].config.ipsec, "TRSET"))
    assert shown == [
        "Transform set TRSET: { ah-md5-hmac  } ",
        "   will negotiate = { Tunnel,  }, ",
        "   { esp-aes esp-sha256-hmac  } ",
        "   will negotiate = { Tunnel,  }, ",
        "   ",
    ]


@pytest.mark.parametrize("mode", list(Mode))
def test_tshark_reads_it(tmp_path: Path, mode: Mode) -> None:
    tshark = shutil.which("tshark")
    if tshark is None:
        if os.environ.get("CI") == "true":
            pytest.fail("tshark is missing")
        pytest.skip("needs tshark")
    network = settled(transform=ALONE._replace(ah=AhIntegrity.SHA256), mode=mode)
    capture = PcapngWriter(tmp_path / "ah.pcapng")
    capture.tap(network.links["R1-R2"])
    assert network.ping("R4", FAR_SITE, count=1) == "!"
    capture.close()
    fields = ["frame.protocols", "ah.next_header", "ah.length", "ah.spi", "ah.sequence", "ip.dst"]
    options = [text for field in fields for text in ("-e", field)]
    command = [tshark, "-r", str(tmp_path / "ah.pcapng"), "-T", "json", "-Y", "ah", *options]
    out = subprocess.run(command, capture_output=True, text=True, check=True)
    first = json.loads(out.stdout)[0]["_source"]["layers"]
    ways = {
        Mode.TUNNEL: ("eth:ethertype:ip:ah:ip:gre:ip:icmp:data", "4"),
        Mode.TRANSPORT: ("eth:ethertype:ip:ah:gre:ip:icmp:data", "47"),
    }
    assert (first["frame.protocols"][0], first["ah.next_header"][0]) == ways[mode]
    assert first["ah.length"] == ["5"]
    spi = flow(network).outbound_spi
    assert first["ah.spi"] == [f"0x{spi:08x}"]
    assert first["ip.dst"][-1] == FAR_SITE
    assert dotted(bytes((100, 3, 3, 3))) in first["ip.dst"]
