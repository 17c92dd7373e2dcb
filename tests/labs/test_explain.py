"""`ioscli explain LAB NODE "ping ..."`: one packet's way, from what happened to it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Run

Ioscli = Callable[..., Run]


def explained(ioscli: Ioscli, lab: str, node: str, command: str, *options: str) -> dict[str, Any]:
    run = ioscli("explain", lab, node, command, "--solution", "--format", "json", *options)
    assert run.status == 0, run.err
    document: dict[str, Any] = json.loads(run.out)
    return document


def names(step: dict[str, Any]) -> list[str]:
    return [layer["name"] for layer in step["headers"]]


def test_a_packet_through_an_encrypted_tunnel_and_back(ioscli: Ioscli) -> None:
    walk = explained(
        ioscli, "crypto-tunnel-modes", "H1", "ping 192.168.2.1 source lo1 size 1414 df-bit"
    )
    assert walk["verdict"].startswith("The reply came back to H1")
    ways = [(step["what"], step["from"].split(":")[0], step["bytes"]) for step in walk["steps"]]
    assert ways == [
        ("request", "H1", 1414),
        ("request", "R1", 1496),
        ("request", "R2", 1414),
        ("reply", "H2", 1414),
        ("reply", "R2", 1496),
        ("reply", "R1", 1414),
    ]
    encrypted = walk["steps"][1]
    assert names(encrypted) == ["Ethernet", "IPv4", "ESP", "IPv4", "GRE", "IPv4", "ICMP", "data"]
    octets = sum(layer["octets"] + layer["trailer"] for layer in encrypted["headers"])
    assert octets == 14 + 1496  # what is on the wire, to the byte
    assert not walk["reasons"]


@pytest.mark.parametrize(
    ("loopback", "size", "sums"),
    [
        (1, 1415, ["= 1444; whole blocks of 16: 1440", "= 1438", "= 1414"]),
        (2, 1435, ["= 1444; whole blocks of 16: 1440", "1438 + 20 = 1458", "= 1434"]),
        (3, 1439, ["= 1444; whole blocks of 16: 1440", "plaintext mtu 1438"]),
    ],
)
def test_why_just_so_many_bytes_fit(
    ioscli: Ioscli, loopback: int, size: int, sums: list[str]
) -> None:
    walk = explained(
        ioscli,
        "crypto-tunnel-modes",
        "H1",
        f"ping 192.168.2.{loopback} source lo{loopback} df-bit size {size} repeat 2",
    )
    assert walk["verdict"] == (
        "R1 refused it and told H1 so: unreachable: fragmentation needed and DF set, "
        f"MTU {size - 1}."
    )
    (refused,) = [step for step in walk["steps"] if "refused by" in step]
    assert refused["refused by"] == "R1"
    assert f"its {size} bytes exceed the {size - 1} of Tunnel{loopback}" in refused["why"]
    reasons = "\n".join(walk["reasons"])
    for step in sums:
        assert step in reasons
    (counted,) = [it for it in walk["counters"] if "too big" in it["counter"]]
    assert (counted["node"], counted["by"]) == ("R1", 1)


def test_an_unreachable_that_the_rate_limit_kept_back(ioscli: Ioscli) -> None:
    """Of `.M.M.` the last is a dot, and this is why."""
    walk = explained(
        ioscli, "crypto-tunnel-modes", "H1", "ping 192.168.2.1 source lo1 df-bit size 1415"
    )
    assert ".M.M." in walk["output"]
    assert "without a word" in walk["verdict"]
    assert "R1 sends one unreachable in 500 ms" in walk["reasons"][-1]


def test_a_packet_without_a_route(ioscli: Ioscli) -> None:
    walk = explained(ioscli, "crypto-tunnel-modes", "H1", "ping 203.0.114.9 repeat 2")
    assert walk["verdict"] == "R1 refused it and told H1 so: unreachable: host."
    assert walk["steps"][1]["shown by"] == "show ip route 203.0.114.9"


def test_a_packet_that_never_leaves(ioscli: Ioscli) -> None:
    walk = explained(
        ioscli, "crypto-tunnel-modes", "H1", "ping 192.168.2.1 source lo1 df-bit size 1501"
    )
    assert walk["verdict"] == "It never left H1."
    assert {(it["node"], it["counter"]) for it in walk["counters"]} == {
        ("H1", "packets too big, with DF set")
    }


def test_on_the_screen(ioscli: Ioscli) -> None:
    run = ioscli(
        "explain", "crypto-tunnel-modes", "H1", "ping 192.168.2.3 source lo3", "--solution"
    )
    assert run.status == 0
    text = " ".join(run.out.split())
    assert "100-byte echo request 4 from 192.168.1.3 to 192.168.2.3, as it happened:" in text
    assert "ESP trailer" in text
    assert "The reply came back to H1" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("crypto-tunnel-modes", "H9", "ping 1.1.1.1"), 'there is no node "H9"'),
        (("crypto-tunnel-modes", "H1", "show clock"), "neither a ping nor the name"),
        (("crypto-tunnel-modes", "H1", "ping"), "asks questions"),
        (("crypto-tunnel-modes", "H1", "ping 1.1.1.1", "--after", "soon"), "not a time"),
        (("no-such-lab", "H1", "ping 1.1.1.1"), "no-such-lab"),
    ],
)
def test_what_cannot_be_explained(ioscli: Ioscli, arguments: tuple[str, ...], said: str) -> None:
    run = ioscli("explain", *arguments, "--no-state")
    assert run.status == 2
    assert said in run.err
