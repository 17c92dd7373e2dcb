"""IPsec on a router: where tunnels, crypto maps, IKE and the SA database meet.

What is protected is a `ProtectedFlow` (flow): a tunnel with a protection profile (tunnel_guard) or
a proxy identity of a crypto map (map_flow). The engine carries out what the IKE and SA machines
ask for.
"""

from __future__ import annotations

import random as chance
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.fragments import Reassembler
from ioscli.codec.icmp import DestinationUnreachable
from ioscli.engine.simulation import Simulation, Timer
from ioscli.model.config import RouterConfig, StaticRoute
from ioscli.model.crypto import ChildPolicy, ChildSa, IsakmpSaState, Spi
from ioscli.protocols.ike import (
    ChildFailed,
    Debug,
    DeleteChild,
    Effect,
    IkeKeyRecord,
    InstallChild,
    Isakmp,
    Log,
    PeerDead,
    PeerMoved,
    Send,
)
from ioscli.protocols.ipsec.sadb import EspKeyRecord, Idle, NeedRekey, SaDatabase, SaPair
from ioscli.router.forwarding import Forwarding
from ioscli.router.interfaces import Interface
from ioscli.router.ipsec import tunnel_policy
from ioscli.router.ipsec.cutting import cutting
from ioscli.router.ipsec.demand import Demand
from ioscli.router.ipsec.esp_input import EspInput
from ioscli.router.ipsec.flow import FlowParts, ProtectedFlow
from ioscli.router.ipsec.ike_ports import IkePorts
from ioscli.router.ipsec.logs import CryptoLogs
from ioscli.router.ipsec.path_mtu import Ends, PathMtus
from ioscli.router.ipsec.tunnel_guard import TunnelGuard
from ioscli.router.syslog import ConsoleLog
from ioscli.router.tunnel import GreInput, TunnelInterface
from ioscli.router.udp import UdpInput

if TYPE_CHECKING:
    from ioscli.model.ifname import InterfaceName
    from ioscli.router.ipsec.crypto_maps import CryptoMaps
    from ioscli.router.views import CryptoSessionView, IpsecFlowView

