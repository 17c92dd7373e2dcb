"""Debugs: the lines of public captures (IOS 15.x and IOS XE), in their order.

The transcripts here are those captures with our addresses, algorithms and identifiers, less what
only another implementation has: Cisco's own vendor ID, and errors of its data structures.
"""

import re

import pytest

from ioscli.model.isakmp import IkeEncryption, IkeHash, IsakmpPolicy, IsakmpProfile
from ioscli.protocols.ike import Debug, debug_lines
from tests.protocols.ike.wire import A, B, Wire, child, config, pair, policy


def talkative(*topics: str) -> Wire:
    wire = pair()
    for peer in (wire.a, wire.b):
        peer.debug(*(topics or ("isakmp",)))
    return wire


def plain(lines: list[str]) -> list[str]:
    """Lines without what differs from run to run."""
    text = "\n".join(lines)
    text = re.sub(r"(SPI:)?0x[0-9A-F]{5,}", r"\g<1>0xN", text)
    text = re.sub(r"(sa = |successfully )[0-9A-F]{5,}", r"\1N", text)
    text = re.sub(r"\b(M-ID of|message ID =|[Nn]ode|spi) [1-9]\d{4,}", r"\1 N", text)
    return text.split("\n")


INITIATOR = """\
ISAKMP: (0):SA request profile is (NULL)
ISAKMP: (0):Created a peer struct for 192.0.2.2, peer port 500
ISAKMP: (0):New peer created peer = 0xN peer_handle = 0xN
ISAKMP: (0):Locking peer struct 0xN, refcount 1 for isakmp_initiator
ISAKMP: (0):local port 500, remote port 500
ISAKMP: (0):set new node 0 to QM_IDLE      |
ISAKMP: (0):insert sa successfully sa = N
ISAKMP: (0):Can not start Aggressive mode, trying Main mode.
ISAKMP: (0):found peer pre-shared key matching 192.0.2.2
ISAKMP: (0):constructed NAT-T vendor-rfc3947 ID
ISAKMP: (0):constructed NAT-T vendor-07 ID
ISAKMP: (0):constructed NAT-T vendor-03 ID
ISAKMP: (0):constructed NAT-T vendor-02 ID
ISAKMP: (0):Input = IKE_MESG_FROM_IPSEC, IKE_SA_REQ_MM
ISAKMP: (0):Old State = IKE_READY  New State = IKE_I_MM1 |

ISAKMP: (0):beginning Main Mode exchange
ISAKMP-PAK: (0):sending packet to 192.0.2.2 my_port 500 peer_port 500 (I) MM_NO_STATE
ISAKMP: (0):Sending an IKE IPv4 Packet.
ISAKMP-PAK: (0):received packet from 192.0.2.2 dport 500 sport 500 Global (I) MM_NO_STATE
ISAKMP: (0):Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH
ISAKMP: (0):Old State = IKE_I_MM1  New State = IKE_I_MM2 |

ISAKMP: (0):processing SA payload. message ID = 0
ISAKMP: (0):processing vendor id payload
ISAKMP: (0):vendor ID seems Unity/DPD but major 69 mismatch
ISAKMP: (0):vendor ID is NAT-T RFC 3947
ISAKMP: (0):found peer pre-shared key matching 192.0.2.2
ISAKMP: (0):local preshared key found
ISAKMP: (0):Scanning profiles for xauth ...
ISAKMP: (0):Checking ISAKMP transform 1 against priority 10 policy
ISAKMP: (0):      encryption AES-CBC
ISAKMP: (0):      keylength of 256
ISAKMP: (0):      hash SHA256
ISAKMP: (0):      default group 19
ISAKMP: (0):      auth pre-share
ISAKMP: (0):      life type in seconds
ISAKMP:      life duration (VPI) of  0x0 0x1 0x51 0x80 |
ISAKMP: (0):atts are acceptable. Next payload is 0
ISAKMP: (0):Acceptable atts:actual life: 0
ISAKMP: (0):Acceptable atts:life: 0
ISAKMP: (0):Fill atts in sa vpi_length:4
ISAKMP: (0):Fill atts in sa life_in_seconds:86400
ISAKMP: (0):Returning Actual lifetime: 86400
ISAKMP: (0):Started lifetime timer: 86400.

ISAKMP: (0):processing vendor id payload
ISAKMP: (0):vendor ID seems Unity/DPD but major 69 mismatch
ISAKMP: (0):vendor ID is NAT-T RFC 3947
ISAKMP: (0):Input = IKE_MESG_INTERNAL, IKE_PROCESS_MAIN_MODE
ISAKMP: (0):Old State = IKE_I_MM2  New State = IKE_I_MM2 |

ISAKMP-PAK: (0):sending packet to 192.0.2.2 my_port 500 peer_port 500 (I) MM_SA_SETUP
ISAKMP: (0):Sending an IKE IPv4 Packet.
ISAKMP: (0):Input = IKE_MESG_INTERNAL, IKE_PROCESS_COMPLETE
ISAKMP: (0):Old State = IKE_I_MM2  New State = IKE_I_MM3 |

ISAKMP-PAK: (0):received packet from 192.0.2.2 dport 500 sport 500 Global (I) MM_SA_SETUP
ISAKMP: (0):Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH
ISAKMP: (0):Old State = IKE_I_MM3  New State = IKE_I_MM4 |

ISAKMP: (0):processing KE payload. message ID = 0
ISAKMP: (0):processing NONCE payload. message ID = 0
ISAKMP: (0):found peer pre-shared key matching 192.0.2.2
ISAKMP: (1001):processing vendor id payload
ISAKMP: (1001):vendor ID is Unity
ISAKMP: (1001):processing vendor id payload
ISAKMP: (1001):vendor ID is DPD
ISAKMP: (1001):processing vendor id payload
ISAKMP: (1001):vendor ID seems Unity/DPD but major 183 mismatch
ISAKMP: (1001):vendor ID is XAUTH
ISAKMP: (1001):received payload type 20
ISAKMP: (1001):His hash no match - this node outside NAT
ISAKMP: (1001):received payload type 20
ISAKMP: (1001):No NAT Found for self or peer
ISAKMP: (1001):Input = IKE_MESG_INTERNAL, IKE_PROCESS_MAIN_MODE
ISAKMP: (1001):Old State = IKE_I_MM4  New State = IKE_I_MM4 |

ISAKMP: (1001):Send initial contact
ISAKMP: (1001):SA is doing |
ISAKMP: (1001):pre-shared key authentication using id type ID_IPV4_ADDR
ISAKMP: (1001):ID payload |
        next-payload : 8
        type         : 1
ISAKMP: (1001):   address      : 192.0.2.1
ISAKMP: (1001):   protocol     : 17 |
        port         : 500 |
        length       : 12
ISAKMP: (1001):Total payload length: 12
ISAKMP-PAK: (1001):sending packet to 192.0.2.2 my_port 500 peer_port 500 (I) MM_KEY_EXCH
ISAKMP: (1001):Sending an IKE IPv4 Packet.
ISAKMP: (1001):Input = IKE_MESG_INTERNAL, IKE_PROCESS_COMPLETE
ISAKMP: (1001):Old State = IKE_I_MM4  New State = IKE_I_MM5 |

ISAKMP-PAK: (1001):received packet from 192.0.2.2 dport 500 sport 500 Global (I) MM_KEY_EXCH
ISAKMP: (1001):processing ID payload. message ID = 0
ISAKMP: (1001):ID payload |
        next-payload : 8
        type         : 1
ISAKMP: (1001):   address      : 192.0.2.2
ISAKMP: (1001):   protocol     : 17 |
        port         : 500 |
        length       : 12
ISAKMP: (0):peer matches *none* of the profiles
ISAKMP: (1001):processing HASH payload. message ID = 0
ISAKMP: (1001):SA authentication status:
        authenticated
ISAKMP: (1001):SA has been authenticated with 192.0.2.2
ISAKMP: (0):Trying to insert a peer 192.0.2.1/192.0.2.2/500/, |
ISAKMP: (0): and inserted successfully N.
ISAKMP: (1001):Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH
ISAKMP: (1001):Old State = IKE_I_MM5  New State = IKE_I_MM6 |

ISAKMP: (1001):Input = IKE_MESG_INTERNAL, IKE_PROCESS_MAIN_MODE
ISAKMP: (1001):Old State = IKE_I_MM6  New State = IKE_I_MM6 |

ISAKMP: (1001):Input = IKE_MESG_INTERNAL, IKE_PROCESS_COMPLETE
ISAKMP: (1001):Old State = IKE_I_MM6  New State = IKE_P1_COMPLETE |

ISAKMP: (1001):beginning Quick Mode exchange, M-ID of N
ISAKMP: (1001):QM Initiator gets spi
ISAKMP-PAK: (1001):sending packet to 192.0.2.2 my_port 500 peer_port 500 (I) QM_IDLE      |
ISAKMP: (1001):Sending an IKE IPv4 Packet.
ISAKMP: (1001):Node N, Input = IKE_MESG_INTERNAL, IKE_INIT_QM
ISAKMP: (1001):Old State = IKE_QM_READY  New State = IKE_QM_I_QM1
ISAKMP: (1001):Input = IKE_MESG_INTERNAL, IKE_PHASE1_COMPLETE
ISAKMP: (1001):Old State = IKE_P1_COMPLETE  New State = IKE_P1_COMPLETE |

ISAKMP-PAK: (1001):received packet from 192.0.2.2 dport 500 sport 500 Global (I) QM_IDLE      |
ISAKMP: (1001):processing HASH payload. message ID = N
ISAKMP: (1001):processing SA payload. message ID = N
ISAKMP: (1001):Checking IPSec proposal 1
ISAKMP: (1001):transform 1, ESP_AES |
ISAKMP: (1001):   attributes in transform:
ISAKMP: (1001):      encaps is 1 (Tunnel)
ISAKMP: (1001):      SA life type in seconds
ISAKMP: (1001):      SA life duration (basic) of 3600
ISAKMP: (1001):      SA life type in kilobytes
ISAKMP:      SA life duration (VPI) of  0x0 0x46 0x50 0x0 |
ISAKMP: (1001):      authenticator is HMAC-SHA
ISAKMP: (1001):      key length is 256
ISAKMP: (1001):atts are acceptable.
ISAKMP: (1001):processing NONCE payload. message ID = N
ISAKMP: (1001):processing ID payload. message ID = N
ISAKMP: (1001):processing ID payload. message ID = N
ISAKMP: (1001):Node N, Input = IKE_MESG_FROM_PEER, IKE_QM_EXCH
ISAKMP: (1001):Old State = IKE_QM_I_QM1  New State = IKE_QM_IPSEC_INSTALL_AWAIT
ISAKMP: (1001):Received IPSec Install callback... proceeding with the negotiation
ISAKMP: (1001):Successfully installed IPSEC SA (SPI:0xN) on Ethernet0/0
ISAKMP-PAK: (1001):sending packet to 192.0.2.2 my_port 500 peer_port 500 (I) QM_IDLE      |
ISAKMP: (1001):Sending an IKE IPv4 Packet.
ISAKMP: (1001):deleting node N error FALSE reason "No Error"
ISAKMP: (1001):Node N, Input = IKE_MESG_FROM_IPSEC, IPSEC_INSTALL_DONE
ISAKMP: (1001):Old State = IKE_QM_IPSEC_INSTALL_AWAIT  New State = IKE_QM_PHASE2_COMPLETE
"""
"""`|` stands for the end of a line that ends in blanks."""


