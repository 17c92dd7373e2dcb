"""GRE keepalives (Cisco document 64565): the packet, the counter, and the line protocol."""

from dataclasses import replace
from ipaddress import IPv4Interface

from ioscli.codec.checksum import verify
from ioscli.model.changes import InterfaceChanged
from ioscli.model.config import InterfaceConfig, TunnelKeepalive
from ioscli.model.ifname import InterfaceName
from ioscli.router.debug import Topic
from ioscli.router.interfaces import Interface
from tests.router.networks import Network
from tests.router.tunnel_wire import (
    TUNNEL,
    Wire,
    change,
    dotted,
    payload,
    tunnel_of,
    tunnelled,
)

EVERY_5 = TunnelKeepalive(5, 3)


def lost(network: Network, link: str = "R2-R3") -> None:
    network.links[link].set_up(False)


def protocol_lines(network: Network, node: str = "R1") -> list[str]:
    return [
        line.split(": ", 1)[1]
        for line in network.log
        if line.startswith(node) and "LINEPROTO" in line and "Tunnel0" in line
    ]


def test_the_packet_holds_its_own_answer():
    network = tunnelled("R1", keepalive=EVERY_5)
    wire = Wire(network)
    network.wait(5)
    out, back = wire.of(47)
    assert (dotted(out[12:16]), dotted(out[16:20])) == ("100.1.1.1", "100.3.3.3")
    assert payload(out)[:4] == bytes.fromhex("00000800")
    inner = payload(out)[4:]
    assert len(out) == 48
    assert (dotted(inner[12:16]), dotted(inner[16:20])) == ("100.3.3.3", "100.1.1.1")
    assert inner[9] == 47
    assert verify(inner[:20])
    assert payload(inner) == bytes(4)  # protocol type 0, and nothing behind it
    # The far end has only routed it: once, since it was sent with the highest TTL.
    assert (dotted(back[12:16]), dotted(back[16:20])) == ("100.3.3.3", "100.1.1.1")
    assert inner[8] == 255
    assert back[8] == 253  # R3 and R2
    assert payload(back) == bytes(4)


def test_one_side_suffices_and_is_up_while_answers_come():
    network = tunnelled("R1", keepalive=EVERY_5)
    network.wait(120)
    tunnel = tunnel_of(network, "R1")
    assert tunnel.protocol_up
    network.wait(1)  # the last one is back
    assert tunnel.keepalives.received > 20
    assert tunnel.keepalives.missed == 0
    assert tunnel_of(network, "R3").keepalives.sent == 0


def test_missed_answers_take_the_line_down_and_one_brings_it_back():
    network = tunnelled("R1", keepalive=EVERY_5)
    network.wait(20)
    lost(network)
    before = len(network.log)
    network.wait(11)
    assert tunnel_of(network, "R1").protocol_up  # two missed
    network.wait(10)
    assert not tunnel_of(network, "R1").protocol_up
    assert "10.1.3.0/24" not in [str(it.prefix) for it in network["R1"].route_views()]
    said = "Line protocol on Interface Tunnel0, changed state to down"
    assert [line for line in network.log[before:] if said in line]
    assert tunnel_of(network, "R1").linestate == "up"  # the route and the ends are as they were
    network.links["R2-R3"].set_up(True)
    network.wait(25)
    assert tunnel_of(network, "R1").protocol_up
    assert network.ping("R4", "172.16.2.5")[-1] == "!"


def test_many_tunnels_come_and_go_together():
    """One settling of the router is enough for all; every line says so for itself."""
    network = tunnelled("R1", keepalive=EVERY_5)
    one, other = network["R1"], network["R3"]
    names = [InterfaceName("Tunnel", (number,)) for number in range(30)]
    for name in names[1:]:
        for router, host in ((one, 1), (other, 3)):
            like = router.config.interfaces[TUNNEL]
            router.config.interfaces[name] = replace(
                like,
                name=name,
                address=IPv4Interface((0x0A020000 + (name.numbers[0] << 8) + host, 24)),
                tunnel=replace(like.tunnel, key=name.numbers[0]),
            )
            router.apply([InterfaceChanged(name)])
    network.wait(20)
    tunnels = [one.interfaces[name] for name in names]
    assert all(it.protocol_up for it in tunnels)
    lost(network)
    network.wait(21)
    assert not any(it.protocol_up for it in tunnels)
    network.links["R2-R3"].set_up(True)
    before = len(network.log)
    network.wait(25)
    assert all(it.protocol_up for it in tunnels)
    prefixes = {str(it.prefix) for it in one.route_views()}
    assert {f"10.2.{number}.0/24" for number in range(1, 30)} <= prefixes
    said = [line for line in network.log[before:] if line.startswith("R1") and "LINEPROTO" in line]
    assert len(said) == len(tunnels)
    assert len({line.split(": %")[0] for line in said}) < 6  # moments


def test_a_reload_forgets_what_its_keepalives_had_asked_for():
    network = tunnelled("R1", keepalive=EVERY_5)
    network.wait(20)
    router = network["R1"]
    tunnel_of(network, "R1").settle()
    router.shut_down()
    router.restart(router.config)
    network.wait(1)
    assert tunnel_of(network, "R1").protocol_up


