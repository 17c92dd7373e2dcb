"""Sub-modes that are kept whole: nesting, order, `no`, prompts."""

from .typing_config import Prompt


def test_a_section_is_kept_merged_and_removed() -> None:
    prompt = Prompt()
    prompt.type("router ospf 1", "network 10.0.0.0 0.0.0.255 area 0", "router-id 1.1.1.1")
    assert prompt.session.prompt_suffix == "config-router"
    prompt.type(
        "router bgp 65000", "router ospf 1", "router-id 2.2.2.2", "passive-interface default"
    )
    assert prompt.section("router ospf 1") == [
        " router-id 2.2.2.2",
        " passive-interface default",
        " network 10.0.0.0 0.0.0.255 area 0",
    ]
    prompt.type(
        "no network 10.0.0.0 0.0.0.255 area 0",
        "no router bgp 65000",
        "router ospf 1",
        "no passive-interface default",
    )
    assert prompt.section("router ospf 1") == [" router-id 2.2.2.2"]
    prompt.type("no router ospf 1")
    assert prompt.config.sections == []


def test_sections_nest_and_close() -> None:
    prompt = Prompt()
    prompt.type("router bgp 1", "neighbor 10.0.0.2 remote-as 2", "address-family ipv4 vrf A")
    assert prompt.session.prompt_suffix == "config-router-af"
    prompt.type("neighbor 10.0.0.3 remote-as 3", "exit-address-family")
    assert prompt.session.prompt_suffix == "config-router"
    prompt.type("neighbor 10.0.0.2 remote-as 5", "exit")
    assert prompt.section("router bgp 1") == [
        " neighbor 10.0.0.2 remote-as 5",
        " !",
        " address-family ipv4 vrf A",
        "  neighbor 10.0.0.3 remote-as 3",
        " exit-address-family",
    ]


def test_a_command_of_the_mode_around_leaves_the_section() -> None:
    prompt = Prompt()
    prompt.type("router eigrp LAB", "address-family ipv4 unicast autonomous-system 1")
    prompt.type("af-interface default", "passive-interface")
    assert prompt.session.prompt_suffix == "config-router-af-interface"
    prompt.type("topology base")
    assert prompt.session.prompt_suffix == "config-router-af-topology"
    prompt.type("hostname Elsewhere")
    assert prompt.session.prompt_suffix == "config"


def test_numbers_order_access_lists_and_route_maps() -> None:
    prompt = Prompt()
    prompt.type("ip access-list extended X", "20 deny ip any any", "10 permit tcp any any eq www")
    prompt.type("route-map M permit 20", "set metric 5", "match tag 3", "route-map M deny 10")
    assert prompt.section("ip access-list extended X") == [
        " 10 permit tcp any any eq www",
        " 20 deny ip any any",
    ]
    headers = [section.header for section in prompt.config.sections]
    assert headers[1:] == ["route-map M deny 10", "route-map M permit 20"]
    assert prompt.section("route-map M permit 20") == [" match tag 3", " set metric 5"]


def test_nonsense_in_a_section_is_refused_where_it_stands() -> None:
    prompt = Prompt()
    assert prompt.screen("router ospf 1\nnetwork banana\n") == "\n".join(
        (
            "Router(config)#router ospf 1",
            "Router(config-router)#network banana",
            " " * 30 + "^",
            "% Invalid input detected at '^' marker.",
        )
    )
