"""Sub-modes that are kept whole: nesting, order, `no`, prompts."""

from ioscli.cli.running_config import running_config

from .typing_config import Prompt, blank, loaded


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
        " bgp log-neighbor-changes",
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


def test_sections_that_act_and_those_that_do_not_stand_side_by_side() -> None:
    prompt = Prompt()
    prompt.type("ip access-list extended X", "20 deny ip any any", "10 permit tcp any any eq www")
    prompt.type("mac access-list extended Y", "permit any any")
    assert prompt.section("ip access-list extended X") == [
        " permit tcp any any eq www",
        " deny   ip any any",
    ]
    assert prompt.section("mac access-list extended Y") == [" permit any any"]


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


def test_data_is_kept_as_typed_and_typed_again() -> None:
    prompt = Prompt()
    certificate = ("certificate self-signed 01", *["00000000 00000000"] * 2, "FF", "quit")
    for _ in range(2):
        prompt.type("crypto pki certificate chain TP", *certificate)
        assert prompt.section("crypto pki certificate chain TP") == [
            " certificate self-signed 01",
            "  00000000 00000000",
            "  00000000 00000000",
            "  FF",
            "  \tquit",
        ]


def test_crypto_maps_stand_by_sequence_number() -> None:
    prompt = Prompt()
    prompt.type("crypto map M 30 ipsec-isakmp", "set peer 10.0.0.3")
    prompt.type("crypto map N 5 ipsec-isakmp", "crypto map M 20 ipsec-isakmp dynamic D")
    prompt.type("crypto map M 4 ipsec-isakmp", "set peer 10.0.0.1")
    lines = list(running_config(prompt.config))
    start = lines.index("crypto map M 4 ipsec-isakmp")
    assert lines[start : start + 8] == [
        "crypto map M 4 ipsec-isakmp",
        " set peer 10.0.0.1",
        "crypto map M 20 ipsec-isakmp dynamic D",
        "crypto map M 30 ipsec-isakmp",
        " set peer 10.0.0.3",
        "!",
        "crypto map N 5 ipsec-isakmp",
        "!",
    ]


def test_areas_stand_by_number() -> None:
    prompt = Prompt()
    prompt.type("router ospf 1", "area 4 nssa", "area 1 virtual-link 10.0.0.9", "area 0.0.0.2 stub")
    prompt.type("area 4 default-cost 3", "router-id 1.1.1.1")
    assert prompt.section("router ospf 1") == [
        " router-id 1.1.1.1",
        " area 1 virtual-link 10.0.0.9",
        " area 0.0.0.2 stub",
        " area 4 nssa",
        " area 4 default-cost 3",
    ]


def test_schedules_stand_behind_their_operations() -> None:
    prompt = Prompt()
    prompt.type("ip sla responder", "ip sla schedule 2 life forever start-time now")
    prompt.type("ip sla 1", "icmp-echo 10.0.0.1", "ip sla 2", "icmp-echo 10.0.0.2")
    lines = [line for line in running_config(prompt.config) if "sla" in line or "echo" in line]
    assert lines == [
        "ip sla 1",
        " icmp-echo 10.0.0.1",
        "ip sla 2",
        " icmp-echo 10.0.0.2",
        "ip sla schedule 2 life forever start-time now",
        "ip sla responder",
    ]


def test_what_a_release_hides_is_hidden_although_a_file_says_it() -> None:
    config = blank()
    before = list(running_config(config))
    loaded(
        "service pad\nip classless\nip subnet-zero\ncdp run\n"
        "interface GigabitEthernet0/0\n keepalive\n shutdown\n",
        config,
    )
    assert list(running_config(config)) == before
    loaded("interface GigabitEthernet0/0\n keepalive 5\n shutdown\n", config)
    assert " keepalive 5" in list(running_config(config))
    Prompt(config).type("interface GigabitEthernet0/0", "no keepalive")
    assert " no keepalive" in list(running_config(config))


def test_both_forms_of_some_lines_are_kept() -> None:
    prompt = Prompt()
    prompt.type("no spanning-tree extend system-id")
    assert "no spanning-tree extend system-id" in list(running_config(prompt.config))
    prompt.type("spanning-tree extend system-id")
    lines = [line for line in running_config(prompt.config) if "spanning-tree" in line]
    assert lines == ["spanning-tree extend system-id"]


def test_lines_of_one_rule_stand_at_their_places() -> None:
    prompt = Prompt()
    prompt.type("interface GigabitEthernet0/0", "ip ospf cost 10", "ip ospf 1 area 0")
    prompt.type("ip unnumbered Loopback0", "ip ospf network point-to-point")
    assert prompt.section("interface GigabitEthernet0/0")[:4] == [
        " ip unnumbered Loopback0",
        " ip ospf network point-to-point",
        " ip ospf 1 area 0",
        " ip ospf cost 10",
    ]
