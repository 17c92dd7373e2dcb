"""Every router configuration of the reference material, printed back by a router that loaded it."""

import os
from functools import cache

import pytest

from bench.lint import (
    NOT_OF_ROUTERS,
    REFERENCE,
    Verdict,
    judge,
    router_configurations,
    verdicts,
)

from .typing_config import grammar

#: Percent of all lines.
ACCEPTED_AT_LEAST = 97.0

# Why a running-config does not come back line for line.
EDITED = "put together or changed by hand: in no router's order, lines twice or abbreviated"
PACKET_TRACER = "printed by Packet Tracer, in an order and with defaults of its own"
OLDER = "IOS 12.0 to 15.2: `ip cef` and `ip ssh` stand further up, other spellings and defaults"
IOS_XE = "IOS-XE: some lines stand elsewhere, some defaults are others"
WITH_DEFAULTS = "`show running-config all`: with what a running-config hides"

#: What need not come back the same: nothing may be added to this list, and what comes back the
#: same must leave it.
EXCEPTIONS = {
    "batfish/unit/interface-parsing.cfg": EDITED,
    "batfish/unit/ios-snmp-community-string.cfg": EDITED,
    "batfish/unit/ios-vrf-leaking.cfg": EDITED,
    "batfish/unit/prefix-list-name-parsing.cfg": EDITED,
    "batfish/unit/prefix-list-seq.cfg": EDITED,
    "ciscoconfparse2/fixtures/sample_08.cfg": EDITED,
    "cml/hybrid-networking-cml-topology/router-1.cfg": EDITED,
    "network-engine/fixtures/have.cfg": EDITED,
    "nickrusso/brkrst3310-final/R8.cfg": EDITED,
    "clark-ryan/isp-multi-area-ospf/cust-rtr-business-001.cfg": PACKET_TRACER,
    "clark-ryan/isp-multi-area-ospf/cust-rtr-home-001.cfg": PACKET_TRACER,
    "clark-ryan/isp-multi-area-ospf/cust-rtr-home-002.cfg": PACKET_TRACER,
    "clark-ryan/isp-multi-area-ospf/cust-rtr-home-003.cfg": PACKET_TRACER,
    "clark-ryan/isp-multi-area-ospf/isp-border-1.cfg": PACKET_TRACER,
    "clark-ryan/isp-multi-area-ospf/isp-core-1.cfg": PACKET_TRACER,
    "clark-ryan/isp-multi-area-ospf/isp-core-2.cfg": PACKET_TRACER,
    "clark-ryan/isp-multi-area-ospf/isp-pe-1.cfg": PACKET_TRACER,
    "clark-ryan/isp-multi-area-ospf/isp-pe-2.cfg": PACKET_TRACER,
    "ciscoconfparse2/fixtures/sample_03.cfg": OLDER,
    "ciscoconfparse2/fixtures/sample_07.cfg": OLDER,
    "labval/ios_example_network/as1border1.cfg": OLDER,
    "labval/ios_example_network/as1border2.cfg": OLDER,
    "labval/ios_example_network/as1core1.cfg": OLDER,
    "labval/ios_example_network/as2border1.cfg": OLDER,
    "labval/ios_example_network/as2border2.cfg": OLDER,
    "labval/ios_example_network/as2core1.cfg": OLDER,
    "labval/ios_example_network/as2core2.cfg": OLDER,
    "labval/ios_example_network/as2dept1.cfg": OLDER,
    "labval/ios_example_network/as2dist1.cfg": OLDER,
    "labval/ios_example_network/as2dist2.cfg": OLDER,
    "labval/ios_example_network/as3border1.cfg": OLDER,
    "labval/ios_example_network/as3border2.cfg": OLDER,
    "labval/ios_example_network/as3core1.cfg": OLDER,
    "labval/mix_vendor_bgp_vrf/D-IOS.cfg": OLDER,
    "netutils/fixtures/ios_full_sent.cfg": IOS_XE,
    "racc/racc-samples_hash/csr2.cfg": IOS_XE,
    "batfish/unit/ios_interface_show_run_all.cfg": WITH_DEFAULTS,
}


@cache
def found() -> list[Verdict]:
    if not REFERENCE.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"reference configurations are missing: {REFERENCE}")
        pytest.skip("needs the reference configurations beside the project")
    return list(verdicts(grammar(), REFERENCE))


def running_configs() -> list[Verdict]:
    """What became of those that a router printed: of all of their lines that were accepted."""
    printed = router_configurations(REFERENCE) if REFERENCE.is_dir() else {}
    return [one for one in found() if printed[one.name]]


def test_most_lines_are_accepted() -> None:
    from ioscli.cli.configuration import LineKind

    refused = sum(verdict.kinds[LineKind.REJECTED] for verdict in found())
    total = sum(verdict.kinds.total() for verdict in found())
    assert 100 * (total - refused) / total >= ACCEPTED_AT_LEAST


def test_running_configs_come_back_the_same() -> None:
    changed = [
        f"{one.name}: lost {one.lost[:3]}, added {one.added[:3]}, in order: {one.in_order}"
        for one in running_configs()
        if not one.same and one.name not in EXCEPTIONS
    ]
    assert not changed, "\n".join(changed)


def test_there_are_no_needless_exceptions() -> None:
    names = {one.name for one in running_configs()}
    assert sorted(EXCEPTIONS.keys() - names) == []
    assert [one.name for one in running_configs() if one.same and one.name in EXCEPTIONS] == []


def test_the_judge_sees_what_is_lost_and_what_moved() -> None:
    kept = judge(grammar(), "kept", "interface Loopback0\n ip address 10.0.0.1 255.0.0.0\n")
    assert kept.accepted
    assert kept.same
    moved = judge(grammar(), "moved", "router ospf 1\n network 10.0.0.0 0.0.0.255 area 0\n")
    assert moved.same
    moved = judge(grammar(), "moved", "ip route 0.0.0.0 0.0.0.0 10.0.0.1\nhostname R1\n")
    assert not moved.in_order
    lost = judge(grammar(), "lost", "router ospf 1\n router-id 1.1.1.1\n router-id 2.2.2.2\n")
    assert lost.lost == ["router-id 1.1.1.1"]
    assert not lost.same
    refused = judge(grammar(), "refused", "router ospf 1\n network banana\n")
    assert refused.unknown == ["router ospf / network banana"]


@pytest.mark.parametrize(
    "text", ["banner motd %\nBe kind.\n%\n", "banner motd %Be kind.%\n", "banner motd ^CHi\n^C\n"]
)
def test_a_banner_comes_back_between_other_delimiters(text: str) -> None:
    assert judge(grammar(), "banner", text).same


def test_the_index_names_router_configurations() -> None:
    if REFERENCE.is_dir():
        assert len(router_configurations(REFERENCE)) > 400


def test_files_left_out_are_there_and_few() -> None:
    assert len(NOT_OF_ROUTERS) <= 2
    if REFERENCE.is_dir():
        assert all((REFERENCE / name).is_file() for name in NOT_OF_ROUTERS)
        assert not NOT_OF_ROUTERS.keys() & router_configurations(REFERENCE).keys()
