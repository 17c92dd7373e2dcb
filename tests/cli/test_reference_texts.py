"""Real help and error texts, typed at ours.

The errors are those of the reference material: the session logs and outputs in which a command was
refused, and the literal texts of FACTS.md, sections 7 to 11. The help is that of `ios_help.txt`:
what `?` listed on real routers.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ioscli.cli.help_screen import HEADINGS
from ioscli.cli.matcher import Grammar, Help

from .test_reference_dialogues import Bench

OUTPUTS = Path(__file__).parents[2].parent / "shared" / "reference" / "outputs"
HELP = Path(__file__).parent / "ios_help.txt"


# -- errors ---------------------------------------------------------------------------------------


class Case(NamedTuple):
    """Lines typed one after another, and all that the last one prints."""

    typed: tuple[str, ...]
    reply: str


INVALID = "% Invalid input detected at '^' marker.\n\n"


def _caret(column: int) -> str:
    return " " * column + "^\n" + INVALID


_CONFIG = "configure terminal"
_GI = "interface GigabitEthernet0/0"

#: FACTS.md section 7, 9 and 11; the columns of carets count from the start of the prompt. Left out:
#: the note about a new crypto map (crypto maps are kept without acting), and `dna-advantage`.
CASES = (
    Case(("show",), '% Type "show ?" for a list of subcommands\n'),
    Case(("show clock x",), _caret(len("Router#show clock "))),
    Case((_CONFIG, "logging 0255.255.1"), _caret(len("Router(config)#logging "))),
    Case(("show ip route 10.0.0.0 255.0.0.0 x",), _caret(len("Router#show ip route ") + 19)),
    Case(("terminal length 9999",), _caret(len("Router#terminal length "))),
    Case(("copy running-config",), "% Incomplete command.\n\n"),
    Case((_CONFIG, "interface"), "% Incomplete command.\n\n"),
    Case(("show i",), '% Ambiguous command:  "show i"\n'),
    Case(("c",), '% Ambiguous command:  "c"\n'),
    Case((_CONFIG, "do show i"), '% Ambiguous command:  "show i"\n'),
    Case((_CONFIG, "i"), '% Ambiguous command:  "i"\n'),
    Case(
        ("foo",),
        'Translating "foo"...domain server (255.255.255.255)\n'
        "% Unknown command or computer name, or unable to find computer address\n",
    ),
    Case(
        (_CONFIG, "no ip domain lookup", "end", "foo"),
        'Translating "foo"\n'
        "% Unknown command or computer name, or unable to find computer address\n",
    ),
    Case(
        ("disable", "reload"),
        'Translating "reload"...domain server (255.255.255.255)\n'
        "% Unknown command or computer name, or unable to find computer address\n",
    ),
    Case(
        (_CONFIG, "no ip domain lookup", "end", "ping nobody"),
        'Translating "nobody"\n% Unrecognized host or address, or protocol not running.\n\n',
    ),
    Case(("show ip route 203.0.113.9",), "% Network not in table\n"),
    Case(("show running-config | count ^interface",), "Number of lines which match regexp = 1\n"),
    Case(("show running-config | include nothing like it",), ""),
    Case((_CONFIG, "! a comment"), ""),
    Case(
        (_CONFIG, "interface Loopback5", "ip address 10.0.0.9 255.255.255.0"),
        "% 10.0.0.0 overlaps with GigabitEthernet0/0\n",
    ),
    Case(
        (_CONFIG, _GI, "ip address 10.1.1.0 255.255.255.0"),
        "Bad mask /24 for address 10.1.1.0\n",
    ),
    Case(
        (_CONFIG, _GI, "ip address 10.1.1.1 255.0.255.0"),
        "% Bad mask 0xFF00FF00 for address 10.1.1.1\n",
    ),
    Case((_CONFIG,), "Enter configuration commands, one per line.  End with CNTL/Z.\n"),
    Case(("configure", ""), "Enter configuration commands, one per line.  End with CNTL/Z.\n"),
    Case(("disable", "enable", "x", "x", "x"), "% Bad passwords\n\n"),
    Case(
        (_CONFIG, "enable secret s", "end", "disable", "enable", "x", "x", "x"),
        "% Bad secrets\n\n",
    ),
    Case((_CONFIG, "banner motd #"), "Enter TEXT message.  End with the character '#'.\n"),
    Case(("undebug all",), "All possible debugging has been turned off\n"),
    Case(("help",), (
        "Help may be requested at any point in a command by entering\n"
        "a question mark '?'.  If nothing matches, the help list will\n"
        "be empty and you must backup until entering a '?' shows the\n"
        "available options.\n"
        "Two styles of help are provided:\n"
        "1. Full help is available when you are ready to enter a\n"
        "   command argument (e.g. 'show ?') and describes each possible\n"
        "   argument.\n"
        "2. Partial help is provided when an abbreviated argument is entered\n"
        "   and you want to know what arguments match the input\n"
        "   (e.g. 'show pr?'.)\n\n"
    )),
    Case(("clear line 0",), "% Not allowed to clear current line\n"),
    Case(("clear line 579", ""), " [OK]\n"),
    Case(("disable", "disable"), ""),
    Case(
        ("disable", "disable 14"),
        "New privilege level must be less than current privilege level\n",
    ),
)  # fmt: skip

#: The questions of a ping and of a traceroute, with an answer to each and what a wrong one prints.
PING = (
    ("ping", "Protocol [ip]: ", ""),
    ("", "Target IP address: ", ""),
    ("10.0.0.2", "Repeat count [5]: ", ""),
    ("", "Datagram size [100]: ", ""),
    ("", "Timeout in seconds [2]: ", ""),
    ("", "Extended commands [n]: ", ""),
    ("y", "Ingress ping [n]: ", ""),
    ("", "Source address or interface: ", ""),
    (
        "Gi 0/0",
        "Source address or interface: ",
        "% Invalid source. Must use same-VRF IP address or full interface name without spaces "
        "(e.g. Serial0/1)\n",
    ),
    ("", "DSCP Value [0]: ", ""),
    (
        "64",
        "DSCP Value [0]: ",
        "%Type 0..63 or ef, af11-13, af21-23, af31-33, af41-43, or cs1-7\n\n",
    ),
    ("ef", "Set DF bit in IP header? [no]: ", ""),
    ("maybe", "Set DF bit in IP header? [no]: ", "% Please answer 'yes' or 'no'.\n"),
    ("", "Validate reply data? [no]: ", ""),
    ("", "Data pattern [0x0000ABCD]: ", ""),
    ("", "Loose, Strict, Record, Timestamp, Verbose[none]: ", ""),
    ("X", "Loose, Strict, Record, Timestamp, Verbose[none]: ", '% No such option - "X"\n'),
    ("v", "Loose, Strict, Record, Timestamp, Verbose[V]: ", ""),
    ("", "Sweep range of sizes [n]: ", ""),
    ("y", "Sweep min size [36]: ", ""),
    ("", "Sweep max size [18024]: ", ""),
    ("", "Sweep interval [1]: ", ""),
)
TRACEROUTE = (
    ("traceroute", "Protocol [ip]: ", ""),
    ("", "Target IP address: ", ""),
    ("10.0.0.2", "Ingress traceroute [n]: ", ""),
    ("", "Source address or interface: ", ""),
    ("", "DSCP Value [0]: ", ""),
    ("", "Numeric display [n]: ", ""),
    ("", "Timeout in seconds [3]: ", ""),
    ("", "Probe count [3]: ", ""),
    ("", "Minimum Time to Live [1]: ", ""),
    ("", "Maximum Time to Live [30]: ", ""),
    ("", "Port Number [33434]: ", ""),
    ("", "Loose, Strict, Record, Timestamp, Verbose[none]: ", ""),
)
SAVE = (("copy running-config startup-config", "Destination filename [startup-config]? ", ""),)
RELOAD = (
    ("reload", "System configuration has been modified. Save? [yes/no]: ", ""),
    (
        "perhaps",
        "System configuration has been modified. Save? [yes/no]: ",
        "% Please answer 'yes' or 'no'.\n",
    ),
    ("no", "Proceed with reload? [confirm]", ""),
)
ERASE = (
    (
        "erase startup-config",
        "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]",
        "",
    ),
)
CLEAR = (("clear counters", 'Clear "show interface" counters on all interfaces [confirm]', ""),)
ENABLE = (("disable", "Router>", ""), ("enable", "Password: ", ""), ("wrong", "Password: ", ""))
CONFIGURE = (("configure", "Configuring from terminal, memory, or network [terminal]? ", ""),)

#: FACTS.md section 8: what opens a mode, and the prompt there.
PROMPTS = {
    "interface Loopback0": "config-if",
    "interface Tunnel0": "config-if",
    "interface GigabitEthernet0/0.10": "config-subif",
    "interface range GigabitEthernet0/0": "config-if-range",
    "router ospf 1": "config-router",
    "router eigrp 1": "config-router",
    "router bgp 1": "config-router",
    "ip access-list extended A": "config-ext-nacl",
    "ip access-list standard B": "config-std-nacl",
    "route-map R": "config-route-map",
    "vrf definition V": "config-vrf",
    "ip vrf W": "config-vrf",
    "line con 0": "config-line",
    "line vty 0 4": "config-line",
    "key chain K": "config-keychain",
    "ip sla 1": "config-ip-sla",
    "track 1 interface GigabitEthernet0/0 line-protocol": "config-track",
    "ip dhcp pool P": "dhcp-config",
    "crypto isakmp policy 10": "config-isakmp",
    "crypto keyring K": "conf-keyring",
    "crypto isakmp profile P": "conf-isa-prof",
    "crypto ipsec transform-set T esp-aes esp-sha-hmac": "cfg-crypto-trans",
    "crypto ipsec profile P": "ipsec-profile",
    "crypto map M 10 ipsec-isakmp": "config-crypto-map",
    "crypto dynamic-map D 10": "config-crypto-map",
    "crypto ikev2 proposal P": "config-ikev2-proposal",
    "crypto ikev2 policy P": "config-ikev2-policy",
    "crypto ikev2 keyring K": "config-ikev2-keyring",
    "crypto ikev2 profile P": "config-ikev2-profile",
    "crypto pki trustpoint T": "ca-trustpoint",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: " / ".join(case.typed))
def test_errors_and_replies(grammar: Grammar, case: Case) -> None:
    bench = Bench(grammar)
    for line in case.typed[:-1]:
        bench.type(line)
    assert bench.type(case.typed[-1]) == case.reply


@pytest.mark.parametrize(
    "steps",
    [PING, TRACEROUTE, SAVE, RELOAD, ERASE, CLEAR, ENABLE, CONFIGURE],
    ids=lambda steps: steps[-1][0] if len(steps) < 3 else steps[0][0],
)
def test_questions(grammar: Grammar, steps: tuple[tuple[str, str, str], ...]) -> None:
    bench = Bench(grammar)
    for typed, question, printed in steps:
        if typed == "" and question == bench.prompt:
            continue
        assert (bench.type(typed), bench.prompt) == (printed, question), typed


@pytest.mark.parametrize("line", PROMPTS)
def test_prompts(grammar: Grammar, line: str) -> None:
    bench = Bench(grammar)
    bench.type("configure terminal")
    bench.type(line)
    assert bench.prompt == f"Router({PROMPTS[line]})#"


def test_the_wait_for_a_name_server(grammar: Grammar) -> None:
    """`ip domain lookup` is on by default; no server answers, and Ctrl-Shift-6 ends the wait."""
    bench = Bench(grammar)
    before = bench.simulation.now
    bench.type("foo")
    assert bench.simulation.now - before == 9_000_000
    for line in ("configure terminal", "ip name-server 10.9.9.1 10.9.9.2", "end"):
        bench.type(line)
    before = bench.simulation.now
    assert bench.type("foo").startswith('Translating "foo"...domain server (10.9.9.1) (10.9.9.2)\n')
    assert bench.simulation.now - before == 18_000_000
    bench.session.feed("foo")
    assert bench.session.busy
    bench.session.interrupt()
    assert not bench.session.busy


#: Errors in the outputs that cannot be had here, by file, and why.
EXCEPTIONS = {
    "session-log/netmiko-2.txt": "the 881 has a `show` word that begins with fo: one column more",
    "show-ipv6-interface/napalm-1.txt": "of a router without IPv6, whose name was not recorded",
    "show-bgp-all-cluster-ids/genie-1.txt": "the command failed in its filter, before it ran",
    "show-bgp-all-summary/napalm-1.txt": "BGP's show commands are not part of this router",
    "show-ip-cef/ntc-7.txt": "CEF cannot be turned off here",
    "show-ip-eigrp-neighbors/labval-11.txt": "EIGRP is not part of this router",
    "show-ip-eigrp-vrf": "EIGRP is not part of this router",
    "show-ip-route-vrf": "of odd names: the text is held by test_vrf.py",
    "show-ip-route-vrf-WORD/napalm-2.txt": "the same text is tried without a VRF",
    "show-ip-bgp-all-dampening-parameters": "of VRFs: the text is held by test_bgp.py",
    "ping-ipv6/genie-1.txt": "ping over IPv6 is not part of this router",
}
_ERROR = re.compile(r"^ *%(?! Key pair|N | Self-signed| General)[ A-Z](?![A-Z_]+-\d)", re.MULTILINE)


def test_no_error_text_of_the_outputs_is_forgotten() -> None:
    """Every output that holds an error is tried above or has its reason."""
    if not OUTPUTS.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("reference material is missing: outputs")
        pytest.skip("needs the outputs of the reference material beside the project")
    found = {
        str(path.relative_to(OUTPUTS))
        for path in OUTPUTS.glob("*/*.txt")
        if _ERROR.search(path.read_text(errors="replace"))
    }
    unknown = {
        name for name in found if name not in EXCEPTIONS and name.split("/")[0] not in EXCEPTIONS
    }
    assert not unknown
    assert len(found) > 15


# -- help -----------------------------------------------------------------------------------------


class Listing(NamedTuple):
    """What `?` listed somewhere: words and texts, in order."""

    mode: str
    typed: str
    entries: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.mode}: {self.typed}?"


def listings() -> Iterator[Listing]:
    """The sections of `ios_help.txt`."""
    for section in HELP.read_text().split("\n== ")[1:]:
        first, *lines = section.splitlines()
        mode, typed, _router = (part.strip() for part in first.split("|"))
        entries = tuple(
            (word, text) for word, _, text in (line.partition("  ") for line in lines if line)
        )
        yield Listing(mode, f"{typed} " if typed else "", entries)


@pytest.mark.parametrize("listing", list(listings()), ids=str)
def test_help_texts(grammar: Grammar, listing: Listing) -> None:
    """Of every word that both have, the text is the same."""
    found = grammar.help(listing.mode, listing.typed)
    assert isinstance(found, Help), found
    ours = dict(found.entries)
    both = {word: text for word, text in listing.entries if word in ours}
    assert both
    assert {word: ours[word] for word in both} == both


def test_help_layout(grammar: Grammar) -> None:
    """Lists whose words are all ours come out as they were printed: columns, order, `<cr>`."""
    whole = 0
    for listing in listings():
        found = grammar.help(listing.mode, listing.typed)
        assert isinstance(found, Help)
        words = {word for word, _ in found.entries}
        if not listing.typed or words - {"<cr>"} != {word for word, _ in listing.entries}:
            continue
        entries = list(listing.entries)
        shows = listing.typed.startswith("show ")
        if "<cr>" in words:
            entries += [("|", "Output modifiers")] * shows + [("<cr>", "<cr>")]
        width = max(len(word) for word, _ in entries)
        if any(width + 5 + len(text) > 80 for _, text in entries):
            continue
        whole += 1
        printed = "".join(f"  {word:<{width}}  {text}\n" for word, text in entries)
        bench = Bench(grammar)
        opener = {
            "line": "line vty 0 4",
            "interface": _GI,
            "isakmp_policy": "crypto isakmp policy 1",
        }
        if listing.mode not in ("exec", "config", *opener):
            continue
        if listing.mode != "exec":
            bench.type("configure terminal")
            bench.type(opener.get(listing.mode, ""))
        assert bench.session.help(listing.typed) == printed + "\n", listing
    assert whole >= 5


def test_words_begun_are_listed_in_columns(grammar: Grammar) -> None:
    """`sh?` prints bare words, two blanks after each; nothing that fits is unrecognized."""
    bench = Bench(grammar)
    assert bench.session.help("sh") == "show  \n"
    assert bench.session.help("re") == "reload  rename  resume  \n"
    assert bench.session.help("show xyz") == "% Unrecognized command\n"
    assert bench.session.help("show i ") == '% Ambiguous command:  "show i"\n'


def test_headings_are_of_modes_that_there_are(grammar: Grammar) -> None:
    assert not set(HEADINGS) - set(grammar.modes)


def test_sub_modes_list_their_own_words_alone(grammar: Grammar) -> None:
    """IOS lists `do` and `end` in global configuration only, though every mode takes them."""
    bench = Bench(grammar)
    bench.type("configure terminal")
    assert "\n  end " in bench.session.help("")
    bench.type("router ospf 1")
    listed = bench.session.help("")
    assert listed.startswith("Router configuration commands:\n")
    assert "\n  end " not in listed
    assert "\n  do " not in listed
    bench.type("do show clock")
    assert bench.prompt == "Router(config-router)#"
    bench.type("end")
    assert bench.prompt == "Router#"


def test_cleared_packet_counts_begin_anew(grammar: Grammar) -> None:
    bench = Bench(grammar)
    assert "  Sent:  5 generated" in bench.type("show ip traffic")
    assert bench.type("clear ip traffic") == ""
    assert bench.prompt == 'Clear "show ip traffic" counters [confirm]'
    bench.type("n")
    assert "  Sent:  5 generated" in bench.type("show ip traffic")
    bench.type("clear ip traffic")
    bench.type("")
    assert "  Sent:  0 generated" in bench.type("show ip traffic")
    bench.type("ping 10.0.0.2 repeat 3")
    shown = bench.type("show ip traffic")
    assert "  Sent:  3 generated" in shown
    assert "0 echo, 3 echo reply" in shown
