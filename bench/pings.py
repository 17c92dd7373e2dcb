"""Pings R4 to R5 through the default lab's tunnel: five nodes, GRE over IPsec, real bytes.

The routers start with the lab's solution, which has the tunnel. Beside the figures stand
the two seals and two opens of a round trip alone (the program's own, and the bare cipher and
HMAC calls on kept contexts) and scapy doing the nodes' work on the packet.
"""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address

from bench.crypto import AES_SHA, bare_seal_and_open, seal_and_open
from bench.figure import Figure
from bench.peers import scapy_routers
from bench.timing import each
from ioscli.cli.matcher import load_grammar
from ioscli.labs.catalogue import DEFAULT_LAB, find_lab
from ioscli.labs.labfile import Lab, NodeKind, read_lab
from ioscli.labs.topology import Topology
from ioscli.model.instant import Instant, seconds
from ioscli.router.probes import EchoKind, EchoRequest, EchoResult
from ioscli.router.router import Router

SIZES = (100, 1_400)
LEAST_ROUND_TRIPS = 8_000
"""A second, at 100 bytes."""
MOST_CRYPTO_SHARES = 8
"""What a round trip of 1,400 bytes may cost, in times of its seals and opens."""
GRE_AND_IP = 24
"""Bytes that GRE puts before the ping inside ESP."""


def figures() -> Iterator[Figure]:
    for size in SIZES:
        payload = size + GRE_AND_IP
        ping = RoundTrips(size)
        seals = seal_and_open(AES_SHA, payload)
        bare = bare_seal_and_open(AES_SHA, payload)
        functions: list[Callable[[], object]] = [ping, seals, bare]
        scapy = _scapy(size)
        ours, sealing, bare_crypto, *others = each(*functions, *([scapy] if scapy else []))
        ping.check()
        name = f"ping R4-R5, {size} bytes"
        rate = 1e6 / ours
        yield Figure(
            f"{name}, round trips",
            rate,
            "/s",
            "scapy, the nodes' packet work" if others else "scapy is not installed",
            1e6 / others[0] if others else None,
            f">= {LEAST_ROUND_TRIPS:,}/s" if size == SIZES[0] else "",
            rate >= LEAST_ROUND_TRIPS if size == SIZES[0] else None,
        )
        bounded = size == SIZES[-1]
        yield Figure(
            f"{name}, one round trip",
            ours,
            "us",
            "its 2 seals and 2 opens",
            2 * sealing,
            f"<= {MOST_CRYPTO_SHARES} times" if bounded else "",
            ours <= MOST_CRYPTO_SHARES * 2 * sealing if bounded else None,
        )
        yield Figure(
            f"{name}, one round trip", ours, "us", "bare cryptography of them", 2 * bare_crypto
        )


class RoundTrips:
    """The booted lab; each call makes one ping there and back, as fast as the CPU allows."""

    def __init__(self, size: int) -> None:
        self.topology = Topology(solved(read_lab(find_lab(DEFAULT_LAB))), load_grammar())
        self.topology.boot()
        self.simulation = self.topology.simulation
        self.router = self.topology.routers["R4"]
        self.request = EchoRequest(_address_of(self.topology.routers["R5"]), 1, 0, size=size)
        self.replies = 0
        self.failures: list[EchoResult] = []
        self._waiting = False
        self._warm_up()

    def __call__(self) -> None:
        request = self.request = self.request._replace(sequence=self.request.sequence + 1 & 0xFFFF)
        self._waiting = True
        self.router.send_echo(request, self._result)
        self.simulation.run_while(self._waits)

    def check(self) -> None:
        """Hold that every ping came back, and that ESP carried it."""
        if self.failures:
            raise AssertionError(f"{len(self.failures)} pings failed: {self.failures[0]}")
        transforms = {
            sa.proposal.transform
            for flow in self.topology.routers["R1"].ipsec_views()
            for sa in flow.outbound
        }
        if transforms != {AES_SHA}:
            raise AssertionError(f"compared with {AES_SHA}, but the lab uses {transforms}")
        carried = self._sealed() - self._sealed_before
        if carried < self.replies:
            raise AssertionError(f"{self.replies} replies, but ESP carried {carried} packets")

    def _warm_up(self) -> None:
        """Let ARP and IKE settle; pings are lost until they have."""
        deadline = Instant(self.simulation.now + seconds(120))
        while not self.replies:
            self()
            if self.simulation.now > deadline:
                raise AssertionError(f"no ping came back: {self.failures[-1]}")
        self.failures.clear()
        self.replies = 0
        self._sealed_before = self._sealed()

    def _sealed(self) -> int:
        """Packets that R1 has put into ESP."""
        return sum(flow.encaps for flow in self.topology.routers["R1"].ipsec_views())

    def _waits(self) -> bool:
        return self._waiting

    def _result(self, result: EchoResult) -> None:
        self._waiting = False
        if result.kind is EchoKind.REPLY and result.data_intact:
            self.replies += 1
        else:
            self.failures.append(result)


def solved(lab: Lab) -> Lab:
    """The lab with its solution for startup configurations."""
    solution = lab.folder / "solution"
    nodes = {
        name: spec._replace(startup_config=solution / f"{name}.cfg")
        if spec.kind is NodeKind.ROUTER
        else spec
        for name, spec in lab.nodes.items()
    }
    return lab._replace(nodes=nodes)


def _address_of(router: Router) -> IPv4Address:
    """The address of a router's first interface that has one."""
    for view in router.interface_views():
        if view.address is not None:
            return view.address.ip
    raise AssertionError(f"{router.name} has no address")


def _scapy(size: int) -> Callable[[], None] | None:
    try:
        return scapy_routers.round_trip(size)
    except ImportError:
        return None