def test_without_them_the_tunnel_does_not_notice():
    network = tunnelled()
    lost(network)
    network.wait(300)
    assert tunnel_of(network, "R1").protocol_up


def test_article_003_counts_three_periods_of_20_seconds():
    network = tunnelled("R3", keepalive=TunnelKeepalive(20, 3))
    network.wait(60)
    lost(network, "R1-R2")
    start = network.simulation.now
    network.simulation.run_while(lambda: tunnel_of(network, "R3").protocol_up)
    assert 60 <= (network.simulation.now - start) / 1_000_000 <= 80


def test_an_end_whose_own_keepalives_fail_still_answers_the_others():
    """Its line protocol is down, and all it processes is keepalives."""
    network = tunnelled(keepalive=EVERY_5)
    network.wait(10)
    third = tunnel_of(network, "R3")
    _lose_answers(network, "100.3.3.3")
    network.wait(30)
    assert not third.protocol_up
    network.wait(60)
    assert tunnel_of(network, "R1").protocol_up
    dropped = third.input_drops
    assert network.ping("R4", "172.16.2.5", count=2) == ".."
    assert third.input_drops == dropped + 2


def _lose_answers(network: Network, destination: str) -> None:
    """R2 loses the answers to one end's keepalives, and nothing else."""
    port = network["R2"].interfaces[InterfaceName.parse("Gi0/0")]
    pass_on = port.receive_packet

    def lose(packet: bytes, interface: Interface) -> None:
        answer = packet[9] == 47 and payload(packet) == bytes(4)
        if not answer or dotted(packet[16:20]) != destination:
            pass_on(packet, interface)

    port.receive_packet = lose


def test_a_keyed_tunnel_finds_its_answers():
    network = tunnelled(key=77, keepalive=EVERY_5)
    network.wait(60)
    assert tunnel_of(network, "R1").protocol_up
    assert tunnel_of(network, "R1").keepalives.received > 5


def test_taking_them_away_brings_the_line_back():
    network = tunnelled("R1", keepalive=EVERY_5)
    lost(network)
    network.wait(40)
    assert not tunnel_of(network, "R1").protocol_up
    change(network, "R1", keepalive=None)
    assert tunnel_of(network, "R1").protocol_up
    sent = tunnel_of(network, "R1").keepalives.sent
    network.wait(60)
    assert tunnel_of(network, "R1").keepalives.sent == sent


def test_a_shut_tunnel_sends_none_and_does_not_answer():
    network = tunnelled("R1", keepalive=EVERY_5)
    made = network["R3"].config.interfaces[TUNNEL]
    made.shutdown = True
    change(network, "R3")
    network.wait(30)
    assert not tunnel_of(network, "R1").protocol_up
    network["R1"].config.interfaces[TUNNEL].shutdown = True
    change(network, "R1")
    wire = Wire(network)
    network.wait(60)
    assert not wire.of(47)


def test_unasked_answers_count_for_nothing():
    network = tunnelled("R1", keepalive=EVERY_5)
    wire = Wire(network)
    network.wait(5)
    answer = wire.of(47)[-1]
    change(network, "R1", keepalive=None)
    gre = network["R1"].vrfs[""].gre
    unknown = gre.unknown
    network["R1"].forwarding.deliver(answer, tunnel_of(network, "R1"))
    assert gre.unknown == unknown + 1


def test_a_reloaded_router_forgets_them():
    network = tunnelled("R1", keepalive=EVERY_5)
    old = tunnel_of(network, "R1")
    network["R1"].shut_down()
    sent = old.keepalives.sent
    network.wait(60)
    assert old.keepalives.sent == sent


def test_debugging_tells_what_goes_and_what_comes_back():
    network = tunnelled("R1", keepalive=EVERY_5)
    debugging = network["R1"].debugging
    debugging.switch(Topic.TUNNEL_KEEPALIVE, on=True)
    network.wait(6)
    lost(network)
    network.wait(10)
    debugging.all_off()
    network.wait(10)
    said = [line.split(": ", 1)[1] for line in network.log if "keepalive" in line]
    ends = "100.3.3.3->100.1.1.1 (len=24"
    sent = f"Tunnel0: sending keepalive, {ends} ttl=255), counter"
    assert said == [
        f"{sent}=1",
        f"Tunnel0: keepalive received, {ends} ttl=253), resetting counter",
        f"{sent}=1",
        f"{sent}=2",
    ]


def test_debugging_holds_for_tunnels_that_come_later():
    network = tunnelled()
    router = network["R1"]
    router.debugging.switch(Topic.TUNNEL_KEEPALIVE, on=True)
    other = InterfaceName.parse("Tunnel1")
    settings = replace(tunnel_of(network, "R1").settings, key=1, keepalive=EVERY_5)
    router.config.interfaces[other] = InterfaceConfig(other, tunnel=settings)
    router.apply([InterfaceChanged(other)])
    network.wait(6)
    assert [line for line in network.log if "Tunnel1: sending keepalive" in line]