_DEFAULT_PATH = 1500


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
        self._console = console
        self.isakmp = Isakmp(simulation.random(f"{name} isakmp"))
        self.isakmp.told_by(self._map_of, self._creating)
        esp_random: chance.Random = simulation.random(f"{name} esp")
        self.sadb = SaDatabase(esp_random, wake=self._wake_soon)
        self.flows: dict[str, ProtectedFlow] = {}
        """Protected traffic, by the owner of its policy."""
        self._reassembler = Reassembler()
        self._timer: Timer | None = None
        self._effects: deque[Effect] = deque()
        """What IKE asked for and is not done yet."""
        self._carrying = False
        self._stopped = False
        self.esp_work = [0, 0]
        """ESP packets sealed and opened, and their octets; kept when SAs go."""
        self.pairs_installed = 0
        self._tunnel_drops = 0
        self.secured_changed: Callable[[TunnelInterface], None] = lambda _: None
        self._logs = CryptoLogs(simulation, console)
        self._demand = Demand(simulation, forwarding, self._initiate)
        self._parts = FlowParts(
            simulation, forwarding, self.sadb, self._demand.wanted, self.esp_work
        )
        self._maps: CryptoMaps | None = None
        self.routes_wanted: Callable[[list[StaticRoute]], None] = lambda _: None
        """Told of the routes of reverse route injection whenever they are others."""
        self._paths = PathMtus(simulation, self._path_changed)
        self.input = EspInput(simulation, self.sadb, self.flows, self._logs, self.esp_work)
        self.input.spi_unknown = self._spi_unknown
        self.ike = IkePorts(
            simulation,
            config,
            forwarding,
            udp,
            console,
            self.isakmp,
            self.flows,
            self.input,
            self._carry_out,
        )
        gre.cleartext = self._not_encrypted

    # -- configuration -------------------------------------------------------------------------

    def reconfigure(
        self, tunnels: Iterable[TunnelInterface], interfaces: Iterable[Interface] = ()
    ) -> None:
        """Follow the configuration: what is protected, how, and with which keys."""
        ipsec = self._config.ipsec
        self.sadb.replay_window = ipsec.replay_window
        tunnel_policy.follow_names(self._config)
        self.isakmp.configure(self._config.isakmp)
        wanted: dict[str, ProtectedFlow] = {}
        for tunnel in tunnels:
            # A tunnel whose profile is missing something still sends nothing in the clear.
            blocked = tunnel_policy.demanded(tunnel)
            tunnel.protect = partial(_block, tunnel) if blocked else None
            policy = tunnel_policy.child_policy(tunnel, ipsec)
            if policy is not None:
                guard = self._guard(tunnel, policy)
                guard.cutting = cutting(ipsec, tunnel.config)
                guard.responder_only = tunnel_policy.responder_only(tunnel, ipsec)
                tunnel.protect = guard.protect
                wanted[policy.owner] = guard
        if self._maps is not None:
            self._maps.reconfigure(list(interfaces), list(self.flows.values()))
            wanted |= {flow.policy.owner: flow for flow in self._maps.flows()}
        for owner, flow in list(self.flows.items()):
            if owner not in wanted:
                self._release(flow)
        self.flows.clear()
        self.flows.update(wanted)
        self._tell_isakmp()
        needed = bool(self.flows) or self.has_maps
        if not needed:
            self.clear_isakmp()
        self.ike.switch(needed)
        self.routes_changed()

    def _guard(self, tunnel: TunnelInterface, policy: ChildPolicy) -> TunnelGuard:
        """The guard of a tunnel: the one it has, while it speaks of the same traffic and peer."""
        known = self.flows.get(policy.owner)
        if isinstance(known, TunnelGuard) and known.tunnel is tunnel and known.accepts(policy):
            known.policy = policy
            self.sadb.flow(policy)
            return known
        if known is not None:
            self._release(known)
        return TunnelGuard(
            self._parts, policy, tunnel, self._gre, self._reassembler, self._tunnel_secured
        )

    def _tunnel_secured(self, tunnel: TunnelInterface) -> None:
        self.secured_changed(tunnel)

    def stop(self) -> None:
        """The router goes down: no more timers, packets or messages, and no word to the peers."""
        self._stopped = True
        for flow in self.flows.values():
            self._demand.forget(flow)
        self.flows.clear()
        if self._timer is not None:
            self._timer.cancel()
        self._console = ConsoleLog(self._simulation)  # that nobody reads
        self.ike.stop(self._console)
        self.secured_changed = lambda _: None
        self.routes_wanted = lambda _: None
        self._paths.stop()

    @property
    def maps(self) -> CryptoMaps:
        """Crypto maps, made when something first asks for them: tunnels do without."""
        if self._maps is None:
            from ioscli.router.ipsec.crypto_maps import CryptoMaps

            self._maps = CryptoMaps(
                self._config, self._parts, self._logs, self._add, self._release, self._routes
            )
        return self._maps

    @property
    def has_maps(self) -> bool:
        """Whether a crypto map is on an interface."""
        return self._maps is not None and self._maps.applied

    def _routes(self, routes: list[StaticRoute]) -> None:
        self.routes_wanted(routes)

    def _add(self, flow: ProtectedFlow) -> None:
        """A flow came up by itself: what a peer asked for, or a pair of hosts."""
        self.flows[flow.policy.owner] = flow
        self._follow_path(flow)

    def _release(self, flow: ProtectedFlow) -> None:
        """Traffic is protected no more: its SAs go, and the peer is told."""
        owner = flow.policy.owner
        self.flows.pop(owner, None)
        self._demand.forget(flow)
        had_sa = flow.flow.current is not None
        self._tell_peer(self.sadb.drop_flow(owner))
        if had_sa and isinstance(flow, TunnelGuard):
            flow.secured_changed()

    def _tell_isakmp(self) -> None:
        """What may be negotiated with whom."""
        guards = [flow.policy for flow in self.flows.values() if isinstance(flow, TunnelGuard)]
        if self._maps is None:
            self.isakmp.set_child_policies(guards)
        else:
            policies = [*guards, *self._maps.policies()]
            self.isakmp.set_child_policies(policies, self._maps.templates())

    def routes_changed(self) -> None:
        """The way to a peer may be another one: path MTUs follow, negotiations may start."""
        for flow in list(self.flows.values()):
            self._follow_path(flow)
            if flow.demands_at_once:
                self._demand.ensure(flow)

    def _follow_path(self, flow: ProtectedFlow) -> None:
        policy = flow.policy
        found = self._forwarding.way_out(int(policy.peer))
        interface = None if found is None else found[0]
        before = flow.interface_mtu
        whole = _DEFAULT_PATH if interface is None else interface.ip_mtu
        flow.set_path(interface, whole, self._paths.bound((policy.local, policy.peer), whole))
        if whole != before and flow.flow.current is not None:
            flow.secured_changed()

    def icmp_error(self, message: DestinationUnreachable) -> None:
        """ICMP about a packet that IPsec sent: the path to the peer may be a narrow one."""
        self._paths.error(message, self.flows.values())

    def _path_changed(self, ends: Ends) -> None:
        """What was learned of a path, or that it is forgotten.

        GRE above hears of it with its next packet that is too large (Cisco document 25885).
        """
        for flow in list(self.flows.values()):
            if (flow.policy.local, flow.policy.peer) == ends:
                self._follow_path(flow)
                flow.path_learned()

    # -- negotiation ---------------------------------------------------------------------------

    def _initiate(self, policy: ChildPolicy) -> None:
        self.ike.ready()
        self._carry_out(self.isakmp.initiate(self._simulation.now, policy))

    def _failed(self, policy: ChildPolicy) -> None:
        flow = self.flows.get(policy.owner)
        if flow is None or flow.flow.current is not None:
            return
        self._demand.failed(flow)
        another = flow.next_peer(policy.peer)
        if flow.leaves():
            self._release(flow)  # the next packet makes it anew
        elif another:
            flow.failed_at = None
            self._follow_path(flow)
            self._demand.ensure(flow)

    def _carry_out(self, effects: Iterable[Effect]) -> None:
        """Do what IKE asks, in its order: what follows from an effect comes after all of them.

        An old SA's end makes the router ask for a new one; the answer that IKE had ready before
        goes out first.
        """
        self._effects.extend(effects)
        if self._carrying:
            return
        self._carrying = True
        try:
            while self._effects:
                self._carry_out_one(self._effects.popleft())
        finally:
            self._carrying = False
        self._schedule()

    def _carry_out_one(self, effect: Effect) -> None:
        match effect:
            case Send():
                self.ike.send(effect)
            case InstallChild(child):
                self._install(child)
            case DeleteChild(peer, spis):
                self._deleted(peer, spis)
            case ChildFailed(policy, _):
                self._failed(policy)
            case PeerMoved(old, new, local):
                self._moved((local, old.address, old.port), new.address, new.port)
            case PeerDead(local, peer, _, port):
                self._dead(local, peer, port)
            case Log(facility, severity, mnemonic, text):
                self._console.log(facility, severity, mnemonic, text)
            case Debug(_, line):
                self._console.debug(line)

    def _install(self, child: ChildSa) -> None:
        flow = self.flows.get(child.policy.owner)
        if flow is None and self._maps is not None:
            flow = self._maps.adopt(child.policy)
        if flow is None or not flow.accepts(child.policy):
            # Configured otherwise since quick mode began: the peer has its pair by now.
            now, policy = self._simulation.now, child.policy
            self._carry_out(self.isakmp.delete_child(now, policy, [child.inbound_spi]))
            return
        self.pairs_installed += 1
        if self._logs_sessions and not self._has_session(child.policy):
            self._logs.session(child.policy.peer, child.peer_port, up=True)
        flow.installed(child.policy)
        self.sadb.install(self._simulation.now, child)
        if "ipsec" in self.isakmp.debugging:
            from ioscli.router.ipsec import debug_lines

            self._tell(debug_lines.installed(child))
        self._follow_path(flow)
        flow.failed_at = None
        if flow.up_since is None:
            flow.up_since = self._simulation.now
        flow.secured_changed()

    def _deleted(self, peer: IPv4Address, spis: Iterable[Spi]) -> None:
        """A peer has no SAs any more that this router sends by."""
        pairs = self.sadb.delete(peer, list(spis))
        if pairs and "ipsec" in self.isakmp.debugging:
            from ioscli.router.ipsec import debug_lines

            self._tell(debug_lines.notified(pairs))
        self._gone(pairs)

    def _creating(self, child: ChildSa) -> Iterator[str]:
        """What `debug crypto ipsec` says while quick mode has SAs made."""
        from ioscli.router.ipsec import debug_lines

        return debug_lines.creating(child, self.sadb.promise_conn_ids(child.inbound_spi))

    def _map_of(self, policy: ChildPolicy) -> str:
        from ioscli.router.ipsec import debug_lines

        return debug_lines.map_of(policy)

    def _tell(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._console.debug(line)

    @property
    def _logs_sessions(self) -> bool:
        """`crypto logging session`."""
        return "crypto logging session" in self._config.stored.get("crypto_logging", ())

    def _has_session(self, policy: ChildPolicy) -> bool:
        """Whether there are SAs with a policy's peer."""
        ends = policy.local, policy.peer
        pairs = (pair.child.policy for pair in self.sadb.by_spi.values())
        return any((it.local, it.peer) == ends for it in pairs)

    def _gone(self, pairs: list[SaPair]) -> None:
        """Pairs left the database: what they protected follows, and gets new SAs if it must."""
        if pairs and "ipsec" in self.isakmp.debugging:
            from ioscli.router.ipsec import debug_lines

            for pair in pairs:
                self._tell(debug_lines.deleted(pair))
        if self._logs_sessions:
            last = {(it.child.policy.local, it.child.policy.peer): it.child for it in pairs}
            for child in last.values():
                if not self._has_session(child.policy):
                    self._logs.session(child.policy.peer, child.peer_port, up=False)
        for owner in {pair.child.policy.owner for pair in pairs}:
            flow = self.flows.get(owner)
            if flow is None or flow.flow.current is not None:
                continue
            flow.up_since = None
            if flow.leaves():
                self._release(flow)
            flow.secured_changed()
            if flow.demands_at_once:
                self._demand.ensure(flow)

    def _moved(
        self, old: tuple[IPv4Address, IPv4Address, int], address: IPv4Address, port: int
    ) -> None:
        """A peer's NAT has another mapping: what is sent to it goes there from now on."""
        for pair in list(self.sadb.by_spi.values()):
            child = pair.child
            if (child.policy.local, child.policy.peer, child.peer_port) == old:
                policy = replace(child.policy, peer=address)
                pair.child = replace(child, policy=policy, peer_port=port)
                flow = self.flows.get(policy.owner)
                if flow is not None and flow.flow.current is pair:
                    flow.policy = policy
                    self._follow_path(flow)

    def _dead(self, local: IPv4Address, peer: IPv4Address, port: int | None) -> None:
        """A peer answers no more: its SAs go without a word, the next peer's turn comes."""
        with_whom = local, peer
        pairs = self._delete(
            lambda it: (
                (it.child.policy.local, it.child.policy.peer) == with_whom
                and port in (None, it.child.peer_port)
            )
        )
        if self._maps is not None:
            # Only what has no SAs with the old peer any more turns to the next.
            with_it = [flow for flow in self.flows.values() if flow.policy.peer == peer]
            self._maps.peer_dead(local, peer)
            for flow in with_it:
                if flow.policy.peer != peer:
                    self._follow_path(flow)
        self._gone(pairs)

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
                self._rekey(effect.policy, effect.pair)
                continue
            self._tell_peer([effect.pair])
            self._gone([effect.pair])
            if isinstance(effect, Idle) and self._maps is not None:
                self._maps.went_idle(effect.pair.child.policy.owner)
        self._carry_out(self.isakmp.handle_timer(now))

    def _rekey(self, policy: ChildPolicy, pair: SaPair) -> None:
        """A pair nears its end; for a crypto map IOS lets one run out that nothing has used."""
        flow = self.flows.get(policy.owner)
        if flow is None or flow.demands_at_once or not pair.idle:
            self._initiate(policy)

    # -- packets -------------------------------------------------------------------------------

    def _spi_unknown(self, local: IPv4Address, peer: IPv4Address, spi: int) -> None:
        """ESP came for an SA that is not there: `crypto isakmp invalid-spi-recovery`."""
        now = self._simulation.now
        self._carry_out(self.isakmp.invalid_spi(now, local, peer, Spi(spi)))

    def _not_encrypted(self, packet: bytes, _tunnel: TunnelInterface) -> None:
        """GRE in the clear for a protected tunnel: dropped."""
        self._tunnel_drops += 1
        self._logs.not_encrypted(packet)

    @property
    def cleartext_drops(self) -> int:
        """Packets that came in the clear and should not have."""
        return self._tunnel_drops + (0 if self._maps is None else self._maps.clear_drops)

    @property
    def ike_work(self) -> list[int]:
        """IKE messages sent and received, and their octets."""
        return self.ike.work

    # -- state ---------------------------------------------------------------------------------

    def secured(self, tunnel: TunnelInterface) -> bool:
        """Whether a tunnel has an SA to send with."""
        guard = self.flows.get(str(tunnel.name))
        return guard is not None and guard.flow.current is not None

    def leaves_by(self, interface: Interface) -> bool:
        """Whether protected traffic leaves by an interface."""
        return any(flow.path_interface is interface for flow in self.flows.values())

    def plaintext_mtu(self, tunnel: TunnelInterface) -> int | None:
        """Bytes that IPsec leaves a protected tunnel, or None while it has no SA."""
        guard = self.flows.get(str(tunnel.name))
        if guard is None or guard.flow.current is None:
            return None
        return guard.plaintext_mtu(guard.flow.current)

    def clear_sas(self, which: Callable[[SaPair], bool]) -> None:
        """`clear crypto sa`: delete and tell the peers; tunnels negotiate anew."""
        gone = self._delete(which)
        self._tell_peer(gone)
        self._gone(gone)

    def _delete(self, which: Callable[[SaPair], bool]) -> list[SaPair]:
        gone: list[SaPair] = []
        for pair in list(self.sadb.by_spi.values()):
            if which(pair):
                gone += self.sadb.delete(pair.child.policy.peer, [pair.child.outbound_spi])
        return gone

    def clear_isakmp(self, conn_id: int | None = None, peer: IPv4Address | None = None) -> None:
        """`clear crypto isakmp [conn-id]`, and the second half of `clear crypto session`."""
        self._carry_out(self.isakmp.clear(self._simulation.now, conn_id, peer))

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
        from ioscli.router.ipsec import flow_views

        return flow_views.flow_views(self.flows.values(), self._simulation.now)

    def session_views(self) -> list[CryptoSessionView]:
        """IKE and IPsec state, by interface and peer."""
        from ioscli.router.ipsec import flow_views

        now = self._simulation.now
        return flow_views.session_views(
            self.flows.values(), self.isakmp_views(), now, self._interface_at
        )

    def _interface_at(self, address: IPv4Address) -> InterfaceName | None:
        for interface in self._forwarding.interfaces.values():
            if interface.address == address:
                return interface.name
        return None


def _block(tunnel: TunnelInterface, _packet: bytes) -> None:
    """What a tunnel does whose protection cannot work yet: nothing leaves in the clear."""
    tunnel.output_drops += 1
