"""Main mode and quick mode between two machines on a good wire."""

import random
from ipaddress import IPv4Network
from itertools import product

import pytest

from ioscli.codec.isakmp import IdPayload, IsakmpMessage, SaPayload
from ioscli.codec.isakmp.numbers import ExchangeType, PayloadType
from ioscli.model.crypto import (
    ChildPolicy,
    ChildProposal,
    EspCipher,
    EspIntegrity,
    EspTransform,
    Mode,
    Selector,
)
from ioscli.model.isakmp import (
    DH_GROUP_BITS,
    IkeAuthentication,
    IkeEncryption,
    IkeHash,
    IsakmpConfig,
    PreSharedKey,
)
from ioscli.protocols.ike import Isakmp, default_policies, phase_two
from tests.protocols.ike.wire import (
    AES_SHA,
    DELAY,
    A,
    B,
    Wire,
    assert_mirrored,
    child,
    config,
    pair,
    policy,
)

KEY_SIZES = {
    EspCipher.DES: 8,
    EspCipher.TRIPLE_DES: 24,
    EspCipher.AES_128: 16,
    EspCipher.AES_192: 24,
    EspCipher.AES_256: 32,
    EspCipher.GCM_128: 20,
    EspCipher.GCM_192: 28,
    EspCipher.GCM_256: 36,
    EspCipher.NULL: 0,
}
ICV_KEY_SIZES = {
    None: 0,
    EspIntegrity.MD5: 16,
    EspIntegrity.SHA: 20,
    EspIntegrity.SHA256: 32,
    EspIntegrity.SHA384: 48,
    EspIntegrity.SHA512: 64,
}


def test_nine_messages_and_a_mirrored_pair() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(1)
    exchanges = [header.exchange for header in wire.headers()]
    assert exchanges == [ExchangeType.MAIN_MODE] * 6 + [ExchangeType.QUICK_MODE] * 3
    assert [header.encrypted for header in wire.headers()] == [False] * 4 + [True] * 5
    (ours,), (theirs,) = wire.a.installed, wire.b.installed
    assert_mirrored(ours, theirs)
    assert ours.initiator
    assert (ours.isakmp_conn_id, theirs.isakmp_conn_id) == (1001, 1001)
    assert ours.policy == child(A, B)
    assert theirs.policy == child(B, A)
    assert min(ours.inbound_spi, ours.outbound_spi) >= 256
    (sa,) = wire.a.machine.sas(wire.now)
    assert (sa.state, sa.conn_id, sa.source, sa.destination) == ("QM_IDLE", 1001, A, B)
    assert (sa.encryption, sa.hash, sa.authentication, sa.group) == ("aes", "sha256", "psk", 19)
    assert sa.lifetime_left == 86_399
    (other,) = wire.b.machine.sas(wire.now)
    assert (other.source, other.destination, other.local) == (A, B, B)
    assert wire.a.machine.keys() == wire.b.machine.keys()


def test_states_on_the_way() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    seen: list[tuple[list[str], list[str]]] = [(wire.a.states(), wire.b.states())]
    for _ in range(6):
        wire.run(DELAY / 1_000_000)
        seen.append((wire.a.states(), wire.b.states()))
    assert seen == [
        (["MM_NO_STATE"], []),
        (["MM_NO_STATE"], ["MM_SA_SETUP"]),
        (["MM_SA_SETUP"], ["MM_SA_SETUP"]),
        (["MM_SA_SETUP"], ["MM_KEY_EXCH"]),
        (["MM_KEY_EXCH"], ["MM_KEY_EXCH"]),
        (["MM_KEY_EXCH"], ["QM_IDLE"]),
        (["QM_IDLE"], ["QM_IDLE"]),
    ]


def test_message_3_of_quick_mode_leaves_before_the_initiator_installs() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.a.order[-2:] == ["Send", "InstallChild"]
    assert wire.b.order[-1] == "InstallChild"


@pytest.mark.parametrize(
    ("encryption", "digest", "group"),
    [
        *((encryption, IkeHash.SHA, 2) for encryption in IkeEncryption),
        *((IkeEncryption.AES_256, digest, 19) for digest in IkeHash),
        *((IkeEncryption.TRIPLE_DES, digest, 1) for digest in IkeHash),
        *((IkeEncryption.AES_128, IkeHash.SHA256, group) for group in DH_GROUP_BITS),
    ],
)
def test_phase_one_algorithms(encryption: IkeEncryption, digest: IkeHash, group: int) -> None:
    wire = Wire()
    settings = config(policy(10, encryption, digest, group))
    wire.a.configure(settings, child(A, B))
    wire.b.configure(settings, child(B, A))
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.a.states() == wire.b.states() == ["QM_IDLE"]
    assert_mirrored(wire.a.installed[0], wire.b.installed[0])