def test_initiator_says_what_a_router_says() -> None:
    wire = talkative()
    wire.a.machine.interface_of = lambda _address: "Ethernet0/0"
    wire.a.initiate(child(A, B))
    wire.run(1)
    expected = [line.removesuffix("|") for line in INITIATOR.splitlines()]
    assert plain(wire.a.debugs) == expected


def test_responder_passes_through_its_own_states() -> None:
    wire = talkative()
    wire.a.initiate(child(A, B))
    wire.run(1)
    moves = [line for line in plain(wire.b.debugs) if "Old State" in line]
    assert [re.sub(r".*Old State = ", "", move).rstrip() for move in moves] == [
        "IKE_READY  New State = IKE_R_MM1",
        "IKE_R_MM1  New State = IKE_R_MM1",
        "IKE_R_MM1  New State = IKE_R_MM2",
        "IKE_R_MM2  New State = IKE_R_MM3",
        "IKE_R_MM3  New State = IKE_R_MM3",
        "IKE_R_MM3  New State = IKE_R_MM4",
        "IKE_R_MM4  New State = IKE_R_MM5",
        "IKE_R_MM5  New State = IKE_R_MM5",
        "IKE_R_MM5  New State = IKE_P1_COMPLETE",
        "IKE_P1_COMPLETE  New State = IKE_P1_COMPLETE",
        "IKE_QM_READY  New State = IKE_QM_SPI_STARVE",
        "IKE_QM_SPI_STARVE  New State = IKE_QM_IPSEC_INSTALL_AWAIT",
        "IKE_QM_IPSEC_INSTALL_AWAIT  New State = IKE_QM_R_QM2",
        "IKE_QM_R_QM2  New State = IKE_QM_PHASE2_COMPLETE",
    ]
    assert wire.b.debugs[0] == (
        "ISAKMP-PAK: (0):received packet from 192.0.2.1 dport 500 sport 500 Global (N) NEW SA"
    )


