"""`ioscli explain LAB NODE INTERFACE`: the cause comes first, and the command that shows it."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ioscli.cli.matcher import load_grammar
from ioscli.labs.explain.tunnel import diagnose
from ioscli.labs.labfile import read_lab
from ioscli.labs.topology import Topology
from ioscli.router.interfaces import Interface
from ioscli.router.router import Router
from ioscli.router.tunnel import TunnelInterface
from tests.conftest import Run

Ioscli = Callable[..., Run]
LABS = Path(__file__).parents[2] / "labs"


def explained(ioscli: Ioscli, lab: Path, node: str, interface: str) -> dict[str, Any]:
    run = ioscli("explain", lab, node, interface, "--solution", "--format", "json")
    assert run.status == 0, run.err
    document: dict[str, Any] = json.loads(run.out)
    return document


def broken(folder: Path, lab: str, node: str, *changes: tuple[str, str]) -> Path:
    """A copy of a lab with lines of one node's solution changed."""
    copy = folder / lab
    shutil.copytree(LABS / lab, copy)
    file = copy / "solution" / f"{node}.cfg"
    text = file.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text)
    return copy


def findings(document: dict[str, Any]) -> list[str]:
    return [it["what"] for it in document["findings"]]


def test_a_tunnel_that_works(ioscli: Ioscli) -> None:
    document = explained(ioscli, LABS / "ipsec-vti", "R1", "tu0")
    assert document["state"] == "up/up"
    assert findings(document) == []
    (flow,) = document["flows"]
    assert flow["up"]
    assert flow["answered"]
    assert flow["peer"] == "R2"
    assert "the pre-shared keys are equal" in flow["in order"]
    assert "cisco123" not in json.dumps(document)


#: What is changed at R2, and how the first finding begins; R1 is asked.
FAULTS = {
    "key": (("key cisco123", "key cisco124"), "the pre-shared keys of R1 and R2 for each other"),
    "no key": (("address 203.0.113.1", "address 203.0.113.99"), "R2 has no pre-shared key for"),
    "policy": ((" group 14", " group 2"), "no ISAKMP policy in common: R1 has aes 256, sha256"),
    "transform": (
        ("esp-aes 256 esp-sha-hmac", "esp-3des esp-md5-hmac"),
        "no transform set in common: R1 offers esp-aes 256 esp-sha-hmac; R2 accepts esp-3des",
    ),
    "pfs": (
        (" set transform-set TSET", " set pfs group14\n set transform-set TSET"),
        "PFS: R1 has none, R2 has group 14",
    ),
    "destination": (
        ("tunnel destination 203.0.113.1", "tunnel destination 203.0.113.2"),
        "Tunnel0 of R1 speaks from 203.0.113.1 (tunnel source GigabitEthernet0/0), but Tunnel0 of "
        "R2 leads to 203.0.113.2",
    ),
    "mode": (("tunnel mode ipsec ipv4", "tunnel mode gre ip"), "tunnel mode: R1 has ipsec ipv4"),
}


#: A lab, the node whose solution is changed, the change, whom to ask, how the first finding begins.
MORE_FAULTS = {
    "a password of aggressive mode": (
        ("aggressive-mode", "BR1"),
        ("SECRET-ONE", "SECRET-0NE"),
        ("BR1", "Gi0/0"),
        "the pre-shared keys of BR1 and HUB for each other are different",
    ),
    "a keyring": (
        ("aggressive-mode", "BR2"),
        ("SECRET-TWO", "SECRET-2"),
        ("BR2", "Gi0/0"),
        "the pre-shared keys of BR2 and HUB for each other are different",
    ),
    "nothing protects": (
        ("ipsec-vti", "R2"),
        ("tunnel protection ipsec profile PROF\n", "tunnel ttl 255\n"),
        ("R1", "Tunnel0"),
        "R1 encrypts what goes through the tunnel, R2 does not",
    ),
    "no crypto map": (
        ("site-to-site-crypto-map", "R1"),
        (" crypto map MYMAP\n", ""),
        ("R1", "Gi0/0"),
        "GigabitEthernet0/0 of R1 has no crypto map, and is no tunnel",
    ),
    "an incomplete map": (
        ("site-to-site-crypto-map", "R1"),
        (" match address 100\n", " match address 101\n"),
        ("R1", "Gi0/0"),
        "crypto map MYMAP on GigabitEthernet0/0 of R1 has no entry that could work",
    ),
    "a source that is shut down": (
        ("gre-keepalive", "R1"),
        (" description to ISP\n", " description to ISP\n shutdown\n"),
        ("R1", "Tunnel0"),
        "the line protocol of Tunnel0 of R1 is down: the interface of its tunnel source is down",
    ),
    "IKE filtered on the way": (
        ("site-to-site-crypto-map", "R2"),
        (
            " description to R1\n",
            " description to R1\n ip access-group 120 in\n",
            "!\nend",
            "!\naccess-list 120 deny udp any any eq 500\naccess-list 120 permit ip any any\n!\nend",
        ),
        ("R3", "Gi0/0"),
        "access list 120 on GigabitEthernet0/0 of R2 denies IKE (UDP port 500)",
    ),
    "a provider that says nothing": (
        ("broken-mtu-black-hole", "ISP2"),
        (" description to R2\n", " description to R2\n no ip unreachables\n"),
        ("R1", "Tunnel0"),
        "large packets vanish: ISP2 takes at most 1400 bytes out of GigabitEthernet0/1, R2 sends "
        "it more, and they must not be fragmented. ISP2 has `no ip unreachables` on",
    ),
    "no route on the way": (
        ("broken-mtu-black-hole", "ISP1"),
        ("ip route 198.51.100.0 255.255.255.0", "ip route 198.51.100.0 255.255.255.255"),
        ("R1", "Tunnel0"),
        "ISP1, on the way, has no route to 198.51.100.2",
    ),
    "a key of a tunnel": (
        ("gre-keepalive", "R2"),
        (" tunnel destination 203.0.113.1\n", " tunnel destination 203.0.113.1\n tunnel key 7\n"),
        ("R1", "Tunnel0"),
        "tunnel key: R1 has none, R2 has 7",
    ),
    "the transforms of a dynamic map, behind PAT": (
        ("nat-traversal", "HUB"),
        ("esp-aes esp-sha256-hmac\n mode tunnel", "esp-3des esp-sha256-hmac\n mode tunnel"),
        ("BR1", "Gi0/0"),
        "no transform set in common: BR1 offers esp-aes esp-sha256-hmac; HUB accepts esp-3des",
    ),
}


