"""An attacker on the link in the middle: IKE, ESP and fragments forged, changed and repeated."""

from __future__ import annotations

import random
from functools import cache, partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ioscli.codec.fragments import fragment
from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.codec.udp import UdpHeader
from ioscli.protocols.ike.isakmp import HALF_OPEN_LIMIT

from .crypto_networks import OUTSIDE, R1, R3, sites
from .hostile_frames import IP, bounds, every_field, every_length, mended
from .ipsec_typed import MAP, PHASE_ONE, TUNNEL, Operator
from .networks import Network, wire_site_to_site
from .test_crypto_nat import behind_nat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ioscli.router.router import Router

FAR_SITE, FAR_END = "172.16.2.5", "10.1.3.3"
UDP, ESP = 17, 50
MAIN, AGGRESSIVE, INFORMATIONAL, QUICK = 2, 4, 5, 32
GIVE_UP = 130
"""Seconds in which a half-open negotiation is given up and purged: five repetitions, a minute."""
AGGRESSIVE_LINES = (
    "crypto isakmp peer address {peer}",
    "set aggressive-mode password cisco",
    "set aggressive-mode client-endpoint ipv4-address {address}",
)


class Heard(NamedTuple):
    """A frame, and the router that it arrived at."""

    victim: str
    frame: bytes


class Site:
    """The network, and what the attacker hears before its two ends."""

    def __init__(self, *extra: str) -> None:
        self.network = wire_site_to_site(Network(*sites())).boot()
        self.heard: list[Heard] = []
        self.tamper: Callable[[bytes], Iterable[bytes]] = _leave
        """What becomes of a frame before an end of the tunnel gets it."""
        for name in ("R1", "R3"):
            port = self.network[name].port(OUTSIDE)
            port.receive = partial(self._listen, name, port.receive)
            operator = Operator(self.network, name)
            operator.configure(*PHASE_ONE, *extra, *MAP, *TUNNEL)
            operator.close()
        self.come_up()

    def _listen(self, name: str, honest: Callable[[bytes], None], frame: bytes) -> None:
        self.heard.append(Heard(name, frame))
        for it in self.tamper(frame):
            honest(it)

    def __getitem__(self, name: str) -> Router:
        return self.network[name]

    def execute(self, name: str, line: str) -> str:
        """Type a line at an end's console; what it printed."""
        operator = Operator(self.network, name)
        try:
            return operator.execute(line)
        finally:
            operator.close()

    def come_up(self) -> None:
        """Tunnel and map are up, every ARP table is filled."""
        self.network.wait(2)
        self.network.ping("R5", "192.168.1.4", count=2)
        self.network.ping("R4", FAR_SITE, count=3)
        self.network.wait(GIVE_UP)
        assert self.works()

    def works(self) -> bool:
        """Whether both the tunnel and the crypto map carry pings, the latter of any size."""
        self.network.ping("R4", FAR_SITE, count=6)  # ARP entries on the way may have aged by now
        pings = [
            self.network.ping("R1", FAR_END),
            self.network.ping("R4", FAR_SITE),
            self.network.ping("R5", "192.168.1.4", size=1500),
        ]
        return pings == ["!!!!!"] * 3

    def inject(self, victim: str, frame: bytes) -> None:
        """A frame arrives as if it came from the middle."""
        self[victim].port(OUTSIDE).deliver(frame)
        self.network.wait(0.000_1)

    def since(self, before: int, protocol: int) -> list[Heard]:
        """What was heard since so many frames, of one protocol."""
        return [it for it in self.heard[before:] if _is(it.frame, protocol)]


def _leave(frame: bytes) -> Iterable[bytes]:
    return (frame,)


def _is(frame: bytes, protocol: int) -> bool:
    return frame[12:14] == b"\x08\x00" and frame[IP + 9] == protocol


def exchange(frame: bytes) -> tuple[int, bool]:
    """Which exchange a message is of, and whether it is encrypted."""
    message = bounds(frame).payload + 8
    return frame[message + 18], bool(frame[message + 19] & 1)