def test_nothing_is_made_that_nobody_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    def unwanted(*_: object) -> None:
        raise AssertionError("a line was made")

    for name in ("phase_one_transform", "phase_two_transform", "vendor_ids", "sa_request"):
        monkeypatch.setattr(debug_lines, name, unwanted)
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.a.installed
    assert not wire.a.debugs


def test_turned_on_in_the_middle_it_goes_on_from_there() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(0.012)
    wire.a.debug("isakmp")
    wire.run(1)
    moves = [line for line in wire.a.debugs if "Old State" in line]
    assert moves[0] == "ISAKMP: (0):Old State = IKE_I_MM3  New State = IKE_I_MM4 \n"


@pytest.mark.parametrize(
    ("theirs", "objection"),
    [
        (
            policy(10, IkeEncryption.TRIPLE_DES),
            "Encryption algorithm offered does not match policy!",
        ),
        (policy(10, IkeEncryption.AES_128), "Proposed key length does not match policy"),
        (policy(10, digest=IkeHash.SHA), "Hash algorithm offered does not match policy!"),
        (policy(10, group=14), "Diffie-Hellman group offered does not match policy!"),
    ],
)
def test_policy_mismatch_names_what_differs(theirs: IsakmpPolicy, objection: str) -> None:
    wire = talkative()
    wire.b.configure(config(theirs), child(B, A))
    wire.a.initiate(child(A, B))
    wire.run(1)
    lines = plain(wire.b.debugs)
    start = lines.index(f"ISAKMP-ERROR: (0):{objection}")
    reason = '"Phase1 SA policy proposal not accepted" state (R) MM_NO_STATE (peer 192.0.2.1)'
    assert lines[start:] == [
        f"ISAKMP-ERROR: (0):{objection}",
        "ISAKMP-ERROR: (0):atts are not acceptable. Next payload is 0",
        "ISAKMP-ERROR: (0):no offers accepted!",
        "ISAKMP-ERROR: (0):phase 1 SA policy not acceptable! (local 192.0.2.2 remote 192.0.2.1)",
        "ISAKMP: (0):incrementing error counter on sa, attempt 1 of 5: construct_fail_ag_init",
        "ISAKMP-ERROR: (0):Failed to construct AG informational message.",
        "ISAKMP-PAK: (0):sending packet to 192.0.2.1 my_port 500 peer_port 500 (R) MM_NO_STATE",
        "ISAKMP: (0):Sending an IKE IPv4 Packet.",
        "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main mode failed with peer at 192.0.2.1",
        "ISAKMP: (0):FSM action returned error: 2",
        "ISAKMP: (0):peer does not do paranoid keepalives.",
        f"ISAKMP-ERROR: (0):deleting SA reason {reason}",
        "ISAKMP: (0):Input = IKE_MESG_INTERNAL, IKE_PHASE1_DEL",
        "ISAKMP: (0):Old State = IKE_R_MM1  New State = IKE_DEST_SA ",
        "",
        f"ISAKMP-ERROR: (0):deleting SA reason {reason} ",
        "ISAKMP: (0):Unlocking peer struct 0xN for isadb_mark_sa_deleted(), count 0",
        "ISAKMP: (0):Deleting peer node by peer_reap for 192.0.2.1: F000340",
    ]
    assert "ISAKMP-ERROR: (0):Notify has no hash. Rejected." in wire.a.debugs


