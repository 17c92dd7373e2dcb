"""RFC 4271 section 8 and 6.8: sessions come up, stay, collide and end."""

from ipaddress import IPv4Address

import pytest

from ioscli.codec.bgp import Keepalive, Notification, Open
from ioscli.codec.bgp.message import build
from ioscli.model.bgp import BgpTimers
from ioscli.model.rib import RouteSource

from .wire import Wire, messages, pair


def test_session_comes_up_and_says_so() -> None:
    wire, left, right = pair()
    wire.start()
    wire.run(20)
    assert left.state("10.0.0.2") == right.state("10.0.0.1") == "Established"
    assert left.log == ["%BGP-5-ADJCHANGE: neighbor 10.0.0.2 Up "]
    assert right.log == ["%BGP-5-ADJCHANGE: neighbor 10.0.0.1 Up "]


def test_4_2_open_carries_as_hold_time_identifier_and_capabilities() -> None:
    wire, left, _ = pair(left_as=70_000)
    wire.start()
    wire.run(20)
    opened = next(it for it in messages(left.sent) if isinstance(it, Open))
    assert (opened.number, opened.hold_time) == (70_000, 180)
    assert opened.identifier == IPv4Address("1.1.1.1")
    assert opened.capabilities.families == ((1, 1),)
    assert opened.capabilities.four_octet_as == 70_000
    assert opened.capabilities.route_refresh
    assert opened.capabilities.enhanced_refresh


def test_10_timers_keep_the_session_and_their_smaller_values_hold() -> None:
    wire, left, right = pair(timers=BgpTimers(10, 30))
    wire.start()
    wire.run(20)
    for speaker, peer in ((left, "10.0.0.2"), (right, "10.0.0.1")):
        session = speaker.machine.neighbors[IPv4Address(peer)].session
        assert session is not None
        assert (session.hold_time, session.keepalive_time) == (30, 10)
    left.sent.clear()
    wire.run(300)
    assert left.state("10.0.0.2") == "Established"
    # Jitter shortens the interval to 75 % at most (section 10).
    count = sum(isinstance(it, Keepalive) for it in messages(left.sent))
    assert 30 <= count <= 41


def test_event_10_hold_timer_expires() -> None:
    wire, left, right = pair()
    wire.start()
    wire.run(20)
    wire.cut = {("left", "right"), ("right", "left")}
    left.log.clear()
    wire.run(150)
    assert left.state("10.0.0.2") == "Established"
    wire.run(60)
    assert left.log == [
        "%BGP-3-NOTIFICATION: sent to neighbor 10.0.0.2 4/0 (hold time expired) 0 bytes",
        "%BGP-5-NBR_RESET: Neighbor 10.0.0.2 reset (BGP Notification sent)",
        "%BGP-5-ADJCHANGE: neighbor 10.0.0.2 Down BGP Notification sent",
        "%BGP_SESSION-5-ADJCHANGE: neighbor 10.0.0.2 IPv4 Unicast topology base removed from "
        "session  BGP Notification sent",
    ]
    wire.cut.clear()
    wire.run(60)
    assert left.state("10.0.0.2") == right.state("10.0.0.1") == "Established"


def test_hold_time_of_zero_means_neither_timer() -> None:
    wire, left, _ = pair(timers=BgpTimers(0, 0))
    wire.start()
    wire.run(20)
    left.sent.clear()
    wire.cut = {("left", "right"), ("right", "left")}
    wire.run(2_000)
    assert left.state("10.0.0.2") == "Established"
    assert left.sent == []


def test_6_2_peer_in_wrong_as() -> None:
    wire, left, right = pair()
    right.config.number = 65009
    right.machine = type(right.machine)(65009, right.rib, right.machine._context.random)
    wire.start()
    wire.run(20)
    assert left.state("10.0.0.2") != "Established"
    sent = [line for line in left.log if "NOTIFICATION" in line]
    assert sent
    assert "2/2 (peer in wrong AS) 2 bytes FDF1" in sent[0]
    assert any("MSGDUMP" in line for line in left.log)
    received = [line for line in right.log if "NOTIFICATION: received from" in line]
    assert received
    assert "2/2 (peer in wrong AS) 2 bytes FDF1" in received[0]


def test_6_2_same_identifier_is_refused() -> None:
    wire, left, right = pair()
    right.router_id = left.router_id
    wire.start()
    wire.run(20)
    assert left.state("10.0.0.2") != "Established"
    assert any("2/3 (BGP identifier wrong)" in line for line in left.log + right.log)


