"""The check `route`."""

from collections.abc import Callable

import pytest

from ioscli.labs.errors import InputError

from .trials import Bench

R1 = """\
hostname R1
interface GigabitEthernet0/0
 ip address 10.0.12.1 255.255.255.0
interface GigabitEthernet0/1
 ip address 10.0.13.1 255.255.255.0
interface Tunnel0
 ip address 10.9.0.1 255.255.255.0
 tunnel source GigabitEthernet0/0
 tunnel destination 10.0.12.2
router ospf 1
 network 10.0.12.0 0.0.0.255 area 0
ip route 172.16.0.0 255.255.0.0 10.0.13.3
ip route 172.17.0.0 255.255.0.0 Tunnel0
ip route 172.18.0.0 255.255.0.0 10.0.12.2
ip route 172.18.0.0 255.255.0.0 10.0.13.3
"""
R2 = """\
hostname R2
interface Loopback0
 ip address 2.2.2.2 255.255.255.255
interface Loopback1
 ip address 10.22.0.1 255.255.0.0
 ip ospf network point-to-point
interface GigabitEthernet0/0
 ip address 10.0.12.2 255.255.255.0
interface Tunnel0
 ip address 10.9.0.2 255.255.255.0
 tunnel source GigabitEthernet0/0
 tunnel destination 10.0.12.1
router ospf 1
 network 10.0.12.0 0.0.0.255 area 0
 network 2.2.2.2 0.0.0.0 area 7
 network 10.22.0.0 0.0.255.255 area 0
"""
ON_ETHERNET = " ip address 10.0.12.2 255.255.255.0\n"
R3 = "hostname R3\ninterface GigabitEthernet0/0\n ip address 10.0.13.3 255.255.255.0\n"


@pytest.fixture
def lab(bench: Callable[..., Bench]) -> Bench:
    return bench("R1:Gi0/0 R2:Gi0/0,R1:Gi0/1 R3:Gi0/0", R1=R1, R2=R2, R3=R3)


@pytest.mark.parametrize(
    ("rest", "passes"),
    [
        ("10.22.0.0/16", True),
        ("10.22.0.0/16, protocol: ospf, type: O, metric: 2, distance: 110", True),
        ("10.22.0.0/16, protocol: eigrp", False),
        ("10.22.0.0/16, type: O IA", False),
        ("10.22.0.0/16, metric: 3", False),
        ("10.22.0.0/16, distance: 90", False),
        ("2.2.2.2/32, type: O IA, next-hop: R2", True),
        ("2.2.2.2, next-hop: 10.0.12.2, interface: Gi0/0", True),
        ("2.2.2.2/32, next-hop: R3", False),
        ("2.2.2.2/32, next-hop: [R2, R3]", False),
        ("2.2.2.2/32, interface: Gi0/1", False),
        ("10.0.12.0/24, protocol: connected, interface: Gi0/0", True),
        ("172.16.0.0/16, protocol: static, next-hop: R3, interface: Gi0/1", True),
        ("172.17.0.0/16, interface: Tu0, next-hop: R2", True),
        ("172.17.0.0/16, next-hop: R3", False),
        ("172.18.0.0/16, next-hop: [R2, R3], interface: [Gi0/0, Gi0/1]", True),
        ("172.18.0.0/16, next-hop: R2", False),
        ("172.18.0.0/17", False),
        ("172.19.0.0/16, expect: no", True),
        ("172.18.0.0/16, protocol: ospf, expect: no", True),
        ("172.18.0.0/16, expect: no", False),
        ("172.18.0.0/16, vrf: X", False),
    ],
)
def test_which_route(lab: Bench, rest: str, passes: bool) -> None:
    verdict = lab.judge(f"route: {{node: R1, prefix: {rest}}}")
    assert verdict.passed is passes, verdict


