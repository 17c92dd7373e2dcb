"""Single packets through a NAT router's interfaces: ports, connections, errors, fragments."""

from __future__ import annotations

from ioscli.codec.icmp import parse
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.model.ifname import InterfaceName
from ioscli.router.nat.ports import PortMap
from tests.router.nat_networks import OVERLOAD, configure, nat_network
from tests.router.nat_packets import (
    ACK,
    FIN,
    RST,
    SYN,
    checks,
    echo,
    ends,
    fragment,
    packet,
    tcp,
    udp,
    unreachable,
)
from tests.router.networks import Network

FORWARD = (
    "ip nat inside source static udp 10.0.0.1 500 interface GigabitEthernet0/1 500",
    "ip nat inside source static tcp 10.0.0.1 80 192.0.2.2 8080 extendable",
)


class Gate:
    """The NAT of R2: packets handed over at its two interfaces."""

    def __init__(self, *lines: str) -> None:
        self.net: Network = nat_network(*lines)
        router = self.net["R2"]
        self.nat = router.nat
        self.inside = router.interfaces[InterfaceName.parse("Gi0/0")]
        self.outside = router.interfaces[InterfaceName.parse("Gi0/1")]

    def out(self, sent: bytes) -> bytes | None:
        made = self.nat.outbound(self.outside, sent, self.inside)
        assert made is None or checks(made)
        return made

    def back(self, sent: bytes) -> bytes | None:
        made = self.nat.inbound(sent, self.outside)
        assert made is None or checks(made)
        return made

    @property
    def lines(self) -> int:
        return len(self.nat)


def test_a_free_port_is_kept_and_a_taken_one_replaced_from_its_group() -> None:
    gate = Gate(*OVERLOAD)
    sent = [
        ("10.0.0.1", 5000),
        ("10.0.0.2", 5000),
        ("10.0.0.1", 500),
        ("10.0.0.2", 500),
        ("10.0.0.1", 600),
        ("10.0.0.2", 600),
    ]
    ports = []
    for host, port in sent:
        made = gate.out(udp(host, port, "192.0.2.3", 4500))
        assert made is not None
        ports.append(ends(made)[1])
    assert ports == [5000, 1024, 500, 1, 600, 512]


def test_one_port_of_a_host_is_one_global_port_to_everybody() -> None:
    gate = Gate(*OVERLOAD)
    gate.out(udp("10.0.0.2", 5000, "192.0.2.3", 53))
    made = [gate.out(udp("10.0.0.1", 5000, far, 53)) for far in ("192.0.2.3", "203.0.113.3")]
    assert [ends(it)[1] for it in made if it is not None] == [1024, 1024]


def test_replies_find_back_and_strangers_do_not() -> None:
    gate = Gate(*OVERLOAD)
    gate.out(udp("10.0.0.1", 5000, "192.0.2.3", 53))
    back = gate.back(udp("192.0.2.3", 53, "192.0.2.2", 5000))
    assert back is not None
    assert ends(back) == ("192.0.2.3", 53, "10.0.0.1", 5000)
    stranger = udp("203.0.113.3", 53, "192.0.2.2", 5000)
    assert gate.back(stranger) == stranger


def test_a_datagram_without_checksum_stays_without() -> None:
    gate = Gate(*OVERLOAD)
    made = gate.out(udp("10.0.0.1", 5000, "192.0.2.3", 4500, sums=False))
    assert made is not None
    assert made[26:28] == b"\0\0"


def test_forwarded_ports_lead_inside_and_come_back_from_the_same() -> None:
    gate = Gate(*OVERLOAD, *FORWARD)
    made = gate.back(udp("203.0.113.3", 500, "192.0.2.2", 500))
    assert made is not None
    assert ends(made) == ("203.0.113.3", 500, "10.0.0.1", 500)
    answer = gate.out(udp("10.0.0.1", 500, "203.0.113.3", 500))
    assert answer is not None
    assert ends(answer) == ("192.0.2.2", 500, "203.0.113.3", 500)
    web = gate.back(tcp("203.0.113.3", 40_000, "192.0.2.2", 8080, SYN))
    assert web is not None
    assert ends(web) == ("203.0.113.3", 40_000, "10.0.0.1", 80)


def test_a_forwarded_port_is_nobody_elses() -> None:
    gate = Gate(*OVERLOAD, *FORWARD)
    made = gate.out(udp("10.0.0.2", 500, "203.0.113.3", 500))
    assert made is not None
    assert ends(made)[1] != 500


