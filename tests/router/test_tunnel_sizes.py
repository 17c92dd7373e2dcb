"""Overhead on the wire: every transform, mode and tunnel, on whole routers.

`plaintext mtu`, the largest ping with DF that passes and the captured packet must tell the same,
and that is what FACTS 1.1 holds from real devices.
"""

from ipaddress import IPv4Address

import pytest

from ioscli.model.config import TunnelMode
from ioscli.model.crypto import EspCipher, EspIntegrity, EspTransform, Mode
from ioscli.protocols.ipsec.transforms import CIPHERS, icv_length
from tests.protocols.ipsec.esp_transforms import ALL_TRANSFORMS, transform_name
from tests.protocols.ipsec.test_plaintext_mtu import ROWS
from tests.router.nat_networks import SIDES, configure
from tests.router.networks import Network, site_to_site, wire_site_to_site
from tests.router.test_crypto import TUNNEL, flow, protect, settled
from tests.router.tunnel_wire import Wire, change, tunnel_of

FAR_SITE = "172.16.2.5"
ESP = 50

#: FACTS 1.1: transform and mode -> plaintext mtu over a path of 1500, without NAT traversal.
KNOWN = {(transform, mode): expected for transform, mode, udp, expected in ROWS if not udp}


def sealed_length(transform: EspTransform, mode: Mode, packet: int) -> int:
    """Bytes of the ESP packet that carries an IPv4 packet (RFC 4303, 2.4)."""
    sizes = CIPHERS[transform.cipher]
    plain = packet if mode is Mode.TUNNEL else packet - 20
    encrypted = -(-(plain + 2) // sizes.block) * sizes.block
    return 20 + 8 + sizes.iv + encrypted + icv_length(transform)


def protected_by(transform: EspTransform, mode: Mode, kind: TunnelMode, **more: object) -> Network:
    network = settled(transform=transform, mode=mode, vti=kind is TunnelMode.IPSEC_IPV4)
    if kind is TunnelMode.IPIP or more:
        for node in ("R1", "R3"):
            change(network, node, mode=kind, **more)
        network.wait(60)
        assert network.ping("R4", FAR_SITE)[-1] == "!"
    return network


def check(network: Network, transform: EspTransform, mode: Mode, overhead: int) -> None:
    """Hold show, ping and capture against one another."""
    plaintext = flow(network).plaintext_mtu
    if (transform, mode) in KNOWN:
        assert plaintext == KNOWN[transform, mode]
    limit = plaintext - overhead
    tunnel = tunnel_of(network, "R1")
    assert tunnel.ip_mtu == tunnel.transport_mtu == limit
    wire = Wire(network)
    assert network.ping("R4", FAR_SITE, count=1, size=limit, df=True) == "!"
    assert network.ping("R4", FAR_SITE, count=1, size=limit + 1, df=True) == "M"
    sealed = wire.of(ESP, "100.1.1.1")
    assert [len(it) for it in sealed] == [sealed_length(transform, mode, plaintext)]
    assert len(sealed[0]) <= 1500 < sealed_length(transform, mode, plaintext + 1)
    assert [len(it) for it in wire.of(ESP, "100.3.3.3")] == [len(sealed[0])]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("transform", ALL_TRANSFORMS, ids=transform_name)
def test_gre(transform: EspTransform, mode: Mode) -> None:
    check(protected_by(transform, mode, TunnelMode.GRE_IP), transform, mode, 24)


@pytest.mark.parametrize("transform", ALL_TRANSFORMS, ids=transform_name)
def test_vti(transform: EspTransform) -> None:
    check(protected_by(transform, Mode.TUNNEL, TunnelMode.IPSEC_IPV4), transform, Mode.TUNNEL, 0)


SOME = [
    EspTransform(EspCipher.AES_256, EspIntegrity.SHA),
    EspTransform(EspCipher.TRIPLE_DES, EspIntegrity.SHA512),
    EspTransform(EspCipher.GCM_128, None),
    EspTransform(EspCipher.NULL, EspIntegrity.MD5),
]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("transform", SOME, ids=transform_name)
@pytest.mark.parametrize(
    ("more", "overhead"),
    [
        ({"key": 5}, 28),
        ({"checksum": True}, 28),
        ({"sequence_datagrams": True}, 28),
        ({"key": 5, "checksum": True, "sequence_datagrams": True}, 36),
    ],
)
def test_gre_with_more_in_its_header(
    transform: EspTransform, mode: Mode, more: dict[str, object], overhead: int
) -> None:
    network = protected_by(transform, mode, TunnelMode.GRE_IP, **more)
    check(network, transform, mode, overhead)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("transform", SOME, ids=transform_name)
def test_ip_in_ip(transform: EspTransform, mode: Mode) -> None:
    network = protected_by(transform, mode, TunnelMode.IPIP)
    assert flow(network).local_selector.protocol == 4
    check(network, transform, mode, 20)


# -- NAT traversal ---------------------------------------------------------------------------------

UDP = 17
NAT = "100.23.0.9"
KNOWN_UDP = {(transform, mode): expected for transform, mode, udp, expected in ROWS if udp}


def behind_nat(transform: EspTransform, *, works: bool = True) -> Network:
    """A VTI whose one end has another address seen from the other end: static NAT on R2."""
    configs = site_to_site()
    for made in (configs[0], configs[2]):
        settings = made.interfaces[TUNNEL].tunnel
        assert settings is not None
        settings.mode = TunnelMode.IPSEC_IPV4
        if made.hostname == "R3":
            settings.destination = IPv4Address(NAT)
        protect(made, transform=transform)
    network = wire_site_to_site(Network(*configs)).boot()
    configure(network["R2"], *SIDES, f"ip nat inside source static 100.1.1.1 {NAT}")
    network.wait(60)
    assert not works or network.ping("R4", FAR_SITE)[-1] == "!"
    return network


@pytest.mark.parametrize("transform", ALL_TRANSFORMS, ids=transform_name)
def test_vti_through_nat(transform: EspTransform) -> None:
    network = behind_nat(transform)
    plaintext = flow(network).plaintext_mtu
    if (transform, Mode.TUNNEL) in KNOWN_UDP:
        assert plaintext == KNOWN_UDP[transform, Mode.TUNNEL]
    assert tunnel_of(network, "R1").ip_mtu == tunnel_of(network, "R3").ip_mtu == plaintext
    wire = Wire(network)
    assert network.ping("R4", FAR_SITE, count=1, size=plaintext, df=True) == "!"
    assert network.ping("R4", FAR_SITE, count=1, size=plaintext + 1, df=True) == "M"
    expected = sealed_length(transform, Mode.TUNNEL, plaintext) + 8
    assert [len(it) for it in wire.of(UDP, "100.1.1.1")] == [expected]
    assert expected <= 1500 < sealed_length(transform, Mode.TUNNEL, plaintext + 1) + 8
    assert not wire.of(ESP)
