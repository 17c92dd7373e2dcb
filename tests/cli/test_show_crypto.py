"""show crypto: exact layout on hand-made views, and real captures to compare with."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from ioscli.cli.show.crypto_session import show_crypto_session, show_crypto_session_detail
from ioscli.cli.show.ipsec import (
    show_ipsec_sa,
    show_profiles,
    show_security_association,
    show_transform_sets,
)
from ioscli.cli.show.isakmp import (
    show_isakmp_key,
    show_isakmp_peers,
    show_isakmp_policy,
    show_isakmp_sa,
    show_isakmp_sa_detail,
)
from ioscli.model.crypto import (
    ChildProposal,
    EspCipher,
    EspIntegrity,
    EspTransform,
    IsakmpSaState,
    Mode,
    Selector,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Duration
from ioscli.router.views import CryptoSessionView, EspSaView, IpsecFlowView

from .typing_config import Prompt, reference

R1, R3 = IPv4Address("100.1.1.1"), IPv4Address("100.3.3.3")
TUNNEL = InterfaceName("Tunnel", (0,))
AES_SHA = EspTransform(EspCipher.AES_256, EspIntegrity.SHA)

PHASE_ONE = IsakmpSaState(
    destination=R1, source=R3, local=R1, peer=R3, peer_port=500, state="QM_IDLE", conn_id=1002,
    active=True, deleted=False, encryption="aes", hash="sha256", authentication="psk", group=19,
    lifetime_left=86_385,
)  # fmt: skip
INBOUND = EspSaView(
    spi=0xFA8E725A, proposal=ChildProposal(AES_SHA, Mode.TUNNEL), conn_id=3,
    remaining_kilobytes=4272027, remaining_seconds=3403, replay=True, iv_size=16,
)  # fmt: skip
OUTBOUND = replace(INBOUND, spi=0xD0AF1D21, conn_id=4)
FLOW = IpsecFlowView(
    interface=TUNNEL, map_tag="Tunnel0-head-0", local_address=R1, peer=R3, peer_port=500,
    local_selector=Selector(IPv4Network(R1), 47), remote_selector=Selector(IPv4Network(R3), 47),
    encaps=33, decaps=34, send_errors=1, recv_errors=2, plaintext_mtu=1438, path_mtu=1500,
    ip_mtu=1500, ip_mtu_interface=InterfaceName("GigabitEthernet", (0, 0)),
    outbound_spi=0xD0AF1D21, pfs_group=None, inbound=(INBOUND,), outbound=(OUTBOUND,),
)  # fmt: skip
DOWN = replace(FLOW, outbound_spi=0, plaintext_mtu=1500, inbound=(), outbound=())
SESSION = CryptoSessionView(
    interface=TUNNEL, status="UP-ACTIVE", local=R1, peer=R3, peer_port=500, isakmp=(PHASE_ONE,),
    flows=(FLOW,), uptime=Duration(3725 * SECOND),
)  # fmt: skip


def test_ipsec_sa_is_the_articles() -> None:
    assert "\n".join(show_ipsec_sa([FLOW])) == (
        """
