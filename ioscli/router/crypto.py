"""IPsec on a router: where tunnels, IKE and the SA database meet.

Every Tunnel interface with `tunnel protection ipsec profile` gets a `TunnelGuard`. The engine
carries out what the IKE and SA machines ask for, opens what arrives, and starts negotiations: as
soon as the peer can be reached, as IOS does for tunnels, and again whenever a packet finds no SA.
"""

from __future__ import annotations

import random as chance
from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address

from ioscli.codec.errors import DecodeError
from ioscli.codec.fragments import Reassembler
from ioscli.codec.ipv4 import IpProtocol, header_length, header_ok, is_fragment
from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.codec.udp import UdpHeader
from ioscli.engine.simulation import Simulation, Timer
from ioscli.model.config import RouterConfig
from ioscli.model.crypto import ChildPolicy, IsakmpSaState, Mode
from ioscli.model.instant import SECOND, Instant
from ioscli.protocols.ike import (
    ChildFailed,
    DeleteChild,
    Effect,
    IkeKeyRecord,
    InstallChild,
    Isakmp,
    Log,
    Send,
)
from ioscli.protocols.ipsec.sa import EspError
from ioscli.protocols.ipsec.sadb import (
    EspKeyRecord,
    NeedRekey,
    SaDatabase,
    SaPair,
)
from ioscli.router import crypto_policy, crypto_views
from ioscli.router.forwarding import Forwarding
from ioscli.router.interfaces import Interface
from ioscli.router.syslog import ConsoleLog
from ioscli.router.tunnel import GreInput, TunnelInterface
from ioscli.router.tunnel_guard import TunnelGuard
from ioscli.router.udp import Datagram, UdpInput
from ioscli.router.views import CryptoSessionView, IpsecFlowView

ISAKMP_PORT = 500
RETRY = 10 * SECOND
"""How long after a failed negotiation the next one starts by itself."""
TRAFFIC_RETRY = SECOND
"""... and how long before traffic may start it."""
LOG_INTERVAL = 60 * SECOND
"""IOS repeats its complaints about stray packets once a minute."""


