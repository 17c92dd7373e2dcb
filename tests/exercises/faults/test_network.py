"""What is known of a lab from its configurations and cables; changes of configurations."""

from ipaddress import IPv4Address

import pytest

from ioscli.exercises.config_text import ConfigText
from ioscli.exercises.faults.fault import Edit
from ioscli.exercises.faults.network import Network, Port
from tests.exercises.faults.subjects import subject


def network(lab: str) -> Network:
    return subject(lab).network


def port(net: Network, node: str, name: str) -> Port:
    found = net.port(node, name)
    assert found is not None
    return found


def test_who_is_on_a_cable_and_behind_a_switch() -> None:
    net = network("gre-over-ipsec")
    wan, lan = (port(net, "R1", f"GigabitEthernet0/{number}") for number in (0, 1))
    assert [str(it.address) for it in net.beside(wan)] == ["100.12.0.2/24"]
    assert [it.node for it in net.beside(lan)] == ["R4"]
    assert net.beside(port(net, "R1", "Loopback0")) == []


def test_the_ends_of_a_tunnel_face_each_other() -> None:
    net = network("gre-over-ipsec")
    first, second = net.tunnels
    assert (first.node, second.node) == ("R1", "R3")
    assert first.source == second.destination == IPv4Address("100.1.1.1")
    assert net.facing(first) == second
    assert first.protected
    assert first.is_gre
    assert [it.node for it in net.routing_neighbors(first.port)] == ["R3"]


def test_a_free_address_is_nobodys_and_in_the_network() -> None:
    net = network("ipsec-vti")
    own = port(net, "R1", "GigabitEthernet0/0").address
    assert own is not None
    free = net.free_address(own.network, own.ip)
    assert free is not None
    assert free in own.network
    assert net.owner(free) is None


_CONFIG = """hostname R1
!
interface GigabitEthernet0/0
 ip address 10.0.0.1 255.255.255.0
!
ip access-list extended IN
 permit ip any any
!
end
"""


@pytest.mark.parametrize(
    ("edit", "there", "gone"),
    [
        (
            Edit("R1", ("interface GigabitEthernet0/0",), None, "shutdown"),
            " ip address 10.0.0.1 255.255.255.0\n shutdown\n",
            "",
        ),
        (
            Edit("R1", ("ip access-list extended IN",), "permit ip any any", None),
            "ip access-list extended IN\n!",
            "permit",
        ),
        (
            Edit("R1", ("ip access-list extended IN",), "permit ip any any", "deny ip any any"),
            "extended IN\n deny ip any any\n",
            "permit",
        ),
        (
            Edit(
                "R1",
                ("ip access-list extended IN",),
                "permit ip any any",
                "deny esp any any",
                before=True,
            ),
            " deny esp any any\n permit ip any any\n",
            "",
        ),
        (
            Edit("R1", (), None, "ip access-list extended OUT\n deny icmp any any"),
            "ip access-list extended OUT\n deny icmp any any\n",
            "",
        ),
        (
            Edit("R1", (), "interface GigabitEthernet0/0", None),
            "hostname R1\n!\n",
            "10.0.0.1",
        ),
    ],
)
def test_an_edit_changes_its_line_alone(edit: Edit, there: str, gone: str) -> None:
    changed = str(edit.apply(ConfigText.parse(_CONFIG)))
    assert there in changed
    assert not gone or gone not in changed
    assert changed.startswith("hostname R1\n")
    assert changed.endswith("end\n")


def test_an_edit_of_a_line_that_is_not_there_is_an_error() -> None:
    edit = Edit("R1", ("interface Tunnel0",), "ip mtu 1400", None)
    with pytest.raises(LookupError, match="interface Tunnel0 / ip mtu 1400"):
        edit.apply(ConfigText.parse(_CONFIG))
