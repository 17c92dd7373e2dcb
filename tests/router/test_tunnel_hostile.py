"""Hostile bytes for tunnels: whatever comes as GRE, IP in IP, AH or ICMP, the tunnel goes on."""

from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ioscli.codec.icmp import DestinationUnreachable, UnreachableCode
from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.model.config import PathMtuDiscovery, TunnelKeepalive, TunnelMode
from tests.router.networks import Network
from tests.router.test_crypto import settled
from tests.router.tunnel_wire import tunnel_of, tunnelled

FAR_SITE = "172.16.2.5"
R1, R3 = bytes((100, 1, 1, 1)), bytes((100, 3, 3, 3))
MODEST = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
#: GRE that is nearly right: flags, protocol, and some of what they announce.
NEARLY_GRE = st.builds(
    lambda flags, protocol, rest: flags + protocol + rest,
    st.sampled_from([b"\0\0", b"\x80\0", b"\x20\0", b"\x10\0", b"\xb0\0", b"\x40\0", b"\0\1"]),
    st.sampled_from([b"\x08\0", b"\0\0", b"\x86\xdd"]),
    st.binary(max_size=60),
)


@cache
def running(kind: str) -> Network:
    if kind == "protected":
        return settled()
    mode = TunnelMode.IPIP if kind == "ipip" else TunnelMode.GRE_IP
    return tunnelled(
        mode=mode,
        sequence_datagrams=kind == "gre",
        keepalive=TunnelKeepalive(5, 3),
        path_mtu_discovery=PathMtuDiscovery(),
    )


def arrive(network: Network, protocol: int, payload: bytes, source: bytes = R1) -> None:
    packet = Ipv4Template(source, R3, protocol).build(len(payload), 1) + payload
    network["R3"].forwarding.receive(packet, network["R3"].interfaces[_port(network)])
    network.wait(0.01)


def _port(network: Network):
    return next(name for name in network["R3"].interfaces if str(name) == "GigabitEthernet0/0")


def still_works(network: Network) -> None:
    third = tunnel_of(network, "R3")
    third._sequence_in = None  # a forged number may be ahead of the true ones (RFC 2890, 2.2)
    third.keepalives.restart()
    assert network.ping("R4", FAR_SITE, count=1, size=60) == "!"


@MODEST
@given(st.one_of(st.binary(max_size=80), NEARLY_GRE))
def test_gre(payload: bytes) -> None:
    network = running("gre")
    arrive(network, 47, payload)
    still_works(network)


@MODEST
@given(st.binary(max_size=80))
def test_ip_in_ip(payload: bytes) -> None:
    network = running("ipip")
    arrive(network, 4, payload)
    still_works(network)


@MODEST
@given(st.binary(max_size=80), st.sampled_from([47, 50, 51, 4]))
def test_protected(payload: bytes, protocol: int) -> None:
    network = running("protected")
    arrive(network, protocol, payload)
    still_works(network)


@MODEST
@given(
    st.integers(0, 0xFFFF),
    st.one_of(
        st.binary(max_size=40),
        st.binary(max_size=12).map(
            lambda tail: Ipv4Template(R3, R1, 47).build(1_000, 1, 0, 0x4000) + tail
        ),
    ),
)
def test_icmp_about_the_tunnels_packets(mtu: int, quoted: bytes) -> None:
    """However small the MTU that it names, what is left passes packets."""
    network = running("gre")
    code = UnreachableCode.FRAGMENTATION_NEEDED
    arrive(network, 1, DestinationUnreachable(code, mtu, quoted).build(), bytes((100, 23, 0, 2)))
    tunnel = tunnel_of(network, "R3")
    assert 92 <= tunnel.ip_mtu <= 1472
    still_works(network)
