"""Firewalls that are kept: zones, inspection, parameters, and the port lists of access lists."""

import pytest

from ioscli.cli.configuration import LineKind
from ioscli.cli.matcher import Help
from ioscli.cli.running_config import running_config

from .typing_config import Prompt, blank, grammar, loaded

ZONES = """\
parameter-map type inspect global
 log dropped-packets enable
 max-incomplete low 18000
 max-incomplete high 20000
object-group service MAIL
 tcp eq smtp
 tcp source gt 1023 eq pop3
 udp range 5000 5010
class-map type inspect match-any INSIDE
 match protocol dns
 match protocol https
 match access-group name IN-OUT
policy-map type inspect OUTBOUND
 class type inspect INSIDE
  inspect
 class class-default
  drop log
zone security IN
 description Users
zone security OUT
zone-pair security IN-OUT source IN destination OUT
 service-policy type inspect OUTBOUND
zone-pair security SELF source OUT destination self
interface GigabitEthernet0/0
 zone-member security IN
"""


def printed(text: str) -> list[str]:
    """What the running-config says after a startup configuration, all of it accepted."""
    config = blank()
    for line in loaded(text, config):
        assert line.result.kind is not LineKind.REJECTED, line
    return list(running_config(config))


def test_a_zone_based_firewall_stands_in_the_order_of_ios() -> None:
    lines = printed(ZONES)
    kept = [line for line in lines if line in ZONES.splitlines()]
    assert kept == ZONES.splitlines()
    assert printed("\n".join(lines)) == lines


def test_prompts_of_the_sub_modes() -> None:
    prompt = Prompt()
    suffixes = []
    for line in (
        "zone security Z",
        "zone-pair security P source Z destination self",
        "class-map type inspect C",
        "policy-map type inspect P",
        "class type inspect C",
        "parameter-map type inspect PM",
    ):
        prompt.type(line)
        suffixes.append(prompt.session.prompt_suffix)
    assert suffixes == [
        "config-sec-zone",
        "config-sec-zone-pair",
        "config-cmap",
        "config-pmap",
        "config-pmap-c",
        "config-profile",
    ]


def test_a_zone_pair_is_known_by_its_name() -> None:
    prompt = Prompt()
    prompt.type("zone security A", "zone security B")
    prompt.type("zone-pair security P source A destination B", "service-policy type inspect X")
    prompt.type("zone-pair security P source A destination self")
    assert prompt.section("zone-pair security P source A destination self") == [
        " service-policy type inspect X"
    ]
    prompt.type("no zone-pair security P", "no zone security B")
    assert [line for line in running_config(prompt.config) if line.startswith("zone")] == [
        "zone security A"
    ]


def test_a_class_is_inspected_passed_or_dropped() -> None:
    prompt = Prompt()
    prompt.type("policy-map type inspect P", "class type inspect C", "inspect", "pass log")
    assert prompt.section("policy-map type inspect P") == [" class type inspect C", "  pass log"]


def test_inspection_rules_stand_beside_each_other_by_protocol() -> None:
    prompt = Prompt()
    prompt.type("ip inspect name FW tcp", "ip inspect name FW udp timeout 15")
    prompt.type("ip inspect name FW http java-list 11 alert on audit-trail off")
    prompt.type("ip inspect max-incomplete low 400", "ip inspect max-incomplete high 500")
    prompt.type("ip inspect name FW udp timeout 30", "ip inspect max-incomplete low 300")
    prompt.type("ip inspect dns-timeout 8", "ip inspect dns-timeout 9")
    found = [line for line in running_config(prompt.config) if "inspect" in line]
    assert found == [
        "ip inspect max-incomplete high 500",
        "ip inspect max-incomplete low 300",
        "ip inspect dns-timeout 9",
        "ip inspect name FW tcp",
        "ip inspect name FW http java-list 11 alert on audit-trail off",
        "ip inspect name FW udp timeout 30",
    ]
    prompt.type("no ip inspect name FW", "no ip inspect dns-timeout 9")
    assert not [line for line in running_config(prompt.config) if "FW" in line or "dns" in line]


@pytest.mark.parametrize(
    "entry",
    [
        "permit tcp any any eq www 443 smtp 8080 8443 telnet",
        "permit tcp any eq www any neq 22 bgp",
        "deny   udp host 10.0.0.1 eq bootps bootpc ntp any eq snmp snmptrap 4789 log",
        "permit tcp any any range ftp-data ftp established",
    ],
)
def test_a_list_of_ports_mixes_names_and_numbers(entry: str) -> None:
    prompt = Prompt()
    prompt.type("ip access-list extended X", entry, f"access-list 101 {entry}")
    assert prompt.section("ip access-list extended X") == [f" {entry}"]
    assert f"access-list 101 {entry}" in running_config(prompt.config)


def test_ports_are_those_of_the_protocol() -> None:
    for refused in (
        "permit tcp any any eq bootps",
        "permit udp any any eq www",
        "permit tcp any any range 80 443 8080",
        "permit tcp any any gt 80 443",
    ):
        results = loaded(f"ip access-list extended X\n {refused}\n", blank())
        assert results[1].result.kind is LineKind.REJECTED, refused
    found = grammar().help("extended_acl", "permit udp any any eq ")
    assert isinstance(found, Help)
    words = [word for word, _ in found.entries]
    assert "bootps" in words
    assert "www" not in words


def test_groups_of_objects_and_lists_of_frames() -> None:
    text = """\
object-group v6-network SIX
 host 2001:DB8::1
 2001:DB8:1::/48
 group-object OTHER
object-group ip port WEB
 eq 80
 range 8000 8080
mac access-list extended M
 permit any c100.0000.0000 0000.0000.0000
 deny any host 0000.0000.0001 800 0
arp access-list A
 permit ip host 10.0.0.1 mac host 0000.0000.0001
 permit response ip any host 10.0.0.2 mac any host 0000.0000.0002 log
"""
    lines = printed(text)
    assert [line for line in text.splitlines() if line not in lines] == []