@pytest.mark.parametrize("fault", MORE_FAULTS)
def test_other_causes(ioscli: Ioscli, fault: str, tmp_path: Path) -> None:
    (lab, changed), change, (node, interface), begins = MORE_FAULTS[fault]
    pairs = list(zip(change[::2], change[1::2], strict=True))
    copy = broken(tmp_path, lab, changed, *pairs)
    found = findings(explained(ioscli, copy, node, interface))
    assert found[0].startswith(begins), found


@pytest.mark.parametrize("fault", FAULTS)
def test_the_cause_comes_first(ioscli: Ioscli, fault: str, tmp_path: Path) -> None:
    change, begins = FAULTS[fault]
    document = explained(ioscli, broken(tmp_path, "ipsec-vti", "R2", change), "R1", "Tunnel0")
    assert findings(document)[0].startswith(begins), findings(document)


def test_rsa_signatures_without_keys(ioscli: Ioscli, tmp_path: Path) -> None:
    lab = broken(tmp_path, "site-to-site-crypto-map", "R1", (" authentication pre-share\n", ""))
    file = lab / "solution" / "R3.cfg"
    file.write_text(file.read_text().replace(" authentication pre-share\n", ""))
    found = findings(explained(ioscli, lab, "R1", "Gi0/0"))
    assert found[:2] == [
        "R1 has no RSA keys to sign with (crypto key generate rsa)",
        "R3 has no RSA keys to sign with (crypto key generate rsa)",
    ]


def test_no_route_to_the_peer(ioscli: Ioscli, tmp_path: Path) -> None:
    elsewhere = ("ip route 0.0.0.0 0.0.0.0", "ip route 192.0.2.9 255.255.255.255")
    lab = broken(tmp_path, "ipsec-vti", "R1", elsewhere)
    (first, *_) = explained(ioscli, lab, "R1", "Tunnel0")["findings"]
    assert first["what"] == "R1 has no route to 198.51.100.2, the other end of the tunnel"
    assert first["shown by"] == ["R1: show ip route 198.51.100.2"]


#: Lab -> the interface to ask about, how the first finding reads, and a command that shows it.
BROKEN = {
    "broken-key": (
        "Tunnel0",
        r"the pre-shared keys of R\d and R\d for each other are different",
        "R2: show crypto isakmp key",
    ),
    "broken-policy": (
        "Tunnel0",
        r"no ISAKMP policy in common: .*group 14? \(priority 10\); .*group 14? \(priority 10\)\. "
        r"What differs is the Diffie-Hellman group$",
        "R2: show crypto isakmp policy",
    ),
    "broken-transform": (
        "GigabitEthernet0/0",
        r"no transform set in common: .* esp-aes 256 esp-sha256-hmac.*esp-aes esp-sha256-hmac|"
        r"no transform set in common: .* esp-aes esp-sha256-hmac.*esp-aes 256 esp-sha256-hmac",
        "R2: show crypto ipsec transform-set",
    ),
    "broken-proxy-identity": (
        "GigabitEthernet0/0",
        r"the traffic is not mirrored: .*R2 protects 192.168.20.0/24 to 192.168.1.0/24",
        "R2: show access-lists",
    ),
    "broken-missing-route": (
        "Tunnel0",
        r"R2 routes 192.168.10.1 out of GigabitEthernet0/0, not through Tunnel0",
        "R2: show ip route 192.168.10.1",
    ),
    "broken-wrong-source": (
        "Tunnel0",
        r"Tunnel0 of R1 speaks from 203.0.113.1 \(tunnel source GigabitEthernet0/0\), but Tunnel0 "
        r"of R2 leads to 192.0.2.1",
        "R1: show interfaces Tunnel0 | include Tunnel source",
    ),
    "broken-nat-exemption": (
        "GigabitEthernet0/0",
        r"NAT on R1 translates what goes from 192.168.10.0/24 to 192.168.20.0/24",
        "R1: show ip nat translations",
    ),
    "broken-mtu-black-hole": (
        "Tunnel0",
        r"large packets vanish: ISP1 takes at most 1400 bytes .* access list OUTSIDE on "
        r"GigabitEthernet0/0 of R1 denies it",
        "R1: show ip access-lists OUTSIDE",
    ),
}