def test_several_transforms_are_all_tried_against_each_policy() -> None:
    wire = talkative()
    wire.a.configure(config(policy(10, group=14), policy(20, group=2)), child(A, B))
    wire.b.configure(config(policy(5, IkeEncryption.DES), policy(6, group=2)), child(B, A))
    wire.a.initiate(child(A, B))
    wire.run(1)
    tried = [
        line.partition(":(")[0].partition("):")[2]
        for line in wire.b.debugs
        if "against priority" in line or "acceptable. Next" in line
    ]
    assert tried == [
        "Checking ISAKMP transform 1 against priority 5 policy",
        "atts are not acceptable. Next payload is 3",
        "Checking ISAKMP transform 2 against priority 5 policy",
        "atts are not acceptable. Next payload is 0",
        "Checking ISAKMP transform 1 against priority 6 policy",
        "atts are not acceptable. Next payload is 3",
        "Checking ISAKMP transform 2 against priority 6 policy",
        "atts are acceptable. Next payload is 0",
    ]


def test_wrong_key() -> None:
    wire = talkative()
    wire.b.configure(config(policy(), key="cisco124"), child(B, A))
    wire.a.initiate(child(A, B))
    wire.run(1)
    lines = plain(wire.b.debugs)
    start = next(i for i, line in enumerate(lines) if "IKE_R_MM4  New State = IKE_R_MM5" in line)
    assert lines[start + 2 :] == [
        "ISAKMP-ERROR: (1001):reserved not zero on ID payload!",
        "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 192.0.2.1 failed its sanity check or is"
        " malformed",
        "ISAKMP: (1001):incrementing error counter on sa, attempt 1 of 5: PAYLOAD_MALFORMED",
        "ISAKMP: (1001):Input = IKE_MESG_INTERNAL, IKE_PROCESS_ERROR",
        "ISAKMP: (1001):Old State = IKE_R_MM5  New State = IKE_R_MM4 ",
        "",
    ]


