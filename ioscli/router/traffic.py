"""What `show ip traffic` is made of: the router's packet counts since boot, in one view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.icmp import IcmpType
from ioscli.codec.ipv4 import IpProtocol
from ioscli.router.forwarding import ArpCounts, Forwarding

if TYPE_CHECKING:
    from ioscli.router.router import Router
    from ioscli.router.vrf import Vrf

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
    fragmented: int
    """Packets that were cut."""
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
    tcp_received: int
    tcp_checksum_errors: int
    tcp_no_port: int
    tcp_sent: int
    arp: ArpCounts


def traffic_view(router: Router) -> TrafficView:
    """The counts of a router, of all its routing tables together."""
    tables = tuple(router.vrfs.values())

    def total(count: Callable[[Vrf], int]) -> int:
        return sum(map(count, tables))

    def by_kind(counts: Callable[[Vrf], dict[int, int]]) -> dict[int, int]:
        found: Counter[int] = Counter()
        for table in tables:
            found.update(counts(table))
        return dict(found)

    tcp = [it.running_tcp.machine.counters for it in tables if it.running_tcp is not None]
    generated = by_kind(lambda it: it.forwarding.generated)
    icmp_received = by_kind(lambda it: it.icmp.received)
    icmp_sent = by_kind(lambda it: it.icmp.sent)
    return TrafficView(
        received=total(lambda it: _received(it.forwarding)),
        delivered=total(lambda it: it.forwarding.delivered),
        format_errors=total(lambda it: it.forwarding.format_errors),
        checksum_errors=total(lambda it: it.forwarding.header_checksum_errors),
        bad_hops=total(lambda it: it.forwarding.hop_limit_drops),
        unknown_protocols=total(lambda it: it.forwarding.unknown_protocols),
        bad_options=total(lambda it: it.forwarding.options.bad),
        with_options=total(lambda it: it.forwarding.options.packets),
        options=by_kind(lambda it: it.forwarding.options.kinds),
        reassembled=total(lambda it: it.forwarding.reassembled),
        timeouts=total(lambda it: it.forwarding.reassembly_timeouts),
        reassembly_failures=total(lambda it: it.forwarding.reassembly_failures),
        fragmented=total(lambda it: it.forwarding.cut_packets),
        fragments=total(lambda it: it.forwarding.fragmented),
        too_big=total(lambda it: it.forwarding.too_big_drops),
        broadcasts=total(lambda it: it.forwarding.broadcasts),
        multicasts_in=total(lambda it: it.forwarding.multicasts_in),
        multicasts_out=total(lambda it: it.forwarding.multicasts_out),
        generated=sum(generated.values()),
        forwarded=total(lambda it: it.forwarding.forwarded_packets),
        no_route=total(lambda it: it.forwarding.no_route_drops),
        unencapsulated=total(lambda it: it.forwarding.unencapsulated),
        icmp_malformed=total(lambda it: it.icmp.malformed),
        icmp_checksum_errors=total(lambda it: it.icmp.checksum_errors),
        icmp_received=icmp_received,
        icmp_other=sum(n for kind, n in icmp_received.items() if kind not in _LISTED),
        icmp_sent=icmp_sent,
        # What ICMP sent of its own accord aside, the router's ICMP packets are pings.
        echoes_sent=generated.get(IpProtocol.ICMP, 0) - sum(icmp_sent.values()),
        udp_received=total(lambda it: it.udp.received),
        udp_checksum_errors=total(lambda it: it.udp.checksum_errors),
        udp_no_port=total(lambda it: it.udp.no_port),
        udp_sent=generated.get(IpProtocol.UDP, 0),
        tcp_received=sum(it.received for it in tcp),
        tcp_checksum_errors=sum(it.bad_checksums for it in tcp),
        tcp_no_port=sum(it.no_port for it in tcp),
        tcp_sent=sum(it.sent for it in tcp),
        arp=arp_counts(router),
    )


def _received(path: Forwarding) -> int:
    """Every packet that came in, whatever became of it."""
    refused = path.format_errors + path.header_checksum_errors + path.hop_limit_drops
    return path.forwarded_packets + path.delivered + refused + path.unroutable


def arp_counts(router: Router) -> ArpCounts:
    """The ARP packets of all interfaces."""
    together = ArpCounts()
    for table in router.vrfs.values():
        together.add(table.forwarding.arp_counts)
    return together
