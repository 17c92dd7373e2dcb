"""Flooding, ages and originations (RFC 2328 12.1.6, 12.4, 13, 14)."""

from ipaddress import IPv4Address, IPv4Interface
from itertools import pairwise

from ioscli.codec.ospf.content import ExternalContent, OpaqueContent, RouterContent, RouterLink
from ioscli.codec.ospf.exchange import parse_headers
from ioscli.codec.ospf.lsa import Lsa, LsaHeader, build_lsa, key_of
from ioscli.codec.ospf.numbers import (
    INITIAL_SEQUENCE,
    MAX_AGE,
    MAX_SEQUENCE,
    LinkType,
    LsType,
    PacketType,
)
from ioscli.codec.ospf.packet import build_packet
from ioscli.codec.ospf.update import build_update, parse_update
from ioscli.model.instant import SECOND
from ioscli.model.ospf import OspfAuthentication, OspfMaxMetric
from ioscli.protocols.ospf.lsdb import Entry
from tests.protocols.ospf.wire import Network, Router, Wire, chosen_for

SOMEBODY = 0x09090909


def chain(count: int) -> tuple[Network, list[Router], list[Wire]]:
    network = Network()
    routers = [network.router(f"R{number}") for number in range(1, count + 1)]
    wires = [
        network.link(one, other, f"10.0.{index}.0/30", kind="Tunnel")
        for index, (one, other) in enumerate(pairwise(routers))
    ]
    network.configure()
    network.run(60)
    return network, routers, wires


def test_database_filter_of_an_interface_keeps_all_lsas_in() -> None:
    """IOS: `ip ospf database-filter all out`."""
    network, (first, second, third), _ = chain(3)
    before = first.routes.keys()
    assert len(first.machine.areas[0].lsdb.tables[LsType.ROUTER]) == 3
    second.interfaces[second.name_of("Tu1")].settings.database_filter = True
    network.configure(second)
    network.run(60)
    assert second.neighbor_states() == {"1.1.1.1": "FULL", "3.3.3.3": "FULL"}
    network.interface(first, "Loopback", 0, "192.168.0.1/32")
    network.configure(first)
    network.run(60)
    assert second.route("192.168.0.1/32")
    assert not third.route("192.168.0.1/32")
    assert first.routes.keys() == before
    second.interfaces[second.name_of("Tu1")].settings.database_filter = False
    network.configure(second)
    network.run(60)
    assert third.route("192.168.0.1/32")


def lsa(sequence: int, metric: int = 1, router: int = SOMEBODY) -> Lsa:
    content = RouterContent(0, (RouterLink(LinkType.STUB, 0xC0A80900, 0xFFFFFF00, metric),))
    return build_lsa(LsType.ROUTER, 0x22, router, router, sequence, content)


def send(network: Network, router: Router, *lsas: tuple[int, Lsa]) -> None:
    """As if R2 had sent an update to R1."""
    payload = build_packet(PacketType.LS_UPDATE, 0x02020202, 0, build_update(lsas))
    network.inject(router, "Tu0", "10.0.0.2", payload)


def send_from_the_left(network: Network, router: Router, *lsas: tuple[int, Lsa]) -> None:
    """As if R1 had sent an update to R2, which has others to pass it on to."""
    payload = build_packet(PacketType.LS_UPDATE, 0x01010101, 0, build_update(lsas))
    network.inject(router, "Tu0", "10.0.0.1", payload)


def held(router: Router, key: bytes) -> Entry | None:
    return router.machine.areas[0].lsdb.get(key[0], key)


def acknowledged(wire: Wire, sender: int) -> list[LsaHeader]:
    return [
        header
        for packet in wire.packets(PacketType.LS_ACK)
        if packet.router == sender
        for header in parse_headers(packet.body)
    ]


def updates(wire: Wire, sender: int) -> list[tuple[int, Lsa]]:
    return [
        found
        for packet in wire.packets(PacketType.LS_UPDATE)
        if packet.router == sender
        for found in parse_update(packet.body).lsas
    ]


