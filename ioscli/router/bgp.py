"""BGP on a router: the machine of `ioscli.protocols.bgp` over TCP, in one routing table.

Imported when a configuration first has a `router bgp`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import deepcopy
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.bgp.attributes import path_length
from ioscli.model.bgp import BgpProcess as BgpConfig
from ioscli.model.effects import (
    INTERNETWORK_CONTROL,
    Connect,
    Disconnect,
    RoutingEffect,
    Transmit,
    Transport,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import Path as RibPath
from ioscli.model.rib import Route, RouteSource
from ioscli.protocols.bgp import Bgp
from ioscli.protocols.tcp.connection import TcpSettings
from ioscli.protocols.tcp.effects import Ends, Why
from ioscli.router.routing_process import RoutingProcess

if TYPE_CHECKING:
    from ioscli.router.router import Router

PORT = 179
_UNSPECIFIED = IPv4Address(0)


class BgpProcess(RoutingProcess):
    """`router bgp N` at work in the global table or in that of a VRF."""

    source = RouteSource.BGP

    def __init__(self, router: Router, vrf_name: str) -> None:
        assert router.config.bgp is not None
        vrf = router.table(vrf_name)
        number = router.config.bgp.number
        chance = f"{router.name} bgp {vrf_name} at {router.simulation.now}"
        self.machine = Bgp(number, vrf.rib, router.simulation.random(chance), vrf_name)
        self._vrf_name = vrf_name
        self._connections: dict[int, _Connection] = {}
        self._told: tuple[BgpConfig, IPv4Address] | None = None
        super().__init__(router, vrf, str(number), self.machine)
        vrf.tcp.bad_signature = self._bad_signature
        vrf.tcp.listen(PORT, self._accept, lambda ends: _Connection(self, ends))

    @property
    def config(self) -> BgpConfig:
        """Its lines, as the operator has them now."""
        process = self.router.config.bgp
        assert process is not None
        return process.vrfs[self._vrf_name] if self._vrf_name else process

    def configure(self) -> None:
        """Tell the machine, when anything that concerns it has changed."""
        told = self.config, self._router_id()
        if told == self._told:
            return
        self._told = deepcopy(told)
        config, router_id = self._told
        policy = self.router.config.policy
        self._guard_ttl()
        now = self._simulation.now
        self.carry_out(self.machine.configure(now, config, policy, router_id))

    def routes_changed(self) -> None:
        """Next hops, neighbors and `network` lines look at the whole table."""
        super().routes_changed()
        self.carry_out(self.machine.table_changed(self._simulation.now))

    def close(self) -> None:
        """`no router bgp N`."""
        super().close()
        self.vrf.tcp.ignore(PORT)

    def _router_id(self) -> IPv4Address:
        """The configured one; else the one in use while it is here; else IOS's choice.

        IOS takes the highest address of a loopback interface, or of any.
        """
        if self.config.router_id is not None:
            return self.config.router_id
        here = {
            interface.config.address.ip: interface.name.kind == "Loopback"
            for interface in self.router.interfaces.values()
            if interface.config.address is not None
            and interface.protocol_up
            and interface.vrf == self.vrf.name
        }
        if self.machine.router_id in here:
            return self.machine.router_id
        loopbacks = [address for address, loopback in here.items() if loopback]
        return max(loopbacks or here, default=_UNSPECIFIED)

    def path_details(self, route: Route, path: RibPath) -> Iterable[str]:
        """The length of the AS path."""
        entry = self.machine.table.get(route.prefix)
        for known in () if entry is None else entry.paths:
            neighbor = known.neighbor
            if neighbor is not None and neighbor.address == path.advertiser:
                yield f"AS Hops {path_length(known.attributes.as_path or ())}"

    # -- the operator ------------------------------------------------------------------------------

    def clear(self, addresses: list[IPv4Address]) -> None:
        """`clear ip bgp`."""
        self.carry_out(self.machine.clear(self._simulation.now, addresses))

    def clear_soft(self, addresses: list[IPv4Address], *, inbound: bool, outbound: bool) -> None:
        """`clear ip bgp ... soft`."""
        now = self._simulation.now
        self.carry_out(self.machine.clear_soft(now, addresses, inbound=inbound, outbound=outbound))

    def clear_dampening(self) -> None:
        """`clear ip bgp dampening`."""
        self.carry_out(self.machine.clear_dampening(self._simulation.now))

    # -- redistribution ----------------------------------------------------------------------------

    def redistributions(self) -> Collection[Redistribution]:
        """Its `redistribute` lines; of OSPF only internal routes, unless `match` says more."""
        return [
            line._replace(match=("internal",))
            if line.source is RouteSource.OSPF and not line.match
            else line
            for line in self.config.redistributions
        ]

    @property
    def takes_default_route(self) -> bool:
        """`default-information originate`."""
        return self.config.default_information

    # -- TCP ---------------------------------------------------------------------------------------

    def carry_out(self, effects: Iterable[RoutingEffect]) -> None:
        """What concerns connections here, in order with the rest."""
        others: list[RoutingEffect] = []
        for effect in effects:
            match effect:
                case Connect(number, peer, transport):
                    self._connect(number, peer, transport)
                case Transmit(number, data):
                    self._transmit(number, data)
                case Disconnect(number):
                    self._disconnect(number)
                case _:
                    others.append(effect)
        super().carry_out(others)

    def _accept(self, peer: IPv4Address) -> TcpSettings | None:
        transport = None if self._closed else self.machine.accepts(peer)
        return None if transport is None else self._settings(peer, transport)

    def _settings(self, peer: IPv4Address, transport: Transport) -> TcpSettings:
        return TcpSettings(
            mss=self.vrf.tcp.mss_towards(peer, discovery=True),
            ttl=transport.ttl,
            tos=INTERNETWORK_CONTROL,
            dont_fragment=True,
            key=transport.key,
        )

    def _guard_ttl(self) -> None:
        """Have TCP drop what comes from further away than `ttl-security` allows."""
        guarded = {}
        for address, line in self.config.neighbors.items():
            hops = self.config.settings(line).ttl_security
            if hops is not None:
                guarded[address.packed] = 255 - hops
        self.vrf.tcp.least_ttl = guarded

    def _connect(self, number: int, peer: IPv4Address, transport: Transport) -> None:
        connection = _Connection(self, None, number)
        local = self._address_of(transport.update_source)
        if transport.update_source is None or local is not None:
            settings = self._settings(peer, transport)
            connection.ends = self.vrf.tcp.connect(peer, PORT, connection, settings, local)
        if connection.ends is None:
            self._simulation.post(0, self._unreachable, number)
            return
        self._connections[number] = connection

    def _address_of(self, name: InterfaceName | None) -> IPv4Address | None:
        interface = None if name is None else self.router.interfaces.get(name)
        if interface is None or interface.config.address is None or not interface.protocol_up:
            return None
        return interface.config.address.ip

    def source_of(self, peer: IPv4Address) -> IPv4Address | None:
        """The address that the configuration wants sessions with a neighbor to be on."""
        neighbor = self.machine.neighbors.get(peer)
        return None if neighbor is None else self._address_of(neighbor.settings.update_source)

    def _unreachable(self, number: int) -> None:
        if not self._closed:
            self.lost(number)

    def _transmit(self, number: int, data: bytes) -> None:
        connection = self._connections.get(number)
        if connection is not None and connection.ends is not None:
            self.vrf.tcp.send(connection.ends, data)

    def _disconnect(self, number: int) -> None:
        connection = self._connections.pop(number, None)
        if connection is not None and connection.ends is not None:
            connection.number = None
            self.vrf.tcp.close(connection.ends)

    def _bad_signature(self, ends: Ends, signed: bool) -> None:
        if not self._closed:
            table = list(self.router.vrfs).index(self.vrf.name)
            self.router.log(
                "TCP",
                6,
                "BADAUTH",
                f"{'Invalid' if signed else 'No'} MD5 digest from {ends.peer}({ends.peer_port}) "
                f"to {ends.local}({ends.local_port}) tableid - {table}",
            )

    def came_up(self, connection: _Connection, ends: Ends) -> None:
        """A handshake is over."""
        now = self._simulation.now
        if connection.number is not None:
            self.carry_out(self.machine.connected(now, connection.number, ends.local))
            return
        wanted = self.source_of(ends.peer)
        if wanted is not None and wanted != ends.local:
            self.vrf.tcp.abort(ends)  # another address than the session is configured for
            return
        number, effects = self.machine.accepted(now, ends.peer, ends.local)
        if number is None:
            self.vrf.tcp.abort(ends)
        else:
            connection.number = number
            self._connections[number] = connection
        self.carry_out(effects)

    def take(self, number: int, data: bytes) -> None:
        """The next bytes of a connection."""
        self.carry_out(self.machine.received(self._simulation.now, number, data))

    def lost(self, number: int) -> None:
        """A connection is no more."""
        self._connections.pop(number, None)
        self.carry_out(self.machine.disconnected(self._simulation.now, number))

    def ends_of(self, number: int) -> Ends | None:
        """The addresses and ports of a connection."""
        connection = self._connections.get(number)
        return None if connection is None else connection.ends


class _Connection:
    """What TCP tells of one connection, handed to the machine under its number."""

    __slots__ = ("_process", "ends", "number")

    def __init__(self, process: BgpProcess, ends: Ends | None, number: int | None = None) -> None:
        self._process = process
        self.ends = ends
        self.number = number
        """None: not known to the machine yet, or not any more."""

    def established(self, ends: Ends) -> None:
        """The handshake is over."""
        if not self._process.closed:
            self._process.came_up(self, ends)

    def received(self, _ends: Ends, data: bytes) -> None:
        """The peer's next bytes."""
        if self.number is not None and not self._process.closed:
            self._process.take(self.number, data)

    def peer_closed(self, ends: Ends) -> None:
        """The peer sends nothing more, and neither does BGP."""
        self._gone()
        if not self._process.closed:
            self._process.vrf.tcp.close(ends)

    def closed(self, _ends: Ends, _why: Why) -> None:
        """The connection is no more."""
        self._gone()

    def _gone(self) -> None:
        number, self.number = self.number, None
        if number is not None and not self._process.closed:
            self._process.lost(number)
