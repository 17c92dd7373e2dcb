"""Every router configuration of the reference material, printed back by a router that loaded it."""

import os
from functools import cache

import pytest

from bench.lint import REFERENCE, Verdict, judge, router_configurations, verdicts

from .typing_config import grammar

#: How many running-configs that a router printed are taken whole but not printed back line for
#: line, by reason: features whose place among the others is not known yet, and lines of releases
#: that say defaults. These figures may fall, and must not grow.
REORDERED_AT_MOST = 28
LOSING_AT_MOST = 14
#: Percent of all lines.
ACCEPTED_AT_LEAST = 92.0


@cache
def found() -> list[Verdict]:
    if not REFERENCE.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"reference configurations are missing: {REFERENCE}")
        pytest.skip("needs the reference configurations beside the project")
    return list(verdicts(grammar(), REFERENCE))


def printed_by_routers() -> list[Verdict]:
    captures = router_configurations(REFERENCE) if REFERENCE.is_dir() else {}
    return [one for one in found() if captures[one.name] and one.accepted]


def test_most_lines_are_accepted() -> None:
    from ioscli.cli.configuration import LineKind

    refused = sum(verdict.kinds[LineKind.REJECTED] for verdict in found())
    total = sum(verdict.kinds.total() for verdict in found())
    assert 100 * (total - refused) / total >= ACCEPTED_AT_LEAST


def test_few_accepted_configurations_lose_or_gain_lines() -> None:
    losing = [
        f"{verdict.name}: lost {verdict.lost[:3]}, added {verdict.added[:3]}"
        for verdict in printed_by_routers()
        if verdict.lost or verdict.added
    ]
    assert len(losing) <= LOSING_AT_MOST, "\n".join(losing)


def test_few_accepted_configurations_come_back_in_another_order() -> None:
    reordered = [verdict.name for verdict in printed_by_routers() if not verdict.in_order]
    assert len(reordered) <= REORDERED_AT_MOST, "\n".join(reordered)


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


def test_the_index_names_router_configurations() -> None:
    if REFERENCE.is_dir():
        assert len(router_configurations(REFERENCE)) > 400