def test_13_5_a_newer_instance_is_installed_flooded_and_acknowledged_later() -> None:
    network, routers, wires = chain(3)
    middle = routers[1]
    wires[0].seen.clear()
    wires[1].seen.clear()
    new = lsa(5)
    send_from_the_left(network, middle, (10, new))
    entry = held(middle, new.key)
    assert entry is not None
    assert entry.lsa.instance == new.instance
    assert entry.age(network.now) == 10
    network.run(0.05)
    assert updates(wires[1], 0x02020202) == [(11, new)]
    assert updates(wires[0], 0x02020202) == []
    assert acknowledged(wires[0], 0x02020202) == []
    network.run(3)
    assert acknowledged(wires[0], 0x02020202) == [LsaHeader(10, new.instance)]
    assert not middle.neighbor("3.3.3.3").unacknowledged
    assert held(routers[2], new.key) is not None


def test_13_7_the_same_instance_is_acknowledged_at_once() -> None:
    network, routers, wires = chain(2)
    new = lsa(5)
    send(network, routers[0], (1, new))
    network.run(5)
    wires[0].seen.clear()
    send(network, routers[0], (1, new))
    assert acknowledged(wires[0], 0x01010101) == [LsaHeader(1, new.instance)]
    assert updates(wires[0], 0x01010101) == []


def test_13_8_an_older_instance_is_answered_with_the_newer_one() -> None:
    network, routers, wires = chain(2)
    new, old = lsa(5), lsa(4, metric=3)
    send(network, routers[0], (1, new))
    network.run(5)
    wires[0].seen.clear()
    send(network, routers[0], (1, old))
    assert updates(wires[0], 0x01010101) == [(7, new)]
    entry = held(routers[0], new.key)
    assert entry is not None
    assert entry.lsa is new


def test_13_5a_an_instance_that_comes_within_a_second_is_not_taken() -> None:
    network, routers, _ = chain(2)
    send(network, routers[0], (1, lsa(5)))
    network.run(0.5)
    send(network, routers[0], (1, lsa(6, metric=2)))
    entry = held(routers[0], lsa(5).key)
    assert entry is not None
    assert entry.lsa.sequence == 5
    network.run(1)
    send(network, routers[0], (1, lsa(6, metric=2)))
    entry = held(routers[0], lsa(5).key)
    assert entry is not None
    assert entry.lsa.sequence == 6


def test_13_1_ages_far_apart_decide_between_equal_numbers() -> None:
    network, routers, _ = chain(2)
    one = lsa(5)
    send(network, routers[0], (1000, one))
    network.run(2)
    send(network, routers[0], (950, one))
    entry = held(routers[0], one.key)
    assert entry is not None
    assert entry.age(network.now) == 1002
    send(network, routers[0], (20, one))
    entry = held(routers[0], one.key)
    assert entry is not None
    assert entry.age(network.now) == 20


def test_13_4_own_lsas_of_a_former_life_are_outdone() -> None:
    network, routers, _ = chain(2)
    former = lsa(0x80000077, router=0x01010101)
    send(network, routers[0], (1, former))
    network.run(10)
    for router in routers:
        entry = held(router, former.key)
        assert entry is not None
        assert entry.lsa.sequence == 0x80000078
        assert isinstance(entry.lsa.content, RouterContent)
        assert len(entry.lsa.content.links) == 2


def test_13_4_own_lsas_that_are_no_longer_true_are_flushed() -> None:
    network, routers, _ = chain(2)
    content = ExternalContent(0xFFFFFF00, True, 20, 0, 0)
    former = build_lsa(LsType.AS_EXTERNAL, 0x22, 0xC6336400, 0x01010101, 0x80000003, content)
    send(network, routers[0], (1, former))
    network.run(10)
    for router in routers:
        assert router.machine.lsdb.get(former.kind, former.key) is None


def test_14_an_lsa_dies_at_max_age_and_its_prefix_with_it() -> None:
    network, routers, _ = chain(3)
    stray = lsa(5)
    send_from_the_left(network, routers[1], (3500, stray))
    network.run(90)
    assert held(routers[2], stray.key) is not None
    network.run(20)
    assert held(routers[1], stray.key) is None
    assert held(routers[2], stray.key) is None


def test_14_1_a_flushed_lsa_leaves_every_database() -> None:
    network, routers, _ = chain(3)
    stray = lsa(5)
    send_from_the_left(network, routers[1], (1, stray))
    network.run(5)
    assert held(routers[2], stray.key) is not None
    send_from_the_left(network, routers[1], (MAX_AGE, stray))
    network.run(10)
    assert all(held(router, stray.key) is None for router in routers)