def test_connections_rest_long_open_and_short_closed() -> None:
    gate = Gate(*OVERLOAD)
    far = ("192.0.2.3", 80)
    gate.out(tcp("10.0.0.1", 5000, *far, SYN))
    gate.net.wait(61)
    assert gate.lines == 0  # nobody answered
    gate.out(tcp("10.0.0.1", 5000, *far, SYN))
    gate.back(tcp(*far, "192.0.2.2", 5000, SYN | ACK))
    gate.out(tcp("10.0.0.1", 5000, *far, ACK))
    gate.net.wait(80_000)
    assert gate.lines == 1
    gate.out(tcp("10.0.0.1", 5000, *far, FIN | ACK))
    gate.net.wait(59)
    assert gate.lines == 1
    gate.net.wait(2)
    assert gate.lines == 0
    gate.out(tcp("10.0.0.1", 5000, *far, ACK))
    gate.back(tcp(*far, "192.0.2.2", 5000, RST))
    gate.net.wait(61)
    assert gate.lines == 0


def test_names_are_asked_for_shorter_than_other_datagrams_live() -> None:
    gate = Gate(*OVERLOAD)
    gate.out(udp("10.0.0.1", 5000, "192.0.2.3", 53))
    gate.out(udp("10.0.0.1", 5001, "192.0.2.3", 54))
    gate.net.wait(61)
    assert gate.lines == 1
    gate.net.wait(240)
    assert gate.lines == 0


def test_errors_from_outside_quote_what_the_inside_sent() -> None:
    gate = Gate(*OVERLOAD)
    gate.out(udp("10.0.0.2", 5000, "192.0.2.3", 53))
    sent = udp("10.0.0.1", 5000, "192.0.2.3", 53)
    made = gate.out(sent)
    assert made is not None
    for quoted in (8, 28):
        error = gate.back(unreachable("198.51.100.7", "192.0.2.2", made, quoted))
        assert error is not None
        assert error[12:20] == bytes((198, 51, 100, 7, 10, 0, 0, 1))
        message = parse(error[header_length(error) :])
        original = message.original  # type: ignore[union-attr]  # an unreachable has one
        assert original[: 20 + 8] == sent[: 20 + 8]


def test_errors_about_pings_are_translated_as_well() -> None:
    gate = Gate(*OVERLOAD)
    sent = echo("10.0.0.1", "192.0.2.3", 7)
    made = gate.out(sent)
    assert made is not None
    error = gate.back(unreachable("192.0.2.3", "192.0.2.2", made))
    assert error is not None
    assert error[28:56] == sent[:28]


def test_errors_from_inside_hide_the_inside() -> None:
    gate = Gate(*OVERLOAD, *FORWARD)
    sent = udp("203.0.113.3", 500, "192.0.2.2", 500)
    made = gate.back(sent)
    assert made is not None
    error = gate.out(unreachable("10.0.0.1", "203.0.113.3", made))
    assert error is not None
    assert error[12:20] == bytes((192, 0, 2, 2, 203, 0, 113, 3))
    assert error[28:56] == sent[:28]
    way = gate.out(unreachable("10.0.0.254", "203.0.113.3", made))  # a router inside
    assert way is not None
    assert way[12:16] == bytes((192, 0, 2, 2))


def test_later_fragments_follow_and_unknown_ones_do_not_pass() -> None:
    gate = Gate(*OVERLOAD)
    first, *others = fragment(udp("10.0.0.1", 5000, "192.0.2.3", 53, b"x" * 3000), 1000)
    assert gate.nat.outbound(gate.outside, others[0], gate.inside) is None
    for piece in (first, *others):
        made = gate.nat.outbound(gate.outside, piece, gate.inside)
        assert made is not None
        assert made[12:16] == bytes((192, 0, 2, 2))


def test_protocols_without_ports_share_an_address_one_to_a_far_end() -> None:
    gate = Gate(*OVERLOAD)
    first = gate.out(packet("10.0.0.1", "192.0.2.3", IpProtocol.ESP, b"\0\0\0\7" + bytes(40)))
    assert first is not None
    assert first[12:16] == bytes((192, 0, 2, 2))
    assert gate.out(packet("10.0.0.2", "192.0.2.3", IpProtocol.ESP, bytes(44))) is None
    back = gate.back(packet("192.0.2.3", "192.0.2.2", IpProtocol.ESP, bytes(44)))
    assert back is not None
    assert back[16:20] == bytes((10, 0, 0, 1))


