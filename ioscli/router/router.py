"""One router: its interfaces, tables and machines put together, following its configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, cast

from ioscli.codec.ipv4 import IpProtocol
from ioscli.engine.link import Port
from ioscli.engine.simulation import Simulation
from ioscli.model.changes import (
    ConfigChange,
    CryptoChanged,
    InterfaceChanged,
    InterfaceRemoved,
    NatChanged,
    RoutingChanged,
    StaticRoutesChanged,
    SystemChanged,
    TablesChanged,
    TrackingChanged,
)
from ioscli.model.config import (
    InterfaceConfig,
    RouterConfig,
    new_router_config,
)
from ioscli.model.ifname import NULL0, InterfaceName
from ioscli.model.instant import SECOND, Duration
from ioscli.model.platform import CONFIGURATION_REGISTER, RESTARTED
from ioscli.router.chassis import Chassis
from ioscli.router.clock import Clock
from ioscli.router.ethernet import EthernetInterface
from ioscli.router.exec_lines import ExecLines
from ioscli.router.filesystem import Files
from ioscli.router.interfaces import Interface, LoadAverage
from ioscli.router.keys import KeyRing
from ioscli.router.linestate import LineState
from ioscli.router.probes import EchoRequest, EchoResult, TraceProbe, TraceResult
from ioscli.router.processes import Processes
from ioscli.router.recursion import RecursionGuard
from ioscli.router.reload import Reloads
from ioscli.router.routing_protocols import Routing
from ioscli.router.settling import Settling
from ioscli.router.syslog import ConsoleLog
from ioscli.router.tunnel import TunnelInterface
from ioscli.router.vrf import GLOBAL, Vrf

if TYPE_CHECKING:
    from ioscli.codec.rsa import RsaKey
    from ioscli.model.crypto import IsakmpSaState
    from ioscli.protocols.ike import IkeKeyRecord
    from ioscli.protocols.ipsec.sadb import EspKeyRecord
    from ioscli.router.archive import ConfigArchive
    from ioscli.router.config_history import ConfigHistory
    from ioscli.router.debug import Debugging
    from ioscli.router.ipsec.engine import CryptoEngine
    from ioscli.router.ipsec.map_views import CryptoMapView, ProfileMapView
    from ioscli.router.memory import Memory
    from ioscli.router.nat.debug_lines import NatDebug
    from ioscli.router.nat.nat import Nat
    from ioscli.router.packet_policy import PacketPolicy
    from ioscli.router.tracking import Tracking
    from ioscli.router.traffic import TrafficView
    from ioscli.router.views import (
        ArpView,
        CryptoSessionView,
        InterfaceView,
        IpsecFlowView,
        RouteNotes,
        RouteView,
    )

_ARP_SWEEP = 60 * SECOND


class Router:
    """A router with its ports; link them through `port(name)`, then `boot()` it.

    hardware: the physical interfaces that it has. config: what it starts with; by default that
    of a router fresh from the box.
    """

    def __init__(
        self,
        simulation: Simulation,
        name: str,
        hardware: Sequence[InterfaceName],
        config: RouterConfig | None = None,
    ) -> None:
        self.simulation = simulation
        self.name = name
        self.hardware = tuple(sorted(hardware, key=lambda port: port.listing_order))
        config = config or new_router_config(name, self.hardware)
        self.clock = Clock(simulation, config.clock)
        self.console = ConsoleLog(simulation, config.logging, self.clock)
        self.files = Files(self.clock.utc)
        self.keys = KeyRing()
        self.config_register = CONFIGURATION_REGISTER
        """What it booted by; `files` has what the next boot goes by."""
        self.reloads = Reloads(simulation, self.clock, self.log, self.shut_down, self.restart)
        self.chassis = Chassis(self)
        self._life = 0
        """How many times it has reloaded: what a former life had posted must not act."""
        self._former_crypto: list[CryptoEngine] = []
        self._archive: ConfigArchive | None = None
        self.exec_lines = ExecLines()
        self.tcp_made: Callable[[Vrf], object] | None = None
        """Told of each routing table in which something first speaks TCP, in this life and every
        later one: the place to listen on ports from."""
        self._begin_life(config)

    def _begin_life(self, config: RouterConfig) -> None:
        """Make all parts anew for a configuration."""
        simulation, name = self.simulation, self.name
        if self._life:
            name = f"{name} life {self._life}"  # chance does not repeat itself after a reload
        self.config = config
        self.traffic_base: TrafficView | None = None
        """The packet counts as they were cleared (`clear ip traffic`)."""
        self.interfaces: dict[InterfaceName, Interface] = {}
        self.vrfs: dict[str, Vrf] = {}
        table = self.table(GLOBAL)
        self.rib, self.forwarding = table.rib, table.forwarding
        self.icmp, self.prober, self.udp = table.icmp, table.prober, table.udp
        self.routing = Routing(self)
        self._settling = Settling(self)
        self.lines = LineState(simulation, self.console)
        self._crypto: CryptoEngine | None = None
        self._booted = simulation.now
        self.processes = Processes(self)
        self.exec_lines.restarted()
        self._memory: Memory | None = None
        self._debugging: Debugging | None = None
        self._keepalive_lines: Callable[[str], None] | None = None
        self._config_history: ConfigHistory | None = None
        self._tracking: Tracking | None = None
        self.recursion = RecursionGuard(simulation, self.console, name, self._settling.soon)
        self._packet_policy: PacketPolicy | None = None
        self._nat: Nat | None = None
        self._tables_changed()
        self.forwarding.protocols[IpProtocol.ESP] = self._first_esp
        self.forwarding.protocols[IpProtocol.AH] = self._first_ah
        self.lines.changed = self.reconverge
        # Null0 is there whether or not it is configured.
        self.add_interface(self.config.interfaces.get(NULL0) or InterfaceConfig(NULL0))
        for interface_config in self.config.interfaces.values():
            if interface_config.name.modelled and interface_config.name not in self.interfaces:
                self.add_interface(interface_config)

    def table(self, name: str) -> Vrf:
        """The routing table of a name, made when something first is in it; "": the global one."""
        known = self.vrfs.get(name)
        if known is None:
            chance = f"{self.name} life {self._life}" if self._life else self.name
            known = Vrf(self.simulation, chance, name, self.interfaces, self.config)
            known.routes.tracked_up = self.tracked_up
            known.forwarding.police = self._police
            known.tcp_made = self._tcp_made
            if name:
                known.routes.elsewhere = self.vrfs[GLOBAL].rib
            self.vrfs[name] = known
        return known

    def _tcp_made(self, table: Vrf) -> None:
        if self.tcp_made is not None:
            self.tcp_made(table)

    @property
    def config_history(self) -> ConfigHistory:
        """When the configuration was last changed and saved, in this life."""
        if self._config_history is None:
            from ioscli.router.config_history import ConfigHistory

            self._config_history = ConfigHistory(self.clock)
        return self._config_history

    @property
    def debugging(self) -> Debugging:
        """Which topics are debugged; a reload turns all of them off."""
        if self._debugging is None:
            from ioscli.router.debug import Debugging

            self._debugging = Debugging(
                self.console,
                self.forwarding,
                self.icmp,
                self.routing,
                self.config.policy.access_lists,
                self._debug_policy,
                self._debug_nat,
                self._debug_keepalives,
                lambda: self.crypto.isakmp.debugging,
            )
        return self._debugging

    def _debug_policy(self, on: bool) -> None:
        """`debug ip policy`."""
        self.packet_policy.routing.debugging = on

    def _debug_nat(self, lines: NatDebug | None) -> None:
        """`debug ip nat`."""
        self.nat.debug = lines

    def _debug_keepalives(self, lines: Callable[[str], None] | None) -> None:
        """`debug tunnel keepalive`."""
        self._keepalive_lines = lines
        for tunnel in self.tunnels():
            tunnel.keepalives.watch = lines

    @property
    def memory(self) -> Memory:
        """What is held of the router's memory, watched since somebody first asked."""
        if self._memory is None:
            from ioscli.router.memory import Memory

            self._memory = Memory(self)
        return self._memory

    @property
    def running_crypto(self) -> CryptoEngine | None:
        """ISAKMP and IPsec, where something needed them so far."""
        return self._crypto

    @property
    def archive(self) -> ConfigArchive:
        """The configuration log and what undoes changes, made when something first needs them."""
        if self._archive is None:
            from ioscli.router.archive import ConfigArchive

            self._archive = ConfigArchive(self.simulation)
        return self._archive

    @property
    def crypto(self) -> CryptoEngine:
        """ISAKMP and IPsec, made when something first needs them.

        IKE and its algorithms are a third of what a router imports; one without tunnels to
        protect starts without them.
        """
        if self._crypto is None:
            from ioscli.router.ipsec.engine import CryptoEngine

            self._crypto = CryptoEngine(
                self.simulation,
                f"{self.name} life {self._life}" if self._life else self.name,
                self.config,
                self.forwarding,
                self.vrfs[GLOBAL].gre,
                self.udp,
                self.console,
            )
            self._crypto.secured_changed = self._settling.secured_changed
            self._crypto.routes_wanted = self._settling.inject_routes
            self._crypto.ike.signing_key = self._signing_key
            self.vrfs[GLOBAL].ipsec_error = self._crypto.icmp_error
            self.forwarding.protocols[IpProtocol.ESP] = self._crypto.input.receive
            self.forwarding.protocols[IpProtocol.AH] = self._crypto.input.receive_ah
        return self._crypto

    def _first_ah(self, packet: bytes, interface: Interface) -> None:
        self.crypto.input.receive_ah(packet, interface)

    def _signing_key(self) -> RsaKey | None:
        """The RSA key pair that IKE signs with: the oldest that may."""
        for pair in self.keys.pairs(kind="RSA"):
            if pair.usage != "Encryption Key":
                return cast("RsaKey", pair.key)
        return None

    def _first_esp(self, packet: bytes, interface: Interface) -> None:
        self.crypto.input.receive(packet, interface)

    # -- life ----------------------------------------------------------------------------------

    @property
    def hostname(self) -> str:
        """The configured host name."""
        return self.config.hostname

    @property
    def uptime(self) -> Duration:
        """Since boot."""
        return Duration(self.simulation.now - self._booted)

    def port(self, name: InterfaceName) -> Port:
        """The port behind a physical interface. Raises KeyError when the hardware lacks it."""
        return self.chassis.ports[name]

    def boot(self) -> None:
        """Bring the interfaces up as configured; links are in place."""
        self._booted = self.simulation.now
        self.console.restarted()
        for interface in self.interfaces.values():
            interface.configured()
            self.lines.boot(interface)
        self._follow_local_policy()
        if self.config.nat is not None:
            self.nat.reconfigure()
        # Before the tunnels that follow the ports. Who has ordered a reload sees it; at the first
        # boot nobody is there yet.
        ports = [self.interfaces[it] for it in self.hardware if it in self.interfaces]
        self.lines.report(ports, booting=not self._life)
        self.reconverge()
        for interface in self.interfaces.values():
            if interface.protocol_up:
                interface.went_up()
        self._reconfigure_crypto()
        if self.config.tracked or self.config.sla_operations:
            self.tracking.reconfigure()
        if not self._life:  # a reload says so itself, when all is done
            self.console.log("SYS", 5, "RESTART", RESTARTED, booting=True)
        self.simulation.post(LoadAverage.SAMPLE, self._sample_load, self._life)
        self.simulation.post(_ARP_SWEEP, self._sweep_arp, self._life)

    def shut_down(self) -> None:
        """Go off: neighbours lose the carrier, and whatever was under way here ends.

        The parts of this life stay behind with dead ports and nobody who listens, so that what
        they had posted acts on nothing.
        """
        self._life += 1
        self.lines.stop()
        if self._archive is not None:
            self._archive.stop()
            self._archive = None
        self.routing.stop()
        if self._tracking is not None:
            self._tracking.stop()
        self.recursion.stop()
        self._settling.stop()
        if self._nat is not None:
            self._nat.stop()
        if self._crypto is not None:
            self._crypto.stop()
            self._former_crypto.append(self._crypto)
        for tunnel in self.tunnels():
            tunnel.stop()
        self.chassis.power_off()

    def restart(self, config: RouterConfig) -> None:
        """Come up again after `shut_down`, with a configuration and nothing remembered."""
        self.clock.reconfigure(config.clock)
        self.console.config = config.logging
        self.console.clear()
        self.read_nvram()
        self._begin_life(config)
        self.chassis.power_on()
        self.boot()

    def read_nvram(self) -> None:
        """Take over what a boot finds beside the startup-config: key pairs, the register."""
        self.keys = KeyRing(self.files.private_config)
        self.config_register = self.files.config_register

    def log(self, facility: str, severity: int, mnemonic: str, text: str) -> None:
        """Emit a system message."""
        self.console.log(facility, severity, mnemonic, text)

    def _sample_load(self, life: int) -> None:
        if life != self._life:
            return
        for interface in self.interfaces.values():
            interface.rates.sample(interface)
        self.processes.sample()
        if self._memory is not None:
            self._memory.sample()
        self.simulation.post(LoadAverage.SAMPLE, self._sample_load, life)

    def _sweep_arp(self, life: int) -> None:
        if life != self._life:
            return
        for interface in self.interfaces.values():
            if isinstance(interface, EthernetInterface):
                interface.forget(interface.arp.expire(self.simulation.now))
        self.simulation.post(_ARP_SWEEP, self._sweep_arp, life)

    # -- configuration -------------------------------------------------------------------------

    def apply(self, changes: Iterable[ConfigChange]) -> None:
        """Follow what the operator changed in `config`."""
        settle = crypto = routing = False
        for change in changes:
            match change:
                case InterfaceChanged(name):
                    self._interface_changed(name)
                    settle = crypto = True
                case InterfaceRemoved(name):
                    self._interface_removed(name)
                    settle = crypto = True
                case StaticRoutesChanged():
                    settle = True
                case TablesChanged():
                    self._tables_changed()
                    settle = True
                case TrackingChanged():
                    self.tracking.reconfigure()
                case CryptoChanged():
                    crypto = True
                case NatChanged():
                    settle = self.nat.reconfigure() or settle
                case RoutingChanged():
                    routing = True
                    self._follow_local_policy()
                    # Crypto maps go by access lists.
                    crypto = crypto or (self._crypto is not None and self._crypto.has_maps)
                case SystemChanged():
                    pass  # read from the configuration when it is needed
        if settle:
            self.reconverge()
        elif routing:
            self.routing.reconfigure()
        if crypto:
            self._reconfigure_crypto()

    def _reconfigure_crypto(self) -> None:
        tunnels = self.tunnels()
        if self._crypto is not None or any(
            tunnel.settings.protection_profile for tunnel in tunnels
        ):
            self.crypto.reconfigure(tunnels, self._with_crypto_map())

    def _with_crypto_map(self) -> list[Interface]:
        return [it for it in self.interfaces.values() if it.config.crypto_map is not None]

    def _interface_changed(self, name: InterfaceName) -> None:
        if not name.modelled:
            return
        interface = self.interfaces.get(name)
        if interface is None:
            interface = self.add_interface(self.config.interfaces[name])
            self.lines.created(interface)
        interface.config = self.config.interfaces[name]  # `default interface` makes a new one
        self._follow(interface)
        self.lines.configured(interface)
        # A tunnel may take its source address from the interface that changed.
        for tunnel in self.tunnels():
            if tunnel.source_interface == name:
                self._follow(tunnel)
        if self._nat is not None:
            self._nat.reconfigure()  # it may translate to the interface's address

    def _follow(self, interface: Interface) -> None:
        before = interface.address
        self._place(interface)
        interface.configured()
        if interface.address != before and interface.protocol_up:
            interface.went_up()

    def _place(self, interface: Interface) -> None:
        """Have an interface in the routing table that its configuration names."""
        table = self.table(interface.vrf).forwarding
        if interface.forwarding is not table:
            interface.join(table)
        if isinstance(interface, TunnelInterface):
            interface.transport = self.table(interface.settings.vrf).forwarding

    def _tables_changed(self) -> None:
        """Make the tables of configured VRFs, and drop those that nothing is in any more."""
        for name in self.config.vrfs:
            self.table(name)
        used = {it.vrf for it in self.interfaces.values()}
        used |= {it.settings.vrf for it in self.tunnels()}
        used |= {process.vrf.name for process in self.routing.processes.values()}
        for name in [it for it in self.vrfs if it and it not in used]:
            if name not in self.config.vrfs:
                del self.vrfs[name]
        self.forwarding.routing = self.config.ip_routing

    def tracked_up(self, number: int) -> bool:
        """Whether a tracked object is up; one that nobody made does not stand in a route's way."""
        if self._tracking is None and not self.config.tracked:
            return True
        return self.tracking.is_up(number)

    @property
    def tracking(self) -> Tracking:
        """Tracked objects and IP SLA operations, made when something first needs them."""
        if self._tracking is None:
            from ioscli.router.tracking import Tracking

            self._tracking = Tracking(self)
        return self._tracking

    @property
    def running_tracking(self) -> Tracking | None:
        """Tracked objects, where something needed them so far."""
        return self._tracking

    def clear_routes(self, table: str, prefix: IPv4Network | None = None) -> None:
        """`clear ip route`: to one prefix, or to all."""
        self.vrfs[table].rib.renew(prefix, self.simulation.now)

    def _police(self, interface: Interface) -> None:
        """An interface asks for access lists, policy routing, NAT or a crypto map."""
        config = interface.config
        if config.access_group_in or config.access_group_out or config.policy_map:
            self.packet_policy.follow(interface)
        if config.nat_side is not None:
            self.nat.follow(interface)
        if config.crypto_map is not None:
            self.crypto.maps.follow(interface)

    @property
    def nat(self) -> Nat:
        """Address translation, made when something first needs it."""
        if self._nat is None:
            from ioscli.router.nat.nat import Nat

            self._nat = Nat(self)
        return self._nat

    @property
    def running_nat(self) -> Nat | None:
        """Address translation, where something needed it so far."""
        return self._nat

    def _follow_local_policy(self) -> None:
        """`ip local policy`: of the global table, as on IOS."""
        wanted = self.config.policy.local_route_map is not None
        self.forwarding.local_policy = self.packet_policy.local if wanted else None

    @property
    def packet_policy(self) -> PacketPolicy:
        """Access lists and policy routing in the way of packets, made when first needed."""
        if self._packet_policy is None:
            from ioscli.router.packet_policy import PacketPolicy

            self._packet_policy = PacketPolicy(self)
        return self._packet_policy

    def _interface_removed(self, name: InterfaceName) -> None:
        if name == NULL0:
            self.interfaces[name].config = InterfaceConfig(NULL0)
            return
        interface = self.interfaces.pop(name, None)
        if interface is not None:
            if isinstance(interface, TunnelInterface):
                interface.stop()
            self.lines.removed(interface)
            if self._nat is not None:
                self._nat.reconfigure()

    def add_interface(self, config: InterfaceConfig) -> Interface:
        """Make an interface that is configured."""
        interface = self.chassis.make(config)
        self.interfaces[config.name] = interface
        if isinstance(interface, TunnelInterface):
            interface.settle = self._settling.soon
            interface.keepalives.watch = self._keepalive_lines
        return interface

    def tunnels(self) -> list[TunnelInterface]:
        """The tunnels among its interfaces."""
        return [it for it in self.interfaces.values() if isinstance(it, TunnelInterface)]

    # -- settling ------------------------------------------------------------------------------

    def reconverge(self) -> None:
        """Bring addresses, routes and tunnel states in line with one another."""
        self._settling.reconverge()

    def routes_changed(self, tables: Iterable[str]) -> None:
        """Routing protocols changed some tables: what leans on their routes looks again."""
        self._settling.routes_changed(tables)

    # -- what exec commands ask for ------------------------------------------------------------

    def source_address(self, destination: IPv4Address) -> IPv4Address | None:
        """The address that packets of this router to a destination carry; None: no route."""
        return self.forwarding.source_address(destination)

    def send_echo(
        self, request: EchoRequest, on_result: Callable[[EchoResult], None]
    ) -> Callable[[], object]:
        """Send one echo request; see `Prober.send_echo`."""
        return self.prober.send_echo(request, on_result)

    def send_trace_probe(
        self, probe: TraceProbe, on_result: Callable[[TraceResult], None]
    ) -> Callable[[], object]:
        """Send one traceroute probe; see `Prober.send_trace`."""
        return self.prober.send_trace(probe, on_result)

    def clear_arp(self) -> None:
        """Forget every learned ARP entry (`clear arp-cache`)."""
        for interface in self.interfaces.values():
            if isinstance(interface, EthernetInterface):
                gone = list(interface.arp.entries)
                interface.arp.entries.clear()
                interface.forget(gone)

    def clear_counters(self, name: InterfaceName | None = None) -> None:
        """Zero the packet counters of one interface, or all (`clear counters`)."""
        for interface in self.interfaces.values():
            if name is None or interface.name == name:
                interface.clear_counters()

    def clear_crypto_sa(self, peer: IPv4Address | None = None) -> None:
        """Delete IPsec SAs (`clear crypto sa`)."""
        if self._crypto is not None:
            from ioscli.router.ipsec import clearing

            clearing.with_peer(self._crypto, peer)

    def clear_isakmp(self, conn_id: int | None = None) -> None:
        """Delete ISAKMP SAs (`clear crypto isakmp`)."""
        if self._crypto is not None:
            self._crypto.clear_isakmp(conn_id)

    def esp_key_records(self) -> Iterator[EspKeyRecord]:
        """The keys of every ESP SA so far, for reading captures."""
        for engine in self._crypto_engines():
            yield from engine.esp_key_records()

    def ike_key_records(self) -> Iterator[IkeKeyRecord]:
        """The keys of every ISAKMP SA so far, for reading captures."""
        for engine in self._crypto_engines():
            yield from engine.ike_key_records()

    def _crypto_engines(self) -> list[CryptoEngine]:
        """That of every life so far, oldest first."""
        return [*self._former_crypto, *([] if self._crypto is None else [self._crypto])]

    # -- views ---------------------------------------------------------------------------------

    def interface_views(self) -> list[InterfaceView]:
        """Every interface, in the order of `show interfaces`."""
        from ioscli.router import inspection

        return inspection.interface_views(self)

    def route_views(self, table: str = GLOBAL) -> list[RouteView]:
        """The best routes of a table, by prefix."""
        from ioscli.router import inspection

        return inspection.route_views(self, table)

    def route_notes(self, prefix: IPv4Network, table: str = GLOBAL) -> RouteNotes:
        """What the routing processes know of a route of a table."""
        from ioscli.router import route_notes

        return route_notes.route_notes(self, prefix, table)

    def arp_views(self) -> list[ArpView]:
        """The ARP tables with the router's own addresses."""
        from ioscli.router import inspection

        return inspection.arp_views(self)

    def isakmp_views(self) -> list[IsakmpSaState]:
        """ISAKMP SAs, newest first."""
        return [] if self._crypto is None else self._crypto.isakmp_views()

    def ipsec_views(self) -> list[IpsecFlowView]:
        """Protected flows by interface."""
        return [] if self._crypto is None else self._crypto.flow_views()

    def crypto_map_views(self) -> list[CryptoMapView]:
        """Crypto maps with their current peers and what dynamic ones became."""
        from ioscli.router.ipsec.map_views import map_views

        return map_views(self.config, None if self._crypto is None else self._crypto.maps)

    def profile_map_views(self) -> list[ProfileMapView]:
        """The maps that stand for tunnels' protection profiles."""
        from ioscli.router.ipsec.map_views import profile_map_views

        return profile_map_views(self.config, {} if self._crypto is None else self._crypto.flows)

    def crypto_session_views(self) -> list[CryptoSessionView]:
        """IKE and IPsec state by interface and peer."""
        return [] if self._crypto is None else self._crypto.session_views()
