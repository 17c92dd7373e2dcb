"""AH, alone and around ESP: proposals that are wanted together, SPIs and keys of their own."""

import pytest

from ioscli.codec.isakmp import Attribute, DeletePayload, Proposal, SaPayload, Transform
from ioscli.codec.isakmp.numbers import AhTransformId, EspTransformId, PhaseTwoAttribute, ProtocolId
from ioscli.model.crypto import (
    AhIntegrity,
    ChildPolicy,
    ChildProposal,
    ChildSa,
    EspCipher,
    EspIntegrity,
    EspTransform,
    Mode,
    Spi,
)
from ioscli.protocols.ike import keys, phase_two
from tests.protocols.ike.test_later import Insider
from tests.protocols.ike.wire import AES_SHA, A, B, Wire, assert_mirrored, child, pair

ALONE = EspTransform(EspCipher.NULL, None, AhIntegrity.SHA)
AROUND = EspTransform(EspCipher.AES_256, None, AhIntegrity.SHA256)
BOTH = EspTransform(EspCipher.TRIPLE_DES, EspIntegrity.MD5, AhIntegrity.MD5)


def wanting(transform: EspTransform, mode: Mode = Mode.TUNNEL) -> ChildProposal:
    return ChildProposal(transform, mode)


def agreed(transform: EspTransform, mode: Mode = Mode.TUNNEL, pfs: int | None = None) -> Wire:
    wire = pair()
    wire.b.machine.set_child_policies([child(B, A, wanting(transform, mode), pfs=pfs)])
    wire.a.initiate(child(A, B, wanting(transform, mode), pfs=pfs))
    wire.run(1)
    return wire


def assert_ah_mirrored(first: ChildSa, second: ChildSa) -> None:
    assert first.inbound_ah_spi == second.outbound_ah_spi
    assert first.outbound_ah_spi == second.inbound_ah_spi
    assert first.inbound_ah_key == second.outbound_ah_key
    assert first.outbound_ah_key == second.inbound_ah_key
    assert first.inbound_ah_key != first.outbound_ah_key


@pytest.mark.parametrize("ah", AhIntegrity)
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("esp", [None, AES_SHA.transform, EspTransform(EspCipher.GCM_128, None)])
def test_both_agree(ah: AhIntegrity, mode: Mode, esp: EspTransform | None) -> None:
    transform = (esp or EspTransform(EspCipher.NULL, None))._replace(ah=ah)
    wire = agreed(transform, mode)
    (ours,), (theirs,) = wire.a.installed, wire.b.installed
    assert ours.proposal == theirs.proposal == wanting(transform, mode)
    assert_ah_mirrored(ours, theirs)
    assert len(ours.inbound_ah_key) == ah.key_length
    if esp is None:
        assert ours.inbound_spi == ours.inbound_ah_spi
        assert ours.inbound_encryption_key == ours.inbound_authentication_key == b""
    else:
        assert_mirrored(ours, theirs)
        assert len({ours.inbound_spi, ours.inbound_ah_spi}) == 2
        assert len(ours.inbound_encryption_key) == transform.encryption_key_length


def test_perfect_forward_secrecy() -> None:
    wire = agreed(BOTH, pfs=14)
    assert_ah_mirrored(wire.a.installed[0], wire.b.installed[0])


def test_keys_come_from_keymat_with_the_protocol_of_ah() -> None:
    # RFC 2409, 5.5: KEYMAT = prf(SKEYID_d, protocol | SPI | Ni_b | Nr_b).
    wire = agreed(BOTH)
    (sa,) = wire.a.installed
    insider = Insider(wire)
    ni, nr = sa.nonces
    for spi, key in (
        (sa.inbound_ah_spi, sa.inbound_ah_key),
        (sa.outbound_ah_spi, sa.outbound_ah_key),
    ):
        assert key == keys.keymat(
            insider.prf, insider.keys.skeyid_d, protocol=2, spi=spi, ni=ni, nr=nr, size=16
        )


def test_the_offer_of_both_is_two_proposals_of_one_number() -> None:
    # RFC 2408, 4.2: the same number means AND.
    wanted = child(A, B, wanting(AROUND), AES_SHA)
    offer = phase_two.offer(wanted, phase_two.Spis(Spi(300), Spi(400)), None)
    assert [(p.number, p.protocol, int.from_bytes(p.spi)) for p in offer.proposals] == [
        (1, ProtocolId.AH, 400),
        (1, ProtocolId.ESP, 300),
        (2, ProtocolId.ESP, 300),
    ]
    (ah,), (esp,) = (proposal.transforms for proposal in offer.proposals[:2])
    assert (ah.transform_id, esp.transform_id) == (AhTransformId.SHA2_256, EspTransformId.AES_CBC)
    assert Attribute(PhaseTwoAttribute.AUTHENTICATION_ALGORITHM, 5) in ah.attributes


