"""IKEv1 and ESP with strongSwan over a TAP device: the proof that the messages are real."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path
from typing import NamedTuple

import pytest

from ioscli.cli.session import Session
from ioscli.engine.simulation import Simulation
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Instant
from ioscli.router.probes import EchoKind, EchoRequest, EchoResult
from ioscli.router.router import Router
from tests.cli.typing_config import grammar
from tests.router.networks import config, router

from .namespace import Tap, namespace
from .strongswan import StrongSwan, strongswan
from .test_frr_ospf import type_at

PORT = InterfaceName.parse("Gi0/0")
KEY = "sTr0ng&Swan"
OURS = """
crypto isakmp policy 10
 encryption {encryption}
 hash {hash}
 authentication pre-share
 group {group}
crypto isakmp key {key} address 192.0.2.2
{phase_one}
crypto ipsec transform-set SET {transform}
access-list 101 permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255
crypto map MAP 10 ipsec-isakmp
 set peer 192.0.2.2
 set transform-set SET
 match address 101
 {pfs}
ip route 10.2.0.0 255.255.255.0 192.0.2.2
interface GigabitEthernet0/0
 crypto map MAP
"""
THEIRS = """
connections {{
  t {{
    version = 1
    aggressive = {aggressive}
    local_addrs = 192.0.2.2
    remote_addrs = 192.0.2.1
    proposals = {proposal}
    local {{
      auth = psk
      id = 192.0.2.2
    }}
    remote {{
      auth = psk
      id = 192.0.2.1
    }}
    children {{
      c {{
        local_ts = 10.2.0.0/24
        remote_ts = 10.1.0.0/24
        esp_proposals = {esp}
      }}
    }}
  }}
}}
secrets {{
  ike-1 {{
    id-1 = 192.0.2.1
    id-2 = 192.0.2.2
    secret = "{key}"
  }}
}}
"""
AGGRESSIVE = """crypto isakmp profile AGGRESSIVE
 keyring RING
 match identity address 192.0.2.2 255.255.255.255
 initiate mode aggressive
