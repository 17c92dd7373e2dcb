"""ping, traceroute, tracepath, telnet, nc and tcpdump between two hosts, in simulated time."""

import re
from ipaddress import IPv4Address

from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.codec.icmp import DestinationUnreachable, EchoMessage, UnreachableCode
from ioscli.codec.ipv4 import IpProtocol, IPv4Header
from ioscli.hosts.linux.tools import PROGRAMS

from .terminal import Terminal, pair

A, B = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")


def test_the_first_echo_waits_for_arp_and_is_not_lost() -> None:
    host, _ = pair()
    assert host.type("ping -c 2 10.0.0.2") == (
        "PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.\n"
        "64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=4.00 ms\n"
        "64 bytes from 10.0.0.2: icmp_seq=2 ttl=64 time=2.00 ms\n"
        "\n"
        "--- 10.0.0.2 ping statistics ---\n"
        "2 packets transmitted, 2 received, 0% packet loss, time 1002ms\n"
        "rtt min/avg/max/mdev = 2.002/3.003/4.004/1.001 ms\n"
    )
    assert " REACHABLE " in host.type("ip neigh")
    host.wait(31)
    assert " STALE " in host.type("ip neigh")


def test_nobody_answers() -> None:
    host, _ = pair()
    said = host.type("ping -c 2 10.0.0.3")
    assert said.count("From 10.0.0.1 icmp_seq=") == 2
    assert "2 packets transmitted, 0 received, +2 errors, 100% packet loss, time" in said
    assert host.type("ip neigh") == "10.0.0.3 dev eth0 FAILED \n"


def test_a_large_echo_is_cut_and_put_together_unless_df_is_set() -> None:
    host, _ = pair()
    assert "3008 bytes from 10.0.0.2: icmp_seq=1" in host.type("ping -c 1 -s 3000 10.0.0.2")
    said = host.type("ping -c 1 -M do -s 1473 10.0.0.2")
    assert "ping: local error: message too long, mtu=1500\n" in said
    assert "1480 bytes from" in host.type("ping -c 1 -M do -s 1472 10.0.0.2")


def test_control_c_ends_a_ping_with_its_statistics() -> None:
    host, _ = pair()
    host.shell.feed("ping 10.0.0.2")
    host.wait(2.5)
    assert host.shell.busy
    host.shell.interrupt()
    said = host.take()
    assert said.startswith(
        "^C\n--- 10.0.0.2 ping statistics ---\n3 packets transmitted, 3 received"
    )
    assert not host.shell.busy


def test_traces() -> None:
    host, _ = pair()
    said = host.type("traceroute -n 10.0.0.2")
    assert re.fullmatch(
        r"traceroute to 10\.0\.0\.2 \(10\.0\.0\.2\), 30 hops max, 60 byte packets\n"
        r" 1  10\.0\.0\.2(  \d\.\d{3} ms){3}\n",
        said,
    )
    said = host.type("tracepath 10.0.0.2")
    assert said.startswith(" 1?: [LOCALHOST]                      pmtu 1500\n 1:  10.0.0.2 ")
    assert said.endswith("ms reached\n     Resume: pmtu 1500 hops 1 back 1 \n")


def test_refused_and_filtered_ports() -> None:
    host, other = pair()
    assert host.type("telnet 10.0.0.2") == (
        "telnet: can't connect to remote host (10.0.0.2): Connection refused\n"
    )
    assert host.type("nc -zv 10.0.0.2 22") == (
        "nc: connect to 10.0.0.2 port 22 (tcp) failed: Connection refused\n"
    )
    other.type("sudo ip link set eth0 down")  # now nobody answers at all
    assert host.type("nc -zv -w 3 10.0.0.2 22") == (
        "nc: connect to 10.0.0.2 port 22 (tcp) failed: Operation timed out\n"
    )


def test_a_conversation() -> None:
    host, other = pair()
    assert other.type("nc -lv 5555").endswith("Listening on 0.0.0.0 5555\n")
    said = host.type("nc -v 10.0.0.2 5555")
    assert said.endswith("Connection to 10.0.0.2 5555 port [tcp/*] succeeded!\n")
    assert host.shell.asking == ""
    host.shell.feed("hello")
    assert re.fullmatch(r"Connection received on 10\.0\.0\.1 \d+\nhello\n", other.wait(1))
    other.shell.feed("good day")
    assert host.wait(1) == "good day\n"
    host.shell.interrupt()
    other.wait(1)
    assert other.shell.asking is None
    assert other.shell.prompt == "cisco@B:~$ "


