"""clear crypto: what goes, what stays, and what IOS does not have."""

from __future__ import annotations

import pytest

from ioscli.cli.matcher import load_grammar
from tests.router.crypto_networks import mapped, wired
from tests.router.networks import Network

from .desk import Desk

LOCAL, PEER = "100.12.0.1", "100.23.0.3"


def secured() -> tuple[Network, Desk]:
    network = wired(*mapped())
    network.ping("R4", "172.16.2.5", count=5)
    network.wait(2)
    return network, Desk(load_grammar(), network["R1"])


def state(network: Network) -> tuple[int, int]:
    """Active ISAKMP SAs and IPsec SAs of R1."""
    active = sum(sa.active for sa in network["R1"].isakmp_views())
    return active, sum(len(flow.inbound) for flow in network["R1"].ipsec_views())


@pytest.mark.parametrize(
    "ends",
    [
        f"local {LOCAL} port 4500", f"remote {PEER} port 4500", f"remote {PEER} port 501",
        f"local {LOCAL} port 500 remote 100.23.0.4", "local 100.12.0.9",
    ],
)  # fmt: skip
def test_sessions_with_other_ends_stay(ends: str) -> None:
    network, desk = secured()
    assert desk.type(f"clear crypto session {ends}") == ""
    network.wait(1)
    assert state(network) == (1, 1)


@pytest.mark.parametrize(
    "ends",
    [
        "", f"local {LOCAL}", f"local {LOCAL} port 500", f"remote {PEER}",
        f"remote {PEER} port 500", f"local {LOCAL} port 500 remote {PEER} port 500",
    ],
)  # fmt: skip
def test_sessions_go_by_their_ends(ends: str) -> None:
    network, desk = secured()
    desk.type(f"clear crypto session {ends}".rstrip())
    network.wait(1)
    assert state(network) == (0, 0)
    assert desk.type("show crypto isakmp sa count").endswith("Dead ISAKMP SA's: 1\n")
    nothing = desk.type("show crypto isakmp sa standby")
    assert desk.type("show crypto isakmp sa active") == nothing
    row = desk.type("show crypto isakmp sa").splitlines()[2]
    assert row == "100.23.0.3      100.12.0.1      MM_NO_STATE       1001 ACTIVE (deleted)"


def test_phase_one_by_its_number() -> None:
    network, desk = secured()
    desk.type("clear crypto isakmp 1002")
    assert state(network) == (1, 1)
    desk.type("clear crypto isakmp 1001")
    network.wait(1)
    assert state(network) == (0, 1)  # what quick mode made stays
    assert "Session status: UP-NO-IKE" in desk.type("show crypto session")
    assert desk.type("show crypto session brief").splitlines()[-1].endswith(" UK")


def test_counters() -> None:
    network, desk = secured()
    assert network["R1"].ipsec_views()[0].errors.no_sa == 1
    desk.type("clear crypto sa counters")
    (flow,) = network["R1"].ipsec_views()
    assert (flow.encaps, flow.decaps, flow.send_errors, flow.errors.no_sa) == (0, 0, 0, 0)
    assert state(network) == (1, 1)


@pytest.mark.parametrize(
    "marked",
    [
        "clear crypto i|psec counters",  # FACTS.md, 13.3; clear crypto isakmp begins alike
        "clear crypto |map",
        "clear crypto isakmp |sa",
        "clear crypto sa |interface Gi0/0",
        "clear crypto session |detail",
    ],
)
def test_what_does_not_exist_is_refused(marked: str) -> None:
    _, desk = secured()
    column = len("R1#") + marked.index("|")
    shown = desk.type(marked.replace("|", ""))
    assert shown == f"{' ' * column}^\n% Invalid input detected at '^' marker.\n\n"
