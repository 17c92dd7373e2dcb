"""The running-config: against real captures, and against itself."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.cli.commands.show_run import framed
from ioscli.cli.configuration import ConfigSession, LineKind, load
from ioscli.cli.running_config import interface_section, running_config, size
from ioscli.model.config import RouterConfig
from ioscli.model.ifname import InterfaceName

from .typing_config import PORTS, blank, grammar, loaded, reference

#: Captures of IOSv that hold nothing but what is there already.
CAPTURES = [
    "configs/labval/checkpoint_simple_routing/static.cfg",
    "configs/cml/2_3_Completed_Lab/R1.cfg",
    "configs/cml/2_3_Completed_Lab/R2.cfg",
    "configs/cml/Domain_4_Configure_network_devices_for_remote_acce/R1.cfg",
    "configs/cml/1_6_IPv4_Router_Config_Solution/Atlanta.cfg",
]

_HEADING = re.compile(
    r"Building configuration\.\.\.\s*Current configuration : (\d+) bytes\n"
    r"(?P<change>!\n! Last configuration change at .*\n)?"
)


@pytest.mark.parametrize("path", CAPTURES)
def test_a_real_running_config_prints_itself_byte_for_byte(path: str) -> None:
    capture = reference(path)
    heading = _HEADING.match(capture)
    assert heading is not None
    config = blank()
    lines = loaded(capture, config)
    assert [line for line in lines if line.result.kind is LineKind.REJECTED] == []
    # The release is the emulator's own, and trailing blanks were lost in most captures.
    theirs = [
        re.sub(r"^version 15\.\d$", "version 15.9", line.rstrip())
        for line in capture[heading.end() :].splitlines()
    ]
    ours = list(running_config(config))
    assert [line.rstrip() for line in ours] == theirs
    # The clock's line is counted by the capture, but there is no clock here.
    unwritten = len(heading["change"] or "")
    assert size(ours) + unwritten == int(heading[1])


def test_show_running_config_counts_its_own_bytes() -> None:
    lines = list(framed(running_config(blank())))
    assert lines[0] == "Building configuration..."
    assert lines[1] == ""
    assert lines[-2:] == ["end", ""]
    body = "\n".join(lines[3:]) + "\n"
    assert lines[2] == f"Current configuration : {len(body.encode())} bytes"


def test_show_running_config_interface() -> None:
    lines = list(framed(["!", *interface_section(blank(), PORTS[0]), "end"]))
    assert lines == [
        "Building configuration...",
        "",
        # "!", the section and "end", each with a line end, and the empty line.
        f"Current configuration : {2 + 29 + 15 + 10 + 13 + 12 + 17 + 4 + 1} bytes",
        "!",
        "interface GigabitEthernet0/0",
        " no ip address",
        " shutdown",
        " duplex auto",
        " speed auto",
        " media-type rj45",
        "end",
        "",
    ]


def test_interfaces_come_in_ios_order() -> None:
    config = blank([InterfaceName("Serial", (0, 0, 0)), InterfaceName("FastEthernet", (0, 0))])
    loaded(
        "interface Tunnel10\ninterface Tunnel2\ninterface Loopback1\ninterface Loopback0", config
    )
    headers = [line for line in running_config(config) if line.startswith("interface")]
    assert headers == [
        "interface Loopback0",
        "interface Loopback1",
        "interface Tunnel2",
        "interface Tunnel10",
        "interface FastEthernet0/0",
        "interface Serial0/0/0",
    ]


# --- any reachable state -------------------------------------------------------------------------


def _addresses() -> st.SearchStrategy[str]:
    return st.builds(
        "{}.{}.{}.{}".format,
        st.sampled_from([10, 100, 172, 192]),
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(0, 255),
    )


def _with(line: str, *values: st.SearchStrategy[object]) -> st.SearchStrategy[str]:
    return st.builds(line.format, *values)


_MASKS = st.sampled_from(
    ["255.255.255.255", "255.255.255.254", "255.255.255.252", "255.255.255.0", "255.255.0.0",
     "255.0.0.0", "0.0.0.0", "255.0.255.0"]
)  # fmt: skip
_ADDRESSES_WITH_MASKS = st.one_of(
    _with("{} {}", _addresses(), _MASKS),
    st.sampled_from(
        ["10.0.0.1 255.255.255.0", "10.0.0.2 255.255.255.0", "10.0.1.1 255.255.255.0",
         "10.0.1.2 255.255.255.252", "172.16.0.1 255.255.0.0", "100.1.1.1 255.255.255.255",
         "100.2.2.2 255.255.255.255", "192.168.0.0 255.255.255.254"]
    ),
)  # fmt: skip
_NEXT_HOPS = st.one_of(_addresses(), st.sampled_from(["10.0.0.1", "10.0.0.2", "172.16.0.1"]))
_NAMES = st.sampled_from(["A", "B", "default"])
_INTERFACES = st.sampled_from(["g0/0", "Gi0/1", "GigabitEthernet 0/2", "lo0", "Tunnel0", "tun 5"])
_CIPHERS = st.sampled_from(
    ["esp-aes", "esp-aes 256", "esp-gcm 192", "esp-null", "esp-des", "esp-3des"]
)
_INTEGRITIES = st.sampled_from(["esp-sha-hmac", "esp-sha512-hmac", "esp-md5-hmac", ""])

_ROUTE_OPTIONS = st.sampled_from(["", "5", "name n", "tag 3 permanent", "10.0.0.2 7"])
_BANNER_TAILS = st.sampled_from(["", " !", "^"])
_INTERFACE_LINES = st.one_of(
    _with("ip address {}{}", _ADDRESSES_WITH_MASKS, st.sampled_from(["", " secondary"])),
    _with("no ip address {}{}", _ADDRESSES_WITH_MASKS, st.sampled_from(["", " secondary"])),
    _with("mtu {}", st.sampled_from([1400, 1500, 9000])),
    _with("ip mtu {}", st.integers(68, 1600)),
    _with("bandwidth {}", st.integers(1, 10_000_000)),
    _with("delay {}", st.integers(1, 16_777_215)),
    _with("arp timeout {}", st.sampled_from([0, 60, 14_400])),
    _with("description {}", st.sampled_from(["x", "! x", "to  B  ", "no shutdown"])),
    _with("tunnel source {}", st.one_of(_addresses(), _INTERFACES)),
    _with("tunnel destination {}", _addresses()),
    _with("tunnel key {}", st.integers(0, 4_294_967_295)),
    _with("tunnel ttl {}", st.integers(1, 255)),
    _with("tunnel protection ipsec profile {}", _NAMES),
    st.sampled_from(
        ["shutdown", "no shutdown", "tunnel mode ipsec ipv4", "no ip address", "ip redirects",
         "no ip redirects", "no ip unreachables", "no ip proxy-arp", "no tunnel source", "no mtu",
         "no ip mtu", "no description", "duplex full", "no duplex", "speed 100", "no cdp enable",
         "cdp enable", "no lldp transmit", "ip tcp adjust-mss 1360", "load-interval 30"]
    ),
)  # fmt: skip
_POLICY_LINES = st.one_of(
    _with("encryption {}", st.sampled_from(["des", "3des", "aes", "aes 128", "aes 256"])),
    _with("hash {}", st.sampled_from(["md5", "sha", "sha512"])),
    _with("group {}", st.sampled_from([1, 14, 21])),
    _with("lifetime {}", st.integers(60, 86_400)),
    st.sampled_from(["authentication pre-share", "no hash", "no group"]),
)
_PROFILE_LINES = st.one_of(
    _with("set transform-set {}", _NAMES),
    _with("set transform-set {} {}", _NAMES, _NAMES),
    _with("set security-association lifetime seconds {}", st.integers(120, 86_400)),
    st.sampled_from(
        ["set pfs", "set pfs group14", "no set pfs", "no set transform-set", "description x y"]
    ),
)
_LINE_LINES = st.one_of(
    _with("exec-timeout {}", st.integers(0, 20)),
    st.sampled_from(
        ["login local", "no login", "transport input ssh", "logging synchronous", "password x",
         "no exec-timeout", "no exec", "length 0"]
    ),
)  # fmt: skip
_GLOBAL_LINES = st.one_of(
    _with("{} interface {}", st.sampled_from(["no", "default"]), _INTERFACES),
    _with("ip route {} {} {}", _addresses(), _MASKS, _NEXT_HOPS),
    _with("ip route 10.0.0.0 255.0.0.0 {} {}", _INTERFACES, _NEXT_HOPS),
    _with("ip route 0.0.0.0 0.0.0.0 {} {}", _INTERFACES, _ROUTE_OPTIONS),
    _with("crypto isakmp key {} address {} {}", _NAMES, _addresses(), _MASKS),
    _with("{} crypto ipsec transform-set {}", st.sampled_from(["no", "default"]), _NAMES),
    _with("{} crypto ipsec profile {}", st.sampled_from(["no", "default"]), _NAMES),
    _with("crypto ipsec security-association lifetime kilobytes {}", st.integers(2560, 5_000_000)),
    _with("crypto ipsec security-association replay window-size {}", st.sampled_from([64, 512])),
    _with("no line vty {} {}", st.integers(4, 9), st.integers(4, 20)),
    _with("banner {} $text{}$", st.sampled_from(["motd", "exec"]), _BANNER_TAILS),
    _with("username {} password x", _NAMES),
    _with("ip name-server {}", _addresses()),
    _with("hostname {}", st.sampled_from(["R1", "x_y", "Router"])),
    _with("ip icmp rate-limit unreachable {}", st.integers(1, 1000)),
    st.sampled_from(
        ["crypto ipsec security-association replay disable", "no ip domain lookup",
         "no ip icmp rate-limit unreachable", "no banner exec", "service timestamps log uptime",
         "no service timestamps debug", "ip http server", "no ip cef", "no cdp run",
         "no logging console", "logging buffered 8192", "no multilink bundle-name"]
    ),
)  # fmt: skip


def _block(
    header: st.SearchStrategy[str], lines: st.SearchStrategy[str]
) -> st.SearchStrategy[list[str]]:
    return st.builds(lambda head, rest: [head, *rest], header, st.lists(lines, max_size=6))


_SCRIPTS = st.lists(
    st.one_of(
        _block(_with("interface {}", _INTERFACES), _INTERFACE_LINES),
        _block(_with("crypto isakmp policy {}", st.sampled_from([1, 10])), _POLICY_LINES),
        _block(
            _with("crypto ipsec transform-set {} {} {}", _NAMES, _CIPHERS, _INTEGRITIES),
            st.sampled_from(["mode transport", "mode tunnel", "no mode"]),
        ),
        _block(_with("crypto ipsec profile {}", _NAMES), _PROFILE_LINES),
        _block(_with("line vty {} {}", st.integers(0, 6), st.integers(1, 20)), _LINE_LINES),
        _block(st.just("line console 0"), _LINE_LINES),
        st.lists(_GLOBAL_LINES, max_size=6),
    ),
    max_size=15,
).map(lambda blocks: [line for block in blocks for line in block])


def printed(config: RouterConfig) -> list[str]:
    return list(running_config(config))


@settings(max_examples=120, deadline=None)
@given(_SCRIPTS)
def test_the_running_config_of_any_state_prints_itself(lines: list[str]) -> None:
    config = blank()
    session = ConfigSession(grammar(), config, PORTS)
    for line in lines:
        session.feed(line)
    text = printed(config)
    copy = blank()
    fresh = ConfigSession(grammar(), copy, PORTS, startup=True)
    for line in load(fresh, "\n".join(text)):
        assert line.result.kind is not LineKind.REJECTED, line
    assert printed(copy) == text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(_SCRIPTS, st.lists(st.text(max_size=30), max_size=2)), max_size=4))
def test_nothing_that_is_typed_raises(scripts: list[list[str]]) -> None:
    config = blank()
    session = ConfigSession(grammar(), config, None)
    for line in (line for script in scripts for line in script):
        result = session.feed(line)
        if result.kind is LineKind.REJECTED:
            assert result.error is not None or result.messages
            assert result.changes == ()
    printed(config)
