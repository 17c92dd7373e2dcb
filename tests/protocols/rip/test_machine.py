"""The RIP machine, step by step, named after RFC 2453's sections; no router around it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from itertools import pairwise
from typing import Any

from ioscli.codec.rip import (
    GROUP,
    INFINITY,
    WHOLE_TABLE,
    Command,
    Digest,
    Entry,
    Message,
    build,
    parse,
)
from ioscli.model.effects import (
    Debug,
    Install,
    Redistributed,
    RoutingEffect,
    SendDatagram,
    Withdraw,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Instant, seconds
from ioscli.model.policy import PolicyConfig
from ioscli.model.rib import INACCESSIBLE, RouteSource
from ioscli.model.rip import RipConfig, major_network
from ioscli.protocols.rip import Rip
from ioscli.protocols.rip.interface import Key, RipInterface

LEFT, RIGHT = InterfaceName.parse("Gi0/0"), InterfaceName.parse("Gi0/1")
NEIGHBOR, OTHER = IPv4Address("10.0.1.2"), IPv4Address("10.0.1.3")
FAR = IPv4Network("172.16.1.0/24")


def interface(name: InterfaceName, address: str, **changes: Any) -> RipInterface:
    plain = RipInterface(name, (IPv4Interface(address),), takes_part=True, send=(2,), receive=(2,))
    return plain._replace(**changes)


class Bench:
    """A machine between two links, and what it did."""

    def __init__(self, *interfaces: RipInterface, **settings: Any) -> None:
        self.rip = Rip(random.Random(1))
        self.now = Instant(0)
        self.config = RipConfig(version=2, auto_summary=False)
        for name, value in settings.items():
            setattr(self.config, name, value)
        self.interfaces = interfaces or (
            interface(LEFT, "10.0.1.1/24"),
            interface(RIGHT, "10.0.2.1/24"),
        )
        self.routes: dict[IPv4Network, int] = {}
        self.first = self.configure()

    def configure(self) -> list[RoutingEffect]:
        policy = PolicyConfig()
        return self.did(self.rip.configure(self.now, self.config, self.interfaces, policy))

    def did(self, effects: list[RoutingEffect]) -> list[RoutingEffect]:
        for effect in effects:
            match effect:
                case Install(route):
                    self.routes[route.prefix] = route.metric
                case Withdraw(prefix):
                    del self.routes[prefix]
        return effects

    def wait(self, span: float) -> list[RoutingEffect]:
        """All that happens within so many seconds."""
        until, effects = self.now + seconds(span), []
        while (due := self.rip.next_deadline) is not None and due <= until:
            self.now = max(self.now, due)
            effects += self.did(self.rip.handle_timer(self.now))
        self.now = Instant(until)
        return effects

    def hear(
        self, *entries: Entry, source: IPv4Address = NEIGHBOR, port: int = 520
    ) -> list[RoutingEffect]:
        data = build(Message(Command.RESPONSE, 2, entries))
        return self.did(self.rip.receive(self.now, LEFT, source, GROUP, data, port))


def entry(prefix: IPv4Network, metric: int, hop: str = "0.0.0.0") -> Entry:
    return Entry(int(prefix.network_address), int(prefix.netmask), int(IPv4Address(hop)), metric)


def told(effects: Iterable[RoutingEffect], name: InterfaceName) -> dict[str, int]:
    """What updates out of an interface said: prefix -> metric."""
    found = {}
    for effect in effects:
        if isinstance(effect, SendDatagram) and effect.interface == name:
            message = parse(effect.payload)
            if message.command == Command.RESPONSE:
                for it in message.entries:
                    prefix = IPv4Network((it.address, it.mask.bit_count()))
                    found[str(prefix)] = it.metric
    return found


def test_3_9_1_a_request_for_everything_when_an_interface_comes_up() -> None:
    bench = Bench()
    asked = [
        effect.interface
        for effect in bench.first
        if isinstance(effect, SendDatagram)
        and parse(effect.payload).entries == (WHOLE_TABLE,)
        and effect.destination == GROUP
    ]
    assert asked == [LEFT, RIGHT]


def test_3_9_1_everything_is_answered_with_split_horizon_to_the_asking_port() -> None:
    bench = Bench()
    bench.hear(entry(FAR, 3))
    data = build(Message(Command.REQUEST, 2, (WHOLE_TABLE,)))
    effects = bench.rip.receive(bench.now, LEFT, NEIGHBOR, GROUP, data, 4321)
    assert told(effects, LEFT) == {"10.0.2.0/24": 1}
    sent = [effect for effect in effects if isinstance(effect, SendDatagram)]
    assert [(effect.destination, effect.port) for effect in sent] == [(NEIGHBOR, 4321)]


def test_3_9_1_certain_routes_are_answered_as_they_stand() -> None:
    bench = Bench()
    bench.hear(entry(FAR, 3))
    asked = (entry(FAR, INFINITY), entry(IPv4Network("192.168.9.0/24"), INFINITY))
    data = build(Message(Command.REQUEST, 2, asked))
    effects = bench.rip.receive(bench.now, LEFT, NEIGHBOR, GROUP, data)
    assert told(effects, LEFT) == {str(FAR): 4, "192.168.9.0/24": INFINITY}


def test_3_8_updates_come_every_half_minute_and_never_in_step() -> None:
    bench = Bench()
    bench.wait(1)
    at = []
    for _ in range(10):
        due = bench.rip.next_update
        assert due is not None
        at.append(due)
        bench.wait((due - bench.now) / SECOND)
    gaps = [(second - first) / SECOND for first, second in pairwise(at)]
    assert all(25.5 <= gap <= 30 for gap in gaps)
    assert len(set(gaps)) == len(gaps)


def test_3_8_a_route_not_heard_of_is_unreachable_after_180_and_gone_after_240_seconds() -> None:
    bench = Bench()
    bench.hear(entry(FAR, 3))
    bench.wait(179)
    assert bench.routes == {FAR: 3}
    effects = bench.wait(2)
    assert bench.routes == {FAR: INACCESSIBLE}  # possibly down
    assert told(effects, RIGHT)[str(FAR)] == INFINITY  # a triggered update
    assert FAR in bench.rip.routes
    bench.wait(57)
    assert bench.routes == {FAR: INACCESSIBLE}
    bench.wait(2)
    assert FAR not in bench.rip.routes
    assert bench.routes == {}


def test_what_timed_out_leaves_the_table_with_its_interface() -> None:
    bench = Bench()
    bench.hear(entry(FAR, 3))
    bench.wait(200)
    assert bench.routes == {FAR: INACCESSIBLE}
    bench.interfaces = bench.interfaces[1:]
    bench.configure()
    assert bench.routes == {}
    bench.wait(100)
    assert FAR not in bench.rip.routes


def test_what_timed_out_comes_back_when_its_gateway_tells_it_again() -> None:
    bench = Bench()
    bench.hear(entry(FAR, 3))
    bench.wait(200)
    bench.hear(entry(FAR, 3))
    assert bench.routes == {FAR: 3}
    bench.wait(100)
    assert bench.routes == {FAR: 3}


def test_3_9_2_the_lower_metric_wins_and_the_same_gateway_may_raise_it() -> None:
    bench = Bench()
    bench.hear(entry(FAR, 3))
    bench.hear(entry(FAR, 2), source=OTHER)
    assert bench.routes == {FAR: 2}
    bench.hear(entry(FAR, 1))
    assert bench.routes == {FAR: 1}
    bench.hear(entry(FAR, 9))
    assert bench.routes == {FAR: 9}


def test_holddown_believes_only_who_told_the_route_before() -> None:
    bench = Bench()
    bench.hear(entry(FAR, 3))
    bench.hear(entry(FAR, INFINITY))
    assert bench.routes == {}
    bench.hear(entry(FAR, 1), source=OTHER)
    assert bench.routes == {}
    bench.hear(entry(FAR, 4))  # its own gateway, but further away than before
    assert bench.routes == {}
    bench.hear(entry(FAR, 3))
    assert bench.routes == {FAR: 3}


def test_3_4_3_split_horizon_and_poison_of_what_failed() -> None:
    bench = Bench()
    bench.wait(10)
    effects = bench.hear(entry(FAR, 3))
    assert told(effects, RIGHT) == {str(FAR): 4}
    assert told(effects, LEFT) == {}
    bench.wait(10)
    effects = bench.hear(entry(FAR, INFINITY))
    assert told(effects, RIGHT) == {str(FAR): INFINITY}
    assert told(effects, LEFT) == {str(FAR): INFINITY}  # poison reverse


def test_no_split_horizon() -> None:
    bench = Bench(interface(LEFT, "10.0.1.1/24", split_horizon=False))
    bench.wait(10)
    assert told(bench.hear(entry(FAR, 3)), LEFT) == {str(FAR): 4}


def test_3_10_1_triggered_updates_are_one_to_five_seconds_apart() -> None:
    bench = Bench()
    bench.wait(6)
    first, second = IPv4Network("172.16.1.0/24"), IPv4Network("172.16.2.0/24")
    assert told(bench.hear(entry(first, 1)), RIGHT) == {str(first): 2}
    assert told(bench.hear(entry(second, 1)), RIGHT) == {}
    assert told(bench.wait(0.9), RIGHT) == {}
    assert told(bench.wait(4.2), RIGHT) == {str(second): 2}  # and not the first again


def test_4_4_a_next_hop_on_the_link_is_taken_and_one_elsewhere_is_not() -> None:
    bench = Bench()
    near, far = IPv4Network("172.16.1.0/24"), IPv4Network("172.16.2.0/24")
    effects = bench.hear(entry(near, 1, "10.0.1.9"), entry(far, 1, "192.168.1.1"))
    hops = {
        effect.route.prefix: effect.route.paths[0].next_hop
        for effect in effects
        if isinstance(effect, Install)
    }
    assert hops == {near: IPv4Address("10.0.1.9"), far: NEIGHBOR}


def test_bad_entries_and_packets_are_counted_and_change_nothing() -> None:
    bench = Bench()
    bench.hear(
        Entry(int(IPv4Address("127.0.0.0")), 0xFF000000, 0, 1),
        Entry(int(IPv4Address("224.0.0.0")), 0xF0000000, 0, 1),
        Entry(int(IPv4Address("10.1.0.0")), 0xFF00FF00, 0, 1),
        Entry(int(IPv4Address("10.1.0.1")), 0xFFFF0000, 0, 1),
        entry(FAR, 0),
        entry(FAR, 17),
        entry(FAR, 1)._replace(family=9),
    )
    assert bench.routes == {}
    assert bench.rip.counters[LEFT].bad_routes == 7
    bench.rip.receive(bench.now, LEFT, NEIGHBOR, GROUP, b"\2\2\0\0\0")
    bench.hear(entry(FAR, 1), port=5000)
    bench.hear(entry(FAR, 1), source=IPv4Address("192.168.1.1"))
    assert bench.routes == {}
    assert bench.rip.counters[LEFT].bad_packets == 3


def test_rfc_2082_an_old_sequence_number_is_refused() -> None:
    keys = (Key(1, b"secret"),)
    bench = Bench(
        interface(LEFT, "10.0.1.1/24", authentication="md5", send_key=keys[0], accept_keys=keys)
    )

    def hear(sequence: int, key: bytes = b"secret", number: int = 1) -> None:
        message = Message(Command.RESPONSE, 2, (entry(FAR, 1),), Digest(number, sequence))
        data = build(message, key)
        bench.did(bench.rip.receive(bench.now, LEFT, NEIGHBOR, GROUP, data))

    hear(9, b"wrong")
    hear(9, number=2)
    bench.hear(entry(FAR, 1))  # unsigned
    assert bench.routes == {}
    hear(9)
    assert bench.routes == {FAR: 1}
    bad = bench.rip.counters[LEFT].bad_packets
    hear(8)
    assert bench.rip.counters[LEFT].bad_packets == bad + 1
    sent = [it for it in bench.first if isinstance(it, SendDatagram)]
    assert sent
    assert all(isinstance(parse(it.payload).authentication, Digest) for it in sent)


def test_redistributed_routes_come_and_go_with_their_metric() -> None:
    bench = Bench(default_metric=3)
    bench.wait(10)
    static = Redistributed(FAR, RouteSource.STATIC, "", None)
    igp = Redistributed(IPv4Network("192.168.1.0/24"), RouteSource.OSPF, "1", None)
    effects = bench.rip.redistribute(bench.now, {it.prefix: it for it in (static, igp)})
    assert told(effects, LEFT) == {str(FAR): 3, "192.168.1.0/24": 3}
    bench.wait(10)
    effects = bench.rip.redistribute(bench.now, {static.prefix: static})
    assert told(effects, LEFT) == {"192.168.1.0/24": INFINITY}
    bench.config = RipConfig(version=2, auto_summary=False)
    bench.configure()
    assert bench.rip.routes[FAR].metric == 1  # static routes need no metric


def test_twenty_five_routes_fill_a_message() -> None:
    bench = Bench()
    bench.wait(10)
    routes = {
        (
            it := Redistributed(IPv4Network((f"172.16.{n}.0", 24)), RouteSource.STATIC, "", 1)
        ).prefix: it
        for n in range(60)
    }
    effects = bench.rip.redistribute(bench.now, routes)
    sizes = [
        len(parse(effect.payload).entries)
        for effect in effects
        if isinstance(effect, SendDatagram) and effect.interface == LEFT
    ]
    assert sizes == [25, 25, 10]


def test_close_poisons_everything() -> None:
    bench = Bench()
    effects = bench.rip.close(bench.now)
    assert told(effects, LEFT)["10.0.2.0/24"] == INFINITY
    assert bench.rip.next_deadline is None


def test_debugging_is_as_ios_words_it() -> None:
    bench = Bench()
    bench.wait(10)
    bench.rip.debugging = {"rip"}
    lines = [it.text for it in bench.hear(entry(FAR, 1)) if isinstance(it, Debug)]
    assert lines == [
        "RIP: received v2 update from 10.0.1.2 on GigabitEthernet0/0",
        "     172.16.1.0/24 via 0.0.0.0 in 1 hops",
        "RIP: sending v2 flash update to 224.0.0.9 via GigabitEthernet0/1 (10.0.2.1)",
        "RIP: build flash update entries",
        "\t172.16.1.0/24 via 0.0.0.0, metric 2, tag 0",
    ]


def test_no_packet_stops_the_machine() -> None:
    bench = Bench()
    chance = random.Random(5)
    whole = build(Message(Command.RESPONSE, 2, (entry(FAR, 1), entry(FAR, 2))))
    for _ in range(3_000):
        data = bytearray(whole[: chance.randrange(len(whole) + 1)])
        for _ in range(chance.randrange(4)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        source = IPv4Address(chance.getrandbits(32) if chance.random() < 0.3 else int(NEIGHBOR))
        bench.did(bench.rip.receive(bench.now, LEFT, source, GROUP, bytes(data)))
        bench.wait(chance.random() * 5)
    counters = bench.rip.counters[LEFT]
    assert counters.received == 3_000
    assert counters.bad_packets > 500
    bench.hear(entry(IPv4Network("192.0.2.0/24"), 1))
    assert IPv4Network("192.0.2.0/24") in bench.routes


def test_classes_of_addresses() -> None:
    networks = [
        str(major_network(IPv4Address(it))) for it in ("10.1.2.3", "172.16.9.9", "192.168.7.7")
    ]
    assert networks == ["10.0.0.0/8", "172.16.0.0/16", "192.168.7.0/24"]
    assert str(major_network(0)) == "0.0.0.0/0"
