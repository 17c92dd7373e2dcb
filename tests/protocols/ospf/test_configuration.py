"""What changes of configuration do, and disturb nothing else."""

from ipaddress import IPv4Address, IPv4Network

from ioscli.codec.ospf.content import ExternalContent, SummaryContent
from ioscli.codec.ospf.numbers import LsType
from ioscli.model.effects import Redistributed
from ioscli.model.instant import MILLISECOND, Instant
from ioscli.model.ospf import (
    MAX_METRIC_SUMMARY,
    OspfMaxMetric,
    OspfNetwork,
    OspfNetworkType,
    OspfThrottle,
)
from ioscli.model.rib import RouteSource
from ioscli.protocols.ospf.throttle import Throttle
from tests.protocols.ospf.wire import Network, Router, chosen_for


def pair() -> tuple[Network, Router, Router]:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    network.link(first, second, "10.0.12.0/30", kind="Tunnel")
    network.interface(second, "Loopback", 0, "192.168.2.1/24")
    network.configure()
    network.run(60)
    return network, first, second


def test_equal_runs_send_equal_bytes() -> None:
    def sent() -> list[tuple[int, bytes]]:
        network = Network()
        routers = [network.router(f"R{number}") for number in range(1, 5)]
        network.lan("10.0.0.0/24", *routers)
        network.link(routers[0], routers[3], "10.0.14.0/30", kind="Tunnel")
        network.configure()
        network.run(100)
        return [(int(one.destination), one.payload) for one in network.sent]

    # The second run finds LSAs and graphs that the first one left behind.
    assert sent() == sent()


def test_configuring_the_same_again_does_nothing() -> None:
    network, first, second = pair()
    before = len(network.sent), list(first.logs)
    for _ in range(3):
        network.configure()
    network.run(5)
    assert first.logs == before[1]
    assert first.machine.schedule.due is None
    assert [one for one in network.sent[before[0] :] if one.payload[1] != 1] == []
    assert second.neighbor("1.1.1.1").changes == 6


def test_a_cost_changes_routes_without_disturbing_neighbors() -> None:
    network, first, second = pair()
    first.interfaces[first.name_of("Tu0")].settings.cost = 7
    network.configure(first)
    network.run(20)
    assert first.route("192.168.2.1/32") == "O [110/8] 10.0.12.2 Tu0"
    assert second.neighbor("1.1.1.1").changes == 6


def test_loopbacks_are_hosts_unless_point_to_point() -> None:
    network, first, second = pair()
    assert first.route("192.168.2.1/32") == "O [110/1001] 10.0.12.2 Tu0"
    settings = second.interfaces[second.name_of("Lo0")].settings
    settings.network_type = OspfNetworkType.POINT_TO_POINT
    network.configure(second)
    network.run(20)
    assert first.route("192.168.2.1/32") == ""
    assert first.route("192.168.2.0/24") == "O [110/1001] 10.0.12.2 Tu0"


def test_dead_interval_minimal() -> None:
    network, first, second = pair()
    for router in (first, second):
        router.interfaces[router.name_of("Tu0")].settings.hello_multiplier = 4
    network.configure()
    network.run(60)
    assert first.neighbor_states() == {"2.2.2.2": "FULL"}
    wire = first.wires[first.name_of("Tu0")]
    wire.seen.clear()
    network.run(3)
    hellos = [one for one in wire.packets(1) if one.router == 0x01010101]
    assert 12 <= len(hellos) <= 14
    wire.loses = lambda sender, receiver, payload: True
    network.run(1.1)
    assert first.neighbor_states() == {}


def test_ip_ospf_shutdown_and_shutdown_of_the_process() -> None:
    network, first, second = pair()
    settings = first.interfaces[first.name_of("Tu0")].settings
    settings.shutdown = True
    network.configure(first)
    assert first.neighbor_states() == {}
    assert first.logs[-1].endswith("Neighbor Down: Interface down or detached")
    settings.shutdown = False
    network.configure(first)
    network.run(60)
    assert first.neighbor_states() == {"2.2.2.2": "FULL"}
    second.process.shutdown = True
    network.configure(second)
    network.run(2)
    assert second.routes == {}
    assert all(entry.lsa.router != 0x02020202 for entry in
               first.machine.areas[0].lsdb.living(LsType.ROUTER))  # fmt: skip
    second.process.shutdown = False
    network.configure(second)
    network.run(60)
    assert first.route("192.168.2.1/32")


