"""AH on routers, alone and around ESP: SAs put in by hand at both ends."""

import pytest

from ioscli.model.crypto import (
    AhIntegrity,
    ChildProposal,
    ChildSa,
    EspCipher,
    EspIntegrity,
    EspTransform,
    Mode,
    Spi,
)
from tests.router.crypto_networks import OUTSIDE, mapped, wired
from tests.router.test_crypto_map import flows, tapped, up

AH_ALONE = EspTransform(EspCipher.NULL, None, AhIntegrity.SHA)
AROUND_ESP = EspTransform(EspCipher.AES_128, EspIntegrity.MD5, AhIntegrity.SHA256)


def child(policy, transform, number, *, initiator):
    """One end's half of a pair; both ends' keys are the same both ways, which is enough here."""
    esp, ah = (Spi(0x1000 + number), Spi(0x2000 + number)), b"a" * 32
    esp_out, ah_out = Spi(0x1003 - number), Spi(0x2003 - number)
    assert transform.ah is not None
    key = ah[: transform.ah.key_length]
    return ChildSa(
        policy=policy,
        proposal=ChildProposal(transform, Mode.TUNNEL),
        inbound_spi=esp[0] if transform.has_esp else esp[1],
        outbound_spi=esp_out if transform.has_esp else ah_out,
        inbound_encryption_key=b"e" * transform.encryption_key_length,
        inbound_authentication_key=b"i" * transform.authentication_key_length,
        outbound_encryption_key=b"e" * transform.encryption_key_length,
        outbound_authentication_key=b"i" * transform.authentication_key_length,
        pfs_group=None,
        lifetime_seconds=3_600,
        lifetime_kilobytes=4_608_000,
        initiator=initiator,
        isakmp_conn_id=1_001,
        nonces=(b"1", b"2"),
        inbound_ah_spi=esp[1],
        outbound_ah_spi=ah_out,
        inbound_ah_key=key,
        outbound_ah_key=key,
    )


def with_ah(transform):
    network = wired(*mapped())
    for number, node in ((1, "R1"), (2, "R3")):
        crypto = network[node].crypto
        (flow,) = crypto.flows.values()
        crypto._install(child(flow.policy, transform, number, initiator=number == 1))
    return network


@pytest.mark.parametrize(("transform", "room"), [(AH_ALONE, 1500 - 20 - 24), (AROUND_ESP, 1406)])
def test_ah_carries_pings_up_to_its_room(transform, room):
    network = with_ah(transform)
    packets = tapped(network)
    assert network.ping("R4", "172.16.2.5") == "!!!!!"
    assert {packet[9] for packet in packets} == {51}
    assert up(network)[0].plaintext_mtu == room
    assert network.ping("R4", "172.16.2.5", size=room, df=True) == "!!!!!"
    assert network.ping("R4", "172.16.2.5", size=room + 1, df=True) == "M.M.M"
    assert max(map(len, packets)) <= 1500


def test_what_is_changed_on_the_way_is_dropped():
    network = with_ah(AH_ALONE)
    packets = tapped(network)
    network.ping("R4", "172.16.2.5", count=1)
    (packet,) = [one for one in packets if one[12:16] == b"\x64\x0c\x00\x01"]
    assert packet[44:48] == b"\x45\x00\x00\x64"  # readable, for AH hides nothing
    router = network["R3"]
    interface = router.interfaces[OUTSIDE]
    before = flows(network, "R3")[0]
    router.forwarding.receive(packet[:50] + bytes((packet[50] ^ 1,)) + packet[51:], interface)
    router.forwarding.receive(packet, interface)
    after = flows(network, "R3")[0]
    assert after.recv_errors == before.recv_errors + 2
    assert after.decaps == before.decaps


def test_esp_must_come_inside_its_ah():
    network = with_ah(AROUND_ESP)
    (flow,) = network["R1"].crypto.flows.values()
    pair = flow.flow.current
    kept, pair.outbound_ah = pair.outbound_ah, None
    dropped = network["R3"].crypto.input.policy_drops
    assert network.ping("R4", "172.16.2.5", count=1) == "."
    assert network["R3"].crypto.input.policy_drops == dropped + 1
    pair.outbound_ah = kept
    assert network.ping("R4", "172.16.2.5", count=1) == "!"
