"""What a typed line means: abbreviation, ranks, captures, carets."""

from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from itertools import permutations

import pytest

from ioscli.cli.matcher import Ambiguous, Grammar, Incomplete, Invalid
from ioscli.model.ifname import InterfaceName

from .grammars import grammar_of, matched


@pytest.fixture(scope="module")
def shows() -> Grammar:
    return grammar_of("""
%extend exec: show_version | show_ip_route | show_ipv6 | show_interfaces | show_summary | ping
show_version: "show" "version"
show_ip_route: "show" "ip" "route" [A_PREFIX [A_MASK]]
show_ipv6: "show" "ipv6" "route"
show_interfaces: "show" "interfaces" [A_INTERFACE] ["description"]
show_summary: "show" "interfaces" "summary"
ping: "ping" A_HOST ("size" A_SIZE | "df-bit" | "repeat" A_COUNT | "source" (A_INTERFACE | A_FROM))*
A_PREFIX: "A.B.C.D"
A_MASK: "MASK"
A_INTERFACE: "INTERFACE"
A_HOST: "HOST"
A_SIZE: "<36-18024>"
A_COUNT: "<1-2147483647>"
A_FROM: "A.B.C.D"
""")


def test_unique_prefixes_in_any_case(shows: Grammar) -> None:
    assert matched(shows, "sh ver").rule == "show_version"
    assert matched(shows, "  SHOW   Vers ").rule == "show_version"
    assert matched(shows, "sh\tver").rule == "show_version"
    assert matched(shows, "sh ver").stem == "feature"


def test_an_exact_keyword_beats_longer_ones(shows: Grammar) -> None:
    assert matched(shows, "show ip route").rule == "show_ip_route"
    assert matched(shows, "show ipv route").rule == "show_ipv6"


def test_ambiguity_names_the_word_and_its_candidates(shows: Grammar) -> None:
    assert shows.parse("exec", "show i") == Ambiguous(5, ("interfaces", "ip", "ipv6"))
    assert shows.parse("exec", "show i route") == Ambiguous(5, ("interfaces", "ip", "ipv6"))


def test_missing_words(shows: Grammar) -> None:
    for line in ("show", "sh ip", "ping", "ping 1.1.1.1 size", "", "   ", "! remark"):
        assert shows.parse("exec", line) == Incomplete(), line


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("shoo version", 3),
        ("x", 0),
        ("show vx", 6),
        ("show ips", 7),
        ("show version now", 13),
        ("  show version now", 15),
        ("show ip route 0255.255.1", 14),
        ("show ip route 10.1.1.1 300.0.0.0", 23),
        ("ping 10.1.1.1 size 99999", 19),
        ("ping 10.1.1.1 size 12a", 19),
        ("show interfaces foo0", 18),
        ("show interfaces gi0/x", 20),
        ("show interfaces lo 1/0", 20),
        ("show interfaces tunnel x", 23),
    ],
)
def test_the_caret_is_where_no_keyword_can_match_any_more(
    shows: Grammar, line: str, column: int
) -> None:
    assert shows.parse("exec", line) == Invalid(column)


def test_addresses_names_and_numbers_are_converted(shows: Grammar) -> None:
    args = matched(shows, "show ip route 10.1.2.0 255.255.255.0").args
    assert args["A_PREFIX"] == IPv4Address("10.1.2.0")
    assert args["A_MASK"] == IPv4Address("255.255.255.0")
    assert "A_MASK" in args
    assert args.get("A_COUNT", 5) == 5
    assert args.column("A_MASK") == 23
    args = matched(shows, "ping server1 repeat 20").args
    assert (args["A_HOST"], args["A_COUNT"]) == ("server1", 20)
    assert matched(shows, "ping 10.0.0.1").args["A_HOST"] == IPv4Address("10.0.0.1")


def test_interface_names_with_and_without_a_blank(shows: Grammar) -> None:
    gigabit = InterfaceName("GigabitEthernet", (0, 1))
    for line in ("show int gi0/1", "show int Gig 0/1", "show int g  0/1", "sh in gigabiteth0/1"):
        args = matched(shows, line).args
        assert args["A_INTERFACE"] == gigabit
        assert args.words == ("show", "interfaces", "GigabitEthernet0/1")
    subinterface = matched(shows, "show int fa0/0.100 desc").args
    assert subinterface["A_INTERFACE"] == InterfaceName("FastEthernet", (0, 0), 100)
    assert "description" in subinterface


def test_interface_kinds_are_keywords_where_they_may_stand(shows: Grammar) -> None:
    assert shows.parse("exec", "show int s") == Ambiguous(
        9, ("Serial", "Service-Engine", "summary")
    )
    assert shows.parse("exec", "show int s 0/0") == Ambiguous(
        9, ("Serial", "Service-Engine", "summary")
    )
    assert matched(shows, "show int s0/0").args["A_INTERFACE"] == InterfaceName("Serial", (0, 0))
    assert matched(shows, "show int sum").rule == "show_summary"
    for line in ("show int tunnel", "show int gi", "show int gi0/", "show int gi 0/"):
        assert shows.parse("exec", line) == Incomplete(), line
    assert shows.parse("exec", "show int tu99999999999") == Invalid(11)
    assert shows.parse("exec", "show int tu 99999999999 x") == Invalid(12)
    assert shows.parse("exec", "show int gi0/99999") == Invalid(11)


