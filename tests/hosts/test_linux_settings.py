"""ifconfig, route and ip: what the real programs print after the same lines.

The expectations were typed at Debian 12 (net-tools 2.10, iproute2 6.1.0); IPv6 lines left out.
"""

import pytest

from .terminal import Terminal, pair


@pytest.fixture
def host() -> Terminal:
    terminal = pair()[0]
    terminal.type("sudo ifconfig eth0 192.168.1.10 netmask 255.255.255.0 up")
    return terminal


def test_the_default_route_through_a_device(host: Terminal) -> None:
    assert host.type("sudo route add -net 0.0.0.0/0 dev eth0") == ""
    assert host.type("ip route") == (
        "default dev eth0 scope link \n"
        "192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.10 \n"
    )
    assert host.type("route") == (
        "Kernel IP routing table\n"
        "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n"
        "default         0.0.0.0         0.0.0.0         U     0      0        0 eth0\n"
        "192.168.1.0     0.0.0.0         255.255.255.0   U     0      0        0 eth0\n"
    )
    assert host.type("netstat -rn") == (
        "Kernel IP routing table\n"
        "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n"
        "0.0.0.0         0.0.0.0         0.0.0.0         U         0 0          0 eth0\n"
        "192.168.1.0     0.0.0.0         255.255.255.0   U         0 0          0 eth0\n"
    )


def test_gateways(host: Terminal) -> None:
    host.type("sudo route add default gw 192.168.1.1")
    host.type("sudo route add -net 10.0.0.0/8 gw 192.168.1.1")
    host.type("sudo route add -host 7.7.7.7 gw 192.168.1.2")
    assert host.type("route -n") == (
        "Kernel IP routing table\n"
        "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n"
        "0.0.0.0         192.168.1.1     0.0.0.0         UG    0      0        0 eth0\n"
        "7.7.7.7         192.168.1.2     255.255.255.255 UGH   0      0        0 eth0\n"
        "10.0.0.0        192.168.1.1     255.0.0.0       UG    0      0        0 eth0\n"
        "192.168.1.0     0.0.0.0         255.255.255.0   U     0      0        0 eth0\n"
    )
    assert host.type("ip route show dev eth0") == (
        "default via 192.168.1.1 \n"
        "7.7.7.7 via 192.168.1.2 \n"
        "10.0.0.0/8 via 192.168.1.1 \n"
        "192.168.1.0/24 proto kernel scope link src 192.168.1.10 \n"
    )
    assert host.type("sudo ip route get 8.8.8.8") == (
        "8.8.8.8 via 192.168.1.1 dev eth0 src 192.168.1.10 uid 0 \n    cache \n"
    )
    assert host.type("sudo ip r get 192.168.1.10") == (
        "local 192.168.1.10 dev lo src 192.168.1.10 uid 0 \n    cache <local> \n"
    )


def test_devices(host: Terminal) -> None:
    mac = host.host.devices[1].mac.hex(":")
    assert host.type("ip addr") == (
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default "
        "qlen 1000\n"
        "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
        "    inet 127.0.0.1/8 scope host lo\n"
        "       valid_lft forever preferred_lft forever\n"
        "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP "
        "group default qlen 1000\n"
        f"    link/ether {mac} brd ff:ff:ff:ff:ff:ff\n"
        "    inet 192.168.1.10/24 brd 192.168.1.255 scope global eth0\n"
        "       valid_lft forever preferred_lft forever\n"
    )
    assert host.type("ip -br addr") == (
        "lo               UNKNOWN        127.0.0.1/8 \n"
        "eth0             UP             192.168.1.10/24 \n"
    )
    shown = host.type("ifconfig eth0").splitlines()
    assert shown[:3] == [
        "eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500",
        "        inet 192.168.1.10  netmask 255.255.255.0  broadcast 192.168.1.255",
        f"        ether {mac}  txqueuelen 1000  (Ethernet)",
    ]


