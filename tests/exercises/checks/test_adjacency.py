"""The check `adjacency`."""

from collections.abc import Callable

import pytest

from ioscli.labs.errors import InputError

from .trials import Bench

OSPF = """\
hostname {name}
interface Loopback0
 ip address {number}.{number}.{number}.{number} 255.255.255.255
interface GigabitEthernet0/0
 ip address 10.0.0.{number} 255.255.255.0
router ospf 1
 network 10.0.0.0 0.0.0.255 area 0
"""
R1, R2 = OSPF.format(name="R1", number=1), OSPF.format(name="R2", number=2)
FACING = "adjacency: {node: R1, protocol: ospf, with: R2}"


@pytest.fixture
def lab(bench: Callable[..., Bench]) -> Bench:
    return bench("R1:Gi0/0 R2:Gi0/0", R1=R1, R2=R2)


def with_interface(config: str, *lines: str) -> str:
    """More lines of the Ethernet interface."""
    return config.replace("router ospf", "".join(f" {line}\n" for line in lines) + "router ospf")


# --- OSPF ----------------------------------------------------------------------------------------


def test_ospf_neighbors(lab: Bench) -> None:
    verdict = lab.judge(FACING)
    assert verdict.passed
    assert verdict.seen == (
        "R1 has OSPF neighbor 10.0.0.2 (R2) on GigabitEthernet0/0 in state FULL"
    )
    assert verdict.shown_by == ("R1: show ip ospf neighbor",)


@pytest.mark.parametrize(
    ("rest", "passes"),
    [
        ("with: 10.0.0.2", True),
        ("with: 2.2.2.2", True),  # its router ID
        ("with: 10.0.0.3, within: 1s", False),
        ("with: R2, interface: Gi0/0", True),
        ("with: R2, interface: Lo0, within: 1s", False),
        ("with: R2, state: full", True),
        ("with: R2, state: 2way", False),
        ("with: R2, expect: no", False),
        ("with: R3, expect: no", True),
    ],
)
def test_which_neighbor(bench: Callable[..., Bench], rest: str, passes: bool) -> None:
    lab = bench("R1:Gi0/0 R2:Gi0/0,R1:Gi0/1 R3:Gi0/0", R1=R1, R2=R2, R3="hostname R3\n")
    assert lab.judge(f"adjacency: {{node: R1, protocol: ospf, {rest}}}").passed is passes


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        (R2.replace("area 0", "area 7"), "is in area 0, GigabitEthernet0/0 of R2 in area 7"),
        (with_interface(R2, "ip ospf hello-interval 7"), "the hello interval is 10 s on"),
        (with_interface(R2, "ip ospf dead-interval 77"), "the dead interval is 40 s on"),
        (with_interface(R2, "ip mtu 1400"), "the IP MTU is 1500 on GigabitEthernet0/0 of R1, 1400"),
        (with_interface(R2, "shutdown"), "GigabitEthernet0/0 of R2 is shut down"),
        (R2.replace("10.0.0.2", "10.0.1.2"), "are not in one network"),
        (R2.replace("10.0.0.2 255.255.255.0", "10.0.0.2 255.255.255.128"), "not in one network"),
        (R2 + " passive-interface Gi0/0\n", "GigabitEthernet0/0 of R2 is passive"),
        (R2 + " router-id 1.1.1.1\n", "the same router ID 1.1.1.1"),
        (R2 + " area 0 authentication\n", "authentication is none on GigabitEthernet0/0 of R1, a "),
        (R2.partition("router")[0], "R2 runs no OSPF"),
        (R2.replace("network 10.0.0.0", "network 11.0.0.0"), "no network statement covers its"),
        (
            with_interface(R2, "ip access-group 100 in") + "access-list 100 permit tcp any any\n",
            "access list 100 on GigabitEthernet0/0 of R2 denies what comes from R1",
        ),
        (with_interface(R2, "ip ospf network non-broadcast"), "the network type is BROADCAST on"),
        ("", "GigabitEthernet0/0 of R2 is shut down"),
    ],
)
def test_why_there_is_no_ospf_neighbor(lab: Bench, changed: str, because: str) -> None:
    verdict = lab.judge(FACING, R2=changed)
    assert not verdict.passed
    assert any(because in cause for cause in verdict.because), verdict
    # Whoever looks from the other side is told the same.
    other = lab.judge("adjacency: {node: R2, protocol: ospf, with: R1}", R2=changed)
    assert not other.passed
    assert other.because


