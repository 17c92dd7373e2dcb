"""Tunnels set up a second of wall time, beside the bare cost of their public-key operations.

Pairs of whole routers, each pair on a link of its own: one end's Tunnel interface is shut down
until the clock starts, the other's profile is `responder-only`, so that each tunnel is one main
mode with pre-shared keys (six messages) and one quick mode (three). Each key exchange is two key
pairs and two shared secrets; PFS makes it two exchanges. The same operations are measured with the
program's own calls and with `cryptography` alone.

Where the rest of the time goes, by a profile (group 19): a sixth each to `no shutdown` and what
the router makes of it and to the nine packets' way through UDP, IP and Ethernet, an eighth to
sealing and opening messages, a tenth to installing the SAs and moving the tunnel's MTU, the
remainder to IKE: payloads read and built, keys derived, identities and policies compared.
"""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from random import Random
from time import process_time

from bench.figure import Figure
from bench.peers.bare_key_exchange import bare, same_calls
from bench.protected_star import (
    DELAY,
    LINK_NET,
    PROFILE,
    TUNNEL_NET,
    addressed,
    gigabit,
    protect,
    tunnel,
)
from bench.timing import ROUNDS
from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.model.changes import InterfaceChanged
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant, seconds
from ioscli.router.router import Router

GROUPS = (14, 19)
TUNNELS = 10
"""Set up in one round."""
BOOT_TIME, SET_UP_TIME = seconds(10), seconds(15)
TUNNEL = InterfaceName("Tunnel", (0,))


def figures() -> Iterator[Figure]:
    """Rates, and what part of a tunnel's time is not public keys."""
    for group in GROUPS:
        for pfs in (False, True):
            name = f"tunnels, group {group}{' with PFS' if pfs else ''}"
            ours, same, alone = measure(group, pfs=pfs)
            rate = TUNNELS / ours
            yield Figure(name, rate, "/s", "their public keys, same calls", TUNNELS / same)
            yield Figure(name, rate, "/s", "cryptography alone", TUNNELS / alone)
            yield Figure(
                f"{name}, one but its public keys",
                (ours - same) / TUNNELS * 1e6,
                "us",
                "one in all",
                ours / TUNNELS * 1e6,
            )


def measure(group: int, *, pfs: bool) -> list[float]:
    """Seconds of a round: ours, the same calls, bare: the best rounds, taking turns.

    Of CPU time: nothing waits for anything, so that it is wall time but for other programs.
    """
    exchanges = TUNNELS * (2 if pfs else 1)
    best = [float("inf")] * 3
    for number in range(ROUNDS):
        pairs = Pairs(group, group if pfs else None)
        works: list[Callable[[], object]] = [
            pairs.set_up,
            same_calls(group, exchanges, Random(number)),
            bare(group, exchanges),
        ]
        for index, work in enumerate(works):
            start = process_time()
            work()
            best[index] = min(best[index], process_time() - start)
        pairs.check()
    return best


class Pairs:
    """Routers that are up, and know each other's addresses; no tunnel is."""

    def __init__(self, group: int, pfs_group: int | None) -> None:
        self.simulation = Simulation(1)
        self.initiators: list[Router] = []
        self.responders: list[Router] = []
        for number in range(TUNNELS):
            self._add(number, group, pfs_group)
        for router in (*self.initiators, *self.responders):
            router.boot()
        self._run(BOOT_TIME)

    def _add(self, number: int, group: int, pfs_group: int | None) -> None:
        ends = []
        for end, far in ((1, 2), (2, 1)):
            config = addressed(f"R{number}-{end}", {0: LINK_NET + 4 * number + end})
            destination = IPv4Address(LINK_NET + 4 * number + far)
            tunnel(config, 0, TUNNEL_NET + 4 * number + end, gigabit(0), destination)
            protect(config, group, pfs_group)
            if end == 1:
                config.interfaces[TUNNEL].shutdown = True
            else:
                config.ipsec.profiles[PROFILE].responder_only = True
            ends.append(Router(self.simulation, config.hostname, [gigabit(0)], config))
        Link(self.simulation, *(end.port(gigabit(0)) for end in ends), delay=DELAY)
        self.initiators.append(ends[0])
        self.responders.append(ends[1])

    def set_up(self) -> None:
        """`no shutdown`, and what follows from it."""
        for router in self.initiators:
            router.config.interfaces[TUNNEL].shutdown = False
            router.apply([InterfaceChanged(TUNNEL)])
        self._run(SET_UP_TIME)

    def check(self) -> None:
        """Hold that each tunnel has just one SA of each kind at either end."""
        for router in (*self.initiators, *self.responders):
            (flow,) = router.ipsec_views()
            if len(flow.outbound) != 1 or len(router.isakmp_views()) != 1:
                raise AssertionError(f"{router.name} has not one SA of each kind")

    def _run(self, time: int) -> None:
        self.simulation.run_until(Instant(self.simulation.now + time))
