"""Wrong answers of shipped labs: told why, with a command on the router that is wrong."""

from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.exercises.verdict import Verdict

from .shipped import shipped, without


def _says(verdict: Verdict, words: str) -> bool:
    return any(words in sentence for sentence in verdict.because)


def test_who_tells_what_a_filter_should_keep(grammar: Grammar, tmp_path: Path) -> None:
    """A customer of two providers that tells each of the other one's networks."""
    bench = shipped(grammar, tmp_path, "bgp-two-isps", solved=True)
    leaking = without(bench.configs["R1"], "neighbor 192.0.2.2 prefix-list OWN out")
    check = "failover: {link: ISP1-NET, within: 120s, then: [{route: {node: ISP1, "
    check += "prefix: 10.200.0.0/16, expect: no}}]}"
    assert bench.judge(check).passed
    verdict = bench.judge(check, R1=leaking)
    assert not verdict.passed
    assert _says(verdict, "on R1 nothing changes or filters what goes to 192.0.2.2")
    assert "R1: show ip bgp neighbors 192.0.2.2 advertised-routes" in verdict.shown_by


def test_communities_that_do_not_arrive(grammar: Grammar, tmp_path: Path) -> None:
    bench = shipped(grammar, tmp_path, "bgp-two-isps", solved=True)
    silent = without(bench.configs["R1"], "neighbor 192.0.2.6 send-community")
    check = "path: {from: ISP2, to: 203.0.113.1, source: 10.200.0.1, via: [NET, ISP1], within: 5s}"
    assert bench.judge(check).passed
    verdict = bench.judge(check, R1=silent)
    assert _says(verdict, "R1 tells 192.0.2.6 (ISP2) of 203.0.113.0/24, without any community")
    assert _says(verdict, "passes route-map")


def test_borders_that_do_not_tell_on(grammar: Grammar, tmp_path: Path) -> None:
    """Neither of two routers takes one protocol's routes into the other one."""
    bench = shipped(grammar, tmp_path, "redistribution-two-ways", solved=True)
    # A deny without a match denies everything.
    mute = {node: without(bench.configs[node], "match tag 1") for node in ("R2", "R3")}
    check = "route: {node: R1, prefix: 172.16.4.0/24, protocol: ospf, within: 5s}"
    assert bench.judge(check).passed
    verdict = bench.judge(check, **mute)
    for node in mute:
        assert _says(verdict, f"{node} has 172.16.4.0/24 by EIGRP and does not announce it by OSPF")
        assert f"{node}: show route-map" in verdict.shown_by
    lost = bench.judge("ping: {from: PC1, to: 172.16.4.1, within: 5s}", **mute)
    assert _says(lost, "R2 has 172.16.4.0/24 by EIGRP and does not announce it by OSPF")


@pytest.mark.parametrize("node", ["R1", "R2"])
def test_room_that_should_not_be_there(grammar: Grammar, tmp_path: Path, node: str) -> None:
    bench = shipped(grammar, tmp_path, "tunnel-pmtud", solved=True)
    wide = without(bench.configs[node], "ip mtu 1400", "tunnel path-mtu-discovery")
    ends = "H1, to: 10.2.2.10" if node == "R1" else "H2, to: 10.1.1.10"
    check = f"ping: {{from: {ends}, size: 1401, df: yes, expect: too-big}}"
    assert bench.judge(check).passed
    verdict = bench.judge(check, **{node: wide})
    assert not verdict.passed
    assert _says(verdict, f"the IP MTU of Tunnel0 of {node} is ")
    assert f"{node}: show ip interface Tunnel0" in verdict.shown_by


def test_segments_that_nobody_makes_smaller(grammar: Grammar, tmp_path: Path) -> None:
    bench = shipped(grammar, tmp_path, "gre-basics", solved=True)
    as_they_are = {
        node: without(bench.configs[node], "ip tcp adjust-mss 1436") for node in ("R1", "R2")
    }
    check = _connect(bench.lab.file)
    assert bench.judge(check).passed
    verdict = bench.judge(check, **as_they_are)
    assert not verdict.passed
    assert _says(verdict, "Tunnel0 of R1, which the SYNs pass, leaves their MSS as it is")
    assert "R1: show running-config interface Tunnel0" in verdict.shown_by


def _connect(file: Path) -> str:
    """The lab's own check of the MSS."""
    found = [line for line in file.read_text().splitlines() if "mss:" in line]
    return found[0].strip().removeprefix("- ")


def test_lines_that_were_not_there_at_the_start(grammar: Grammar, tmp_path: Path) -> None:
    bench = shipped(grammar, tmp_path, "gre-basics", solved=True)
    never = "config: {node: R1, section: interface Tunnel0, has: tunnel key *}"
    verdict = bench.judge(never)
    assert _says(verdict, 'R1 had no such line under "interface Tunnel0" at the start')
    verdict = bench.judge("config: {node: R1, lacks: interface Tunnel0}")
    assert _says(verdict, "it was added")


def test_tunnels_that_are_another_kind(grammar: Grammar, tmp_path: Path) -> None:
    bench = shipped(grammar, tmp_path, "gre-basics", solved=True)
    verdict = bench.judge("interface: {node: R1, interface: Tunnel0, tunnel-mode: ipsec}")
    assert _says(verdict, "no tunnel mode is configured on Tunnel0 of R1")
    assert "R1: show running-config interface Tunnel0" in verdict.shown_by
    verdict = bench.judge("interface: {node: R1, interface: Tunnel9}")
    assert verdict.because == ("nothing configures Tunnel9 on R1",)


def test_a_door_that_nobody_closed(grammar: Grammar, tmp_path: Path) -> None:
    bench = shipped(grammar, tmp_path, "broken-mtu-black-hole", solved=True)
    check = "connect: {from: ISP2, to: 198.51.100.2, port: 23, expect: blocked, within: 5s}"
    assert bench.judge(check).passed
    wide = without(bench.configs["R2"], "ip access-group OUTSIDE in")
    verdict = bench.judge(check, R2=wide)
    assert not verdict.passed
    assert _says(verdict, "no access list looks at what comes in at GigabitEthernet0/0 of R2")
    assert "R2: show ip interface GigabitEthernet0/0" in verdict.shown_by


def test_peers_that_are_not_missed(grammar: Grammar, tmp_path: Path) -> None:
    """Without periodic questions, SAs with a peer that is gone stay."""
    bench = shipped(grammar, tmp_path, "dpd-failover", solved=True)
    line = next(it for it in bench.configs["BR"].splitlines() if "isakmp keepalive" in it)
    asking = bench.configs["BR"].replace(line, line.removesuffix(" periodic"))
    check = "failover: {link: ISP-HE1, within: 45s, then: [{sa: {node: BR, peer: 198.51.100.2, "
    check += "expect: no}}], before: [{ping: {from: BR, to: 10.0.10.1, source: 10.1.1.1}}]}"
    verdict = bench.judge(check, BR=asking)
    assert not verdict.passed
    assert _says(verdict, "BR asks whether a peer is still there only when it has packets for it")
    assert "BR: show crypto isakmp sa detail" in verdict.shown_by
