"""The outbound half of tunnel protection: the tunnel hands over packets, the guard seals them."""

from __future__ import annotations

from collections.abc import Callable

from ioscli.codec.fragments import fragment
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.codec.ipv4_template import DONT_FRAGMENT, Ipv4Template
from ioscli.engine.simulation import Timer
from ioscli.model.crypto import ChildPolicy, Mode
from ioscli.model.instant import Instant
from ioscli.protocols.ipsec.sa import EspError
from ioscli.protocols.ipsec.sadb import Flow, SaPair
from ioscli.protocols.ipsec.transforms import plaintext_mtu
from ioscli.router.forwarding import Forwarding
from ioscli.router.interfaces import Interface
from ioscli.router.tunnel import TunnelInterface


class TunnelGuard:
    """One protected tunnel: its flow in the SA database and its way to the peer."""

    __slots__ = (
        "_forwarding",
        "_outer",
        "_wanted",
        "_work",
        "failed_at",
        "flow",
        "path_interface",
        "path_mtu",
        "policy",
        "retry",
        "tunnel",
        "up_since",
    )

    def __init__(
        self,
        wanted: Callable[[TunnelGuard], None],
        forwarding: Forwarding,
        tunnel: TunnelInterface,
        policy: ChildPolicy,
        flow: Flow,
        work: list[int],
    ) -> None:
        self._wanted = wanted
        self._forwarding = forwarding
        self._work = work
        """ESP packets and octets of the whole router, counted in place."""
        self.tunnel = tunnel
        self.flow = flow
        self.policy = policy
        self.path_mtu = 1500
        self.path_interface: Interface | None = None
        self.failed_at: Instant | None = None
        self.retry: Timer | None = None
        self.up_since: Instant | None = None
        self._outer = Ipv4Template(policy.local.packed, policy.peer.packed, IpProtocol.ESP)

    def plaintext_mtu(self, pair: SaPair) -> int:
        """Bytes of the largest packet that an SA pair carries without fragments."""
        proposal = pair.child.proposal
        return plaintext_mtu(proposal.transform, proposal.mode, self.path_mtu)

    def protect(self, packet: bytes) -> None:
        """Seal an IPv4 packet (GRE, or for a VTI the packet itself) and send it."""
        pair = self.flow.current
        if pair is None:
            self.flow.send_errors += 1
            self._wanted(self)
            return
        if len(packet) > self.tunnel.sealed_limit:
            self._protect_large(pair, packet)
            return
        self._seal(pair, packet)

    def _seal(self, pair: SaPair, packet: bytes) -> None:
        forwarding = self._forwarding
        try:
            if pair.child.proposal.mode is Mode.TUNNEL:
                sealed = pair.outbound.seal(packet, IpProtocol.IPV4)
            else:
                sealed = pair.outbound.seal(packet[header_length(packet) :], packet[9])
        except EspError:
            self.flow.send_errors += 1
            return
        work = self._work
        work[0] += 1
        work[1] += len(sealed)
        # DF is copied outwards, IOS's default `crypto ipsec df-bit copy`.
        flags = DONT_FRAGMENT if packet[6] & 0x40 else 0
        header = self._outer.build(len(sealed), forwarding.identification(), packet[1], flags)
        forwarding.output(header + sealed)

    def _protect_large(self, pair: SaPair, packet: bytes) -> None:
        """Look-ahead fragmentation: cut before encryption where the mode allows it."""
        if packet[6] & 0x40:
            self.flow.send_errors += 1
        elif pair.child.proposal.mode is Mode.TUNNEL:
            for piece in fragment(packet, self.tunnel.sealed_limit):
                self._seal(pair, piece)
        else:
            self._seal(pair, packet)  # transport mode is cut after encryption