def test_keys_are_compared_and_not_shown(lab: Bench) -> None:
    digest = ("ip ospf authentication message-digest", "ip ospf message-digest-key {} md5 {}")
    ours = with_interface(R1, digest[0], digest[1].format(1, "HUSH"))
    for number, key, because in (
        (1, "SHHH", "key 1 is not the same on"),
        (2, "HUSH", "signs with key 1, which GigabitEthernet0/0 of R2 does not have"),
    ):
        theirs = with_interface(R2, digest[0], digest[1].format(number, key))
        verdict = lab.judge(FACING, R1=ours, R2=theirs)
        assert not verdict.passed
        assert because in " ".join(verdict.because)
        assert "HUSH" not in str(verdict)
        assert "SHHH" not in str(verdict)


def prioritized(config: str, priority: int) -> str:
    return with_interface(config, f"ip ospf priority {priority}")


@pytest.mark.parametrize(
    ("ours", "theirs", "role"),
    [
        (prioritized(R1, 1), prioritized(R2, 0), "DROTHER"),
        (prioritized(R1, 9), R2, "BDR"),
        (R1, prioritized(R2, 9), "DR"),
        (
            with_interface(R1, "ip ospf network point-to-point"),
            with_interface(R2, "ip ospf network point-to-point"),
            "none",
        ),
    ],
)
def test_the_role_of_a_neighbor(lab: Bench, ours: str, theirs: str, role: str) -> None:
    check = FACING.replace("}", f", role: {role}}}")
    assert lab.check(check).title == f"R1 has R2 as OSPF neighbor, in the role {role}"
    verdict = lab.judge(check, R1=ours, R2=theirs)
    assert verdict.passed, verdict
    assert verdict.seen.endswith(f"in state FULL, in the role {role}")
    for other in {"DR", "BDR", "DROTHER", "none"} - {role}:
        assert not lab.judge(FACING.replace("}", f", role: {other}}}"), R1=ours, R2=theirs).passed


def test_why_a_neighbor_has_another_role(lab: Bench) -> None:
    check = FACING.replace("}", ", role: DROTHER}")
    verdict = lab.judge(check, R1=prioritized(R1, 7))
    assert not verdict.passed
    assert verdict.because == ("R2 has the priority 1, and R1 7",)
    assert verdict.shown_by == (
        "R1: show ip ospf neighbor",
        "R1: show ip ospf interface GigabitEthernet0/0",
        "R2: show ip ospf interface",
    )


def test_ospf_with_and_without_a_key(lab: Bench) -> None:
    digest = "ip ospf authentication message-digest", "ip ospf message-digest-key 1 md5 HUSH"
    simple = "ip ospf authentication", "ip ospf authentication-key HUSH"
    wanted, unwanted = (FACING.replace("}", f", authenticated: {word}}}") for word in ("yes", "no"))
    for lines in (digest, simple):
        signed = {node: with_interface(lab.configs[node], *lines) for node in ("R1", "R2")}
        assert lab.judge(wanted, **signed).passed
        assert not lab.judge(unwanted, **signed).passed
    assert lab.judge(unwanted).passed
    verdict = lab.judge(wanted)
    assert not verdict.passed
    assert verdict.seen.endswith("in state FULL, not authenticated")
    assert verdict.because == ("R1 asks for no key on GigabitEthernet0/0",)
    assert "R1: show ip ospf interface GigabitEthernet0/0" in verdict.shown_by
    assert not lab.judge(wanted, R2=with_interface(R2, *digest)).passed


