"""show crypto of running routers: shaped as captures, read by ntc-templates into what is so."""

from __future__ import annotations

import importlib.util
import os
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from ntc_templates.parse import parse_output

from ioscli.cli.matcher import load_grammar
from ioscli.model.ifname import InterfaceName
from ioscli.model.isakmp import IdentityMatch, IsakmpProfile, Keepalive
from ioscli.router.router import Router
from tests.router.crypto_networks import R3, access_list, dynamic_entry, entry, mapped, wired
from tests.router.test_crypto import settled

from .desk import Desk

SHAPES = Path(__file__).parents[2].parent / "shared" / "tools" / "shapes.py"
PEER = IPv4Address(R3)


@cache
def site() -> Desk:
    """R1 with a crypto map in use, dead peer detection and an ISAKMP profile."""
    configs = mapped()
    for made in (configs[0], configs[2]):
        made.isakmp.keepalive = Keepalive(10, 3, periodic=True)
    network = wired(*configs)
    network.ping("R4", "172.16.2.5", count=5)
    network.wait(3)
    return Desk(load_grammar(), network["R1"])


@cache
def tunnel() -> Desk:
    """R1 with a protected GRE tunnel."""
    return Desk(load_grammar(), settled()["R1"])


@cache
def shapes() -> Any:
    if not SHAPES.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("reference material is missing: tools/shapes.py")
        pytest.skip("needs the reference material beside the project")
    spec = importlib.util.spec_from_file_location("shapes", SHAPES)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_SA = "show crypto ipsec sa"
_SESSION = "show crypto session"

#: What is typed -> the command whose captures, and those of its longer forms, it is held against.
COMMANDS = {
    "show crypto isakmp sa": "show crypto isakmp sa",
    "show crypto isakmp sa detail": "show crypto isakmp sa",
    "show crypto isakmp sa count": "show crypto isakmp sa count",
    "show crypto isakmp peers": "show crypto isakmp peer",
    "show crypto isakmp default policy": "show crypto isakmp default policy",
    "show crypto ipsec sa": _SA,
    "show crypto ipsec sa detail": _SA,
    "show crypto ipsec sa peer 100.23.0.3": _SA,
    "show crypto ipsec sa map VPN detail": _SA,
    "show crypto ipsec sa interface Gi0/0": _SA,
    "show crypto ipsec sa identity": _SA,
    "show crypto ipsec sa count": _SA,
    "show crypto ipsec profile": "show crypto ipsec profile",
    "show crypto session": _SESSION,
    "show crypto session detail": _SESSION,
    "show crypto session remote 100.23.0.3": _SESSION,
    "show crypto session local 100.12.0.1 detail": _SESSION,
    "show crypto session interface Gi0/0 detail": _SESSION,
    "show crypto map": "show crypto map",
    "show crypto sockets": "show crypto sockets",
}

