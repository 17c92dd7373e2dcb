"""tshark reads the wires of the IPsec labs: what each lab says of its packets is on them.

Every capture is of a whole transcript, on the link by which R1 or a branch reaches the outside.
Nothing may be malformed, and all ESP is authenticated and decrypted with the keys that the program
exports.
"""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.labs.test_routing_captures import rows

Ioscli = Callable[..., Run]

#: Lab -> its transcript and the link.
WIRES = {
    "site-to-site-crypto-map": ("crypto-map", "R1-R2"),
    "gre-ipsec-mixed-ends": ("mixed-ends", "R1-ISP"),
    "ipsec-over-gre": ("over-gre", "R1-ISP"),
    "gre-keepalive": ("keepalive", "R1-ISP"),
    "tunnel-pmtud": ("pmtud", "R1-P1"),
    "double-fragmentation": ("fragments", "R1-ISP"),
    "nat-traversal": ("nat", "HOME-ISP"),
    "dpd-failover": ("dpd", "BR-ISP"),
    "dual-tier-headend": ("dual-tier", "BR-ISP"),
    "aggressive-mode": ("aggressive", "BR1-ISP"),
}


@pytest.fixture
def capture(ioscli: Ioscli, tmp_path: Path) -> Callable[[str], Path]:
    """Replays a lab's transcript; the keys are beside the capture."""

    def replay(lab: str) -> Path:
        name, link = WIRES[lab]
        path = tmp_path / "wire.pcapng"
        keys = tmp_path / "keys"
        run = ioscli("replay", f"{lab}/{name}", "--capture", f"{link}:{path}", "--keys", keys)
        assert run.status == 0, run.err
        return path

    return replay


def stacks(path: Path, keys: Path | None) -> list[str]:
    """Each frame's protocols from IP on."""
    return [protocols.partition(":ip")[2] for (protocols,) in rows(path, keys, "frame.protocols")]


@pytest.mark.parametrize("lab", WIRES)
def test_nothing_is_malformed_and_all_esp_opens(
    lab: str, capture: Callable[[str], Path], tmp_path: Path
) -> None:
    path = capture(lab)
    sealed = 0
    for number, (protocols, malformed, good, bad) in enumerate(
        rows(
            path,
            tmp_path / "keys",
            "frame.protocols",
            "_ws.malformed",
            "esp.icv_good",
            "esp.icv_bad",
        ),
        1,
    ):
        assert not malformed, (lab, number, protocols)
        assert bad != "1", (lab, number)
        # An ICMP error quotes the beginning of an ESP packet, which nobody can check.
        if ":esp" in protocols and ":icmp:ip" not in protocols:
            assert good == "1", (lab, number, protocols)
            sealed += 1
    assert bool(sealed) == (lab != "gre-keepalive")


def test_a_crypto_map_shows_the_provider_neither_loopback(
    capture: Callable[[str], Path], tmp_path: Path
) -> None:
    path = capture("site-to-site-crypto-map")
    seen = set()
    for when, sources, destinations in rows(path, None, "frame.time_relative", "ip.src", "ip.dst"):
        if float(when) > 100:  # what was tried before there was a map is over
            seen |= {*sources.split(","), *destinations.split(",")}
    assert "3.3.3.3" not in seen
    opened = stacks(path, tmp_path / "keys")
    assert opened.count(":esp:ip:icmp:data") >= 8


def test_ipsec_over_gre_leaves_ospf_for_everybody_to_read(
    capture: Callable[[str], Path], tmp_path: Path
) -> None:
    path = capture("ipsec-over-gre")
    without_keys = stacks(path, None)
    assert ":gre:ip:ospf" in without_keys
    assert ":gre:ip:esp" in without_keys
    opened = stacks(path, tmp_path / "keys")
    assert ":gre:ip:esp:ip:icmp:data" in opened
    assert not [it for it in opened if ":esp:" in it and "ospf" in it]


def test_a_keepalive_comes_back_from_a_profile_in_the_clear(
    capture: Callable[[str], Path], tmp_path: Path
) -> None:
    path = capture("gre-ipsec-mixed-ends")
    asked, answered = 0, 0
    for protocols, source in rows(path, tmp_path / "keys", "frame.protocols", "ip.src"):
        asked += protocols.endswith(":esp:gre:ip:gre") and source.startswith("9.1.1.35,")
        answered += protocols == "chdlc:ip:gre" and source == "9.1.1.146"
    assert asked == answered == 4