@pytest.mark.parametrize("seed", range(6))
def test_6_8_of_two_connections_the_one_of_the_higher_identifier_stays(seed: int) -> None:
    wire, left, right = pair()
    wire.seed = seed
    wire.start()
    wire.run(0.5)
    # Both call at the same moment.
    for speaker, peer in ((left, "10.0.0.2"), (right, "10.0.0.1")):
        machine = speaker.machine
        machine._context.now = wire.now
        machine._fsm.connect_retry_timer_expires(machine.neighbors[IPv4Address(peer)])
    for speaker in (left, right):
        wire.carry_out(speaker, speaker.machine._end())
    wire.run(10)
    for speaker, peer, active in ((left, "10.0.0.2", False), (right, "10.0.0.1", True)):
        neighbor = speaker.machine.neighbors[IPv4Address(peer)]
        assert neighbor.session is not None
        assert neighbor.sessions == [neighbor.session]
        assert neighbor.session.active is active
    assert len(left.log) == len(right.log) == 1
    ceased = [it for it in messages(left.sent + right.sent) if isinstance(it, Notification)]
    assert {(it.code, it.subcode) for it in ceased} == {(6, 7)}


def test_event_25_notification_ends_the_session_and_it_comes_back() -> None:
    wire, left, right = pair()
    wire.start()
    wire.run(20)
    left.log.clear()
    wire.inject(left, "10.0.0.2", build(Notification(6, 4)))
    assert left.log[0] == (
        "%BGP-3-NOTIFICATION: received from neighbor 10.0.0.2 6/4 (Administrative Reset) 0 bytes"
    )
    assert "Down BGP Notification received" in left.log[2]
    assert left.state("10.0.0.2") == "Idle"
    wire.run(60)
    assert left.state("10.0.0.2") == right.state("10.0.0.1") == "Established"


def test_event_18_peer_closes_the_session() -> None:
    wire, left, _ = pair()
    wire.start()
    wire.run(20)
    left.log.clear()
    session = left.machine.neighbors[IPv4Address("10.0.0.2")].session
    assert session is not None
    wire.carry_out(left, left.machine.disconnected(wire.now, session.number))
    assert left.log == [
        "%BGP-5-NBR_RESET: Neighbor 10.0.0.2 reset (Peer closed the session)",
        "%BGP-5-ADJCHANGE: neighbor 10.0.0.2 Down Peer closed the session",
        "%BGP_SESSION-5-ADJCHANGE: neighbor 10.0.0.2 IPv4 Unicast topology base removed from "
        "session  Peer closed the session",
    ]


def test_link_down_with_fast_external_fallover_ends_the_session_at_once() -> None:
    wire, left, _ = pair()
    wire.start()
    wire.run(20)
    left.log.clear()
    left.lose("10.0.0.0/24")
    assert "%BGP-5-ADJCHANGE: neighbor 10.0.0.2 Down Interface flap" in left.log
    assert left.state("10.0.0.2") == "Idle"


def test_without_fast_external_fallover_the_hold_timer_ends_it() -> None:
    wire, left, _ = pair()
    left.config.fast_external_fallover = False
    wire.start()
    wire.run(20)
    left.lose("10.0.0.0/24")
    assert left.state("10.0.0.2") == "Established"
    wire.cut = {("left", "right"), ("right", "left")}
    wire.run(250)
    assert left.state("10.0.0.2") == "Idle"


def test_external_neighbor_that_is_not_connected_stays_idle() -> None:
    wire, left, right = pair()
    left.lose("10.0.0.0/24")
    left.route("10.0.0.0/24", "10.9.9.9")
    right.config.neighbors.clear()
    wire.start()
    wire.run(60)
    assert left.state("10.0.0.2") == "Idle"
    settings = left.config.neighbors[IPv4Address("10.0.0.2")].own
    settings.ebgp_multihop = 2
    left.configure()
    wire.run(1)
    assert left.state("10.0.0.2") == "Active"
    transport = left.machine.transport(left.machine.neighbors[IPv4Address("10.0.0.2")])
    assert transport.ttl == 2


def test_default_route_leads_to_no_neighbor() -> None:
    wire, left, right = pair(left_as=65001, right_as=65001)
    right.config.neighbors.clear()
    left.lose("10.0.0.0/24")
    left.route("0.0.0.0/0", "10.9.9.9")
    wire.start()
    wire.run(60)
    assert left.state("10.0.0.2") == "Idle"


