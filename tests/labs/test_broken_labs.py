"""Each broken lab fails as it fails in life: FACTS.md, section 15, on both routers."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run

Ioscli = Callable[..., Run]
LABS = Path(__file__).parents[2] / "labs"

#: Traffic from one side, then from the other, after the routers have got to know their neighbors.
WARM = """R1(config)#logging buffered 200000
R1(config)#end
R2(config)#logging buffered 200000
R2(config)#end
R1#ping 198.51.100.2
PC1#ping 192.168.20.10
PC2#ping 192.168.10.10
"""
LINES = "show crypto ipsec sa | include spi|encaps|decaps|errors|ident"

#: Lab -> what is typed after that; each command with what its output holds (`!` before: does not).
SYMPTOMS: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "broken-key": [
        ("@wait 20s\nR1#show crypto isakmp sa", ("MM_KEY_EXCH", "!QM_IDLE")),
        ("R2#show crypto isakmp sa", ("MM_KEY_EXCH", "!QM_IDLE")),
        ("@wait 70s\nR1#show crypto isakmp sa", ("MM_NO_STATE", "ACTIVE (deleted)")),
        ("R1#show interfaces Tunnel0", ("Tunnel0 is up, line protocol is down",)),
        (f"R1#{LINES}", ("current outbound spi: 0x0(0)", "encaps: 0,")),
        (
            "R1#show logging",
            (
                "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 198.51.100.2 failed its sanity "
                "check or is malformed",
            ),
        ),
        ("R2#show logging", ("%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 203.0.113.1",)),
        (
            "R2#debug crypto isakmp\n@wait 80s\nR2#show logging",
            (
                "found peer pre-shared key matching 203.0.113.1",
                "atts are acceptable. Next payload is 0",
                "ISAKMP-ERROR: (1",
                "reserved not zero on ID payload!",
                "retransmitting phase 1 MM_KEY_EXCH...",
            ),
        ),
    ],
    "broken-policy": [
        ("R1#show crypto isakmp sa", ("MM_NO_STATE          0 ACTIVE", "!QM_IDLE", "!MM_KEY")),
        ("R2#show crypto isakmp sa", ("MM_NO_STATE          0 ACTIVE", "!QM_IDLE", "!MM_KEY")),
        ("R1#show interfaces Tunnel0", ("Tunnel0 is up, line protocol is up",)),
        (f"R1#{LINES}", ("current outbound spi: 0x0(0)", "encaps: 0,", "!send errors 0")),
        (
            "R2#debug crypto isakmp\nR1#clear crypto session\n@wait 15s\nR2#show logging",
            (
                "Checking ISAKMP transform 1 against priority 10 policy",
                "ISAKMP-ERROR: (0):Diffie-Hellman group offered does not match policy!",
                "ISAKMP-ERROR: (0):atts are not acceptable. Next payload is 0",
                "ISAKMP-ERROR: (0):no offers accepted!",
                "phase 1 SA policy not acceptable! (local 198.51.100.2 remote 203.0.113.1)",
                "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main mode failed with peer at 203.",
            ),
        ),
    ],
    "broken-transform": [
        ("R1#show crypto isakmp sa", ("QM_IDLE           1001 ACTIVE",)),
        ("R2#show crypto isakmp sa", ("QM_IDLE           1001 ACTIVE",)),
        ("R1#show crypto session", ("Session status: UP-IDLE",)),
        (f"R1#{LINES}", ("current outbound spi: 0x0(0)", "encaps: 0,", "!send errors 0")),
        (f"R2#{LINES}", ("current outbound spi: 0x0(0)", "encaps: 0,")),
        (
            "R2#debug crypto isakmp\nR2#debug crypto ipsec\nPC1#ping 192.168.20.10 repeat 1\n"
            "R2#show logging",
            (
                "transform proposal not supported for identity:",
                "{esp-aes 256 esp-sha256-hmac }",
                "IPSec policy invalidated proposal with error 256",
                "phase 2 SA policy not acceptable! (local 198.51.100.2 remote 203.0.113.1)",
                "Sending NOTIFY PROPOSAL_NOT_CHOSEN protocol 3",
                'error TRUE reason "QM rejected"',
            ),
        ),
        (
            "R1#debug crypto isakmp\nPC1#ping 192.168.20.10 repeat 1\nR1#show logging",
            ("processing NOTIFY PROPOSAL_NOT_CHOSEN protocol 3", 'reason "Delete Larval"'),
        ),
    ],
    "broken-proxy-identity": [
        ("R1#show crypto isakmp sa", ("QM_IDLE           1001 ACTIVE",)),
        ("R2#show crypto isakmp sa", ("QM_IDLE           1001 ACTIVE",)),
        (f"R1#{LINES}", ("(192.168.20.0/255.255.255.0/0/0)", "spi: 0x0(0)", "!send errors 0")),
        (f"R2#{LINES}", ("(192.168.1.0/255.255.255.0/0/0)", "spi: 0x0(0)", "send errors 0")),
        (
            "R2#debug crypto isakmp\nR2#debug crypto ipsec\nPC1#ping 192.168.20.10 repeat 1\n"
            "R2#show logging",
            (
                "IPSEC(ipsec_process_proposal): proxy identities not supported",
                "IPSec policy invalidated proposal with error 32",
                "phase 2 SA policy not acceptable! (local 198.51.100.2 remote 203.0.113.1)",
                'error TRUE reason "QM rejected"',
            ),
        ),
    ],
    "broken-missing-route": [
        ("R1#show crypto isakmp sa", ("QM_IDLE",)),
        ("R1#show crypto session", ("Session status: UP-ACTIVE",)),
        (
            "R1#clear crypto sa counters\nR2#clear crypto sa counters\n"
            f"PC1#ping 192.168.20.10\nR1#{LINES}",
            ("encaps: 5,", "decaps: 0,", "send errors 0, #recv errors 0"),
        ),
        (f"R2#{LINES}", ("encaps: 0,", "decaps: 5,", "send errors 0, #recv errors 0")),
        ("R1#show logging", ("!CRYPTO-4", "!MODE_FAILURE")),
        ("R2#show ip route 192.168.10.10", ("% Network not in table",)),
    ],
    "broken-wrong-source": [
        (
            "R1#show crypto isakmp sa",
            (
                "192.0.2.2       203.0.113.1     MM_NO_STATE          0 ACTIVE",
                "192.0.2.1       192.0.2.2       QM_IDLE",
            ),
        ),
        ("R2#show crypto isakmp sa", ("192.0.2.1       192.0.2.2       QM_IDLE",)),
        (f"R1#{LINES}", ("local  ident (addr/mask/prot/port): (203.0.113.1/", "spi: 0x0(0)")),
        (f"R2#{LINES}", ("remote ident (addr/mask/prot/port): (192.0.2.1/", "spi: 0x0(0)")),
        (
            "R2#debug crypto isakmp error\nR1#clear crypto session\n@wait 15s\nR2#show logging",
            (
                "ISAKMP-ERROR: (0):No pre-shared key with 203.0.113.1!",
                "phase 1 SA policy not acceptable! (local 192.0.2.2 remote 203.0.113.1)",
            ),
        ),
        (
            "R1#debug crypto ipsec\n@wait 15s\nR1#show logging",
            ("IPSEC(ipsec_process_proposal): proxy identities not supported",),
        ),
    ],
    "broken-nat-exemption": [
        ("PC2#ping 192.168.10.10\nR1#show crypto isakmp sa", ("QM_IDLE",)),
        (f"R1#{LINES}", ("encaps: 0,", "!decaps: 0,")),
        (f"R2#{LINES}", ("!encaps: 0,", "decaps: 0,")),
        ("R1#show ip nat translations", ("203.0.113.1:", "192.168.20.10:")),
        ("PC1#ping 192.168.20.10", ("U.U.U",)),
    ],
    "broken-mtu-black-hole": [
        ("PC1#ping 192.168.20.10 size 1400", ("!!!!!",)),
        ("PC1#ping 192.168.20.10 size 1400 df-bit", (".....",)),
        ("PC1#ping 192.168.20.10 size 1326 df-bit", ("!!!!!",)),
        ("PC2#ping 192.168.10.10 size 1400 df-bit", ("M",)),
        ("R1#show crypto ipsec sa", ("path mtu 1500",)),
        ("R2#show crypto ipsec sa", ("path mtu 1400",)),
        ("R1#show logging", ("!CRYPTO-4", "!MODE_FAILURE")),
    ],
    "broken-gre": [
        ("R1#show interfaces Tunnel0", ("Tunnel0 is up, line protocol is up",)),
        (
            "R2#show interfaces Tunnel0",
            ("line protocol is down", "evaluation down - no output interface"),
        ),
        ("R1#show interfaces Tunnel0", ("0 packets input", "Key 0x83B")),
        ("R2#show interfaces Tunnel0", ("0 packets output", "Key 0x87A")),
        ("PC2#ping 192.168.10.10", ("U.U.U",)),
    ],
    "acl-blocks-vpn": [
        ("R1#show crypto isakmp sa", ("MM_NO_STATE          0 ACTIVE", "!QM_IDLE")),
        ("R2#show ip access-lists OUTSIDE", ("50 deny udp any any (", "80 permit esp host")),
        ("R1#show logging", ("!CRYPTO-4", "!MODE_FAILURE")),
        (
            "R2(config)#ip access-list extended OUTSIDE\n"
            "R2(config-ext-nacl)#no 70\n"
            "R2(config-ext-nacl)#45 permit udp host 203.0.113.1 any eq isakmp\n"
            "R2(config-ext-nacl)#end\n@wait 60s\nPC1#ping 192.168.20.10\n"
            "PC1#ping 192.168.20.10",
            ("Success rate is 0 percent",),
        ),
        ("R1#show crypto isakmp sa", ("QM_IDLE",)),
        (f"R1#{LINES}", ("!encaps: 0,", "decaps: 0,")),
        (f"R2#{LINES}", ("!encaps: 0,", "!decaps: 0,")),
    ],
}


@pytest.mark.parametrize("lab", SYMPTOMS)
def test_symptoms(ioscli: Ioscli, lab: str, tmp_path: Path) -> None:
    file = tmp_path / "t.ios"
    typed = "\n".join(command for command, _ in SYMPTOMS[lab])
    file.write_text(WARM + typed + "\n")
    run = ioscli("replay", file, "--lab", LABS / lab, "--format", "json")
    assert run.status == 0, run.err
    shown = iter(entry["output"] for entry in json.loads(run.out))
    *_, way, one, other = [next(shown) for _ in WARM.splitlines()]
    assert "!!" in way
    for ping in (one, other):
        assert ("Success rate is 0 percent" in ping) == (lab != "broken-mtu-black-hole")
    for command, expected in SYMPTOMS[lab]:
        outputs = [next(shown) for line in command.splitlines() if not line.startswith("@")]
        for text in expected:
            if text.startswith("!") and text != "!!!!!":
                assert text[1:] not in outputs[-1], (command, outputs[-1])
            else:
                assert text in outputs[-1], (command, outputs[-1])
