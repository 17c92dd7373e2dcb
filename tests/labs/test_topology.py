"""From lab.yaml to booted routers: wiring, startup configurations, and their errors."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.labs.errors import InputError
from ioscli.labs.labfile import read_lab
from ioscli.labs.topology import Topology
from ioscli.model.ifname import InterfaceName

WriteLab = Callable[..., Path]

LAB = """\
warm-up: 30s
topology:
  nodes:
    R1: {kind: router, startup-config: R1.cfg}
    R2: {kind: router}
    sw1: {kind: switch}
  links:
    - endpoints: ["R1:Gi0/0", "sw1:Gi0/1"]
    - endpoints: ["R2:Gi0/0", "sw1:2"]
      delay: 3ms
    - endpoints: ["R1:Se0/0", "R2:Se0/0"]
"""
CONFIG = """\
Building configuration...

Current configuration : 400 bytes
!
version 15.9
hostname EDGE
!
interface GigabitEthernet0/0
 ip address 10.0.0.1 255.255.255.0
!
interface GigabitEthernet0/3
 no ip address
 shutdown
!
end
"""


def build(file: Path, grammar: Grammar, seed: int = 0) -> Topology:
    topology = Topology(read_lab(file), grammar, seed)
    topology.boot()
    return topology


def states(topology: Topology, node: str) -> dict[str, tuple[bool, bool]]:
    views = topology.routers[node].interface_views()
    return {view.name.short: (view.shutdown, view.protocol_up) for view in views}


def test_hardware_is_what_is_cabled_or_named(write_lab: WriteLab, grammar: Grammar) -> None:
    topology = build(write_lab(LAB, {"R1.cfg": CONFIG}), grammar)
    names = [str(name) for name in topology.routers["R1"].hardware]
    assert names == ["GigabitEthernet0/0", "GigabitEthernet0/3", "Serial0/0"]
    assert topology.routers["R1"].hostname == "EDGE"


def test_ports_come_up_as_configured_and_the_others_stay_down(
    write_lab: WriteLab, grammar: Grammar
) -> None:
    topology = build(write_lab(LAB, {"R1.cfg": CONFIG}), grammar)
    assert states(topology, "R1") == {
        "Gi0/0": (False, True),
        "Gi0/3": (True, False),
        "Se0/0": (True, False),
    }
    assert states(topology, "R2") == {"Gi0/0": (True, False), "Se0/0": (True, False)}


def test_warm_up_has_passed(write_lab: WriteLab, grammar: Grammar) -> None:
    assert build(write_lab(LAB, {"R1.cfg": CONFIG}), grammar).simulation.now == 30_000_000


def test_stored_lines_are_reported_with_their_place(write_lab: WriteLab, grammar: Grammar) -> None:
    file = write_lab(LAB, {"R1.cfg": CONFIG})
    stored = build(file, grammar).stored
    assert [(v.number, v.text) for v in stored] == [(5, "version 15.9")]
    assert stored[0].place == f"{file.parent / 'R1.cfg'}:5"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("interfcae Gi0/0", "\"interf^cae Gi0/0\": % Invalid input detected at '^' marker."),
        (" ip address 10.0.0.1", '"ip address 10.0.0.1": % Incomplete command.'),
        (" ip address 10.0.0.1 255.0.255.0", "% Bad mask 0xFF00FF00 for address 10.0.0.1"),
    ],
)
def test_line_that_ios_rejects_names_file_and_line(
    line: str, reason: str, write_lab: WriteLab, grammar: Grammar
) -> None:
    file = write_lab(LAB, {"R1.cfg": f"hostname R1\ninterface GigabitEthernet0/0\n{line}\nend\n"})
    with pytest.raises(InputError) as caught:
        Topology(read_lab(file), grammar)
    assert str(caught.value).startswith(f"{file.parent / 'R1.cfg'}:3: ")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_links_are_found_by_nodes_or_by_an_end(write_lab: WriteLab, grammar: Grammar) -> None:
    topology = build(write_lab(LAB, {"R1.cfg": CONFIG}), grammar)
    first, second, serial = topology.links.values()
    assert topology.find_link("R1-sw1") is first
    assert topology.find_link("sw1-R1") is first
    assert topology.find_link("R1:gi0/0") is first
    assert topology.find_link("sw1:2") is second
    assert second.delay == 3_000
    assert topology.find_link("R1-R2") is serial
    assert topology.is_serial(serial)
    assert not topology.is_serial(first)
    for name in ("R1-R9", "R1:Gi0/1", "R1", ""):
        with pytest.raises(InputError, match="there is no link"):
            topology.find_link(name)


def test_pair_of_nodes_with_two_links_is_ambiguous(write_lab: WriteLab, grammar: Grammar) -> None:
    more = LAB + '    - endpoints: ["R1:Gi0/1", "R2:Gi0/1"]\n'
    topology = build(write_lab(more, {"R1.cfg": CONFIG}), grammar)
    with pytest.raises(InputError, match="several links; name an end: R1:Serial0/0, R1:Gig"):
        topology.find_link("R1-R2")
    assert topology.find_link("R2:Gi0/1").ends[0] is topology.routers["R1"].port(
        InterfaceName("GigabitEthernet", (0, 1))
    )