def test_what_there_is(lab: Bench) -> None:
    verdict = lab.judge("route: {node: R1, prefix: 10.22.0.0/16}")
    assert verdict.seen == (
        "R1 has 10.22.0.0/16 by OSPF (O) via 10.0.12.2 (R2) on GigabitEthernet0/0, distance 110, "
        "metric 2"
    )
    assert verdict.shown_by == ("R1: show ip route 10.22.0.0 255.255.0.0",)
    default = R1 + "ip route 0.0.0.0 0.0.0.0 10.0.13.3\n"
    verdict = lab.judge("route: {node: R1, prefix: 10.77.0.0/16, within: 1s}", R1=default)
    assert verdict.seen == (
        "R1 has no route to 10.77.0.0/16; 10.77.0.0 goes by 0.0.0.0/0 by static route (S) via "
        "10.0.13.3 (R3) on GigabitEthernet0/1, distance 1, metric 0"
    )


def test_a_better_source_has_won(lab: Bench) -> None:
    static = R1 + "ip route 10.22.0.0 255.255.0.0 10.0.13.3\n"
    verdict = lab.judge("route: {node: R1, prefix: 10.22.0.0/16, protocol: ospf}", R1=static)
    assert not verdict.passed
    assert verdict.because[0] == (
        "the static route with distance 1 comes before the OSPF route with distance 110"
    )


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"R2": R2.replace(" network 10.22.0.0 0.0.255.255 area 0\n", "")}, "R2 has 10.22.0.0/16"),
        ({"R2": R2.replace("area 0", "area 5")}, "R1 has no OSPF neighbor R2 to tell it"),
        ({"R2": R2.replace("area 0", "area 5")}, "is in area 0, GigabitEthernet0/0 of R2 in area"),
        ({"R1": R1.partition("router ospf")[0]}, "R1 runs no OSPF"),
        (
            {"R2": R2.replace("interface Loopback1", "interface Loopback1\n shutdown")},
            "Loopback1 of R2 is shut down",
        ),
        ({"R1": ""}, "R1 runs no OSPF"),
        ({"R2": "hostname R2\n"}, "no router that is next to R1 runs OSPF"),
        (
            {"R1": R1 + "router ospf 1\n distribute-list 1 in\naccess-list 1 deny any\n"},
            "R2 is connected to it and has it in OSPF",
        ),
        (
            {"R2": R2.replace(ON_ETHERNET, ON_ETHERNET + " ip ospf network point-to-point\n")},
            "the network type is BROADCAST on GigabitEthernet0/0 of R1, POINT_TO_POINT on",
        ),
    ],
)
def test_why_ospf_did_not_bring_it(lab: Bench, changed: dict[str, str], because: str) -> None:
    verdict = lab.judge("route: {node: R1, prefix: 10.22.0.0/16, protocol: ospf}", **changed)
    assert not verdict.passed
    assert any(because in cause for cause in verdict.because), verdict


@pytest.mark.parametrize(
    ("prefix", "changed", "because"),
    [
        ("172.16.0.0/16", R1.replace("10.0.13.3", "10.0.14.3"), "10.0.14.3, which R1 has no route"),
        ("172.16.0.0/16", R1.replace("10.0.13.1", "10.0.15.1"), "10.0.13.3 (R3), which R1 has no"),
        ("172.17.0.0/16", R1.replace("destination 10.0.12.2", "destination 10.7.1.2"), "Tunnel0"),
        ("172.17.0.0/16", R1.replace("172.17", "172.27"), "no static route configured to"),
        (
            "172.16.0.0/16",
            R1.replace("10.0.13.3", "172.16.0.7"),
            "leads to 172.16.0.7, which R1 has no route to",
        ),
    ],
)
def test_why_a_static_route_is_not_used(
    lab: Bench, prefix: str, changed: str, because: str
) -> None:
    check = f"route: {{node: R1, prefix: {prefix}, protocol: static, within: 5s}}"
    verdict = lab.judge(check, R1=changed)
    assert not verdict.passed
    assert any(because in cause for cause in verdict.because), verdict


def test_why_a_network_is_not_connected(lab: Bench) -> None:
    shut = R1.replace("interface GigabitEthernet0/1", "interface GigabitEthernet0/1\n shutdown")
    check = "route: {node: R1, prefix: 10.0.13.0/24, protocol: connected, within: 5s}"
    assert lab.judge(check, R1=shut).because == ("GigabitEthernet0/1 of R1 is shut down",)


