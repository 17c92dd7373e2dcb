"""show ip traffic, show interfaces summary: captures of IOS 15.

Printed are the counts that this router keeps; of protocols that it does not speak there is nothing
to count. What can only be nothing here (security options, IRDP) prints as nothing, as on a router
that met none. UDP datagrams of impossible length are in no line, as on IOS.
"""

from collections.abc import Iterable, Iterator, Mapping

from ioscli.codec.icmp import IcmpType
from ioscli.router.traffic import TrafficView
from ioscli.router.views import InterfaceView


def show_ip_traffic(it: TrafficView) -> Iterator[str]:
    """IP, ICMP, UDP and ARP statistics since boot."""
    yield "IP statistics:"
    yield f"  Rcvd:  {it.received} total, {it.delivered} local destination"
    errors = f"{it.format_errors} format errors, {it.checksum_errors} checksum errors"
    yield f"         {errors}, {it.bad_hops} bad hop count"
    yield f"         {it.unknown_protocols} unknown protocol, 0 not a gateway"
    options = f"{it.bad_options} bad options, {it.with_options} with options"
    yield f"         0 security failures, {options}"
    yield from _options(it.options)
    failures = f"{it.reassembly_failures} couldn't reassemble"
    yield f"  Frags: {it.reassembled} reassembled, {it.timeouts} timeouts, {failures}"
    cut = f"{it.fragmented} fragmented, {it.fragments} fragments"
    yield f"         {cut}, {it.too_big} couldn't fragment"
    yield f"  Bcast: {it.broadcasts} received, 0 sent"
    yield f"  Mcast: {it.multicasts_in} received, {it.multicasts_out} sent"
    yield f"  Sent:  {it.generated} generated, {it.forwarded} forwarded"
    yield f"  Drop:  {it.unencapsulated} encapsulation failed, 0 unresolved, 0 no adjacency"
    yield f"         {it.no_route} no route, 0 unicast RPF, 0 forced drop"
    yield ""
    got, sent = it.icmp_received, it.icmp_sent
    yield "ICMP statistics:"
    yield (
        f"  Rcvd: {it.icmp_malformed} format errors, {it.icmp_checksum_errors} checksum errors, "
        f"{got.get(IcmpType.REDIRECT, 0)} redirects, "
        f"{got.get(IcmpType.DESTINATION_UNREACHABLE, 0)} unreachable"
    )
    yield (
        f"        {got.get(IcmpType.ECHO_REQUEST, 0)} echo, "
        f"{got.get(IcmpType.ECHO_REPLY, 0)} echo reply, "
        f"{got.get(IcmpType.MASK_REQUEST, 0)} mask requests, "
        f"{got.get(IcmpType.MASK_REPLY, 0)} mask replies, "
        f"{got.get(IcmpType.SOURCE_QUENCH, 0)} quench"
    )
    yield (
        f"        {got.get(IcmpType.PARAMETER_PROBLEM, 0)} parameter, "
        f"{got.get(IcmpType.TIMESTAMP, 0)} timestamp, "
        f"{got.get(IcmpType.INFORMATION_REQUEST, 0)} info request, "
        f"{it.icmp_other} other"
    )
    yield (
        f"  Sent: 0 redirects, {sent.get(IcmpType.DESTINATION_UNREACHABLE, 0)} unreachable, "
        f"{it.echoes_sent} echo, {sent.get(IcmpType.ECHO_REPLY, 0)} echo reply"
    )
    yield "        0 mask requests, 0 mask replies, 0 quench, 0 timestamp"
    yield (
        f"        0 info reply, {sent.get(IcmpType.TIME_EXCEEDED, 0)} time exceeded, "
        "0 parameter problem"
    )
    yield ""
    yield "TCP statistics:"
    yield (
        f"  Rcvd: {it.tcp_received} total, {it.tcp_checksum_errors} checksum errors, "
        f"{it.tcp_no_port} no port"
    )
    yield f"  Sent: {it.tcp_sent} total"
    yield ""
    yield "UDP statistics:"
    yield (
        f"  Rcvd: {it.udp_received} total, {it.udp_checksum_errors} checksum errors, "
        f"{it.udp_no_port} no port"
    )
    yield f"  Sent: {it.udp_sent} total, 0 forwarded broadcasts"
    yield ""
    arp = it.arp
    yield "ARP statistics:"
    yield (
        f"  Rcvd: {arp.requests_in} requests, {arp.replies_in} replies, 0 reverse, "
        f"{arp.other_in} other"
    )
    yield (
        f"  Sent: {arp.requests_out} requests, {arp.replies_out} replies "
        f"({arp.proxy_out} proxy), 0 reverse"
    )


#: IP option types by their names here, in the order of the lines (RFC 791, RFC 2113, IANA).
_OPTIONS = (
    (("end", 0), ("nop", 1), ("basic security", 130), ("loose source route", 131)),
    (("timestamp", 68), ("extended security", 133), ("record route", 7)),
    (
        *(("stream ID", 136), ("strict source route", 137), ("alert", 148)),
        *(("cipso", 134), ("ump", 152)),
    ),
)


def _options(kinds: Mapping[int, int]) -> Iterator[str]:
    label = "  Opts:  "
    for line in _OPTIONS:
        yield label + ", ".join(f"{kinds.get(kind, 0)} {name}" for name, kind in line)
        label = " " * len(label)
    named = {kind for line in _OPTIONS for _, kind in line}
    yield f"{label}{sum(count for kind, count in kinds.items() if kind not in named)} other"


def show_interfaces_summary(views: Iterable[InterfaceView]) -> Iterator[str]:
    """Rates and drops in one table; nothing that came in waits when somebody looks."""
    yield ""
    yield " *: interface is up"
    yield " IHQ: pkts in input hold queue     IQD: pkts dropped from input queue"
    yield " OHQ: pkts in output hold queue    OQD: pkts dropped from output queue"
    yield " RXBS: rx rate (bits/sec)          RXPS: rx rate (pkts/sec)"
    yield " TXBS: tx rate (bits/sec)          TXPS: tx rate (pkts/sec)"
    yield " TRTL: throttle count"
    yield ""
    columns = ("IHQ", "IQD", "OHQ", "OQD", "RXBS", "RXPS", "TXBS", "TXPS", "TRTL")
    yield f"  {'Interface':<22}" + "".join(f"{name:>10}" for name in columns).removeprefix(" ")
    yield "-" * 113
    for view in views:
        counters = view.counters
        numbers = (
            *(0, counters.input_drops, view.output_queue, counters.output_drops),
            *view.input_rate,
            *view.output_rate,
            0,
        )
        row = "".join(f"{number:>10}" for number in numbers).removeprefix(" ")
        yield f"{'*' if view.up else ' '} {view.name!s:<22}{row}"