def learn_path_mtu(host: Terminal, mtu: int) -> None:
    """A router says that an echo of this host to 10.0.0.2 was larger than the path takes."""
    echo = IPv4Header(A, B, IpProtocol.ICMP).build(EchoMessage(False, 1, 1, b"").build())
    error = DestinationUnreachable(UnreachableCode.FRAGMENTATION_NEEDED, mtu, echo)
    packet = IPv4Header(B, A, IpProtocol.ICMP).build(error.build())
    host.host.stack.receive(packet, host.host.stack.devices["eth0"])


def test_tcp_offers_what_the_path_is_known_to_take() -> None:
    host, other = pair()
    learn_path_mtu(host, 1400)
    other.type("sudo tcpdump -n -c 2 tcp &")
    host.type("nc -z 10.0.0.2 22")
    assert "mss 1360" in other.wait(1)


def test_a_connection_follows_the_path_mtu_that_a_ping_finds() -> None:
    """It stands already, and segments of the size that it agreed to never leave the host."""
    host, other = pair()
    other.type("nc -l 5555")
    host.type("nc 10.0.0.2 5555")
    learn_path_mtu(host, 1000)
    (connection,) = host.host.stack.tcp.machine.connections.values()
    assert connection.mss == 1460
    host.shell.feed("x" * 5000)
    assert other.wait(1).endswith("x" * 5000 + "\n")
    assert connection.mss == 960


def test_a_connection_follows_a_device_whose_mtu_shrinks() -> None:
    host, other = pair()
    other.type("nc -l 5555")
    host.type("nc 10.0.0.2 5555")
    host.host.stack.devices["eth0"].mtu = 900
    host.shell.feed("y" * 4000)
    assert other.wait(1).endswith("y" * 4000 + "\n")


def test_tcpdump_shows_the_wire() -> None:
    host, other = pair()
    head = other.type("sudo tcpdump -n -c 4 arp or icmp &").splitlines()
    host.type("ping -c 1 10.0.0.2")
    host.wait(1)
    lines = other.take().splitlines()
    assert head[1:] == [
        "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode",
        "listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes",
    ]
    seen = [line.partition(" ")[2] for line in lines[:4]]
    assert seen[0] == "ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 46"
    assert seen[1].startswith("ARP, Reply 10.0.0.2 is-at 52:54:00:")
    assert seen[1].endswith(", length 28")
    assert re.fullmatch(
        r"IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id \d+, seq 1, length 64", seen[2]
    )
    assert re.fullmatch(
        r"IP 10.0.0.2 > 10.0.0.1: ICMP echo reply, id \d+, seq 1, length 64", seen[3]
    )
    assert lines[4:] == [
        "4 packets captured",
        "4 packets received by filter",
        "0 packets dropped by kernel",
    ]
    assert other.type("true") == "[1]+  Done                    sudo tcpdump -n -c 4 arp or icmp\n"


def test_a_filter_that_cannot_be_read() -> None:
    host, _ = pair()
    assert host.type("sudo tcpdump host") == (
        "tcpdump: can't parse filter expression: syntax error\n"
    )


WORDS = st.sampled_from(
    [
        *PROGRAMS,
        *("sudo", "-n", "-c", "1", "-i", "eth0", "add", "dev", "10.0.0.2", "10.0.0.9", "-x"),
        *("0.0.0.0/0", "route", "show", "link", "set", "default", "via", "gw", "-", "'", "&&"),
        *(";", "&", "|", ">", "-l", "5000", "up", "down", "mtu", "9" * 20, "é", "-w", "nan"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(WORDS, max_size=7), min_size=1, max_size=4))
def test_whatever_is_typed_the_shell_comes_back(lines: list[list[str]]) -> None:
    host, _ = pair()
    for words in lines:
        host.shell.feed(" ".join(words))
        host.wait(3)
        if host.shell.busy or host.shell.asking is not None:
            host.shell.interrupt()
        host.wait(1)
        assert not host.shell.busy
        if host.shell.closed:
            return
    host.shell.close()


def test_netstat_shows_listeners_and_what_waits_for_the_peer() -> None:
    """The layout is that of net-tools 2.10 on Debian 12."""
    host, other = pair()
    other.type("nc -l 5000 &")
    other.type("nc -u -l 6000 &")
    assert other.type("netstat -tuln") == (
        "Active Internet connections (only servers)\n"
        "Proto Recv-Q Send-Q Local Address           Foreign Address         State      \n"
        "tcp        0      0 0.0.0.0:5000            0.0.0.0:*               LISTEN     \n"
        "udp        0      0 0.0.0.0:6000            0.0.0.0:*                          \n"
    )
    host.type("nc 10.0.0.2 5000")
    other.type("sudo ip link set eth0 down")
    host.shell.feed("never read")
    host.wait(1)
    host.shell.interrupt()
    shown = host.type("netstat -tn").splitlines()[-1]
    assert re.fullmatch(r"tcp +0 +11 10\.0\.0\.1:\d+ +10\.0\.0\.2:5000 +FIN_WAIT1 *", shown)
