"""Which way packets went: captures rendered again, and the counters of a network."""

from ipaddress import IPv4Interface

from ioscli.cli.matcher import Grammar
from ioscli.cli.show.interface_paths import (
    show_interfaces_accounting,
    show_interfaces_stats,
)
from ioscli.model.ifname import InterfaceName
from ioscli.router.router import Router
from ioscli.router.views import Counters, PathView
from tests.router.networks import Network, config
from tests.router.test_crypto import settled
from tests.router.test_multicast import ALL_OSPF, hello
from tests.router.test_subinterfaces import subinterface, trunk

from .desk import interface_view
from .test_show_processes import lines_of
from .test_show_system import at, chain

GI00 = InterfaceName.parse("Gi0/0")


def counters(total: PathView) -> Counters:
    return Counters(total[0], total[1], 0, total[2], total[3], 0, 0, 0, 0, 0, 0)


def test_stats_of_a_capture() -> None:
    view = interface_view(
        "Gi0/1",
        counters=counters(PathView(501, 57_060, 726, 134_685)),
        processed=PathView(1, 60, 226, 77_685),
    )
    captured = lines_of("show-interfaces-stats/genie-2.txt")
    start = captured.index("GigabitEthernet0/1")
    shown = list(show_interfaces_stats([view]))
    assert shown[:3] == captured[start : start + 3]
    assert shown[4] == captured[start + 5]
    assert shown[3] == "             Route cache        500      57000        500      57000"


def test_accounting_of_a_capture() -> None:
    view = interface_view(
        "Gi0/0",
        counters=counters(PathView(193_161, 12_171_429, 29_315, 2_261_221)),
        protocols=(
            ("ARP", PathView(179_717, 10_783_020, 45, 2_700)),
            ("Other", PathView(0, 0, 16_094, 965_640)),
        ),
    )
    captured = lines_of("show-interfaces-accounting/genie-1.txt")
    shown = [line.rstrip() for line in show_interfaces_accounting([view])]
    assert shown[:3] == captured[2:5]
    assert shown[3].startswith(captured[5][:46])
    assert shown[4] == captured[7]
    quiet = interface_view("Lo0", description="nobody")
    assert list(show_interfaces_accounting([quiet]))[0::2] == [
        "Loopback0 nobody",
        "No traffic sent or received on this interface.",
    ]
    off = interface_view("Gi0/1", shutdown=True)
    assert next(show_interfaces_accounting([off])) == ("Interface GigabitEthernet0/1 is disabled")


def views(router: Router) -> dict[str, object]:
    return {str(view.name): view for view in router.interface_views()}


def test_transit_goes_by_the_cache_and_pings_by_a_process() -> None:
    network = chain()
    network.ping("A", "10.2.0.1", count=100)
    (middle,) = (it for it in network["M"].interface_views() if it.name == GI00)
    count = middle.counters
    # Two frames of ARP each way; what was forwarded no process saw.
    assert middle.processed == PathView(2, 120, 2, 120)
    assert dict(middle.protocols) == {"ARP": PathView(2, 120, 2, 120)}
    assert count.packets_in - middle.processed.packets_in == 99
    (end,) = network["B"].interface_views()
    total = end.counters
    assert end.processed == PathView(
        total.packets_in, total.bytes_in, total.packets_out, total.bytes_out
    )


def test_unwrapping_a_tunnel_is_no_process_work() -> None:
    network = settled()
    router = network["R1"]
    before = {it.name: it for it in router.interface_views()}[GI00].processed
    network.ping("R4", "172.16.2.5", count=20)
    after = {it.name: it for it in router.interface_views()}[GI00].processed
    assert after == before


def test_a_vlans_packets_are_its_ports_as_well() -> None:
    network = trunk()
    for host, node in enumerate(("A", "B"), start=1):
        subinterface(network, node, 10, f"10.10.0.{host}/24")
    network.wait(1)
    network["B"].clear_counters()
    network.ping("A", "10.10.0.2", count=10, size=36)
    port, vlan = network["B"].interface_views()
    for view in (port, vlan):
        total = view.counters
        assert view.processed == PathView(
            total.packets_in, total.bytes_in, total.packets_out, total.bytes_out
        )
        assert total.packets_in == 10


def test_multicasts_are_counted_and_shown(grammar: Grammar) -> None:
    network = chain()
    network.wait(1)
    end = network["M"]
    end.interfaces[GI00].groups.add(ALL_OSPF)
    end.clear_counters()
    sender = network["A"]
    sender.forwarding.emit(hello("10.1.0.1"), sender.interfaces[GI00], ALL_OSPF)
    network.wait(1)
    desk = at(grammar, end)
    assert "Received 1 broadcasts (1 IP multicasts)" in desk.type("show interfaces gi0/0")
    assert "  Mcast: 1 received, 0 sent\n" in desk.type("show ip traffic")
    assert "  Mcast: 0 received, 1 sent\n" in at(grammar, sender).type("show ip traffic")
    assert "  Multicast reserved groups joined: 224.0.0.5\n" in desk.type("show ip interface gi0/0")


