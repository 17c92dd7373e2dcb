"""`debug crypto ipsec`: what the router adds to the lines of the negotiation.

Wording and order are those of a public capture of IOS XE with both debugs on, but for the lines of
`update_current_outbound_sa` (a capture of IOS 12.4) and of deletions (Cisco's debug command
reference). What names only a structure of IOS by its address is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.protocols.ike.debug_lines import create_sa, delete_sa, proxy_match

if TYPE_CHECKING:
    from ioscli.model.crypto import ChildPolicy, ChildSa, Spi
    from ioscli.protocols.ipsec.sadb import SaPair

_EVENT = "IPSEC(key_engine): got a queue event with 1 KMI message(s)"
_INSTANCE = 65_537
"""The sequence number of what IOS makes of a tunnel's profile (`show crypto map`)."""


def map_of(policy: ChildPolicy) -> str:
    """The crypto map of a policy: `VPN, 10`, `Tunnel0-head-0, 65537`."""
    name, _, rest = policy.owner.partition(" ")
    if not rest:
        return f"{name}-head-0, {_INSTANCE}"
    return f"{name}, {rest.partition(' ')[0]}"


def creating(child: ChildSa, conn_id: int) -> Iterator[str]:
    """A pair is agreed: its SAs, inbound before outbound; conn_id: the inbound one's."""
    policy = child.policy
    yield _EVENT
    yield proxy_match((policy.local_selector, policy.remote_selector), installed=True)
    yield f"IPSEC(crypto_ipsec_create_ipsec_sas): Map found {map_of(policy)}"
    for spi, inbound in _spis(child):
        yield create_sa(child, spi, inbound=inbound, conn_id=conn_id + (not inbound))
    if child.initiator:
        yield _in_use(child, child.outbound_spi)


def installed(child: ChildSa) -> Iterator[str]:
    """Quick mode is over: a responder sends by the pair only from here on."""
    if not child.initiator:
        yield _EVENT
        yield "IPSEC(key_engine_enable_outbound): rec'd enable notify from ISAKMP"
        yield _in_use(child, child.outbound_spi)


def notified(pairs: Iterable[SaPair]) -> Iterator[str]:
    """The peer has deleted SAs."""
    yield _EVENT
    yield "IPSEC(key_engine_delete_sas): rec'd delete notify from ISAKMP"
    for pair in pairs:
        child = pair.child
        protocol = 50 if child.proposal.transform.has_esp else 51
        yield (
            f"IPSEC(key_engine_delete_sas): delete SA with spi 0x{child.outbound_spi:X} "
            f"proto {protocol} for {child.policy.peer}"
        )


def deleted(pair: SaPair) -> Iterator[str]:
    """A pair is gone, and what its flow sends by now."""
    child, current = pair.child, pair.flow.current
    yield _in_use(child, 0 if current is None else current.child.outbound_spi)
    for spi, inbound in _spis(child):
        conn_id = pair.inbound_conn_id if inbound else pair.outbound_conn_id
        yield delete_sa(child, spi, inbound=inbound, conn_id=conn_id)


def _in_use(child: ChildSa, spi: int) -> str:
    peer = child.policy.peer
    return (
        f"IPSEC(update_current_outbound_sa): updated peer {peer} current outbound sa to SPI {spi:X}"
    )


def _spis(child: ChildSa) -> Iterator[tuple[Spi, bool]]:
    """Of every SA of a pair, and whether it is inbound."""
    both = bool(child.inbound_ah_spi) and child.proposal.transform.has_esp
    if both:
        yield child.inbound_ah_spi, True
    yield child.inbound_spi, True
    if both:
        yield child.outbound_ah_spi, False
    yield child.outbound_spi, False
