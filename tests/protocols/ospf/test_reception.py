"""What packets are refused for (RFC 2328 8.2, 10.5, appendix D), and that it is mendable."""

from collections.abc import Callable
from ipaddress import IPv4Address

import pytest

from ioscli.codec.ospf.numbers import PacketType
from ioscli.codec.ospf.packet import Packet
from ioscli.model.ospf import (
    OspfArea,
    OspfAreaKind,
    OspfAuthentication,
    OspfInterfaceSettings,
    OspfKey,
    TypedSecret,
)
from tests.protocols.ospf.wire import Network, Router, Wire, chosen_for

FULL = {"2.2.2.2": "FULL"}


def pair(kind: str = "GigabitEthernet") -> tuple[Network, Router, Router, Wire]:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    wire = network.link(first, second, "10.0.12.0/24", kind=kind)
    return network, first, second, wire


def settings_of(router: Router) -> OspfInterfaceSettings:
    return next(iter(router.interfaces.values())).settings


def errors(router: Router) -> dict[str, int]:
    return router.machine.counters.errors


def _hello(router: Router) -> None:
    settings_of(router).hello_interval = 5


def _dead(router: Router) -> None:
    settings_of(router).dead_interval = 30


def _mask(router: Router) -> None:
    name, facts = next(iter(router.interfaces.items()))
    assert facts.address is not None
    address = type(facts.address)(f"{facts.address.ip}/25")
    router.interfaces[name] = facts._replace(address=address)


def _stub(router: Router) -> None:
    router.process.areas[1] = OspfArea(1, kind=OspfAreaKind.STUB)


def _nssa(router: Router) -> None:
    router.process.areas[1] = OspfArea(1, kind=OspfAreaKind.NSSA)


def _area(router: Router) -> None:
    settings_of(router).area = 2


@pytest.mark.parametrize(
    ("change", "counter", "text"),
    [
        (_hello, "Hello", "Mismatched hello parameters from 10.0.12.2"),
        (_dead, "Hello", "Dead R 30 C 40, Hello R 10 C 10  Mask R 255.255.255.0 C 255.255.255.0"),
        (_mask, "Hello", "Mask R 255.255.255.128 C 255.255.255.0"),
        (_stub, "Hello", "Hello from 10.0.12.2 with mismatched Stub/Transit area option bit"),
        (_nssa, "Hello", "option bit"),
        (_area, "Area Mismatch", "mismatched area 0.0.0.2 in the header"),
    ],
)
def test_10_5_a_mismatch_keeps_neighbors_apart_until_mended(
    change: Callable[[Router], None], counter: str, text: str
) -> None:
    network, first, second, _ = pair()
    for router in (first, second):
        settings_of(router).process, settings_of(router).area = "1", 1
    first.machine.debugging |= {"adj", "hello"}
    change(second)
    network.configure()
    network.run(60)
    assert first.neighbor_states() == second.neighbor_states() == {}
    assert errors(first)[counter] > 3
    assert any(text in line for line in first.debugs)
    change(first)
    network.configure(first)
    network.run(60)
    assert first.neighbor_states() == FULL


def test_a_mismatch_on_a_running_adjacency_takes_it_down_by_the_dead_timer() -> None:
    network, first, second, _ = pair()
    network.configure()
    network.run(60)
    settings_of(second).hello_interval = 5
    network.configure(second)
    network.run(45)
    assert first.neighbor_states() == {}
    assert first.logs[-1].endswith("Neighbor Down: Dead timer expired")


def test_8_2_a_source_of_another_network_is_refused() -> None:
    network, first, second, _ = pair()
    name, facts = next(iter(second.interfaces.items()))
    assert facts.address is not None
    second.interfaces[name] = facts._replace(address=type(facts.address)("10.0.99.2/24"))
    first.machine.debugging.add("adj")
    network.configure()
    network.run(30)
    assert errors(first)["Bad Source"]
    assert any("src not on the same network" in line for line in first.debugs)


# Authentication (appendix D, RFC 5709)


def digest(router: Router, number: int, secret: str) -> None:
    chosen = settings_of(router).authentication
    chosen.kind = OspfAuthentication.MESSAGE_DIGEST
    chosen.digest_keys[number] = TypedSecret(secret)


def simple(router: Router, secret: str) -> None:
    chosen = settings_of(router).authentication
    chosen.kind = OspfAuthentication.SIMPLE
    chosen.password = TypedSecret(secret)


def chained(router: Router, *keys: OspfKey) -> None:
    name, facts = next(iter(router.interfaces.items()))
    facts.settings.authentication.kind = OspfAuthentication.KEY_CHAIN
    router.interfaces[name] = facts._replace(keys=keys)


def test_d_4_2_simple_passwords() -> None:
    network, first, second, wire = pair("Tunnel")
    simple(first, "cisco")
    simple(second, "cisco")
    network.configure()
    network.run(20)
    assert first.neighbor_states() == FULL
    assert {Packet.parse(one.payload).password for one in wire.seen} == {b"cisco"}
    simple(second, "wrong")
    first.machine.debugging.add("adj")
    network.configure(second)
    network.run(60)
    assert first.neighbor_states() == {}
    assert any("Mismatched Authentication Key - Clear Text" in line for line in first.debugs)
    assert errors(first)["Authentication"]


