"""`configure replace` and the contextual diff: what turns one configuration into another."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ioscli.cli.boot import written
from ioscli.cli.config_diff import difference, listing, parse
from ioscli.cli.config_replace import MOST_PASSES, replace

from .typing_config import PORTS, Prompt, grammar

#: Pieces of configuration; each is a way that a line can differ: single values, keyed lines,
#: lists, sections that come and go, sections that only change, banners, switches.
PIECES = (
    ["hostname R1"],
    ["hostname R2"],
    ["no ip domain lookup"],
    ["interface Loopback0", " ip address 1.1.1.1 255.255.255.255"],
    ["interface Loopback0", " ip address 1.1.1.2 255.255.255.255", " description two"],
    ["interface GigabitEthernet0/0", " ip address 10.0.0.1 255.255.255.0", " no shutdown"],
    ["interface GigabitEthernet0/0", " ip address 10.0.0.2 255.255.255.0 secondary"],
    ["interface GigabitEthernet0/0", " mtu 1400", " no ip redirects", " ip mtu 1300"],
    ["interface GigabitEthernet0/1", " description x", " no ip proxy-arp"],
    ["interface Tunnel0", " tunnel source Loopback0", " tunnel destination 9.9.9.9"],
    ["interface Tunnel0", " tunnel key 7", " ip address 10.9.9.1 255.255.255.252"],
    ["ip route 0.0.0.0 0.0.0.0 10.0.0.254"],
    ["ip route 10.8.0.0 255.255.0.0 Null0", "ip route 10.8.0.0 255.255.0.0 10.0.0.3 200"],
    ["crypto isakmp policy 10", " encr aes 256", " authentication pre-share", " group 14"],
    ["crypto isakmp key secret address 9.9.9.9"],
    ["crypto ipsec transform-set T esp-aes 256 esp-sha-hmac", " mode transport"],
    ["crypto ipsec transform-set T esp-3des esp-md5-hmac"],
    ["crypto ipsec profile P", " set transform-set T", " set pfs group14"],
    ["banner motd ^C", "hello", "there^C"],
    ["line vty 0 4", " exec-timeout 5 0"],
    ["line con 0", " logging synchronous"],
    ["ip icmp rate-limit unreachable 100"],
)

configurations = st.lists(st.sampled_from(PIECES), max_size=8)


def reached(pieces: list[list[str]]) -> Prompt:
    """A router at which pieces were typed; what does not fit together is refused, as on IOS."""
    prompt = Prompt()
    for piece in pieces:
        for line in piece:
            prompt.session.feed(line)
        prompt.session.end()
    return prompt


def make_equal(prompt: Prompt, text: str) -> tuple[int, tuple[str, ...]]:
    done = replace(grammar(), prompt.config, PORTS, text, lambda changes: None)
    return len(done.passes), done.failed


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(configurations, configurations)
def test_replacing_gives_exactly_the_other_configuration(
    before: list[list[str]], after: list[list[str]]
) -> None:
    wanted = written(reached(after).config)
    prompt = reached(before)
    passes, failed = make_equal(prompt, wanted)
    assert failed == ()
    assert written(prompt.config) == wanted
    assert passes <= MOST_PASSES


@settings(max_examples=30, deadline=None)
@given(configurations)
def test_replacing_by_itself_does_nothing(pieces: list[list[str]]) -> None:
    prompt = reached(pieces)
    assert make_equal(prompt, written(prompt.config)) == (0, ())


@settings(max_examples=30, deadline=None)
@given(configurations, configurations)
def test_a_difference_is_empty_only_between_equals(
    one: list[list[str]], other: list[list[str]]
) -> None:
    first, second = (written(reached(pieces).config) for pieces in (one, other))
    assert (not difference(parse(first), parse(second))) == (first == second)


def test_what_cannot_be_is_reported() -> None:
    prompt = Prompt()
    text = written(prompt.config).replace("hostname Router", "hostname R1\nno such thing")
    passes, failed = make_equal(prompt, text)
    assert failed == ("+no such thing",)
    assert prompt.config.hostname == "R1"
    assert passes <= MOST_PASSES


def test_the_difference_names_sections_once() -> None:
    old = "hostname A\ninterface Gi0/0\n ip address 1.1.1.1 255.0.0.0\n shutdown\n"
    old += "router x\n a\n b\n  c\n"
    new = "hostname B\ninterface Gi0/0\n ip address 1.1.1.1 255.0.0.0\n mtu 9\nrouter y\n a\n"
    assert list(listing(difference(parse(old), parse(new)))) == [
        "+hostname B",
        "interface Gi0/0",
        " +mtu 9",
        "+router y",
        " +a",
        "-hostname A",
        "interface Gi0/0",
        " -shutdown",
        "-router x",
        " -a",
        " -b",
        "  -c",
    ]
