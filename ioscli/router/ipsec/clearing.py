"""clear crypto: which security associations are thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from ioscli.protocols.ipsec.sadb import SaPair
    from ioscli.router.ipsec.engine import CryptoEngine


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


def sessions(
    engine: CryptoEngine,
    *,
    local: tuple[IPv4Address | None, int | None] = (None, None),
    remote: tuple[IPv4Address | None, int | None] = (None, None),
) -> None:
    """`clear crypto session [local A [port N]] [remote A [port N]]`: both phases."""

    def between(pair: SaPair) -> bool:
        child = pair.child
        ours, theirs = (
            (child.policy.local, child.local_port),
            (child.policy.peer, child.peer_port),
        )
        return _is(local, ours) and _is(remote, theirs)

    engine.clear_sas(between)
    if local == (None, None) and remote[1] is None:
        engine.clear_isakmp(peer=remote[0])
        return
    conn_ids = [
        sa.conn_id
        for sa in engine.isakmp_views()
        if sa.conn_id
        and _is(local, (sa.local, sa.local_port))
        and _is(remote, (sa.peer, sa.peer_port))
    ]
    for conn_id in conn_ids:
        engine.clear_isakmp(conn_id)


def _is(wanted: tuple[IPv4Address | None, int | None], end: tuple[IPv4Address, int]) -> bool:
    """Whether an end is the one that was named, as far as it was."""
    return all(asked is None or asked == found for asked, found in zip(wanted, end, strict=True))