interface: Tunnel0
    Crypto map tag: Tunnel0-head-0, local addr 100.1.1.1

   protected vrf: (none)
   local  ident (addr/mask/prot/port): (100.1.1.1/255.255.255.255/47/0)
   remote ident (addr/mask/prot/port): (100.3.3.3/255.255.255.255/47/0)
   current_peer 100.3.3.3 port 500
     PERMIT, flags={origin_is_acl,}
    #pkts encaps: 33, #pkts encrypt: 33, #pkts digest: 33
    #pkts decaps: 34, #pkts decrypt: 34, #pkts verify: 34
    #pkts compressed: 0, #pkts decompressed: 0
    #pkts not compressed: 0, #pkts compr. failed: 0
    #pkts not decompressed: 0, #pkts decompress failed: 0
    #send errors 1, #recv errors 2

     local crypto endpt.: 100.1.1.1, remote crypto endpt.: 100.3.3.3
     plaintext mtu 1438, path mtu 1500, ip mtu 1500, ip mtu idb GigabitEthernet0/0
     current outbound spi: 0xD0AF1D21(3501137185)
     PFS (Y/N): N, DH group: none

     inbound esp sas:
      spi: 0xFA8E725A(4203639386)
        transform: esp-256-aes esp-sha-hmac ,
        in use settings ={Tunnel, }
        conn id: 3, flow_id: SW:3, sibling_flags 80000040, crypto map: Tunnel0-head-0
        sa timing: remaining key lifetime (k/sec): (4272027/3403)
        IV size: 16 bytes
        replay detection support: Y
        Status: ACTIVE(ACTIVE)

     inbound ah sas:

     inbound pcp sas:

     outbound esp sas:
      spi: 0xD0AF1D21(3501137185)
        transform: esp-256-aes esp-sha-hmac ,
        in use settings ={Tunnel, }
        conn id: 4, flow_id: SW:4, sibling_flags 80000040, crypto map: Tunnel0-head-0
        sa timing: remaining key lifetime (k/sec): (4272027/3403)
        IV size: 16 bytes
        replay detection support: Y
        Status: ACTIVE(ACTIVE)

     outbound ah sas:

     outbound pcp sas:"""
    )


def test_ipsec_sa_without_sas_and_with_several() -> None:
    lines = list(show_ipsec_sa([DOWN]))
    start = lines.index("     inbound esp sas:")
    assert lines[start : start + 4] == ["     inbound esp sas:", "", "     inbound ah sas:", ""]
    assert "     current outbound spi: 0x0(0)" in lines
    older = replace(INBOUND, spi=0x1, conn_id=1)
    lines = list(show_ipsec_sa([replace(FLOW, inbound=(INBOUND, older), pfs_group=14)]))
    assert next(line for line in lines if "conn id" in line).startswith("        conn id: 1,")
    assert "     PFS (Y/N): Y, DH group: group14" in lines


def test_flows_of_one_interface_share_its_heading() -> None:
    other = replace(FLOW, interface=InterfaceName("Tunnel", (1,)), map_tag="Tunnel1-head-0")
    lines = list(show_ipsec_sa([FLOW, DOWN, other]))
    assert [line for line in lines if line.startswith("interface")] == [
        "interface: Tunnel0",
        "interface: Tunnel1",
    ]
    assert lines.count("   protected vrf: (none)") == 3


def test_transport_nat_and_gcm_in_an_sa() -> None:
    gcm = ChildProposal(EspTransform(EspCipher.GCM_256, None), Mode.TRANSPORT)
    sa = replace(INBOUND, proposal=gcm, iv_size=8, replay=False, udp_encapsulated=True)
    lines = list(show_ipsec_sa([replace(FLOW, peer_port=4500, inbound=(sa,), outbound=())]))
    assert "        transform: esp-gcm 256 ," in lines
    assert "        in use settings ={Transport UDP-Encaps, }" in lines
    assert any("sibling_flags 80000000" in line for line in lines)
    assert "        replay detection support: N" in lines


def test_isakmp_sa_as_in_real_captures() -> None:
    """Columns of genie's capture of the command."""
    row = PHASE_ONE._replace(
        destination=IPv4Address("100.0.10.2"),
        source=IPv4Address("100.13.220.2"),
        conn_id=29609,
    )
    gone = row._replace(
        source=IPv4Address("100.12.82.2"), state="MM_NO_STATE", conn_id=29188, deleted=True
    )
    lines = list(show_isakmp_sa([row, gone]))
    capture = reference("outputs/show-crypto-isakmp-sa/genie-2.txt").splitlines()
    assert lines[:4] == capture[:4]
    assert lines[4:] == ["", "IPv6 Crypto ISAKMP SA", ""]
    assert list(show_isakmp_sa([]))[2:] == ["", "IPv6 Crypto ISAKMP SA", ""]


