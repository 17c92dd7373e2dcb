"""Static routes, names, ICMP limits and stored lines at the configuration prompt."""

import pytest

from ioscli.cli.configuration import LineKind
from ioscli.cli.registry import handler_of
from ioscli.cli.running_config import (
    running_config,
)
from ioscli.cli.tables import grammar_folder, make_tables
from ioscli.model.changes import StaticRoutesChanged, SystemChanged

from .typing_config import PORTS, Prompt, blank, loaded


def routes(prompt: Prompt) -> list[str]:
    return [line for line in running_config(prompt.config) if line.startswith("ip route")]


def test_static_routes_of_every_form() -> None:
    prompt = Prompt()
    results = prompt.type(
        "interface Tunnel0", "ip route 172.16.2.0 255.255.255.0 Tunnel0 name TO-B permanent",
        "ip route 0.0.0.0 0.0.0.0 10.1.1.2 250", "ip route 10.9.0.0 255.255.0.0 tun0 10.1.3.3",
        "ip route 10.9.9.0 255.255.255.0 10.1.1.2 tag 7 5",
        "ip route 10.9.0.0 255.255.0.0 10.1.1.9", "ip route 172.16.2.0 255.255.255.0 tun0 20",
    )  # fmt: skip
    assert results[1].changes == (StaticRoutesChanged(),)
    assert routes(prompt) == [
        "ip route 0.0.0.0 0.0.0.0 10.1.1.2 250",
        "ip route 10.9.0.0 255.255.0.0 Tunnel0 10.1.3.3",
        "ip route 10.9.0.0 255.255.0.0 10.1.1.9",
        "ip route 10.9.9.0 255.255.255.0 10.1.1.2 5 tag 7",
        "ip route 172.16.2.0 255.255.255.0 Tunnel0 20",
    ]
    prompt.type("no ip route 10.9.0.0 255.255.0.0 10.1.1.9", "no ip route 0.0.0.0 0.0.0.0")
    assert len(routes(prompt)) == 3
    prompt.type("ip route 10.9.9.0 255.255.255.0 10.1.1.2 9", "ip route 0.0.0.0 0.0.0.0 10.1.1.2")
    assert routes(prompt) == [
        "ip route 0.0.0.0 0.0.0.0 10.1.1.2",
        "ip route 10.9.0.0 255.255.0.0 Tunnel0 10.1.3.3",
        "ip route 10.9.9.0 255.255.255.0 10.1.1.2 9",
        "ip route 172.16.2.0 255.255.255.0 Tunnel0 20",
    ]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("ip route 10.1.1.1 255.255.255.0 10.2.2.2", "%Inconsistent address and mask"),
        ("ip route 10.0.0.0 255.0.255.0 10.2.2.2", "%Inconsistent address and mask"),
        ("ip route 10.0.0.0 255.0.0.0 192.168.1.1", "%Invalid next hop address (it's this router)"),
        ("ip route 10.0.0.0 255.0.0.0 0.0.0.0", "%Invalid next hop address"),
        ("ip route 10.0.0.0 255.0.0.0 239.1.1.1", "%Invalid next hop address"),
        ("no ip route 10.0.0.0 255.0.0.0", "%No matching route to delete"),
    ],
)
def test_refused_routes(line: str, answer: str) -> None:
    prompt = Prompt()
    prompt.type("interface g0/0", "ip address 192.168.1.1 255.255.255.0", "exit")
    result = prompt.session.feed(line)
    assert (result.kind, result.messages) == (LineKind.REJECTED, (answer,))
    assert prompt.config.static_routes == []


def test_a_route_out_of_no_interface() -> None:
    screen = Prompt().screen("ip route 10.0.0.0 255.0.0.0 Tunnel3")
    assert screen.splitlines()[1] == " " * len("Router(config)#ip route 10.0.0.0 255.0.0.0 ") + "^"


def test_hostname() -> None:
    prompt = Prompt()
    assert prompt.type("hostname R1")[0].changes == (SystemChanged(),)
    assert prompt.screen("hostname my_router\nno hostname\n") == (
        "R1(config)#hostname my_router\n"
        "% Hostname contains one or more illegal characters.\n\n"
        "my_router(config)#no hostname"
    )
    assert prompt.config.hostname == "Router"
    assert prompt.session.feed("hostname " + "x" * 64).kind is LineKind.REJECTED


def test_icmp_rate_limit() -> None:
    prompt = Prompt()
    prompt.type("ip icmp rate-limit unreachable 100", "ip icmp rate-limit unreachable df 50")
    lines = [line for line in running_config(prompt.config) if "icmp" in line]
    assert lines == [
        "ip icmp rate-limit unreachable 100",
        "ip icmp rate-limit unreachable DF 50",
    ]
    prompt.type("no ip icmp rate-limit unreachable", "no ip icmp rate-limit unreachable df")
    lines = [line for line in running_config(prompt.config) if "icmp" in line]
    assert lines == ["no ip icmp rate-limit unreachable"]
    prompt.type("default ip icmp rate-limit unreachable")
    assert prompt.config.icmp_unreachable_interval == 500


def test_domain_lookup_in_both_spellings() -> None:
    prompt = Prompt()
    prompt.type("no ip domain-lookup")
    assert "no ip domain lookup" in list(running_config(prompt.config))
    prompt.type("ip domain lookup")
    assert prompt.config.domain_lookup


def lines_with(prompt: Prompt, *words: str) -> list[str]:
    return [
        line
        for line in running_config(prompt.config)
        if all(word in line.split() for word in words)
    ]


