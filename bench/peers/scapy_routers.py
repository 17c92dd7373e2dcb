"""The default lab's ping in scapy: what R4, R1, R2, R3 and R5 each do to a packet, on real bytes.

A round trip from R4 to R5 through GRE over ESP tunnel mode between R1 and R3, AES-256-CBC with
HMAC-SHA1-96. Each node dissects the bytes it is handed and builds those that it hands on; there
is no simulated time and no routing, so that scapy is spared what the program does besides.
"""

import os
import warnings
from collections.abc import Callable
from typing import Any

R4, R5 = "10.1.4.4", "10.3.5.5"
R1, R3 = "192.0.2.1", "198.51.100.3"
ICMP_OVERHEAD = 28
"""Bytes of IPv4 and ICMP header in a ping."""


def round_trip(size: int) -> Callable[[], None]:
    """A function that makes one round trip with a ping of `size` bytes, headers included.

    Raises ImportError where scapy is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from scapy.layers.inet import ICMP, IP
        from scapy.layers.ipsec import ESP, SecurityAssociation
        from scapy.layers.l2 import GRE, Ether
        from scapy.packet import Packet, Raw

    make_association: Any = SecurityAssociation  # scapy's IPsec layer has no types
    data = os.urandom(size - ICMP_OVERHEAD)

    def both_ends(spi: int, source: str, destination: str) -> tuple[Any, Any]:
        key, mac = os.urandom(32), os.urandom(20)
        sender, receiver = (
            make_association(
                ESP,
                spi=spi,
                crypt_algo="AES-CBC",
                crypt_key=key,
                auth_algo="HMAC-SHA1-96",
                auth_key=mac,
                tunnel_header=IP(src=source, dst=destination),
            )
            for _ in range(2)
        )
        return sender, receiver

    there, back = both_ends(0x1001, R1, R3), both_ends(0x2002, R3, R1)

    def framed(packet: Packet) -> bytes:
        return bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / packet)

    def forwarded(packet: IP) -> IP:
        packet.ttl -= 1
        del packet.chksum
        return packet

    def through_the_tunnel(
        frame: bytes, ends: tuple[Any, Any], source: str, destination: str
    ) -> bytes:
        """From one LAN to the other: the frame as the far router sends it on."""
        sender, receiver = ends
        inner = forwarded(Ether(frame)[IP])
        # Built and dissected once: encrypt() takes the checksums and lengths of a whole packet.
        gre = IP(bytes(IP(src=source, dst=destination, ttl=255) / GRE() / inner))
        frame = framed(sender.encrypt(gre))
        frame = framed(forwarded(Ether(frame)[IP]))  # R2
        outer = receiver.decrypt(Ether(frame)[IP])
        return framed(forwarded(outer[GRE].payload))

    def go() -> None:
        frame = framed(IP(src=R4, dst=R5) / ICMP(type=8, id=1, seq=1) / Raw(data))
        frame = through_the_tunnel(frame, there, R1, R3)
        request = Ether(frame)
        echo = request[ICMP]
        reply = IP(src=request[IP].dst, dst=request[IP].src)
        frame = framed(reply / ICMP(type=0, id=echo.id, seq=echo.seq) / Raw(echo[Raw].load))
        frame = through_the_tunnel(frame, back, R3, R1)
        if Ether(frame)[Raw].load != data:
            raise AssertionError("scapy's ping did not come back whole")

    go()
    return go