def test_options_come_in_any_order_and_once(shows: Grammar) -> None:
    args = matched(shows, "ping 10.1.1.1 df size 1400 so lo0 rep 3").args
    assert "df-bit" in args
    assert (args["A_SIZE"], args["A_COUNT"]) == (1400, 3)
    assert args["A_INTERFACE"] == InterfaceName("Loopback", (0,))
    assert args.words == (
        *("ping", "10.1.1.1", "df-bit", "size", "1400", "source", "Loopback0"),
        *("repeat", "3"),
    )
    assert shows.parse("exec", "ping 10.1.1.1 df size 1400 df") == Invalid(27)
    assert shows.parse("exec", "ping 10.1.1.1 size 100 size 100") == Invalid(24)


def test_comments_end_a_command_at_a_word_boundary(shows: Grammar) -> None:
    assert matched(shows, "show version !text").rule == "show_version"
    assert matched(shows, "show version ! text").args.words == ("show", "version")
    assert shows.parse("exec", "show version!") == Invalid(12)


@pytest.fixture(scope="module")
def configs() -> Grammar:
    return grammar_of("""
%extend config: description | group | standard | extended | cost | encryption | members | key
%extend interface: ip_mtu
description: "description" A_TEXT | NO "description" [A_TEXT]
group: "group" ("10" | "100" | A_GROUP)
standard: "access-list" A_STANDARD "permit" A_SOURCE
extended: "access-list" A_EXTENDED "permit" "ip" A_SOURCE
cost: "cost" A_COST
encryption: "encryption" "aes" ["128" | "192" | "256"]
members: "members" A_MEMBER+
key: "key" A_KEY "address" A_PEER | "key" "hex" A_HEX
ip_mtu: "ip" "mtu" A_MTU | NO "ip" "mtu" [A_MTU]
A_TEXT: "LINE"
A_GROUP: "<1-99>"
A_STANDARD: "<1-99>"
A_EXTENDED: "<1-199>"
A_SOURCE: "A.B.C.D"
A_COST: "<-10-10>"
A_MEMBER: "WORD"
A_KEY: "WORD"
A_PEER: "A.B.C.D"
A_HEX: "<0-FFFF>"
A_MTU: "<68-10000>"
""")


def test_a_line_takes_the_rest_of_the_line(configs: Grammar) -> None:
    args = matched(configs, "desc  To R1 ! not a comment  ", "config").args
    assert args["A_TEXT"] == "To R1 ! not a comment"
    assert args.words == ("description", "To R1 ! not a comment")
    assert matched(configs, "description !shut", "config").args["A_TEXT"] == "!shut"


def test_no_and_default(configs: Grammar) -> None:
    plain = matched(configs, "ip mtu 1400", "interface").args
    negated = matched(configs, "no ip mtu", "interface").args
    defaulted = matched(configs, "defa ip mtu 1400", "interface").args
    assert (plain.negated, plain.defaulted) == (False, False)
    assert (negated.negated, negated.defaulted) == (True, False)
    assert (defaulted.negated, defaulted.defaulted) == (False, True)
    assert defaulted.words == ("default", "ip", "mtu", "1400")
    assert defaulted.form == ("default", "ip", "mtu", "A_MTU")


def test_a_mode_has_the_commands_of_the_modes_it_includes(configs: Grammar) -> None:
    assert matched(configs, "cost 5", "interface").mode == "interface"
    assert configs.parse("config", "ip mtu 1400") == Invalid(0)


def test_overlapping_numbers_keep_every_thread(configs: Grammar) -> None:
    assert matched(configs, "access-list 10 permit 1.1.1.1", "config").rule == "standard"
    assert matched(configs, "access-list 10 permit ip 1.1.1.1", "config").rule == "extended"
    assert matched(configs, "access-list 150 permit ip 1.1.1.1", "config").rule == "extended"
    assert configs.parse("config", "access-list 150 permit 1.1.1.1") == Invalid(23)


def test_numeric_keywords(configs: Grammar) -> None:
    args = matched(configs, "encryption aes 256", "config").args
    assert "256" in args
    assert args.words == ("encryption", "aes", "256")
    assert "A_GROUP" not in matched(configs, "group 10", "config").args
    # Two keywords begin with 1; the number decides.
    assert matched(configs, "group 1", "config").args["A_GROUP"] == 1
    assert configs.parse("config", "encryption aes 1") == Ambiguous(15, ("128", "192"))


