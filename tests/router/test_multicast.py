"""Multicast of routing protocols: framed as in RFC 1112, heard by who listens, not forwarded."""

from ioscli.codec.ethernet import multicast_mac
from ioscli.codec.ipv4 import IpProtocol
from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.model.ifname import InterfaceName

from .networks import Network, config

ALL_OSPF = bytes((224, 0, 0, 5))
PORT = InterfaceName.parse("Gi0/0")


def hello(source: str) -> bytes:
    address = bytes(int(part) for part in source.split("."))
    return Ipv4Template(address, ALL_OSPF, IpProtocol.OSPF, 1).build(4, 7) + b"hear"


def two() -> tuple[Network, list[bytes], list[bytes]]:
    net = Network(
        config("R1", {"Gi0/0": "10.0.0.1/24"}, {}), config("R2", {"Gi0/0": "10.0.0.2/24"}, {})
    )
    link = net.link("R1:Gi0/0", "R2:Gi0/0")
    frames: list[bytes] = []
    link.tap = lambda _when, _port, frame: frames.append(frame)
    net.boot()
    heard: list[bytes] = []
    net["R2"].forwarding.protocols[IpProtocol.OSPF] = lambda packet, _: heard.append(packet)
    return net, frames, heard


def test_a_group_maps_to_its_mac_address():
    assert multicast_mac(bytes((239, 129, 2, 3))).hex(":") == "01:00:5e:01:02:03"


def test_who_joined_hears_the_group_and_nobody_else_does():
    net, frames, heard = two()
    out = net["R1"].interfaces[PORT]
    net["R1"].forwarding.emit(hello("10.0.0.1"), out, ALL_OSPF)
    net.wait(1)
    assert frames[-1][:6].hex(":") == "01:00:5e:00:00:05"
    assert heard == []
    net["R2"].interfaces[PORT].groups.add(ALL_OSPF)
    net["R1"].forwarding.emit(hello("10.0.0.1"), out, ALL_OSPF)
    net.wait(1)
    assert heard == [hello("10.0.0.1")]


def test_a_group_nobody_joined_is_lost_without_an_icmp_error():
    net, frames, _ = two()
    before = len(frames)
    net["R1"].forwarding.emit(hello("10.0.0.1"), net["R1"].interfaces[PORT], ALL_OSPF)
    net.wait(1)
    assert len(frames) == before + 1
    assert net["R2"].forwarding.hop_limit_drops == 0
