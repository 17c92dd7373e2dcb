"""debug crypto isakmp, debug crypto ipsec, debug tunnel keepalive: on, off, and what they write.

The order of the lines of a whole negotiation is held in tests/protocols/ike.
"""

from ioscli.model.config import TunnelKeepalive
from ioscli.model.crypto import EspCipher, EspIntegrity, EspTransform
from tests.router.crypto_networks import mapped, wired
from tests.router.nat_networks import grammar
from tests.router.networks import Network, site_to_site, wire_site_to_site
from tests.router.test_crypto import protect
from tests.router.test_reload import reload
from tests.router.tunnel_wire import tunnelled

from .desk import Desk


def protected() -> Network:
    configs = site_to_site()
    protect(configs[0])
    protect(configs[2])
    return wire_site_to_site(Network(*configs)).boot()


def written(network: Network, node: str) -> list[str]:
    """What a router's debugging wrote, without time stamps and syslog."""
    return [
        line.split(": ", 1)[1]
        for line in network.log
        if line.startswith(node) and ("ISAKMP" in line or "IPSEC(" in line) and "%" not in line
    ]


def test_a_negotiation_is_told_as_it_happens() -> None:
    network = protected()
    desk = Desk(grammar(), network["R1"])
    assert desk.type("debug crypto isakmp") == "Crypto ISAKMP debugging is on\n"
    network.wait(15)
    lines = written(network, "R1")
    assert any("New State = IKE_P1_COMPLETE" in line for line in lines)
    assert any("New State = IKE_QM_PHASE2_COMPLETE" in line for line in lines)
    assert not [line for line in lines if line.startswith("IPSEC(")]
    assert not written(network, "R3")


def test_topics_are_apart_and_go_off() -> None:
    network = protected()
    desk = Desk(grammar(), network["R1"])
    assert desk.type("debug crypto ipsec") == "Crypto IPSEC debugging is on\n"
    assert desk.type("show debugging") == (
        "Cryptographic Subsystem:\n  Crypto IPSEC debugging is on\n\n\n"
    )
    network.wait(15)
    assert written(network, "R1")
    assert not [line for line in written(network, "R1") if line.startswith("ISAKMP")]
    flow = network["R1"].crypto.flow_views()[0]
    made = [line for line in written(network, "R1") if line.startswith("IPSEC(create_sa)")]
    for sa in (*flow.inbound, *flow.outbound):
        assert [line for line in made if f"sa_spi= 0x{sa.spi:X}({sa.spi})" in line]
        assert [line for line in made if f"sa_conn_id= {sa.conn_id}\n" in line]
    assert desk.type("no debug crypto ipsec") == "Crypto IPSEC debugging is off\n"
    count = len(written(network, "R1"))
    desk.type("clear crypto session")
    network.wait(60)
    assert len(written(network, "R1")) == count


def test_errors_alone() -> None:
    configs = site_to_site()
    protect(configs[0])
    protect(configs[2], key="another")
    network = wire_site_to_site(Network(*configs)).boot()
    desk = Desk(grammar(), network["R3"])
    assert desk.type("debug crypto isakmp error") == "Crypto ISAKMP Error debugging is on\n"
    network.wait(30)
    lines = written(network, "R3")
    assert lines
    assert all(line.startswith("ISAKMP-ERROR: ") for line in lines)


def test_a_reload_turns_it_off() -> None:
    network = protected()
    desk = Desk(grammar(), network["R1"])
    desk.type("debug crypto isakmp")
    network.wait(15)
    assert written(network, "R1")
    reload(network, "R1")
    network.log.clear()
    network.wait(300)
    assert any(row.active for row in network["R1"].isakmp_views())
    assert not written(network, "R1")


def test_keepalives_of_tunnels() -> None:
    network = tunnelled("R1", keepalive=TunnelKeepalive(5, 3))
    desk = Desk(grammar(), network["R1"])
    assert desk.type("debug tunnel keepalive") == "Tunnel keepalive debugging is on\n"
    network.wait(6)
    assert [line for line in network.log if "Tunnel0: sending keepalive" in line]
    assert desk.type("undebug tunnel keepalive") == "Tunnel keepalive debugging is off\n"
    network.log.clear()
    network.wait(20)
    assert not [line for line in network.log if "keepalive" in line]


_DH = ["CryptoEngine0: generate alg parameter", "CRYPTO_ENGINE: Dh phase 1 status: 0"]
_HMAC = "CryptoEngine0: generate hmac context for conn id 1"


def test_what_the_engine_computes() -> None:
    """Two Diffie-Hellman steps, keys, and a hash for each proof of phase 1 and of quick mode."""
    network = wired(*mapped())
    for node in ("R1", "R3"):
        desk = Desk(grammar(), network[node])
        assert desk.type("debug crypto engine") == "Crypto Engine debugging is on\n"
        assert desk.type("show debugging") == (
            "Cryptographic Subsystem:\n  Crypto Engine debugging is on\n\n\n"
        )
    network.log.clear()
    network.ping("R4", "172.16.2.5", count=3)
    told = {
        node: [line.split(": ", 1)[1] for line in network.log if line.startswith(node)]
        for node in ("R1", "R3")
    }
    checked = ["validate proposal 0", "validate proposal request 0"]
    phase_one = [
        *_DH, *_DH, "CryptoEngine0: create ISAKMP SKEYID for conn id 1", _HMAC, _HMAC,
        "CryptoEngine0: clear dh number for conn id 1",
    ]  # fmt: skip
    flows = ["ipsec allocate flow 0"] * 2
    assert told["R1"] == [*phase_one, _HMAC, _HMAC, *checked, *flows, _HMAC]
    assert told["R3"] == [*phase_one, _HMAC, *checked, *flows, _HMAC, _HMAC]


def test_errors_of_ipsec_alone() -> None:
    configs = site_to_site()
    protect(configs[0])
    protect(configs[2], transform=EspTransform(EspCipher.DES, EspIntegrity.MD5))
    network = wire_site_to_site(Network(*configs)).boot()
    desk = Desk(grammar(), network["R3"])
    assert desk.type("debug crypto ipsec error") == "Crypto IPSEC Error debugging is on\n"
    network.wait(15)
    (line, *_) = written(network, "R3")
    assert line == (
        "IPSEC(ipsec_process_proposal): transform proposal not supported for identity: \n"
        "    {esp-aes 256 esp-sha-hmac }"
    )
    assert all("not supported" in line for line in written(network, "R3"))