def test_two_that_nobody_can_lead(lab: Bench) -> None:
    quiet = "ip ospf priority 0"
    verdict = lab.judge(FACING, R1=with_interface(R1, quiet), R2=with_interface(R2, quiet))
    assert not verdict.passed
    assert "in state 2WAY" in verdict.seen
    assert "nobody is designated router" in verdict.because[0]


def test_through_a_tunnel_that_is_down(lab: Bench) -> None:
    tunnel = """\
interface Tunnel0
 ip address 10.9.0.{} 255.255.255.0
 ip ospf 1 area 0
 tunnel source GigabitEthernet0/0
 tunnel destination 10.0.0.{}
"""
    check = "adjacency: {node: R1, protocol: ospf, with: R2, interface: Tunnel0}"
    ours = R1 + tunnel.format(1, 2)
    assert lab.judge(check, R1=ours, R2=R2 + tunnel.format(2, 1)).passed
    verdict = lab.judge(check, R1=ours, R2=R2 + tunnel.format(2, 1) + " shutdown\n")
    assert not verdict.passed
    assert "Tunnel0 of R2 is shut down" in verdict.because
    verdict = lab.judge(check, R1=ours.replace("destination 10.0.0.2", "destination 10.0.0.9"))
    assert not verdict.passed
    assert verdict.because
    verdict = lab.judge(check, R1=R1)
    assert verdict.because == ("R1 has no Tunnel0",)


def test_a_neighbor_with_another_router_id(lab: Bench) -> None:
    check = "adjacency: {node: R1, protocol: ospf, with: 2.2.2.2}"
    verdict = lab.judge(check, R2=R2 + " router-id 7.7.7.7\n")
    assert verdict.because == (
        "R2 is a neighbor by the address 10.0.0.2 and the router ID 7.7.7.7",
    )


def test_a_tunnel_through_other_routers_crypto_maps(shipped: Callable[..., Bench]) -> None:
    lab = shipped("dual-tier-headend")
    check = "adjacency: {node: BR, protocol: ospf, with: GRE, interface: Tunnel0}"
    assert lab.judge(check).passed
    verdict = lab.judge(check, BR=lab.configs["BR"].replace(" crypto map VPN\n", ""))
    assert "BR encrypts nothing" in verdict.because


def test_over_a_switch(bench: Callable[..., Bench]) -> None:
    lab = bench("R1:Gi0/0 S1:1,S1:2 R2:Gi0/0,S1:3 R3:Gi0/0", R1=R1, R2=R2)
    assert lab.judge(FACING).passed
    verdict = lab.judge(FACING, R2=R2.replace("area 0", "area 7"))
    assert verdict.because == (
        "GigabitEthernet0/0 of R1 is in area 0, GigabitEthernet0/0 of R2 in area 7",
    )


def test_over_a_trunk(lab: Bench) -> None:
    def trunk(config: str, vlan: int) -> str:
        name = "interface GigabitEthernet0/0"
        sub = f"{name}\n no shutdown\n{name}.10\n encapsulation dot1Q {vlan}"
        return config.replace(name, sub)

    assert lab.judge(FACING, R1=trunk(R1, 10), R2=trunk(R2, 10)).passed
    passive = trunk(R2, 10) + " passive-interface Gi0/0.10\n"
    verdict = lab.judge(FACING, R1=trunk(R1, 10), R2=passive)
    assert verdict.because[0].startswith("GigabitEthernet0/0.10 of R2 is passive")
    verdict = lab.judge(FACING, R1=trunk(R1, 10), R2=trunk(R2, 20))
    assert verdict.because == (
        "no interfaces on GigabitEthernet0/0 of R1 and GigabitEthernet0/0 of R2, which are joined, "
        "are in the same VLAN",
    )