def test_no_key() -> None:
    wire = talkative()
    wire.a.configure(config(policy(), key=None))
    wire.a.initiate(child(A, B))
    assert wire.a.debugs == [
        "ISAKMP: (0):SA request profile is (NULL)",
        "ISAKMP-ERROR: (0):No pre-shared key with 192.0.2.2!",
        "ISAKMP-ERROR: (0):No Cert or pre-shared address key.",
        "ISAKMP-ERROR: (0):construct_initial_message: Can not start Main mode",
        "ISAKMP-ERROR: (0):Error while processing SA request: Failed to initialize SA",
        "ISAKMP-ERROR: (0):Error while processing KMI message 0, error 2.",
    ]


def test_no_answer() -> None:
    wire = pair(lambda _number, _send: ())
    wire.a.initiate(child(A, B))
    wire.a.debug("isakmp")
    wire.run(61)
    lines = plain(wire.a.debugs)
    for attempt in range(5):
        assert lines[attempt * 5 : attempt * 5 + 5] == [
            "ISAKMP: (0):retransmitting phase 1 MM_NO_STATE...",
            f"ISAKMP: (0):incrementing error counter on sa, attempt {attempt + 1} of 5: retransmit"
            " phase 1",
            "ISAKMP: (0):retransmitting phase 1 MM_NO_STATE",
            "ISAKMP-PAK: (0):sending packet to 192.0.2.2 my_port 500 peer_port 500 (I) MM_NO_STATE",
            "ISAKMP: (0):Sending an IKE IPv4 Packet.",
        ]
    reason = '"Death by retransmission P1" state (I) MM_NO_STATE (peer 192.0.2.2)'
    assert lines[25:28] == [
        "ISAKMP: (0):retransmitting phase 1 MM_NO_STATE...",
        "ISAKMP: (0):peer does not do paranoid keepalives.",
        f"ISAKMP-ERROR: (0):deleting SA reason {reason}",
    ]