class CryptoEngine:
    """ISAKMP and IPsec of one router. `secured_changed` hears of tunnels whose SA came or went."""

    def __init__(
        self,
        simulation: Simulation,
        name: str,
        config: RouterConfig,
        forwarding: Forwarding,
        gre: GreInput,
        udp: UdpInput,
        console: ConsoleLog,
    ) -> None:
        self._simulation = simulation
        self._config = config
        self._forwarding = forwarding
        self._gre = gre
        self._udp = udp
        self._console = console
        self.isakmp = Isakmp(simulation.random(f"{name} isakmp"))
        esp_random: chance.Random = simulation.random(f"{name} esp")
        self.sadb = SaDatabase(esp_random, wake=self._wake_soon)
        self._guards: dict[str, TunnelGuard] = {}
        self._reassembler = Reassembler()
        self._timer: Timer | None = None
        self._stopped = False
        self._complained: dict[str, Instant] = {}
        self.invalid_spi = 0
        self.esp_work = [0, 0]
        """ESP packets sealed and opened, and their octets; kept when SAs go."""
        self.ike_work = [0, 0]
        """IKE messages sent and received, and their octets."""
        self.pairs_installed = 0
        self.cleartext_drops = 0
        self.policy_drops = 0
        self.secured_changed: Callable[[TunnelInterface], None] = lambda _: None
        gre.cleartext = self._not_encrypted

    # -- configuration -------------------------------------------------------------------------

    def reconfigure(self, tunnels: Iterable[TunnelInterface]) -> None:
        """Follow the configuration: which tunnels are protected, how, and with which keys."""
        ipsec = self._config.ipsec
        self.sadb.replay_window = ipsec.replay_window
        wanted: dict[str, tuple[TunnelInterface, ChildPolicy]] = {}
        for tunnel in tunnels:
            policy = crypto_policy.child_policy(tunnel, ipsec)
            if policy is not None:
                wanted[policy.owner] = tunnel, policy
        crypto_policy.follow_names(self._config)
        self.isakmp.configure(self._config.isakmp)
        for owner, guard in list(self._guards.items()):
            if owner not in wanted or not _same_ends(guard.policy, wanted[owner][1]):
                self._release(owner, guard)
        # A tunnel whose profile is missing something still sends nothing in the clear.
        for tunnel in tunnels:
            tunnel.protect = _block if crypto_policy.demanded(tunnel) else None
        for owner, (tunnel, policy) in wanted.items():
            flow = self.sadb.flow(policy)
            known = self._guards.get(owner)
            if known is None or known.tunnel is not tunnel:
                known = TunnelGuard(
                    self._wanted_by, self._forwarding, tunnel, policy, flow, self.esp_work
                )
                self._guards[owner] = known
            known.policy = policy
            tunnel.protect = known.protect
        self.isakmp.set_child_policies([guard.policy for guard in self._guards.values()])
        self._switch_isakmp()
        self.routes_changed()

    def stop(self) -> None:
        """The router goes down: no more timers, packets or messages, and no word to the peers."""
        self._stopped = True
        for guard in self._guards.values():
            if guard.retry is not None:
                guard.retry.cancel()
        self._guards.clear()
        if self._timer is not None:
            self._timer.cancel()
        self._console = ConsoleLog(self._simulation)  # that nobody reads
        self.secured_changed = lambda _: None

    def _release(self, owner: str, guard: TunnelGuard) -> None:
        del self._guards[owner]
        if guard.retry is not None:
            guard.retry.cancel()
        had_sa = guard.flow.current is not None
        self._tell_peer(self.sadb.drop_flow(owner))
        guard.tunnel.protect = None
        if had_sa:
            self.secured_changed(guard.tunnel)

    def _switch_isakmp(self) -> None:
        """IKE answers only while something needs it, and says so."""
        on = bool(self._guards)
        if on == self._udp.is_open(ISAKMP_PORT):
            return
        if on:
            self._udp.open(ISAKMP_PORT, self._receive_ike)
        else:
            self._udp.close(ISAKMP_PORT)
        self._console.log("CRYPTO", 6, "ISAKMP_ON_OFF", f"ISAKMP is {'ON' if on else 'OFF'}")

    def routes_changed(self) -> None:
        """The way to a peer may be another one: path MTUs follow, negotiations may start."""
        for guard in list(self._guards.values()):
            found = self._forwarding.way_out(int(guard.policy.peer))
            mtu = 1500 if found is None else found[0].ip_mtu
            guard.path_interface = None if found is None else found[0]
            if mtu != guard.path_mtu:
                guard.path_mtu = mtu
                if guard.flow.current is not None:
                    self.secured_changed(guard.tunnel)
            self._ensure(guard)

    # -- negotiation ---------------------------------------------------------------------------

    def _ensure(self, guard: TunnelGuard) -> None:
        """Negotiate when there is no SA, the tunnel may run and the peer can be reached."""
        if guard.flow.current is not None or guard.failed_at is not None:
            return
        if not guard.tunnel.up or guard.path_interface is None:
            return
        if guard.policy.local.packed not in self._forwarding.own_addresses:
            return
        self._carry_out(self.isakmp.initiate(self._simulation.now, guard.policy))

    def _wanted_by(self, guard: TunnelGuard) -> None:
        """A packet found no SA."""
        failed = guard.failed_at
        if failed is not None and self._simulation.now - failed < TRAFFIC_RETRY:
            return
        guard.failed_at = None
        self._ensure(guard)

    def _failed(self, policy: ChildPolicy) -> None:
        guard = self._guards.get(policy.owner)
        if guard is None:
            return
        guard.failed_at = self._simulation.now
        if guard.retry is not None:
            guard.retry.cancel()

        def again() -> None:
            guard.failed_at = None
            self._ensure(guard)

        guard.retry = self._simulation.after(RETRY, again)

    def _carry_out(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(local, peer, local_port, peer_port, payload):
                    self._count_ike(payload)
                    datagram = UdpHeader(local_port, peer_port).build(payload, local, peer)
                    self._forwarding.originate(
                        local.packed, peer.packed, IpProtocol.UDP, datagram, tos=0xC0
                    )
                case InstallChild(child):
                    guard = self._guards.get(child.policy.owner)
                    if guard is not None:
                        self.pairs_installed += 1
                        self.sadb.install(self._simulation.now, child)
                        guard.failed_at = None
                        if guard.up_since is None:
                            guard.up_since = self._simulation.now
                        self.secured_changed(guard.tunnel)
                case DeleteChild(peer, spis):
                    self._gone(self.sadb.delete(peer, list(spis)))
                case ChildFailed(policy, _):
                    self._failed(policy)
                case Log(facility, severity, mnemonic, text):
                    self._console.log(facility, severity, mnemonic, text)
        self._schedule()

    def _gone(self, pairs: list[SaPair]) -> None:
        """Pairs left the database: tunnels follow, and get new SAs."""
        for owner in {pair.child.policy.owner for pair in pairs}:
            guard = self._guards.get(owner)
            if guard is not None and guard.flow.current is None:
                guard.up_since = None
                self.secured_changed(guard.tunnel)
                self._ensure(guard)

    def _tell_peer(self, pairs: list[SaPair]) -> None:
        now = self._simulation.now
        for pair in pairs:
            child = pair.child
            self._carry_out(self.isakmp.delete_child(now, child.policy, [child.inbound_spi]))

    # -- time ----------------------------------------------------------------------------------

    def _wake_soon(self) -> None:
        self._simulation.post(0, lambda _: self._timer_due(), None)

    def _schedule(self) -> None:
        deadlines = (self.isakmp.next_deadline, self.sadb.next_deadline)
        due = min((when for when in deadlines if when is not None), default=None)
        if self._timer is not None:
            if self._timer.pending and self._timer.due == due:
                return
            self._timer.cancel()
            self._timer = None
        if due is not None:
            delay = max(0, due - self._simulation.now)
            self._timer = self._simulation.after(delay, self._timer_due)

    def _timer_due(self) -> None:
        if self._stopped:
            return
        now = self._simulation.now
        for effect in self.sadb.handle_timer(now):
            if isinstance(effect, NeedRekey):
                self._carry_out(self.isakmp.initiate(now, effect.policy))
            else:
                self._tell_peer([effect.pair])
                self._gone([effect.pair])
        self._carry_out(self.isakmp.handle_timer(now))

    # -- packets -------------------------------------------------------------------------------

    def _count_ike(self, message: bytes) -> None:
        self.ike_work[0] += 1
        self.ike_work[1] += len(message)

    def _receive_ike(self, datagram: Datagram) -> None:
        self._count_ike(datagram.payload)
        self._carry_out(
            self.isakmp.receive(
                self._simulation.now,
                datagram.payload,
                datagram.source,
                datagram.source_port,
                datagram.destination,
            )
        )

    def receive_esp(self, packet: bytes, interface: Interface) -> None:
        """An ESP packet for this router."""
        payload = packet[header_length(packet) :]
        pair = self.sadb.by_spi.get(int.from_bytes(payload[:4], "big"))
        if pair is None:
            self._unknown_spi(packet, payload, interface)
            return
        self.esp_work[0] += 1
        self.esp_work[1] += len(payload)
        try:
            next_header, inner = pair.inbound.open(payload)
        except EspError:
            return  # counted by the SA
        guard = self._guards.get(pair.child.policy.owner)
        if guard is None:
            return
        if pair.child.proposal.mode is Mode.TRANSPORT:
            inner = _restore_header(packet, next_header, inner)
        elif next_header != IpProtocol.IPV4:
            self.policy_drops += 1
            return
        if guard.tunnel.is_gre:
            self._decrypted_gre(guard, inner)
        else:
            guard.tunnel.decapsulated(inner)

    def _decrypted_gre(self, guard: TunnelGuard, packet: bytes) -> None:
        """What an SA for GRE may carry: GRE between its two ends (RFC 4301, 5.2)."""
        policy = guard.policy
        if (
            not header_ok(packet)
            or packet[12:20] != policy.peer.packed + policy.local.packed
            or packet[9] != IpProtocol.GRE
        ):
            self.policy_drops += 1
            return
        if is_fragment(packet):
            try:
                self._reassembler.expire(self._simulation.now)
                whole = self._reassembler.add(packet, self._simulation.now)
            except DecodeError:
                self.policy_drops += 1
                return
            if whole is None:
                return
            packet = whole
        self._gre.receive_decrypted(packet, guard.tunnel)

    def _unknown_spi(self, packet: bytes, payload: bytes, interface: Interface) -> None:
        self.invalid_spi += 1
        if len(payload) < 8 or not self._may_complain("invalid spi"):
            return
        spi = int.from_bytes(payload[:4], "big")
        source, destination = IPv4Address(packet[12:16]), IPv4Address(packet[16:20])
        self._console.log(
            "CRYPTO",
            4,
            "RECVD_PKT_INV_SPI",
            f"decaps: rec'd IPSEC packet has invalid spi for destaddr={destination}, prot=50, "
            f"spi=0x{spi:X}({spi}), srcaddr={source}, input interface={interface.name}",
        )

    def _not_encrypted(self, packet: bytes, _tunnel: TunnelInterface) -> None:
        """GRE in the clear for a protected tunnel: dropped."""
        self.cleartext_drops += 1
        if self._may_complain("not ipsec"):
            source, destination = IPv4Address(packet[12:16]), IPv4Address(packet[16:20])
            self._console.log(
                "CRYPTO",
                4,
                "RECVD_PKT_NOT_IPSEC",
                f"Rec'd packet not an IPSEC packet. (ip) vrf/dest_addr= /{destination}, "
                f"src_addr= {source}, prot= {packet[9]}",
            )

    def _may_complain(self, about: str) -> bool:
        now = self._simulation.now
        last = self._complained.get(about)
        if last is not None and now - last < LOG_INTERVAL:
            return False
        self._complained[about] = now
        return True

    # -- state ---------------------------------------------------------------------------------

    def secured(self, tunnel: TunnelInterface) -> bool:
        """Whether a tunnel has an SA to send with."""
        guard = self._guards.get(str(tunnel.name))
        return guard is not None and guard.flow.current is not None

    def plaintext_mtu(self, tunnel: TunnelInterface) -> int | None:
        """Bytes that IPsec leaves a protected tunnel, or None while it has no SA."""
        guard = self._guards.get(str(tunnel.name))
        if guard is None or guard.flow.current is None:
            return None
        return guard.plaintext_mtu(guard.flow.current)

    def clear_sas(self, peer: IPv4Address | None) -> None:
        """`clear crypto sa [peer A]`: delete, tell the peer, negotiate anew."""
        pairs = self.sadb.clear(peer)
        self._tell_peer(pairs)
        self._gone(pairs)

    def clear_isakmp(self, conn_id: int | None) -> None:
        """`clear crypto isakmp [conn-id]`."""
        self._carry_out(self.isakmp.clear(self._simulation.now, conn_id))

    def esp_key_records(self) -> Iterator[EspKeyRecord]:
        """The keys of every ESP SA so far, for reading captures."""
        return iter(self.sadb.esp_key_records())

    def ike_key_records(self) -> Iterator[IkeKeyRecord]:
        """The keys of every ISAKMP SA so far, for reading captures."""
        return iter(self.isakmp.keys())

    def isakmp_views(self) -> list[IsakmpSaState]:
        """ISAKMP SAs, newest first."""
        return self.isakmp.sas(self._simulation.now)

    def flow_views(self) -> list[IpsecFlowView]:
        """Protected flows, by interface."""
        now = self._simulation.now
        return [crypto_views.flow_view(guard, now) for guard in self._guards.values()]

    def session_views(self) -> list[CryptoSessionView]:
        """IKE and IPsec state, by interface and peer."""
        now = self._simulation.now
        isakmp = self.isakmp_views()
        return [crypto_views.session_view(guard, isakmp, now) for guard in self._guards.values()]


def _block(_packet: bytes) -> None:
    """What a tunnel does whose protection cannot work yet: nothing leaves in the clear."""


def _same_ends(old: ChildPolicy, new: ChildPolicy) -> bool:
    """Whether a changed policy still speaks of the same traffic with the same peer."""
    return _ends(old) == _ends(new)


def _ends(policy: ChildPolicy) -> tuple[object, ...]:
    return policy.local, policy.peer, policy.local_selector, policy.remote_selector


def _restore_header(packet: bytes, protocol: int, payload: bytes) -> bytes:
    """The original packet of transport mode: the outer header with the inner protocol."""
    header = Ipv4Template(packet[12:16], packet[16:20], protocol, packet[8])
    identification = int.from_bytes(packet[4:6], "big")
    flags = int.from_bytes(packet[6:8], "big")
    return header.build(len(payload), identification, packet[1], flags) + payload
