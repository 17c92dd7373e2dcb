"""The learning switch: what floods, what does not, and for how long."""

import pytest

from ioscli.engine.link import Link, Port
from ioscli.engine.simulation import Simulation
from ioscli.hosts.switch import AGEING_TIME, TABLE_SIZE, Switch
from ioscli.model.instant import Instant

A, B, C = (bytes([2, 0, 0, 0, 0, n]) for n in (1, 2, 3))
BROADCAST = b"\xff" * 6


class Segment:
    """A switch with stations a, b, c that only note what reaches them."""

    def __init__(self) -> None:
        self.simulation = Simulation()
        self.switch = Switch(self.simulation, "sw1")
        self.stations: dict[str, Port] = {}
        self.links: dict[str, Link] = {}
        self.heard: list[tuple[str, bytes]] = []
        for name in "abc":
            station = Port(self.simulation, name)
            station.receive = lambda frame, name=name: self.heard.append((name, frame))
            self.stations[name] = station
            self.links[name] = Link(self.simulation, station, self.switch.add_port(name))

    def send(self, station: str, target: bytes, source: bytes) -> list[str]:
        """Who hears a frame of this station."""
        self.heard.clear()
        frame = target + source + b"\x08\x00" + bytes(46)
        assert self.stations[station].transmit(frame)
        self.simulation.run_until(Instant(self.simulation.now + 10_000))
        assert all(heard == frame for _, heard in self.heard)
        return [name for name, _ in self.heard]


@pytest.fixture
def segment() -> Segment:
    return Segment()


def test_unknown_address_floods_to_all_but_its_own_port(segment: Segment) -> None:
    assert segment.send("a", B, A) == ["b", "c"]


def test_known_address_gets_frames_alone(segment: Segment) -> None:
    segment.send("b", BROADCAST, B)
    assert segment.send("a", B, A) == ["b"]
    assert segment.switch.mac_table() == [(B, "b"), (A, "a")]


def test_broadcast_and_multicast_flood_although_sources_are_known(segment: Segment) -> None:
    segment.send("b", BROADCAST, B)
    assert segment.send("a", BROADCAST, A) == ["b", "c"]
    assert segment.send("a", bytes.fromhex("01005e000005"), A) == ["b", "c"]


def test_reserved_group_addresses_stay_on_their_link(segment: Segment) -> None:
    assert segment.send("a", bytes.fromhex("0180c2000000"), A) == []
    assert segment.send("a", bytes.fromhex("0180c2000010"), A) == ["b", "c"]


def test_station_that_moves_is_found_behind_its_new_port(segment: Segment) -> None:
    segment.send("b", BROADCAST, B)
    segment.send("c", BROADCAST, B)
    assert segment.send("a", B, A) == ["c"]


def test_frame_to_a_station_on_its_own_port_goes_nowhere(segment: Segment) -> None:
    segment.send("a", BROADCAST, A)
    segment.send("a", BROADCAST, B)
    assert segment.send("a", B, A) == []


def test_address_is_forgotten_after_the_ageing_time_and_not_before(segment: Segment) -> None:
    segment.send("b", BROADCAST, B)
    segment.simulation.run_until(Instant(AGEING_TIME - 1_000_000))
    assert segment.send("a", B, A) == ["b"]
    segment.simulation.run_until(Instant(AGEING_TIME + 1_000_000))
    assert segment.send("a", B, A) == ["b", "c"]
    assert (B, "b") not in segment.switch.mac_table()


def test_addresses_behind_a_dead_link_are_forgotten(segment: Segment) -> None:
    segment.send("b", BROADCAST, B)
    segment.links["b"].set_up(False)
    assert segment.send("a", B, A) == ["c"]


def test_runt_is_counted_and_dropped(segment: Segment) -> None:
    segment.stations["a"].transmit(b"\x00" * 13)
    segment.simulation.run_until(Instant(10_000))
    assert segment.heard == []
    assert segment.switch.runts == 1


def test_group_address_as_source_is_not_learned(segment: Segment) -> None:
    segment.send("b", BROADCAST, bytes([3, 0, 0, 0, 0, 9]))
    assert segment.switch.mac_table() == []


def test_full_table_floods_new_addresses_until_old_ones_age(segment: Segment) -> None:
    segment.send("b", BROADCAST, B)
    for number in range(TABLE_SIZE + 5):
        segment.switch.ports["c"].deliver(
            BROADCAST + bytes([2, 9]) + number.to_bytes(4) + bytes(50)
        )
    assert len(segment.switch.mac_table()) == TABLE_SIZE
    segment.simulation.run_until(Instant(1_000_000))
    segment.heard.clear()
    assert segment.send("a", B, A) == ["b"]
    segment.simulation.run_until(Instant(segment.simulation.now + AGEING_TIME + 1))
    segment.send("c", BROADCAST, C)
    assert segment.switch.mac_table() == [(C, "c")]