@pytest.mark.parametrize(
    ("offered", "wanted"),
    [
        (AROUND, AROUND._replace(ah=AhIntegrity.SHA)),
        (AROUND, AROUND._replace(ah=None)),
        (AROUND._replace(ah=None), AROUND),
        (ALONE, AROUND),
        (ALONE, EspTransform(EspCipher.NULL, EspIntegrity.SHA)),
    ],
)
def test_half_of_it_is_not_enough(offered: EspTransform, wanted: EspTransform) -> None:
    wire = pair()
    wire.b.machine.set_child_policies([child(B, A, wanting(wanted))])
    wire.a.initiate(child(A, B, wanting(offered)))
    wire.run(1)
    assert not wire.b.installed
    assert [failed.reason for failed in wire.a.failed] == ["PROPOSAL_NOT_CHOSEN from 192.0.2.2"]


def test_the_first_set_that_fits() -> None:
    wire = pair()
    wire.b.machine.set_child_policies([child(B, A, AES_SHA)])
    wire.a.initiate(child(A, B, wanting(AROUND), AES_SHA))
    wire.run(1)
    (ours,), (theirs,) = wire.a.installed, wire.b.installed
    assert_mirrored(ours, theirs)
    assert (ours.inbound_ah_spi, ours.inbound_ah_key) == (0, b"")


def answer(policy_: ChildPolicy, offer: SaPayload) -> phase_two.Accepted | None:
    return phase_two.choose(policy_, offer, phase_two.Spis(Spi(500), Spi(600)), None)


def test_bundles_that_make_no_sense() -> None:
    wanted = child(A, B, wanting(AROUND))
    good = phase_two.offer(wanted, phase_two.Spis(Spi(300), Spi(400)), None)
    ah, esp = good.proposals
    assert answer(wanted, good) is not None
    transport = Transform(
        1,
        esp.transforms[0].transform_id,
        (Attribute(PhaseTwoAttribute.ENCAPSULATION_MODE, 2), *esp.transforms[0].attributes[1:]),
    )
    other_algorithm = Transform(1, AhTransformId.SHA, ah.transforms[0].attributes)
    for proposals in (
        (ah, ah, esp),
        (ah, esp._replace(protocol=ProtocolId.IPCOMP)),
        (ah, esp._replace(spi=b"12")),
        (ah, esp._replace(transforms=(transport,))),
        (ah._replace(transforms=(other_algorithm,)), esp),
        (ah,),
        (esp,),
    ):
        assert answer(wanted, SaPayload(proposals)) is None
    mirrored = phase_two.accepted(wanted, SaPayload((ah, esp)), None)
    assert mirrored is not None
    assert mirrored.peer_spis == (300, 400)
    assert phase_two.accepted(wanted, SaPayload((ah, esp._replace(number=2))), None) is None


def test_any_combination_of_transforms_may_fit() -> None:
    wanted = child(A, B, wanting(AROUND))
    ah, esp = phase_two.offer(wanted, phase_two.Spis(Spi(300), Spi(400)), None).proposals
    noise = Transform(9, 99, ())
    offer = SaPayload(
        (
            ah._replace(transforms=(noise, *ah.transforms)),
            esp._replace(transforms=(noise, noise, *esp.transforms)),
        )
    )
    accepted = answer(wanted, offer)
    assert accepted is not None
    assert accepted.answer == SaPayload(
        (
            Proposal(1, ProtocolId.AH, (600).to_bytes(4), ah.transforms),
            Proposal(1, ProtocolId.ESP, (500).to_bytes(4), esp.transforms),
        )
    )


@pytest.mark.parametrize("transform", [ALONE, AROUND])
def test_deletions_name_both(transform: EspTransform) -> None:
    wire = agreed(transform)
    (ours,), (theirs,) = wire.a.installed, wire.b.installed
    wanted = child(A, B, wanting(transform))
    wire.a.carry_out(wire.a.machine.delete_child(wire.now, wanted, [ours.inbound_spi]))
    told = Insider(wire).read(wire.sent[-1][1])
    ah = DeletePayload(ProtocolId.AH, (ours.inbound_ah_spi.to_bytes(4),))
    esp = DeletePayload(ProtocolId.ESP, (ours.inbound_spi.to_bytes(4),))
    assert told == ((ah,) if transform is ALONE else (esp, ah))
    wire.run(1)
    assert wire.b.deleted == [theirs.outbound_spi]
    assert not wire.a.machine._context.children
    assert not wire.b.machine._context.children


def test_deletion_of_ah_alone_takes_its_esp_along() -> None:
    wire = agreed(AROUND)
    (theirs,) = wire.b.installed
    gone = DeletePayload(ProtocolId.AH, (theirs.outbound_ah_spi.to_bytes(4),))
    wire.deliver(Insider(wire).informational(7, gone))
    assert wire.b.deleted == [theirs.outbound_spi]


def test_debugs_of_both_protocols() -> None:
    wire = pair()
    wire.b.debug("isakmp", "ipsec")
    wire.b.machine.set_child_policies([child(B, A, wanting(BOTH))])
    wire.a.initiate(child(A, B, wanting(BOTH)))
    wire.run(1)
    lines = [line.partition("):")[2] for line in wire.b.debugs if "transform 1, " in line]
    assert lines == ["transform 1, AH_MD5", "transform 1, ESP_3DES"]
    assert any("transform= ah-md5-hmac esp-3des esp-md5-hmac  (Tunnel)" in x for x in wire.b.debugs)