def test_d_4_3_md5() -> None:
    network, first, second, wire = pair("Tunnel")
    digest(first, 1, "secret")
    digest(second, 1, "secret")
    network.configure()
    network.run(20)
    assert first.neighbor_states() == FULL
    packets = [Packet.parse(one.payload) for one in wire.seen]
    assert {(one.auth_type, one.key_id, one.digest_length) for one in packets} == {(2, 1, 16)}


def test_md5_with_a_wrong_key_or_number() -> None:
    network, first, second, _ = pair("Tunnel")
    digest(first, 1, "secret")
    digest(second, 1, "other")
    first.machine.debugging.add("adj")
    network.configure()
    network.run(20)
    assert first.neighbor_states() == {}
    assert any("Message Digest Key 1" in line for line in first.debugs)
    settings_of(second).authentication.digest_keys = {2: TypedSecret("secret")}
    network.configure(second)
    network.run(20)
    assert any("No message digest key 2 on interface" in line for line in first.debugs)
    settings_of(second).authentication.digest_keys = {1: TypedSecret("secret")}
    network.configure(second)
    network.run(20)
    assert first.neighbor_states() == FULL


def test_types_of_authentication_differ() -> None:
    network, first, second, _ = pair("Tunnel")
    digest(first, 1, "secret")
    first.machine.debugging.add("adj")
    network.configure()
    network.run(20)
    assert errors(first)["Auth Type"]
    assert errors(second)["Auth Type"]
    assert any(
        "Mismatched Authentication type. Input packet specified type 0, we use type 2" in line
        for line in first.debugs
    )


def test_d_5_2_a_replayed_packet_is_refused() -> None:
    network, first, second, wire = pair("Tunnel")
    digest(first, 1, "secret")
    digest(second, 1, "secret")
    network.configure()
    network.run(30)
    old = next(one for one in wire.seen if one.source == IPv4Address("10.0.12.2"))
    first.machine.debugging.add("adj")
    before = errors(first).get("Authentication", 0)
    network.inject(first, "Tu0", "10.0.12.2", old.payload)
    assert errors(first)["Authentication"] == before + 1
    assert any("Invalid sequence number" in line for line in first.debugs)
    assert first.neighbor_states() == FULL


@pytest.mark.parametrize(
    ("algorithm", "length"),
    [("md5", 16), ("sha1", 20), ("sha256", 32), ("sha384", 48), ("sha512", 64)],
)
def test_rfc_5709_key_chains(algorithm: str, length: int) -> None:
    network, first, second, wire = pair("Tunnel")
    key = OspfKey(5, "a secret", algorithm)
    chained(first, key)
    chained(second, key)
    network.configure()
    network.run(20)
    assert first.neighbor_states() == FULL
    packets = [Packet.parse(one.payload) for one in wire.seen]
    assert {(one.key_id, one.digest_length) for one in packets} == {(5, length)}
    chained(second, OspfKey(5, "a secret", "sha256" if algorithm == "sha1" else "sha1"))
    network.configure(second)
    network.run(60)
    assert first.neighbor_states() == {}


def test_rolling_over_to_a_new_md5_key_disturbs_nobody() -> None:
    network, first, second, wire = pair("Tunnel")
    for router in (first, second):
        digest(router, 1, "old")
    network.configure()
    network.run(30)
    digest(first, 2, "new")
    network.configure(first)
    wire.seen.clear()
    network.run(30)
    sent = {Packet.parse(one.payload).key_id for one in wire.seen if one.source.packed[3] == 1}
    assert sent == {1, 2}
    digest(second, 2, "new")
    network.configure(second)
    network.run(30)
    wire.seen.clear()
    network.run(30)
    assert {Packet.parse(one.payload).key_id for one in wire.seen} == {2}
    assert first.neighbor_states() == FULL
    assert all("DOWN" not in line for line in first.logs + second.logs)


def test_area_authentication_is_the_interfaces_default() -> None:
    network, first, second, wire = pair("Tunnel")
    for router in (first, second):
        area = OspfArea(0, authentication=OspfAuthentication.MESSAGE_DIGEST)
        router.process.areas[0] = area
        settings_of(router).authentication.digest_keys[1] = TypedSecret("x")
    network.configure()
    network.run(20)
    assert first.neighbor_states() == FULL
    assert {one.auth_type for one in wire.packets(PacketType.HELLO)} == {2}


def test_unnumbered_links() -> None:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    wire = Wire()
    for router, address in ((first, "1.1.1.1/32"), (second, "2.2.2.2/32")):
        network.interface(router, "Loopback", 0, address)
        network.interface(
            router, "Tunnel", 0, address, wire, chosen_for(), unnumbered=True
        )  # fmt: skip
    network.configure()
    network.run(40)
    assert first.neighbor_states() == FULL
    assert first.route("2.2.2.2/32") == "O [110/1001] 2.2.2.2 Tu0"