def test_a_device_that_goes_down_takes_its_routes_along(host: Terminal) -> None:
    host.type("sudo route add default gw 192.168.1.1")
    host.type("sudo ip link set eth0 down")
    assert host.type("ip route") == ""
    host.type("sudo ip link set dev eth0 mtu 1400 up")
    assert host.type("ip route") == (
        "192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.10 \n"
    )
    host.type("sudo ip addr del 192.168.1.10/24 dev eth0")
    assert host.type("ip route") == ""
    assert host.type("sudo ip addr del 192.168.1.10/24 dev eth0") == (
        "Error: ipv4: Address not found.\n"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "ifconfig 172.16.2.10 netmask 255.255.255.0 up",
            "SIOCSIFNETMASK: No such device\n"
            "172.16.2.10: ERROR while getting interface flags: No such device\n",
        ),
        ("ifconfig eth9", "eth9: error fetching interface information: Device not found\n"),
        (
            "ifconfig eth9 1.1.1.1",
            "SIOCSIFADDR: No such device\neth9: ERROR while getting interface flags: "
            "No such device\n",
        ),
        (
            "ifconfig eth0 foo",
            "foo: Host name lookup failure\nifconfig: `--help' gives usage information.\n",
        ),
        ("ip foo", 'Object "foo" is unknown, try "ip help".\n'),
        (
            "ip addr add foo dev eth0",
            'Error: any valid prefix is expected rather than "foo".\n',
        ),
        ("ip addr add 1.1.1.1/24 dev eth9", 'Cannot find device "eth9"\n'),
        ("ip addr add 192.168.1.10/24 dev eth0", "Error: ipv4: Address already assigned.\n"),
        ("ip route add 10.0.0.0/8 via 9.9.9.9", "Error: Nexthop has invalid gateway.\n"),
        ("ip route del 1.0.0.0/8", "RTNETLINK answers: No such process\n"),
        ("ip addr show dev eth9", 'Device "eth9" does not exist.\n'),
        ("route add default gw 9.9.9.9", "SIOCADDRT: Network is unreachable\n"),
        ("route del -net 11.0.0.0/8", "SIOCDELRT: No such process\n"),
        ("ping -c1 9.9.9.9", "ping: connect: Network is unreachable\n"),
        ("ping foo.bar", "ping: foo.bar: Temporary failure in name resolution\n"),
        ("ping", "ping: usage error: Destination address required\n"),
        (
            "ping -c 0 127.0.0.1",
            "ping: invalid argument: '0': out of range: 1 <= value <= 9223372036854775807\n",
        ),
        ("ping -c x 127.0.0.1", "ping: invalid argument: 'x'\n"),
        ("ping -M foo 127.0.0.1", "ping: invalid -M argument: foo\n"),
        (
            "telnet 9.9.9.9",
            "telnet: can't connect to remote host (9.9.9.9): Network is unreachable\n",
        ),
        ("tracepath 9.9.9.9", " 1:  send failed\n     Resume: pmtu 65535 \n"),
        (
            "traceroute 9.9.9.9",
            "traceroute to 9.9.9.9 (9.9.9.9), 30 hops max, 60 byte packets\n"
            "connect: Network is unreachable\n",
        ),
    ],
)
def test_complaints(host: Terminal, line: str, said: str) -> None:
    assert host.type(f"sudo {line}") == said


def test_what_only_root_may(host: Terminal) -> None:
    assert host.type("ifconfig eth0 down") == "SIOCSIFFLAGS: Operation not permitted\n"
    assert host.type("ip addr add 1.1.1.1/8 dev eth0") == (
        "RTNETLINK answers: Operation not permitted\n"
    )
    assert host.type("route add default gw 192.168.1.1") == ("SIOCADDRT: Operation not permitted\n")
    assert "don't have permission" in host.type("tcpdump -c 1")
    assert host.type("sudo -i") == ""
    assert host.shell.prompt == "root@A:~# "
    assert host.type("ifconfig eth0 down") == ""
    assert host.type("exit") == ""
    assert host.shell.prompt == "cisco@A:~$ "
