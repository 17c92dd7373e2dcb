"""`debug crypto ipsec`: what the router adds to the lines of the negotiation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioscli.protocols.ike.debug_lines import create_sa

if TYPE_CHECKING:
    from ioscli.protocols.ipsec.sadb import SaPair


def created(pair: SaPair) -> Iterator[str]:
    """Each SA of a new pair, inbound before outbound."""
    child = pair.child
    inbound, outbound = [child.inbound_spi], [child.outbound_spi]
    if child.inbound_ah_spi and child.proposal.transform.has_esp:
        inbound.insert(0, child.inbound_ah_spi)
        outbound.insert(0, child.outbound_ah_spi)
    for spi in inbound:
        yield create_sa(child, spi, inbound=True, conn_id=pair.inbound_conn_id)
    for spi in outbound:
        yield create_sa(child, spi, inbound=False, conn_id=pair.outbound_conn_id)
