"""Telnet from node to node: who gets in, what ends a session, and what the client says of it."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.protocols.tcp.effects import Ends, Why

from .vty_lab import OPEN, VtyLab

PASSWORD = "enable secret cisco\nline vty 0 4\n password cisco\n login\n transport input telnet\n"
LOCAL = """\
username admin privilege 15 password 0 cisco
username bob password 0 bob
line vty 0 4
 login local
 transport input all
"""
REFUSED = [
    "R1#telnet 10.0.0.2",
    "Trying 10.0.0.2 ...",
    "% Connection refused by remote host",
    "",
    "R1#",
]


def test_a_linux_host_logs_in_and_runs_a_show() -> None:
    lab = VtyLab(second=PASSWORD)
    host = lab.shell()
    assert host.type("telnet 10.0.0.2") == [
        "cisco@S1:~$ telnet 10.0.0.2",
        "Connected to 10.0.0.2",
        "",
        "Entering character mode",
        "Escape character is '^]'.",
        "",
        "",
        "",
        "User Access Verification",
        "",
        "Password:",
    ]
    assert host.type("cisco", "show privilege") == [
        "Password:",
        "R2>show privilege",
        "Current privilege level is 1",
        "R2>",
    ]
    assert host.type("enable", "cisco")[-1] == "R2#"
    assert "*578 vty 0                idle                 00:00:00 10.0.0.10" in host.type(
        "show users"
    )
    assert host.type("exit") == [
        "R2#exit",
        "Connection closed by foreign host",
        "cisco@S1:~$",
    ]
    assert host.type("echo")[-1] == "cisco@S1:~$"


def test_keys_are_edited_by_the_far_end() -> None:
    lab = VtyLab()
    host = lab.shell()
    host.type("telnet 10.0.0.2")
    host.press("show clokc\x7f\x7fck")
    assert host.line == "R2>show clock"
    host.press("\x15show priv\t")
    assert host.line == "R2>show privilege"
    assert any(row.startswith("  <cr>") for row in host.press(" ?"))
    assert host.line == "R2>show privilege"
    assert host.press("\x03")[-1] == "R2>"
    # Ctrl-] is the client's own.
    assert host.press("\x1d")[-2:] == [" e      exit telnet", ""]
    assert host.press("e")[-1] == "cisco@S1:~$"
    lab.wait(1)
    assert not lab.visitors(lab.r2)


def test_a_router_logs_in_to_a_router() -> None:
    lab = VtyLab(second=PASSWORD)
    console = lab.console(lab.r1)
    assert console.type("telnet 10.0.0.2", seconds=4) == [
        "R1#telnet 10.0.0.2",
        "Trying 10.0.0.2 ... Open",
        "",
        "",
        "User Access Verification",
        "",
        "Password:",
    ]
    console.type("cisco", "enable", "cisco", "configure terminal", "end")
    assert console.line == "R2#"
    assert console.type("exit") == [
        "R2#exit",
        "",
        "[Connection to 10.0.0.2 closed by foreign host]",
        "R1#",
    ]
    assert any("by vty0 (10.0.0.1)" in line for line in lab.log)


def test_who_changed_the_configuration() -> None:
    lab = VtyLab(second=LOCAL)
    host = lab.shell()
    host.type("telnet 10.0.0.2", "admin", "cisco", "configure terminal", "end")
    assert any(
        line.endswith("%SYS-5-CONFIG_I: Configured from console by admin on vty0 (10.0.0.10)")
        for line in lab.log
    )


def test_wrong_passwords_end_the_connection() -> None:
    lab = VtyLab(second=PASSWORD)
    console = lab.console(lab.r1)
    console.type("telnet 10.0.0.2", seconds=4)
    assert console.type("a", "b", "c") == [
        "Password:",
        "Password:",
        "Password:",
        "% Bad passwords",
        "",
        "[Connection to 10.0.0.2 closed by foreign host]",
        "R1#",
    ]


def test_local_users() -> None:
    lab = VtyLab(second=LOCAL)
    console = lab.console(lab.r1)
    console.type("telnet 10.0.0.2", seconds=4)
    assert console.type("bob", "wrong", "admin", "cisco") == [
        "Username: bob",
        "Password:",
        "% Login invalid",
        "",
        "Username: admin",
        "Password:",
        "R2#",
    ]


def test_a_line_without_password_lets_nobody_in() -> None:
    lab = VtyLab(second="line vty 0 4\n transport input telnet\n")
    console = lab.console(lab.r1)
    assert console.type("telnet 10.0.0.2", seconds=4) == [
        "R1#telnet 10.0.0.2",
        "Trying 10.0.0.2 ... Open",
        "",
        "",
        "Password required, but none set",
        "",
        "[Connection to 10.0.0.2 closed by foreign host]",
        "R1#",
    ]


@pytest.mark.parametrize(
    "config",
    [
        "",  # as IOS comes: transport input none
        "line vty 0 4\n no login\n transport input none\n",
        "line vty 0 4\n no login\n transport input ssh\n",
        OPEN + " access-class 10 in\naccess-list 10 deny 10.0.0.1\naccess-list 10 permit any\n",
        OPEN + " access-class 10 in\naccess-list 10 permit 10.0.0.10\n",
    ],
)
def test_refused(config: str) -> None:
    lab = VtyLab(second=config)
    assert lab.console(lab.r1).type("telnet 10.0.0.2", seconds=4) == REFUSED


def test_an_access_class_lets_others_in() -> None:
    lab = VtyLab(second=OPEN + " access-class 10 in\naccess-list 10 permit 10.0.0.10\n")
    assert lab.shell().type("telnet 10.0.0.2")[-1] == "R2>"


VRF = """\
vrf definition A
 address-family ipv4
 exit-address-family