def sorts(frames: Iterable[Heard]) -> list[Heard]:
    """One message of each sort: exchange, encryption, size and receiver."""
    found: dict[tuple[object, ...], Heard] = {}
    for it in frames:
        start, end = bounds(it.frame)
        found.setdefault((it.victim, exchange(it.frame), end - start), it)
    return list(found.values())


@cache
def site(*extra: str) -> tuple[Site, tuple[Heard, ...]]:
    """Both tunnels up, after all sorts of exchanges; what was said in them."""
    made = Site("crypto isakmp keepalive 10 periodic", *extra)
    made.execute("R1", "clear crypto sa")  # deletions, and quick modes anew
    made.network.wait(30)
    made.come_up()
    return made, tuple(sorts(made.since(0, UDP)))


def complaints(router: Router) -> int:
    """IKE messages that led to nothing."""
    counters = router.crypto.isakmp.counters
    return (
        counters.malformed
        + counters.unsupported
        + counters.unknown_sa
        + counters.duplicates
        + counters.unexpected
        + counters.unauthenticated
        + counters.refused
    )


def half_open(router: Router) -> int:
    """Negotiations that are not over."""
    return sum(sa.state not in ("QM_IDLE", "MM_NO_STATE") for sa in router.crypto.isakmp_views())


DECAPS, REPLAYED = "#pkts decaps: ", "##pkts replay failed (rcv)"
UNVERIFIED, TOO_SHORT = "#pkts verify failed", "#pkts invalid len (rcv)"


def said(made: Site, message: str) -> int:
    """How often R3 logged something."""
    return sum(line.startswith("R3 ") and f"%{message}:" in line for line in made.network.log)


def held_back(made: Site, tag: str) -> bytes:
    """A frame with ESP for R3 that the attacker has kept from it."""
    kept: list[bytes] = []

    def keep(frame: bytes) -> Iterable[bytes]:
        if not _is(frame, ESP) or frame[IP + 16 : IP + 20] != IPv4Address(R3).packed:
            return (frame,)
        kept.append(frame)
        return ()

    made.tamper = keep
    sender, target = ("R4", FAR_SITE) if tag == "VPN" else ("R1", FAR_END)
    made.network.ping(sender, target, count=1)
    made.tamper = _leave
    (frame,) = kept
    return frame


def esp_frame(frame: bytes, piece: bytes, identification: int, flags: int) -> bytes:
    """A fragment of ESP for R3, in a frame like one that was heard."""
    header = Ipv4Template(IPv4Address(R1).packed, IPv4Address(R3).packed, ESP)
    return frame[:IP] + header.build(len(piece), identification, 0, flags) + piece


MODES = {"main": (), "aggressive": AGGRESSIVE_LINES}


@pytest.mark.parametrize("mode", MODES)
def test_all_sorts_of_exchanges_are_heard(mode: str) -> None:
    _, messages = site(*MODES[mode])
    first = MAIN if mode == "main" else AGGRESSIVE
    kinds = {exchange(it.frame) for it in messages}
    assert kinds >= {(first, False), (first, True), (QUICK, True), (INFORMATIONAL, True)}
    assert {it.victim for it in messages} == {"R1", "R3"}


@pytest.mark.parametrize("mode", MODES)
def test_no_byte_of_ike_harms_a_tunnel(mode: str) -> None:
    made, messages = site(*MODES[mode])
    before = {name: complaints(made[name]) for name in ("R1", "R3")}
    spis = {name: set(made[name].crypto.sadb.by_spi) for name in before}
    sent = dict.fromkeys(before, 0)
    for victim, frame in messages:
        for changed in (*every_field(frame, bounds(frame).payload), *every_length(frame)):
            made.inject(victim, mended(changed))
            sent[victim] += 1
        for _ in range(3):
            made.inject(victim, frame)
    assert {name: set(made[name].crypto.sadb.by_spi) for name in before} == spis
    for name, count in before.items():
        assert complaints(made[name]) - count > 0.5 * sent[name]
    assert made.works()
    made.network.wait(GIVE_UP)
    for name in before:
        assert half_open(made[name]) == 0
        assert "QM_IDLE" in made.execute(name, "show crypto isakmp sa")
    assert made.works()


