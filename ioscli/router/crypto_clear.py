"""clear crypto: which security associations are thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from ioscli.protocols.ipsec.sadb import SaPair
    from ioscli.router.crypto import CryptoEngine


def with_peer(engine: CryptoEngine, peer: IPv4Address | None) -> None:
    """`clear crypto sa [peer A]`."""
    engine.clear_sas(lambda pair: peer is None or pair.child.policy.peer == peer)


def of_map(engine: CryptoEngine, name: str) -> None:
    """`clear crypto sa map NAME`: also the name that shows give a tunnel's."""
    owners = {owner for owner, flow in engine.flows.items() if flow.map_tag == name}
    engine.clear_sas(lambda pair: pair.child.policy.owner in owners)


def entry(engine: CryptoEngine, destination: IPv4Address, spi: int) -> None:
    """`clear crypto sa entry A esp SPI`: by where the packets go, either end; its twin goes too."""

    def named(pair: SaPair) -> bool:
        child = pair.child
        if destination == child.policy.peer:
            return child.outbound_spi == spi
        return destination == child.policy.local and child.inbound_spi == spi

    engine.clear_sas(named)


def counters(engine: CryptoEngine) -> None:
    """`clear crypto sa counters`: the SAs stay."""
    for flow in engine.flows.values():
        flow.flow.clear_counters()


def sessions(engine: CryptoEngine, local: IPv4Address | None, remote: IPv4Address | None) -> None:
    """`clear crypto session [local A] [remote A]`: both phases."""

    def between(pair: SaPair) -> bool:
        policy = pair.child.policy
        return local in (None, policy.local) and remote in (None, policy.peer)

    engine.clear_sas(between)
    conn_ids = [
        sa.conn_id
        for sa in engine.isakmp_views()
        if sa.conn_id and local in (None, sa.local) and remote in (None, sa.peer)
    ]
    if local is None:
        engine.clear_isakmp(peer=remote)
        return
    for conn_id in conn_ids:
        engine.clear_isakmp(conn_id)
