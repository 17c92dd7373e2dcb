"""`show ip route` of real routers, read into values: independent of what renders ours."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import NamedTuple

import pytest

REFERENCE = Path(__file__).parents[2].parent / "shared" / "reference"


def reference() -> Path:
    """The reference material; the test is skipped without it, but for CI."""
    if not REFERENCE.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{REFERENCE} is missing")
        pytest.skip(f"no reference material at {REFERENCE}")
    return REFERENCE


class Recorded(NamedTuple):
    """One path of one route."""

    code: str
    """`C`, `O IA`, without the mark of a candidate default."""
    prefix: IPv4Network
    distance: int
    metric: int
    next_hop: IPv4Address | None
    interface: str
    """As printed, empty where none is."""


class Table(NamedTuple):
    """One recorded table."""

    snapshot: str
    node: str
    vrf: str
    routes: tuple[Recorded, ...]


_HEADING = re.compile(r"^ {4,8}(\d+\.\d+\.\d+\.\d+)/(\d+) is (variably )?subnetted")
_ENTRY = re.compile(
    r"^(?P<code>[A-Za-z][* ]?[ A-Za-z0-9]{0,3}?)[ *%+]*\s"
    r"(?P<prefix>\d+\.\d+\.\d+\.\d+)(?:/(?P<length>\d+))?(?P<rest>.*)$"
)
_VIA = re.compile(
    r"\[(?P<distance>\d+)/(?P<metric>\d+)\] via (?P<hop>[\d.]+)(?: \([^)]*\))?"
    r"(?:, [\dwdhy:]+)?(?:, (?P<interface>[A-Za-z][\w/.-]*))?"
)
_ATTACHED = re.compile(r"is (?:directly connected|a summary),(?: [\dwdhy:]+,)? (?P<interface>\S+)")


def read_table(text: str) -> Iterator[Recorded]:
    """The routes of a `show ip route`, path by path."""
    mask: int | None = None
    code, prefix = "", IPv4Network("0.0.0.0/0")
    for line in text.splitlines()[10:]:
        heading = _HEADING.match(line)
        if heading is not None:
            mask = None if heading[3] else int(heading[2])
            continue
        rest = line
        entry = _ENTRY.match(line)
        if entry is not None:
            code = " ".join(entry["code"].replace("*", " ").split())
            length = entry["length"]
            prefix = IPv4Network(f"{entry['prefix']}/{mask if length is None else length}")
            rest = entry["rest"]
        via = _VIA.search(rest)
        if via is not None:
            numbers = int(via["distance"]), int(via["metric"])
            hop = IPv4Address(via["hop"])
            yield Recorded(code, prefix, *numbers, hop, via["interface"] or "")
            continue
        attached = _ATTACHED.search(rest)
        if attached is not None:
            yield Recorded(code, prefix, 0, 0, None, attached["interface"])


@cache
def tables() -> tuple[Table, ...]:
    """Every recorded table of every snapshot."""
    outputs = reference() / "outputs"
    found = []
    with (outputs / "INDEX.tsv").open(encoding="utf-8") as index:
        for row in csv.DictReader(index, delimiter="\t"):
            if not row["command"].startswith("show ip route") or "labval" not in row["file"]:
                continue
            text = (outputs / row["file"]).read_text(encoding="utf-8", errors="replace")
            _, snapshot, _, node, *_ = row["path"].split("/")
            vrf = re.search(r"^Routing Table: (\S+)", text, re.MULTILINE)
            if "Gateway of last resort" not in text:
                continue  # a refusal was recorded
            name = "" if vrf is None else vrf[1]
            body = text[text.index("Codes:") :]
            found.append(Table(snapshot, node, name, tuple(read_table(body))))
    return tuple(found)