@pytest.mark.parametrize(
    ("cipher", "integrity"),
    [
        (cipher, integrity)
        for cipher, integrity in product(EspCipher, [None, *EspIntegrity])
        if not (cipher.combined and integrity)
    ],
)
def test_esp_transforms(cipher: EspCipher, integrity: EspIntegrity | None) -> None:
    wire = pair()
    proposal = ChildProposal(EspTransform(cipher, integrity), Mode.TRANSPORT)
    wire.b.configure(config(policy()), child(B, A, proposal))
    wire.a.initiate(child(A, B, proposal))
    wire.run(1)
    (ours,), (theirs,) = wire.a.installed, wire.b.installed
    assert_mirrored(ours, theirs)
    assert ours.proposal == proposal
    assert len(ours.inbound_encryption_key) == KEY_SIZES[cipher]
    assert len(ours.inbound_authentication_key) == ICV_KEY_SIZES[integrity]


@pytest.mark.parametrize("group", DH_GROUP_BITS)
def test_perfect_forward_secrecy(group: int) -> None:
    wire = pair()
    wire.b.configure(config(policy()), child(B, A, pfs=group))
    wire.a.initiate(child(A, B, pfs=group))
    wire.run(1)
    assert_mirrored(wire.a.installed[0], wire.b.installed[0])
    assert wire.a.installed[0].pfs_group == group


def test_second_child_uses_the_same_isakmp_sa() -> None:
    wire = pair()
    other = child(A, B, owner="Tunnel1", protocol=4)
    wire.b.machine.set_child_policies([child(B, A), child(B, A, owner="Tunnel1", protocol=4)])
    wire.a.initiate(child(A, B))
    wire.a.initiate(other)
    wire.run(1)
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert [sa.policy.owner for sa in wire.a.installed] == ["Tunnel0", "Tunnel1", "Tunnel0"]
    assert [sa.policy.owner for sa in wire.b.installed] == ["Tunnel0", "Tunnel1", "Tunnel0"]
    assert len({sa.inbound_spi for sa in wire.a.installed}) == 3
    assert len(wire.a.machine.sas(wire.now)) == 1
    assert len(wire.sent) == 6 + 3 * 3


def test_responder_may_use_the_isakmp_sa_too() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(1)
    wire.b.initiate(child(B, A))
    wire.run(1)
    assert [sa.initiator for sa in wire.b.installed] == [False, True]
    assert len(wire.b.machine.sas(wire.now)) == 1


def test_asking_twice_is_asking_once() -> None:
    wire = pair()
    while not wire.a.installed:
        wire.a.initiate(child(A, B))
        wire.run(DELAY / 1_000_000)
    wire.run(1)
    assert len(wire.a.installed) == 1
    assert len(wire.sent) == 9


def test_both_start_at_once() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.b.initiate(child(B, A))
    wire.run(100)
    for peer in (wire.a, wire.b):
        sas = peer.machine.sas(wire.now)
        assert [sa.state for sa in sas] == ["QM_IDLE", "QM_IDLE"]
        assert [sa.conn_id for sa in sas] == [1002, 1001]
        assert {(sa.source, sa.destination) for sa in sas} == {(A, B), (B, A)}
        assert [sa.initiator for sa in peer.installed].count(True) == 1
        assert len(peer.installed) == 2
        assert not peer.deleted
        assert not peer.failed
        assert not peer.logs
    for ours in wire.a.installed:
        theirs = next(sa for sa in wire.b.installed if sa.inbound_spi == ours.outbound_spi)
        assert_mirrored(ours, theirs)


def test_responder_goes_by_its_own_priorities() -> None:
    wire = Wire()
    weak = policy(10, IkeEncryption.DES, IkeHash.MD5, 2)
    strong = policy(20, IkeEncryption.AES_256, IkeHash.SHA512, 19)
    wire.a.configure(config(weak, strong), child(A, B))
    wire.b.configure(
        config(policy(5, IkeEncryption.AES_256, IkeHash.SHA512, 19), policy(7, digest=IkeHash.MD5)),
        child(B, A),
    )
    wire.a.initiate(child(A, B))
    wire.run(1)
    (sa,) = wire.a.machine.sas(wire.now)
    assert (sa.encryption, sa.hash, sa.group) == ("aes", "sha512", 19)


