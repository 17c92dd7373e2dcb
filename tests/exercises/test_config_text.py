"""Configurations as trees of lines and sections, and back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.cli.boot import written
from ioscli.cli.matcher import Grammar
from ioscli.exercises.config_text import ConfigText, Role, matches
from ioscli.labs.startup import load_startup
from ioscli.resources import labs_folder

CONFIG = """\
Building configuration...

Current configuration : 1234 bytes
!
hostname R1
!
interface Loopback0
 ip address 1.1.1.1 255.255.255.255
!
interface Tunnel0
 ip address 10.0.0.1 255.255.255.0
!
 ip mtu 1400
 tunnel source Loopback0
!
router bgp 65000
 neighbor 10.0.0.2 remote-as 65001
 !
 address-family ipv4
  network 192.0.2.0
  neighbor 10.0.0.2 activate
 exit-address-family
 !
 address-family vpnv4
 exit-address-family
!
crypto pki certificate chain TP
 certificate self-signed 01
  30820330 30820218 A0030201
  D697DF7F 28
  \tquit
crypto key pubkey-chain rsa
 addressed-key 192.0.2.2
  key-string
   0001 AABBCCDD
  quit
ip route 10.0.0.0 255.0.0.0 Null0
no ip http server
!
banner motd ^C
  interface Loopback9 is not one
!
^C
banner login # short #
!
line vty 0 4
 login
 exit
