"""Keyrings and ISAKMP profiles: which key, which profile, and what that allows."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from ioscli.codec.isakmp import IdPayload
from ioscli.codec.isakmp.numbers import IdType
from ioscli.model.crypto import ChildTemplate, Selector
from ioscli.model.isakmp import (
    Identity,
    IdentityKind,
    IdentityMatch,
    IsakmpProfile,
    Keyring,
    PreSharedKey,
)
from ioscli.protocols.ike import identity, keyrings
from ioscli.protocols.ike.exchange import BadMessage
from tests.protocols.ike.wire import A, B, Wire, assert_mirrored, child, config, pair, policy

ANY = IPv4Network("0.0.0.0/0")


def key(text: str, network: str | None = "0.0.0.0/0", hostname: str | None = None) -> PreSharedKey:
    return PreSharedKey(text, None if network is None else IPv4Network(network), hostname=hostname)


def found(wire: Wire, profile: IsakmpProfile | None = None) -> tuple[str, str] | None:
    result = keyrings.key_by_address(wire.b.settings, profile, B, A, wire.b.machine.resolve)
    return None if result is None else (result.key.key, result.keyring)


def test_the_longest_match_within_a_keyring() -> None:
    wire = pair()
    wire.b.settings.keys = [key("far"), key("near", "192.0.2.0/24"), key("other", "10.0.0.0/8")]
    assert found(wire) == ("near", "default")


def test_the_first_keyring_that_has_one() -> None:
    wire = pair()
    wire.b.settings.keys = []
    wire.b.settings.keyrings = {
        "K1": Keyring("K1", [key("elsewhere", "10.0.0.0/8")]),
        "K2": Keyring("K2", [key("wide")]),
        "K3": Keyring("K3", [key("narrow", "192.0.2.1/32")]),
    }
    assert found(wire) == ("wide", "K2")
    assert found(wire, IsakmpProfile("P", keyrings=["K3"])) == ("narrow", "K3")
    assert found(wire, IsakmpProfile("P", keyrings=["K1"])) is None
    wire.b.settings.keys = [key("global")]
    assert found(wire) == ("global", "default")
    assert found(wire, IsakmpProfile("P", keyrings=["default"])) == ("global", "default")


def test_a_keyring_may_be_for_one_address_of_the_router() -> None:
    wire = pair()
    wire.b.settings.keys = []
    wire.b.settings.keyrings = {
        "K1": Keyring("K1", [key("one")], local_address=IPv4Address("203.0.113.1")),
        "K2": Keyring("K2", [key("two")], local_address=B),
    }
    assert found(wire) == ("two", "K2")


def test_keys_by_name_serve_when_the_name_is_known() -> None:
    wire = pair()
    wire.b.settings.keys = [key("by name", None, "r1.example.net")]
    assert found(wire) is None
    wire.b.machine.resolve = {"r1.example.net": A}.get
    assert found(wire) == ("by name", "default")
    wire.b.settings.keys.append(key("network", "192.0.2.0/24"))
    assert found(wire) == ("by name", "default")
    wire.a.settings.keys = [key("by name")]
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.a.installed


def profiled() -> Wire:
    """B knows A by a profile with its own keyring."""
    wire = pair()
    settings = wire.b.settings
    settings.keys = []
    settings.keyrings["RA"] = Keyring("RA", [key("cisco123")])
    settings.profiles["VPN"] = IsakmpProfile(
        "VPN",
        keyrings=["RA"],
        matches=[IdentityMatch("address", IPv4Network("192.0.2.1/32"))],
    )
    return wire


def test_the_identity_chooses_the_profile() -> None:
    wire = profiled()
    wire.b.debug("isakmp")
    wire.a.initiate(child(A, B))
    wire.run(1)
    (sa,) = wire.b.machine.sas(wire.now)
    assert (sa.profile, sa.identity) == ("VPN", "192.0.2.1")
    start = wire.b.debugs.index("ISAKMP: (0):peer matches VPN profile")
    assert wire.b.debugs[start + 1 : start + 3] == [
        "ISAKMP: (1001):Found ADDRESS key in keyring RA",
        "ISAKMP: (1001):processing HASH payload. message ID = 0",
    ]


def test_a_key_that_is_not_the_profiles_ends_the_exchange() -> None:
    # Document 117337: the responder takes the first keyring in message 3, and finds in message 5
    # that the profile has another.
    wire = profiled()
    wire.b.debug("isakmp")
    wire.b.settings.keyrings = {
        "FIRST": Keyring("FIRST", [key("cisco123")]),
        "RA": Keyring("RA", [key("other")]),
    }
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert not wire.b.installed
    assert (
        "ISAKMP-ERROR: (1001):key not found in keyrings of profile VPN, aborting exchange"
        in wire.b.debugs
    )
    assert wire.b.logs == [
        "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main mode failed with peer at 192.0.2.1"
    ]


@pytest.mark.parametrize(
    ("wanted", "fits"), [(None, True), ("VPN", True), ("OTHER", False)], ids=str
)
def test_the_responders_policy_may_demand_a_profile(wanted: str | None, fits: bool) -> None:
    wire = profiled()
    wire.b.machine.set_child_policies([replace(child(B, A), isakmp_profile=wanted)])
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert bool(wire.a.installed) == fits
    if not fits:
        assert [failed.reason for failed in wire.a.failed] == ["PROPOSAL_NOT_CHOSEN from 192.0.2.2"]


def test_the_initiators_profile_brings_key_and_identity() -> None:
    wire = profiled()
    wire.b.settings.profiles["VPN"].matches[:] = [IdentityMatch("host", name="r1.example.net")]
    settings = wire.a.settings
    settings.keys = [key("wrong")]
    settings.keyrings["OWN"] = Keyring("OWN", [key("cisco123")])
    settings.profiles["UP"] = IsakmpProfile(
        "UP",
        keyrings=["OWN"],
        matches=[IdentityMatch("address", IPv4Network("192.0.2.2/32"))],
        self_identity=Identity(IdentityKind.HOSTNAME, "R1.example.net"),
    )
    wire.a.debug("isakmp")
    wire.a.initiate(replace(child(A, B), isakmp_profile="UP"))
    wire.run(1)
    assert wire.a.debugs[0] == "ISAKMP: (0):SA request profile is UP"
    assert wire.a.installed
    assert wire.a.machine.sas(wire.now)[0].profile == "UP"
    (sa,) = wire.b.machine.sas(wire.now)
    assert (sa.profile, sa.identity) == ("VPN", "R1.example.net")


def test_a_responder_that_the_profile_does_not_mean_is_refused() -> None:
    wire = pair()
    wire.a.settings.profiles["UP"] = IsakmpProfile(
        "UP", matches=[IdentityMatch("address", IPv4Network("203.0.113.0/24"))]
    )
    wire.a.initiate(replace(child(A, B), isakmp_profile="UP"))
    wire.run(1)
    assert [failed.reason for failed in wire.a.failed] == ["profile mismatch"]
    assert not wire.a.installed


def test_an_sa_of_another_profile_does_not_serve() -> None:
    wire = pair()
    wire.a.settings.profiles["UP"] = IsakmpProfile("UP")
    wire.a.initiate(child(A, B))
    wire.run(1)
    wire.a.initiate(replace(child(A, B), isakmp_profile="UP"))
    wire.run(1)
    assert [sa.profile for sa in wire.a.machine.sas(wire.now)] == ["UP", ""]
    assert len(wire.a.installed) == 2


NAMED = {
    "address": identity.PeerIdentity(IdType.IPV4_ADDR, A, ""),
    "host": identity.PeerIdentity(IdType.FQDN, None, "R1.Example.net"),
    "user": identity.PeerIdentity(IdType.USER_FQDN, None, "joe@example.net"),
    "group": identity.PeerIdentity(IdType.KEY_ID, None, "SPOKES"),
}


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (IdentityMatch("address", IPv4Network("192.0.2.0/24")), "address"),
        (IdentityMatch("address", ANY), "address"),
        (IdentityMatch("address", IPv4Network("192.0.2.9/32")), ""),
        (IdentityMatch("host", name="r1.example.net"), "host"),
        (IdentityMatch("host domain", name="example.net"), "host"),
        (IdentityMatch("host domain", name="net"), ""),
        (IdentityMatch("user", name="joe@example.net"), "user"),
        (IdentityMatch("user domain", name="example.net"), "user"),
        (IdentityMatch("group", name="SPOKES"), "group"),
        (IdentityMatch("group", name="spokes"), ""),
    ],
)
def test_matches(match: IdentityMatch, fits: str) -> None:
    assert [kind for kind, peer in NAMED.items() if peer.fits(match)] == ([fits] if fits else [])


def test_identities_that_make_no_sense() -> None:
    good = IdPayload(IdType.FQDN, 17, 500, b"r1\xff")
    assert identity.read(good).name == "r1\\xff"
    for bad in (
        good._replace(reserved=1),
        good._replace(port=501),
        good._replace(protocol=6),
        IdPayload(IdType.IPV4_ADDR, 17, 500, b"abc"),
    ):
        with pytest.raises(BadMessage):
            identity.read(bad)


def template(**changes: object) -> ChildTemplate:
    wanted = child(B, A)
    made = ChildTemplate(
        owner="MAP 10",
        local=B,
        peers=(A,),
        traffic=((True, Selector(ANY), Selector(IPv4Network("192.0.2.0/28"))),),
        proposals=wanted.proposals,
        pfs_group=None,
        lifetime_seconds=1_200,
        lifetime_kilobytes=4_608_000,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_part_of_what_a_map_permits_is_accepted() -> None:
    wire = pair()
    wire.b.machine.set_child_policies([], [template()])
    wire.a.initiate(child(A, B))
    wire.run(1)
    (ours,), (theirs,) = wire.a.installed, wire.b.installed
    assert_mirrored(ours, theirs)
    assert theirs.policy.narrowed
    assert theirs.policy.owner == "MAP 10 192.0.2.1 192.0.2.2/32/47/0 192.0.2.1/32/47/0"
    assert theirs.lifetime_seconds == 1_200


def test_what_is_configured_in_just_these_words_comes_first() -> None:
    wire = pair()
    wire.b.machine.set_child_policies([child(B, A)], [template()])
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.b.installed[0].policy == child(B, A)


@pytest.mark.parametrize(
    "changes",
    [
        {"peers": (IPv4Address("192.0.2.7"),)},
        {"local": IPv4Address("192.0.2.7")},
        {"traffic": ((False, Selector(ANY), Selector(ANY)), (True, Selector(ANY), Selector(ANY)))},
        {"isakmp_profile": "VPN"},
    ],
    ids=str,
)
def test_templates_that_do_not_cover_it(changes: dict[str, object]) -> None:
    wire = pair()
    wire.b.machine.set_child_policies([], [template(**changes)])
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert not wire.b.installed
    assert len(wire.a.failed) == 1


def test_the_first_template_that_covers_it() -> None:
    wire = pair()
    wire.b.machine.set_child_policies(
        [],
        [
            template(owner="no", peers=(IPv4Address("192.0.2.7"),)),
            template(owner="dynamic", peers=(), traffic=None),
            template(owner="late"),
        ],
    )
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.b.installed[0].policy.owner.startswith("dynamic ")


def test_no_profile_where_none_matches() -> None:
    wire = Wire()
    for peer, other in ((wire.a, B), (wire.b, A)):
        peer.configure(config(policy()), child(peer.address, other))
    wire.b.settings.profiles["VPN"] = IsakmpProfile("VPN", matches=[])
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.b.machine.sas(wire.now)[0].profile == ""
    assert wire.b.installed
