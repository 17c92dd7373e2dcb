"""TCP between routers: connections over forwarding, refusals, ICMP errors, `ip tcp adjust-mss`."""

from __future__ import annotations

from ipaddress import IPv4Address

from ioscli.codec.ipv4 import header_length
from ioscli.codec.tcp import TcpHeader
from ioscli.model.changes import InterfaceChanged
from ioscli.model.ifname import InterfaceName
from ioscli.protocols.tcp.connection import TcpSettings
from ioscli.protocols.tcp.effects import Ends, Why
from ioscli.router.router import Router
from ioscli.router.tcp import TcpService

from .networks import Network, config

SERVICE = 179
SETTINGS = TcpSettings(mss=1460)


class Echo:
    """Sends back what it gets, and remembers what happened."""

    def __init__(self, service: TcpService, *, answers: bool) -> None:
        self.service = service
        self.answers = answers
        self.data = b""
        self.events: list[str] = []

    def established(self, _ends: Ends) -> None:
        self.events.append("established")

    def received(self, ends: Ends, data: bytes) -> None:
        self.data += data
        if self.answers:
            self.service.send(ends, data.upper())

    def peer_closed(self, ends: Ends) -> None:
        self.service.close(ends)

    def closed(self, _ends: Ends, why: Why) -> None:
        self.events.append(why.value)


def tcp(router: Router) -> TcpService:
    return router.vrfs[""].tcp


def chain(**mtu: int) -> Network:
    """R1 - R2 - R3."""
    net = Network(
        config("R1", {"Gi0/0": "10.0.1.1/24"}, {"0.0.0.0/0": "10.0.1.2"}),
        config("R2", {"Gi0/0": "10.0.1.2/24", "Gi0/1": "10.0.2.2/24"}, {}),
        config("R3", {"Gi0/0": "10.0.2.3/24"}, {"0.0.0.0/0": "10.0.2.2"}),
    )
    net.link("R1:Gi0/0", "R2:Gi0/0")
    net.link("R2:Gi0/1", "R3:Gi0/0")
    for text, value in mtu.items():
        net["R2"].config.interfaces[InterfaceName.parse(text.replace("_", "/"))].ip_mtu = value
    net.boot()
    net.ping("R1", "10.0.2.3")
    return net


def talk(net: Network, data: bytes, settings: TcpSettings = SETTINGS) -> tuple[Echo, Echo]:
    server = Echo(tcp(net["R3"]), answers=True)
    server.service.listen(SERVICE, lambda _: settings, lambda _: server)
    client = Echo(tcp(net["R1"]), answers=False)
    ends = client.service.connect(IPv4Address("10.0.2.3"), SERVICE, client, settings)
    assert ends is not None
    net.wait(1)
    client.service.send(ends, data)
    net.wait(5)
    client.service.close(ends)
    net.wait(70)
    return client, server


def test_a_conversation_through_a_router():
    client, server = talk(chain(), b"hello " * 1_000)
    assert server.data == b"hello " * 1_000
    assert client.data == b"HELLO " * 1_000
    assert client.events == server.events == ["established", "finished"]


def test_a_closed_port_refuses_though_nobody_ever_spoke_tcp_there():
    net = chain()
    client = Echo(tcp(net["R1"]), answers=False)
    client.service.connect(IPv4Address("10.0.2.3"), 23, client, SETTINGS)
    net.wait(1)
    assert client.events == ["refused"]


def test_an_unreachable_host_ends_the_handshake():
    net = chain()
    client = Echo(tcp(net["R1"]), answers=False)
    client.service.connect(IPv4Address("203.0.113.9"), SERVICE, client, SETTINGS)
    net.wait(1)
    assert client.events == ["unreachable"]


def test_segments_shrink_to_the_path_when_df_is_set():
    net = chain(Gi0_1=1_000)
    _, server = talk(net, bytes(5_000), SETTINGS._replace(dont_fragment=True))
    assert len(server.data) == 5_000
    assert net["R2"].forwarding.too_big_drops
    assert not net["R2"].forwarding.fragmented


def test_syns_are_clamped_both_ways_through_the_interface():
    net = chain()
    port = InterfaceName.parse("Gi0/1")
    net["R2"].config.interfaces[port].adjust_mss = 1_360
    net["R2"].apply([InterfaceChanged(port)])
    seen: list[tuple[str, int]] = []

    def tap(_when: int, sender: object, frame: bytes) -> None:
        packet = frame[14:]
        if frame[12:14] == b"\x08\x00" and packet[9] == 6:
            length = int.from_bytes(packet[2:4], "big")
            ends = IPv4Address(packet[12:16]), IPv4Address(packet[16:20])
            header, _ = TcpHeader.parse(packet[header_length(packet) : length], *ends)
            if header.options.mss is not None:
                seen.append((str(ends[0]), header.options.mss))

    net.links["R1-R2"].tap = tap
    net.links["R2-R3"].tap = tap
    _, server = talk(net, b"hello")
    assert seen == [("10.0.1.1", 1460), ("10.0.1.1", 1360), ("10.0.2.3", 1460), ("10.0.2.3", 1360)]
    assert server.data == b"hello"