def test_quick_mode_without_an_answer_counts_for_the_node_and_the_sa() -> None:
    wire = pair(lambda number, _send: () if number > 6 else (5_000,))
    wire.a.initiate(child(A, B))
    wire.run(5)
    wire.a.debug("isakmp")
    wire.run(6)
    assert plain(wire.a.debugs) == [
        "ISAKMP: (1001):retransmitting phase 2 QM_IDLE 4040666148 ...",
        "ISAKMP: (1001):incrementing error counter on node, attempt 1 of 5: retransmit phase 2",
        "ISAKMP: (1001):incrementing error counter on sa, attempt 1 of 5: retransmit phase 2",
        "ISAKMP: (1001):retransmitting phase 2 4040666148 QM_IDLE",
        "ISAKMP-PAK: (1001):sending packet to 192.0.2.2 my_port 500 peer_port 500 (I)"
        " QM_IDLE      ",
        "ISAKMP: (1001):Sending an IKE IPv4 Packet.",
    ]


def test_identities_that_fit_nothing() -> None:
    wire = talkative("isakmp", "ipsec")
    wire.b.machine.set_child_policies([child(B, A, protocol=4)])
    wire.a.initiate(child(A, B))
    wire.run(1)
    lines = plain(wire.b.debugs)
    start = lines.index("IPSEC(validate_proposal_request): proposal part #1")
    assert lines[start - 1 :] == [
        "ISAKMP: (1001):atts are acceptable.",
        "IPSEC(validate_proposal_request): proposal part #1",
        "IPSEC(validate_proposal_request): proposal part #1,",
        "  (key eng. msg.) INBOUND local= 192.0.2.2:0, remote= 192.0.2.1:0,",
        "    local_proxy= 192.0.2.2/255.255.255.255/47/0,",
        "    remote_proxy= 192.0.2.1/255.255.255.255/47/0,",
        "    protocol= ESP, transform= esp-aes 256 esp-sha-hmac  (Tunnel), ",
        "    lifedur= 0s and 0kb, ",
        "    spi= 0x0(0), conn_id= 0, keysize= 256, flags= 0x0",
        "Crypto mapdb : proxy_match",
        "        src addr     : 192.0.2.2",
        "        dst addr     : 192.0.2.1",
        "        protocol     : 47",
        "        src port     : 0",
        "        dst port     : 0",
        "map_db_find_best did not find matching map",
        "IPSEC(ipsec_process_proposal): proxy identities not supported",
        "ISAKMP-ERROR: (1001):IPSec policy invalidated proposal with error 32",
        "ISAKMP-ERROR: (1001):phase 2 SA policy not acceptable! (local 192.0.2.2 remote 192.0.2.1)",
        "ISAKMP: (1001):set new node N to QM_IDLE      ",
        "ISAKMP: (1001):Sending NOTIFY PROPOSAL_NOT_CHOSEN protocol 3",
        "        spi N, message ID = N",
        "ISAKMP-PAK: (1001):sending packet to 192.0.2.1 my_port 500 peer_port 500 (R)"
        " QM_IDLE      ",
        "ISAKMP: (1001):Sending an IKE IPv4 Packet.",
        "ISAKMP: (1001):purging node N",
        'ISAKMP-ERROR: (1001):deleting node N error TRUE reason "QM rejected"',
        "ISAKMP: (1001):Node N, Input = IKE_MESG_FROM_PEER, IKE_QM_EXCH",
        "ISAKMP: (1001):Old State = IKE_QM_READY  New State = IKE_QM_READY",
        "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Quick mode failed with peer at 192.0.2.1",
    ]
    ours = plain(wire.a.debugs)
    start = ours.index("ISAKMP: (1001):processing NOTIFY PROPOSAL_NOT_CHOSEN protocol 3")
    assert ours[start + 2 : start + 5] == [
        "ISAKMP: (1001):deleting spi N message ID = N",
        'ISAKMP-ERROR: (1001):deleting node N error TRUE reason "Delete Larval"',
        'ISAKMP: (1001):deleting node N error FALSE reason "Informational (in) state 1"',
    ]


