"""Quality of service that is kept: classes, policies, policers, tables, the control plane."""

import pytest

from ioscli.cli.configuration import LineKind
from ioscli.cli.running_config import running_config

from .typing_config import Prompt, blank, loaded

#: As IOS 15 prints it: an 881's quality of service, its zone-based firewall aside.
BRANCH = """\
class-map match-any VOICE
 match dscp ef
 match ip precedence 5
class-map match-all WEB
 match access-group name WEB-ACL
 match not protocol bittorrent
class-map match-all BULK
 match protocol http url "*.iso"
 match packet length min 1000 max 1500
policy-map CHILD
 description Inside the shaper
 class VOICE
  priority percent 20
  police cir percent 20
   conform-action transmit
   exceed-action set-dscp-transmit af31
   exceed-action set-frde-transmit
   violate-action drop
 class WEB
  bandwidth remaining percent 40
  random-detect dscp-based
  random-detect dscp af11 24 40 10
  random-detect dscp af12 20 40 10
  queue-limit 128 packets
 class BULK
  police 512000 8000 conform-action transmit exceed-action drop
  set ip precedence 1
  set cos 1
 class class-default
  fair-queue
policy-map PARENT
 class class-default
  shape average 10000000
  service-policy CHILD
"""

BRANCH_INTERFACE = """\
interface GigabitEthernet0/0
 service-policy output PARENT
"""


def printed(text: str) -> list[str]:
    """What the running-config says after a startup configuration, all of it accepted."""
    config = blank()
    for line in loaded(text, config):
        assert line.result.kind is not LineKind.REJECTED, line
    return list(running_config(config))


def without_marks(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.strip().startswith("!")]


def test_a_branch_router_s_policies_come_back_as_they_were() -> None:
    lines = without_marks(printed(BRANCH + BRANCH_INTERFACE))
    start = lines.index("class-map match-any VOICE")
    expected = BRANCH.splitlines()
    assert lines[start : start + len(expected)] == expected
    assert " service-policy output PARENT" in lines
    assert lines.index("policy-map PARENT") < lines.index("interface GigabitEthernet0/0")
    assert printed("\n".join(lines)) == printed(BRANCH + BRANCH_INTERFACE)


def test_what_is_typed_is_what_is_loaded() -> None:
    prompt = Prompt()
    prompt.type(*(BRANCH + BRANCH_INTERFACE).splitlines())
    typed = list(running_config(prompt.config))
    loaded_lines = printed(BRANCH + BRANCH_INTERFACE)
    start = typed.index("class-map match-any VOICE")
    end = typed.index("policy-map PARENT") + 4
    assert typed[start:end] == loaded_lines[start:end]


def test_prompts_of_the_sub_modes() -> None:
    prompt = Prompt()
    assert prompt.screen(
        "class-map X\nmatch any\npolicy-map P\nclass X\npolice 8000\nexit\nexit\n"
    ) == (
        "Router(config)#class-map X\n"
        "Router(config-cmap)#match any\n"
        "Router(config-cmap)#policy-map P\n"
        "Router(config-pmap)#class X\n"
        "Router(config-pmap-c)#police 8000\n"
        "Router(config-pmap-c-police)#exit\n"
        "Router(config-pmap-c)#exit"
    )
    assert prompt.session.prompt_suffix == "config-pmap"


def test_a_class_is_known_by_its_name_and_matches_all_unless_it_says_any() -> None:
    prompt = Prompt()
    prompt.type("class-map WEB", "match protocol http", "class-map WEB", "match protocol dns")
    assert prompt.section("class-map match-all WEB") == [
        " match protocol http",
        " match protocol dns",
    ]
    prompt.type("class-map match-any WEB", "no match protocol dns")
    assert prompt.section("class-map match-any WEB") == [" match protocol http"]
    prompt.type("class-map WEB", "match protocol ftp")
    assert prompt.section("class-map match-any WEB") == [
        " match protocol http",
        " match protocol ftp",
    ]
    prompt.type("no class-map WEB")
    assert not any("WEB" in line for line in running_config(prompt.config))


