"""Every kind of fault: somewhere in the shipped labs it can be seen, told, and mended."""

import pytest

from ioscli.exercises.blueprints import known_topics
from ioscli.exercises.config_text import ConfigText, Place
from ioscli.exercises.faults.catalogue import catalogue
from ioscli.exercises.faults.fault import Fault, Injection, broken
from ioscli.exercises.faults.ticket import proven
from ioscli.labs.errors import InputError
from tests.exercises.faults.subjects import subject

_LABS = {
    "interface-shutdown": "site-to-site-crypto-map",
    "interface-mask": "ipsec-vti",
    "interface-address": "site-to-site-crypto-map",
    "duplicate-address": "ipsec-vti",
    "tunnel-subnet": "recursive-routing",
    "static-next-hop": "site-to-site-crypto-map",
    "static-route-missing": "ipsec-vti",
    "static-route-prefix": "ipsec-vti",
    "tunnel-through-itself": "gre-keepalive",
    "tunnel-recursion": "recursive-routing",
    "ospf-area": "ipsec-over-gre",
    "ospf-hello": "ipsec-over-gre",
    "ospf-passive": "ipsec-over-gre",
    "ospf-authentication": "ipsec-over-gre",
    "ospf-key": "workshop",
    "ospf-network-type": "ipsec-over-gre",
    "ospf-not-running": "ipsec-over-gre",
    "ospf-router-id": "ipsec-over-gre",
    "ospf-stub-flag": "ospf-multiarea",
    "ospf-virtual-link": "ospf-multiarea",
    "ospf-mtu": "dual-tier-headend",
    "ospf-cost": "redundant-tunnels",
    "ospf-no-designated-router": "ospf-nbma-over-ipsec",
    "ospf-neighbor-statement": "ospf-nbma-over-ipsec",
    "eigrp-as-number": "eigrp-basics",
    "eigrp-k-values": "eigrp-basics",
    "eigrp-passive": "eigrp-basics",
    "eigrp-network": "eigrp-basics",
    "eigrp-key": "eigrp-basics",
    "eigrp-authentication": "eigrp-basics",
    "eigrp-stub": "eigrp-basics",
    "bgp-remote-as": "bgp-two-isps",
    "bgp-network": "bgp-two-isps",
    "bgp-network-mask": "bgp-two-isps",
    "bgp-shutdown": "bgp-two-isps",
    "bgp-password": "bgp-two-isps",
    "bgp-filter": "bgp-two-isps",
    "bgp-attribute": "bgp-two-isps",
    "bgp-send-community": "bgp-two-isps",
    "bgp-default-route": "gre-over-ipsec",
    "bgp-update-source": "workshop",
    "bgp-next-hop": "workshop",
    "bgp-multihop": "workshop",
    "redistribution-missing": "ospf-multiarea",
    "redistribution-subnets": "dpd-failover",
    "redistribution-metric": "workshop",
    "redistribution-filter": "dpd-failover",
    "filter-esp": "site-to-site-crypto-map",
    "filter-isakmp": "site-to-site-crypto-map",
    "filter-gre": "gre-keepalive",
    "filter-icmp": "site-to-site-crypto-map",
    "filter-ospf": "dpd-failover",
    "filter-eigrp": "eigrp-basics",
    "filter-bgp": "bgp-two-isps",
    "nat-exemption": "broken-nat-exemption",
    "nat-list": "nat-traversal",
    "nat-sides-swapped": "nat-traversal",
    "nat-side-missing": "nat-traversal",
    "nat-overload": "workshop",
    "nat-rule": "nat-traversal",
    "tunnel-source": "ipsec-vti",
    "tunnel-destination": "recursive-routing",
    "tunnel-key": "recursive-routing",
    "tunnel-mode": "recursive-routing",
    "tunnel-keepalive": "redundant-tunnels",
    "tunnel-shutdown": "recursive-routing",
    "isakmp-key": "site-to-site-crypto-map",
    "isakmp-key-address": "site-to-site-crypto-map",
    "isakmp-encryption": "site-to-site-crypto-map",
    "isakmp-hash": "site-to-site-crypto-map",
    "isakmp-group": "site-to-site-crypto-map",
    "isakmp-authentication": "site-to-site-crypto-map",
    "isakmp-policy-missing": "site-to-site-crypto-map",
    "isakmp-identity": "aggressive-mode",
    "ipsec-transform": "site-to-site-crypto-map",
    "ipsec-pfs": "aggressive-mode",
    "ipsec-no-transform": "site-to-site-crypto-map",
    "crypto-peer": "site-to-site-crypto-map",
    "crypto-list-asymmetry": "site-to-site-crypto-map",
    "crypto-list-protocol": "site-to-site-crypto-map",
    "crypto-no-list": "site-to-site-crypto-map",
    "crypto-map-not-applied": "site-to-site-crypto-map",
    "tunnel-not-protected": "ipsec-vti",
    "crypto-reverse-route": "dpd-failover",
    "mtu-small": "site-to-site-crypto-map",
    "mtu-black-hole": "site-to-site-crypto-map",
    "mss-not-clamped": "double-fragmentation",
    "path-mtu-unknown": "broken-mtu-black-hole",
}
"""A shipped lab in which it is proved, as small a one as there is."""


@pytest.mark.parametrize("fault", catalogue(), ids=lambda fault: fault.id)
def test_it_is_noticed_told_and_mended(fault: Fault) -> None:
    network = subject(_LABS[fault.id])
    sites = list(fault.sites(network.network))
    assert sites, "no place for it"
    for site in sites:
        ticket = proven(network, (Injection(fault, site),), seed=1)
        if ticket is not None:
            break
    assert ticket is not None, "nobody notices it anywhere"
    assert ticket.exercise.start.texts != network.texts
    assert ticket.exercise.start.texts.keys() == network.texts.keys()


@pytest.mark.parametrize("fault", catalogue(), ids=lambda fault: fault.id)
def test_it_changes_only_the_lines_that_it_tells(fault: Fault) -> None:
    network = subject(_LABS[fault.id])
    site = next(fault.sites(network.network))
    texts = broken(network.texts, (Injection(fault, site),))
    changed = {node for node, text in texts.items() if text != network.texts[node]}
    assert changed == set(site.nodes)
    for node in changed:
        before = {_path(it) for it in ConfigText.parse(network.texts[node]).commands()}
        after = {_path(it) for it in ConfigText.parse(texts[node]).commands()}
        told = "\n".join(edit.changed for edit in site.edits if edit.node == node)
        for path in before ^ after:
            assert any(line in told for line in path), path


def _path(place: Place) -> tuple[str, ...]:
    return (*place.sections, place.text)


def test_there_are_enough_kinds_for_every_certification() -> None:
    assert len(catalogue()) >= 30
    ids = [fault.id for fault in catalogue()]
    assert len(set(ids)) == len(ids)
    for scope in ("ENCOR", "ENARSI", "SVPN", "CCIE"):
        assert len(catalogue(scope)) >= 10


def test_topics_are_those_of_the_blueprints() -> None:
    for fault in catalogue():
        assert fault.topics
        assert set(fault.topics) <= known_topics(), fault.id


def test_a_topic_is_a_scope_with_all_below_it() -> None:
    ospf = catalogue("ENARSI 1.10")
    assert {fault.id for fault in catalogue("ENARSI 1.10.b")} < {fault.id for fault in ospf}
    assert not any(fault.id.startswith("bgp") for fault in ospf)
    with pytest.raises(InputError, match="no fault belongs to"):
        catalogue("ENARSI 1.1.9")
