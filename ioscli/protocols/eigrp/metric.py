"""Vector metrics and the composite ones that K values make of them (RFC 7868 section 5.6)."""

from functools import lru_cache
from typing import NamedTuple

from ioscli.codec.eigrp.numbers import UNREACHABLE_CLASSIC, UNREACHABLE_WIDE
from ioscli.codec.eigrp.route import ClassicRoute, Route
from ioscli.model.eigrp import EigrpInterface, MetricVector

INFINITY = (1 << 64) - 1
"""The distance of what cannot be reached."""
Weights = tuple[int, int, int, int, int, int]

_BANDWIDTH_REFERENCE = 10_000_000
"""Kilobits a second; the classic metric divides it by the bandwidth."""
_PICOSECONDS = 1_000_000
"""In a microsecond."""
_TENS = 10 * _PICOSECONDS
"""Picoseconds in the unit of classic delays, tens of microseconds."""
_WIDE_SCALE = 65_536
_CLASSIC_SCALE = 256
_FAST = 1_000_000
"""Kilobits a second; wide metrics derive the delay of faster interfaces from the bandwidth."""


class Vector(NamedTuple):
    """What a path is made of. Both kinds of TLVs are read into it."""

    delay: int
    """Picoseconds, of the whole path."""
    bandwidth: int
    """Kilobits a second, the least of the path."""
    mtu: int
    hops: int
    reliability: int
    load: int

    @property
    def unreachable(self) -> bool:
        """Whether it says that there is no path."""
        return self.delay >= UNREACHABLE_WIDE


UNREACHABLE = Vector(UNREACHABLE_WIDE, 1, 0, 0, 1, 255)


def of_interface(facts: EigrpInterface, *, wide: bool) -> Vector:
    """What an interface adds to a path."""
    bandwidth = max(1, facts.bandwidth)
    delay = facts.delay * _PICOSECONDS
    if wide and bandwidth > _FAST and not facts.delay_configured:
        delay = _BANDWIDTH_REFERENCE * _PICOSECONDS // bandwidth
    return Vector(delay, bandwidth, facts.mtu, 0, 255, 1)


def configured(values: MetricVector) -> Vector:
    """Of `default-metric` and `redistribute ... metric`."""
    bandwidth, delay, reliability, load, mtu = values
    return Vector(delay * _TENS, max(1, bandwidth), mtu, 0, reliability, load)


def through(received: Vector, link: Vector) -> Vector:
    """A path as told, and the link that leads to who told it."""
    if received.unreachable:
        return received
    return Vector(
        min(received.delay + link.delay, UNREACHABLE_WIDE),
        min(received.bandwidth, link.bandwidth),
        min(received.mtu, link.mtu),
        min(received.hops + 1, 255),
        min(received.reliability, link.reliability),
        max(received.load, link.load),
    )


def offset_by(vector: Vector, offset: int, *, wide: bool) -> Vector:
    """A path made longer by an offset-list, whose unit is that of the composite metric."""
    if vector.unreachable:
        return vector
    added = offset * _PICOSECONDS // _WIDE_SCALE if wide else offset * _TENS // _CLASSIC_SCALE
    return vector._replace(delay=min(vector.delay + added, UNREACHABLE_WIDE))


@lru_cache(maxsize=4096)
def classic(vector: Vector, weights: Weights) -> int:
    """The 32-bit metric (5.6.1)."""
    if vector.unreachable:
        return INFINITY
    k1, k2, k3, k4, k5, _ = weights
    bandwidth = _CLASSIC_SCALE * (_BANDWIDTH_REFERENCE // vector.bandwidth)
    delay = vector.delay * _CLASSIC_SCALE // _TENS
    metric = k1 * bandwidth + k3 * delay
    if k2:
        metric += k2 * bandwidth // (256 - min(vector.load, 255))
    if k5:
        metric = metric * k5 // max(1, vector.reliability + k4)
    return min(metric, UNREACHABLE_CLASSIC - 1)


@lru_cache(maxsize=4096)
def wide(vector: Vector, weights: Weights) -> int:
    """The 64-bit metric (5.6.2)."""
    if vector.unreachable:
        return INFINITY
    k1, k2, k3, k4, k5, _ = weights  # K6 weighs jitter and energy, which nothing here has
    throughput = _BANDWIDTH_REFERENCE * _WIDE_SCALE // max(1, vector.bandwidth)
    latency = vector.delay * _WIDE_SCALE // _PICOSECONDS
    metric = k1 * throughput + k3 * latency
    if k2:
        metric += k2 * throughput // (256 - min(vector.load, 255))
    if k5:
        metric = metric * k5 // max(1, vector.reliability + k4)
    return min(metric, INFINITY - 1)


def scaled_delay(vector: Vector) -> int:
    """The delay field of a classic TLV."""
    if vector.unreachable:
        return UNREACHABLE_CLASSIC
    return min(vector.delay * _CLASSIC_SCALE // _TENS, UNREACHABLE_CLASSIC - 1)


def scaled_bandwidth(vector: Vector) -> int:
    """The bandwidth field of a classic TLV."""
    if vector.unreachable:
        return UNREACHABLE_CLASSIC
    return _CLASSIC_SCALE * (_BANDWIDTH_REFERENCE // vector.bandwidth)


def received(route: Route) -> Vector:
    """What a TLV says of a path."""
    if isinstance(route, ClassicRoute):
        if route.delay == UNREACHABLE_CLASSIC:
            return UNREACHABLE
        delay = route.delay * _TENS // _CLASSIC_SCALE
        inverse = route.bandwidth // _CLASSIC_SCALE
        bandwidth = _BANDWIDTH_REFERENCE // inverse if inverse else _BANDWIDTH_REFERENCE
    else:
        if route.delay == UNREACHABLE_WIDE:
            return UNREACHABLE
        delay, bandwidth = route.delay, max(1, route.bandwidth)
    return Vector(delay, max(1, bandwidth), route.mtu, route.hops, route.reliability, route.load)
