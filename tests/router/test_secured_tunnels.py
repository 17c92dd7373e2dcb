"""What follows a tunnel's SAs: its MTU, and whatever leaves by the tunnel."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest

from ioscli.model.config import InterfaceConfig, StaticRoute, TunnelConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.isakmp import PreSharedKey
from ioscli.router.settling import Settling
from tests.router.networks import Network, site_to_site, wire_site_to_site
from tests.router.test_crypto import TUNNEL, protect, settled

INNER = InterfaceName.parse("Tunnel1")
LOOPBACK = InterfaceName.parse("Loopback1")
SECURED, GRE = 1414, 24


def carrying(*, protected: bool) -> Network:
    """R1 and R3 with a tunnel through their protected one, between loopbacks routed into it."""
    configs = site_to_site()
    for made, own, far in ((configs[0], 1, 3), (configs[2], 3, 1)):
        protect(made)
        for name, address in ((LOOPBACK, f"9.9.9.{own}/32"), (INNER, f"10.9.0.{own}/24")):
            made.interfaces[name] = InterfaceConfig(name)
            made.interfaces[name].shutdown = False
            made.interfaces[name].address = IPv4Interface(address)
        made.interfaces[INNER].tunnel = TunnelConfig(
            source=LOOPBACK,
            destination=IPv4Address(f"9.9.9.{far}"),
            protection_profile="PROF" if protected else None,
        )
        made.isakmp.keys.append(PreSharedKey("cisco123", IPv4Network("9.9.9.0/24")))
        via = StaticRoute(IPv4Network(f"9.9.9.{far}/32"), IPv4Address(f"10.1.3.{far}"), None)
        made.static_routes.append(via)
    return wire_site_to_site(Network(*configs)).boot()


def test_a_tunnel_in_a_protected_one_follows_its_mtu():
    network = carrying(protected=False)
    network.wait(60)
    for node in ("R1", "R3"):
        interfaces = network[node].interfaces
        assert interfaces[TUNNEL].ip_mtu == SECURED
        assert interfaces[INNER].ip_mtu == SECURED - GRE
    assert network.ping("R1", "10.9.0.3", size=SECURED - GRE, df=True) == "!!!!!"
    assert network.ping("R1", "10.9.0.3", size=SECURED - GRE + 1, df=True, count=1) != "!"


def test_protected_traffic_in_a_protected_tunnel_follows_its_mtu():
    network = carrying(protected=True)
    network.wait(90)
    inner = next(view for view in network["R1"].ipsec_views() if str(view.peer) == "9.9.9.3")
    assert (inner.ip_mtu, inner.ip_mtu_interface) == (SECURED, TUNNEL)
    assert network.ping("R1", "10.9.0.3", size=inner.plaintext_mtu - GRE, df=True) == "!!!!!"


@pytest.mark.parametrize(("vti", "settlings"), [(False, 0), (True, 2)])
def test_only_what_may_have_moved_settles_anew(vti, settlings, monkeypatch):
    """A GRE tunnel's line protocol does not follow its SA, a VTI's does: down and up again."""
    network = settled(vti=vti)
    seen: list[Settling] = []
    original = Settling.reconverge

    def counted(settling: Settling) -> None:
        seen.append(settling)
        original(settling)

    monkeypatch.setattr(Settling, "reconverge", counted)
    network["R1"].clear_crypto_sa()
    network.wait(30)
    assert [it.router.name for it in seen].count("R1") == settlings
    assert network.ping("R4", "172.16.2.5") == "!!!!!"