"""


class Suite(NamedTuple):
    """One way to speak, as each side says it."""

    encryption: str
    hash: str
    group: int
    transform: str
    proposal: str
    esp: str


SUITES = {
    "aes-sha1-2": Suite(
        *("aes", "sha", 2, "esp-aes esp-sha-hmac"),
        *("aes128-sha1-modp1024", "aes128-sha1"),
    ),
    "aes-sha256-14": Suite(
        *("aes 256", "sha256", 14, "esp-aes 256 esp-sha256-hmac"),
        *("aes256-sha256-modp2048", "aes256-sha256"),
    ),
    "aes-sha256-19": Suite(
        *("aes 256", "sha256", 19, "esp-aes 256 esp-sha-hmac"),
        *("aes256-sha256-ecp256", "aes256-sha1"),
    ),
    "3des-sha1-5": Suite(
        *("3des", "sha", 5, "esp-3des esp-sha-hmac"),
        *("3des-sha1-modp1536", "3des-sha1"),
    ),
}
_DH = {2: "modp1024", 5: "modp1536", 14: "modp2048", 19: "ecp256"}


class Pair:
    """Our router, and strongSwan behind the TAP device."""

    def __init__(self, ours: Router, simulation: Simulation, tap: Tap, peer: StrongSwan) -> None:
        self.router = ours
        self.simulation = simulation
        self.tap = tap
        self.peer = peer

    def type(self, line: str) -> None:
        """Type a command at our router."""
        session = Session(self.router, grammar(), output=lambda _: None, privileged=True)
        session.feed(line)
        session.close()

    def resolve(self) -> None:
        """Have ARP find strongSwan: the first message of IKE is not to be lost for it."""
        request = EchoRequest(IPv4Address("192.0.2.2"), 6, 0, 100, SECOND // 5)
        assert any(self._echo(request) for _ in range(10))

    def ping(self, size: int) -> bool:
        """Whether one ping through the tunnel comes back."""
        source = IPv4Address("10.1.0.1")
        return self._echo(EchoRequest(IPv4Address("10.2.0.1"), 7, size, size, 2 * SECOND, source))

    def _echo(self, request: EchoRequest) -> bool:
        results: list[EchoResult] = []
        self.router.send_echo(request, results.append)
        assert self.tap.run(lambda: bool(results), patience=5)
        return results[0].kind is EchoKind.REPLY

    def initiate_theirs(self) -> str:
        """Have strongSwan begin; what it said."""
        return self._beside("--initiate", "--child", "c", "--timeout", "15")

    def control(self, *words: str) -> str:
        """`swanctl`, while our router runs."""
        return self._beside(*words)

    def _beside(self, *words: str) -> str:
        process = self.peer.begin(*words)
        ended = self.tap.run(lambda: process.poll() is not None, patience=20)
        if not ended:
            process.kill()
        said, _ = process.communicate()
        assert ended, said
        assert process.returncode == 0, said + self.peer.log[-3000:]
        return said

    def settle(self, until: Callable[[], bool], patience: float = 10) -> None:
        """Run until something holds."""
        assert self.tap.run(until, patience), self.peer.log[-3000:]

    def pass_time(self, seconds: int) -> None:
        """Let simulated time go by at once; real time stands still for strongSwan."""
        self.simulation.run_until(Instant(self.simulation.now + seconds * SECOND))

    @property
    def sa_pairs(self) -> int:
        """ESP SA pairs of ours."""
        return sum(len(flow.inbound) for flow in self.router.ipsec_views())

    @property
    def received(self) -> int:
        """Packets that our SAs opened."""
        return sum(flow.decaps for flow in self.router.ipsec_views())


@contextmanager
def tunnel(
    folder: Path, suite: Suite, *, pfs: bool = False, aggressive: bool = False
) -> Iterator[Pair]:
    """Both ends configured alike, neither begun."""
    name = f"ioscli-ike-{os.getpid()}"
    with namespace(name, folder) as inside:
        tap = Tap(inside, "tap0", "192.0.2.2/24")
        inside.run("ip", "addr", "add", "10.2.0.1/24", "dev", "lo")
        simulation = Simulation(1)
        ours = router(simulation, config("R1", {"Gi0/0": "192.0.2.1/24", "Lo0": "10.1.0.1/24"}, {}))
        tap.plug(simulation, ours.port(PORT))
        theirs = THEIRS.format(
            aggressive="yes" if aggressive else "no",
            proposal=suite.proposal,
            esp=f"{suite.esp}-{_DH[suite.group]}" if pfs else suite.esp,
            key=KEY,
        )
        phase_one = ""
        if aggressive:
            phase_one = (
                f"crypto keyring RING\n pre-shared-key address 192.0.2.2 key {KEY}\n{AGGRESSIVE}"
            )
        with strongswan(inside, theirs) as peer:
            ours.boot()
            type_at(
                ours,
                OURS.format(
                    **suite._asdict(),
                    key=KEY,
                    phase_one=phase_one,
                    pfs="\n ".join(
                        line
                        for line, wanted in (
                            (f"set pfs group{suite.group}", pfs),
                            ("set isakmp-profile AGGRESSIVE", aggressive),
                        )
                        if wanted
                    ),
                ),
            )
            pair = Pair(ours, simulation, tap, peer)
            pair.resolve()
            yield pair
        tap.close()


@pytest.mark.parametrize("aggressive", [False, True], ids=["main", "aggressive"])
@pytest.mark.parametrize("pfs", [False, True], ids=["", "pfs"])
@pytest.mark.parametrize("suite", SUITES)
def test_our_router_initiates(suite: str, pfs: bool, aggressive: bool, tmp_path: Path) -> None:
    with tunnel(tmp_path, SUITES[suite], pfs=pfs, aggressive=aggressive) as pair:
        pair.ping(100)  # lost, as in life, while the SAs are made
        pair.settle(lambda: pair.sa_pairs > 0)
        for size in (100, 700, 1300, 1400):
            assert pair.ping(size), (size, pair.peer.log[-3000:])
        assert pair.received == 4
        assert "ESTABLISHED" in pair.peer.sas()


@pytest.mark.parametrize("aggressive", [False, True], ids=["main", "aggressive"])
@pytest.mark.parametrize("pfs", [False, True], ids=["", "pfs"])
@pytest.mark.parametrize("suite", SUITES)
def test_strongswan_initiates(suite: str, pfs: bool, aggressive: bool, tmp_path: Path) -> None:
    with tunnel(tmp_path, SUITES[suite], pfs=pfs, aggressive=aggressive) as pair:
        said = pair.initiate_theirs()
        assert "initiate completed successfully" in said
        pair.settle(lambda: pair.sa_pairs > 0)
        for size in (100, 1400):
            assert pair.ping(size), (size, pair.peer.log[-3000:])


def test_rekeying_by_strongswan(tmp_path: Path) -> None:
    with tunnel(tmp_path, SUITES["aes-sha256-14"]) as pair:
        pair.initiate_theirs()
        pair.settle(lambda: pair.sa_pairs == 1)
        pair.control("--rekey", "--child", "c")
        pair.settle(lambda: pair.sa_pairs == 2)
        assert pair.ping(100)
        pair.control("--rekey", "--ike", "t")
        pair.settle(lambda: len(pair.router.isakmp_views()) > 1)
        assert pair.ping(100)


def test_rekeying_by_our_router(tmp_path: Path) -> None:
    """The lifetime is over in simulated time; strongSwan takes what our side then begins."""
    with tunnel(tmp_path, SUITES["aes-sha1-2"]) as pair:
        type_at(pair.router, "crypto ipsec security-association lifetime seconds 120")
        pair.ping(100)
        pair.settle(lambda: pair.sa_pairs == 1)
        assert pair.ping(100)
        before = pair.router.ipsec_views()[0].outbound_spi
        pair.pass_time(95)
        pair.settle(lambda: pair.router.ipsec_views()[0].outbound_spi not in (0, before))
        assert pair.ping(100)


def test_deletion_by_strongswan(tmp_path: Path) -> None:
    with tunnel(tmp_path, SUITES["aes-sha1-2"]) as pair:
        pair.initiate_theirs()
        pair.settle(lambda: pair.sa_pairs == 1)
        pair.control("--terminate", "--child", "c")
        pair.settle(lambda: pair.sa_pairs == 0)
        pair.control("--terminate", "--ike", "t")
        pair.settle(lambda: all(view.deleted for view in pair.router.isakmp_views()))


def test_deletion_by_our_router(tmp_path: Path) -> None:
    with tunnel(tmp_path, SUITES["aes-sha1-2"]) as pair:
        pair.initiate_theirs()
        pair.settle(lambda: pair.sa_pairs == 1)
        pair.type("clear crypto session")
        pair.settle(lambda: "ESTABLISHED" not in pair.peer.sas())


def test_a_wrong_key(tmp_path: Path) -> None:
    with tunnel(tmp_path, SUITES["aes-sha1-2"]) as pair:
        type_at(
            pair.router,
            f"no crypto isakmp key {KEY} address 192.0.2.2\n"
            "crypto isakmp key wrong address 192.0.2.2",
        )
        process = pair.peer.begin("--initiate", "--child", "c", "--timeout", "3")
        pair.settle(lambda: process.poll() is not None)
        said, _ = process.communicate()
        assert "initiate failed" in said
        assert pair.sa_pairs == 0
        lines = [line for line in _log(pair.router) if "IKMP_BAD_MESSAGE" in line]
        assert "IKE message from 192.0.2.2 failed its sanity check or is malformed" in lines[0]


def _log(ours: Router) -> list[str]:
    return [str(entry) for entry in ours.console.buffer]