# --- EIGRP ---------------------------------------------------------------------------------------

EIGRP = """\
hostname {name}
key chain K
 key 1
  key-string HUSH
interface GigabitEthernet0/0
 ip address 10.0.0.{number} 255.255.255.0
router eigrp 100
 network 10.0.0.0
"""
E1, E2 = EIGRP.format(name="R1", number=1), EIGRP.format(name="R2", number=2)
SIGNED = " ip authentication mode eigrp 100 md5\n ip authentication key-chain eigrp 100 K\nrouter"


def test_eigrp_neighbors(lab: Bench) -> None:
    verdict = lab.judge("adjacency: {node: R1, protocol: eigrp, with: R2}", R1=E1, R2=E2)
    assert verdict.passed
    assert verdict.seen == "R1 has EIGRP neighbor 10.0.0.2 (R2) on GigabitEthernet0/0"


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        (E2.replace("eigrp 100", "eigrp 200"), "in AS 100, GigabitEthernet0/0 of R2 in AS 200"),
        (E2 + " metric weights 0 1 1 1 0 0\n", "the K values differ: K1=1 K2=0 K3=1 K4=0 K5=0 on"),
        (E2 + " passive-interface Gi0/0\n", "GigabitEthernet0/0 of R2 is passive"),
        (E2.replace("10.0.0.2", "10.7.0.2"), "are not in one network"),
        (E2.replace("router", SIGNED), "wants EIGRP authenticated, and GigabitEthernet0/0 of R1"),
        (E2.replace("network 10.0.0.0", "network 11.0.0.0"), "no network statement covers"),
        (E2.partition("router")[0], "R2 runs no EIGRP"),
        (E2 + " neighbor 10.0.0.9 Gi0/0\n", "10.0.0.1 is not among them"),
        ("hostname R2\n", "is shut down"),
    ],
)
def test_why_there_is_no_eigrp_neighbor(lab: Bench, changed: str, because: str) -> None:
    check = "adjacency: {node: R1, protocol: eigrp, with: R2, within: 20s}"
    verdict = lab.judge(check, R1=E1, R2=changed)
    assert not verdict.passed
    assert any(because in cause for cause in verdict.because), verdict


def test_eigrp_keys_are_compared_and_not_shown(lab: Bench) -> None:
    check = "adjacency: {node: R1, protocol: eigrp, with: R2, within: 20s}"
    ours, theirs = E1.replace("router", SIGNED), E2.replace("router", SIGNED)
    assert lab.judge(check, R1=ours, R2=theirs).passed
    verdict = lab.judge(check, R1=ours, R2=theirs.replace("HUSH", "SHHH"))
    assert "key 1 is not the same on" in verdict.because[0]
    assert "HUSH" not in str(verdict)


def test_eigrp_with_and_without_a_key(lab: Bench) -> None:
    wanted = "adjacency: {node: R1, protocol: eigrp, with: R2, authenticated: yes, within: 20s}"
    both = {"R1": E1.replace("router", SIGNED), "R2": E2.replace("router", SIGNED)}
    assert lab.judge(wanted, **both).passed
    verdict = lab.judge(wanted, R1=E1, R2=E2)
    assert verdict.because == ("R1 asks for no key on GigabitEthernet0/0",)
    assert "R1: show ip eigrp interfaces detail GigabitEthernet0/0" in verdict.shown_by
    assert not lab.judge(wanted.replace("yes", "no"), **both).passed
    # A chain without keys signs nothing, and is no protection.
    empty = {
        node: text.replace("key-chain eigrp 100 K", "key-chain eigrp 100 X")
        for node, text in both.items()
    }
    assert not lab.judge(wanted, **empty).passed