def test_fragments_of_fragments_are_on_the_wire(
    capture: Callable[[str], Path], tmp_path: Path
) -> None:
    path = capture("double-fragmentation")
    fields = ("frame.protocols", "ip.flags.mf", "ip.len")
    found = list(rows(path, tmp_path / "keys", *fields))
    # Outer headers alone: ESP that R1 and R2 had to cut, five packets each way and no more.
    cut = [row for row in found if row[1].startswith("1") and row[0].endswith(":ip:data")]
    assert len([row for row in cut if row[2].startswith("1500")]) == 10
    # Inside ESP that was put together again: the first halves of what H1 and H2 sent.
    assert found.count(["eth:ethertype:ip:esp:gre:ip:data", "0,1", "64,1476"]) == 10
    # The cure: halves that leave room for all headers.
    assert found.count(["eth:ethertype:ip:esp:ip:gre:ip:data", "0,0,1", "1480,1420,1396"]) == 10


def test_the_narrow_link_answers_esp_with_its_mtu(
    capture: Callable[[str], Path], tmp_path: Path
) -> None:
    path = capture("tunnel-pmtud")
    told = [
        (source, mtu) for source, mtu in rows(path, tmp_path / "keys", "ip.src", "icmp.mtu") if mtu
    ]
    assert told == [("203.0.113.254,203.0.113.1", "1400")] * 2


def test_behind_a_nat_esp_and_ike_share_port_4500(
    capture: Callable[[str], Path], tmp_path: Path
) -> None:
    path = capture("nat-traversal")
    fields = ("frame.protocols", "udp.length", "udp.srcport", "udp.dstport")
    found = [row for row in rows(path, tmp_path / "keys", *fields) if "icmp:ip" not in row[0]]
    assert not [row for row in found if ":ip:esp" in row[0].partition(":udp")[0]]
    floated = [row for row in found if ":udp:udpencap" in row[0]]
    assert {tuple(row[2:]) for row in floated} == {("4500", "4500")}
    assert [row[0] for row in floated].count("eth:ethertype:ip:udp:udpencap") >= 3  # keepalives
    assert {row[1] for row in floated if row[0].endswith("udpencap")} == {"9"}
    # `ip mtu 1400` made two packets of one; 1398 does not.
    largest = [row[0] for row in floated if row[1] == "1472"]
    assert {it.partition("udpencap:")[2] for it in largest} == {
        "esp:ip:data",
        "esp:ip:gre:ip:icmp:data",
    }
    names = [row[0] for row in found if row[2] == "500"]
    assert len(names) == 8  # messages 1 to 4, twice


def test_questions_to_a_dead_peer_come_every_three_seconds(
    capture: Callable[[str], Path], tmp_path: Path
) -> None:
    path = capture("dpd-failover")
    fields = ("frame.time_relative", "ip.src", "ip.dst", "isakmp.notify.msgtype")
    told = list(rows(path, tmp_path / "keys", *fields))
    for head_end, longest in (("198.51.100.2", 28), ("198.51.100.6", 40)):
        asked = [
            float(when)
            for when, source, destination, kind in told
            if (source, destination, kind) == ("203.0.113.2", head_end, "36136")
        ]
        gaps = [round(later - one) for one, later in pairwise(asked)]
        assert gaps[-5:] == [3] * 5
        assert 3 not in gaps[:-5]
        # The next peer is called three seconds after the last question, or by the next packet.
        other = "198.51.100.2" if head_end.endswith("6") else "198.51.100.6"
        called = [float(it[0]) for it in told if it[2] == other and float(it[0]) > asked[-1]]
        assert 3 <= called[0] - asked[-1] < 5
        assert called[0] - asked[-6] < longest


def test_gre_ends_elsewhere_than_its_ipsec(capture: Callable[[str], Path], tmp_path: Path) -> None:
    path = capture("dual-tier-headend")
    ends = {
        (source, destination)
        for protocols, source, destination in rows(
            path, tmp_path / "keys", "frame.protocols", "ip.src", "ip.dst"
        )
        if ":esp:ip:gre:ip:icmp" in protocols
    }
    assert ends == {
        ("203.0.113.2,203.0.113.2,10.1.1.1", "198.51.100.2,198.51.100.18,10.0.10.1"),
        ("198.51.100.2,198.51.100.18,10.0.10.1", "203.0.113.2,203.0.113.2,10.1.1.1"),
    }


def test_aggressive_mode_says_the_name_to_everybody(
    capture: Callable[[str], Path], tmp_path: Path
) -> None:
    path = capture("aggressive-mode")
    fields = ("isakmp.exchangetype", "isakmp.id.data.fqdn", "isakmp.hash")
    shown = list(rows(path, None, *fields))
    names = [name for kind, name, _ in shown if kind == "4" and name]
    assert names == ["branch1.example.com"] * 2
    # So is HUB's proof, for whoever has the patience to try keys.
    assert {len(proof) for kind, _, proof in shown if kind == "4"} == {0, 64}
    assert not [row for row in shown if row[0] == "2" and (row[1] or row[2])]
