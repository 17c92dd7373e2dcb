"""Services and crypto that are kept: where their lines stand, `no`, nesting, hostile input."""

import pytest

from ioscli.cli.configuration import ConfigSession, LineKind
from ioscli.cli.running_config import running_config

from .typing_config import Prompt, blank, grammar, loaded

CERTIFICATE = """\
crypto pki trustpoint TP
 enrollment selfsigned
 revocation-check none
!
crypto pki certificate chain TP
 certificate self-signed 01
  30820330 30820218 A0030201 02020101 300D0609 2A864886 F70D0101 05050030
  00000000 00000000
  D697DF7F 28
  \tquit
!
hostname after
"""


def printed(text: str) -> list[str]:
    """What the running-config says after a startup configuration, all of it accepted."""
    config = blank()
    for line in loaded(text, config):
        assert line.result.kind is not LineKind.REJECTED, line
    return list(running_config(config))


def after(lines: list[str], header: str, count: int) -> list[str]:
    start = lines.index(header)
    return lines[start + 1 : start + 1 + count]


def test_a_certificate_is_kept_to_its_quit_and_the_file_goes_on() -> None:
    lines = printed(CERTIFICATE)
    assert "hostname after" in lines
    kept = after(lines, "crypto pki certificate chain TP", 5)
    assert [line.strip() for line in kept] == [
        "certificate self-signed 01",
        "30820330 30820218 A0030201 02020101 300D0609 2A864886 F70D0101 05050030",
        "00000000 00000000",
        "D697DF7F 28",
        "quit",
    ]
    assert printed("\n".join(lines)) == lines


def test_what_is_no_certificate_is_refused() -> None:
    config = blank()
    text = CERTIFICATE.replace("D697DF7F 28", "this is no hexadecimal")
    results = {line.text.strip(): line.result.kind for line in loaded(text, config)}
    assert results["this is no hexadecimal"] is LineKind.REJECTED
    assert config.hostname == "after"


def test_keyrings_profiles_and_maps_stand_in_the_order_of_ios() -> None:
    lines = printed("""\
crypto map M 10 ipsec-isakmp
 match address 101
 set pfs group14
 set transform-set TS
 set peer 192.0.2.1
 set peer 192.0.2.2
crypto ikev2 keyring K
 peer P
  pre-shared-key local zq
  address 192.0.2.9
crypto isakmp profile IP
 match identity address 192.0.2.1 255.255.255.255
 keyring KR
crypto keyring KR
 local-address 192.0.2.7
 pre-shared-key address 192.0.2.1 key zq
interface GigabitEthernet0/0
 crypto map M
""")
    assert after(lines, "crypto map M 10 ipsec-isakmp", 5) == [
        " set peer 192.0.2.1",
        " set peer 192.0.2.2",
        " set transform-set TS",
        " set pfs group14",
        " match address 101",
    ]
    assert after(lines, "crypto ikev2 keyring K", 3) == [
        " peer P",
        "  address 192.0.2.9",
        "  pre-shared-key local zq",
    ]
    headers = [line for line in lines if line.startswith(("crypto ", "interface Gig"))]
    assert headers[:5] == [
        "crypto ikev2 keyring K",
        "crypto keyring KR",
        "crypto isakmp profile IP",
        "crypto map M 10 ipsec-isakmp",
        "interface GigabitEthernet0/0",
    ]


def test_no_takes_lines_and_sections_back() -> None:
    prompt = Prompt()
    empty = list(running_config(prompt.config))
    prompt.type("crypto map M 10 ipsec-isakmp", "set peer 192.0.2.1", "set peer 192.0.2.2")
    prompt.type("no set peer 192.0.2.1")
    assert prompt.section("crypto map M 10 ipsec-isakmp") == [" set peer 192.0.2.2"]
    prompt.type("exit", "no crypto map M 10 ipsec-isakmp")
    prompt.type("ipv6 unicast-routing", "no ipv6 unicast-routing")
    prompt.type("ip ssh logging events", "no ip ssh logging events")
    assert list(running_config(prompt.config)) == empty


def test_addresses_stand_beside_each_other_and_settings_replace_each_other() -> None:
    prompt = Prompt()
    prompt.type("interface gi0/1", "ipv6 address 2001:db8::1/64", "ipv6 address fe80::1 link-local")
    prompt.type("ipv6 mtu 1400", "ipv6 mtu 1500", "hold-queue 40 out", "hold-queue 75 in")
    section = prompt.section("interface GigabitEthernet0/1")
    assert [line for line in section if "ipv6" in line or "hold" in line] == [
        " ipv6 address 2001:db8::1/64",
        " ipv6 address fe80::1 link-local",
        " ipv6 mtu 1500",
        " hold-queue 40 out",
        " hold-queue 75 in",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "ip ssh bulk-mode nonsense",
        "ip ssh logging nonsense",
        "crypto map M 0 ipsec-isakmp",
        "crypto isakmp keepalive 9",
        "platform console nonsense",
        "spanning-tree mode nonsense",
        "license udi pid",
        "ipv6 unicast-routing nonsense",
        "service nonsense",
        "crypto pki nonsense",
        "crypto ikev2 proposal",
        "ip http port 70000",
        "crypto map " + "x" * 10_000 + " 10 nonsense",
        "ip ssh pört 2000",
    ],
)
def test_nonsense_is_refused(line: str) -> None:
    config = blank()
    session = ConfigSession(grammar(), config, None)
    before = list(running_config(config))
    assert session.feed(line).kind is LineKind.REJECTED
    assert list(running_config(config)) == before