def test_13_max_age_of_an_unknown_lsa_is_acknowledged_and_forgotten() -> None:
    network, routers, wires = chain(2)
    wires[0].seen.clear()
    stray = lsa(5)
    send(network, routers[0], (MAX_AGE, stray))
    assert acknowledged(wires[0], 0x01010101) == [LsaHeader(MAX_AGE, stray.instance)]
    assert held(routers[0], stray.key) is None


def test_12_4_own_lsas_are_refreshed_before_they_age() -> None:
    network, routers, _ = chain(2)
    entry = held(routers[0], lsa(1, router=0x02020202).key)
    assert entry is not None
    sequence = entry.lsa.sequence
    network.run(2100)
    entry = held(routers[0], lsa(1, router=0x02020202).key)
    assert entry is not None
    assert entry.lsa.sequence == sequence + 1
    assert entry.age(network.now) < 600
    network.run(2 * 3600)
    assert all("DOWN" not in line for line in routers[0].logs)
    assert routers[0].neighbor_states() == {"2.2.2.2": "FULL"}


def test_12_1_6_sequence_numbers_wrap_by_way_of_max_age() -> None:
    network, routers, wires = chain(2)
    first = routers[0]
    # Somebody else's copy of R1's LSA with the last number but one: R1 takes the last.
    send(network, first, (1, lsa(MAX_SEQUENCE - 1, router=0x01010101)))
    network.run(6)
    key = lsa(1, router=0x01010101).key
    entry = held(routers[1], key)
    assert entry is not None
    assert entry.lsa.sequence == MAX_SEQUENCE
    wires[0].seen.clear()
    network.interface(first, "Loopback", 0, "192.168.1.1/32")
    network.configure(first)
    network.run(20)
    sent = [(age, one.sequence) for age, one in updates(wires[0], 0x01010101)]
    assert (MAX_AGE, MAX_SEQUENCE) in sent
    assert sent[-1][1] == INITIAL_SEQUENCE
    entry = held(routers[1], key)
    assert entry is not None
    assert entry.lsa.sequence == INITIAL_SEQUENCE
    network.run(20)
    assert routers[1].route("192.168.1.1/32") == "O [110/1001] 10.0.0.1 Tu0"


def test_bad_checksums_and_types_of_lsas_are_counted_the_rest_of_the_packet_is_taken() -> None:
    network, routers, _ = chain(2)
    good, other = lsa(5), lsa(5, router=0x08080808)
    broken = bytearray(build_update([(1, other), (1, good)]))
    broken[4 + 30] ^= 1
    payload = build_packet(PacketType.LS_UPDATE, 0x02020202, 0, bytes(broken))
    network.inject(routers[0], "Tu0", "10.0.0.2", payload)
    assert routers[0].machine.counters.lsa_errors == {"Checksum": 1}
    assert held(routers[0], good.key) is not None
    assert held(routers[0], other.key) is None
    assert any("%OSPF-4-ERRRCV" in line for line in routers[0].logs)


def test_opaque_lsas_of_the_area_are_carried() -> None:
    network, routers, _ = chain(3)
    opaque = build_lsa(
        LsType.OPAQUE_AREA, 0x22, 0x01000001, SOMEBODY, 5, OpaqueContent(b"12345678")
    )
    payload = build_packet(PacketType.LS_UPDATE, 0x02020202, 0, build_update([(1, opaque)]))
    network.inject(routers[0], "Tu0", "10.0.0.2", payload)
    network.run(5)
    assert held(routers[0], opaque.key) is not None


def test_13_3_broadcast_networks_are_flooded_by_way_of_the_leader() -> None:
    network = Network()
    routers = [network.router(f"R{number}") for number in range(1, 5)]
    wire = network.lan("10.0.0.0/24", *routers)
    network.configure()
    network.run(80)
    wire.seen.clear()
    network.interface(routers[0], "Loopback", 0, "192.168.1.1/32")
    network.configure(routers[0])
    network.run(4)
    groups = [
        (one.source.packed[3], str(one.destination))
        for one in wire.seen
        if one.payload[1] == PacketType.LS_UPDATE
    ]
    # R1 is DROther and tells DR and BDR; the DR (R4) tells all.
    assert groups == [(1, "224.0.0.6"), (4, "224.0.0.5")]
    key = lsa(1, router=0x01010101).key
    copies = [held(router, key) for router in routers]
    assert len({copy.lsa.instance for copy in copies if copy is not None}) == 1
    assert None not in copies
    assert all(not one.unacknowledged for router in routers for one in
               next(iter(router.machine.interfaces.values())).neighbors.values())  # fmt: skip