def test_serial_keepalives_are_of_another_protocol() -> None:
    network = Network(
        config("A", {"Se0/0": "10.0.0.1/24"}, {}), config("B", {"Se0/0": "10.0.0.2/24"}, {})
    )
    network.link("A:Se0/0", "B:Se0/0")
    network.boot().wait(31)
    network.ping("A", "10.0.0.2", count=5)
    (view,) = network["A"].interface_views()
    others = dict(view.protocols)["Other"]
    assert (others.packets_in, others.packets_out) == (3, 3)
    total = view.counters
    assert view.processed[:2] == (total.packets_in, total.bytes_in)
    assert view.processed[2:] == (total.packets_out, total.bytes_out)


def test_commands(grammar: Grammar) -> None:
    network = chain()
    network.ping("A", "10.2.0.1", count=10)
    router = network["M"]
    router.config.interfaces[GI00].description = "towards A"
    desk = at(grammar, router)
    assert desk.type("show interfaces gi0/0 accounting").startswith(
        "GigabitEthernet0/0 towards A\n                Protocol    Pkts In"
    )
    assert desk.type("show interfaces gi0/1 stats").splitlines()[0] == "GigabitEthernet0/1"
    assert "% Invalid input" in desk.type("show interfaces gi0/7 stats")
    assert desk.type("show interfaces gi0/1 counters protocol status") == (
        "Protocols allocated:\n GigabitEthernet0/1: Other, IP, ARP\n"
    )
    assert (
        desk.type("show interfaces gi0/1 summary")
        .splitlines()[-1]
        .startswith("* GigabitEthernet0/1 ")
    )
    assert desk.type("show protocols") == (
        "Global values:\n  Internet Protocol routing is enabled\n"
        "GigabitEthernet0/0 is up, line protocol is up\n  Internet address is 10.1.0.2/24\n"
        "GigabitEthernet0/1 is up, line protocol is up\n  Internet address is 10.2.0.2/24\n"
    )
    assert desk.type("show protocols gi0/1").count("\n") == 2
    assert IPv4Interface("10.2.0.2/24") in {view.address for view in router.interface_views()}


def test_open_ports(grammar: Grammar) -> None:
    network = settled()
    text = at(grammar, network["R1"]).type("show control-plane host open-ports")
    assert text.splitlines()[2:] == [
        " udp                *:500                  *:0              ISAKMP   LISTEN",
        " udp               *:4500                  *:0              ISAKMP   LISTEN",
        "",
    ]
    assert at(grammar, network["R1"]).type("show udp").splitlines()[1:] == [
        " 17       --listen--          --any--           500   0   0     1   0 ",
        " 17       --listen--          --any--          4500   0   0     1   0 ",
    ]
    assert "udp" not in at(grammar, network["R2"]).type("show control-plane host open-ports")


def test_arp_forms(grammar: Grammar) -> None:
    network = chain()
    network.ping("A", "10.2.0.1", count=10)
    desk = at(grammar, network["M"])
    mac = desk.type("show arp 10.1.0.1").split("Interface\n")[1].split()[3]
    assert desk.type(f"show arp {mac}") == desk.type("show ip arp 10.1.0.1")
    assert desk.type("show arp gi0/1").count("GigabitEthernet0/1") == 2
    assert desk.type("show ip arp summary") == "4 IP ARP entries, with 0 of them incomplete\n"
    assert desk.type("show arp summary").splitlines()[-2:] == [
        "GigabitEthernet0/0            2",
        "GigabitEthernet0/1            2",
    ]


def test_addresses_that_are_answered_to(grammar: Grammar) -> None:
    router = chain()["M"]
    router.config.interfaces[GI00].secondary_addresses.append(IPv4Interface("10.0.5.1/24"))
    assert at(grammar, router).type("show ip aliases").splitlines() == [
        "Address Type             IP Address      Port",
        "Interface                10.0.5.1",
        "Interface                10.1.0.2",
        "Interface                10.2.0.2",
    ]


def test_ip_interface_shows_what_is_configured(grammar: Grammar) -> None:
    desk = at(grammar, chain()["M"])
    lines = (
        *("ip access-group 101 in", "ip access-group OUT out", "ip policy route-map PBR"),
        *("ip helper-address 10.9.9.1", "ip nat inside", "ip directed-broadcast"),
        *("ip local-proxy-arp", "ip mask-reply"),
    )
    desk.type("conf t", "interface gi0/1", *lines, "end")
    shown = desk.type("show ip interface gi0/1").splitlines()
    assert {
        "  Helper address is 10.9.9.1",
        "  Directed broadcast forwarding is enabled",
        "  Outgoing access list is OUT",
        "  Inbound  access list is 101",
        "  Local Proxy ARP is enabled",
        "  ICMP mask replies are always sent",
        "  Policy routing is enabled, using route map PBR",
        "  Network address translation is enabled, interface in domain inside",
    } < set(shown)
    desk.type("conf t", "interface gi0/1", "ip helper-address 10.9.9.2", "end")
    shown = desk.type("show ip interface gi0/1").splitlines()
    at_first = shown.index("  Helper addresses are 10.9.9.1")
    assert shown[at_first + 1] == "                      10.9.9.2"
    other = desk.type("show ip interface gi0/0").splitlines()
    assert "  Inbound  access list is not set" in other
    assert len(other) + 1 == len(shown)
