"""Whatever an answer configures, every check comes to a verdict, and to the same one each time."""

from pathlib import Path
from random import Random

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.exercises.checks.kinds import KINDS
from ioscli.exercises.trial import Trial
from ioscli.exercises.verdict import Verdict
from ioscli.labs.document import read_document

from .nonsense import nonsense
from .shipped import shipped
from .trials import Bench, assert_plain

CHECKS = """\
- ping: {from: PC1, to: 192.168.20.10, within: 20s}
- ping: {from: R1, to: 192.168.20.10, source: Gi0/1, size: 1500, df: yes, count: 2, within: 9s}
- ping: {from: R2, to: 192.168.10.10, source: Tunnel0, expect: loss, within: 20s}
- path: {from: PC1, to: 192.168.20.10, via: [R1, R2], avoid: PC2, back: R2, within: 9s}
- encrypted: {link: R1-ISP, from: PC1, to: 192.168.20.10, nat-t: no, within: 20s}
- encrypted: {link: R1-ISP, from: R1, to: 198.51.100.2, expect: no, within: 9s}
- ping: {from: PC1, to: 192.168.20.10, size: 1500, df: yes, expect: too-big, within: 9s}
- fragments: {link: R1-ISP, from: PC1, to: 192.168.20.10, size: 1500, within: 20s}
- fragments: {link: ISP-R2, from: R2, to: 203.0.113.1, size: 3000, expect: no, within: 9s}
- connect: {from: R1, to: 198.51.100.2, port: 23, bytes: 100, mss: 400, within: 9s}
- connect: {from: R2, to: 203.0.113.1, port: 22, expect: blocked, within: 9s}
- adjacency: {node: R1, protocol: ospf, with: R2, interface: Tunnel0, within: 9s}
- adjacency: {node: R1, protocol: ospf, with: R2, role: DR, authenticated: yes, within: 9s}
- adjacency: {node: R1, protocol: eigrp, with: ISP, stub: yes, within: 9s}
- adjacency: {node: R2, protocol: bgp, with: 203.0.113.1, expect: no, within: 9s}
- route: {node: R1, prefix: 192.168.20.0/24, next-hop: R2, interface: Tunnel0, within: 9s}
- route: {node: R2, prefix: 0.0.0.0/0, protocol: static, distance: 1, within: 9s}
- sa: {node: R1, peer: R2, mode: tunnel, pfs: no, nat-t: no, within: 9s}
- sa: {node: R2, peer: 203.0.113.1, traffic: {from: PC2, to: 192.168.10.10}, within: 20s}
- isakmp: {node: R1, peer: R2, encryption: aes 256, group: 14, mode: main, within: 9s}
- interface: {node: R1, interface: Tunnel0, state: up, protocol: up, ip-mtu: 1400, within: 9s}
- nat: {node: R1, inside-local: 192.168.10.10, traffic: {from: PC1, to: 198.51.100.2}}
- config: {node: R1, section: interface Tunnel0, has: ["tunnel *"], lacks: ["ip mtu *"]}
- stable: {for: 30s, nodes: [R1, R2]}
- sa: {node: R1, peer: R2, transform: "esp-aes *", within: 9s}
- quiet: {for: 30s, then: [ping: {from: PC1, to: 192.168.20.10}], within: 9s}
- failover:
    link: R1-ISP
    within: 10s
    then: [ping: {from: PC1, to: 192.168.20.10, expect: loss}]
    back: 20s
    after: [any-of: [ping: {from: PC1, to: 192.168.20.10}, stable: {for: 5s}]]
- failover: {reload: R1, within: 60s, then: [path: {from: PC1, to: 192.168.20.10, via: ISP}]}
"""
LABS = ("ipsec-vti", "broken-proxy-identity", "broken-nat-exemption")


def judged(bench: Bench, answer: dict[str, str]) -> list[Verdict]:
    """The verdicts of all checks of the kinds that there are, as marking has them."""
    file = bench.folder / "checks.yaml"
    file.write_text(CHECKS)
    trial = bench.trial(**answer)
    found = []
    for item in read_document(file).items():
        name, mapping = next(iter(item.entries()))
        if name in KINDS:
            check = KINDS[name](mapping, bench.lab)
            assert check.title
            assert "\n" not in check.title
            found.append(check.judge(_network_of(trial) if check.disturbs else trial))
    return found


def _network_of(trial: Trial) -> Trial:
    return trial.again()


def shut(config: str) -> str:
    """All interfaces shut down."""
    ports = [line for line in config.splitlines() if line.startswith("interface ")]
    return config.replace("\nend", "\n") + "".join(f"{port}\n shutdown\n" for port in ports)


def renamed(config: str) -> str:
    """Another name, and addresses that everybody has."""
    lines = [line for line in config.splitlines() if not line.startswith("hostname")]
    return "hostname PC1\n" + "\n".join(lines).replace("198.51.100.2", "203.0.113.1") + "\n"


@pytest.mark.parametrize("lab", LABS)
@pytest.mark.parametrize("wrong", ["erased", "shut", "renamed"])
def test_no_answer_upsets_a_check(grammar: Grammar, tmp_path: Path, lab: str, wrong: str) -> None:
    bench = shipped(grammar, tmp_path, lab, solved=True)
    change = {"erased": lambda _: "", "shut": shut, "renamed": renamed}[wrong]
    verdicts = judged(bench, {node: change(bench.configs[node]) for node in ("R1", "R2")})
    for verdict in verdicts:
        assert_plain(verdict)
    reaches = verdicts[0]
    assert not reaches.passed
    assert reaches.because, "nobody can do anything with a verdict without a reason"


@pytest.mark.parametrize("lab", LABS)
@pytest.mark.parametrize("seed", range(4))
def test_no_nonsense_upsets_a_check(grammar: Grammar, tmp_path: Path, lab: str, seed: int) -> None:
    bench = shipped(grammar, tmp_path, lab, solved=True)
    random = Random(f"{lab} {seed}")
    answer = {node: nonsense(bench.configs[node], random) for node in ("R1", "R2")}
    for verdict in judged(bench, answer):
        assert_plain(verdict)


def test_the_same_answer_gets_the_same_verdicts(grammar: Grammar, tmp_path: Path) -> None:
    bench = shipped(grammar, tmp_path, "broken-proxy-identity", solved=True)
    answer = {"R1": nonsense(bench.configs["R1"], Random(3))}
    assert judged(bench, answer) == judged(bench, answer)
