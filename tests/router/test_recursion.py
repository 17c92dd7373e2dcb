"""Recursive routing: a tunnel whose destination is routed into the tunnel itself."""

import re
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest

from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.model.changes import InterfaceChanged, StaticRoutesChanged
from ioscli.model.config import InterfaceConfig, StaticRoute
from ioscli.model.ifname import InterfaceName

from .networks import Network, site_to_site, wire_site_to_site

TUNNEL = InterfaceName.parse("Tunnel0")
PACKET = Ipv4Template(bytes(4), bytes((172, 16, 2, 5)), 17).build(8, 1) + bytes(8)
FAR_END = IPv4Network("100.3.3.3/32")
LINE = re.compile(r"^R1 \*Mar  1 00:(\d\d):(\d\d\.\d{3}): (%.*)$")


@pytest.fixture
def net() -> Network:
    made = wire_site_to_site(Network(*site_to_site())).boot()
    made.wait(10)
    assert made["R1"].interfaces[TUNNEL].protocol_up
    made.log.clear()
    return made


def through_itself(net: Network) -> StaticRoute:
    route = StaticRoute(FAR_END, IPv4Address("10.1.3.3"), TUNNEL)
    net["R1"].config.static_routes.append(route)
    net["R1"].apply([StaticRoutesChanged()])
    return route


def messages(net: Network) -> list[tuple[float, str]]:
    found = []
    for line in net.log:
        match = LINE.match(line)
        if match is not None:
            found.append((60 * int(match[1]) + float(match[2]), match[3]))
    return found


def test_a_tunnel_through_itself_flaps_as_on_ios(net: Network) -> None:
    through_itself(net)
    net.wait(80)
    said = messages(net)
    assert [text for _, text in said] == [
        "%ADJ-5-PARENT: Midchain parent maintenance for IP midchain out of Tunnel0"
        " - looped chain attempting to stack",
        "%TUN-5-RECURDOWN: Tunnel0 temporarily disabled due to recursive routing",
        "%LINEPROTO-5-UPDOWN: Line protocol on Interface Tunnel0, changed state to down",
        "%LINEPROTO-5-UPDOWN: Line protocol on Interface Tunnel0, changed state to up",
        "%ADJ-5-PARENT: Midchain parent maintenance for IP midchain out of Tunnel0"
        " - looped chain attempting to stack",
        "%TUN-5-RECURDOWN: Tunnel0 temporarily disabled due to recursive routing",
        "%LINEPROTO-5-UPDOWN: Line protocol on Interface Tunnel0, changed state to down",
    ]
    times = [time for time, _ in said]
    assert 3.3 <= times[1] - times[0] <= 5.8
    assert times[1] == times[2]
    assert times[3] - times[2] == 65


def test_while_it_is_down_the_destination_has_its_good_route_again(net: Network) -> None:
    router = net["R1"]
    through_itself(net)
    assert router.rib.entry(FAR_END) is not None
    net.wait(10)
    assert router.rib.entry(FAR_END) is None
    best = router.rib.lookup(int(FAR_END.network_address))
    assert best is not None
    assert best.prefix.prefixlen == 0


def test_packets_into_the_loop_are_lost_and_counted(net: Network) -> None:
    through_itself(net)
    before = net["R1"].interfaces[TUNNEL].output_drops
    assert net.ping("R1", "172.16.2.5", count=1) == "."
    assert net["R1"].interfaces[TUNNEL].output_drops == before + 1


def test_many_tunnels_through_themselves_lose_their_packets_at_every_moment(net: Network) -> None:
    """Also between the message that one is disabled and its going down."""
    router = net["R1"]
    first = router.config.interfaces[TUNNEL].tunnel
    assert first is not None
    names = [InterfaceName("Tunnel", (number,)) for number in range(20)]
    for name in names[1:]:
        number = name.numbers[0]
        address = IPv4Interface((0x0A020001 + (number << 8), 24))
        destination = IPv4Address(int(FAR_END[0]) + number)
        made = InterfaceConfig(name, shutdown=False, address=address)
        made.tunnel = replace(first, destination=destination)
        router.config.interfaces[name] = made
        router.config.static_routes.append(
            StaticRoute(IPv4Network(destination), address.ip + 1, name)
        )
        router.apply([InterfaceChanged(name)])
    through_itself(net)
    tunnels = [router.interfaces[name] for name in names]
    late = 0
    for _ in range(700):
        net.wait(0.01)
        late += sum(it.disabled and it.protocol_up for it in router.tunnels())
        for tunnel in tunnels:
            tunnel.encapsulate(PACKET)
    assert late
    assert not any(it.protocol_up for it in tunnels)
    said = [text.split(":")[0] for _, text in messages(net)]
    assert said.count("%TUN-5-RECURDOWN") == len(tunnels)
    net.wait(64)
    assert all(it.protocol_up for it in tunnels)


def test_it_recovers_when_the_route_is_mended(net: Network) -> None:
    router = net["R1"]
    route = through_itself(net)
    net.wait(10)
    router.config.static_routes.remove(route)
    router.apply([StaticRoutesChanged()])
    net.wait(70)
    assert router.interfaces[TUNNEL].protocol_up
    net.log.clear()
    net.wait(100)
    assert messages(net) == []
    net.ping("R4", "172.16.2.5")  # everybody asks for hardware addresses first
    assert net.ping("R4", "172.16.2.5") == "!!!!!"


def test_a_loop_that_is_mended_in_time_takes_nothing_down(net: Network) -> None:
    router = net["R1"]
    route = through_itself(net)
    net.wait(2)
    router.config.static_routes.remove(route)
    router.apply([StaticRoutesChanged()])
    net.wait(30)
    assert [text.split(":")[0] for _, text in messages(net)] == ["%ADJ-5-PARENT"]
    assert router.interfaces[TUNNEL].protocol_up
