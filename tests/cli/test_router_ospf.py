"""router ospf and ip ospf as they are typed: what is kept, printed back and answered."""

from ipaddress import IPv4Address

import pytest

from ioscli.cli.configuration import LineKind
from ioscli.model.ifname import InterfaceName
from ioscli.model.ospf import OspfAreaKind, OspfNetworkType

from .typing_config import PORTS, Prompt, blank, loaded

SECTION = """\
router ospf 1
 router-id 1.1.1.1
 log-adjacency-changes detail
 auto-cost reference-bandwidth 10000
 max-metric router-lsa include-stub on-startup 120
 nsf cisco
 timers throttle spf 50 100 5000
 area 0 authentication message-digest
 area 1 stub no-summary
 area 1 default-cost 5
 area 2 nssa no-redistribution default-information-originate metric 7
 area 3 range 10.3.0.0 255.255.0.0 cost 9
 area 3 virtual-link 3.3.3.3 hello-interval 5 dead-interval 15
 area 3 virtual-link 3.3.3.3 authentication message-digest
 area 3 virtual-link 3.3.3.3 message-digest-key 1 md5 cisco
 summary-address 192.0.2.0 255.255.255.0 tag 8
 redistribute connected metric 4 subnets
 redistribute static metric-type 1 subnets route-map RM
 redistribute bgp 65001 subnets
 passive-interface default
 no passive-interface GigabitEthernet0/1
 network 10.0.0.0 0.0.0.255 area 0
 network 10.3.0.0 0.0.255.255 area 3
 neighbor 10.0.0.9 priority 3 poll-interval 60
 default-information originate always metric 3
 default-metric 50
 maximum-paths 8
 distance ospf external 150 intra-area 90
!"""


def test_a_section_comes_back_as_it_was() -> None:
    config = blank()
    for line in loaded(f"{SECTION}\nend\n", config):
        assert line.result.kind is not LineKind.REJECTED, line
    prompt = Prompt(config)
    shown = prompt.section("router ospf 1")
    assert [" " + line.strip() for line in shown] == SECTION.splitlines()[1:-1]


def test_interface_lines_come_back_in_order() -> None:
    prompt = Prompt()
    typed = (
        "ip ospf cost 12",
        "ip ospf 1 area 0.0.0.5",
        "ip ospf mtu-ignore",
        "ip ospf priority 0",
        "ip ospf hello-interval 5",
        "ip ospf network point-to-point",
        "ip ospf message-digest-key 1 md5 cisco",
        "ip ospf authentication message-digest",
    )
    prompt.type("interface Gi0/0", *typed)
    lines = prompt.section("interface GigabitEthernet0/0")
    assert [line.strip() for line in lines if "ospf" in line] == [
        "ip ospf authentication message-digest",
        "ip ospf message-digest-key 1 md5 cisco",
        "ip ospf network point-to-point",
        "ip ospf hello-interval 5",
        "ip ospf priority 0",
        "ip ospf mtu-ignore",
        "ip ospf 1 area 0.0.0.5",
        "ip ospf cost 12",
    ]
    settings = prompt.config.interfaces[PORTS[0]].ospf
    assert settings is not None
    assert settings.network_type is OspfNetworkType.POINT_TO_POINT
    assert settings.area == 5
    prompt.type(*(f"no {line}" for line in typed))
    lines = prompt.section("interface GigabitEthernet0/0")
    assert not any("ospf" in line for line in lines)


def test_naming_a_process_at_an_interface_makes_it() -> None:
    prompt = Prompt()
    prompt.type("interface Gi0/0", "ip ospf 7 area 2")
    assert list(prompt.config.ospf) == ["7"]
    prompt.type("no router ospf 7")
    assert prompt.config.ospf == {}
    assert "ip ospf" not in "".join(prompt.section("interface GigabitEthernet0/0"))


def test_what_ios_answers() -> None:
    prompt = Prompt()
    screen = prompt.screen(
        """router ospf 1
network 10.0.0.0 0.0.0.255 area 0
network 10.0.0.0 0.0.0.255 area 1
auto-cost reference-bandwidth 1000
redistribute static
redistribute static subnets
area 0 stub
area 5 stub
area 5 nssa
area 5 virtual-link 1.1.1.1
router-id 0.0.0.0
network 10.0.0.0 0.0.0.255"""
    )
    assert screen == (
        """Router(config)#router ospf 1
Router(config-router)#network 10.0.0.0 0.0.0.255 area 0
Router(config-router)#network 10.0.0.0 0.0.0.255 area 1
% OSPF: "network 10.0.0.0 0.0.0.255 area 0" is ignored. It is replaced by the new statement
Router(config-router)#auto-cost reference-bandwidth 1000
% OSPF: Reference bandwidth is changed.\x20
        Please ensure reference bandwidth is consistent across all routers.
Router(config-router)#redistribute static
% Only classful networks will be redistributed
Router(config-router)#redistribute static subnets
Router(config-router)#area 0 stub
% OSPF: Backbone can not be configured as stub area
Router(config-router)#area 5 stub
Router(config-router)#area 5 nssa
% OSPF: Area is configured as stub area already
Router(config-router)#area 5 virtual-link 1.1.1.1
% OSPF: Area 5 is a stub or nssa so virtual links are not allowed
Router(config-router)#router-id 0.0.0.0
                                ^
% Invalid input detected at '^' marker.
Router(config-router)#network 10.0.0.0 0.0.0.255
% Incomplete command."""
    )


