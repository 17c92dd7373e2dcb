"""show ip eigrp neighbors, interfaces, traffic. Layout: captures of IOS 15 and IOS-XE.

`show ip eigrp traffic` ends before the processes' IDs and the marks of their queues: EIGRP is no
process of the imitated machine here, and what comes is taken at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.cli.show.age import route_age
from ioscli.codec.eigrp.numbers import (
    STUB_CONNECTED,
    STUB_LEAK_MAP,
    STUB_RECEIVE_ONLY,
    STUB_REDISTRIBUTED,
    STUB_STATIC,
    STUB_SUMMARY,
)
from ioscli.model.eigrp import EigrpAuthentication
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import MILLISECOND, SECOND, Duration
from ioscli.protocols.eigrp.counters import PACKET_KINDS

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.interface import Interface
    from ioscli.protocols.eigrp.machine import Eigrp
    from ioscli.protocols.eigrp.neighbor import Neighbor

_NEIGHBORS = (
    "H   Address                 Interface              Hold Uptime   SRTT   RTO  Q  Seq",
    "                                                   (sec)         (ms)       Cnt Num",
)
_INTERFACES = (
    "                              Xmit Queue   PeerQ        Mean   Pacing Time   Multicast"
    "    Pending",
    "Interface              Peers  Un/Reliable  Un/Reliable  SRTT   Un/Reliable   Flow Timer"
    "   Routes",
)
_STUB_WORDS = (
    (STUB_CONNECTED, "CONNECTED"),
    (STUB_STATIC, "STATIC"),
    (STUB_SUMMARY, "SUMMARY"),
    (STUB_REDISTRIBUTED, "REDISTRIBUTED"),
    (STUB_LEAK_MAP, "LEAK-MAP"),
)
_PLURALS = {
    "Hello": "Hellos",
    "Update": "Updates",
    "Query": "Queries",
    "Reply": "Replies",
    "Ack": "Acks",
    "SIA-Query": "SIA-Queries",
    "SIA-Reply": "SIA-Replies",
}


def heading(eigrp: Eigrp, what: str) -> Iterator[str]:
    """What a listing begins with: `EIGRP-IPv4 Neighbors for AS(100)`."""
    vrf = eigrp.config.vrf
    if eigrp.config.named:
        name = f"EIGRP-IPv4 VR({eigrp.config.name}) Address-Family"
        yield f"{name} {what} for AS({eigrp.autonomous_system})"
        if vrf:
            yield f"           VRF({vrf})"
        return
    tail = f" VRF({vrf})" if vrf else ""
    yield f"EIGRP-IPv4 {what} for AS({eigrp.autonomous_system}){tail}"


# -- neighbors -------------------------------------------------------------------------------------


def show_neighbors(
    eigrp: Eigrp, neighbors: Iterable[Neighbor], *, detail: bool = False
) -> Iterator[str]:
    """`show ip eigrp neighbors [detail]`: who came last stands first."""
    yield from heading(eigrp, "Neighbors")
    rows = sorted(neighbors, key=lambda one: (-one.up_since, -one.handle))
    if not rows:
        return
    yield from _NEIGHBORS
    for one in rows:
        hold = max(0, (one.hold_timer.when or eigrp.now) - eigrp.now) // SECOND
        up = route_age(Duration(eigrp.now - one.up_since))
        yield (
            f"{one.handle:<4}{one.ip!s:<24}{one.interface.short:<23}{hold:>4} {up:<8}"
            f" {one.srtt // MILLISECOND:>4} {one.rto // MILLISECOND:>5}"
            f"  {len(one.queue)}  {one.last_sequence}"
        )
        if detail:
            yield from _neighbor_details(eigrp, one)
    if detail:
        # Of remote neighbors, which are none here: 0 in captures with two neighbors, too.
        yield "Max Nbrs: 0, Current Nbrs: 0"


def _neighbor_details(eigrp: Eigrp, neighbor: Neighbor) -> Iterator[str]:
    version = neighbor.version
    text = "0.0/0.0"
    if version is not None:
        text = f"{version.major}.{version.minor}/{version.tlv_major}.{version.tlv_minor}"
    known = sum(neighbor in entry.descriptors for entry in eigrp.topology.values())
    prefixes = f", Prefixes: {known}" if known else ""
    yield (
        f"   Version {text}, Retrans: {neighbor.retransmissions},"
        f" Retries: {neighbor.retries}{prefixes}"
    )
    yield "   Topology-ids from peer - 0 "
    if neighbor.stub is not None:
        yield f"   {_stub_text(neighbor.stub)}"
        yield "   Suppressing queries"
    yield "   Topologies advertised to peer:   base"
    yield ""


def _stub_text(flags: int) -> str:
    if flags & STUB_RECEIVE_ONLY:
        return "Receive-Only Peer Advertising (No) Routes"
    words = " ".join(word for bit, word in _STUB_WORDS if flags & bit)
    return f"Stub Peer Advertising ({words} ) Routes"


# -- interfaces ------------------------------------------------------------------------------------


def show_interfaces(
    eigrp: Eigrp, interfaces: Iterable[Interface], *, detail: bool = False
) -> Iterator[str]:
    """`show ip eigrp interfaces [detail]`: those that are not passive."""
    yield from heading(eigrp, "Interfaces")
    rows = [one for one in interfaces if not one.passive]
    if not rows:
        return
    yield from _INTERFACES
    for one in rows:
        reliable = sum(len(neighbor.queue) for neighbor in one.neighbors.values())
        pacing = f"{one.unreliable_pacing}/{one.pacing}"
        yield (
            f"{one.short:<23}{len(one.neighbors):>3}        0/{len(one.queries)}"
            f"{f'0/{reliable}':>10}{one.mean_srtt:>12}       {pacing}"
            f"{one.flow_time:>{16 - len(pacing)}}{len(one.pending):>12}"
        )
        if detail:
            yield from _interface_details(one)


def _interface_details(interface: Interface) -> Iterator[str]:
    counters, settings = interface.counters, interface.facts.settings
    yield f"  Hello-interval is {interface.hello_interval}, Hold-time is {interface.hold_time}"
    yield f"  Split-horizon is {'enabled' if interface.split_horizon else 'disabled'}"
    if not interface.next_hop_self:
        yield "  Next-hop-self disabled, next-hop info forwarded, ECMP mode Enabled"
    waiting = min((entry.serno for entry in interface.pending), default=None)
    yield f"  Next xmit serial {'<none>' if waiting is None else waiting}"
    yield (f"  Packetized sent/expedited: {counters.packetized}/{counters.packetized_expedited}")
    yield f"  Hello's sent/expedited: {counters.hellos}/{counters.hellos_expedited}"
    yield (
        f"  Un/reliable mcasts: {_without_hellos(interface)}/{counters.reliable_multicasts}"
        f"  Un/reliable ucasts: {counters.unreliable_unicasts}/{counters.reliable_unicasts}"
    )
    yield (
        f"  Mcast exceptions: {counters.exceptions}  CR packets: {counters.conditional}"
        f"  ACKs suppressed: {counters.acknowledgments_suppressed}"
    )
    yield (
        f"  Retransmissions sent: {counters.retransmissions}"
        f"  Out-of-sequence rcvd: {counters.out_of_sequence}"
    )
    yield "  Topology-ids on interface - 0 "
    if settings.authentication is None:
        yield "  Authentication mode is not set"
    elif settings.authentication is EigrpAuthentication.MD5:
        chain = settings.key_chain
        named = f'key-chain is "{chain}"' if chain else "key-chain is not set"
        yield f"  Authentication mode is md5,  {named}"
    else:
        yield "  Authentication mode is HMAC-SHA-256, key-chain is not set"
    yield "  Topologies advertised on this interface:  base"
    yield "  Topologies not advertised on this interface:"
    yield ""


def _without_hellos(interface: Interface) -> int:
    """Multicasts without acknowledgment that are no hellos: IOS counts those apart."""
    counters = interface.counters
    return max(0, counters.unreliable_multicasts - counters.hellos)


def named_interface(eigrp: Eigrp, name: InterfaceName | None) -> list[Interface]:
    """All interfaces, or the one that was named if EIGRP runs there."""
    return [one for one in eigrp.interfaces.values() if name in (None, one.facts.name)]


# -- traffic ---------------------------------------------------------------------------------------


def show_traffic(eigrp: Eigrp) -> Iterator[str]:
    """`show ip eigrp traffic`."""
    yield from heading(eigrp, "Traffic Statistics")
    sent, received = eigrp.counters.sent, eigrp.counters.received
    for kind in PACKET_KINDS:
        yield f"  {_PLURALS[kind]} sent/received: {sent.get(kind, 0)}/{received.get(kind, 0)}"
