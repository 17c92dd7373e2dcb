"""Several peers, dead ones, idle ones, dynamic maps and reverse routes."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from ioscli.model.config import StaticRoute
from ioscli.model.crypto_map import MapPeer, ReverseRoute
from ioscli.model.isakmp import Keepalive
from tests.router.crypto_networks import (
    R1,
    R3,
    access_list,
    dynamic_entry,
    entry,
    map_entry,
    mapped,
    phase_one,
    wired,
)
from tests.router.test_crypto_map import flows, ping_from, up

LOOPBACK = "3.3.3.3"
NOWHERE = "100.23.0.99"


def two_peers(*, default=None, idle=None):
    """R1 calls somebody who is not there first, then R3."""
    configs = mapped()
    first = configs[0].crypto_maps["VPN"].entries[10]
    first.peers = [MapPeer(IPv4Address(peer), default=peer == default) for peer in (NOWHERE, R3)]
    first.idle_time, first.idle_default = idle, idle is not None
    phase_one(configs[0], NOWHERE, R3)
    return wired(*configs)


def test_the_next_peer_is_called_when_one_does_not_answer():
    network = two_peers()
    assert network.ping("R4", "172.16.2.5") == "....."
    assert [str(view.current_peer) for known in network["R1"].crypto_map_views()
            for view in known.entries] == [NOWHERE]  # fmt: skip
    network.wait(90)
    assert network.ping("R4", "172.16.2.5") in ("!!!!!", ".!!!!")
    (view,) = up(network)
    assert str(view.peer) == R3


def test_the_default_peer_comes_first_and_again_after_idleness():
    network = two_peers(default=NOWHERE, idle=60)
    network.ping("R4", "172.16.2.5")
    network.wait(90)
    network.ping("R4", "172.16.2.5")
    assert str(up(network)[0].peer) == R3
    network.wait(70)
    assert up(network) == up(network, "R3") == []
    ((view,),) = [known.entries for known in network["R1"].crypto_map_views()]
    assert str(view.current_peer) == NOWHERE


@pytest.mark.parametrize("whose", ["entry", "router"])
def test_idle_sas_go_and_used_ones_stay(whose):
    configs = mapped()
    holder = configs[0].crypto_maps["VPN"].entries[10] if whose == "entry" else configs[0].ipsec
    holder.idle_time = 60
    network = wired(*configs)
    network.ping("R4", "172.16.2.5")
    for _ in range(4):
        network.wait(40)
        assert network.ping("R5", "192.168.1.4", count=1) == "!"
    network.wait(70)
    assert up(network) == up(network, "R3") == []


@pytest.mark.parametrize(("window", "replay"), [(None, True), (0, False), (128, True)])
def test_an_entrys_replay_window(window, replay):
    configs = mapped()
    configs[0].crypto_maps["VPN"].entries[10].replay_window = window
    network = wired(*configs)
    network.ping("R4", "172.16.2.5")
    assert up(network)[0].inbound[0].replay is replay
    assert up(network, "R3")[0].inbound[0].replay


def test_a_dead_peer_is_noticed_and_the_other_one_called():
    """Dead peer detection: R3 falls silent, R1 goes on to R3's other address."""
    configs = mapped()
    first = configs[0].crypto_maps["VPN"].entries[10]
    first.peers = [MapPeer(IPv4Address(R3)), MapPeer(IPv4Address(LOOPBACK))]
    phase_one(configs[0], R3, LOOPBACK)
    configs[0].isakmp.keepalive = Keepalive(10, 2, periodic=True)
    configs[1].static_routes.append(
        StaticRoute(IPv4Network(f"{LOOPBACK}/32"), IPv4Address(R3), None)
    )
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    network.links["R2-R3"].set_up(False)
    network.wait(60)
    assert up(network) == []
    ((view,),) = [known.entries for known in network["R1"].crypto_map_views()]
    assert str(view.current_peer) == LOOPBACK
    network.ping("R4", "172.16.2.5", count=1)
    calling = [str(sa.peer) for sa in network["R1"].isakmp_views() if not sa.deleted]
    assert calling == [LOOPBACK]


