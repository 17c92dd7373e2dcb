"""debug crypto isakmp and debug crypto ipsec of running routers, line by line.

`debugs/*.txt` are whole negotiations of a crypto map, main and quick mode, with both debugs on. The
responder's quick mode is held against a public capture of IOS XE beside it, which names other
addresses and algorithms; its line about a structure's address is left out.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ioscli.model.crypto import EspCipher, EspIntegrity, EspTransform, TransformSet
from ioscli.router.debug import Topic

from .crypto_networks import R1, R3, access_list, entry, mapped, wired
from .networks import Network

THREE_DES = EspTransform(EspCipher.TRIPLE_DES, EspIntegrity.MD5)
DEBUGS = Path(__file__).with_name("debugs")
_STAMP = re.compile(r"^(R\d) \*Mar +\d+ [\d:.]+: ")


def listen(network: Network, *nodes: str) -> None:
    network.log.clear()
    for node in nodes:
        for topic in (Topic.CRYPTO_ISAKMP, Topic.CRYPTO_IPSEC):
            network[node].debugging.switch(topic, on=True)


def told(network: Network, node: str) -> list[str]:
    """What a router wrote, a line for each line of the screen, without stamps."""
    lines = []
    for said in network.log:
        stamp = _STAMP.match(said)
        assert stamp is not None
        if stamp[1] == node:
            lines += said[stamp.end() :].split("\n")
    return lines


def plain(lines: list[str]) -> list[str]:
    """Message ids, SPIs and addresses of structures are drawn or made up: N."""
    made = [line.rstrip() for line in lines]
    for wanted, instead in _DRAWN:
        made = [re.sub(wanted, instead, line) for line in made]
    return made


_DRAWN = (
    (r"(message ID = |[Nn]ode |M-ID of )\d+", r"\1N"),
    (r"sa_spi= 0x[0-9A-F]+\(\d+\)", "sa_spi= 0xN(N)"),
    (r"(SPI:0x|to SPI |sa = 0x|struct 0x|spi 0x)[0-9A-F]+", r"\1N"),
    (r"(^ +spi )\d+", r"\1N"),
    (r"(sa = |peer = 0x|successfully )[0-9A-F]{6,}", r"\1N"),
)


@pytest.mark.parametrize(("node", "role"), [("R1", "initiator"), ("R3", "responder")])
def test_a_whole_negotiation(node: str, role: str) -> None:
    network = wired(*mapped())
    listen(network, node)
    network.ping("R4", "172.16.2.5", count=5)
    expected = (DEBUGS / f"{role}.txt").read_text().splitlines()
    assert plain(told(network, node)) == expected


def test_quick_mode_of_a_responder_is_the_captures() -> None:
    network = wired(*mapped())
    listen(network, "R3")
    network.ping("R4", "172.16.2.5", count=5)
    lines = plain(told(network, "R3"))
    start = next(at for at, line in enumerate(lines) if "set new node N to QM_IDLE" in line)
    captured = (DEBUGS / "captured-quick-mode.txt").read_text().splitlines()
    swapped = {
        "203.0.113.200": R3, "203.0.113.100": R1, "192.168.101.0": "192.168.1.0",
        "192.168.102.0": "172.16.2.0", "CMAP": "VPN", "Dialer1": "GigabitEthernet0/0",
        "esp-sha512-hmac": "esp-sha-hmac", "HMAC-SHA512": "HMAC-SHA", "2005": "1", "2006": "2",
    }  # fmt: skip
    for theirs, ours in swapped.items():
        captured = [line.replace(theirs, ours) for line in captured]
    shown = lines[start - 1 :]
    # What IOS 12.4 and 15 add (see ioscli/router/ipsec/debug_lines.py).
    assert shown.pop() == (
        "IPSEC(update_current_outbound_sa): updated peer 100.12.0.1 current outbound sa to SPI N"
    )
    assert shown == captured


def test_deleted_sas_are_told_of_at_both_ends() -> None:
    network = wired(*mapped())
    network.ping("R4", "172.16.2.5", count=5)
    (pair,) = network["R3"].crypto.sadb.by_spi.values()
    listen(network, "R1", "R3")
    network["R1"].clear_crypto_sa()
    network.wait(1)
    lines = told(network, "R3")
    start = lines.index("IPSEC(key_engine_delete_sas): rec'd delete notify from ISAKMP")
    outbound = pair.child.outbound_spi
    assert lines[start + 1 : start + 7] == [
        f"IPSEC(key_engine_delete_sas): delete SA with spi 0x{outbound:X} proto 50 for 100.12.0.1",
        "IPSEC(update_current_outbound_sa): updated peer 100.12.0.1 current outbound sa to SPI 0",
        "IPSEC(delete_sa): deleting SA,",
        "  (sa) sa_dest= 100.23.0.3, sa_proto= 50, ",
        f"    sa_spi= 0x{pair.child.inbound_spi:X}({pair.child.inbound_spi}), ",
        "    sa_trans= esp-aes 256 esp-sha-hmac , sa_conn_id= 1",
    ]
    for node in ("R1", "R3"):
        lines = told(network, node)
        assert lines.count("IPSEC(delete_sa): deleting SA,") == 2
    assert "IPSEC(key_engine_delete_sas): rec'd delete notify from ISAKMP" not in told(
        network, "R1"
    )


def test_conn_ids_told_ahead_are_those_that_shows_have() -> None:
    network = wired(*mapped())
    listen(network, "R1", "R3")
    network.ping("R4", "172.16.2.5", count=5)
    network["R1"].clear_crypto_sa()
    network.ping("R4", "172.16.2.5", count=5)
    for node in ("R1", "R3"):
        (flow,) = network[node].ipsec_views()
        said = [
            (int(found[1]), int(found[2]))
            for found in re.finditer(
                r"sa created,\n.*\n *sa_spi= 0x[0-9A-F]+\((\d+)\), \n.*sa_conn_id= (\d+)",
                "\n".join(told(network, node)),
            )
        ]
        shown = [(sa.spi, sa.conn_id) for sa in (*flow.inbound, *flow.outbound)]
        assert said[-2:] == shown
        assert [conn_id for _, conn_id in said] == [1, 2, 3, 4]


def test_a_map_without_these_identities_is_not_found() -> None:
    configs = mapped()
    access_list(configs[2], "101", entry("172.16.9.0/24", "192.168.1.0/24"))
    network = wired(*configs)
    listen(network, "R3")
    network.ping("R4", "172.16.2.5", count=1)
    lines = told(network, "R3")
    at = lines.index("map_db_find_best did not find matching map")
    assert lines[at - 6] == "Crypto mapdb : proxy_match"
    assert lines[at + 1] == "IPSEC(ipsec_process_proposal): proxy identities not supported"


def test_transforms_that_do_not_fit() -> None:
    """FACTS.md, 15; a mismatch leaves phase 1 up, and the initiator is told."""
    configs = mapped()
    configs[2].ipsec.transform_sets["TS"] = TransformSet("TS", THREE_DES)
    network = wired(*configs)
    listen(network, "R1", "R3")
    network.ping("R4", "172.16.2.5", count=1)
    lines = plain(told(network, "R3"))
    at = lines.index(
        "IPSEC(ipsec_process_proposal): transform proposal not supported for identity:"
    )
    assert lines[at - 6] == "Crypto mapdb : proxy_match"
    assert lines[at + 1 : at + 9] == [
        "    {esp-aes 256 esp-sha-hmac }",
        "ISAKMP-ERROR: (1001):IPSec policy invalidated proposal with error 256",
        f"ISAKMP-ERROR: (1001):phase 2 SA policy not acceptable! (local {R3} remote {R1})",
        "ISAKMP: (1001):set new node N to QM_IDLE",
        "ISAKMP: (1001):Sending NOTIFY PROPOSAL_NOT_CHOSEN protocol 3",
        "        spi N, message ID = N",
        f"ISAKMP-PAK: (1001):sending packet to {R1} my_port 500 peer_port 500 (R) QM_IDLE",
        "ISAKMP: (1001):Sending an IKE IPv4 Packet.",
    ]
    ours = plain(told(network, "R1"))
    assert "ISAKMP: (1001):processing NOTIFY PROPOSAL_NOT_CHOSEN protocol 3" in ours
    assert not [line for line in (*ours, *lines) if "create_sa" in line or "Map Accepted" in line]
    assert [sa.state for sa in network["R1"].isakmp_views()] == ["QM_IDLE"]
