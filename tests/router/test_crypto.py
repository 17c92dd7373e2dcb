"""Tunnel protection between routers: negotiation, sealing, MTU, and what happens when it breaks."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from ioscli.model.changes import CryptoChanged, InterfaceChanged
from ioscli.model.config import RouterConfig, TunnelMode
from ioscli.model.crypto import (
    EspCipher,
    EspIntegrity,
    EspTransform,
    IpsecProfile,
    Mode,
    TransformSet,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.isakmp import (
    IkeAuthentication,
    IkeEncryption,
    IkeHash,
    IsakmpPolicy,
    PreSharedKey,
)
from tests.router.networks import Network, site_to_site, wire_site_to_site

TUNNEL = InterfaceName.parse("Tunnel0")
AES_SHA = EspTransform(EspCipher.AES_256, EspIntegrity.SHA)


def protect(
    made: RouterConfig,
    *,
    key: str = "cisco123",
    transform: EspTransform = AES_SHA,
    mode: Mode = Mode.TUNNEL,
    pfs: int | None = None,
    encryption: IkeEncryption = IkeEncryption.AES_256,
    lifetime: int | None = None,
) -> None:
    settings = made.interfaces[TUNNEL].tunnel
    assert settings is not None
    assert settings.destination is not None
    settings.protection_profile = "PROF"
    made.isakmp.policies[10] = IsakmpPolicy(
        10, encryption, IkeHash.SHA256, IkeAuthentication.PRE_SHARE, 19
    )
    made.isakmp.keys = [PreSharedKey(key, IPv4Network(settings.destination))]
    made.ipsec.transform_sets["TRSET"] = TransformSet("TRSET", transform, mode)
    made.ipsec.profiles["PROF"] = IpsecProfile(
        "PROF", ["TRSET"], pfs_group=pfs, lifetime_seconds=lifetime
    )


def protected(*, vti: bool = False, seed: int = 1, **options: object) -> Network:
    configs = site_to_site()
    for made in (configs[0], configs[2]):
        protect(made, **options)
        if vti:
            made.interfaces[TUNNEL].tunnel.mode = TunnelMode.IPSEC_IPV4
    return wire_site_to_site(Network(*configs, seed=seed)).boot()


def settled(**options: object) -> Network:
    """Protected, negotiated, and every ARP table filled."""
    network = protected(**options)
    network.wait(60)
    network.ping("R4", "172.16.2.5")
    return network


def flow(network: Network, node: str = "R1"):
    (view,) = network[node].ipsec_views()
    return view


def spis(network: Network, node: str) -> tuple[set[int], set[int]]:
    view = flow(network, node)
    return {sa.spi for sa in view.inbound}, {sa.spi for sa in view.outbound}


def test_both_ends_start_at_once_and_hold_two_isakmp_sas():
    network = settled()
    for node in ("R1", "R3"):
        rows = network[node].isakmp_views()
        assert [row.state for row in rows] == ["QM_IDLE", "QM_IDLE"]
        assert {str(row.destination) for row in rows} == {"100.1.1.1", "100.3.3.3"}
        assert sorted(row.conn_id for row in rows) == [1001, 1002]


def test_one_pair_of_sas_is_left_and_the_ends_mirror_one_another():
    network = settled()
    inbound, outbound = spis(network, "R1")
    assert spis(network, "R3") == (outbound, inbound)
    assert len(inbound) == len(outbound) == 1
    assert network.ping("R4", "172.16.2.5", count=20) == "!" * 20
    ours, theirs = flow(network, "R1"), flow(network, "R3")
    assert (ours.encaps, ours.decaps) == (theirs.decaps, theirs.encaps)
    assert ours.encaps >= 20


@pytest.mark.parametrize("seed", range(12))
def test_simultaneous_negotiations_end_alike_whatever_the_cookies(seed):
    network = settled(seed=seed)
    network.wait(120)
    inbound, outbound = spis(network, "R1")
    assert spis(network, "R3") == (outbound, inbound)
    assert len(inbound) == 1
    assert network.ping("R4", "172.16.2.5") == "!!!!!"


@pytest.mark.parametrize(
    ("transform", "mode", "vti"),
    [
        (EspTransform(cipher, integrity), mode, vti)
        for cipher, integrity in [
            (EspCipher.AES_256, EspIntegrity.SHA),
            (EspCipher.AES_128, EspIntegrity.SHA512),
            (EspCipher.TRIPLE_DES, EspIntegrity.MD5),
            (EspCipher.DES, EspIntegrity.SHA384),
            (EspCipher.GCM_256, None),
            (EspCipher.NULL, EspIntegrity.SHA256),
        ]
        for mode, vti in [(Mode.TUNNEL, False), (Mode.TRANSPORT, False), (Mode.TUNNEL, True)]
    ],
)
def test_the_largest_ping_is_what_the_bytes_leave_room_for(transform, mode, vti):
    network = settled(transform=transform, mode=mode, vti=vti)
    view = flow(network)
    limit = view.plaintext_mtu - (0 if vti else 24)
    sizes: list[int] = []

    def measure(_when, _port, frame):
        sizes.append(len(frame) - 14)

    network.links["R1-R2"].tap = measure
    assert network.ping("R4", "172.16.2.5", size=limit, df=True) == "!!!!!"
    assert max(sizes) <= 1500
    assert network.ping("R4", "172.16.2.5", size=limit + 1, df=True, count=1) == "M"
    # One byte more of plaintext would not have fitted: the next padding unit is beyond the MTU.
    block = {EspCipher.GCM_256: 4, EspCipher.AES_256: 16, EspCipher.AES_128: 16}
    assert max(sizes) + block.get(transform.cipher, 8) > 1500


def test_ip_mtu_1400_moves_the_limit():
    network = settled()
    for node in ("R1", "R3"):
        network[node].config.interfaces[TUNNEL].ip_mtu = 1400
        network[node].apply([InterfaceChanged(TUNNEL)])
    assert network.ping("R4", "172.16.2.5", size=1400, df=True) == "!!!!!"
    assert network.ping("R4", "172.16.2.5", size=1401, df=True) == "M.M.M"
    assert flow(network).plaintext_mtu == 1438


@pytest.mark.parametrize("mode", list(Mode))
def test_an_ip_mtu_beyond_the_room_is_cut_around_the_encryption(mode):
    """Tunnel mode cuts before encryption, transport mode after: both arrive."""
    network = settled(mode=mode)
    for node in ("R1", "R3"):
        network[node].config.interfaces[TUNNEL].ip_mtu = 1476
        network[node].apply([InterfaceChanged(TUNNEL)])
    sizes: list[int] = []
    network.links["R1-R2"].tap = lambda _when, _port, frame: sizes.append(len(frame) - 14)
    assert network.ping("R4", "172.16.2.5", size=1476, df=True) == "!!!!!"
    assert max(sizes) <= 1500


def test_a_vti_is_up_only_while_it_has_an_sa():
    network = protected(vti=True)
    assert not network["R1"].interfaces[TUNNEL].protocol_up
    network.wait(60)
    assert network["R1"].interfaces[TUNNEL].protocol_up
    assert str(flow(network).local_selector.network) == "0.0.0.0/0"
    network.ping("R4", "172.16.2.5")
    assert network.ping("R4", "172.16.2.5", size=1438, df=True) == "!!!!!"
    network.links["R1-R2"].set_up(False)
    network.wait(10)
    network["R1"].clear_crypto_sa()
    assert not network["R1"].interfaces[TUNNEL].protocol_up


def test_nothing_readable_crosses_the_middle():
    network = settled()
    frames: list[bytes] = []
    network.links["R1-R2"].tap = lambda _when, _port, frame: frames.append(frame)
    network.ping("R4", "172.16.2.5")
    protocols = {frame[23] for frame in frames if frame[12:14] == b"\x08\x00"}
    assert protocols == {50}
    assert not any(b"\xab\xcd\xab\xcd" in frame for frame in frames)


def test_cleared_sas_come_back_under_new_numbers():
    network = settled()
    before = spis(network, "R1")
    network["R1"].clear_crypto_sa()
    network.wait(20)
    after = spis(network, "R1")
    assert not before[0] & after[0]
    assert network.ping("R4", "172.16.2.5") == "!!!!!"


def test_sas_are_renewed_before_they_end_without_losing_a_packet():
    network = settled(lifetime=300)
    before = spis(network, "R1")
    lost = 0
    for _ in range(80):
        network.wait(5)
        lost += network.ping("R4", "172.16.2.5", count=1) != "!"
    assert lost == 0
    assert not before[0] & spis(network, "R1")[0]


def test_a_lost_isakmp_sa_does_not_stop_traffic():
    network = settled()
    network["R1"].clear_isakmp()
    assert network.ping("R4", "172.16.2.5") == "!!!!!"


def test_different_keys_never_agree_and_the_receiver_says_so():
    configs = site_to_site()
    protect(configs[0])
    protect(configs[2], key="another")
    network = wire_site_to_site(Network(*configs)).boot()
    network.wait(60)
    assert flow(network).outbound_spi == 0
    assert flow(network).plaintext_mtu == 1500
    assert any("CRYPTO-4-IKMP_BAD_MESSAGE" in line for line in network.log)
    network.ping("R4", "172.16.2.5")
    assert flow(network).send_errors


def test_different_policies_end_in_mm_no_state():
    configs = site_to_site()
    protect(configs[0])
    protect(configs[2], encryption=IkeEncryption.TRIPLE_DES)
    network = wire_site_to_site(Network(*configs)).boot()
    network.wait(30)
    assert {row.state for row in network["R1"].isakmp_views()} == {"MM_NO_STATE"}
    assert not any(row.active for row in network["R1"].isakmp_views())
    assert network["R1"].crypto_session_views()[0].status == "DOWN-NEGOTIATING"


def test_different_transforms_leave_phase_one_up():
    configs = site_to_site()
    protect(configs[0])
    protect(configs[2], transform=EspTransform(EspCipher.TRIPLE_DES, EspIntegrity.MD5))
    network = wire_site_to_site(Network(*configs)).boot()
    network.wait(30)
    assert "QM_IDLE" in {row.state for row in network["R1"].isakmp_views()}
    assert flow(network).outbound_spi == 0
    assert network["R1"].crypto_session_views()[0].status == "UP-IDLE"


def test_protection_on_one_side_only_drops_what_comes_in_the_clear():
    configs = site_to_site()
    protect(configs[0])
    network = wire_site_to_site(Network(*configs)).boot()
    network.wait(5)
    assert network.ping("R5", "192.168.1.4") == "....."
    assert network["R1"].crypto.cleartext_drops
    assert any("RECVD_PKT_NOT_IPSEC" in line for line in network.log)


def test_an_unknown_spi_is_reported_once_a_minute():
    network = settled()
    # R3 forgets; R1 goes on sending with its old SA.
    network["R3"].crypto.sadb.clear()
    spi = flow(network).outbound_spi
    network.ping("R4", "172.16.2.5")
    lines = [line for line in network.log if "RECVD_PKT_INV_SPI" in line]
    assert len(lines) == 1
    assert f"spi=0x{spi:X}({spi}), srcaddr=100.1.1.1" in lines[0]


def test_protection_can_be_taken_away_and_put_back():
    network = settled()
    for node in ("R1", "R3"):
        network[node].config.interfaces[TUNNEL].tunnel.protection_profile = None
        network[node].apply([InterfaceChanged(TUNNEL)])
    assert network["R1"].ipsec_views() == []
    assert network.ping("R4", "172.16.2.5", size=1476, df=True) == "!!!!!"
    for node in ("R1", "R3"):
        network[node].config.interfaces[TUNNEL].tunnel.protection_profile = "PROF"
        network[node].apply([InterfaceChanged(TUNNEL)])
    network.wait(30)
    assert network.ping("R4", "172.16.2.5", size=1414, df=True) == "!!!!!"


def test_a_profile_without_its_parts_sends_nothing_in_the_clear():
    network = settled()
    del network["R1"].config.ipsec.profiles["PROF"]
    network["R1"].apply([CryptoChanged()])
    frames: list[bytes] = []
    network.links["R1-R2"].tap = lambda _when, _port, frame: frames.append(frame)
    assert network.ping("R4", "172.16.2.5", count=2) == ".."
    assert not any(frame[12:14] == b"\x08\x00" and frame[23] == 47 for frame in frames)


def test_isakmp_answers_only_while_something_is_protected():
    network = settled()
    assert sum("ISAKMP is ON" in line for line in network.log) == 2
    network["R1"].config.interfaces[TUNNEL].tunnel.protection_profile = None
    network["R1"].apply([InterfaceChanged(TUNNEL)])
    assert network.log[-1].endswith("%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF")


def test_a_tampered_packet_is_dropped_and_counted():
    network = settled()
    frames: list[bytes] = []
    network.links["R1-R2"].tap = lambda _when, _port, frame: frames.append(frame)
    network.ping("R4", "172.16.2.5", count=1)
    network.links["R1-R2"].tap = None
    esp = next(frame[14:] for frame in frames if frame[23] == 50 and frame[26:30] == _R1)
    router = network["R3"]
    interface = router.interfaces[InterfaceName.parse("Gi0/0")]
    before = flow(network, "R3")
    router.forwarding.receive(esp, interface)  # again: a replay
    router.forwarding.receive(esp[:-1] + bytes((esp[-1] ^ 1,)), interface)
    router.forwarding.receive(esp[:24] + b"\0\0\1\0" + esp[28:], interface)  # not seen before
    after = flow(network, "R3")
    assert after.recv_errors - before.recv_errors == 3
    said = [line for line in network.log if "decrypt:" in line]
    replayed = "%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed\n        connection id="
    assert replayed in said[0]
    assert "%CRYPTO-4-RECVD_PKT_MAC_ERR: decrypt: mac verify failed for connection" in said[1]
    assert after.decaps == before.decaps


_R1 = IPv4Address("100.1.1.1").packed


def test_a_tunnel_that_cannot_be_protected_counts_what_it_drops():
    configs = site_to_site()
    configs[0].interfaces[TUNNEL].tunnel.protection_profile = "NOBODY-MADE-IT"
    network = wire_site_to_site(Network(*configs)).boot()
    network.wait(5)
    tunnel = network["R1"].interfaces[TUNNEL]
    before = tunnel.output_drops
    assert network.ping("R1", "10.1.3.3", count=3) == "..."
    assert tunnel.output_drops == before + 3


@pytest.mark.parametrize("milliseconds", range(2, 40, 3))
def test_no_pair_comes_up_with_an_end_that_is_configured_no_more(milliseconds):
    network = settled()
    network["R1"].crypto.clear_sas(lambda _: True)
    network.wait(milliseconds / 1000)
    network["R1"].config.interfaces[TUNNEL].tunnel.destination = IPv4Address("100.23.0.3")
    network["R1"].apply([InterfaceChanged(TUNNEL)])
    network.wait(5)
    assert not network["R1"].crypto.sadb.by_spi