def test_errors_alone() -> None:
    wire = talkative("isakmp error")
    wire.b.configure(config(policy(group=5)), child(B, A))
    wire.a.initiate(child(A, B))
    wire.run(1)
    debugs = [line for line in wire.b.debugs if not line.startswith("%")]
    assert len(debugs) >= 5
    assert all(line.startswith("ISAKMP-ERROR: ") for line in debugs)


def test_what_ipsec_asks_for_and_gets() -> None:
    wire = talkative("ipsec")
    wire.a.initiate(child(A, B))
    wire.run(1)
    ends = A, B
    selectors = child(A, B).local_selector, child(A, B).remote_selector
    assert wire.a.debugs == [
        debug_lines.sa_request(child(A, B)),
        "IPSEC(validate_proposal_request): proposal part #1",
        "IPSEC(validate_proposal_request): proposal part #1,\n"
        f"  (key eng. msg.) INBOUND local= {ends[0]}:0, remote= {ends[1]}:0,\n"
        "    local_proxy= 192.0.2.1/255.255.255.255/47/0,\n"
        "    remote_proxy= 192.0.2.2/255.255.255.255/47/0,\n"
        "    protocol= ESP, transform= esp-aes 256 esp-sha-hmac  (Tunnel), \n"
        "    lifedur= 0s and 0kb, \n"
        "    spi= 0x0(0), conn_id= 0, keysize= 256, flags= 0x0",
        debug_lines.proxy_match(selectors),
    ]
    (sa,) = wire.a.installed
    lines = debug_lines.create_sa(sa, sa.inbound_spi, inbound=True, conn_id=2001).split("\n")
    assert lines == [
        "IPSEC(create_sa): sa created,",
        "  (sa) sa_dest= 192.0.2.1, sa_proto= 50, ",
        f"    sa_spi= 0x{sa.inbound_spi:X}({sa.inbound_spi}), ",
        "    sa_trans= esp-aes 256 esp-sha-hmac , sa_conn_id= 2001",
        "    sa_lifetime(k/sec)= (4608000/3600),",
        "  (identity) local= 192.0.2.1:0, remote= 192.0.2.2:0,",
        "    local_proxy= 192.0.2.1/255.255.255.255/47/0,",
        "    remote_proxy= 192.0.2.2/255.255.255.255/47/0",
    ]


def test_debug_effects_carry_their_topic() -> None:
    wire = pair()
    wire.a.debug("isakmp", "ipsec")
    effects = wire.a.machine.initiate(wire.now, child(A, B))
    topics = [effect.topic for effect in effects if isinstance(effect, Debug)]
    assert topics[0] == "ipsec"
    assert set(topics[1:]) == {"isakmp"}


def test_profiles_are_named_where_they_are_scanned() -> None:
    wire = talkative()
    wire.b.settings.profiles["VPN"] = IsakmpProfile("VPN")
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert "ISAKMP: (0):Scanning profiles for xauth ... VPN" in wire.b.debugs


def test_error_debugging_alone_names_the_missing_key() -> None:
    wire = pair()
    wire.b.settings.keys = []
    wire.b.debug("isakmp error")
    wire.a.initiate(child(A, B))
    wire.run(1)
    errors = [line for line in wire.b.debugs if line.startswith("ISAKMP")]
    assert errors[:4] == [
        "ISAKMP-ERROR: (0):No pre-shared key with 192.0.2.1!",
        "ISAKMP-ERROR: (0):Preshared authentication offered but does not match policy!",
        "ISAKMP-ERROR: (0):atts are not acceptable. Next payload is 0",
        "ISAKMP-ERROR: (0):no offers accepted!",
    ]