def test_negative_and_hexadecimal_numbers(configs: Grammar) -> None:
    assert matched(configs, "cost -7", "config").args["A_COST"] == -7
    assert configs.parse("config", "cost -11") == Invalid(5)
    assert matched(configs, "key hex abcd", "config").args["A_HEX"] == 0xABCD
    assert matched(configs, "key hex 0xABCD", "config").args["A_HEX"] == 0xABCD
    assert configs.parse("config", "key hex 1ABCD") == Invalid(8)
    assert configs.parse("config", "cost " + "9" * 5000) == Invalid(5)


def test_repeated_arguments(configs: Grammar) -> None:
    args = matched(configs, "members a b c", "config").args
    assert args.all("A_MEMBER") == ["a", "b", "c"]
    assert args["A_MEMBER"] == args.get("A_MEMBER") == "a"
    assert args.names == ("A_MEMBER",)
    assert args.all("A_COST") == []


def test_a_command_that_goes_on_with_another_modes_command() -> None:
    grammar = grammar_of(
        "",
        modes="""
exec: show | show_detail
config: do
show: "show" "clock"
show_detail: "show" "clock" "detail"
do: "do" exec
""",
    )
    found = matched(grammar, "do sh cl", "config")
    assert (found.rule, found.mode) == ("show", "exec")
    assert found.args.words == ("show", "clock")
    assert matched(grammar, "do show clock detail", "config").rule == "show_detail"
    assert grammar.parse("config", "do") == Incomplete()
    assert grammar.parse("config", "do show x") == Invalid(8)
    assert grammar.parse("config", "do do show clock") == Invalid(3)


@pytest.mark.parametrize(
    ("form", "good", "value"),
    [
        ("A.B.C.D/nn", "10.1.1.1/24", IPv4Interface("10.1.1.1/24")),
        ("X:X:X:X::X", "2001:db8::1", IPv6Address("2001:db8::1")),
        ("X:X:X:X::X/<0-128>", "2001:db8::/32", IPv6Interface("2001:db8::/32")),
        ("H.H.H", "0050.56AB.1", bytes.fromhex("005056ab0001")),
        ("hh:mm:ss", "9:05:30", (9, 5, 30)),
        ("WILDCARD", "0.0.255.0", IPv4Address("0.0.255.0")),
        ("MASK", "255.0.255.0", IPv4Address("255.0.255.0")),
    ],
)
def test_other_types(form: str, good: str, value: object) -> None:
    grammar = grammar_of(f'%extend exec: it\nit: "it" A_VALUE\nA_VALUE: "{form}"\n')
    assert matched(grammar, f"it {good}").args["A_VALUE"] == value
    for bad in (f"{good}x", f"{good}.", "zz", "1.2", "1:2", "::1/129", "24:00:00", "1.2.3.4/33"):
        assert grammar.parse("exec", f"it {bad}") == Invalid(3), bad


def test_the_more_specific_type_wins() -> None:
    grammar = grammar_of("""
%extend exec: text | word | number | interface_or_word
number: "take" A_N "times"
word: "take" A_WORD "along"
text: "take" A_TEXT
interface_or_word: "use" A_WORD "name" | "use" A_INTERFACE "port"
A_N: "<1-99>"
A_WORD: "WORD"
A_TEXT: "LINE"
A_INTERFACE: "INTERFACE"
""")
    assert matched(grammar, "take 5 times").rule == "number"
    assert grammar.parse("exec", "take 5 along") == Invalid(7)
    assert matched(grammar, "take 100 along").rule == "word"
    assert grammar.parse("exec", "take heart now") == Invalid(11)
    assert matched(grammar, "use gi 0/1 port").args["A_INTERFACE"].kind == "GigabitEthernet"
    assert matched(grammar, "use gigs name").args["A_WORD"] == "gigs"
    assert matched(grammar, "use gi name").args["A_WORD"] == "gi"


def test_captures_follow_a_way_that_was_really_open() -> None:
    grammar = grammar_of("""
%extend exec: pair
pair: "pair" ("x" A_ONE | "x" A_TWO)*
A_ONE: "<1-9>"
A_TWO: "<1-9>"
""")
    args = matched(grammar, "pair x 1 x 2").args
    assert sorted(args.form) == ["A_ONE", "A_TWO", "pair", "x", "x"]
    assert {args["A_ONE"], args["A_TWO"]} == {1, 2}
    assert grammar.parse("exec", "pair x 1 x 2 x 3") == Invalid(13)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ioscli.cli.matcher._MOST_WORDS", 2)
    monkeypatch.setattr("ioscli.cli.states._MOST_STATES", 6)
    monkeypatch.setattr("ioscli.cli.states._MOST_PLANS", 2)
    grammar = grammar_of("""
%extend exec: options
options: "take" ("one" | "two" | "three" | "four")*
""")
    for order in permutations(("one", "TWO", "thr", "Four")):
        for size in range(5):
            words = matched(grammar, " ".join(("take", *order[:size]))).args.words
            assert len(words) == size + 1
            assert set(words) <= {"take", "one", "two", "three", "four"}
    states = grammar._states
    assert len(states._states) <= 6
    assert len(states.plans) <= 2
    assert all(len(state.words) <= 2 for state in states._states.values())
