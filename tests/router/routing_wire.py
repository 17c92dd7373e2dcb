"""Two routers that speak OSPF, EIGRP, RIP and BGP on one link, and the frames they send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .networks import Network, config
from .ospf_networks import type_at

if TYPE_CHECKING:
    from ioscli.engine.link import Port

PLAIN = """
router ospf 1
 router-id {own}.{own}.{own}.{own}
interface Gi0/0
 ip ospf 1 area 0
 ip ospf network point-to-point
router eigrp 100
 network 10.0.0.0
 network {own}.{own}.{own}.{own} 0.0.0.0
 network 172.16.0.0
 redistribute static
 default-metric 100000 100 255 1 1500
router rip
 version 2
 no auto-summary
 network 10.0.0.0
 network {own}.0.0.0
 network 172.16.0.0
router ospf 1
 network {own}.{own}.{own}.{own} 0.0.0.0 area 0
 network 172.16.0.0 0.0.255.255 area 0
 redistribute static subnets
router bgp 6500{own}
 bgp router-id {own}.{own}.{own}.{own}
 network {own}.{own}.{own}.{own} mask 255.255.255.255
 neighbor 10.0.0.{other} remote-as 6500{other}
ip route 192.0.2.{own} 255.255.255.255 Null0
"""
OSPF_MD5 = """
interface Gi0/0
 ip ospf authentication message-digest
 ip ospf message-digest-key 5 md5 ospf-secret
"""
OSPF_SHA = """
key chain OSPF
 key 9
  key-string ospf-secret
  cryptographic-algorithm hmac-sha-256
interface Gi0/0
 ip ospf authentication key-chain OSPF
"""
AUTHENTICATED = """
key chain EIGRP
 key 3
  key-string eigrp-secret
  exit
 exit
key chain RIP
 key 4
  key-string rip-secret
interface Gi0/0
 ip authentication mode eigrp 100 md5
 ip authentication key-chain eigrp 100 EIGRP
 ip rip authentication mode md5
 ip rip authentication key-chain RIP
router bgp 6500{own}
 neighbor 10.0.0.{other} password bgp-secret
"""
PORT = "Gi0/0"
SETTLED = 70.0
"""Seconds until all four have told all."""


def speakers(*extra: str, seed: int = 1) -> Network:
    """R1 and R2, just booted, with everything configured; extra: typed at both as well."""
    network = Network(
        *(
            config(
                f"R{own}",
                {
                    PORT: f"10.0.0.{own}/24",
                    "Lo0": f"{own}.{own}.{own}.{own}/32",
                    "Lo1": f"172.16.{own}.1/24",
                },
                {},
            )
            for own in (1, 2)
        ),
        seed=seed,
    )
    network.link(f"R1:{PORT}", f"R2:{PORT}")
    network.boot()
    for text in (PLAIN, *extra):
        for own in (1, 2):
            type_at(network, f"R{own}", text.format(own=own, other=3 - own).strip())
    return network


def recorded(
    network: Network, seconds: float = SETTLED, typed: str = ""
) -> list[tuple[str, bytes]]:
    """The frames of the link while time passes: which router sent it, and its bytes.

    typed: at R1, before time passes.
    """
    frames: list[tuple[str, bytes]] = []
    link = network.links["R1-R2"]

    def tap(_: int, port: Port, frame: bytes) -> None:
        frames.append((port.name.partition(":")[0], frame))

    link.tap = tap
    type_at(network, "R1", typed)
    network.wait(seconds)
    link.tap = None
    return frames