def test_a_neighbor_that_is_a_stub(lab: Bench) -> None:
    check = "adjacency: {node: R1, protocol: eigrp, with: R2, stub: yes}"
    assert lab.check(check).title == "R1 has R2 as EIGRP neighbor, a stub"
    stub = E2 + " eigrp stub connected\n"
    verdict = lab.judge(check, R1=E1, R2=stub)
    assert verdict.passed
    assert verdict.seen.endswith("on GigabitEthernet0/0, a stub")
    verdict = lab.judge(check, R1=E1, R2=E2)
    assert not verdict.passed
    assert verdict.because == ("R2 does not say that it is a stub",)
    assert verdict.shown_by[1:] == ("R1: show ip eigrp neighbors detail", "R2: show ip protocols")
    assert lab.judge(check.replace("yes", "no"), R1=E1, R2=E2).passed
    assert not lab.judge(check.replace("yes", "no"), R1=E1, R2=stub).passed
    # Whoever says it is one, it is not the other.
    assert not lab.judge(check, R1=E1 + " eigrp stub\n", R2=E2).passed


# --- BGP -----------------------------------------------------------------------------------------

BGP = """\
hostname {name}
interface Loopback0
 ip address {number}.{number}.{number}.{number} 255.255.255.255
interface GigabitEthernet0/0
 ip address 10.0.0.{number} 255.255.255.0
router bgp 6500{number}
 neighbor 10.0.0.{other} remote-as 6500{other}
"""
B1, B2 = BGP.format(name="R1", number=1, other=2), BGP.format(name="R2", number=2, other=1)
ROUTED = "ip route {0}.{0}.{0}.{0} 255.255.255.255 10.0.0.{0}\n"


def test_bgp_neighbors(lab: Bench) -> None:
    verdict = lab.judge("adjacency: {node: R1, protocol: bgp, with: R2}", R1=B1, R2=B2)
    assert verdict.passed
    assert verdict.seen == "R1 has BGP neighbor 10.0.0.2 (R2) in state Established"
    verdict = lab.judge("adjacency: {node: R1, protocol: bgp, with: 10.0.0.2}", R1=B1, R2=B2)
    assert verdict.passed


def test_bgp_with_and_without_a_password(lab: Bench) -> None:
    check = "adjacency: {node: R1, protocol: bgp, with: R2, authenticated: yes}"
    password = " neighbor 10.0.0.{} password HUSH\n"
    signed = {"R1": B1 + password.format(2), "R2": B2 + password.format(1)}
    assert lab.judge(check, **signed).passed
    assert not lab.judge(check.replace("yes", "no"), **signed).passed
    verdict = lab.judge(check, R1=B1, R2=B2)
    assert verdict.because == ("R1 asks for no key for 10.0.0.2",)
    assert "R1: show ip bgp neighbors 10.0.0.2" in verdict.shown_by


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        (B2.replace("bgp 65002", "bgp 65009"), "R1 has remote-as 65002 for 10.0.0.2, but R2 is in"),
        (
            B2.replace("as 65001", "as 65009"),
            "R2 has remote-as 65009 for 10.0.0.1, but R1 is in AS",
        ),
        (B2 + " neighbor 10.0.0.1 shutdown\n", "the neighbor 10.0.0.1 (R1) of R2 is shut down"),
        (B2 + " neighbor 10.0.0.1 password HUSH\n", "only one of R1 and R2 has a password"),
        (B2 + " bgp router-id 1.1.1.1\n", "the same BGP router ID 1.1.1.1"),
        (B2.replace("neighbor 10.0.0.1", "neighbor 1.1.1.1"), "R1 speaks from 10.0.0.1, for which"),
        (B2.replace("10.0.0.2", "10.0.0.7"), "no node of the lab has 10.0.0.2"),
        (B2.partition("router")[0], "R2 runs no BGP"),
    ],
)
def test_why_there_is_no_bgp_neighbor(lab: Bench, changed: str, because: str) -> None:
    check = "adjacency: {node: R1, protocol: bgp, with: 10.0.0.2}"
    verdict = lab.judge(check, R1=B1, R2=changed)
    assert not verdict.passed
    assert any(because in cause for cause in verdict.because), verdict
    assert "HUSH" not in str(verdict)


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        (B1.partition("router")[0], "R1 runs no BGP"),
        (B1.partition(" neighbor")[0], "R1 has no neighbor statement for R2"),
        (B1.replace("neighbor 10.0.0.2", "neighbor 10.0.0.9"), "only for 10.0.0.9"),
        (
            B1.replace("10.0.0.2", "2.2.2.2") + ROUTED.format(2),
            "R1 is not connected to the network of its external neighbor 2.2.2.2 (R2)",
        ),
        (
            B1.replace("10.0.0.2", "2.2.2.2") + "ip route 0.0.0.0 0.0.0.0 10.0.0.2\n",
            "R1 has only a default route to its neighbor 2.2.2.2 (R2)",
        ),
        (B1.replace("10.0.0.2", "2.2.2.2"), "R1 has no route to its neighbor 2.2.2.2 (R2)"),
    ],
)
def test_what_is_wrong_with_the_own_end_of_a_session(
    lab: Bench, changed: str, because: str
) -> None:
    check = "adjacency: {node: R1, protocol: bgp, with: R2}"
    verdict = lab.judge(check, R1=changed, R2=B2)
    assert not verdict.passed
    assert any(because in cause for cause in verdict.because), verdict