def test_gre_goes_through_a_static_mapping() -> None:
    gate = Gate("ip nat inside source static 10.0.0.1 192.0.2.10")
    gre = b"\0\0\x08\0" + bytes(20)
    made = gate.back(packet("192.0.2.3", "192.0.2.10", IpProtocol.GRE, gre))
    assert made is not None
    assert made[16:20] == bytes((10, 0, 0, 1))
    out = gate.out(packet("10.0.0.1", "192.0.2.3", IpProtocol.GRE, gre))
    assert out is not None
    assert out[12:16] == bytes((192, 0, 2, 10))


def test_a_full_table_takes_no_more_flows() -> None:
    gate = Gate(*OVERLOAD, "ip nat translation max-entries 2")
    results = [gate.out(udp("10.0.0.1", 5000 + at, "192.0.2.3", 53)) for at in range(4)]
    assert [it is None for it in results] == [False, False, True, True]
    assert gate.nat.counts.misses == 2
    assert len(gate.nat.table().ports) == 2


def test_route_maps_choose_by_the_way_out() -> None:
    gate = Gate(
        "access-list 1 permit 10.0.0.0 0.0.0.255",
        "route-map ELSEWHERE permit 10",
        "match interface Loopback9",
        "route-map HERE permit 10",
        "match ip address 1",
        "match interface GigabitEthernet0/1",
        "exit",
        "ip nat pool A 192.0.2.30 192.0.2.30 netmask 255.255.255.0",
        "ip nat pool B 192.0.2.40 192.0.2.41 netmask 255.255.255.0",
        "ip nat inside source route-map ELSEWHERE pool A overload",
        "ip nat inside source route-map HERE pool B",
    )
    made = [gate.out(udp(f"10.0.0.{host}", 500, "192.0.2.3", 9)) for host in (1, 2, 1, 3)]
    assert [None if it is None else ends(it)[0] for it in made] == [
        *("192.0.2.40", "192.0.2.41", "192.0.2.40"),
        None,
    ]
    gate.net.wait(301)
    free = gate.out(udp("10.0.0.3", 500, "192.0.2.3", 9))
    assert free is not None
    assert ends(free)[0] == "192.0.2.40"


def test_match_host_keeps_the_hosts_number() -> None:
    gate = Gate(
        "access-list 1 permit 10.0.0.0 0.0.0.255",
        "ip nat pool H 198.51.100.1 198.51.100.254 prefix-length 24 type match-host",
        "ip nat inside source list 1 pool H",
    )
    made = gate.out(udp("10.0.0.77", 500, "192.0.2.3", 9))
    assert made is not None
    assert ends(made)[0] == "198.51.100.77"


def test_what_does_not_come_from_the_inside_is_left_alone() -> None:
    gate = Gate(*OVERLOAD)
    sent = udp("10.0.0.1", 5000, "192.0.2.3", 53)
    assert gate.nat.outbound(gate.outside, sent, gate.outside) == sent
    group = udp("10.0.0.1", 5000, "224.0.0.9", 520)
    assert gate.out(group) == group


def test_a_new_static_mapping_takes_over_from_a_pool() -> None:
    gate = Gate(
        "access-list 1 permit 10.0.0.0 0.0.0.255",
        "ip nat pool P 192.0.2.20 192.0.2.27 netmask 255.255.255.0",
        "ip nat inside source list 1 pool P",
    )
    gate.out(udp("10.0.0.1", 5000, "192.0.2.3", 53))
    configure(gate.net["R2"], "ip nat inside source static 10.0.0.1 192.0.2.99")
    made = gate.out(udp("10.0.0.1", 5000, "192.0.2.3", 53))
    assert made is not None
    assert ends(made)[0] == "192.0.2.99"


def test_an_interface_is_shared_beside_a_whole_static_mapping_to_it() -> None:
    gate = Gate(*OVERLOAD, "ip nat inside source static 10.0.0.9 interface GigabitEthernet0/1")
    shared = gate.out(udp("10.0.0.1", 5000, "192.0.2.3", 53))
    assert shared is not None
    assert ends(shared)[:2] == ("192.0.2.2", 5000)
    assert gate.out(udp("10.0.0.9", 5000, "192.0.2.3", 53)) is None  # its place is taken
    back = gate.back(udp("192.0.2.3", 53, "192.0.2.2", 5000))
    assert back is not None
    assert ends(back)[2] == "10.0.0.1"
    stranger = gate.back(udp("192.0.2.3", 54, "192.0.2.2", 5000))
    assert stranger is not None
    assert ends(stranger)[2] == "10.0.0.9"