interface GigabitEthernet0/0
 vrf forwarding A
 ip address 10.0.0.2 255.255.255.0
access-list 5 permit any
"""


@pytest.mark.parametrize(
    ("line", "last"),
    [("", "R2>"), (" access-class 5 in\n", "R1#"), (" access-class 5 in vrf-also\n", "R2>")],
)
def test_visitors_from_a_vrf(line: str, last: str) -> None:
    lab = VtyLab(OPEN, VRF + OPEN + line)
    console = lab.console(lab.r1)
    assert console.type("telnet 10.0.0.2", seconds=4)[-1] == last
    if last == "R2>":
        console.type("telnet 10.0.0.1")
        assert "% Destination unreachable; gateway or host down" in console.glass.lines
        assert console.type("telnet 10.0.0.1 /vrf A", seconds=4)[-1] == "R1>"


def test_one_more_than_there_are_lines_is_refused() -> None:
    lab = VtyLab()
    hosts = [lab.shell() for _ in range(5)]
    for number, host in enumerate(hosts):
        host.type("telnet 10.0.0.2")
        assert any(f"*{578 + number} vty {number} " in row for row in host.type("show users"))
    sixth = lab.shell()
    late = "telnet: can't connect to remote host (10.0.0.2): Connection refused"
    assert late in sixth.type("telnet 10.0.0.2")
    hosts[2].type("exit")
    sixth.type("telnet 10.0.0.2")
    assert any("*580 vty 2 " in row for row in sixth.type("show users"))


def test_who_does_nothing_is_disconnected() -> None:
    lab = VtyLab(second=OPEN + " exec-timeout 2 0\n")
    console = lab.console(lab.r1)
    console.type("telnet 10.0.0.2", seconds=4)
    console.wait(114)
    assert console.type("show privilege")[-1] == "R2>"
    console.wait(118)
    assert console.line == "R2>"
    assert console.wait(3)[-2:] == ["[Connection to 10.0.0.2 closed by foreign host]", "R1#"]


def test_keys_alone_keep_a_session() -> None:
    """`exec-timeout` counts from the last key, whether or not a line was ended with it."""
    lab = VtyLab(second=OPEN + " exec-timeout 0 30\n")
    console = lab.console(lab.r1)
    console.type("telnet 10.0.0.2", seconds=4)
    for _ in range(6):
        console.press("x", seconds=25)
    assert console.line == "R2>xxxxxx"
    assert console.wait(6)[-2:] == ["[Connection to 10.0.0.2 closed by foreign host]", "R1#"]


def test_a_session_elsewhere_is_not_idle_here() -> None:
    lab = VtyLab("line con 0\n exec-timeout 0 30\n", OPEN + " exec-timeout 0 0\n")
    console = lab.console(lab.r1)
    console.type("telnet 10.0.0.2", seconds=4)
    console.wait(300)
    assert console.line == "R2>"


def test_who_does_not_log_in_is_sent_away() -> None:
    lab = VtyLab(second=LOCAL)
    console = lab.console(lab.r1)
    console.type("telnet 10.0.0.2", seconds=4)
    console.wait(20)
    console.type("bob")
    assert console.line == "Password:"
    assert console.wait(31)[-4:] == [
        "% Password:  timeout expired!",
        "",
        "[Connection to 10.0.0.2 closed by foreign host]",
        "R1#",
    ]
    lab = VtyLab(second=LOCAL + " timeout login response 3\n")
    console = lab.console(lab.r1)
    console.type("telnet 10.0.0.2", seconds=7)
    assert "% Username:  timeout expired!" in console.glass.lines


def test_clear_line_ends_the_connection() -> None:
    lab = VtyLab()
    console, far = lab.console(lab.r1), lab.console(lab.r2)
    console.type("telnet 10.0.0.2", seconds=4)
    far.type("clear line vty 0")
    far.press("\r")
    assert console.wait(1)[-1] == "R1#"
    assert console.glass.lines[-2] == "[Connection to 10.0.0.2 closed by foreign host]"


def test_a_reload_closes_and_lets_in_again() -> None:
    lab = VtyLab()
    console, far = lab.console(lab.r1), lab.console(lab.r2)
    far.type("write memory", seconds=5)
    console.type("telnet 10.0.0.2", seconds=4)
    far.type("reload")
    far.press("\r\r", seconds=3)
    assert console.line == "R1#"
    assert "[Connection to 10.0.0.2 closed by foreign host]" in console.glass.lines
    console.wait(60)
    assert console.type("telnet 10.0.0.2", seconds=4)[-1] == "R2>"


def test_a_reload_asked_for_from_afar() -> None:
    lab = VtyLab(second=OPEN + " privilege level 15\n")
    console = lab.console(lab.r1)
    console.type("telnet 10.0.0.2", seconds=4)
    console.type("reload", seconds=3)
    console.press("n" if "yes/no" in console.line else "\r")
    console.press("\r\r", seconds=5)
    assert console.line == "R1#"
    assert any("Reload requested by vty0 (10.0.0.1)." in line for line in lab.log)
    console.wait(60)
    assert not lab.visitors(lab.r2)


def test_a_reload_here_leaves_no_session_there() -> None:
    lab = VtyLab(second=OPEN + " exec-timeout 1 0\n")
    console = lab.console(lab.r1)
    console.type("telnet 10.0.0.2", seconds=4)
    lab.r1.reloads.start(lambda: lab.r1.config, "test")
    console.wait(50)
    assert console.session.closed
    assert not console.session.remote
    console.wait(200)
    assert not lab.visitors(lab.r2)


def test_a_long_output_comes_page_by_page() -> None:
    lab = VtyLab(second=OPEN + " privilege level 15\n")
    host = lab.shell()
    host.type("telnet 10.0.0.2")
    shown = host.type("show running-config")
    assert shown[-1] == " --More--"
    assert len(shown) == 25  # the command, 23 lines and the marker
    assert host.press(" ")[-1] == " --More--"
    assert host.press("q")[-1] == "R2#"
    whole = host.type("terminal length 0", "show running-config")
    assert "line vty 0 4" in whole
    assert whole[-1] == "R2#"


def test_what_leads_nowhere() -> None:
    lab = VtyLab()
    console = lab.console(lab.r1)
    assert console.type("telnet 10.0.0.77", seconds=40)[1:] == [
        "Trying 10.0.0.77 ...",
        "% Connection timed out; remote host not responding",
        "",
        "R1#",
    ]
    assert console.type("telnet 192.0.2.1")[1:] == [
        "Trying 192.0.2.1 ...",
        "% Destination unreachable; gateway or host down",
        "",
        "R1#",
    ]
    assert console.type("telnet 10.0.0.10 www", seconds=4)[1:] == [
        "Trying 10.0.0.10, 80 ...",
        "% Connection refused by remote host",
        "",
        "R1#",
    ]


def test_ctrl_c_calls_a_try_off() -> None:
    lab = VtyLab()
    console = lab.console(lab.r1)
    console.type("telnet 10.0.0.77")
    assert console.press("\x1e")[-1] == "R1#"
    assert not lab.r1.table("").tcp.machine.connections


def test_names_and_addresses_alone() -> None:
    lab = VtyLab("ip host R2 10.0.0.2\n")
    console = lab.console(lab.r1)
    assert console.type("R2", seconds=4)[1:] == ["Trying R2 (10.0.0.2) ... Open", "", "R2>"]
    assert "[Connection to R2 closed by foreign host]" in console.type("exit")
    assert console.type("10.0.0.2", seconds=4)[-1] == "R2>"


def test_suspended_connections() -> None:
    lab = VtyLab()
    console = lab.console(lab.r1)
    assert console.type("resume")[1:] == ["% No current connection", "R1#"]
    console.type("telnet 10.0.0.2", seconds=4)
    console.press("\x1ex")
    console.type("telnet 10.0.0.2", seconds=4)
    console.press("\x1ex")
    assert console.type("show sessions")[1:] == [
        "Conn Host                Address             Byte  Idle Conn Name",
        "   1 10.0.0.2            10.0.0.2               0     0 10.0.0.2",
        "*  2 10.0.0.2            10.0.0.2               0     0 10.0.0.2",
        "",
        "R1#",
    ]
    assert "*  0 con 0                10.0.0.2             00:00:00" in console.type("show users")
    console.type("resume 1", "")
    assert console.line == "R2>"
    console.press("\x1ex")
    assert console.line == "R1#"
    console.type("", "exit")  # Enter alone goes back to the last
    assert console.line == "R1#"
    assert console.type("disconnect 2")[-1] == "Closing connection to 10.0.0.2 [confirm]"
    console.press("\r")
    assert console.type("show sessions")[1:] == ["% No connections open", "R1#"]
    assert not lab.visitors(lab.r2)


def test_ctrl_shift_6_twice_is_sent() -> None:
    lab = VtyLab(second=OPEN + " privilege level 15\n")
    console = lab.console(lab.r1)
    console.type("telnet 10.0.0.2", seconds=4)
    console.type("ping 10.0.0.99 repeat 100", seconds=5)
    console.press("\x1e\x1e")
    assert console.line == "R2#"


def test_three_routers_in_a_row() -> None:
    lab = VtyLab(OPEN + " privilege level 15\n", OPEN)
    host = lab.shell()
    host.type("telnet 10.0.0.1", "telnet 10.0.0.2", seconds=4)
    assert host.line == "R2>"
    assert host.type("show users")[2].endswith(" 10.0.0.1")
    host.type("exit")
    assert host.line == "R1#"
    host.type("telnet 10.0.0.2")
    lab.links[2].set_up(False)  # the one who types is gone
    lab.wait(1300)
    assert not lab.visitors(lab.r2)


def test_lines_that_may_not_connect() -> None:
    lab = VtyLab("line con 0\n transport output none\n")
    said = lab.console(lab.r1).type("telnet 10.0.0.2")
    assert said[1] == "% telnet connections not permitted from this terminal"
    lab = VtyLab("access-list 7 deny any\nline con 0\n access-class 7 out\n")
    said = lab.console(lab.r1).type("telnet 10.0.0.2")
    assert said[1] == "% Connections to that host not permitted from this terminal"


def test_a_source_interface() -> None:
    lab = VtyLab(
        "interface Loopback0\n ip address 1.1.1.1 255.255.255.255\n",
        "ip route 1.1.1.1 255.255.255.255 10.0.0.1\n" + OPEN,
    )
    console = lab.console(lab.r1)
    console.type("telnet 10.0.0.2 /source-interface lo0", seconds=4)
    assert console.type("show users")[2].endswith(" 1.1.1.1")
    console.type("exit", "configure terminal", "ip telnet source-interface Loopback0", "end")
    console.type("telnet 10.0.0.2", seconds=4)
    assert console.type("show users")[2].endswith(" 1.1.1.1")


def test_show_tcp_brief() -> None:
    lab = VtyLab()
    far = lab.console(lab.r2)
    header = "TCB       Local Address               Foreign Address             (state)"
    assert far.type("show tcp brief")[1:] == [header, "R2#"]
    lab.shell().type("telnet 10.0.0.2")
    row = far.type("show tcp brief")[2]
    assert row[8:38] == f"{'  10.0.0.2.23':<30}"
    assert row[38:48] == "10.0.0.10."
    assert row.endswith("  ESTAB")
    assert far.type("show tcp brief all")[3][8:] == f"  {'*.23':<28}{'*.*':<28}LISTEN"


def test_the_mss_is_clamped_on_the_way() -> None:
    lab = VtyLab(
        "interface GigabitEthernet0/0\n ip tcp adjust-mss 600\n"
        "ip route 2.2.2.2 255.255.255.255 10.0.0.2\n",
        "interface Loopback0\n ip address 2.2.2.2 255.255.255.255\n" + OPEN,
    )
    host = lab.shell()
    host.type("sudo route add -host 2.2.2.2 gw 10.0.0.1", "telnet 2.2.2.2", seconds=9)
    (connection,) = lab.r2.table("").tcp.machine.connections.values()
    assert connection.mss == 600
    assert host.type("show privilege")[-1] == "R2>"


class Deaf:
    """A TcpUser that does not listen."""

    def established(self, ends: Ends, /) -> None: ...

    def received(self, ends: Ends, data: bytes, /) -> None: ...

    def peer_closed(self, ends: Ends, /) -> None: ...

    def closed(self, ends: Ends, why: Why, /) -> None: ...


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([b"\xff\xfa", b"\xff\xfb\x01"]))))
def test_nothing_sent_upsets_the_server(pieces: list[bytes]) -> None:
    lab = VtyLab()
    tcp = lab.r1.table("").tcp
    peer = IPv4Address("10.0.0.2")
    ends = tcp.connect(peer, 23, Deaf(), tcp.terminal_settings(peer))
    assert ends is not None
    lab.wait(4)
    assert lab.visitors(lab.r2) == [1]
    for piece in pieces:
        tcp.send(ends, piece)
        lab.wait(0.1)
    tcp.abort(ends)
    lab.wait(60)
    assert not lab.visitors(lab.r2)
    assert lab.shell().type("telnet 10.0.0.2")[-1] == "R2>"


def test_show_tcp_and_clear_tcp() -> None:
    lab = VtyLab()
    far = lab.console(lab.r2)
    near = lab.console(lab.r1)
    near.type("telnet 10.0.0.2", seconds=4)
    block = far.type("show tcp brief")[2][:8]
    shown = far.type(f"show tcp tcb {block}")[1:]
    port = shown[4].rsplit(" ", 1)[1]
    assert shown[:5] == [
        "tty578, virtual tty from host 10.0.0.1",
        "Connection state is ESTAB, I/O status: 1, unread input bytes: 0",
        "Connection is ECN Disabled, Mininum incoming TTL 0, Outgoing TTL 255",
        "Local host: 10.0.0.2, Local port: 23",
        f"Foreign host: 10.0.0.1, Foreign port: {port}",
    ]
    assert any(line.startswith("Datagrams (max data segment is ") for line in shown)
    assert "Status Flags: passive open, gen tcbs" in shown
    assert far.type("show tcp")[1:] != [""]
    far.type("clear tcp tcb 12345678", "")
    assert far.type("show tcp brief")[2][:8] == block
    assert far.type(f"clear tcp local 10.0.0.2 23 remote 10.0.0.1 {port}", "")[-2] == " [OK]"
    assert far.type("show tcp brief")[-1] == "R2#"
    assert len(far.type("show tcp brief")) == 3
    assert near.type("")[-1] == "R1#"


def test_clear_tcp_line_hangs_up() -> None:
    lab = VtyLab()
    far = lab.console(lab.r2)
    near = lab.console(lab.r1)
    near.type("telnet 10.0.0.2", seconds=4)
    far.type("clear tcp line 579", "")
    assert len(far.type("show tcp brief")) == 4
    far.type("clear tcp line 578", "")
    assert len(far.type("show tcp brief")) == 3
    assert near.type("")[-1] == "R1#"
