"""A lab's solution is what its transcript leads to, and does what the lab is about."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run

Ioscli = Callable[..., Run]

LABS = Path(__file__).parents[2] / "labs"
FITS = "100 percent (5/5)"
#: Lab -> the transcript that goes the whole way, its routers, and what proves the solution:
#: commands, and what their output holds.
WAYS = {
    "gre-over-ipsec": (
        "article",
        "R1 R2 R3 R4 R5",
        {
            "R4#ping 172.16.2.5 size 1400 df-bit": FITS,
            "R4#ping 172.16.2.5 size 1401 df-bit": "M.M.M",
            "R1#show crypto session": "UP-ACTIVE",
        },
    ),
    "ipsec-vti": (
        "vti",
        "R1 R2 ISP PC1 PC2",
        {
            "PC1#ping 192.168.20.10 size 1438 df-bit": FITS,
            "PC1#ping 192.168.20.10 size 1439 df-bit": "M.M.M",
            "R1#show crypto session": "UP-ACTIVE",
        },
    ),
    "crypto-tunnel-modes": (
        "modes",
        "R1 R2 H1 H2",
        {
            "H1#ping 192.168.2.1 source lo1 size 1414 df-bit": FITS,
            "H1#ping 192.168.2.2 source lo2 size 1434 df-bit": FITS,
            "H1#ping 192.168.2.3 source lo3 size 1438 df-bit": FITS,
            "H1#ping 192.168.2.1 source lo1 size 1415 df-bit": "M.M.M",
            "H1#ping 192.168.2.2 source lo2 size 1435 df-bit": "M.M.M",
            "H1#ping 192.168.2.3 source lo3 size 1439 df-bit": "M.M.M",
        },
    ),
    "bgp-two-isps": (
        "two-isps",
        "R1 ISP1 ISP2 NET",
        {
            "@wait 60s\nR1#ping 198.51.100.1 source lo0": FITS,
            "R1#show ip route 198.51.100.0": "* 192.0.2.2, from 192.0.2.2",
            "NET#show ip route 203.0.113.0": "* 192.0.2.9, from 192.0.2.9",
            "ISP2#show ip bgp 203.0.113.0": "Community: 200:80",
        },
    ),
    "eigrp-basics": (
        "basics",
        "R1 R2 R3 R4",
        {
            "@wait 20s\nR1#ping 172.16.3.1 source lo0": FITS,
            "R1#show ip route 3.3.3.3": "traffic share count is 236",
            "R1#show ip route 172.16.0.0 255.255.252.0": "10.0.13.3, from",
            "R3#show ip eigrp neighbors detail": "Stub Peer Advertising (CONNECTED SUMMARY )",
            "R2#show ip eigrp interfaces detail": 'key-chain is "EIGRP"',
        },
    ),
    "ospf-nbma-over-ipsec": (
        "nbma",
        "R1 R2 ISP PC1 PC2",
        {
            "@wait 180s\nPC1#ping 192.168.20.10": FITS,
            "R1#show ip route ospf": "192.168.20.0/24 [110/1001] via 10.0.0.2",
        },
    ),
    "ospf-multiarea": (
        "areas",
        "R1 R2 R3 R4 R5 R6",
        {
            "@wait 180s\nR1#ping 6.6.6.6": FITS,
            "R1#show ip route ospf": "O*IA  0.0.0.0/0",
            "R2#show ip route ospf": "172.16.0.0/22 is subnetted",
            "R6#show ip route ospf": "O E2  192.0.2.0/24",
        },
    ),
    "redundant-tunnels": (
        "redundancy",
        "BR1 ISP1 ISP2 HE1 HE2 CORE",
        {
            "@wait 60s\nBR1#show ip route ospf": "O*IA  0.0.0.0/0 [110/101] via 10.255.1.1",
            "CORE#show ip route 203.0.113.64": "* 10.1.0.1, from 1.1.1.1",
            "BR1#show ip route 198.51.100.2": "* 203.0.113.1",
            "BR1#show ip route 198.51.100.6": "* 203.0.113.1",
            "cisco@PC:~$ traceroute -n 198.18.0.10": " 2  10.255.1.1",
            "BR1#show crypto session": "Peer: 198.51.100.6 port 500",
            "@link down HE1:Gi0/0\n@wait 30s\nBR1#show ip route ospf": "[110/201] via 10.255.2.1",
            "cisco@PC:~$ ping -c 4 198.18.0.10": "icmp_seq=4 ttl=61",
            "cisco@PC:~$ ping -c 4 10.1.10.10": "icmp_seq=4 ttl=61",
            "CORE#show ip route 203.0.113.65": "* 10.1.0.5, from 2.2.2.2",
            "@link up HE1:Gi0/0\n@wait 60s\nBR1#show ip route 0.0.0.0": "* 10.255.1.1, from 1.1.1.1",
        },
    ),
    "recursive-routing": (
        "recursion",
        "R1 R2 ISP",
        {
            "@wait 120s\nR1#ping 192.168.2.1 source lo1": FITS,
            "R1#show ip route 198.51.100.2": "* 203.0.113.254",
            "R2#show interfaces Tunnel0": "Tunnel0 is up, line protocol is up",
        },
    ),
}


def outputs(ioscli: Ioscli, lab: Path, transcript: str, tmp_path: Path) -> list[str]:
    file = tmp_path / "t.ios"
    file.write_text(transcript)
    run = ioscli("replay", file, "--lab", lab, "--format", "json")
    assert run.status == 0, run.err
    return [entry["output"] for entry in json.loads(run.out)]


def solved(lab: str, tmp_path: Path) -> Path:
    """The lab as it is for somebody who has the solution in NVRAM."""
    folder = tmp_path / lab
    shutil.copytree(LABS / lab, folder)
    shutil.rmtree(folder / "start")
    (folder / "solution").rename(folder / "start")
    return folder


@pytest.mark.parametrize("lab", WAYS)
def test_transcript_leads_to_the_solution(lab: str, ioscli: Ioscli, tmp_path: Path) -> None:
    name, nodes, _ = WAYS[lab]
    shows = "".join(f"{node}#show running-config\n" for node in nodes.split())
    count = len(nodes.split())
    typed = (LABS / lab / "transcripts" / f"{name}.ios").read_text()
    reached = outputs(ioscli, LABS / lab, typed + shows, tmp_path)[-count:]
    given = outputs(ioscli, solved(lab, tmp_path), shows, tmp_path)

    def configuration(shown: str) -> str:
        """Without the lines above the configuration, which tell sizes and times."""
        return shown[shown.index("\nversion ") :].partition("*Mar ")[0]

    assert list(map(configuration, reached)) == list(map(configuration, given))


@pytest.mark.parametrize("lab", WAYS)
def test_solution_works_and_start_does_not(lab: str, ioscli: Ioscli, tmp_path: Path) -> None:
    proofs = WAYS[lab][2]

    def holds(folder: Path) -> list[bool]:
        # Twice, since the first packets of all are lost to ARP.
        shown = outputs(ioscli, folder, "\n".join([*proofs, *proofs]), tmp_path)
        ends = shown[-len(proofs) :]
        return [text in output for text, output in zip(proofs.values(), ends, strict=True)]

    assert all(holds(solved(lab, tmp_path)))
    assert not all(holds(LABS / lab))
