"""router bgp: what is typed, what the running-config makes of it, and what it means."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from ioscli.cli.configuration import ConfigSession, LineKind, LineResult
from ioscli.cli.running_config import running_config
from ioscli.model.bgp import BgpProcess
from ioscli.model.config import new_router_config

from .typing_config import grammar


class Prompt:
    """Configuration mode of a router that is not there."""

    def __init__(self, *, startup: bool = False) -> None:
        self.config = new_router_config("R1", [])
        self.session = ConfigSession(grammar(), self.config, None, startup=startup)

    def type(self, *lines: str) -> list[LineResult]:
        """Type lines; what became of each."""
        return [self.session.feed(line) for line in lines]

    @property
    def bgp(self) -> BgpProcess:
        assert self.config.bgp is not None
        return self.config.bgp

    @property
    def printed(self) -> list[str]:
        lines = list(running_config(self.config))
        start = next(at for at, line in enumerate(lines) if line.startswith("router bgp"))
        return lines[start : lines.index("!", start)]


def test_lines_stand_in_the_order_of_ios() -> None:
    prompt = Prompt()
    prompt.type(
        "router bgp 65001",
        "neighbor 10.0.0.9 remote-as 9",
        "maximum-paths 2",
        "neighbor 10.0.0.9 route-map IN in",
        "neighbor 10.0.0.9 description far",
        "neighbor 10.0.0.2 remote-as 65001",
        "redistribute connected",
        "network 10.0.0.0",
        "neighbor PEERS peer-group",
        "neighbor 10.0.0.2 next-hop-self",
        "neighbor 10.0.0.2 update-source Lo0",
        "network 192.0.2.0 mask 255.255.255.128",
        "bgp router-id 1.1.1.1",
        "timers bgp 10 30",
    )
    assert prompt.printed == [
        "router bgp 65001",
        " bgp router-id 1.1.1.1",
        " bgp log-neighbor-changes",
        " network 10.0.0.0",
        " network 192.0.2.0 mask 255.255.255.128",
        " timers bgp 10 30",
        " redistribute connected",
        " neighbor PEERS peer-group",
        " neighbor 10.0.0.2 remote-as 65001",
        " neighbor 10.0.0.2 update-source Loopback0",
        " neighbor 10.0.0.2 next-hop-self",
        " neighbor 10.0.0.9 remote-as 9",
        " neighbor 10.0.0.9 description far",
        " neighbor 10.0.0.9 route-map IN in",
        " maximum-paths 2",
    ]


def test_what_acts_is_modelled_and_the_rest_is_stored() -> None:
    prompt = Prompt()
    results = prompt.type(
        "router bgp 1",
        "neighbor 10.0.0.2 remote-as 2",
        "neighbor 10.0.0.2 allowas-in",
        "neighbor 10.0.0.2 dmzlink-bw",
        "bgp dmzlink-bw",
        "network 10.0.0.0",
    )
    assert [it.kind for it in results] == [
        LineKind.MODELLED,
        LineKind.MODELLED,
        LineKind.MODELLED,
        LineKind.STORED,
        LineKind.STORED,
        LineKind.MODELLED,
    ]
    assert prompt.bgp.neighbors[IPv4Address("10.0.0.2")].own.allowas_in == 3
    assert prompt.bgp.networks[0].prefix == IPv4Network("10.0.0.0/8")


def test_refusals() -> None:
    prompt = Prompt()
    results = prompt.type("router bgp 1", "neighbor 10.0.0.2 next-hop-self", "exit", "router bgp 2")
    assert results[1].kind is LineKind.REJECTED
    assert results[1].messages == ("% Specify remote-as or peer-group commands first",)
    assert results[3].messages == ("BGP is already running; AS is 1",)
    assert prompt.bgp.neighbors == {}
    assert prompt.bgp.number == 1


def test_another_policy_of_a_direction_takes_the_place_of_the_first() -> None:
    prompt = Prompt()
    prompt.type(
        "router bgp 1",
        "neighbor 10.0.0.2 remote-as 2",
        "neighbor 10.0.0.2 route-map A in",
        "neighbor 10.0.0.2 route-map B out",
        "neighbor 10.0.0.2 route-map C in",
    )
    assert prompt.printed[-2:] == [
        " neighbor 10.0.0.2 route-map B out",
        " neighbor 10.0.0.2 route-map C in",
    ] or prompt.printed[-2:] == [
        " neighbor 10.0.0.2 route-map C in",
        " neighbor 10.0.0.2 route-map B out",
    ]
    own = prompt.bgp.neighbors[IPv4Address("10.0.0.2")].own
    assert (own.route_map_in, own.route_map_out) == ("C", "B")


def test_no_neighbor_takes_all_its_lines() -> None:
    prompt = Prompt()
    prompt.type(
        "router bgp 1",
        "neighbor 10.0.0.2 remote-as 2",
        "neighbor 10.0.0.2 description x",
        "neighbor 10.0.0.2 prefix-list P in",
        "no neighbor 10.0.0.2",
    )
    assert prompt.printed == ["router bgp 1", " bgp log-neighbor-changes"]
    assert prompt.bgp.neighbors == {}


def test_no_router_bgp() -> None:
    prompt = Prompt()
    prompt.type("router bgp 1", "network 10.0.0.0", "no router bgp 1")
    assert prompt.config.bgp is None


def test_what_is_on_is_printed_only_when_it_is_off() -> None:
    prompt = Prompt()
    prompt.type("router bgp 1", "no bgp fast-external-fallover", "no bgp default ipv4-unicast")
    assert not prompt.bgp.fast_external_fallover
    assert not prompt.bgp.default_ipv4_unicast
    assert prompt.printed[1:] == [
        " bgp log-neighbor-changes",
        " no bgp fast-external-fallover",
        " no bgp default ipv4-unicast",
    ]
    prompt.type("bgp fast-external-fallover", "bgp default ipv4-unicast")
    assert prompt.bgp.fast_external_fallover
    assert prompt.printed[1:] == [" bgp log-neighbor-changes"]
    prompt.type("no bgp log-neighbor-changes")
    assert prompt.printed == ["router bgp 1"]


def test_peer_groups_and_templates_lend_their_lines() -> None:
    prompt = Prompt()
    prompt.type(
        "router bgp 1",
        "template peer-session BASE",
        "timers 5 15",
        "exit",
        "template peer-session WAN",
        "inherit peer-session BASE",
        "remote-as 7",
        "exit",
        "neighbor IN peer-group",
        "neighbor IN remote-as 1",
        "neighbor IN update-source Loopback0",
        "neighbor 10.0.0.2 peer-group IN",
        "neighbor 10.0.0.2 weight 9",
        "neighbor 10.0.0.3 inherit peer-session WAN",
    )
    bgp = prompt.bgp
    member = bgp.settings(bgp.neighbors[IPv4Address("10.0.0.2")])
    assert (member.remote_as, str(member.update_source), member.weight) == (1, "Loopback0", 9)
    heir = bgp.settings(bgp.neighbors[IPv4Address("10.0.0.3")])
    assert heir.remote_as == 7
    assert heir.timers is not None
    assert heir.timers[:2] == (5, 15)


def test_address_families() -> None:
    prompt = Prompt(startup=True)
    results = prompt.type(
        "router bgp 1",
        " no bgp default ipv4-unicast",
        " neighbor 10.0.0.2 remote-as 2",
        " neighbor 10.0.0.3 remote-as 3",
        " !",
        " address-family ipv4",
        "  network 10.0.0.0",
        "  neighbor 10.0.0.2 activate",
        "  neighbor 10.0.0.2 route-map A in",
        " exit-address-family",
        " !",
        " address-family vpnv4",
        "  neighbor 10.0.0.3 activate",
        " exit-address-family",
        " !",
        " address-family ipv4 vrf RED",
        "  neighbor 10.1.0.2 remote-as 9",
        "  neighbor 10.1.0.2 activate",
        " exit-address-family",
    )
    bgp = prompt.bgp
    assert bgp.neighbors[IPv4Address("10.0.0.2")].own.activate is True
    assert bgp.neighbors[IPv4Address("10.0.0.2")].own.route_map_in == "A"
    assert bgp.neighbors[IPv4Address("10.0.0.3")].own.activate is None
    assert list(bgp.vrfs) == ["RED"]
    assert bgp.vrfs["RED"].neighbors[IPv4Address("10.1.0.2")].own.remote_as == 9
    assert results[12].kind is LineKind.STORED


def test_lines_of_redistribution() -> None:
    prompt = Prompt()
    prompt.type(
        "router bgp 1",
        "redistribute ospf 7 match internal external 2 metric 5 route-map M",
        "redistribute static",
        "aggregate-address 10.0.0.0 255.0.0.0 as-set summary-only",
        "distance bgp 30 31 32",
    )
    ospf, static = prompt.bgp.redistributions
    assert (ospf.process, ospf.metric, ospf.route_map) == ("7", 5, "M")
    assert ospf.match == ("internal", "external 2")
    assert static.metric is None
    (aggregate,) = prompt.bgp.aggregates
    assert aggregate.as_set
    assert aggregate.summary_only
    assert prompt.bgp.distances == (30, 31, 32)


def test_four_octet_numbers_in_both_notations() -> None:
    prompt = Prompt()
    prompt.type("router bgp 1.10", "neighbor 10.0.0.2 remote-as 4200000000")
    assert prompt.bgp.number == 65_546
    assert prompt.bgp.neighbors[IPv4Address("10.0.0.2")].own.remote_as == 4_200_000_000


def test_a_scrambled_password_is_read() -> None:
    prompt = Prompt(startup=True)
    prompt.type(
        "router bgp 1",
        " neighbor 10.0.0.2 remote-as 2",
        " neighbor 10.0.0.2 password 7 0822455D0A16",
    )
    assert prompt.bgp.neighbors[IPv4Address("10.0.0.2")].own.password == "cisco"


def test_the_first_address_family_sorts_the_configuration() -> None:
    prompt = Prompt()
    prompt.type(
        "router bgp 1",
        "neighbor 10.0.0.2 remote-as 2",
        "neighbor 10.0.0.2 description x",
        "neighbor 10.0.0.2 next-hop-self",
        "network 10.0.0.0",
        "address-family ipv4 unicast",
        "neighbor 10.0.0.2 send-community",
        "exit-address-family",
        "neighbor 10.0.0.3 remote-as 3",
        "network 172.16.0.0",
    )
    lines = list(running_config(prompt.config))
    start = lines.index("router bgp 1")
    assert lines[start : lines.index("!", start)] == [
        "router bgp 1",
        " bgp log-neighbor-changes",
        " neighbor 10.0.0.2 remote-as 2",
        " neighbor 10.0.0.2 description x",
        " neighbor 10.0.0.3 remote-as 3",
        " !",
        " address-family ipv4",
        "  network 10.0.0.0",
        "  network 172.16.0.0",
        "  neighbor 10.0.0.2 activate",
        "  neighbor 10.0.0.2 send-community",
        "  neighbor 10.0.0.2 next-hop-self",
        "  neighbor 10.0.0.3 activate",
        " exit-address-family",
    ]
    assert prompt.bgp.neighbors[IPv4Address("10.0.0.2")].own.next_hop_self is True
    prompt.type("address-family ipv4", "no neighbor 10.0.0.3 activate")
    assert prompt.bgp.neighbors[IPv4Address("10.0.0.3")].own.activate is False