TAMPERED = st.tuples(
    st.sampled_from([MAIN, AGGRESSIVE, INFORMATIONAL, QUICK]),
    st.integers(0, 600),  # where in the UDP datagram, modulo its length
    st.integers(0, 255),
    st.integers(1, 4),  # so many bytes
    st.sampled_from(["change", "cut", "repeat", "swallow"]),
)


@pytest.mark.parametrize("mode", MODES)
@given(ways=st.lists(TAMPERED, min_size=1, max_size=5))
@settings(
    max_examples=40,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_messages_changed_on_the_way(mode: str, ways: list[tuple[int, int, int, int, str]]) -> None:
    made, _ = site(*MODES[mode])
    pending = list(ways)

    def tamper(frame: bytes) -> Iterable[bytes]:
        if not _is(frame, UDP) or not pending or exchange(frame)[0] != pending[0][0]:
            return (frame,)
        _, where, value, size, how = pending.pop(0)
        start, end = bounds(frame)
        at = start + where % (end - start)
        stop = min(at + size, end)
        if how == "swallow":
            return ()
        if how == "repeat":
            return (frame,) * (1 + size)
        if how == "cut":
            return (mended(list(every_length(frame))[at - start]),)
        return (mended(frame[:at] + bytes((value,)) * (stop - at) + frame[stop:]),)

    made.tamper = tamper
    made.execute("R1", "clear crypto session")
    made.network.ping("R4", FAR_SITE, count=2)
    made.network.wait(20)
    made.tamper = _leave
    made.network.wait(2 * GIVE_UP)
    made.network.ping("R4", FAR_SITE, count=3)
    made.network.wait(GIVE_UP)
    assert made.works(), ways
    for name in ("R1", "R3"):
        assert half_open(made[name]) == 0


# -- ESP -------------------------------------------------------------------------------------------


def flow_of(made: Site, name: str, tag: str) -> str:
    """What `show crypto ipsec sa detail` says of a tunnel or map."""
    shown = made.execute(name, "show crypto ipsec sa detail")
    return next(it for it in shown.split("interface: ") if f"Crypto map tag: {tag}," in it)


def counted(made: Site, name: str, tag: str, label: str) -> int:
    """A number of that, by what stands before it."""
    (line,) = (it for it in flow_of(made, name, tag).splitlines() if label in it)
    return int(line.split(label)[1].strip(" :").split(",")[0])


def fresh_esp(made: Site, tag: str) -> list[bytes]:
    """Frames with ESP that have just come to R3 by the tunnel, or by the map."""
    before = len(made.heard)
    if tag == "VPN":
        assert made.network.ping("R4", FAR_SITE) == "!!!!!"
    else:
        assert made.network.ping("R1", FAR_END) == "!!!!!"
    return [it.frame for it in made.since(before, ESP) if it.victim == "R3"]


@pytest.mark.parametrize("tag", ["VPN", "Tunnel0-head-0"])
def test_replayed_esp_is_dropped_and_counted(tag: str) -> None:
    made, _ = site()
    frames = fresh_esp(made, tag)
    made.network.wait(61)  # a complaint a minute
    made.network.log.clear()
    failed, decaps = (counted(made, "R3", tag, it) for it in (REPLAYED, DECAPS))
    for frame in frames * 2:
        made.inject("R3", frame)
    assert counted(made, "R3", tag, REPLAYED) - failed == 2 * len(frames)
    assert counted(made, "R3", tag, DECAPS) == decaps
    assert said(made, "CRYPTO-4-PKT_REPLAY_ERR") == 1
    assert made.works()


@pytest.mark.parametrize("tag", ["VPN", "Tunnel0-head-0"])
def test_tampered_esp_is_dropped_and_counted(tag: str) -> None:
    made, _ = site()
    frame = held_back(made, tag)
    made.network.wait(61)
    made.network.log.clear()
    labels = (UNVERIFIED, REPLAYED, TOO_SHORT, DECAPS)
    before = {it: counted(made, "R3", tag, it) for it in labels}
    forged = list(every_field(frame, bounds(frame).payload + 4))
    cut = [it for it in every_length(frame) if int.from_bytes(it[IP + 2 : IP + 4]) - 20 >= 8]
    for changed in (*forged, *cut):
        made.inject("R3", mended(changed))
    after = {it: counted(made, "R3", tag, it) for it in labels}
    assert after[DECAPS] == before[DECAPS]
    dropped = sum(after[it] - before[it] for it in (UNVERIFIED, REPLAYED, TOO_SHORT))
    assert dropped == len(forged) + len(cut)
    assert after[UNVERIFIED] - before[UNVERIFIED] > 0.9 * len(forged)
    assert said(made, "CRYPTO-4-RECVD_PKT_MAC_ERR") == 1
    made.inject("R3", frame)  # the window has not moved: the true one is still welcome
    assert counted(made, "R3", tag, DECAPS) == before[DECAPS] + 1
    assert made.works()


def test_esp_with_an_unknown_spi() -> None:
    made, _ = site()
    frame = fresh_esp(made, "VPN")[0]
    made.network.wait(61)
    made.network.log.clear()
    router = made["R3"]
    spis, before = set(router.crypto.sadb.by_spi), router.crypto.input.invalid_spi
    start = bounds(frame).payload
    chance = random.Random(2)
    for _ in range(200):
        made.inject("R3", mended(frame[:start] + chance.randbytes(4) + frame[start + 4 :]))
    assert router.crypto.input.invalid_spi - before == 200
    assert said(made, "CRYPTO-4-RECVD_PKT_INV_SPI") == 1
    # Each is answered with INVALID_SPI, which must not cost the sender SAs that it has.
    made.network.wait(5)
    assert set(router.crypto.sadb.by_spi) == spis
    assert made.works()


@given(
    cuts=st.lists(
        st.tuples(st.integers(0, 18), st.integers(1, 19), st.booleans()), min_size=2, max_size=12
    )
)
@settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_fragments_of_esp_that_overlap(cuts: list[tuple[int, int, bool]]) -> None:
    """Pieces of eight bytes: where they begin, how many they are, whether more follow."""
    made, _ = site()
    frame = held_back(made, "VPN")
    forwarding = made["R3"].forwarding
    start, end = bounds(frame)
    body = frame[start:end]
    identification = random.Random(str(cuts)).randrange(1 << 16)
    for at, size, more in cuts:
        piece = body[at * 8 : (at + size) * 8]
        flags = (0x2000 if more else 0) | at
        made.inject("R3", esp_frame(frame, piece, identification, flags))
    assert forwarding.waiting_octets < 100_000
    made.network.wait(31)
    assert forwarding.waiting_octets == 0
    assert made.works()


def test_overlapping_fragments_are_counted_and_honest_ones_joined() -> None:
    made, _ = site()
    frame = held_back(made, "VPN")
    forwarding = made["R3"].forwarding
    failures, decaps = forwarding.reassembly_failures, counted(made, "R3", "VPN", DECAPS)
    unverified = counted(made, "R3", "VPN", UNVERIFIED)
    start, end = bounds(frame)
    body = frame[start:end]
    # The newest copy counts (RFC 791): what is put together is not what was sealed.
    made.inject("R3", esp_frame(frame, body[:80], 7, 0x2000))
    made.inject("R3", esp_frame(frame, b"E" * len(body[40:]), 7, 5))
    assert counted(made, "R3", "VPN", UNVERIFIED) == unverified + 1
    # Two ends that contradict one another.
    made.inject("R3", esp_frame(frame, body[40:80], 8, 5))
    made.inject("R3", esp_frame(frame, body[40:], 8, 5))
    assert forwarding.reassembly_failures == failures + 1
    # More than there is room for: what came first is given up.
    for number in range(1000):
        made.inject("R3", esp_frame(frame, b"E" * 1480, 1000 + number, 0x2000))
    assert forwarding.waiting_octets <= 1 << 20
    assert forwarding.reassembly_failures > failures + 100
    shown = made.execute("R3", "show ip traffic")
    assert f"{forwarding.reassembly_failures} couldn't reassemble" in shown
    made.network.wait(31)
    assert forwarding.waiting_octets == 0
    for piece in fragment(frame[IP:end], 60):
        made.inject("R3", frame[:IP] + piece)
    assert counted(made, "R3", "VPN", DECAPS) == decaps + 1
    assert made.works()


# -- floods ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("spoofed", [False, True])
def test_a_flood_of_first_messages(mode: str, spoofed: bool) -> None:
    made = Site(*MODES[mode])
    wanted = MAIN if mode == "main" else AGGRESSIVE
    first = next(
        it.frame
        for it in made.since(0, UDP)
        if it.victim == "R3" and exchange(it.frame)[0] == wanted
    )
    router = made["R3"]
    isakmp = router.crypto.isakmp
    legitimate = len(isakmp.sas(made.network.simulation.now))
    start, end = bounds(first)
    chance = random.Random(3)
    flood = HALF_OPEN_LIMIT + 500 if mode == "main" else 300
    for number in range(flood):
        source = IPv4Address((198 << 24) + number) if spoofed else IPv4Address(R1)
        message = chance.randbytes(8) + first[start + 16 : end]
        datagram = UdpHeader(500, 500).build(message, source, IPv4Address(R3))
        header = Ipv4Template(source.packed, IPv4Address(R3).packed, UDP)
        packet = header.build(len(datagram), number & 0xFFFF) + datagram
        made.inject("R3", first[:IP] + packet)
    assert len(isakmp.sas(0)) - legitimate <= HALF_OPEN_LIMIT
    assert isakmp.counters.half_open_limit >= flood - HALF_OPEN_LIMIT
    assert made.works()
    shown = made.execute("R3", "show crypto isakmp sa")
    assert shown.count("\n") <= HALF_OPEN_LIMIT + legitimate + 10
    made.network.wait(GIVE_UP)
    assert len(isakmp.sas(0)) <= legitimate
    context = isakmp._context
    assert len(context._sas_with) == len({(it.local, it.peer) for it in context.sas.values()})
    assert len(context.deadlines._heap) < 50
    assert made.works()
    made.execute("R3", "clear crypto session")
    made.come_up()


# -- NAT traversal ---------------------------------------------------------------------------------


def through_the_nat(network: Network) -> bool:
    """Whether the tunnel of a router behind a NAT carries pings."""
    network.ping("R4", FAR_SITE, count=6)
    return network.ping("R4", FAR_SITE) == "!!!!!" == network.ping("R5", "192.168.1.4")


def test_no_byte_of_what_comes_through_a_nat_harms_a_tunnel() -> None:
    network = behind_nat(dynamic=True, keepalive=10)
    port, router = network["R3"].port(OUTSIDE), network["R3"]
    heard: list[bytes] = []
    honest = port.receive

    def listen(frame: bytes) -> None:
        heard.append(frame)
        honest(frame)

    port.receive = listen
    assert through_the_nat(network)
    network.wait(30)
    port.receive = honest
    datagrams = [frame for frame in heard if _is(frame, UDP)]
    sizes = {bounds(it).end: it for it in datagrams}
    assert {it[IP + 22 : IP + 24] for it in sizes.values()} == {b"\x01\xf4", b"\x11\x94"}
    assert min(sizes) == IP + 20 + 8 + 1  # a keepalive
    for frame in sizes.values():
        start = bounds(frame).payload
        # The ports may be another mapping of the NAT's: so may the whole of a message be.
        for changed in (*every_field(frame, start), *every_length(frame)):
            port.deliver(mended(changed))
            network.wait(0.000_1)
        port.deliver(frame)
    network.wait(GIVE_UP)
    assert half_open(router) == 0
    assert len(router.crypto.sadb.by_spi) == 1
    assert through_the_nat(network)