def test_an_interface_moves_to_another_area() -> None:
    network, first, second = pair()
    for router in (first, second):
        settings = router.interfaces[router.name_of("Tu0")].settings
        settings.process, settings.area = "1", 5
        network.configure(router)
    network.run(60)
    assert first.machine.interfaces[first.name_of("Tu0")].area.id == 5
    assert 0 not in first.machine.areas
    assert first.route("192.168.2.1/32") == "O IA [110/1001] 10.0.12.2 Tu0"


def test_the_narrowest_network_statement_decides() -> None:
    network = Network()
    router = network.router("R1")
    router.process.networks.append(
        OspfNetwork(IPv4Address("10.1.0.0"), IPv4Address("0.0.255.255"), 1)
    )
    network.interface(router, "Loopback", 0, "10.1.0.1/32")
    network.interface(router, "Loopback", 1, "10.2.0.1/32")
    network.configure()
    areas = {name.short: one.area.id for name, one in router.machine.interfaces.items()}
    assert areas == {"Lo0": 1, "Lo1": 0}


def test_max_metric_of_summaries_and_externals() -> None:
    network = Network()
    routers = [network.router(f"R{number}", area0=False) for number in range(1, 4)]
    network.link(routers[0], routers[1], "10.0.12.0/30", settings=lambda: chosen_for(0))
    network.link(routers[1], routers[2], "10.1.23.0/30", settings=lambda: chosen_for(1))
    routers[1].process.max_metric = OspfMaxMetric(summary=MAX_METRIC_SUMMARY, external=70)
    network.configure()
    net = IPv4Network("203.0.113.0/24")
    route = Redistributed(net, RouteSource.STATIC, "", None)
    network.carry_out(routers[1], routers[1].machine.redistribute(network.now, {net: route}))
    network.run(100)
    lsdb = routers[0].machine.areas[0].lsdb
    summary = next(iter(lsdb.living(LsType.SUMMARY_NETWORK))).lsa.content
    assert isinstance(summary, SummaryContent)
    assert summary.metric == MAX_METRIC_SUMMARY
    external = next(iter(routers[0].machine.lsdb.living(LsType.AS_EXTERNAL))).lsa.content
    assert isinstance(external, ExternalContent)
    assert external.metric == 70


def test_timers_throttle_double_up_to_their_maximum_and_rest() -> None:
    settings = OspfThrottle(50, 200, 1_000)
    throttle = Throttle()
    now = Instant(0)
    waits = []
    for _ in range(5):
        when = throttle.next_time(settings, now)
        waits.append((when - now) // MILLISECOND)
        now = when
        throttle.done(settings, now)
    assert waits == [50, 200, 400, 800, 1_000]
    later = Instant(now + 2_001 * MILLISECOND)
    assert throttle.next_time(settings, later) - later == 50 * MILLISECOND


def test_process_wide_and_per_interface_prefix_suppression_differ_for_loopbacks() -> None:
    network, first, second = pair()
    second.process.prefix_suppression = True
    network.configure(second)
    network.run(20)
    assert first.route("192.168.2.1/32")
    second.interfaces[second.name_of("Lo0")].settings.prefix_suppression = True
    network.configure(second)
    network.run(20)
    assert first.routes.keys() <= {IPv4Network("10.0.12.0/30")}


def test_force_spf_does_not_wait() -> None:
    network, first, second = pair()
    runs = first.machine.areas[0].spf_runs
    second.interfaces[second.name_of("Lo0")].settings.cost = 9
    network.configure(second)
    network.run(1)
    assert first.route("192.168.2.1/32") == "O [110/1001] 10.0.12.2 Tu0"
    network.carry_out(first, first.machine.force_spf(network.now))
    assert first.route("192.168.2.1/32") == "O [110/1009] 10.0.12.2 Tu0"
    assert first.machine.areas[0].spf_runs == runs + 1
    assert first.machine.schedule.due is None
