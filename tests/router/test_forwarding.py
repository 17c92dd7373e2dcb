"""The IPv4 path between routers: ARP, TTL, MTU, errors, fragments."""

from ipaddress import IPv4Address, IPv4Interface

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.codec.ipv4 import IPv4Header
from ioscli.model.changes import InterfaceChanged, StaticRoutesChanged
from ioscli.model.ifname import InterfaceName
from ioscli.router.probes import EchoRequest, TraceKind
from ioscli.router.vrf import GLOBAL
from tests.router.networks import Network, config, site_to_site, wire_site_to_site

GI00 = InterfaceName.parse("Gi0/0")
GI01 = InterfaceName.parse("Gi0/1")


def two_routers() -> Network:
    network = Network(
        config("A", {"Gi0/0": "10.0.0.1/24"}, {}), config("B", {"Gi0/0": "10.0.0.2/24"}, {})
    )
    network.link("A:Gi0/0", "B:Gi0/0")
    return network.boot()


def chain() -> Network:
    """A - M - B."""
    network = Network(
        config("A", {"Gi0/0": "10.1.0.1/24"}, {"0.0.0.0/0": "10.1.0.2"}),
        config("M", {"Gi0/0": "10.1.0.2/24", "Gi0/1": "10.2.0.2/24"}, {}),
        config("B", {"Gi0/0": "10.2.0.1/24"}, {"0.0.0.0/0": "10.2.0.2"}),
    )
    network.link("A:Gi0/0", "M:Gi0/0")
    network.link("M:Gi0/1", "B:Gi0/0")
    return network.boot()


def test_the_first_echo_is_lost_to_arp():
    network = two_routers()
    assert network.ping("A", "10.0.0.2") == ".!!!!"
    assert network.ping("A", "10.0.0.2") == "!!!!!"
    # The one that was asked has learned the asker: nothing is lost the other way.
    assert network.ping("B", "10.0.0.1") == "!!!!!"


def test_each_hop_of_a_cold_path_loses_one_echo():
    assert chain().ping("A", "10.2.0.1") == "..!!!"


def test_a_router_answers_itself():
    assert two_routers().ping("A", "10.0.0.1") == "!!!!!"


def test_round_trip_is_the_delay_of_the_links():
    network = two_routers()
    network.ping("A", "10.0.0.2")
    (result,) = network.echoes("A", "10.0.0.2", count=1)
    # Twice 1 ms and the time that 114 bytes take at 1 Gb/s, rounded up.
    assert result.round_trip == 2 * (1_000 + 1)


def test_no_route_is_answered_with_one_unreachable_in_500_ms():
    network = chain()
    network.ping("A", "10.2.0.1")
    assert network.ping("A", "203.0.113.9") == "U.U.U"


def test_without_a_route_of_its_own_a_router_prints_dots():
    assert two_routers().ping("A", "203.0.113.9", count=2) == ".."


def test_no_ip_unreachables_silences_the_errors():
    network = chain()
    network.ping("A", "10.2.0.1")
    network["M"].config.interfaces[GI00].unreachables = False
    assert network.ping("A", "203.0.113.9", count=3) == "..."


def test_df_packets_that_do_not_fit_are_refused_with_the_next_hop_mtu():
    network = chain()
    network.ping("A", "10.2.0.1")
    network["M"].config.interfaces[GI01].ip_mtu = 1200
    network["M"].apply([InterfaceChanged(GI01)])
    assert network.ping("A", "10.2.0.1", size=1200, df=True) == "!!!!!"
    assert network.ping("A", "10.2.0.1", size=1201, df=True) == "M.M.M"
    network.wait(1)
    refused = network.echoes("A", "10.2.0.1", size=1500, df=True, count=3)[0]
    assert (refused.responder, refused.next_hop_mtu) == (IPv4Address("10.1.0.2"), 1200)


def test_without_df_they_are_cut_and_put_together_again():
    network = chain()
    network.ping("A", "10.2.0.1")
    network["M"].config.interfaces[GI01].ip_mtu = 576
    network["M"].apply([InterfaceChanged(GI01)])
    before = network["M"].forwarding.fragmented
    assert network.ping("A", "10.2.0.1", size=1500) == "!!!!!"
    assert network["M"].forwarding.fragmented - before == 5 * 3
    assert network.ping("A", "10.2.0.1", size=18_024) == "!!!!!"


def test_a_lost_fragment_is_reported_by_the_destination():
    network = chain()
    network.ping("A", "10.2.0.1")
    link = network.links["M-B"]
    seen = []

    def drop_second(_when, _port, frame):
        seen.append(frame)

    link.tap = drop_second
    link.mtu, link.lossy = 1000, True  # the wire swallows the full-sized fragments
    assert network.ping("A", "10.2.0.1", size=2000, count=1) == "."
    network.wait(40)
    # The later, smaller fragment alone cannot be quoted: no error about it may be sent.
    assert not any(frame[23] == 1 and frame[34] == 11 for frame in seen)


def test_trace_finds_every_hop_and_loses_the_second_probe_to_the_rate_limit():
    network = chain()
    network.ping("A", "10.2.0.1")
    rows = network.trace("A", "10.2.0.1", 2)
    assert [probe.responder for probe in rows[0]] == [IPv4Address("10.1.0.2")] * 3
    assert [probe.kind for probe in rows[1]] == [
        TraceKind.PORT_UNREACHABLE,
        TraceKind.TIMEOUT,
        TraceKind.PORT_UNREACHABLE,
    ]