def test_shutdown_and_no_shutdown() -> None:
    wire, left, right = pair()
    wire.start()
    wire.run(20)
    settings = left.config.neighbors[IPv4Address("10.0.0.2")].own
    settings.shutdown = True
    left.configure()
    wire.run(1)
    assert left.state("10.0.0.2") == "Idle"
    assert "%BGP-5-ADJCHANGE: neighbor 10.0.0.2 Down Admin. shutdown" in left.log
    assert (
        "%BGP-3-NOTIFICATION: received from neighbor 10.0.0.1 6/2 (Administrative Shutdown) "
        "0 bytes" in right.log
    )
    wire.run(100)
    assert left.state("10.0.0.2") == "Idle"
    settings.shutdown = None
    left.configure()
    wire.run(60)
    assert left.state("10.0.0.2") == "Established"


def test_neighbor_removed() -> None:
    wire, left, right = pair()
    right.originate("10.2.0.0/16")
    wire.start()
    wire.run(20)
    assert left.best("10.2.0.0/16") == "65002 via 10.0.0.2"
    left.config.neighbors.clear()
    left.configure()
    wire.run(1)
    assert "%BGP-5-ADJCHANGE: neighbor 10.0.0.2 Down Neighbor deleted" in left.log
    assert left.machine.table == {}
    assert left.rib.of_source(RouteSource.BGP, "65001") == []
    assert any("6/3 (Peer De-configured)" in line for line in right.log)


def test_clear_resets_and_says_user_reset() -> None:
    wire, left, right = pair()
    wire.start()
    wire.run(20)
    left.log.clear()
    wire.carry_out(left, left.machine.clear(wire.now, [IPv4Address("10.0.0.2")]))
    wire.run(1)
    assert left.log[0] == "%BGP-5-ADJCHANGE: neighbor 10.0.0.2 Down User reset"
    assert any("6/4 (Administrative Reset)" in line for line in right.log)
    wire.run(60)
    assert left.state("10.0.0.2") == "Established"


def test_close_tells_every_neighbor() -> None:
    wire, left, right = pair()
    wire.start()
    wire.run(20)
    wire.carry_out(left, left.machine.close(wire.now))
    wire.run(1)
    assert any("6/3 (Peer De-configured)" in line for line in right.log)


def test_equal_runs_are_equal() -> None:
    def run() -> list[tuple[IPv4Address, bytes]]:
        wire, left, right = pair()
        right.originate("10.2.0.0/16")
        wire.start()
        wire.run(500)
        return left.sent + right.sent

    assert run() == run()


def test_passive_neighbor_waits() -> None:
    wire, left, right = pair(passive=True)
    right.config.neighbors.clear()
    wire.start()
    wire.run(60)
    assert left.state("10.0.0.2") == "Active"
    assert left.sent == []


def test_two_octet_speaker_is_understood() -> None:
    """RFC 6793: a neighbor that does not announce four-octet AS numbers."""
    wire = Wire()
    left = wire.speaker("left", 65001, "1.1.1.1")
    left.attach("10.0.0.0/24", "10.0.0.1")
    left.neighbor("10.0.0.2", 65002)
    left.originate("10.1.0.0/16")
    wire.start()
    number, effects = left.machine.accepted(
        wire.now, IPv4Address("10.0.0.2"), IPv4Address("10.0.0.1")
    )
    assert number is not None
    wire._other["left", number] = left, -1
    left.peers[number] = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")
    wire.carry_out(left, effects)
    old = Open(65002, 90, IPv4Address("2.2.2.2"))
    wire.carry_out(left, left.machine.received(wire.now, number, build(old)))
    wire.carry_out(left, left.machine.received(wire.now, number, build(Keepalive())))
    session = left.machine.neighbors[IPv4Address("10.0.0.2")].session
    assert session is not None
    assert not session.four_octets
    assert session.hold_time == 90


def test_longer_route_to_a_connected_neighbor_harms_nothing() -> None:
    wire, left, right = pair()
    right.route("10.0.0.2/32", "10.0.0.2")
    right.network("10.0.0.2/32")
    wire.start()
    wire.run(30)
    assert left.best("10.0.0.2/32") == "65002 via 10.0.0.2"
    wire.run(300)
    assert left.state("10.0.0.2") == "Established"