@pytest.mark.parametrize("node", ["R1", "R2"])
@pytest.mark.parametrize("lab", BROKEN)
def test_broken_labs(ioscli: Ioscli, lab: str, node: str) -> None:
    interface, cause, shown_by = BROKEN[lab]
    run = ioscli("explain", lab, node, interface, "--no-state", "--format", "json")
    assert run.status == 0, run.err
    first, *_ = json.loads(run.out)["findings"]
    assert re.match(cause, first["what"]), first
    assert shown_by in first["shown by"]
    for key in secrets(LABS / lab):
        assert key not in run.out


#: What was seen of IKE, asked at R1.
SEEN = {
    "broken-key": r"R1 began main mode: 5 of 6 messages",
    "broken-policy": r"R1 began main mode: 1 of 6 messages, \d sent again; R2 answered NO-PRO",
    "broken-transform": r"R1 began quick mode: 1 of 3 messages; R2 answered with an encrypted not",
    "broken-wrong-source": r"R1 began main mode: 1 of 6 messages",
    "broken-nat-exemption": r"R2 began quick mode: 3 of 3 messages",
}


@pytest.mark.parametrize("lab", SEEN)
def test_messages_of_broken_labs(ioscli: Ioscli, lab: str) -> None:
    run = ioscli("explain", lab, "R1", BROKEN[lab][0], "--no-state", "--format", "json")
    (flow,) = json.loads(run.out)["flows"]
    assert any(re.match(SEEN[lab], it) for it in flow["messages"]), flow["messages"]


def secrets(lab: Path) -> list[str]:
    """The pre-shared keys of a lab's routers."""
    texts = [file.read_text() for file in lab.glob("*/*.cfg")]
    return [key for text in texts for key in re.findall(r"crypto isakmp key (\S+)", text)]


def worth_asking(router: Router) -> Iterator[Interface]:
    """Tunnels, and interfaces with a crypto map."""
    for interface in router.interfaces.values():
        if isinstance(interface, TunnelInterface) or interface.config.crypto_map is not None:
            yield interface


def with_tunnels() -> list[str]:
    found = set()
    for file in LABS.glob("*/solution/*.cfg"):
        if re.search(r"^interface Tunnel|^ crypto map", file.read_text(), re.MULTILINE):
            found.add(file.parents[1].name)
    return sorted(found)


@pytest.mark.parametrize("lab", with_tunnels())
def test_solutions_have_no_findings(lab: str) -> None:
    topology = Topology(read_lab(LABS / lab / "lab.yaml").solved(), load_grammar())
    topology.boot()
    asked = 0
    for node, router in topology.routers.items():
        for interface in worth_asking(router):
            asked += 1
            found = diagnose(topology, node, interface.name).findings
            assert not found, (node, interface.name, found)
    assert asked


def test_transport_mode_behind_pat(ioscli: Ioscli) -> None:
    run = ioscli("explain", "nat-traversal", "BR1", "Tunnel0", "--no-state", "--format", "json")
    first, second, *_ = findings(json.loads(run.out))
    assert first.startswith("NAT on the way turns 192.168.1.2 into 203.0.113.2, and what BR1 wants")
    assert second.startswith("the traffic is not mirrored: BR1 protects 192.168.1.2/32 protocol 47")


def test_an_interface_that_others_tunnel_over(ioscli: Ioscli) -> None:
    document = explained(ioscli, LABS / "ipsec-vti", "R1", "Gi0/0")
    (first,) = findings(document)
    assert first.endswith("Tunnels whose packets leave by it: Tunnel0; ask about them")


def test_what_is_no_interface(ioscli: Ioscli) -> None:
    for words, said in (
        ("Tunnel9", "R1 has no interface Tunnel9"),
        ("why", "neither a ping nor the name of an interface"),
    ):
        run = ioscli("explain", "ipsec-vti", "R1", words, "--no-state")
        assert (run.status, said in run.err) == (2, True)
    run = ioscli("explain", "redundant-tunnels", "PC", "eth0", "--no-state")
    assert "PC is not a router" in run.err
