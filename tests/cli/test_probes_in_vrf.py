"""ping and traceroute in a VRF."""

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.model.changes import InterfaceChanged
from ioscli.model.ifname import InterfaceName

from .test_reference_dialogues import Bench

PORT = InterfaceName.parse("Gi0/0")


def move(bench: Bench, vrf: str) -> None:
    """Put the port to the neighbour into a VRF."""
    for line in ("configure terminal", f"vrf definition {vrf}", "address-family ipv4", "end"):
        bench.type(line)
    bench.router.config.interfaces[PORT].vrf = vrf
    bench.router.apply([InterfaceChanged(PORT)])
    bench.settle()


def test_a_vrf_that_is_not_there_is_refused(grammar: Grammar) -> None:
    bench = Bench(grammar)
    for command in ("ping", "traceroute"):
        assert bench.type(f"{command} vrf red 10.0.0.2") == "% VRF red does not exist\n"
        assert bench.type(f"{command} vrf red") == "% VRF red does not exist\n"


def test_a_vrf_without_addresses_is_refused(grammar: Grammar) -> None:
    bench = Bench(grammar)
    for line in ("configure terminal", "ip vrf red", "end"):
        bench.type(line)
    said = bench.type("ping vrf red 10.0.0.2")
    assert said == "% VRF red does not have a usable source address\n"


def test_probes_go_by_the_table_of_their_vrf(grammar: Grammar) -> None:
    bench = Bench(grammar)
    move(bench, "red")
    assert "!!" in bench.type("ping vrf red 10.0.0.2")
    assert "Success rate is 0 percent" in bench.type("ping 10.0.0.2")
    assert "  1 10.0.0.2 " in bench.type("traceroute vrf red 10.0.0.2")
    assert "!!!!!" in bench.type("ping vrf red 10.0.0.2 source Gi0/0")


@pytest.mark.parametrize("source", ["10.0.0.1", "GigabitEthernet0/0"])
def test_a_source_must_be_of_the_same_vrf(grammar: Grammar, source: str) -> None:
    bench = Bench(grammar)
    move(bench, "red")
    assert "Invalid source" in bench.type(f"ping 10.0.0.2 source {source}")
    for line in ("ping", "", "10.0.0.2", "1", "", "", "y", "n"):
        bench.type(line)
    assert bench.type(source).startswith("% Invalid source. Must use same-VRF IP address")
    bench.session.interrupt()
    for line in ("ping vrf red", "", "10.0.0.2", "1", "", "", "y", "n"):
        bench.type(line)
    assert bench.type(source) == ""