def test_two_addresses_of_one_host_are_both_reached() -> None:
    gate = Gate(
        "ip nat inside source static 10.0.0.1 192.0.2.10 extendable",
        "ip nat inside source static 10.0.0.1 192.0.2.11 extendable",
    )
    for address in ("192.0.2.10", "192.0.2.11"):
        port = int(address[-2:])
        made = gate.back(udp("192.0.2.3", port, address, 9))
        assert made is not None
        assert ends(made) == ("192.0.2.3", port, "10.0.0.1", 9)
        answer = gate.out(udp("10.0.0.1", 9, "192.0.2.3", port))
        assert answer is not None
        assert ends(answer)[0] == address
    configure(gate.net["R2"], "no ip nat inside source static 10.0.0.1 192.0.2.10 extendable")
    gate.nat.clear()
    configure(gate.net["R2"], "no ip nat inside source static 10.0.0.1 192.0.2.10 extendable")
    left = gate.out(udp("10.0.0.1", 77, "192.0.2.3", 77))
    assert left is not None
    assert ends(left)[0] == "192.0.2.11"


def test_esp_alone_is_forwarded_to_a_host_behind_the_interface() -> None:
    gate = Gate(*OVERLOAD, "ip nat inside source static esp 10.0.0.1 interface GigabitEthernet0/1")
    back = gate.back(packet("192.0.2.3", "192.0.2.2", IpProtocol.ESP, bytes(44)))
    assert back is not None
    assert back[16:20] == bytes((10, 0, 0, 1))
    out = gate.out(packet("10.0.0.1", "192.0.2.3", IpProtocol.ESP, bytes(44)))
    assert out is not None
    assert out[12:16] == bytes((192, 0, 2, 2))
    other = packet("192.0.2.3", "192.0.2.2", IpProtocol.GRE, bytes(44))
    assert gate.back(other) == other


def test_what_would_translate_a_packet_is_told_without_a_trace() -> None:
    gate = Gate(
        "ip nat inside source static 10.0.0.9 192.0.2.9",
        "access-list 100 deny ip any host 203.0.113.3",
        "access-list 100 permit ip 10.0.0.0 0.0.0.255 any",
        "ip nat inside source list 100 interface GigabitEthernet0/1 overload",
    )
    static, dynamic = gate.nat.config.static[0], gate.nat.config.dynamic[0]
    asked = [("10.0.0.9", "192.0.2.3"), ("10.0.0.1", "192.0.2.3"), ("10.0.0.1", "203.0.113.3")]
    found = [gate.nat.mapping_of(udp(*pair, 9), gate.outside) for pair in _spoken(asked)]
    assert found == [static, dynamic, None]
    assert gate.nat.mapping_of(udp("10.0.0.1", 9, "192.0.2.3", 9), gate.inside) is None
    assert gate.lines == 1
    assert gate.net["R2"].config.policy.access_lists["100"].hits == {}


def _spoken(pairs: list[tuple[str, str]]) -> list[tuple[str, int, str]]:
    return [(source, 9, destination) for source, destination in pairs]


def test_what_is_too_short_for_a_header_is_counted_and_dropped() -> None:
    """A tunnel's far end may send any number of bytes as a packet."""
    gate = Gate(*OVERLOAD)
    forwarding = gate.outside.forwarding
    for size in range(20):
        gate.outside.receive_packet(b"E" * size, gate.outside)
    assert forwarding.format_errors == 20


def test_a_port_stays_a_static_mapping_s_when_the_flow_before_it_has_ended() -> None:
    ports = PortMap()
    shared, first, second = b"\xc0\0\2\2", b"\n\0\0\1", b"\n\0\0\2"
    assert ports.take(IpProtocol.TCP, shared, first, 8080) == 8080
    ports.reserve(IpProtocol.TCP, shared, 8080)
    ports.give_back(IpProtocol.TCP, shared, first, 8080)
    assert ports.take(IpProtocol.TCP, shared, second, 8080) != 8080
    ports.unreserve(IpProtocol.TCP, shared, 8080)
    assert ports.take(IpProtocol.TCP, shared, first, 8080) == 8080
    ports.reserve(IpProtocol.TCP, shared, 8080)
    ports.unreserve(IpProtocol.TCP, shared, 8080)
    ports.give_back(IpProtocol.TCP, shared, first, 8080)
    assert ports.take(IpProtocol.TCP, shared, first, 8080) == 8080
