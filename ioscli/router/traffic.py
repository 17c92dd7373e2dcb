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
    format_errors: int
    """Bad version or lengths."""
    checksum_errors: int
    bad_hops: int
    unknown_protocols: int
    bad_options: int
    with_options: int
    options: dict[int, int]
    """IP option type -> how many came in."""
    reassembled: int
    timeouts: int
    reassembly_failures: int
    fragments: int
    too_big: int
    broadcasts: int
    """Packets for everybody that came in; the router sends none."""
    multicasts_in: int
    multicasts_out: int
    generated: int
    forwarded: int
    no_route: int
    unencapsulated: int
    icmp_malformed: int
    icmp_checksum_errors: int
    icmp_received: dict[int, int]
    icmp_other: int
    icmp_sent: dict[int, int]
    echoes_sent: int
    udp_received: int
    udp_checksum_errors: int
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
        + path.format_errors
        + path.header_checksum_errors
        + path.hop_limit_drops
        + path.unroutable,
        delivered=path.delivered,
        format_errors=path.format_errors,
        checksum_errors=path.header_checksum_errors,
        bad_hops=path.hop_limit_drops,
        unknown_protocols=path.unknown_protocols,
        bad_options=path.options.bad,
        with_options=path.options.packets,
        options=dict(path.options.kinds),
        reassembled=path.reassembled,
        timeouts=path.reassembly_timeouts,
        reassembly_failures=path.reassembly_failures,
        fragments=path.fragmented,
        too_big=path.too_big_drops,
        broadcasts=path.broadcasts,
        multicasts_in=path.multicasts_in,
        multicasts_out=path.multicasts_out,
        generated=sum(generated.values()),
        forwarded=path.forwarded_packets,
        no_route=path.no_route_drops,
        unencapsulated=path.unencapsulated,
        icmp_malformed=icmp.malformed,
        icmp_checksum_errors=icmp.checksum_errors,
        icmp_received=dict(icmp.received),
        icmp_other=sum(n for kind, n in icmp.received.items() if kind not in _LISTED),
        icmp_sent=dict(icmp.sent),
        # What ICMP sent of its own accord aside, the router's ICMP packets are pings.
        echoes_sent=generated.get(IpProtocol.ICMP, 0) - sum(icmp.sent.values()),
        udp_received=udp.received,
        udp_checksum_errors=udp.checksum_errors,
        udp_no_port=udp.no_port,
        udp_sent=generated.get(IpProtocol.UDP, 0),
        arp=path.arp_counts,
    )
