"""What surrounds the IKE machine: its UDP ports, what it asks about the router, its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.codec.esp import NON_ESP_MARKER
from ioscli.codec.ipv4 import IpProtocol
from ioscli.codec.udp import UdpHeader
from ioscli.protocols.ike import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from ipaddress import IPv4Address

    from ioscli.codec.rsa import RsaKey
    from ioscli.engine.simulation import Simulation
    from ioscli.model.config import RouterConfig
    from ioscli.model.instant import Instant
    from ioscli.protocols.ike import Effect, Isakmp, Send
    from ioscli.router.forwarding import Forwarding
    from ioscli.router.ipsec.esp_input import EspInput
    from ioscli.router.ipsec.flow import ProtectedFlow
    from ioscli.router.syslog import ConsoleLog
    from ioscli.router.udp import Datagram, UdpInput

ISAKMP_PORT = 500
NAT_T_PORT = 4500
_NETWORK_CONTROL = 0xC0


class IkePorts:
    """UDP 500 and 4500 of one router. `carry_out` takes what the machine answers."""

    def __init__(
        self,
        simulation: Simulation,
        config: RouterConfig,
        forwarding: Forwarding,
        udp: UdpInput,
        console: ConsoleLog,
        isakmp: Isakmp,
        flows: Mapping[str, ProtectedFlow],
        esp: EspInput,
        carry_out: Callable[[Iterable[Effect]], None],
    ) -> None:
        self._simulation = simulation
        self._config = config
        self._forwarding = forwarding
        self._udp = udp
        self._console = console
        self._isakmp = isakmp
        self._flows = flows
        self._esp = esp
        self._carry_out = carry_out
        self.signing_key: Callable[[], RsaKey | None] = lambda: None
        """The router's RSA key pair, asked for whenever IKE may need it."""
        self.work = [0, 0]
        """IKE messages sent and received, and their octets."""
        isakmp.traffic = self._traffic
        isakmp.resolve = self._resolve
        isakmp.interface_of = self._interface_of

    def switch(self, on: bool) -> None:
        """IKE answers only while something needs it, and says so."""
        if on == self._udp.is_open(ISAKMP_PORT):
            return
        if on:
            self._udp.open(ISAKMP_PORT, self._receive)
            self._udp.open(NAT_T_PORT, self._receive_nat_t)
        else:
            self._udp.close(ISAKMP_PORT)
            self._udp.close(NAT_T_PORT)
        self._console.log("CRYPTO", 6, "ISAKMP_ON_OFF", f"ISAKMP is {'ON' if on else 'OFF'}")

    def stop(self, console: ConsoleLog) -> None:
        """The router goes down; what is still said goes to a log that nobody reads."""
        self._console = console

    # -- packets -------------------------------------------------------------------------------

    def send(self, message: Send) -> None:
        """Send what the machine asks for."""
        local, peer, local_port, peer_port, payload = message
        self._count(payload)
        datagram = UdpHeader(local_port, peer_port).build(payload, local, peer)
        self._forwarding.originate(
            local.packed, peer.packed, IpProtocol.UDP, datagram, tos=_NETWORK_CONTROL
        )

    def ready(self) -> None:
        """Before the machine works: what it signs with may be another key than last time."""
        self._isakmp.set_private_key(self.signing_key())

    def _receive(self, datagram: Datagram) -> None:
        self._count(datagram.payload)
        self.ready()
        self._carry_out(
            self._isakmp.receive(
                self._simulation.now,
                datagram.payload,
                datagram.source,
                datagram.source_port,
                datagram.destination,
                destination_port=datagram.destination_port,
            )
        )

    def _receive_nat_t(self, datagram: Datagram) -> None:
        """What comes to port 4500: IKE behind its marker, ESP, or a keepalive (RFC 3948)."""
        if datagram.payload.startswith(NON_ESP_MARKER):
            self._receive(datagram)
            return
        name = datagram.interface
        interface = None if name is None else self._forwarding.interfaces.get(name)
        if interface is not None:
            self._esp.receive_encapsulated(datagram, interface)

    def _count(self, message: bytes) -> None:
        self.work[0] += 1
        self.work[1] += len(message)

    # -- what the machine asks ------------------------------------------------------------------

    def _resolve(self, name: str) -> IPv4Address | None:
        return next(iter(self._config.hosts.get(name, ())), None)

    def _interface_of(self, address: IPv4Address) -> str:
        for interface in self._forwarding.interfaces.values():
            if interface.address == address:
                return str(interface.name)
        return ""

    def _traffic(self, local: IPv4Address, peer: IPv4Address) -> Traffic:
        """When ESP last came from a peer and went to it: what dead peer detection goes by."""
        last_in: Instant | None = None
        last_out: Instant | None = None
        for flow in self._flows.values():
            policy = flow.policy
            if policy.local == local and policy.peer == peer:
                last_in = _later(last_in, flow.last_in)
                last_out = _later(last_out, flow.last_out)
        return Traffic(last_in, last_out)


def _later(one: Instant | None, other: Instant | None) -> Instant | None:
    return other if one is None or (other is not None and other > one) else one