def test_isakmp_sa_detail() -> None:
    lines = list(show_isakmp_sa_detail([PHASE_ONE._replace(conn_id=1013, capabilities="DN")]))
    start = next(number for number, line in enumerate(lines) if line.startswith("C-id"))
    assert lines[start:] == [
        "C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.",
        "",
        "1013  100.1.1.1       100.3.3.3              ACTIVE aes  sha256 psk  19 23:59:45 DN  ",
        "       Engine-id:Conn-id =  SW:13",
        "",
        "IPv6 Crypto ISAKMP SA",
        "",
    ]


def test_isakmp_peers() -> None:
    again = PHASE_ONE._replace(conn_id=1001)
    assert list(show_isakmp_peers([PHASE_ONE, again])) == [
        "Peer: 100.3.3.3 Port: 500 Local: 100.1.1.1",
        " Phase1 id: 100.3.3.3",
    ]
    named = PHASE_ONE._replace(identity="spoke.example.net")
    begun = PHASE_ONE._replace(conn_id=0, active=False, peer_port=4500)
    assert list(show_isakmp_peers([begun, named])) == [
        "Peer: 100.3.3.3 Port: 500 Local: 100.1.1.1",
        " Phase1 id: spoke.example.net",
    ]


def test_isakmp_policy_and_keys() -> None:
    prompt = Prompt()
    prompt.type(
        "crypto isakmp policy 20", "crypto isakmp policy 10", "encr aes 256", "hash sha256",
        "authentication pre-share", "group 14", "crypto isakmp key cisco address 10.10.10.2",
        "crypto isakmp key Cisco!23 address 0.0.0.0",
    )  # fmt: skip
    assert "\n".join(show_isakmp_policy(prompt.config.isakmp)) == (
        "\n"
        "Global IKE policy\n"
        "Protection suite of priority 10\n"
        "\tencryption algorithm:\tAES - Advanced Encryption Standard (256 bit keys).\n"
        "\thash algorithm:\t\tSecure Hash Standard 2 (256 bit)\n"
        "\tauthentication method:\tPre-Shared Key\n"
        "\tDiffie-Hellman group:\t#14 (2048 bit)\n"
        "\tlifetime:\t\t86400 seconds, no volume limit\n"
        "Protection suite of priority 20\n"
        "\tencryption algorithm:\tDES - Data Encryption Standard (56 bit keys).\n"
        "\thash algorithm:\t\tSecure Hash Standard\n"
        "\tauthentication method:\tRivest-Shamir-Adleman Signature\n"
        "\tDiffie-Hellman group:\t#1 (768 bit)\n"
        "\tlifetime:\t\t86400 seconds, no volume limit"
    )
    assert list(show_isakmp_key(prompt.config.isakmp)) == [
        "Keyring      Hostname/Address                            Preshared Key",
        "",
        "default      10.10.10.2                                  cisco",
        "             0.0.0.0        [0.0.0.0        ]            Cisco!23",
    ]