def dynamic(*, acl=None):
    configs = mapped()
    third = configs[2]
    third.crypto_maps.clear()
    dynamic_entry(third, acl)
    phase_one(third, "0.0.0.0/0")
    return configs


def test_a_dynamic_map_answers_and_calls_nobody():
    network = wired(*dynamic())
    assert flows(network, "R3") == []
    assert network.ping("R5", "192.168.1.4") != "!!!!!"
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    (view,) = up(network, "R3")
    assert not view.from_list
    assert str(view.local_selector.network) == "172.16.2.0/24"
    assert network.ping("R5", "192.168.1.4") == "!!!!!"
    network["R1"].clear_crypto_sa()
    network.wait(3)
    assert flows(network, "R3") == []


def test_a_dynamic_map_may_have_the_name_of_its_map():
    configs = dynamic()
    third = configs[2]
    third.dynamic_maps["VPN"] = third.dynamic_maps.pop("DYN")
    third.dynamic_maps["VPN"].entries[10].name = "VPN"
    third.crypto_maps["VPN"].entries[65000].dynamic = "VPN"
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    assert network.ping("R5", "192.168.1.4") == "!!!!!"


def test_a_dynamic_maps_list_drops_what_nobody_called_for():
    network = wired(*dynamic(acl="101"))
    assert network.ping("R5", "192.168.1.4", count=2) == ".."
    assert network["R3"].isakmp_views() == []
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    assert network.ping("R5", "192.168.1.4") == "!!!!!"


def test_a_dynamic_maps_list_bounds_what_may_be_asked_for():
    configs = dynamic(acl="102")
    access_list(configs[2], "102", entry("172.16.2.0/24", "10.0.0.0/8"))
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == "....."
    assert up(network, "R3") == []


def test_a_static_entry_comes_before_the_dynamic_map():
    configs = mapped()
    dynamic_entry(configs[2])
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    assert all(view.from_list for view in up(network, "R3"))


def shown_static(network, node="R3"):
    return {
        str(route.prefix): str(route.paths[0].address)
        for route in network[node].route_views() if route.code.startswith("S")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "routes"),
    [
        (ReverseRoute(), {"192.168.1.0/24": R1}),
        (
            ReverseRoute(remote_peer=IPv4Address("100.23.0.2")),
            {"192.168.1.0/24": R1, f"{R1}/32": "100.23.0.2"},
        ),
        (
            ReverseRoute(remote_peer=IPv4Address("100.23.0.2"), gateway=True),
            {"192.168.1.0/24": "100.23.0.2"},
        ),
    ],
)
def test_reverse_routes_live_as_long_as_the_sas(wanted, routes):
    configs = dynamic()
    configs[2].dynamic_maps["DYN"].entries[10].reverse_route = wanted
    network = wired(*configs)
    before = shown_static(network)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    assert shown_static(network) == before | routes
    network["R1"].clear_crypto_sa()
    network.wait(3)
    assert shown_static(network) == before


def test_static_reverse_routes_are_there_without_sas():
    configs = mapped()
    configs[2].crypto_maps["VPN"].entries[10].reverse_route = ReverseRoute(static=True)
    network = wired(*configs)
    assert shown_static(network)["192.168.1.0/24"] == R1
    assert ping_from(network, "R3", "172.16.2.3", "192.168.1.4") == ".!!!!"


def test_entries_of_one_map_with_a_peer_each():
    """The hub has an entry for each spoke; R2 is one too."""
    configs = mapped()
    first, second = configs[0], configs[1]
    access_list(first, "102", entry("192.168.1.0/24", "100.23.0.2/32"))
    map_entry(first, 20, ["100.12.0.2"], "102")
    phase_one(first, R3, "100.12.0.2")
    phase_one(second, R1)
    access_list(second, "101", entry("100.23.0.2/32", "192.168.1.0/24"))
    map_entry(second, 10, [R1], "101")
    second.interfaces[next(iter(second.interfaces))].crypto_map = "VPN"
    second.static_routes.append(StaticRoute(IPv4Network("192.168.1.0/24"), IPv4Address(R1), None))
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    assert network.ping("R4", "100.23.0.2") == ".!!!!"
    assert {str(view.peer) for view in up(network)} == {R3, "100.12.0.2"}
    assert len(network["R1"].crypto_session_views()) == 2