def test_database_filter_keeps_lsas_in() -> None:
    network, routers, wires = chain(2)
    name = routers[0].name_of("Tu0")
    routers[0].interfaces[name].settings.database_filter = True
    network.interface(routers[0], "Loopback", 0, "192.168.1.1/32")
    network.configure(routers[0])
    wires[0].seen.clear()
    network.run(40)
    assert updates(wires[0], 0x01010101) == []
    assert routers[1].route("192.168.1.1/32") == ""


def test_timers_throttle_lsa_spaces_originations() -> None:
    network, routers, wires = chain(2)
    network.run(60)
    wires[0].seen.clear()
    for number in range(8):
        network.interface(routers[0], "Loopback", number, f"192.168.{number}.1/32")
        network.configure(routers[0])
        network.run(1)
    network.run(10)
    sent = updates(wires[0], 0x01010101)
    # The first at once, the others five seconds apart (MinLSInterval).
    assert len(sent) == 3


def test_timers_throttle_spf_spaces_calculations() -> None:
    network, routers, _ = chain(2)
    network.run(120)
    observer = routers[1].machine
    before = len(observer.schedule.runs)
    start = network.now
    for number in range(40):
        network.interface(routers[0], "Loopback", number, f"192.168.{number}.1/32")
        network.configure(routers[0])
        network.run(1)
    times = [run.at - start for run in observer.schedule.runs[before:]]
    # Half a second until the LSA is built, five until the first run.
    assert 5.5 * SECOND <= times[0] < 5.7 * SECOND
    assert all(later - earlier == 10 * SECOND for earlier, later in pairwise(times))
    assert 3 <= len(times) <= 5
    network.run(40)
    assert len(routers[1].routes) == 40
    assert routers[1].route(f"{IPv4Address('192.168.39.1')}/32")


def test_max_metric_makes_others_go_around() -> None:
    network = Network()
    routers = [network.router(f"R{number}") for number in range(1, 5)]
    for one, other, net in ((0, 1, 12), (1, 3, 24), (0, 2, 13), (2, 3, 34)):
        network.link(routers[one], routers[other], f"10.0.{net}.0/30")
    for router in routers:
        network.interface(router, "Loopback", 0, f"192.168.0.{router.name[1:]}/32")
    network.configure()
    network.run(80)
    assert routers[0].route("192.168.0.4/32") == (
        "O [110/3] 10.0.12.2 Gi0/0, 10.0.13.2 Gi0/1"
    )  # fmt: skip
    routers[1].process.max_metric = OspfMaxMetric()
    network.configure(routers[1])
    network.run(30)
    assert routers[0].route("192.168.0.4/32") == "O [110/3] 10.0.13.2 Gi0/1"
    # Its own networks can still be reached (RFC 6987).
    assert routers[0].route("192.168.0.2/32") == "O [110/2] 10.0.12.2 Gi0/0"
    routers[1].process.max_metric = OspfMaxMetric(on_startup=300)
    network.carry_out(routers[1], routers[1].machine.close(network.now))
    network.run(60)
    network.configure(routers[1])
    network.run(100)
    assert routers[0].route("192.168.0.4/32") == "O [110/3] 10.0.13.2 Gi0/1"
    network.run(260)
    assert routers[0].route("192.168.0.4/32").count(",") == 1


def test_prefix_suppression_hides_transit_networks() -> None:
    network = Network()
    routers = [network.router(f"R{number}") for number in range(1, 4)]
    network.lan("10.0.0.0/24", *routers[:2])
    network.link(routers[1], routers[2], "10.0.23.0/30", kind="Tunnel")
    for router in routers:
        network.interface(router, "Loopback", 0, f"192.168.0.{router.name[1:]}/32")
        router.process.prefix_suppression = True
    network.configure()
    network.run(100)
    assert sorted(map(str, routers[2].routes)) == ["192.168.0.1/32", "192.168.0.2/32"]
    assert routers[0].route("192.168.0.3/32") == "O [110/1002] 10.0.0.2 Gi0/0"