def test_an_update_source_that_is_down(lab: Bench) -> None:
    ours = B1.replace("router", "interface Loopback7\nrouter")
    ours += " neighbor 10.0.0.2 update-source Lo7\n"
    verdict = lab.judge(
        "adjacency: {node: R1, protocol: bgp, with: R2}",
        R1=ours,
        R2=B2.replace("neighbor 10.0.0.1", "neighbor 10.0.0.9"),
    )
    assert not verdict.passed
    assert verdict.because[0] == (
        "R1 is to speak with 10.0.0.2 (R2) from Loopback7, which is down or has no address"
    )


# --- lab.yaml ------------------------------------------------------------------------------------


def test_titles(lab: Bench) -> None:
    assert lab.check(FACING).title == "R1 has R2 as OSPF neighbor"
    rest = "node: R1, protocol: ospf, with: 10.0.0.2"
    check = lab.check(f"adjacency: {{{rest}, interface: tu0, state: 2way}}")
    assert check.title == "R1 has 10.0.0.2 as OSPF neighbor on Tunnel0 in state 2WAY"
    check = lab.check("adjacency: {node: R1, protocol: bgp, with: R2, expect: no}")
    assert check.title == "R1 has no BGP neighbor R2"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("adjacency: {node: R1, protocol: ospf}", 'adjacency has no "with"'),
        ("adjacency: {node: R1, protocol: isis, with: R2}", 'unknown "isis"'),
        ("adjacency: {node: R1, protocol: ospf, with: R9}", '"R9" is no node and no address'),
        ("adjacency: {node: R1, protocol: ospf, with: R2, state: up}", 'unknown "up"'),
        ("adjacency: {node: R1, protocol: bgp, with: R2, interface: Tu0}", "is at no interface"),
        ("adjacency: {node: R1, protocol: eigrp, with: R2, role: DR}", "only OSPF elects"),
        ("adjacency: {node: R1, protocol: ospf, with: R2, role: BOSS}", 'unknown "BOSS"'),
        ("adjacency: {node: R1, protocol: ospf, with: R2, stub: yes}", "only a neighbor of EIGRP"),
        ("adjacency: {node: R1, protocol: ospf, with: R2, authenticated: md5}", 'unknown "md5"'),
        ("adjacency: {node: R1, protocol: ospf, with: R2, within: 5}", "is not a time"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(lab: Bench, text: str, reason: str) -> None:
    with pytest.raises(InputError) as raised:
        lab.check(text)
    assert raised.value.line == 1
    assert reason in str(raised.value)