def test_bgp(lab: Bench) -> None:
    ours = R1 + "router bgp 65001\n neighbor 10.0.12.2 remote-as 65002\n"
    theirs = R2 + "router bgp 65002\n neighbor 10.0.12.1 remote-as 65001\n{}"
    network = " network 10.23.0.0 mask 255.255.0.0\n"
    lan = "interface Loopback3\n ip address 10.23.0.1 255.255.0.0\n"
    check = "route: {node: R1, prefix: 10.23.0.0/16, protocol: bgp, next-hop: R2}"
    assert lab.judge(check, R1=ours, R2=lan + theirs.format(network)).passed
    verdict = lab.judge(check, R1=ours, R2=lan + theirs.format(""))
    assert verdict.because == ("R2 has 10.23.0.0/16 and does not announce it by BGP",)
    wrong = lan + theirs.replace("remote-as 65001", "remote-as 65007").format(network)
    verdict = lab.judge(check, R1=ours, R2=wrong)
    assert "R1 has no BGP neighbor R2 to tell it" in verdict.because
    assert "R2 has remote-as 65007 for 10.0.12.1, but R1 is in AS 65001" in verdict.because


def test_eigrp(lab: Bench) -> None:
    eigrp = "router eigrp 100\n network 10.0.0.0\n"
    lan = "interface Loopback3\n ip address 11.23.0.1 255.255.0.0\n"
    check = "route: {node: R1, prefix: 11.23.0.0/16, protocol: eigrp, type: D, next-hop: R2}"
    both = R2 + lan + eigrp + " network 11.0.0.0\n"
    assert not lab.judge(check, R1=R1 + eigrp, R2=R2 + lan + eigrp).passed
    verdict = lab.judge(check, R1=R1 + eigrp, R2=R2 + lan + eigrp)
    assert verdict.because == ("R2 has 11.23.0.0/16 and does not announce it by EIGRP",)
    # Over Ethernet and over the tunnel, so that both interfaces lead there by R2.
    assert lab.judge(check, R1=R1 + eigrp, R2=both).passed


def announcing(number: int, lines: str) -> str:
    """A router with the network 11.23.0.0/16 of its own."""
    return (
        f"hostname R{number}\n"
        "interface Loopback3\n ip address 11.23.0.1 255.255.0.0\n"
        f"interface GigabitEthernet0/0\n ip address 10.0.1{number}.{number} 255.255.255.0\n{lines}"
    )


def test_why_bgp_prefers_another_way(lab: Bench) -> None:
    ours = R1 + (
        "router bgp 65001\n neighbor 10.0.12.2 remote-as 65002\n"
        " neighbor 10.0.13.3 remote-as 65003\n neighbor 10.0.12.2 weight 500\n"
    )
    bgp = "router bgp 6500{0}\n neighbor 10.0.1{0}.1 remote-as 65001\n"
    network = " network 11.23.0.0 mask 255.255.0.0\n"
    theirs = announcing(2, bgp.format(2) + network)
    check = "route: {node: R1, prefix: 11.23.0.0/16, protocol: bgp, next-hop: R3}"
    both = announcing(3, bgp.format(3) + network)
    assert lab.judge(check, R1=ours, R2=theirs, R3=both).because[0] == (
        "BGP of R1 knows it from R3 as well, and prefers another path for its weight, 500 instead "
        "of 0"
    )
    alone = announcing(3, bgp.format(3))
    verdict = lab.judge(check, R1=ours, R2=theirs, R3=alone)
    assert verdict.because[0] == "R3 does not tell R1 of 11.23.0.0/16"