def test_costs_follow_the_reference_bandwidth() -> None:
    network, routers, _ = chain(2)
    network.interface(routers[0], "GigabitEthernet", 0, "192.168.1.1/24", Wire(), chosen_for())
    network.interface(routers[0], "Ethernet", 0, "192.168.2.1/24", Wire(), chosen_for())
    network.configure(routers[0])
    network.run(30)
    assert routers[1].route("192.168.1.0/24") == "O [110/1001] 10.0.0.1 Tu0"
    assert routers[1].route("192.168.2.0/24") == "O [110/1010] 10.0.0.1 Tu0"
    for router in routers:
        router.process.reference_bandwidth = 10_000
    network.configure()
    network.run(30)
    # 10 Gb/s over 100 kb/s is more than the largest cost there is.
    assert routers[1].route("192.168.1.0/24") == "O [110/65545] 10.0.0.1 Tu0"
    assert routers[1].route("192.168.2.0/24") == "O [110/66535] 10.0.0.1 Tu0"


def test_secondary_addresses_are_stubs() -> None:
    network, routers, _ = chain(2)
    name = routers[0].name_of("Tu0")
    routers[0].interfaces[name] = (
        routers[0].interfaces[name]._replace(secondaries=(IPv4Interface("192.168.7.1/24"),))
    )
    network.configure(routers[0])
    network.run(30)
    assert routers[1].route("192.168.7.0/24") == "O [110/2000] 10.0.0.1 Tu0"


def with_addresses(network: Network, router: Router, count: int) -> None:
    """Have a router's first tunnel be in so many more networks: a stub link each."""
    name = router.name_of("Tu0")
    more = tuple(IPv4Interface((0xAC100000 + at, 32)) for at in range(count))
    router.interfaces[name] = router.interfaces[name]._replace(secondaries=more)
    network.configure(router)
    network.run(30)


def links_told(router: Router, of: int) -> int:
    """How many links the router LSA has that a router holds of another."""
    entry = held(router, key_of(LsType.ROUTER, of, of))
    assert entry is not None
    assert isinstance(entry.lsa.content, RouterContent)
    return len(entry.lsa.content.links)


def test_a_1_a_router_lsa_too_large_for_a_packet_is_not_flooded() -> None:
    """The one before stays until there are fewer links; it is said once."""
    network, (first, second, _), _ = chain(3)
    too_large = [
        "%OSPF-3-LSA_LEN: Area 0 router-LSA of length 65496 bytes"
        " plus update overhead 48 bytes is too large to flood."
    ]
    with_addresses(network, first, 5453)
    assert links_told(second, 0x01010101) == 5455
    with_addresses(network, first, 5454)
    assert [line for line in first.logs if "LSA_LEN" in line] == too_large
    with_addresses(network, first, 20_000)
    assert [line for line in first.logs if "LSA_LEN" in line] == too_large
    assert links_told(second, 0x01010101) == 5455
    assert first.neighbor_states() == {"2.2.2.2": "FULL"}
    with_addresses(network, first, 100)
    assert links_told(second, 0x01010101) == 102
    with_addresses(network, first, 5454)
    assert [line for line in first.logs if "LSA_LEN" in line] == too_large * 2


def test_an_lsa_that_fits_no_signed_packet_goes_no_further() -> None:
    network, (_, second, third), _ = chain(3)
    for router in (second, third):
        settings = router.interfaces[router.name_of("Tu1" if router is second else "Tu0")].settings
        settings.authentication.kind = OspfAuthentication.MESSAGE_DIGEST
    network.configure(second, third)
    network.run(60)
    links = tuple(RouterLink(LinkType.STUB, 0xAC100000 + at, 0xFFFFFFFF, 1) for at in range(5455))
    large = build_lsa(
        LsType.ROUTER, 2, SOMEBODY, SOMEBODY, INITIAL_SEQUENCE, RouterContent(0, links)
    )
    small = lsa(INITIAL_SEQUENCE, router=SOMEBODY + 1)
    send_from_the_left(network, second, (1, large))
    send_from_the_left(network, second, (1, small))
    network.run(30)
    assert held(second, large.key)
    assert not held(third, large.key)
    assert held(third, small.key)
    assert third.neighbor_states() == {"2.2.2.2": "FULL"}