def test_actions_of_a_class_replace_each_other_by_kind() -> None:
    prompt = Prompt()
    prompt.type("policy-map P", "class X", "bandwidth 64", "bandwidth percent 5")
    prompt.type("set dscp af11", "set cos 3", "set dscp ef", "set ip dscp cs1", "set ip dscp cs2")
    prompt.type("random-detect precedence 0 20 40", "random-detect precedence 1 22 40")
    prompt.type("random-detect precedence 0 18 40 12", "police 64000", "police cir 128000 bc 4000")
    prompt.type("conform-action transmit", "exit")
    assert prompt.section("policy-map P") == [
        " class X",
        "  bandwidth percent 5",
        "  set cos 3",
        "  set dscp ef",
        "  set ip dscp cs2",
        "  random-detect precedence 1 22 40",
        "  random-detect precedence 0 18 40 12",
        "  police cir 128000 bc 4000",
        "   conform-action transmit",
    ]
    prompt.type("no bandwidth", "no police", "no set ip dscp", "no set dscp", "no set cos")
    assert prompt.section("policy-map P") == [
        " class X",
        "  random-detect precedence 1 22 40",
        "  random-detect precedence 0 18 40 12",
    ]


def test_the_control_plane_is_policed() -> None:
    prompt = Prompt()
    untouched = list(running_config(prompt.config))
    assert "control-plane" in untouched
    prompt.type("control-plane")
    assert prompt.session.prompt_suffix == "config-cp"
    assert list(running_config(prompt.config)) == untouched
    prompt.type("service-policy input COPP", "service-policy input STRICTER")
    assert prompt.section("control-plane") == [" service-policy input STRICTER"]
    prompt.type("control-plane host", "service-policy type port-filter input PORTS")
    lines = list(running_config(prompt.config))
    assert lines.index("control-plane host") < lines.index("control-plane")
    prompt.type("no control-plane host", "control-plane", "no service-policy input")
    assert list(running_config(prompt.config)) == untouched


def test_a_table_map() -> None:
    prompt = Prompt()
    prompt.type("table-map T", "map from 0 to 8", "map from 1 to 10", "default copy")
    prompt.type("map from 0 to 9", "no map from 1")
    assert prompt.section("table-map T") == [" map from 0 to 9", " default copy"]
    prompt.type("default 7", "no map from 0")
    assert prompt.section("table-map T") == [" default 7"]
    prompt.type("no default 7")
    assert prompt.section("table-map T") == []


@pytest.mark.parametrize(
    "text",
    [
        "class-map type network-qos match-any A",
        "policy-map type queuing A",
        "class-map match-all A\n match cos 8",
        "class-map match-all A\n match protocol no-such-protocol",
        "class-map match-all A\n match dscp af44",
        "policy-map A\n class B\n  bandwidth percent 101",
        "policy-map A\n class B\n  police cir percent 10\n   conform-action explode",
        "policy-map A\n class B\n  shape kbps 5000",
        "table-map A\n from 10,12 to 14",
    ],
)
def test_what_ios_has_not_is_refused(text: str) -> None:
    results = [line.result.kind for line in loaded(text, blank())]
    assert results[-1] is LineKind.REJECTED
    assert LineKind.REJECTED not in results[:-1]


def test_control_policies_of_subscribers_nest_three_deep() -> None:
    text = """\
policy-map type control subscriber DOT1X
 event session-started match-all
  10 class always do-until-failure
   10 authenticate using dot1x priority 10
 event authentication-failure match-first
  5 class TIMEOUT do-until-failure
   20 activate service-template OPEN
   30 terminate dot1x
"""
    lines = without_marks(printed(text))
    start = lines.index("policy-map type control subscriber DOT1X")
    assert lines[start : start + 8] == text.splitlines()