def test_why_eigrp_prefers_another_way(lab: Bench) -> None:
    eigrp = "router eigrp 100\n network 10.0.0.0\n network 11.0.0.0\n"
    near, far = announcing(2, eigrp), announcing(3, "interface Loopback3\n delay 9000\n" + eigrp)
    check = "route: {node: R1, prefix: 11.23.0.0/16, protocol: eigrp, next-hop: R3}"
    because = lab.judge(check, R1=R1 + eigrp, R2=near, R3=far).because[0]
    assert because.startswith("the way by R3 has the distance ")
    because = lab.judge(check, R1=R1 + eigrp, R2=near, R3=announcing(3, eigrp)).because[0]
    assert because == "the ways by 10.0.12.2 (R2) and 10.0.13.3 (R3) are equally good to R1"


def test_a_network_that_is_nowhere(lab: Bench) -> None:
    check = "route: {node: R1, prefix: 10.78.0.0/16, protocol: ospf}"
    assert lab.judge(check).because == (
        "no router has 10.78.0.0/16, as a network or as a route, to announce it",
    )


def test_a_next_hop_that_nobody_has(lab: Bench) -> None:
    check = "route: {node: R1, prefix: 10.22.0.0/16, protocol: ospf, next-hop: 10.0.12.9}"
    verdict = lab.judge(check, R1="hostname R1\nrouter ospf 1\n")
    assert "no node of the lab has 10.0.12.9, which it should lead to" in verdict.because
    verdict = lab.judge(check, R2=R2.partition("router")[0])
    assert "no router that is next to R1 runs OSPF" in verdict.because


def test_who_told_of_an_unwanted_route(lab: Bench) -> None:
    verdict = lab.judge("route: {node: R1, prefix: 10.22.0.0/16, expect: no}")
    assert not verdict.passed
    assert verdict.because == (
        "10.22.0.1 (R2) tells of it",
        "OSPF of R1 takes it from 10.0.12.2 (R2) on GigabitEthernet0/0",
        "R2 brings 10.22.0.0/16 into OSPF",
    )
    assert "R2: show ip protocols" in verdict.shown_by


def test_vrf(lab: Bench) -> None:
    vrf = "ip vrf BLUE\ninterface Loopback5\n ip vrf forwarding BLUE\n"
    vrf += " ip address 10.55.0.1 255.255.0.0\n"
    check = "route: {node: R1, prefix: 10.55.0.0/16, vrf: BLUE, within: 5s}"
    verdict = lab.judge(check, R1=vrf + R1)
    assert verdict.passed
    assert verdict.shown_by == ("R1: show ip route vrf BLUE 10.55.0.0 255.255.0.0",)
    assert not lab.judge(check.replace("vrf: BLUE, ", ""), R1=vrf + R1).passed
    assert lab.judge(check).seen == 'R1 has no VRF "BLUE"'


def test_titles(lab: Bench) -> None:
    rest = "protocol: ospf, type: O IA, next-hop: [R2, 10.0.0.9], interface: gi0/0, metric: 2"
    check = lab.check(f"route: {{node: R1, prefix: 10.22.0.0/16, {rest}, distance: 110}}")
    assert check.title == (
        "R1 has a route to 10.22.0.0/16 by OSPF of type O IA via R2 and 10.0.0.9 out of "
        "GigabitEthernet0/0 with metric 2 with distance 110"
    )
    check = lab.check("route: {node: R1, prefix: 0.0.0.0/0, protocol: static, expect: no}")
    assert check.title == "R1 has no route to 0.0.0.0/0 by static route"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("route: {node: R1}", 'route has no "prefix"'),
        ("route: {node: R1, prefix: 10.0.0.1/8}", "is not a prefix such as"),
        ("route: {node: R1, prefix: 10.0.0.0/8, protocol: isis}", 'unknown "isis"'),
        ("route: {node: R1, prefix: 10.0.0.0/8, type: OIA}", 'unknown "OIA"'),
        ("route: {node: R1, prefix: 10.0.0.0/8, next-hop: [R2, R8]}", '"R8" is no node and no'),
        ("route: {node: R1, prefix: 10.0.0.0/8, distance: 256}", "is not within 0 and 255"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(lab: Bench, text: str, reason: str) -> None:
    with pytest.raises(InputError) as raised:
        lab.check(text)
    assert raised.value.line == 1
    assert reason in str(raised.value)
