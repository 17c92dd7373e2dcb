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
            "@link up HE1:Gi0/0\n@wait 60s\nBR1#show ip route 0.0.0.0": "* 10.255.1.1, from",
        },
    ),
    "site-to-site-crypto-map": (
        "crypto-map",
        "R1 R2 R3",
        {
            "@wait 20s\nR1#ping 3.3.3.3 source lo0": FITS,
            "R1#show crypto session": "UP-ACTIVE",
            "R3#show access-lists": "10 permit ip host 3.3.3.3 host 1.1.1.1 (",
        },
    ),
    "gre-ipsec-mixed-ends": (
        "mixed-ends",
        "R1 ISP R2",
        {
            "@wait 60s\nR1#ping 10.2.2.2 source lo1": FITS,
            "R1#show crypto ipsec sa": "in use settings ={Transport, }",
            "R2#show crypto ipsec sa": "Crypto map tag: VPN, local addr 9.1.1.35",
            "R2#ping 10.1.1.1 source lo1 size 1400 df-bit": FITS,
            "R2#show access-lists": "10 permit gre host 9.1.1.35 host 9.1.1.146 (",
        },
    ),
    "ipsec-over-gre": (
        "over-gre",
        "R1 ISP R2 PC1 PC2",
        {
            "@wait 60s\nPC1#ping 10.2.2.10 size 1406 df-bit repeat 10": "!!!!!",
            "PC1#ping 10.2.2.10 size 1407 df-bit": "M.M.M",
            "R1#show crypto session": "permit ip 10.1.1.0/255.255.255.0 10.2.2.0/255.255.255.0",
            "R1#show ip ospf neighbor": "FULL",
        },
    ),
    "gre-keepalive": (
        "keepalive",
        "R1 ISP R2",
        {
            "@wait 60s\nR1#ping 10.2.2.2 source lo1": FITS,
            "@link down R1:Gi0/0\n@wait 60s\nR2#ping 10.1.1.1 source lo1": FITS,
            "R2#show ip route 10.1.1.0": "via Serial0/0",
            "@link up R1:Gi0/0\n@wait 60s\nR2#show ip route 10.1.1.0": "via Tunnel0",
        },
    ),
    "tunnel-pmtud": (
        "pmtud",
        "R1 R2 P1 P2 H1 H2",
        {
            "H1#ping 10.2.2.10 size 1400 df-bit repeat 20": "M",
            "H1#ping 10.2.2.10 size 1318 df-bit": FITS,
            "H1#ping 10.2.2.10 size 1319 df-bit": "M.M.M",
            "R1#show interfaces Tunnel0": "min MTU 92, MTU 1318, expires",
        },
    ),
    "double-fragmentation": (
        "fragments",
        "R1 R2 ISP H1 H2",
        {
            "H1#ping 10.2.2.10 size 1500 repeat 20": "!!!!!",
            "R2#show ip traffic": "Frags: 0 reassembled",
            "H2#show ip traffic": "0 couldn't reassemble",
        },
    ),
    "nat-traversal": (
        "nat",
        "BR1 HOME BR2 ISP HUB",
        {
            "@wait 20s\nBR2#ping 10.0.0.1 source lo0": FITS,
            "BR1#ping 10.0.0.1 source lo0": FITS,
            "BR1#ping 10.0.0.1 source lo0 size 1398 df-bit": FITS,
            "HUB#show ip traffic": "Frags: 0 reassembled",
            "HUB#show crypto ipsec sa peer 203.0.113.2": "in use settings ={Tunnel UDP-Encaps, }",
            "HUB#show crypto ipsec sa peer 203.0.113.6": "in use settings ={Transport, }",
            "@wait 90s\nHUB#ping 10.1.1.1 source lo0": FITS,
        },
    ),
    "dpd-failover": (
        "dpd",
        "BR ISP HE1 HE2 CORE",
        {
            # The first round's tunnel shall not wait for ARP: it is to be there when HE1 dies.
            "@wait 20s\nBR#ping 198.51.100.2": "!!!",
            "BR#ping 10.0.10.1 source lo0": "!!!",
            "@link down HE1:Gi0/0\n@link down HE1:Gi0/1\n"
            "BR#ping 10.0.10.1 source lo0 repeat 50 timeout 1": "!!!!!",
            "BR#show crypto map": "Current peer: 198.51.100.6",
            "CORE#show ip route 10.1.1.0": "* 10.0.1.5, from 2.2.2.2",
            "@link up HE1:Gi0/0\n@link up HE1:Gi0/1\n@wait 60s\nBR#ping 10.0.10.1 source lo0": FITS,
        },
    ),
    "dual-tier-headend": (
        "dual-tier",
        "BR ISP CRY GRE",
        {
            "@wait 60s\nBR#ping 10.0.10.1 source lo0 size 1400 df-bit": FITS,
            "BR#show crypto ipsec sa": "current_peer 198.51.100.2 port 500",
            "CRY#show crypto session": "permit 47 host 198.51.100.18 host 203.0.113.2",
            "GRE#show ip ospf neighbor": "FULL",
        },
    ),
    "aggressive-mode": (
        "aggressive",
        "BR1 BR2 ISP HUB",
        {
            "@wait 20s\nBR1#ping 10.0.0.1 source lo0": FITS,
            "BR2#ping 10.0.0.1 source lo0": FITS,
            "HUB#show crypto isakmp peers": "Phase1 id: branch2.example.com",
            "HUB#show crypto session detail": "Phase1_id: branch1.example.com",
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
    "broken-key": (
        "key",
        "R1 R2 ISP PC1 PC2",
        {
            "@wait 60s\nPC1#ping 192.168.20.10": FITS,
            "R1#show interfaces Tunnel0": "line protocol is up",
            "R2#show crypto session": "UP-ACTIVE",
        },
    ),
    "broken-policy": (
        "policy",
        "R1 R2 ISP PC1 PC2",
        {
            "@wait 60s\nPC1#ping 192.168.20.10": FITS,
            "R2#show crypto isakmp sa detail": "psk  14",
        },
    ),
    "broken-transform": (
        "transform",
        "R1 R2 ISP PC1 PC2",
        {
            "@wait 20s\nPC1#ping 192.168.20.10": FITS,
            "PC2#ping 192.168.10.10": FITS,
            "R1#show crypto ipsec sa": "esp-256-aes esp-sha256-hmac",
        },
    ),
    "broken-proxy-identity": (
        "identity",
        "R1 R2 ISP PC1 PC2",
        {
            "@wait 20s\nPC1#ping 192.168.20.10": FITS,
            "PC2#ping 192.168.10.10": FITS,
            "R2#show crypto ipsec sa": "remote ident (addr/mask/prot/port): (192.168.10.0/",
        },
    ),
    "broken-missing-route": (
        "route",
        "R1 R2 ISP PC1 PC2",
        {
            "PC1#ping 192.168.20.10": FITS,
            "PC2#traceroute 192.168.10.10 numeric": "  2 10.0.0.1",
        },
    ),
    "broken-wrong-source": (
        "source",
        "R1 R2 ISP PC1 PC2",
        {
            "@wait 60s\nPC1#ping 192.168.20.10": FITS,
            "R1#show crypto ipsec sa": "local addr 192.0.2.1",
            "R2#show crypto session": "UP-ACTIVE",
        },
    ),
    "broken-nat-exemption": (
        "nat",
        "R1 R2 ISP PC1 PC2",
        {
            "@wait 20s\nPC1#ping 192.168.20.10": FITS,
            "PC2#ping 192.168.10.10": FITS,
            "PC1#ping 203.0.113.254": FITS,
            "R1#show ip nat translations": "203.0.113.254",
        },
    ),
    "broken-mtu-black-hole": (
        "mtu",
        "R1 R2 ISP1 ISP2 PC1 PC2",
        {
            "PC1#ping 192.168.20.10": FITS,
            "PC1#ping 192.168.20.10 size 1400 df-bit": "M.M",
            "PC1#ping 192.168.20.10 size 1326 df-bit": FITS,
            "PC2#ping 192.168.10.10 size 1400 df-bit": "M.M",
            "R1#show crypto ipsec sa": "path mtu 1400",
        },
    ),
    "first-ping": (
        "ping",
        "R1 R2",
        {
            "R1#ping 10.0.0.2": FITS,
            "cisco@PC1:~$ ping -c 3 10.0.0.2": " 0% packet loss",
            "R1#show interfaces description": "to R2",
        },
    ),
    "static-routes": (
        "routes",
        "R1 R2 R3",
        {
            "cisco@PC1:~$ traceroute -n 192.168.3.10": " 2  10.0.13.3",
            "cisco@PC2:~$ traceroute -n 198.51.100.1": " 2  10.0.23.2",
            "R2#show ip route 192.168.3.10": "* 10.0.23.3",
            "R2#show ip route 192.168.1.10": "* 10.0.12.1",
        },
    ),
    "gre-basics": (
        "gre",
        "R1 R2 ISP",
        {
            "@wait 20s\ncisco@PC1:~$ ping -c 3 -M do -s 1448 192.168.20.10": " 0% packet loss",
            "cisco@PC1:~$ ping -c 3 -M do -s 1449 192.168.20.10": "mtu=1476",
            "cisco@PC2:~$ ping -c 3 172.16.0.1": " 0% packet loss",
            "R2#show ip route 203.0.113.1": "* 198.51.100.254",
            "R2#show interfaces Tunnel0": "line protocol is up",
        },
    ),
    "broken-gre": (
        "repair",
        "R1 R2 ISP PC1 PC2",
        {
            "PC1#ping 192.168.20.10": FITS,
            "R2#show interfaces Tunnel0": "destination 203.0.113.1",
            "R1#show interfaces Tunnel0": "Tunnel transport MTU 1472 bytes",
        },
    ),
    "nat-overload": (
        "nat",
        "R1",
        {
            "cisco@PC1:~$ ping -c 3 203.0.113.254": " 0% packet loss",
            "cisco@NET:~$ nc -vz -w 5 203.0.113.1 80": "succeeded!",
            "cisco@PRN:~$ ping -c 3 203.0.113.254": " 100% packet loss",
            "cisco@PRN:~$ ping -c 3 192.168.1.10": " 0% packet loss",
            "R1#show ip nat translations": "203.0.113.1:80",
        },
    ),
    "broken-ospf": (
        "repair",
        "R1 R2 R3",
        {
            "@wait 60s\nR1#show ip route ospf": "O        2.2.2.2 [110/2] via 10.0.12.2",
            "R2#show ip route ospf": "O        3.3.3.3 [110/2] via 10.0.23.3",
            "R3#show ip route ospf": "O        1.1.1.1 [110/2] via 10.0.13.1",
            "R2#ping 10.0.12.1 size 1500 df-bit": FITS,
        },
    ),
    "broken-eigrp": (
        "repair",
        "EDGE R1 R2 R3",
        {
            "@wait 20s\nR2#ping 172.16.3.1 source lo1": FITS,
            "R2#ping 198.51.100.1 source lo1": FITS,
            "R3#ping 198.51.100.1 source lo1": FITS,
            "R1#show ip route 0.0.0.0": "* 10.0.14.4, from 10.0.14.4",
        },
    ),
    "broken-bgp": (
        "repair",
        "R1 R2 R3 R4",
        {
            "@wait 90s\nR1#ping 172.20.4.1 source lo1": FITS,
            "R1#show ip route bgp": "172.20.4.0 [20/0] via 2.2.2.2",
            "R4#show ip route bgp": "172.16.1.0 [20/0] via 10.0.34.3",
            "@link down R1:Gi0/0\n@wait 60s\nR4#ping 172.16.1.1 source lo1": FITS,
        },
    ),
    "ospf-over-gre": (
        "tunnels",
        "HUB ISP BR1 BR2",
        {
            "@wait 60s\nBR1#ping 10.2.1.1 source lo1 size 1400 df-bit": FITS,
            "HUB#show ip route ospf": "O IA     10.1.0.0/16 [110/11] via 10.255.1.2",
            "BR1#show ip route 10.2.0.0 255.255.0.0": "metric 31, type inter area",
            "BR2#show ip route 10.2.0.0 255.255.0.0": "via Null0",
        },
    ),
    "redistribution-two-ways": (
        "redistribution",
        "PC1 R1 R2 R3 R4 P",
        {
            "@wait 30s\nPC1#ping 198.18.0.1": FITS,
            "R3#show ip route 198.18.0.0": "* 172.16.34.4, from 172.16.34.4",
            "R1#show ip route 198.18.0.0": "* 10.0.12.2, from 2.2.2.2",
            "@link down R4-P\n@wait 20s\nR1#show ip route 198.18.0.0": "% Network not in table",
            "@link up R4-P\n@wait 20s\nPC1#ping 198.18.0.1": "!!!",
        },
    ),
    "bgp-over-vti": (
        "two-tunnels",
        "R1 R2 ISPA ISPB",
        {
            "@wait 60s\nR1#show ip route 10.2.0.0": "* 10.255.1.2, from 10.255.1.2",
            "R1#ping 10.2.0.1 source lo0": FITS,
            "@link down ISPA-R2\n@wait 20s\nR1#ping 10.2.0.1 source lo0": FITS,
            "R1#show ip bgp": "*>   10.2.0.0/24      10.255.2.2",
            "@link up ISPA-R2\n@wait 60s\nR2#show ip route 10.1.0.0": "* 10.255.1.1, from",
        },
    ),
    "tracked-failover": (
        "track",
        "PC R1 ISPA ISPB NET",
        {
            "@wait 60s\nPC#traceroute 198.51.100.1 numeric": " 2 203.0.113.1 ",
            "@link down ISPA-NET\n@wait 60s\nPC#traceroute 198.51.100.1 numeric": " 2 192.0.2.1 ",
            "R1#show track 1": "Reachability is Down",
            "@link up ISPA-NET\n@wait 60s\nR1#show track 1": "Reachability is Up",
        },
    ),
    "acl-blocks-vpn": (
        "lists",
        "R1 R2 ISP PC1 PC2",
        {
            "@wait 20s\nPC1#ping 192.168.20.10": FITS,
            "PC2#ping 192.168.10.10": FITS,
            "R1#show ip access-lists OUTSIDE": "permit esp host 198.51.100.2 any (",
        },
    ),
    "broken-crypto-map": (
        "map",
        "PC HQ ISP B1 B2 B3",
        {
            "@wait 20s\nPC#ping 10.0.1.1": FITS,
            "PC#ping 10.0.2.1": FITS,
            "PC#ping 10.0.3.1": FITS,
            "PC#ping 203.0.113.1": FITS,
            "HQ#show crypto ipsec sa peer 198.51.100.10": "PFS (Y/N): Y, DH group: group14",
        },
    ),
    "broken-nat-t": (
        "nat-t",
        "BR HOME ISP HUB",
        {
            "@wait 20s\nBR#ping 10.0.0.1 source lo0": FITS,
            "@wait 120s\nHUB#ping 10.1.1.1 source lo0": FITS,
            "HUB#show crypto ipsec sa": "in use settings ={Tunnel UDP-Encaps, }",
        },
    ),
    "dynamic-hub": (
        "dynamic",
        "CORE HUB ISP PARTNER BR1 BR2",
        {
            "@wait 20s\nBR1#ping 10.0.1.1 source lo0": FITS,
            "BR2#ping 10.0.1.1 source lo0 repeat 20": "!!!!!",
            "@wait 10s\nBR2#ping 10.0.0.1 source lo0": FITS,
            "CORE#ping 10.1.9.1 source lo0": FITS,
            "HUB#show ip route static": "10.1.1.0/24 [1/0] via 198.51.100.2",
            "@link down BR2-ISP\n@wait 60s\nCORE#show ip route 10.1.2.0": "% Subnet not in table",
            "@link up BR2-ISP\n@wait 10s\nHUB#show crypto session": "Peer: 192.0.2.2 port 500",
        },
    ),
    "front-vrf": (
        "vrf",
        "PC BR ISP HQ",
        {
            "@wait 60s\nPC#ping 10.0.0.1": FITS,
            "PC#traceroute 198.51.100.1 numeric": " 2 10.255.0.1 ",
            "BR#show ip route 0.0.0.0": "* 10.255.0.1, from 198.51.100.1",
            "BR#show ip route vrf INTERNET": "S*    0.0.0.0/0 [1/0] via 203.0.113.1",
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
