"""What the neighbors of an interface are told of a destination (RFC 7868 sections 5.4, 5.5)."""

from functools import lru_cache
from typing import TYPE_CHECKING

from ioscli.codec.eigrp.numbers import FLAG_ACTIVE, UNREACHABLE_WIDE
from ioscli.codec.eigrp.packet import build_tlv
from ioscli.codec.eigrp.route import ClassicRoute, WideRoute
from ioscli.model.eigrp import EigrpStub
from ioscli.protocols.eigrp import filters, metric
from ioscli.protocols.eigrp.topology import (
    NO_PATH,
    Descriptor,
    Entry,
    Local,
    Prefix,
    Report,
    network_of,
    prefix_of,
)

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.interface import Interface
    from ioscli.protocols.eigrp.machine import Eigrp


def wanted(eigrp: "Eigrp", entry: Entry, interface: "Interface") -> Report | None:
    """What the neighbors should know; NO_PATH: that there is no way through us; None: nothing."""
    report = entry.report
    if report is NO_PATH or not entry.successors:
        return NO_PATH
    successors = eigrp.successors(entry)
    if not successors:
        return None
    first = successors[0]
    if first is not entry.successors[0]:
        report = first.report
    if eigrp.config.stub is not None and not _stub_tells(eigrp.config.stub, first):
        return None
    if first.neighbor is None and first.interface is interface:
        return None
    if interface.split_horizon and any(one.interface is interface for one in successors):
        return NO_PATH  # poison reverse
    if _summarized(eigrp, entry, interface, first):
        return None
    if entry.prefix == (0, 0) and not eigrp.config.default_information_out:
        return None
    if eigrp.config.distribute_lists and not filters.permits_out(eigrp, interface, entry, first):
        return None
    if eigrp.config.offset_lists:
        added = filters.offset(
            eigrp.policy,
            eigrp.config.offset_lists,
            entry.network,
            interface.facts.name,
            outward=True,
        )
        if added:
            vector = metric.offset_by(report.vector, added, wide=eigrp.config.named)
            return report._replace(vector=vector)
    return report


def _stub_tells(stub: EigrpStub, successor: Descriptor) -> bool:
    """Whether a stub advertises a route: never one that it was told, unless a leak-map is set."""
    if stub.receive_only:
        return False
    match successor.origin:
        case Local.CONNECTED:
            return stub.connected
        case Local.SUMMARY:
            return stub.summary
        case Local.STATIC:
            return stub.static or stub.redistributed
        case Local.CONNECTED_REDISTRIBUTED:
            return stub.connected or stub.redistributed
        case Local.REDISTRIBUTED:
            return stub.redistributed
    return stub.leak_map is not None


def _summarized(
    eigrp: "Eigrp", entry: Entry, interface: "Interface", successor: Descriptor
) -> bool:
    """Whether a summary stands for a destination on an interface, or is one of another."""
    summaries = eigrp.summaries.of_interface(interface)
    if successor.origin is Local.SUMMARY:
        return all(prefix_of(one.prefix) != entry.prefix for one in summaries)
    network, length = entry.prefix
    for one in summaries:
        shift = 32 - one.prefix.prefixlen
        if one.prefix.prefixlen < length and network >> shift == (
            int(one.prefix.network_address) >> shift
        ):
            stub = eigrp.config.stub
            leak = one.leak_map or (stub.leak_map if stub is not None else None)
            return leak is None or not filters.leaks(eigrp.policy, leak, network_of(entry.prefix))
    return False


def next_hop(entry: Entry, interface: "Interface") -> int:
    """The next hop that is told: another router's only with `no next-hop-self`."""
    if interface.next_hop_self or not entry.successors:
        return 0
    first = entry.successors[0]
    return first.next_hop if first.interface is interface else 0


def route_tlvs(
    interface: "Interface", prefix: Prefix, report: Report, hop: int = 0, flags: int = 0
) -> bytes:
    """A route as the neighbors of an interface understand it."""
    if interface.wide:
        wide = _wide_tlv(prefix, report, hop, flags)
        return wide + _classic_tlv(prefix, report, hop, flags) if interface.classic else wide
    return _classic_tlv(prefix, report, hop, flags)


@lru_cache(maxsize=4096)
def _classic_tlv(prefix: Prefix, report: Report, hop: int, flags: int) -> bytes:
    vector = report.vector
    return build_tlv(
        ClassicRoute(
            *prefix,
            metric.scaled_delay(vector),
            metric.scaled_bandwidth(vector),
            vector.mtu & 0xFFFFFF,
            vector.hops,
            vector.reliability,
            vector.load,
            hop,
            report.external,
            report.tag & 0xFF,
            flags,
        )
    )


@lru_cache(maxsize=4096)
def _wide_tlv(prefix: Prefix, report: Report, hop: int, flags: int) -> bytes:
    vector = report.vector
    bandwidth = UNREACHABLE_WIDE if vector.unreachable else vector.bandwidth
    return build_tlv(
        WideRoute(
            *prefix,
            vector.delay,
            bandwidth,
            vector.mtu & 0xFFFFFF,
            vector.hops,
            vector.reliability,
            vector.load,
            report.router,
            hop,
            report.external,
            flags,
        )
    )


ACTIVE = FLAG_ACTIVE
"""The flag of a destination whose computation is under way."""