def test_offer_as_ios_writes_it() -> None:
    wire = Wire()
    wire.a.configure(
        config(
            policy(20, IkeEncryption.TRIPLE_DES, IkeHash.SHA, 2, 3_600),
            policy(10, IkeEncryption.AES_256, IkeHash.SHA256, 19),
            policy(30, authentication=IkeAuthentication.RSA_SIG),
        )
    )
    wire.a.initiate(child(A, B))
    message = IsakmpMessage.parse(wire.sent[0][1].payload)
    offer = message.payloads[0]
    assert isinstance(offer, SaPayload)
    (proposal,) = offer.proposals
    assert [[(a.type, a.value) for a in t.attributes] for t in proposal.transforms] == [
        [(1, 7), (14, 256), (2, 4), (4, 19), (3, 1), (11, 1), (12, bytes.fromhex("00015180"))],
        [(1, 5), (2, 2), (4, 2), (3, 1), (11, 1), (12, 3600)],
    ]
    vendor_ids = [payload.build_body().hex()[:8] for payload in message.payloads[1:]]
    assert vendor_ids == ["4a131c81", "439b59f8", "7d9419a6", "90cb8091"]


@pytest.mark.parametrize(("initiator", "responder"), [(600, 900), (900, 600), (600, 600)])
def test_shorter_phase_one_lifetime_ends_the_sa(initiator: int, responder: int) -> None:
    wire = Wire()
    wire.a.configure(config(policy(lifetime=initiator)), child(A, B))
    wire.b.configure(config(policy(lifetime=responder)), child(B, A))
    wire.a.initiate(child(A, B))
    wire.run(1)
    left = [peer.machine.sas(wire.now)[0].lifetime_left for peer in (wire.a, wire.b)]
    assert left == [599, 599]
    wire.run(598)
    assert wire.a.states() == wire.b.states() == ["QM_IDLE"]
    # The responder tells the initiator when its own lifetime is the shorter one.
    assert len(wire.sent) == 9 + (responder < initiator)
    wire.run(2)
    for peer in (wire.a, wire.b):
        (sa,) = peer.machine.sas(wire.now)
        assert (sa.state, sa.deleted) == ("MM_NO_STATE", True)
        assert not peer.deleted, "the children live on"
    wire.run(61)
    assert wire.a.states() == wire.b.states() == []
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert [sa.conn_id for sa in wire.a.machine.sas(wire.now)] == [1002]


@pytest.mark.parametrize(
    ("initiator", "responder"),
    [
        ((3_600, 4_608_000), (1_200, 2_560)),
        ((120, 4_608_000), (3_600, 2_560)),
        ((90, 99), (900, 999)),
    ],
)
def test_shorter_phase_two_lifetimes(
    initiator: tuple[int, int], responder: tuple[int, int]
) -> None:
    wire = pair()
    seconds, kilobytes = responder
    wire.b.machine.set_child_policies([child(B, A, seconds=seconds, kilobytes=kilobytes)])
    wire.a.initiate(child(A, B, seconds=initiator[0], kilobytes=initiator[1]))
    wire.run(1)
    for peer in (wire.a, wire.b):
        (sa,) = peer.installed
        assert sa.lifetime_seconds == min(initiator[0], seconds)
        assert sa.lifetime_kilobytes == min(initiator[1], kilobytes)


def test_default_policies_serve_when_none_is_configured() -> None:
    wire = Wire()
    wire.a.configure(config(), child(A, B))
    wire.b.configure(config(), child(B, A))
    wire.a.initiate(child(A, B))
    wire.run(1)
    (sa,) = wire.a.machine.sas(wire.now)
    assert (sa.state, sa.encryption, sa.hash, sa.group) == ("QM_IDLE", "aes", "sha", 5)
    assert [entry.priority for entry in default_policies()] == list(range(65_507, 65_515))


@pytest.mark.parametrize(
    ("initiator", "responder", "agreed"),
    [
        (Mode.TUNNEL, Mode.TUNNEL, Mode.TUNNEL),
        (Mode.TRANSPORT, Mode.TRANSPORT, Mode.TRANSPORT),
        (Mode.TUNNEL, Mode.TRANSPORT, Mode.TUNNEL),
    ],
)
def test_modes(initiator: Mode, responder: Mode, agreed: Mode) -> None:
    wire = pair()
    wire.b.machine.set_child_policies([child(B, A, AES_SHA._replace(mode=responder))])
    wire.a.initiate(child(A, B, AES_SHA._replace(mode=initiator)))
    wire.run(1)
    assert wire.a.installed[0].proposal.mode == wire.b.installed[0].proposal.mode == agreed