!
end
R1#
"""

SOLUTIONS = sorted(labs_folder().glob("*/*/*.cfg"))


def texts(config: ConfigText) -> list[str]:
    return [place.text for place in config.commands()]


@pytest.fixture
def config() -> ConfigText:
    return ConfigText.parse(CONFIG)


# --- text and tree -------------------------------------------------------------------------------


def test_the_text_comes_back_as_it_was(config: ConfigText) -> None:
    assert str(config) == CONFIG


def test_commands_know_their_line_and_the_sections_around_them(config: ConfigText) -> None:
    lines = CONFIG.split("\n")
    for place in config.commands():
        assert lines[place.number - 1] == place.line.raw.split("\n")[0]
        assert config.line(place.at) is place.line
    place = config.find("router bgp *", "address-family ipv4", "neighbor * activate")[0]
    assert place.sections == ("router bgp 65000", "address-family ipv4")


def test_what_is_no_command_is_not_found(config: ConfigText) -> None:
    found = texts(config)
    assert not [text for text in found if text.startswith(("!", "exit", "end", "Building", "R1#"))]
    assert "" not in found


def test_a_comment_ends_no_section(config: ConfigText) -> None:
    tunnel = config.first("interface Tunnel0")
    assert tunnel is not None
    assert tunnel.line.commands == (
        "ip address 10.0.0.1 255.255.255.0",
        "ip mtu 1400",
        "tunnel source Loopback0",
    )


def test_banners_certificates_and_key_data_are_one_line_each(config: ConfigText) -> None:
    found = texts(config)
    assert "banner motd ^C interface Loopback9 is not one ! ^C" in found
    assert "banner login # short #" in found
    assert "key-string 0001 AABBCCDD quit" in found
    assert any(text.startswith("certificate") and text.endswith("quit") for text in found)
    assert not config.find("interface Loopback9 *")


def test_a_banner_without_its_end_takes_the_rest_as_it_does_on_a_router() -> None:
    text = "banner motd #hello\nhostname R2\n"
    assert texts(ConfigText.parse(text)) == ["banner motd #hello hostname R2"]
    assert str(ConfigText.parse(text)) == text


def test_a_certificate_command_without_data_is_a_line_like_any_other() -> None:
    config = ConfigText.parse("key-string\nhostname R2\nquit\n")
    assert texts(config)[:2] == ["key-string", "hostname R2"]


@pytest.mark.parametrize("file", SOLUTIONS, ids=lambda file: "/".join(file.parts[-3:]))
def test_shipped_and_running_configurations_come_back_unchanged(
    file: Path, grammar: Grammar
) -> None:
    saved = file.read_text()
    running = written(load_startup(grammar, "R1", file, saved, [])[0])
    for text in (saved, running):
        config = ConfigText.parse(text)
        assert str(config) == text
        lines = text.split("\n")
        for place in config.commands():
            # Each line can go, and nothing but its section goes with it.
            left = str(config.without(place.at)).split("\n")
            gone = len(lines) - len(left)
            start = place.number - 1
            assert gone >= 1
            assert left == lines[:start] + lines[start + gone :]
            indent = len(lines[start]) - len(lines[start].lstrip())
            more = [line for line in lines[start + 1 : start + gone] if line.strip(" !\tquit")]
            assert all(line.startswith(" " * (indent + 1)) or "exit-" in line for line in more)


_LINES = st.one_of(
    st.sampled_from(CONFIG.split("\n")),
    st.builds(lambda blanks, text: " " * blanks + text, st.integers(0, 4), st.text(max_size=12)),
    st.sampled_from(["exit", " exit", "quit", "end", "\t", "banner motd", "banner motd ^C", "\r"]),
)


@given(st.lists(_LINES, max_size=30).map("\n".join))
def test_any_text_comes_back_and_every_line_can_go(text: str) -> None:
    config = ConfigText.parse(text)
    assert str(config) == text
    lines = text.split("\n")
    for place in config.commands():
        assert config.line(place.at) == place.line
        left = str(config.without(place.at))
        if len(config.lines) == len(place.at) == 1:
            assert left == ""  # it was all there was
            continue
        start, after = place.number - 1, left.split("\n")
        gone = len(lines) - len(after)
        assert gone > place.line.raw.count("\n")
        assert after == lines[:start] + lines[start + gone :]


def test_a_deeply_nested_text_is_read() -> None:
    text = "\n".join(" " * depth + "x" for depth in range(3000))
    assert str(ConfigText.parse(text)) == text


# --- changes -------------------------------------------------------------------------------------


def test_a_section_goes_with_its_children_and_its_exit(config: ConfigText) -> None:
    place = config.find("router bgp *", "address-family vpnv4")[0]
    changed = str(config.without(place.at))
    assert changed == CONFIG.replace(" address-family vpnv4\n exit-address-family\n", "")


def test_an_exit_within_a_section_goes_with_it(config: ConfigText) -> None:
    place = config.find("line vty 0 4")[0]
    assert place.line.children[-1].role is Role.CLOSING
    changed = str(config.without(place.at))
    assert changed == CONFIG.replace("line vty 0 4\n login\n exit\n", "")


def test_a_line_is_replaced_by_others_at_its_indentation(config: ConfigText) -> None:
    place = config.find("interface *", "ip mtu *")[0]
    changed = config.replaced(place.at, "ip mtu 1300\nip tcp adjust-mss 1260")
    assert str(changed) == CONFIG.replace(
        " ip mtu 1400\n", " ip mtu 1300\n ip tcp adjust-mss 1260\n"
    )


def test_a_header_is_reworded_and_keeps_its_section(config: ConfigText) -> None:
    place = config.find("interface Tunnel0")[0]
    changed = config.reworded(place.at, "interface Tunnel7")
    assert str(changed) == CONFIG.replace("interface Tunnel0", "interface Tunnel7")
    assert changed.find("interface Tunnel7", "ip mtu 1400")


def test_lines_are_added_behind_the_others_of_their_section(config: ConfigText) -> None:
    place = config.find("router bgp *", "address-family ipv4")[0]
    changed = config.added("network 198.51.100.0", place.at)
    assert str(changed) == CONFIG.replace(
        "  neighbor 10.0.0.2 activate\n",
        "  neighbor 10.0.0.2 activate\n  network 198.51.100.0\n",
    )


def test_a_section_is_added_to_the_configuration_before_its_end(config: ConfigText) -> None:
    changed = config.added("interface Loopback7\n ip address 7.7.7.7 255.255.255.255\n")
    assert changed.find("interface Loopback7", "ip address *")
    assert str(changed).index("Loopback7") < str(changed).index("\nend")


def test_an_empty_section_takes_lines() -> None:
    config = ConfigText.parse("router ospf 1\n!\nend\n")
    place = config.find("router ospf 1")[0]
    assert str(config.added("passive-interface default", place.at)) == (
        "router ospf 1\n passive-interface default\n!\nend\n"
    )


def test_an_empty_configuration_takes_lines() -> None:
    assert str(ConfigText.parse("").added("hostname R1")) == "hostname R1\n"


def test_order_is_kept_by_inserting() -> None:
    config = ConfigText.parse("ip access-list extended A\n permit ip any any\n")
    place = config.find("ip access-list *", "permit *")[0]
    assert str(config.inserted("deny esp any any", place.at)) == (
        "ip access-list extended A\n deny esp any any\n permit ip any any\n"
    )


def test_a_banner_that_is_added_keeps_its_text() -> None:
    config = ConfigText.parse("line con 0\n login\n")
    changed = config.added("banner motd ^C\nhello\n^C", ())
    assert str(changed) == "line con 0\n login\nbanner motd ^C\nhello\n^C\n"


# --- patterns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("ip route * Null0", "ip route 10.0.0.0 255.0.0.0 Null0"),
        ("ip route * Null0 *", "ip route 10.0.0.0 255.0.0.0 Null0"),
        ("ip route * Null0 *", "ip route 10.0.0.0 255.0.0.0 Null0 250 name X"),
        ("interface Tunnel*", "interface Tunnel12"),
        ("*", "hostname R1"),
        ("* shutdown", "shutdown"),
        (
            "access-list 100 permit ip any any",
            "access-list 100  permit ip any any".replace("  ", " "),
        ),
    ],
)
def test_patterns_match(pattern: str, text: str) -> None:
    assert matches(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("ip route", "ip route 10.0.0.0 255.0.0.0 Null0"),
        ("ip route *", "no ip route 10.0.0.0 255.0.0.0 Null0"),
        ("shutdown", "no shutdown"),
        ("ip mtu 140", "ip mtu 1400"),
        ("ip mtu *", "ip mtux 5"),
        ("interface Tunnel*", "interface Tunnel0 mode gre"),
        ("a.c", "abc"),
    ],
)
def test_patterns_do_not_match_by_accident(pattern: str, text: str) -> None:
    assert not matches(pattern, text)
