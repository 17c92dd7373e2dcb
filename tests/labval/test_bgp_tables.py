"""`show ip bgp` of recorded networks beside ours: every path with its attributes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pytest

from ioscli.cli.show.bgp import show_table
from ioscli.model.rib import RouteSource
from ioscli.router.bgp import BgpProcess

from .record import REFERENCE, reference
from .test_routes import present_addresses, rebuilt

#: Routes that are told through nodes that are absent, or by what does not act: node -> prefixes.
KNOWN = {
    "d44_default": {"192.168.123.1/32"},  # imported by a VRF before
    "d55_default": {"192.168.123.1/32"},
    "d4_shared": {"10.13.11.0/30", "10.23.12.0/30", "192.168.123.1/32", "192.168.123.2/32"},
    "exitgw": {"0.0.0.0"},  # originated to neighbors that are absent
    "D-IOS": {f"192.168.123.{number}/32" for number in (3, 4, 5, 6)},
}


class Row(NamedTuple):
    """A path as the table prints it."""

    network: str
    status: str
    """`r` RIB-failure, `i` internal, `s` suppressed, `a` additional path."""
    next_hop: str
    metric: str
    preference: str
    weight: str
    path: str


_ROW = re.compile(
    r"^(?P<flags>[ srS*>mbaxi]{4,6})(?P<network>\d[\d./]*)? +(?P<hop>\d[\d.]+\d)( |$)"
)


def rows(text: str) -> Iterator[Row]:
    """The paths of IPv4 unicast."""
    network, family, table = "", True, False
    for line in text.splitlines():
        if line.startswith("For address family"):
            family, table = "IPv4 Unicast" in line, False
        elif line.startswith("     Network"):
            table = True
        elif family and table:
            alone = re.fullmatch(r"\D{4,6}(\d[\d.]*/\d+)\s*", line)
            if alone is not None:
                network = alone[1]
                continue
            found = _ROW.match(line)
            if found is None:
                continue
            network = found["network"] or network
            at = found.start("hop")
            columns = [line[at + 16 : at + 26], line[at + 26 : at + 33], line[at + 33 : at + 40]]
            status = "".join(sorted(set(found["flags"]) & set("rsia")))
            metric, preference, weight = (column.strip() for column in columns)
            path = line[at + 41 :].strip()
            yield Row(network, status, found["hop"], metric, preference, weight, path)


@cache
def recorded() -> dict[str, dict[str, str]]:
    """Snapshot -> node -> what `show ip bgp all` printed."""
    found: dict[str, dict[str, str]] = {}
    outputs = reference() / "outputs"
    with (outputs / "INDEX.tsv").open(encoding="utf-8") as index:
        for line in csv.DictReader(index, delimiter="\t"):
            if line["command"] == "show ip bgp all" and "labval" in line["file"]:
                _, snapshot, _, node, *_ = line["path"].split("/")
                found.setdefault(snapshot, {})[node] = (outputs / line["file"]).read_text()
    return found


@pytest.mark.parametrize("snapshot", sorted(recorded()) if REFERENCE.is_dir() else [])
def test_tables_are_those_of_the_real_network(snapshot: str) -> None:
    network = rebuilt(snapshot)
    present = present_addresses(network)
    for node, text in recorded()[snapshot].items():
        theirs = set(rows(text))
        # What is chosen as an additional path only is told to others as one, which ours are not.
        plain = {row for row in theirs if "a" not in row.status}
        told = {row._replace(status=row.status.replace("a", "")) for row in theirs}
        process = next(
            (
                it
                for it in network.routers[node].routing.of_source(RouteSource.BGP)
                if not it.vrf.name
            ),
            None,
        )
        ours: set[Row] = set()
        if process is not None:
            assert isinstance(process, BgpProcess)
            ours = set(rows("\n".join(show_table(process.machine))))
        missing = {
            row
            for row in plain - ours
            if row.next_hop in present and row.network not in KNOWN.get(node, ())
        }
        assert (node, missing, ours - told) == (node, set(), set())


def test_there_are_enough_tables() -> None:
    assert sum(len(list(rows(it))) for each in recorded().values() for it in each.values()) > 300


def test_rows_are_read() -> None:
    text = """
     Network          Next Hop            Metric LocPrf Weight Path
 *>i  192.168.123.1/32 10.13.21.1                    100      0 i
 r>   12.1.1.0/24      12.1.1.1                 0             0 65001 ?
 * ia1.0.1.0/24       10.23.21.2              50    350      0 2 1 i
 *>i                  10.13.22.1              50    350      0 1 i
 *>   199.16.104.128/27
                       10.66.166.3              0    100      0 11111 ?
"""
    assert list(rows(text)) == [
        Row("192.168.123.1/32", "i", "10.13.21.1", "", "100", "0", "i"),
        Row("12.1.1.0/24", "r", "12.1.1.1", "0", "", "0", "65001 ?"),
        Row("1.0.1.0/24", "ai", "10.23.21.2", "50", "350", "0", "2 1 i"),
        Row("1.0.1.0/24", "i", "10.13.22.1", "50", "350", "0", "1 i"),
        Row("199.16.104.128/27", "", "10.66.166.3", "0", "100", "0", "11111 ?"),
    ]
