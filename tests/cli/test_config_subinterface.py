"""Sub-interfaces at the configuration prompt."""

from ioscli.cli.running_config import running_config
from tests.cli.typing_config import Prompt


def test_an_address_needs_a_vlan_first():
    prompt = Prompt()
    screen = prompt.screen(
        "interface g0/0.10\n"
        "ip address 10.10.0.1 255.255.255.0\n"
        "encapsulation dot1q 10\n"
        "ip address 10.10.0.1 255.255.255.0\n"
    )
    assert "is only allowed if that\n" in screen
    assert "Router(config-subif)#ip address 10.10.0.1 255.255.255.0" in screen
    assert prompt.section("interface GigabitEthernet0/0.10") == [
        " encapsulation dot1Q 10",
        " ip address 10.10.0.1 255.255.255.0",
    ]


def test_a_vlan_belongs_to_one_subinterface_of_a_port():
    prompt = Prompt()
    prompt.type("interface g0/0.10", "encapsulation dot1q 10", "interface g0/1.10")
    prompt.type("encapsulation dot1q 10")
    screen = prompt.screen("interface g0/0.20\nencapsulation dot1q 10\n")
    assert "This VID is already configured on GigabitEthernet0/0.10." in screen


def test_a_port_itself_has_no_vlan_and_a_loopback_no_subinterface():
    prompt = Prompt()
    assert "Invalid input" in prompt.screen("interface g0/0\nencapsulation dot1q 10\n")
    assert "Invalid input" in prompt.screen("interface lo0.1\n")


def test_no_interface_removes_a_subinterface():
    prompt = Prompt()
    prompt.type("interface g0/0.10", "encapsulation dot1q 10 native", "exit")
    prompt.type("no interface g0/0.10")
    assert not any("0/0.10" in line for line in running_config(prompt.config))