def test_the_underlay_is_hidden_in_the_tunnel():
    network = wire_site_to_site(Network(*site_to_site())).boot()
    network.ping("R4", "172.16.2.5")
    rows = network.trace("R4", "172.16.2.5", 3)
    assert [str(row[0].responder) for row in rows] == ["192.168.1.1", "10.1.3.3", "172.16.2.5"]


def test_gre_takes_24_bytes():
    network = wire_site_to_site(Network(*site_to_site())).boot()
    network.ping("R4", "172.16.2.5")
    assert network.ping("R4", "172.16.2.5", size=1476, df=True) == "!!!!!"
    assert network.ping("R4", "172.16.2.5", size=1477, df=True) == "M.M.M"
    assert network.ping("R4", "172.16.2.5", size=3000) == "!!!!!"


def test_a_gre_key_must_be_the_same_at_both_ends():
    configs = site_to_site()
    tunnel = InterfaceName.parse("Tunnel0")
    configs[0].interfaces[tunnel].tunnel.key = 100
    network = wire_site_to_site(Network(*configs)).boot()
    assert network.ping("R4", "172.16.2.5") == "....."
    assert network["R3"].vrfs[GLOBAL].gre.unknown
    network["R3"].config.interfaces[tunnel].tunnel.key = 100
    network["R3"].apply([InterfaceChanged(tunnel)])
    network.ping("R4", "172.16.2.5")
    assert network.ping("R4", "172.16.2.5", size=1472, df=True) == "!!!!!"
    assert network.ping("R4", "172.16.2.5", size=1473, df=True) == "M.M.M"


def test_a_static_route_floats_until_the_better_one_is_gone():
    network = chain()
    router = network["A"]
    route = router.config.static_routes[0]
    better = route.__class__(route.prefix, None, GI00, distance=1)
    floating = route.__class__(route.prefix, route.next_hop, None, distance=200)
    router.config.static_routes[:] = [better, floating]
    router.apply([StaticRoutesChanged()])
    assert [view.distance for view in router.route_views() if view.code == "S"] == [1]
    router.config.static_routes.remove(better)
    router.apply([StaticRoutesChanged()])
    assert [view.distance for view in router.route_views() if view.code == "S"] == [200]


def test_routes_leave_with_their_interface():
    network = chain()
    router = network["A"]
    router.config.interfaces[GI00].shutdown = True
    router.apply([InterfaceChanged(GI00)])
    assert router.route_views() == []


def test_a_new_address_is_announced_and_answers():
    network = two_routers()
    network.ping("A", "10.0.0.2")
    network["B"].config.interfaces[GI00].address = IPv4Interface("10.0.0.9/24")
    network["B"].apply([InterfaceChanged(GI00)])
    assert network.ping("A", "10.0.0.9") == ".!!!!"
    assert network.ping("A", "10.0.0.2", count=2) == ".."


@pytest.mark.parametrize("node", ["R1", "R3"])
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200), protocol=st.sampled_from([1, 17, 47, 50, 200]))
def test_any_bytes_are_survived(node, data, protocol):
    """Whatever reaches a router under whatever protocol, it goes on."""
    network = _quiet_network()
    router = network[node]
    interface = router.interfaces[GI00]
    mac = interface.mac
    interface.receive_frame(mac + bytes(6) + b"\x08\x00" + data)
    interface.receive_frame(b"\xff" * 6 + bytes(6) + b"\x08\x06" + data)
    source = IPv4Address("100.12.0.2") if node == "R1" else IPv4Address("100.23.0.2")
    header = IPv4Header(source, interface.address, protocol)
    interface.receive_frame(mac + bytes(6) + b"\x08\x00" + header.build(data))
    network.wait(1)


_QUIET: list[Network] = []


def _quiet_network() -> Network:
    if not _QUIET:
        _QUIET.append(wire_site_to_site(Network(*site_to_site())).boot())
    return _QUIET[0]


def test_secondary_addresses_ask_and_answer_in_their_own_network():
    network = two_routers()
    for node, host in (("A", 1), ("B", 2)):
        interface = network[node].config.interfaces[GI00]
        interface.secondary_addresses.append(IPv4Interface(f"10.9.0.{host}/24"))
        network[node].apply([InterfaceChanged(GI00)])
    # The echo carries the primary address, as IOS's do: B has to ask for that one too.
    assert network.ping("A", "10.9.0.2") == "..!!!"
    secondary = {view.address for view in network["B"].arp_views() if view.age is not None}
    assert secondary == {IPv4Address("10.9.0.1"), IPv4Address("10.0.0.1")}
    assert network.ping("B", "10.9.0.1") == "!!!!!"
    assert network.ping("A", "10.9.0.1") == "!!!!!"


def test_links_queue_and_drop_like_a_port_with_40_places():
    network = two_routers()
    network.ping("A", "10.0.0.2")
    slow = network.links["A-B"]
    for port in slow.ends:
        slow.bandwidth = 1_000_000
        port.attach(slow, port.peer)
    for sequence in range(100):
        network["A"].send_echo(_request(sequence), lambda _: None)
    drops = network["A"].interfaces[GI00].output_drops
    assert 55 <= drops <= 60


def _request(sequence: int):
    return EchoRequest(IPv4Address("10.0.0.2"), 9, sequence, 1500)


def test_the_hardware_passes_over_frames_to_others():
    """What a switch floods to another address is neither counted nor looked at."""
    network = two_routers()
    network.ping("A", "10.0.0.2")
    port = network["A"].port(GI00)
    before = network["A"].interface_views()
    body = bytes(6) + b"\x08\x00" + bytes(46)
    for destination in (b"\x02" + bytes(5), bytes(6)):
        port.receive(destination + body)
    assert network["A"].interface_views() == before
    port.receive(b"\xff" * 6 + body)
    assert network["A"].interface_views() != before
