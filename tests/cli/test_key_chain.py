"""show key chain, laid out as captures are."""

from tests.router.eigrp_networks import execute, type_at
from tests.router.networks import Network, config

CHAINS = (
    "key chain cisco\n"
    " key 1\n  key-string cisco123\n"
    "  accept-lifetime 11:11:11 Mar 1 2001 infinite\n"
    "  send-lifetime 11:11:11 Mar 1 2001 duration 3600\n"
    " key 2\n  key-string 7 094F471A1A0A\n"
    "  accept-lifetime 00:00:00 Mar 1 2002 00:01:00 1 Mar 2002\n"
    "  cryptographic-algorithm hmac-sha-256\n"
    "key chain bla\n key 7"
)
CISCO = """\
Key-chain cisco:
    key 1 -- text "cisco123"
        accept lifetime (11:11:11 UTC Mar 1 2001) - (infinite) [valid now]
        send lifetime (11:11:11 UTC Mar 1 2001) - (12:11:11 UTC Mar 1 2001)
    key 2 -- text "cisco"
        cryptographic-algorithm: hmac-sha-256
        accept lifetime (00:00:00 UTC Mar 1 2002) - (00:01:00 UTC Mar 1 2002) [valid now]
        send lifetime (always valid) - (always valid) [valid now]
"""
BLA = """\
Key-chain bla:
    key 7 -- text ""
        accept lifetime (always valid) - (always valid) [valid now]
        send lifetime (always valid) - (always valid) [valid now]
"""


def test_key_chains_and_what_is_valid_now() -> None:
    network = Network(config("R1", {"Gi0/0": "10.0.12.1/24"}, {}))
    network.boot()
    assert execute(network, "R1", "show key chain") == ""
    type_at(network, "R1", CHAINS)
    assert execute(network, "R1", "show key chain") == CISCO + BLA
    assert execute(network, "R1", "show key chain bla") == BLA
    assert execute(network, "R1", "show key chain none") == ""
    network.wait(61)
    ended = CISCO.replace("(00:01:00 UTC Mar 1 2002) [valid now]", "(00:01:00 UTC Mar 1 2002)")
    assert execute(network, "R1", "show key chain cisco") == ended
