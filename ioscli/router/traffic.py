"""What `show ip traffic` is made of: the router's packet counts since boot, in one view."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.icmp import IcmpType
from ioscli.codec.ipv4 import IpProtocol
from ioscli.router.forwarding import ArpCounts

if TYPE_CHECKING:
    from ioscli.router.router import Router

_LISTED = frozenset(
    {
        IcmpType.ECHO_REPLY,
        IcmpType.DESTINATION_UNREACHABLE,
        IcmpType.SOURCE_QUENCH,
        IcmpType.REDIRECT,
        IcmpType.ECHO_REQUEST,
        IcmpType.TIME_EXCEEDED,
        IcmpType.PARAMETER_PROBLEM,
        IcmpType.TIMESTAMP,
        IcmpType.INFORMATION_REQUEST,
        IcmpType.MASK_REQUEST,
        IcmpType.MASK_REPLY,
    }
)


class TrafficView(NamedTuple):
    """Counts since boot; the words are those of `show ip traffic`."""

    received: int
    delivered: int
    header_errors: int
    """Bad version, length or checksum: told apart nowhere."""
    bad_hops: int
    unknown_protocols: int
    reassembled: int
    timeouts: int
    fragments: int
    too_big: int
    generated: int
    forwarded: int
    no_route: int
    unencapsulated: int
    icmp_malformed: int
    icmp_received: dict[int, int]
    icmp_other: int
    icmp_sent: dict[int, int]
    echoes_sent: int
    udp_received: int
    udp_malformed: int
    udp_no_port: int
    udp_sent: int
    arp: ArpCounts


def traffic_view(router: Router) -> TrafficView:
    """The counts of a router."""
    path, icmp, udp = router.forwarding, router.icmp, router.udp
    generated = path.generated
    return TrafficView(
        received=path.forwarded_packets
        + path.delivered
        + path.header_errors
        + path.hop_limit_drops
        + path.unroutable,
        delivered=path.delivered,
        header_errors=path.header_errors,
        bad_hops=path.hop_limit_drops,
        unknown_protocols=path.unknown_protocols,
        reassembled=path.reassembled,
        timeouts=path.reassembly_timeouts,
        fragments=path.fragmented,
        too_big=path.too_big_drops,
        generated=sum(generated.values()),
        forwarded=path.forwarded_packets,
        no_route=path.no_route_drops,
        unencapsulated=path.unencapsulated,
        icmp_malformed=icmp.malformed,
        icmp_received=dict(icmp.received),
        icmp_other=sum(n for kind, n in icmp.received.items() if kind not in _LISTED),
        icmp_sent=dict(icmp.sent),
        # What ICMP sent of its own accord aside, the router's ICMP packets are pings.
        echoes_sent=generated.get(IpProtocol.ICMP, 0) - sum(icmp.sent.values()),
        udp_received=udp.received,
        udp_malformed=udp.malformed,
        udp_no_port=udp.no_port,
        udp_sent=generated.get(IpProtocol.UDP, 0),
        arp=path.arp_counts,
    )