def test_transform_sets_profiles_and_lifetimes() -> None:
    prompt = Prompt()
    prompt.type(
        "crypto ipsec transform-set T esp-aes 256 esp-sha-hmac",
        "crypto ipsec transform-set G esp-gcm", "mode transport",
        "crypto ipsec profile P", "set transform-set T G", "set pfs group14",
        "set security-association lifetime seconds 900",
        "crypto ipsec security-association lifetime kilobytes 5000",
    )  # fmt: skip
    ipsec = prompt.config.ipsec
    assert list(show_transform_sets(ipsec)) == [
        "Transform set default: { esp-aes esp-sha-hmac  } ",
        "   will negotiate = { Transport,  }, ",
        "   ",
        "Transform set T: { esp-256-aes esp-sha-hmac  } ",
        "   will negotiate = { Tunnel,  }, ",
        "   ",
        "Transform set G: { esp-gcm  } ",
        "   will negotiate = { Transport,  }, ",
        "   ",
    ]
    assert list(show_transform_sets(ipsec, "T")) == list(show_transform_sets(ipsec))[3:6]
    assert list(show_profiles(ipsec, "P")) == [
        "IPSEC profile P",
        "        Security association lifetime: 5000 kilobytes/900 seconds",
        "        Responder-Only (Y/N): N",
        "        PFS (Y/N): Y",
        "        DH group:  group14",
        "        Mixed-mode : Disabled",
        "        Transform sets={ ",
        "                T:  { esp-256-aes esp-sha-hmac  } , ",
        "                G:  { esp-gcm  } , ",
        "        }",
        "",
    ]
    assert [line for line in show_profiles(ipsec) if line.startswith("IPSEC")] == [
        "IPSEC profile P",
        "IPSEC profile default",
    ]
    assert list(show_security_association(ipsec)) == [
        "Security association lifetime: 5000 kilobytes/3600 seconds"
    ]


def test_session() -> None:
    assert [line.rstrip() for line in show_crypto_session([SESSION])] == [
        "Crypto session current status",
        "",
        "Interface: Tunnel0",
        "Session status: UP-ACTIVE",
        "Peer: 100.3.3.3 port 500",
        "  Session ID: 0",
        "  IKEv1 SA: local 100.1.1.1/500 remote 100.3.3.3/500 Active",
        "  IPSEC FLOW: permit 47 host 100.1.1.1 host 100.3.3.3",
        "        Active SAs: 2, origin: crypto map",
        "",
    ]


def test_session_detail() -> None:
    lines = [line.rstrip() for line in show_crypto_session_detail([SESSION])]
    assert lines[lines.index("Interface: Tunnel0") :] == [
        "Interface: Tunnel0",
        "Uptime: 01:02:05",
        "Session status: UP-ACTIVE",
        "Peer: 100.3.3.3 port 500 fvrf: (none) ivrf: (none)",
        "      Phase1_id: 100.3.3.3",
        "      Desc: (none)",
        "  Session ID: 0",
        "  IKEv1 SA: local 100.1.1.1/500 remote 100.3.3.3/500 Active",
        "          Capabilities:(none) connid:1002 lifetime:23:59:45",
        "  IPSEC FLOW: permit 47 host 100.1.1.1 host 100.3.3.3",
        "        Active SAs: 2, origin: crypto map",
        "        Inbound:  #pkts dec'ed 34 drop 2 life (KB/Sec) 4272027/3403",
        "        Outbound: #pkts enc'ed 33 drop 1 life (KB/Sec) 4272027/3403",
        "",
    ]


def test_session_that_is_down() -> None:
    trying = PHASE_ONE._replace(active=False, lifetime_left=0, conn_id=0, state="MM_NO_STATE")
    down = replace(SESSION, status="DOWN-NEGOTIATING", isakmp=(trying,), flows=(DOWN,), uptime=None)
    lines = [line.rstrip() for line in show_crypto_session_detail([down])]
    assert lines[lines.index("Interface: Tunnel0") + 1 :] == [
        "Session status: DOWN-NEGOTIATING",
        "Peer: 100.3.3.3 port 500 fvrf: (none) ivrf: (none)",
        "      Desc: (none)",
        "      Phase1_id: (none)",
        "  Session ID: 0",
        "  IKEv1 SA: local 100.1.1.1/500 remote 100.3.3.3/500 Inactive",
        "          Capabilities:(none) connid:0 lifetime:0",
        "  IPSEC FLOW: permit 47 host 100.1.1.1 host 100.3.3.3",
        "        Active SAs: 0, origin: crypto map",
        "        Inbound:  #pkts dec'ed 34 drop 2 life (KB/Sec) 0/0",
        "        Outbound: #pkts enc'ed 33 drop 1 life (KB/Sec) 0/0",
        "",
    ]
