"""ESP and AH in packets a second, by transform: sealed at one end and opened at the other.

Beside it the bare calls of `cryptography` on the same bytes, and OpenSSL's own `speed`; then the
same packets through two whole routers with a tunnel between them.
"""

import os
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from bench.crypto import bare_seal_and_open, seal_and_open
from bench.figure import Figure
from bench.peers.bare_crypto import openssl
from bench.timing import each
from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.model.config import (
    InterfaceConfig,
    RouterConfig,
    StaticRoute,
    TunnelConfig,
    TunnelMode,
    new_router_config,
)
from ioscli.model.crypto import (
    AhIntegrity,
    EspCipher,
    EspIntegrity,
    EspTransform,
    IpsecProfile,
    Mode,
    Spi,
    TransformSet,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import MILLISECOND, SECOND, after
from ioscli.model.isakmp import (
    IkeAuthentication,
    IkeEncryption,
    IkeHash,
    IsakmpPolicy,
    PreSharedKey,
)
from ioscli.protocols.ipsec.ah import AhSa
from ioscli.router.router import Router

PAYLOADS = (100, 1_400)
TRANSFORMS = [
    *(
        EspTransform(cipher, None if cipher.combined else EspIntegrity.SHA)
        for cipher in EspCipher
        if cipher is not EspCipher.NULL
    ),
    *(
        EspTransform(EspCipher.AES_256, integrity)
        for integrity in EspIntegrity
        if integrity is not EspIntegrity.SHA
    ),
    EspTransform(EspCipher.NULL, EspIntegrity.SHA256),
]
ROUTED = (
    EspTransform(EspCipher.AES_256, EspIntegrity.SHA),
    EspTransform(EspCipher.GCM_256, None),
)
_LINK = InterfaceName.parse("Gi0/0")
_INSIDE = InterfaceName.parse("Lo1")
_TUNNEL = InterfaceName.parse("Tunnel0")
_BURST = 30
"""Packets in one go: fewer than a port's output queue holds."""


def figures() -> Iterator[Figure]:
    for payload in PAYLOADS:
        for transform in TRANSFORMS:
            yield from _sealed(transform, payload)
        yield from _authenticated(payload)
    for transform in ROUTED:
        yield _routed(transform, 1_400)


def _name(transform: EspTransform) -> str:
    integrity = transform.integrity
    return transform.cipher.value + ("" if integrity is None else f" {integrity.value}")


def _sealed(transform: EspTransform, payload: int) -> Iterator[Figure]:
    name = f"{_name(transform)}, {payload} bytes"
    ours, bare = each(seal_and_open(transform, payload), bare_seal_and_open(transform, payload))
    yield Figure(name, 1e6 / ours, "/s", "cryptography, kept contexts", 1e6 / bare)
    library = openssl(transform, payload)
    if library is not None:
        yield Figure(name, 1e6 / ours, "/s", "openssl speed", 1e6 / library)


def _authenticated(payload: int) -> Iterator[Figure]:
    """AH, whose bare cost is that of its HMAC over the same packet."""
    packet = _packet(payload)
    for integrity in (AhIntegrity.SHA, AhIntegrity.SHA256):
        key = os.urandom(integrity.key_length)
        sender, receiver = (AhSa(Spi(0x1001), integrity, key) for _ in range(2))
        wrap, unwrap = sender.wrap, receiver.unwrap
        if unwrap(wrap(packet, 17)) != packet:
            raise AssertionError("what was wrapped did not unwrap")
        alone = EspTransform(EspCipher.NULL, integrity.as_esp)

        def work(
            wrap: Callable[[bytes, int], bytes] = wrap,
            unwrap: Callable[[bytes], bytes] = unwrap,
        ) -> bytes:
            return unwrap(wrap(packet, 17))

        ours, bare = each(work, bare_seal_and_open(alone, payload + 32))
        name = f"{integrity.value}, {payload} bytes"
        yield Figure(name, 1e6 / ours, "/s", "cryptography, kept contexts", 1e6 / bare)


def _packet(payload: int) -> bytes:
    header = Ipv4Template(bytes((10, 1, 1, 1)), bytes((10, 3, 3, 3)), 17)
    return header.build(payload, 1) + os.urandom(payload)


def _routed(transform: EspTransform, payload: int) -> Figure:
    """Packets that one router routes into a VTI and the other out of it, and so to itself."""
    simulation = Simulation(1)
    first, second = (
        Router(simulation, made.hostname, [_LINK], made)
        for made in (_config("R1", 1, 3, transform), _config("R3", 3, 1, transform))
    )
    Link(simulation, first.port(_LINK), second.port(_LINK), delay=1_000)
    first.boot()
    second.boot()
    simulation.run_until(after(simulation.now, 60 * SECOND))
    packet = _packet(payload)
    tunnel, far = first.interfaces[_INSIDE], second.interfaces[_TUNNEL]

    def burst() -> None:
        before = far.packets_in
        for _ in range(_BURST):
            first.forwarding.receive(packet, tunnel)
        simulation.run_until(after(simulation.now, 10 * MILLISECOND))
        if far.packets_in != before + _BURST:
            raise AssertionError("packets were lost")

    (ours,) = each(burst)
    bare = each(bare_seal_and_open(transform, payload + 20))[0]
    name = f"{_name(transform)}, {payload} bytes, between two routers"
    return Figure(name, _BURST * 1e6 / ours, "/s", "cryptography, kept contexts", 1e6 / bare)


def _config(name: str, own: int, other: int, transform: EspTransform) -> RouterConfig:
    made = new_router_config(name, [_LINK])
    made.interfaces[_LINK].shutdown = False
    made.interfaces[_LINK].address = IPv4Interface(f"192.0.2.{own}/24")
    made.interfaces[_INSIDE] = InterfaceConfig(
        _INSIDE, address=IPv4Interface(f"10.{own}.{own}.{own}/32")
    )
    peer = IPv4Address(f"192.0.2.{other}")
    settings = TunnelConfig(source=_LINK, destination=peer, mode=TunnelMode.IPSEC_IPV4)
    settings.protection_profile = "P"
    made.interfaces[_TUNNEL] = InterfaceConfig(
        _TUNNEL, address=IPv4Interface(f"10.0.0.{own}/24"), tunnel=settings
    )
    made.isakmp.policies[10] = IsakmpPolicy(
        10, IkeEncryption.AES_256, IkeHash.SHA256, IkeAuthentication.PRE_SHARE, 19
    )
    made.isakmp.keys = [PreSharedKey("bench", IPv4Network(peer))]
    made.ipsec.transform_sets["T"] = TransformSet("T", transform, Mode.TUNNEL)
    made.ipsec.profiles["P"] = IpsecProfile("P", ["T"])
    prefix = IPv4Network(f"10.{other}.{other}.{other}")
    made.static_routes.append(StaticRoute(prefix, None, _TUNNEL))
    return made
