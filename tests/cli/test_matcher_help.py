"""`?` and Tab."""

import pytest

from ioscli.cli.matcher import Ambiguous, Grammar, Help, Invalid

from .grammars import grammar_of, listed


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return grammar_of("""
%extend exec: show_version | show_interfaces | show_ip | ping | enable | hidden
%extend config: description | acl | acl_extended | acl_named | interface_select | hold
show_version: "show" "version"
show_interfaces: "show" "interfaces" [A_INTERFACE] ["description"]
show_ip: "show" "ip" ("route" [A_PREFIX] | "interface" "brief")
ping: "ping" A_HOST ("size" A_SIZE | "df-bit" | "repeat" A_COUNT)*
enable: "enable"
hidden: "UpperCase"
description: "description" A_TEXT
acl: "access-list" A_STANDARD "permit"
acl_extended: "access-list" A_EXTENDED "deny"
acl_named: "access-list" A_NAME "remark" A_TEXT
interface_select: "interface" A_INTERFACE
hold: "ip" "hold-time" A_AS A_SECONDS
A_PREFIX: "A.B.C.D"
A_MASK: "MASK"
A_INTERFACE: "INTERFACE"
A_HOST: "HOST"
A_SIZE: "<36-18024>"
A_COUNT: "<1-2147483647>"
A_TEXT: "LINE"
A_STANDARD: "<1-99>"
A_EXTENDED: "<100-199>"
A_NAME: "WORD"
A_AS: "<1-65535>"
A_SECONDS: "<1-65535>"

//? show  Show running system information
//? version  System hardware and software status
//? show ip  IP information
//? config: ip  Global IP configuration subcommands
//? ip route  IP routing table
//? route A_PREFIX  Network to display
//? size  Specify datagram size
//? A_SIZE  Datagram size
//? A_TEXT  Up to 240 characters
//? A_AS  Autonomous system number
//? A_SECONDS  Seconds
//? exec, config: description  First of two equals
//? config: description  Interface specific description
""")


def test_the_list_is_in_character_order_with_cr_last(grammar: Grammar) -> None:
    assert listed(grammar, "") == ["UpperCase", "enable", "ping", "placeholder", "show"]
    assert listed(grammar, "access-list ", "config") == ["<1-99>", "<100-199>", "WORD"]
    assert listed(grammar, "show ip route ") == ["A.B.C.D", "<cr>"]
    assert listed(grammar, "ping 10.1.1.1 ") == ["df-bit", "repeat", "size", "<cr>"]


def test_texts_come_from_the_longest_path(grammar: Grammar) -> None:
    found = grammar.help("exec", "show ")
    assert isinstance(found, Help)
    assert dict(found.entries) == {
        "interfaces": "",
        "ip": "IP information",
        "version": "System hardware and software status",
    }
    assert not found.partial
    found = grammar.help("config", "")
    assert isinstance(found, Help)
    assert dict(found.entries)["ip"] == "Global IP configuration subcommands"
    assert dict(found.entries)["description"] == "First of two equals"


def test_a_word_that_was_begun_lists_its_completions(grammar: Grammar) -> None:
    found = grammar.help("exec", "sh")
    assert found == Help((("show", "Show running system information"),), True)
    assert listed(grammar, "show i") == ["interfaces", "ip"]
    assert listed(grammar, "SHOW I") == ["interfaces", "ip"]
    assert listed(grammar, "ping 10.1.1.1 size 14") == ["<36-18024>"]
    assert listed(grammar, "show ip route 10.1.") == ["A.B.C.D"]
    assert listed(grammar, "show ip route x") == []
    assert listed(grammar, "xyz") == []


def test_used_options_leave_the_list(grammar: Grammar) -> None:
    assert listed(grammar, "ping 1.1.1.1 df-bit ") == ["repeat", "size", "<cr>"]
    assert listed(grammar, "ping 1.1.1.1 size 100 df ") == ["repeat", "<cr>"]
    assert listed(grammar, "ping 1.1.1.1 size 100 df rep 1 ") == ["<cr>"]
    assert listed(grammar, "ping 1.1.1.1 size ") == ["<36-18024>"]
    assert listed(grammar, "ping 1.1.1.1 df d") == []


def test_interface_kinds_and_numbers(grammar: Grammar) -> None:
    found = grammar.help("config", "interface ")
    assert isinstance(found, Help)
    assert ("GigabitEthernet", "GigabitEthernet IEEE 802.3z") in found.entries
    assert ("Tunnel", "Tunnel interface") in found.entries
    assert [word for word, _ in found.entries] == sorted(word for word, _ in found.entries)
    assert listed(grammar, "interface t", "config") == [
        *("TenGigabitEthernet", "Tunnel", "TwentyFiveGigE", "TwoGigabitEthernet"),
    ]
    tunnel = grammar.help("config", "interface tunnel ")
    assert tunnel == Help((("<0-2147483647>", "Tunnel interface number"),), False)
    assert listed(grammar, "interface gi 0/", "config") == ["<0-9>"]
    assert listed(grammar, "interface gi0/", "config") == ["<0-9>"]
    assert listed(grammar, "interface gi0/0 ", "config") == ["<cr>"]
    assert listed(grammar, "interface gi 0/0 ", "config") == ["<cr>"]
    assert listed(grammar, "interface tu x", "config") == []
    assert listed(grammar, "show interfaces ")[-4:] == [
        *("description", "vasileft", "vasiright", "<cr>"),
    ]


def test_inside_a_line_of_text(grammar: Grammar) -> None:
    for text in ("description some ", "description some text "):
        assert grammar.help("config", text) == Help(
            (("LINE", "Up to 240 characters"), ("<cr>", "")), False
        )
    assert listed(grammar, "description so", "config") == ["LINE"]
    assert grammar.complete("config", "description some te") is None


def test_wrong_words_before_the_question_mark(grammar: Grammar) -> None:
    assert grammar.help("exec", "show foo ") == Invalid(5)
    assert grammar.help("exec", "show i ") == Ambiguous(5, ("interfaces", "ip"))
    assert listed(grammar, "show ! ") == []
    assert listed(grammar, "show !") == []
    assert listed(grammar, "enable ") == ["<cr>"]


def test_tab_completes_a_unique_word(grammar: Grammar) -> None:
    assert grammar.complete("exec", "sh") == "show "
    assert grammar.complete("exec", "sh ver") == "sh version "
    assert grammar.complete("exec", "sh ip") == "sh ip "
    assert grammar.complete("exec", "up") == "UpperCase "
    assert grammar.complete("config", "int g") == "int GigabitEthernet "
    for text in ("", "show ", "show i", "show x", "foo ba", "show ip route 10", "ping 10."):
        assert grammar.complete("exec", text) is None, text
