"""show ip traffic, show interfaces summary: captures of IOS 15.

Printed are the counts that this router keeps; of protocols that it does not speak there is nothing
to count. What can only be nothing here (options, security, multicast) prints as nothing, as on
a router that met none.
"""

from collections.abc import Iterable, Iterator

from ioscli.codec.icmp import IcmpType
from ioscli.router.traffic import TrafficView
from ioscli.router.views import InterfaceView


def show_ip_traffic(it: TrafficView) -> Iterator[str]:
    """IP, ICMP, UDP and ARP statistics since boot."""
    yield "IP statistics:"
    yield f"  Rcvd:  {it.received} total, {it.delivered} local destination"
    errors = f"{it.header_errors} format errors, 0 checksum errors"
    yield f"         {errors}, {it.bad_hops} bad hop count"
    yield f"         {it.unknown_protocols} unknown protocol, 0 not a gateway"
    yield "         0 security failures, 0 bad options, 0 with options"
    yield f"  Frags: {it.reassembled} reassembled, {it.timeouts} timeouts, 0 couldn't reassemble"
    yield f"         {it.fragments} fragments, {it.too_big} couldn't fragment"
    yield f"  Sent:  {it.generated} generated, {it.forwarded} forwarded"
    yield f"  Drop:  {it.unencapsulated} encapsulation failed, 0 unresolved, 0 no adjacency"
    yield f"         {it.no_route} no route, 0 unicast RPF, 0 forced drop"
    yield ""
    got, sent = it.icmp_received, it.icmp_sent
    yield "ICMP statistics:"
    yield (
        f"  Rcvd: {it.icmp_malformed} format errors, 0 checksum errors, "
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
    yield "UDP statistics:"
    yield (
        f"  Rcvd: {it.udp_received} total, {it.udp_malformed} checksum errors, "
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


def show_interfaces_summary(views: Iterable[InterfaceView]) -> Iterator[str]:
    """Rates and drops in one table; queues are empty whenever somebody looks."""
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
            *(0, counters.input_drops, 0, counters.output_drops),
            *view.input_rate,
            *view.output_rate,
            0,
        )
        row = "".join(f"{number:>10}" for number in numbers).removeprefix(" ")
        yield f"{'*' if view.up else ' '} {view.name!s:<22}{row}"