def test_stored_switches_show_as_ios_shows_them() -> None:
    prompt = Prompt()
    assert lines_with(prompt, "ip", "http", "server") == ["no ip http server"]
    assert lines_with(prompt, "ip", "cef") == ["ip cef"]
    for result in prompt.type("ip http server", "no ip cef", "lldp run"):
        assert (result.kind, result.changes) == (LineKind.STORED, ())
    assert lines_with(prompt, "ip", "http", "server") == ["ip http server"]
    assert lines_with(prompt, "ip", "cef") == ["no ip cef"]
    assert lines_with(prompt, "lldp") == ["lldp run"]
    prompt.type("no ip http server", "ip cef", "no lldp run")
    assert prompt.config.stored == {}


def test_stored_lists() -> None:
    prompt = Prompt()
    prompt.type(
        "ip name-server 8.8.8.8 9.9.9.9", "ntp server 10.0.0.1", "ntp server 10.0.0.2 prefer",
        "no ntp server 10.0.0.1", "logging 10.0.0.9", "ip domain-name example.com",
    )  # fmt: skip
    assert lines_with(prompt, "name-server") == [
        "ip name-server 8.8.8.8",
        "ip name-server 9.9.9.9",
    ]
    assert lines_with(prompt, "ntp") == ["ntp server 10.0.0.2 prefer"]
    assert lines_with(prompt, "logging", "host") == ["logging host 10.0.0.9"]
    assert lines_with(prompt, "domain", "name") == ["ip domain name example.com"]


def test_keywords_are_stored_in_full() -> None:
    prompt = Prompt()
    prompt.type("serv timest deb date ms loc", "logg buff 64000 info")
    assert lines_with(prompt, "service", "debug") == [
        "service timestamps debug datetime msec localtime"
    ]
    assert lines_with(prompt, "buffered") == ["logging buffered 64000 informational"]


def test_lines_are_cut_where_ranges_overlap() -> None:
    prompt = Prompt()
    prompt.type(
        "line con 0", "exec-timeout 0", "logging synchronous",
        "line vty 0 15", "login local", "line vty 2 5", "transport input ssh telnet",
        "no exec-timeout", "password secret word",
    )  # fmt: skip
    assert prompt.section("line con 0") == [" exec-timeout 0 0", " logging synchronous"]
    assert prompt.section("line vty 0 1") == [" login local", " transport input none"]
    cut = [
        " exec-timeout 0 0",
        " password secret word",
        " login local",
        " transport input ssh telnet",
    ]
    assert prompt.section("line vty 2 4") == cut
    assert prompt.section("line vty 5") == cut
    assert prompt.section("line vty 6 15") == [" login local", " transport input none"]
    prompt.type("exit", "no line vty 6 15")
    refused = prompt.session.feed("no line vty 4")
    assert refused.messages == ("% Can't delete last 5 VTY lines",)
    headers = [line for line in running_config(prompt.config) if line.startswith("line vty")]
    assert headers == ["line vty 0 1", "line vty 2 4", "line vty 5"]


def test_banner_over_several_lines() -> None:
    prompt = Prompt()
    assert prompt.screen("banner motd #\nhello\n\n! no comment\nbye# rest\nhostname R1") == (
        "Router(config)#banner motd #\n"
        "Enter TEXT message.  End with the character '#'.\n"
        "hello\n\n! no comment\nbye# rest\n"
        "Router(config)#hostname R1"
    )
    lines = list(running_config(prompt.config))
    start = lines.index("banner motd ^C")
    assert lines[start : start + 5] == ["banner motd ^C", "hello", "", "! no comment", "bye^C"]
    prompt.type("banner exec $one line$", "no banner motd")
    assert [line for line in running_config(prompt.config) if "banner" in line] == [
        "banner exec ^Cone line^C"
    ]


def test_end_stops_a_banner() -> None:
    prompt = Prompt()
    prompt.type("banner motd #", "text")
    assert prompt.session.end() == ()
    assert not prompt.session.collecting


@pytest.mark.parametrize(
    "line",
    [
        "router ospf",
        "router banana 65001",
        "access-list 1 banana any",
        "crypto map M 1 ipsec-banana",
        "class-map type banana VOICE",
    ],
)
def test_what_is_not_there_is_refused(line: str) -> None:
    result = Prompt().session.feed(line)
    assert result.kind is LineKind.REJECTED
    assert result.error is not None


def test_every_modelled_command_has_a_handler() -> None:
    stems = {
        "interface", "ip_address", "tunnel", "static_route", "system", "isakmp", "ipsec",
        "show_run", "show_crypto", "clear_crypto",
    }  # fmt: skip
    tables = make_tables(grammar_folder())
    rules = {(rule, stem) for rule, _, stem, kept in tables.commands if stem in stems and not kept}
    assert len(rules) > 40
    for rule, stem in rules:
        assert callable(handler_of(rule, stem))


def test_a_stored_rule_that_no_order_list_names_is_printed_all_the_same() -> None:
    config = blank()
    config.stored["of no list"] = ["a global line"]
    config.interfaces[PORTS[0]].stored["of no list"] = ["a line of the port"]
    lines = list(running_config(config))
    assert "a global line" in lines
    at = lines.index("interface GigabitEthernet0/0")
    assert " a line of the port" in lines[at : lines.index("!", at)]


def test_tabs_and_line_ends() -> None:
    config = blank()
    lines = loaded(
        "hostname\tR7\r\ninterface Gi0/0\r\n\tdescription a\fb\r\nend\r\nhostname R8", config
    )
    assert config.hostname == "R7"
    assert config.interfaces[PORTS[0]].description == "a\fb"
    assert [line.number for line in lines] == [1, 2, 3, 4]
