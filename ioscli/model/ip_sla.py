"""`ip sla N`: operations that measure the network, and when they run."""

from dataclasses import dataclass
from ipaddress import IPv4Address

from ioscli.model.ifname import InterfaceName


@dataclass(slots=True)
class SlaOperation:
    """One ICMP echo operation; the defaults are IOS 15.x's."""

    number: int
    target: IPv4Address | None = None
    """None: an operation of another kind, which is kept and does not run."""
    source: IPv4Address | None = None
    source_interface: InterfaceName | None = None
    frequency: int = 60
    """Seconds between echoes."""
    timeout: int = 5_000
    """Milliseconds until an echo is given up."""
    threshold: int = 5_000
    """Milliseconds of round trip above which the return code is OverThreshold."""
    request_size: int = 28
    """Bytes of ICMP payload."""
    tos: int = 0
    verify_data: bool = False
    owner: str = ""
    tag: str = ""
    vrf: str = ""
    started: bool = False
    """Whether a schedule starts it: `start-time now`, or after a while."""
    start_after: int = 0
    """Seconds from the moment of scheduling (`start-time after`)."""
    life: int | None = 3_600
    """Seconds that it runs; None: forever."""