def test_mode_mismatch_ends_in_tunnel_when_both_initiate() -> None:
    wire = pair()
    ours, theirs = child(A, B, AES_SHA._replace(mode=Mode.TRANSPORT)), child(B, A)
    wire.a.machine.set_child_policies([ours])
    wire.b.machine.set_child_policies([theirs])
    wire.a.initiate(ours)
    wire.run(1)
    assert not wire.a.installed
    wire.b.initiate(theirs)
    wire.run(1)
    assert wire.a.installed[0].proposal.mode == wire.b.installed[0].proposal.mode == Mode.TUNNEL


def subnets(policy: ChildPolicy, local: str, remote: str) -> ChildPolicy:
    return ChildPolicy(
        policy.owner,
        policy.local,
        policy.peer,
        Selector(IPv4Network(local)),
        Selector(IPv4Network(remote)),
        policy.proposals,
        policy.pfs_group,
        policy.lifetime_seconds,
        policy.lifetime_kilobytes,
    )


@pytest.mark.parametrize(
    ("local", "remote"), [("10.1.0.0/24", "10.2.0.0/16"), ("0.0.0.0/0", "0.0.0.0/0")]
)
def test_subnets_use_tunnel_mode_whatever_is_configured(local: str, remote: str) -> None:
    wire = pair()
    transport = AES_SHA._replace(mode=Mode.TRANSPORT)
    ours = subnets(child(A, B, transport), local, remote)
    theirs = subnets(child(B, A, transport), remote, local)
    wire.b.machine.set_child_policies([theirs])
    wire.a.initiate(ours)
    wire.run(1)
    assert wire.b.installed[0].policy == theirs
    assert wire.a.installed[0].proposal.mode == Mode.TUNNEL


@pytest.mark.parametrize("network", ["0.0.0.0/0", "10.0.0.0/8", "10.1.2.0/23", "10.1.2.3/32"])
def test_identities_survive(network: str) -> None:
    selector = Selector(IPv4Network(network), 17, 53)
    assert phase_two.selector_of(phase_two.identity(selector)) == selector


@pytest.mark.parametrize(
    ("id_type", "data"),
    [
        (4, "0a000000ff00ff00"),
        (4, "0a00000000ffffff"),
        (4, "0a000000"),
        (1, "0a0000"),
        (7, "00" * 8),
    ],
)
def test_identities_that_are_no_network(id_type: int, data: str) -> None:
    assert phase_two.selector_of(IdPayload(id_type, 0, 0, bytes.fromhex(data))) is None


def test_several_transform_sets_are_several_proposals() -> None:
    wire = pair()
    first = ChildProposal(EspTransform(EspCipher.DES, EspIntegrity.MD5), Mode.TUNNEL)
    second = ChildProposal(EspTransform(EspCipher.GCM_256, None), Mode.TUNNEL)
    wire.b.machine.set_child_policies([child(B, A, second, AES_SHA)])
    wire.a.initiate(child(A, B, first, AES_SHA, second))
    wire.run(1)
    assert wire.a.installed[0].proposal == wire.b.installed[0].proposal == AES_SHA


def test_equal_seeds_send_equal_bytes() -> None:
    runs = []
    for seed in (7, 7, 8):
        wire = pair(seed=seed)
        wire.a.initiate(child(A, B, pfs=14))
        wire.b.initiate(child(B, A))
        wire.run(30)
        runs.append([(when, send) for when, send in wire.sent])
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_no_key_for_the_peer() -> None:
    machine = Isakmp(random.Random(1))
    machine.configure(
        IsakmpConfig({10: policy()}, [PreSharedKey("x", IPv4Network("198.51.100.0/24"))])
    )
    wire = Wire()
    wire.a.machine = machine
    wire.a.initiate(child(A, B))
    assert not wire.sent
    assert [failed.reason for failed in wire.a.failed] == ["No pre-shared key with 192.0.2.2!"]
    assert machine.next_deadline is None


def test_no_policy_that_can_be_used() -> None:
    wire = Wire()
    wire.a.configure(config(policy(authentication=IkeAuthentication.RSA_SIG)))
    wire.a.initiate(child(A, B))
    assert not wire.sent
    assert [failed.policy for failed in wire.a.failed] == [child(A, B)]


def test_message_3_carries_key_nonce_and_nat_detection() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(1)
    kinds = [
        [payload.type for payload in IsakmpMessage.parse(send.payload).payloads]
        for _, send in wire.sent[2:4]
    ]
    key, once, vendor, nat = (
        PayloadType.KEY_EXCHANGE,
        PayloadType.NONCE,
        PayloadType.VENDOR_ID,
        PayloadType.NAT_D,
    )
    assert kinds == [
        [key, once, vendor, vendor, nat, nat],
        [key, once, vendor, vendor, vendor, nat, nat],
    ]
