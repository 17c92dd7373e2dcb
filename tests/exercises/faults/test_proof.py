"""Measuring: what a working network does is found, and what hides a fault is believed."""

from ioscli.cli.matcher import Grammar
from ioscli.exercises.faults.catalogue import catalogue
from ioscli.exercises.faults.fault import Area, Edit, Fault, Injection, Site
from ioscli.exercises.faults.probes import (
    Adjacent,
    Opened,
    Probe,
    Quiet,
    Reach,
    Routed,
    Sealed,
    Secured,
)
from ioscli.exercises.faults.proof import Subject
from tests.exercises.faults.subjects import subject


def of_kind(network: Subject, kind: type[Probe]) -> list[Probe]:
    return [probe for probe in network.health.values if isinstance(probe, kind)]


def fault(name: str) -> Fault:
    return next(it for it in catalogue() if it.id == name)


def changing(edit: Edit) -> Injection:
    nothing = Fault("test", "", Area.ADDRESSING, ("ENCOR 4.1",), "", lambda _: iter(()))
    return Injection(nothing, Site((edit,), ()))


def test_what_is_measured_follows_from_what_the_network_does() -> None:
    vti = subject("ipsec-vti")
    for kind in (Reach, Sealed, Secured, Quiet):
        assert of_kind(vti, kind), kind
    assert not of_kind(vti, Adjacent)
    ospf = subject("gre-over-ipsec")
    assert {it.protocol for it in of_kind(ospf, Adjacent) if isinstance(it, Adjacent)} == {
        "ospf",
        "bgp",
    }
    assert of_kind(subject("double-fragmentation"), Opened)


def test_the_largest_packet_is_measured_and_rounded_down() -> None:
    sizes = {
        it.size
        for it in of_kind(subject("gre-over-ipsec"), Reach)
        if isinstance(it, Reach) and it.node == "R4" and str(it.to).startswith("172.16.2.")
    }
    assert sizes == {100, 1400}  # `ip mtu 1400`


def test_protection_is_seen_on_the_provider_s_links_alone() -> None:
    links = {
        "-".join(end.node for end in it.link)
        for it in of_kind(subject("ipsec-vti"), Sealed)
        if isinstance(it, Sealed)
    }
    assert links == {"R1-ISP", "ISP-R2"}


def test_what_changes_nothing_is_no_fault() -> None:
    network = subject("ipsec-vti")
    edit = Edit("R1", ("interface GigabitEthernet0/1",), None, "description of no effect")
    assert network.with_fault(changing(edit)) is None
    # An ISP's filter against GRE where there is only ESP.
    sites = list(fault("filter-gre").sites(network.network))
    assert sites
    assert all(network.with_fault(Injection(fault("filter-gre"), it)) is None for it in sites)


def test_what_ios_refuses_is_no_fault() -> None:
    edit = Edit("R1", ("interface GigabitEthernet0/1",), None, "ip adress 10.0.0.1 255.0.0.0")
    assert subject("ipsec-vti").with_fault(changing(edit)) is None


def test_faults_that_change_the_same_line_do_not_go_together() -> None:
    network = subject("ipsec-vti")
    line = "crypto isakmp key cisco123 address 198.51.100.2"
    first = changing(Edit("R1", (), line, line.replace("123", "321")))
    second = changing(Edit("R1", (), line, None))
    assert network.with_fault(first) is not None
    assert network.with_faults((first, second)) is None


def test_a_network_is_measured_alike_every_time(grammar: Grammar) -> None:
    network = subject("ipsec-over-gre")
    again = Subject(network.lab, grammar)
    assert again.health == network.health
    assert list(again.health.values) == list(network.health.values)
    assert again.texts == network.texts


def test_a_better_path_that_is_lost_shows_in_routes_alone() -> None:
    network = subject("redundant-tunnels")
    sites = [
        it
        for it in fault("ospf-cost").sites(network.network)
        if it.node == "BR1" and it.edits[0].sections == ("interface Tunnel1",)
    ]
    broken = network.with_fault(Injection(fault("ospf-cost"), sites[0]))
    assert broken is not None
    assert {type(it.probe) for it in broken.differences} <= {Routed}
