"""Our `show ip route` of rebuilt networks, read back by other people's parsers, value by value."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from ntc_templates.parse import parse_output

from ioscli.cli.matcher import load_grammar
from ioscli.router.router import Router
from ioscli.router.views import RouteView
from tests.cli.desk import Desk

from .record import REFERENCE, read_table, reference
from .test_routes import rebuilt

#: Routers whose tables hold every source: connected, local, static, OSPF, EIGRP and BGP.
ROUTERS = [
    ("ios_example_network", "as1border1"),
    ("ios_example_network", "as2border1"),
    ("iosxe_redistribution", "D1_redist"),
    ("iosxe_redistribution", "D3_eigrp"),
]


def router_of(snapshot: str, node: str) -> Router:
    reference()
    return rebuilt(snapshot).routers[node]


def typed(router: Router, command: str) -> str:
    return Desk(load_grammar(), router).type(command)


def values(views: list[RouteView]) -> Iterator[tuple[str, ...]]:
    """What ntc-templates reads of a table: one row a path."""
    for view in views:
        for path in view.paths:
            protocol, _, kind = view.code.partition(" ")
            attached = path.address is None
            yield (
                protocol,
                kind,
                str(view.prefix.network_address),
                str(view.prefix.prefixlen),
                "" if attached else str(view.distance),
                "" if attached else str(view.metric),
                "" if attached else str(path.address),
                "" if path.interface is None else str(path.interface),
            )


@pytest.mark.parametrize(("snapshot", "node"), ROUTERS)
def test_ntc_templates_read_the_table(snapshot: str, node: str) -> None:
    router = router_of(snapshot, node)
    rows = parse_output("cisco_ios", "show ip route", typed(router, "show ip route"))
    read = {
        (
            row["protocol"],
            row["type"],
            row["network"],
            row["prefix_length"],
            row["distance"],
            row["metric"],
            row["nexthop_ip"],
            row["nexthop_if"],
        )
        for row in rows
    }
    assert read == set(values(router.route_views()))
    assert len({row["protocol"] for row in rows}) >= 3


@pytest.mark.parametrize(("snapshot", "node"), ROUTERS)
def test_what_reads_the_recordings_reads_ours(snapshot: str, node: str) -> None:
    router = router_of(snapshot, node)
    text = typed(router, "show ip route")
    paths = list(read_table(text))
    views = router.route_views()
    assert len(paths) == sum(len(view.paths) for view in views)
    assert {it.prefix for it in paths} == {view.prefix for view in views}


@pytest.mark.parametrize(("snapshot", "node"), ROUTERS)
@pytest.mark.parametrize("source", ["connected", "static", "ospf", "bgp", "eigrp", "local"])
def test_one_source_shows_its_routes_only(snapshot: str, node: str, source: str) -> None:
    router = router_of(snapshot, node)
    letter = {"eigrp": "D"}.get(source, source[0].upper())
    shown = list(read_table(typed(router, f"show ip route {source}")))
    wanted = [view for view in router.route_views() if view.code[0] == letter]
    assert {it.prefix for it in shown} == {view.prefix for view in wanted}


@pytest.mark.parametrize(("snapshot", "node"), ROUTERS)
def test_the_summary_adds_up(snapshot: str, node: str) -> None:
    router = router_of(snapshot, node)
    lines = typed(router, "show ip route summary").splitlines()
    rows = {
        line[:16].strip(): [int(it) for it in line[16:].split()]
        for line in lines[3:]
        if not line.startswith(" ")
    }
    total, internal = rows.pop("Total"), rows.pop("internal")
    routes = router.route_views()
    assert sum(row[0] + row[1] for row in rows.values()) == len(routes)
    assert total[0] == sum(row[0] for row in rows.values()) + internal[0]
    assert total[1] == sum(row[1] for row in rows.values())
    assert total[-1] == sum(row[-1] for row in rows.values()) + internal[-1]
    assert rows["connected"][0] + rows["connected"][1] == sum(it.code in "CL" for it in routes)


@pytest.mark.parametrize(
    ("command", "captured"),
    [
        ("show ip route", "show ip route"),
        ("show ip route summary", "show ip route summary"),
        ("show ip route 10.0.0.0 255.0.0.0 longer-prefixes", "show ip route"),
        ("show ip protocols", "show ip protocols"),
        ("show ip cef", "show ip cef"),
    ],
)
def test_lines_look_like_real_ones(command: str, captured: str) -> None:
    router = router_of("ios_example_network", "as1border1")
    # Of `connected, includes subnets in redistribution` there is no capture, but Cisco's guides.
    lines = typed(router, command).splitlines(keepends=True)
    text = "".join(line for line in lines if "in redistribution" not in line)
    done = subprocess.run(
        [sys.executable, str(REFERENCE.parent / "tools" / "shapes.py"), captured],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_what_processes_know_of_a_route() -> None:
    """Redistribution among all protocols, told as `Redistributing via` and `Advertised by`."""
    router = router_of("iosxe_redistribution", "D1_redist")
    shown = typed(router, "show ip route 192.168.123.2").splitlines()
    assert shown[:6] == [
        "Routing entry for 192.168.123.2/32",
        '  Known via "static", distance 1, metric 0',
        "  Redistributing via ospf 1, eigrp 1, bgp 65001",
        "  Advertised by ospf 1 subnets route-map redist_static",
        "                eigrp 1 metric 900 100 255 1 1500 route-map redist_static",
        "                bgp 65001 route-map redist_static",
    ]
    learned = typed(router, "show ip route 192.168.123.3")
    assert "      Total delay is 5010 microseconds, minimum bandwidth is 1000000 Kbit\n" in learned
    assert "      AS Hops 1\n" in typed(router, "show ip route 192.168.123.4")


def test_forward_metric_of_an_external_route() -> None:
    router = router_of("ios_example_network", "as1border1")
    shown = typed(router, "show ip route 10.13.22.0 255.255.255.0").splitlines()
    assert shown[1] == (
        '  Known via "ospf 1", distance 110, metric 20, type extern 2, forward metric 2'
    )
