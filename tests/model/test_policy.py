"""Access, prefix, AS-path and community lists, route-maps: who passes and what is set."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.ipv4 import IpProtocol
from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.codec.udp import UdpHeader
from ioscli.model.access_list import (
    AccessEntry,
    AccessList,
    AccessListKind,
    AddressMatch,
    FlagMatch,
    PortMatch,
    PortOperator,
)
from ioscli.model.attribute_lists import (
    AsPathEntry,
    AsPathList,
    Community,
    CommunityEntry,
    CommunityList,
)
from ioscli.model.policy import PolicyConfig
from ioscli.model.prefix_list import PrefixEntry, PrefixList
from ioscli.model.route_map import (
    MatchAddress,
    MatchTag,
    RouteFacts,
    RouteMap,
    SetMetric,
    SetTag,
    apply,
)

ROUTE = RouteFacts(IPv4Network("10.1.0.0/16"), tag=7)


def address(text: str, wildcard: str = "0.0.0.0") -> AddressMatch:
    return AddressMatch(int(IPv4Address(text)), int(IPv4Address(wildcard)))


def datagram(source: str, destination: str, port: int, *, offset: int = 0) -> bytes:
    a, b = IPv4Address(source), IPv4Address(destination)
    payload = UdpHeader(5000, port).build(b"data", a, b)
    header = bytearray(Ipv4Template(a.packed, b.packed, IpProtocol.UDP, 64).build(len(payload), 1))
    header[6:8] = (offset // 8).to_bytes(2, "big")
    return bytes(header) + payload


def extended(*lines: AccessEntry) -> AccessList:
    made = AccessList("100", AccessListKind.EXTENDED)
    for line in lines:
        made.append(line)
    return made


def test_the_first_entry_that_matches_decides():
    made = extended(
        AccessEntry(False, source=address("10.0.0.1")),
        AccessEntry(True, source=address("10.0.0.0", "0.0.0.255")),
    )
    assert list(made.lines) == [10, 20]
    assert not made.permits(datagram("10.0.0.1", "10.9.9.9", 53))
    assert made.permits(datagram("10.0.0.2", "10.9.9.9", 53))
    assert not made.permits(datagram("10.0.1.2", "10.9.9.9", 53))


def test_a_list_without_lines_lets_everything_through():
    assert extended().permits(datagram("10.0.0.1", "10.9.9.9", 53))


@pytest.mark.parametrize(
    ("operator", "ports", "passes"),
    [
        (PortOperator.EQUAL, (53, 67), True),
        (PortOperator.EQUAL, (54,), False),
        (PortOperator.NOT_EQUAL, (53,), False),
        (PortOperator.LESS, (53,), False),
        (PortOperator.LESS, (54,), True),
        (PortOperator.GREATER, (52,), True),
        (PortOperator.RANGE, (50, 53), True),
        (PortOperator.RANGE, (54, 60), False),
    ],
)
def test_ports(operator, ports, passes):
    entry = AccessEntry(True, protocol=17, destination_ports=PortMatch(operator, ports))
    assert extended(entry).permits(datagram("10.0.0.1", "10.9.9.9", 53)) is passes


def test_a_later_fragment_passes_a_permit_with_ports_and_skips_a_deny():
    ports = PortMatch(PortOperator.EQUAL, (80,))
    later = datagram("10.0.0.1", "10.9.9.9", 53, offset=1480)
    assert extended(AccessEntry(True, protocol=17, destination_ports=ports)).permits(later)
    made = extended(AccessEntry(False, protocol=17, destination_ports=ports), AccessEntry(True))
    assert made.permits(later)
    assert not extended(AccessEntry(False, fragments=True), AccessEntry(True)).permits(later)


def test_established_is_ack_or_rst():
    established = FlagMatch(0x14, any_of=True)
    assert established.covers(0x10)
    assert established.covers(0x04)
    assert not established.covers(0x02)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_wildcard_bits_do_not_matter(base, wildcard, other):
    match = AddressMatch(base, wildcard)
    assert match.covers((base & ~wildcard) | (other & wildcard))
    assert match.covers(other) == all(
        (base >> bit & 1) == (other >> bit & 1) for bit in range(32) if not wildcard >> bit & 1
    )


def test_an_extended_list_reads_a_route_as_network_and_mask():
    made = extended(
        AccessEntry(True, source=address("10.0.0.0", "0.255.255.255"),
                    destination=address("255.255.0.0"))
    )  # fmt: skip
    assert made.permits_route(IPv4Network("10.1.0.0/16"))
    assert not made.permits_route(IPv4Network("10.1.0.0/24"))


def test_resequencing_keeps_order_counts_and_remarks():
    made = extended(AccessEntry(True))
    made.remark("why")
    assert made.remarks == {0: ["why"]}
    made.append(AccessEntry(False))
    assert made.remarks == {20: ["why"]}
    made.hit(20)
    made.resequence(100, 5)
    assert list(made.lines) == [100, 105]
    assert made.remarks == {105: ["why"]}
    assert made.hits == {105: 1}


def test_a_remark_goes_over_to_the_next_line_when_its_own_is_removed():
    made = extended(AccessEntry(True, protocol=1), AccessEntry(True, protocol=6))
    made.remarks[10] = ["one"]
    made.remarks[20] = ["two"]
    assert made.remove(10)
    assert made.remarks == {20: ["one", "two"]}
    assert not made.remove(10)
    assert made.remove(20)
    assert made.remarks == {0: ["one", "two"]}
    assert made.remove_remark("two")
    assert not made.remove_remark("two")
    assert made.remarks == {0: ["one"]}


@pytest.mark.parametrize(
    ("entry", "prefix", "passes"),
    [
        (PrefixEntry(True, IPv4Network("10.0.0.0/8")), "10.0.0.0/8", True),
        (PrefixEntry(True, IPv4Network("10.0.0.0/8")), "10.1.0.0/16", False),
        (PrefixEntry(True, IPv4Network("10.0.0.0/8"), ge=16), "10.1.1.0/24", True),
        (PrefixEntry(True, IPv4Network("10.0.0.0/8"), ge=16), "10.0.0.0/12", False),
        (PrefixEntry(True, IPv4Network("10.0.0.0/8"), le=16), "10.1.0.0/16", True),
        (PrefixEntry(True, IPv4Network("10.0.0.0/8"), le=16), "10.1.1.0/24", False),
        (PrefixEntry(True, IPv4Network("10.0.0.0/8"), 16, 24), "10.1.1.0/25", False),
        (PrefixEntry(True, IPv4Network("0.0.0.0/0"), le=32), "192.0.2.1/32", True),
        (PrefixEntry(True, IPv4Network("0.0.0.0/0")), "192.0.2.0/24", False),
    ],
)
def test_prefix_list_bounds(entry, prefix, passes):
    made = PrefixList("P")
    assert made.append(entry) == 5
    assert made.permits(IPv4Network(prefix)) is passes


def test_as_paths_and_communities():
    paths = AsPathList(1, [AsPathEntry(False, "_65002$"), AsPathEntry(True, "^65001_")])
    assert paths.permits("65001 65003")
    assert not paths.permits("65001 65002")
    assert not paths.permits("65004")
    standard = CommunityList("1", entries={10: CommunityEntry(True, frozenset({65001 << 16 | 1}))})
    assert standard.permits({65001 << 16 | 1, 5})
    assert not standard.permits({65001 << 16 | 1, 5}, exact=True)
    expanded = CommunityList("2", True, {10: CommunityEntry(True, expression="65001:[0-9]+_")})
    assert expanded.permits({65001 << 16 | 9})
    assert not expanded.permits({Community.NO_EXPORT})


def policy() -> PolicyConfig:
    made = PolicyConfig()
    tens = PrefixList("TENS")
    tens.append(PrefixEntry(True, IPv4Network("10.0.0.0/8"), le=32))
    made.prefix_lists["TENS"] = tens
    made.route_maps["M"] = RouteMap("M")
    return made


def test_a_route_map_sets_what_its_first_matching_entry_says():
    made = policy()
    first = made.route_maps["M"].entry(10, permit=True)
    first.matches.append(MatchTag((5,)))
    second = made.route_maps["M"].entry(20, permit=True)
    second.matches.append(MatchAddress(("TENS",), prefix_lists=True))
    second.sets.append(SetMetric(99))
    assert apply(made, "M", ROUTE) == [SetMetric(99)]
    assert apply(made, "M", ROUTE._replace(prefix=IPv4Network("192.0.2.0/24"))) is None
    assert apply(made, "UNKNOWN", ROUTE) is None


def test_an_entry_without_match_takes_all_and_a_deny_refuses():
    made = policy()
    made.route_maps["M"].entry(10, permit=False).matches.append(MatchTag((7,)))
    made.route_maps["M"].entry(20, permit=True)
    assert apply(made, "M", ROUTE) is None
    assert apply(made, "M", ROUTE._replace(tag=8)) == []


def test_continue_collects_the_sets_of_several_entries():
    made = policy()
    first = made.route_maps["M"].entry(10, permit=True)
    first.sets.append(SetMetric(5))
    first.continue_at = 30
    made.route_maps["M"].entry(20, permit=True).sets.append(SetTag(1))
    made.route_maps["M"].entry(30, permit=True).sets.append(SetTag(2))
    assert apply(made, "M", ROUTE) == [SetMetric(5), SetTag(2)]


def test_a_list_that_nobody_made():
    made = policy()
    made.route_maps["M"].entry(10, permit=True).matches.append(MatchAddress(("NONE",)))
    assert apply(made, "M", ROUTE) == []  # an access list that is not there lets all pass
    made.route_maps["M"].entries[10].matches[:] = [MatchAddress(("NONE",), prefix_lists=True)]
    assert apply(made, "M", ROUTE) is None
