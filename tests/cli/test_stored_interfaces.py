"""Lines of interfaces and of routing that are kept: radios, circuits, services, tunnels."""

import pytest

from ioscli.cli.configuration import ConfigSession, LineKind, LoadedLine, load
from ioscli.cli.running_config import running_config
from ioscli.model.config import RouterConfig

from .typing_config import Prompt, blank, grammar


def loaded(text: str, config: RouterConfig) -> list[LoadedLine]:
    """What a file did to a router of any hardware."""
    return list(load(ConfigSession(grammar(), config, None, startup=True), text))


RADIO = """\
interface Dot11Radio0
 no ip address
 encryption mode wep mandatory
 broadcast-key change 1800
 ssid RADIOSHOUT
    authentication open eap eap_methods1
 speed 1.0 2.0 basic-11.0 54.0
 power local cck 100
 power local ofdm 30
 channel 2437
 station-role root
 bridge-group 1
"""

CIRCUIT = """\
interface ATM0/0
 no ip address
 no atm ilmi-keepalive
!
interface ATM0/0.32 point-to-point
 pvc 0/32
  vbr-nrt 704 704
  dialer pool-member 1
  protocol ppp dialer
"""

SERVICES = """\
interface GigabitEthernet0/1
 service instance 1 ethernet
  encapsulation dot1q 10
  rewrite ingress tag pop 1 symmetric
  bridge-domain 710
 xconnect 10.0.0.2 649 encapsulation mpls
  backup peer 10.0.0.3 707
 cts manual
  policy static sgt 2 trusted
"""

GLOBALS = """\
redundancy
 mode none
ip bgp-community new-format
bridge irb
telemetry ietf subscription 100
 encoding encode-kvgpb
 filter xpath /ip-sla-ios-xe-oper:ip-sla-stats/sla-oper-entry
 stream yang-push
 update-policy periodic 6000
 receiver ip address 172.31.46.67 42518 protocol grpc-tcp
ip sla 12
 http get http://10.0.0.1/
 history lives-kept 2
 secondary-frequency timeout 10
ip sla schedule 12 life forever start-time random 1234
ipv6 dhcp pool LAN
 address prefix 2001:db8::/64 lifetime infinite
 dns-server 2001:db8::1
telephony-service
 max-conferences 8 gain -6
 srst dn line-mode dual
sdwan
 interface GigabitEthernet1
  tunnel-interface
   color gold
   no allow-service all
  exit
 exit
"""


@pytest.mark.parametrize("text", [RADIO, CIRCUIT, SERVICES, GLOBALS])
def test_what_is_kept_is_printed_back(text: str) -> None:
    config = blank()
    lines = list(loaded(text, config))
    assert [line.text for line in lines if line.result.kind is LineKind.REJECTED] == []
    printed = [" ".join(line.split()) for line in running_config(config)]
    for line in text.splitlines():
        if line not in ("!", " exit", "  exit"):
            assert " ".join(line.split()) in printed


def test_radio_commands_are_for_radios() -> None:
    text = "interface Ethernet0\n ssid X\ninterface Dot11Radio0\n ssid X\n"
    kinds = [line.result.kind for line in loaded(text, blank())]
    assert kinds[1] is LineKind.REJECTED
    assert kinds[3] is LineKind.STORED


def test_an_abbreviation_of_encapsulation_is_not_taken_by_radios() -> None:
    prompt = Prompt()
    prompt.type("interface g0/0.10", "enc dot 10")
    assert " encapsulation dot1Q 10" in prompt.section("interface GigabitEthernet0/0.10")


def test_a_kept_tunnel_mode_and_one_that_acts_replace_each_other() -> None:
    prompt = Prompt()
    prompt.type("interface tu0", "tunnel mode ipsec ipv4", "tunnel mode gre multipoint")
    assert " tunnel mode gre multipoint" in prompt.section("interface Tunnel0")
    assert " tunnel mode ipsec ipv4" not in prompt.section("interface Tunnel0")
    prompt.type("tunnel key 7")
    section = prompt.section("interface Tunnel0")
    assert section.index(" tunnel mode gre multipoint") < section.index(" tunnel key 7")
    prompt.type("tunnel mode ipsec ipv4")
    assert " tunnel mode gre multipoint" not in prompt.section("interface Tunnel0")
    prompt.type("tunnel mode gre multipoint", "no tunnel mode gre multipoint")
    assert " tunnel mode gre multipoint" not in prompt.section("interface Tunnel0")


def test_lines_after_a_closed_section_stay_in_the_one_around_it() -> None:
    config = blank()
    text = (
        "router eigrp LAB\n !\n address-family ipv4 unicast autonomous-system 42\n  !\n"
        "  topology base\n   variance 4\n  exit-af-topology\n  network 10.0.0.0\n"
        " exit-address-family\n"
    )
    assert all(line.result.kind is not LineKind.REJECTED for line in loaded(text, config))
    printed = list(running_config(config))
    at = printed.index("router eigrp LAB")
    assert printed[at : at + 9] == text.splitlines()


def test_redundancy_is_printed_once_and_always() -> None:
    config = blank()
    assert [*running_config(config)].count("redundancy") == 1
    list(loaded("redundancy\n mode sso\n", config))
    printed = [*running_config(config)]
    assert printed.count("redundancy") == 1
    assert printed[printed.index("redundancy") + 1] == " mode sso"


CHANNELS = """\
interface Serial0/0/0:0
 no ip address
 encapsulation ppp
 ppp authentication chap pap callin
 ppp chap hostname branch
 ppp chap password 7 094F471A1A0A
 ppp pap sent-username branch password 7 094F471A1A0A
 ppp ipcp dns request
 ppp multilink
 ppp multilink group 1
!
interface Serial0/0/0:0.100
 description customer
!
interface Serial0/0/0:1
 no ip address
"""


def test_channel_groups_and_what_ppp_is_told() -> None:
    config = blank()
    # Read in another order than IOS prints: the channels and the lines of PPP find their places.
    first, second, third = CHANNELS.split("!\n")
    shuffled = first.splitlines()
    shuffled[3:] = reversed(shuffled[3:])
    lines = loaded("!\n".join((third, second, "\n".join(shuffled))), config)
    assert [it.text for it in lines if it.result.kind is LineKind.REJECTED] == []
    wanted = [line for line in CHANNELS.splitlines() if line != "!"]
    printed = list(running_config(config))
    start = printed.index(wanted[0])
    assert [line for line in printed[start : start + len(wanted) + 4] if line in wanted] == wanted
    loaded("interface Serial0/0/0:0\n no ppp chap password\n ppp chap hostname other", config)
    changed = [line for line in running_config(config) if "ppp chap" in line]
    assert changed == [" ppp chap hostname other"]


def test_only_serial_interfaces_have_channels() -> None:
    lines = loaded("interface GigabitEthernet0/0:1\n no ip address\n", blank())
    assert lines[0].result.kind is LineKind.REJECTED