#: Lines that captures have not, and where they are from.
ELSEWHERE = {
    # The legend of IOS 12.4 to 15 (Cisco's command reference, `show crypto isakmp sa`).
    "Codes: C - IKE configuration mode, D - Dead Peer Detection",
    "       K - Keepalives, N - NAT-traversal",
    "       T - cTCP encapsulation, X - IKE Extended Authentication",
    "       psk - Preshared key, rsig - RSA signature",
    "       renc - RSA encryption",
    # The captures have no list with lines, no profile and other transforms (FACTS.md, 13.2, and
    # the articles' routers have).
    "            access-list 101 permit ip 192.168.1.0 0.0.0.255 172.16.2.0 0.0.0.255",
    "                TS:  { esp-256-aes esp-sha-hmac  } , ",
    "                TRSET:  { esp-256-aes esp-sha-hmac  } , ",
    "IPSEC profile PROF",
    '       IPSec Profile: "PROF"',
    "        Map is a PROFILE INSTANCE.",
    "        Extended IP access list ",
    "            access-list  permit 47 host 100.1.1.1 host 100.3.3.3",
    "            access-list  permit gre host 100.1.1.1 host 100.3.3.3",
    "        Always create SAs",
    "        Profile name: PROF",
    # The capture of the built-in policies ends after two (FACTS.md, 12.1).
    "        hash algorithm:         Message Digest 5",
    "        encryption algorithm:   Three key triple DES",
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("desk", [site, tunnel])
def test_lines_look_like_real_ones(command: str, desk: Any) -> None:
    tool = shapes()
    real = {
        tool.shape(line.expandtabs(8))
        for path in tool.captures(COMMANDS[command], exact_only=False)
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    }
    shown = [line.expandtabs(8) for line in desk().type(command).splitlines() if line.strip()]
    assert "%" not in "".join(shown)[:4]
    strange = []
    for line in shown:
        ours = tool.shape(line)
        score, other = tool.nearest(ours, real)
        close = other is not None and other[0] == ours[0] and score >= 0.75
        if not (ours in real or close or line in ELSEWHERE):
            strange.append((line, other))
    assert strange == []


def test_ntc_templates_read_ipsec_sas() -> None:
    for desk in (site(), tunnel()):
        (flow,) = _router(desk).ipsec_views()
        shown = desk.type("show crypto ipsec sa detail")
        rows = parse_output("cisco_ios", "show crypto ipsec sa detail", shown)
        assert len(rows) == 2
        for row, sa, way in zip(
            rows, (*flow.inbound, *flow.outbound), ("inbound", "outbound"), strict=True
        ):
            of_flow = {
                "interface": str(flow.interface),
                "crypto_map_tag": flow.map_tag,
                "local_addr": str(flow.local_address),
                "local_ident_addr": str(flow.local_selector.network.network_address),
                "local_ident_mask": str(flow.local_selector.network.netmask),
                "local_ident_prot": str(flow.local_selector.protocol),
                "remote_ident_addr": str(flow.remote_selector.network.network_address),
                "remote_ident_mask": str(flow.remote_selector.network.netmask),
                "current_peer": str(flow.peer),
                "port": str(flow.peer_port),
                "flags": "origin_is_acl,",
                "pkts_encaps": str(flow.encaps),
                "pkts_decaps": str(flow.decaps),
                "pkts_no_sa": str(flow.errors.no_sa),
                "pkts_verify_failed": "0",
                "plaintext_mtu": str(flow.plaintext_mtu),
                "path_mtu": str(flow.path_mtu),
                "ip_mtu_idb": str(flow.ip_mtu_interface),
                "current_outbound_spi_dec": str(flow.outbound_spi),
                "pfs": "N",
            }
            of_sa = {
                "sa_spi_hex": f"0x{sa.spi:X}",
                "sa_spi_dec": str(sa.spi),
                "sa_transform": "esp-256-aes esp-sha-hmac",
                "sa_in_use_settings": "Tunnel",
                "sa_conn_id": str(sa.conn_id),
                "sa_lifetime_kbytes": str(sa.remaining_kilobytes),
                "sa_lifetime_sec": str(sa.remaining_seconds),
                "sa_iv_size": "16",
                "sa_replay_detection_support": "Y",
                "sa_replay_window_size": "64",
                "sa_status": "ACTIVE(ACTIVE)",
            }
            expected = of_flow | of_sa
            assert {name: row[name] for name in expected} == expected
            assert way in shown
    assert _router(site()).ipsec_views()[0].errors.no_sa == 1  # the first of five pings


def test_ntc_templates_read_a_session() -> None:
    desk = site()
    (session,) = _router(desk).crypto_session_views()
    (phase_one,) = session.isakmp
    shown = desk.type("show crypto session detail")
    (row,) = parse_output("cisco_ios", "show crypto session detail", shown)
    expected = {
        "interface": "GigabitEthernet0/0",
        "session_status": "UP-ACTIVE",
        "peer": R3,
        "port": "500",
        "phase1_id": R3,
        "description": "(none)",
        "local_ip": "100.12.0.1",
        "local_port": "500",
        "remote_ip": R3,
        "ikev1_status": "Active",
        "capabilities": "D",
        "conn_id": str(phase_one.conn_id),
        "permit": "ip",
        "src_host": "192.168.1.0",
        "src_mask": "255.255.255.0",
        "dst_host": "172.16.2.0",
        "active_sa": "2",
        "origin": "crypto map",
    }
    assert {name: row[name] for name in expected} == expected


def test_engine_connections_stand_in_the_columns_of_captures() -> None:
    """GM-1#show crypto engine connections active, and R2's of IOSv 15 (public notes)."""
    desk = site()
    (flow,) = _router(desk).ipsec_views()
    encrypted, decrypted = flow.encaps, flow.decaps
    assert encrypted == decrypted == 4
    assert desk.type("show crypto engine connections active") == (
        "Crypto Engine Connections\n"
        "\n"
        "   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address\n"
        "    1  IPsec   AES256+SHA                0        4        4 100.12.0.1\n"
        "    2  IPsec   AES256+SHA                4        0        0 100.12.0.1\n"
        " 1001  IKE     SHA256+AES256             0        0        0 100.12.0.1\n"
        "\n"
    )


def test_sessions_in_brief_and_by_their_ends() -> None:
    desk = site()
    assert desk.type("show crypto session brief").splitlines()[3:] == [
        "Peer            I/F          Username        Group/Phase1_id          Uptime   Status",
        f"100.23.0.3      Gi0/0                        100.23.0.3               {_age(desk)} UA",
    ]
    everything = desk.type("show crypto session")
    for filtered in ("local 100.12.0.1", "remote 100.23.0.3 port 500", "interface Gi0/0"):
        assert desk.type(f"show crypto session {filtered}") == everything
    nothing = "Crypto session current status\n\n"
    for filtered in (
        "local 100.12.0.9", "remote 100.23.0.9", "remote 100.23.0.3 port 4500", "username bob",
        "interface Gi0/1", "isakmp profile NONE",
    ):  # fmt: skip
        assert desk.type(f"show crypto session {filtered}") == nothing
    assert "% Invalid input" in desk.type("show crypto session interface Gi0/7")


def _router(desk: Desk) -> Router:
    router = desk.router
    assert isinstance(router, Router)
    return router


def _age(desk: Desk) -> str:
    (session,) = _router(desk).crypto_session_views()
    return f"00:00:{session.uptime // 1_000_000:02}"


def test_ipsec_sas_by_map_peer_and_interface() -> None:
    desk = site()
    everything = desk.type("show crypto ipsec sa")
    for filtered in ("peer 100.23.0.3", "map VPN", "interface Gi0/0"):
        assert desk.type(f"show crypto ipsec sa {filtered}") == everything
    for filtered in ("peer 100.23.0.9", "map OTHER", "interface Gi0/1"):
        assert desk.type(f"show crypto ipsec sa {filtered}") == ""
    identity = desk.type("show crypto ipsec sa identity")
    assert everything.startswith(identity)
    assert identity.endswith("    #send errors 1, #recv errors 0\n")
    assert "##pkts replay failed (rcv): 0" in desk.type("show crypto ipsec sa identity detail")


def test_policies_that_are_built_in_while_none_is_configured() -> None:
    """Headings as a router of IOS 15 prints them."""
    desk = Desk(load_grammar(), settled()["R2"])
    shown = desk.type("show crypto isakmp policy").splitlines()
    assert shown[:3] == [
        "", "Default IKE policy", "Protection suite of priority 65507",
    ]  # fmt: skip
    assert len([line for line in shown if line.startswith("Protection suite")]) == 8
    default = desk.type("show crypto isakmp default policy").splitlines()
    assert default[1] == "Default protection suite of priority 65507"
    assert default[2:7] == shown[3:8]
    desk.type("configure terminal", "no crypto isakmp default policy", "end")
    assert desk.type("show crypto isakmp policy") == "\nGlobal IKE policy\n"
    assert desk.type("show crypto isakmp default policy") == ""


def test_isakmp_peers_and_counts() -> None:
    desk = site()
    assert desk.type("show crypto isakmp peers 100.23.0.3") == (
        "Peer: 100.23.0.3 Port: 500 Local: 100.12.0.1\n Phase1 id: 100.23.0.3\n"
    )
    assert desk.type("show crypto isakmp peers 100.23.0.4") == ""
    assert desk.type("show crypto isakmp sa count") == (
        "Active ISAKMP SA's: 1\n"
        "\n"
        "Standby ISAKMP SA's: 0\n"
        "\n"
        "Currently being negotiated ISAKMP SA's: 0\n"
        "\n"
        "Dead ISAKMP SA's: 0\n"
    )
    assert desk.type("show crypto ipsec sa count") == (
        "IPsec SA total: 2, active: 2, rekeying: 0, unused: 0, invalid: 0\n"
    )
    row = desk.type("show crypto isakmp sa detail").splitlines()[9]
    assert row.split()[-1] == "D"


def test_isakmp_profiles() -> None:
    desk = Desk(load_grammar(), settled()["R2"])
    desk.type(
        "configure terminal", "crypto keyring KR", "pre-shared-key address 10.1.1.2 key cisco",
        "exit", "crypto isakmp profile VPN", "keyring KR", "self-identity fqdn",
        "match identity address 10.1.1.2 255.255.255.255", "match identity host r2.example.net",
        "end",
    )  # fmt: skip
    profile = _router(desk).config.isakmp.profiles["VPN"]
    assert isinstance(profile, IsakmpProfile)
    assert [match.kind for match in profile.matches] == ["address", "host"]
    assert isinstance(profile.matches[0], IdentityMatch)
    assert desk.type("show crypto isakmp profile tag VPN") == (
        "\n"
        "ISAKMP PROFILE VPN\n"
        "   Identities matched are:\n"
        "    ip-address 10.1.1.2 255.255.255.255\n"
        "    fqdn r2.example.net\n"
        "   Certificate maps matched are:\n"
        "   Identity presented is: fqdn\n"
        "   keyring(s): KR\n"
        "   trustpoint(s): <all>\n"
    )
    assert desk.type("show crypto isakmp profile tag OTHER") == ""


def test_idle_time() -> None:
    desk = Desk(load_grammar(), settled()["R2"])
    assert desk.type("show crypto ipsec security-association idle-time") == ""
    desk.type("configure terminal", "crypto ipsec security-association idle-time 600", "end")
    idle = "Security association idletime: 600 seconds\n"
    lifetime = "Security association lifetime: 4608000 kilobytes/3600 seconds\n"
    assert desk.type("show crypto ipsec security-association idle-time") == idle
    assert desk.type("show crypto ipsec security-association lifetime") == lifetime
    assert desk.type("show crypto ipsec security-association") == lifetime + idle


def test_sockets_of_protected_tunnels() -> None:
    assert tunnel().type("show crypto sockets") == (
        "Number of Crypto Socket connections 1\n"
        "\n"
        "   Tu0 Peers (local/remote): 100.1.1.1/100.3.3.3 \n"
        "       Local Ident  (addr/mask/port/prot): (100.1.1.1/255.255.255.255/0/47)\n"
        "       Remote Ident (addr/mask/port/prot): (100.3.3.3/255.255.255.255/0/47)\n"
        '       IPSec Profile: "PROF"\n'
        "       Socket State: Open\n"
        '       Client: "TUNNEL SEC" (Client State: Active)\n'
        "Crypto Sockets in Listen state:\n"
        'Client: "TUNNEL SEC" Profile: "PROF" Map-name: "Tunnel0-head-0"\n'
    )
    assert site().type("show crypto sockets").startswith("Number of Crypto Socket connections 0\n")


def test_errors_are_told_apart() -> None:
    """A replay, a forgery of a number seen before, and one of a new number."""
    network = settled()
    frames: list[bytes] = []
    network.links["R1-R2"].tap = lambda _when, _port, frame: frames.append(frame)
    network.ping("R4", "172.16.2.5", count=1)
    network.links["R1-R2"].tap = None
    ours = IPv4Address("100.1.1.1").packed
    esp = next(frame[14:] for frame in frames if frame[23] == 50 and frame[26:30] == ours)
    router = network["R3"]
    interface = router.interfaces[InterfaceName.parse("Gi0/0")]
    for packet in (
        esp,
        esp[:-1] + bytes((esp[-1] ^ 1,)),
        esp[:24] + b"\0\0\1\0" + esp[28:],
    ):
        router.forwarding.receive(packet, interface)
    desk = Desk(load_grammar(), router)
    (row, *_) = parse_output(
        "cisco_ios", "show crypto ipsec sa detail", desk.type("show crypto ipsec sa detail")
    )
    assert (row["pkts_replay_failed"], row["pkts_verify_failed"]) == ("2", "1")
    assert "recv errors 3" in desk.type("show crypto ipsec sa")


def test_a_caller_that_has_only_come_as_far_as_phase_one() -> None:
    """To a dynamic map that does not take what it asks for."""
    configs = mapped()
    hub = configs[2]
    hub.crypto_maps.clear()
    access_list(hub, "102", entry("172.16.9.0/24", "192.168.1.0/24"))
    dynamic_entry(hub, "102")
    network = wired(*configs)
    desk = Desk(load_grammar(), network["R3"])
    assert desk.type("show crypto session") == "Crypto session current status\n\n"
    network.ping("R4", "172.16.2.5", count=1)
    network.wait(1)
    assert [line.rstrip() for line in desk.type("show crypto session").splitlines()[2:]] == [
        "Interface: GigabitEthernet0/0",
        "Session status: UP-IDLE",
        "Peer: 100.12.0.1 port 500",
        "  Session ID: 0",
        "  IKEv1 SA: local 100.23.0.3/500 remote 100.12.0.1/500 Active",
        "",
    ]
    brief = desk.type("show crypto session brief").splitlines()[-1]
    assert brief.split() == ["100.12.0.1", "Gi0/0", "100.12.0.1", "UI"]