def test_a_netmask_is_taken_for_its_wildcard() -> None:
    prompt = Prompt()
    prompt.type("router ospf 1", "network 10.1.2.3 255.255.255.0 area 0")
    assert prompt.section("router ospf 1") == [" network 10.1.2.0 0.0.0.255 area 0"]


def test_the_vrf_of_a_process_cannot_change() -> None:
    prompt = Prompt()
    prompt.type("router ospf 1 vrf RED", "exit")
    assert prompt.screen("router ospf 1 vrf BLUE").endswith(
        "%VRF specified does not match existing router"
    )
    prompt.type("router ospf 1", "router-id 1.1.1.1")
    assert prompt.section("router ospf 1 vrf RED") == [" router-id 1.1.1.1"]
    prompt.type("no router ospf 1")
    assert prompt.config.ospf == {}


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("no redistribute static metric 5", " redistribute static subnets"),
        ("no redistribute static subnets", " redistribute static metric 5"),
        ("no redistribute static", None),
    ],
)
def test_options_of_redistribution_add_up_and_are_taken_back(typed: str, left: str | None) -> None:
    prompt = Prompt()
    prompt.type("router ospf 1", "redistribute static subnets", "redistribute static metric 5")
    assert prompt.section("router ospf 1") == [" redistribute static metric 5 subnets"]
    prompt.type(typed)
    assert prompt.section("router ospf 1") == ([] if left is None else [left])


def test_an_nssa_loses_what_no_names_and_then_itself() -> None:
    prompt = Prompt()
    prompt.type("router ospf 1", "area 1 nssa no-summary no-redistribution")
    prompt.type("area 1 nssa translate type7 always")
    prompt.type("no area 1 nssa no-summary")
    assert prompt.section("router ospf 1") == [
        " area 1 nssa translate type7 always",
        " area 1 nssa no-redistribution",
    ]
    prompt.type("no area 1 nssa")
    assert prompt.config.ospf["1"].areas[1].kind is OspfAreaKind.NORMAL
    assert prompt.section("router ospf 1") == []


def test_passive_interfaces_and_their_exceptions() -> None:
    prompt = Prompt()
    prompt.type("router ospf 1", "passive-interface Gi0/1", "passive-interface default")
    prompt.type("no passive-interface Gi0/2")
    process = prompt.config.ospf["1"]
    assert process.is_passive(PORTS[1])
    assert not process.is_passive(PORTS[2])
    assert process.is_passive(InterfaceName("Loopback", (0,)))
    assert prompt.section("router ospf 1") == [
        " passive-interface default",
        " no passive-interface GigabitEthernet0/2",
    ]
    prompt.type("no passive-interface default")
    assert prompt.section("router ospf 1") == []


def test_secrets_of_type_7_are_read_and_kept_as_typed() -> None:
    prompt = Prompt()
    prompt.type("interface Gi0/0", "ip ospf message-digest-key 1 md5 7 0822455D0A16")
    settings = prompt.config.interfaces[PORTS[0]].ospf
    assert settings is not None
    assert settings.authentication.digest_keys[1].clear == "cisco"
    assert " ip ospf message-digest-key 1 md5 7 0822455D0A16" in prompt.section(
        "interface GigabitEthernet0/0"
    )
    assert "% OSPF: Key 1 already exists" in prompt.screen("ip ospf message-digest-key 1 md5 other")


def test_narrow_network_statements_come_first() -> None:
    prompt = Prompt()
    prompt.type(
        "router ospf 1",
        "network 10.0.0.0 0.255.255.255 area 9",
        "network 10.1.0.0 0.0.255.255 area 1",
        "network 0.0.0.0 255.255.255.255 area 0",
    )
    process = prompt.config.ospf["1"]
    assert process.area_of(IPv4Address("10.1.2.3")) == 1
    assert process.area_of(IPv4Address("10.2.2.3")) == 9
    assert process.area_of(IPv4Address("192.0.2.1")) == 0
