"""Tunnel protection: the tunnel hands over packets, the guard seals them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.codec.errors import DecodeError
from ioscli.codec.fragments import fragment
from ioscli.codec.ipv4 import header_ok, is_fragment
from ioscli.model.crypto import Mode
from ioscli.router.ipsec.cutting import SMALLEST_CUT, Cutting, without_df
from ioscli.router.ipsec.flow import ProtectedFlow

if TYPE_CHECKING:
    from collections.abc import Callable

    from ioscli.codec.fragments import Reassembler
    from ioscli.model.crypto import ChildPolicy
    from ioscli.model.ifname import InterfaceName
    from ioscli.protocols.ipsec.sadb import SaPair
    from ioscli.router.interfaces import Interface
    from ioscli.router.ipsec.flow import FlowParts
    from ioscli.router.tunnel import GreInput, TunnelInterface


class TunnelGuard(ProtectedFlow):
    """One protected tunnel."""

    __slots__ = ("_gre", "_reassembler", "_secured_changed", "cutting", "responder_only", "tunnel")

    def __init__(
        self,
        parts: FlowParts,
        policy: ChildPolicy,
        tunnel: TunnelInterface,
        gre: GreInput,
        reassembler: Reassembler,
        secured_changed: Callable[[TunnelInterface], None],
    ) -> None:
        super().__init__(parts, policy)
        self.tunnel = tunnel
        self._gre = gre
        self._reassembler = reassembler
        self._secured_changed = secured_changed
        self.cutting = Cutting()
        self.responder_only = False
        """Whether the profile leaves it to the peer to begin."""

    @property
    def shown_under(self) -> tuple[InterfaceName, ...]:
        """The tunnel."""
        return (self.tunnel.name,)

    @property
    def map_tag(self) -> str:
        """What IOS calls the map that it makes of a profile."""
        return f"{self.tunnel.name}-head-0"

    @property
    def may_start(self) -> bool:
        """While the tunnel is not shut down, and its profile does not only answer."""
        return self.tunnel.up and not self.responder_only

    def secured_changed(self) -> None:
        """The tunnel's MTU, and a VTI's line protocol, follow."""
        self._secured_changed(self.tunnel)

    def path_learned(self) -> None:
        """A VTI's MTU follows at once, GRE's with its next packet that is too large."""
        if self.tunnel.is_vti:
            self._secured_changed(self.tunnel)

    # -- out -----------------------------------------------------------------------------------

    def protect(self, packet: bytes) -> None:
        """Seal an IPv4 packet (GRE, or for a VTI the packet itself) and send it."""
        pair = self.flow.current
        if pair is None:
            self.lost()
        elif len(packet) > self.room(pair):
            self._protect_large(pair, packet)
        else:
            self.seal(pair, packet, self.cutting.outer_flags)

    def _protect_large(self, pair: SaPair, packet: bytes) -> None:
        """Cut before encryption where the mode allows it, or tell the tunnel what fits."""
        cutting = self.cutting
        if cutting.forbids(packet):
            self.flow.send_errors += 1
            self.tunnel.transport_mtu_is(self.room(pair))
        elif (
            cutting.before
            and pair.child.proposal.mode is Mode.TUNNEL
            and self.limit >= SMALLEST_CUT
        ):
            for piece in fragment(without_df(packet), self.limit):
                self.seal(pair, piece, cutting.outer_flags)
        else:
            self.seal(pair, packet, cutting.outer_flags)  # cut by what sends ESP

    # -- in ------------------------------------------------------------------------------------

    def opened(self, packet: bytes, _interface: Interface) -> bool:
        """What an SA of a tunnel may carry: anything for a VTI, else its own between its ends."""
        carrier = self.tunnel.carrier_protocol
        if carrier is None:
            self.tunnel.decapsulated(packet)
            return True
        policy = self.policy
        if (
            not header_ok(packet)
            or packet[12:20] != policy.peer.packed + policy.local.packed
            or packet[9] != carrier
        ):
            return False
        if is_fragment(packet):
            now = self.tunnel.simulation.now
            try:
                self._reassembler.expire(now)
                whole = self._reassembler.add(packet, now)
            except DecodeError:
                return False
            if whole is None:
                return True
            packet = whole
        self._gre.receive_decrypted(packet, self.tunnel)
        return True
