"""Messages on their way in: what is taken, and what is counted as bad (RFC 2453 section 3.9.2)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.codec.errors import DecodeError
from ioscli.codec.rip import (
    INFINITY,
    PORT,
    AddressFamily,
    Command,
    Digest,
    Entry,
    Message,
    Password,
    parse,
    verify,
)
from ioscli.model.effects import RoutingEffect
from ioscli.model.instant import Instant
from ioscli.model.rip import major_network
from ioscli.protocols.rip.database import Gateway, Heard
from ioscli.protocols.rip.interface import Neighbor, RipInterface
from ioscli.protocols.rip.policy import comes_in, offset_metric

if TYPE_CHECKING:
    from ioscli.protocols.rip.machine import Rip

_ALL_BITS = 0xFFFF_FFFF


class Reception:
    """What a process receives."""

    def __init__(self, process: Rip) -> None:
        self._process = process
        self._sequences: dict[tuple[IPv4Address, int], int] = {}
        """Highest sequence number of each sender's key (RFC 2082 section 3.2.2)."""

    def accept(
        self,
        now: Instant,
        interface: RipInterface,
        source: IPv4Address,
        payload: bytes,
        effects: list[RoutingEffect],
    ) -> Message | None:
        """The message in a datagram, if it is in order; else it is counted."""
        process = self._process
        process.counters[interface.name].received += 1
        try:
            message = parse(payload)
        except DecodeError as error:
            self._bad(interface, source, payload[1:2], str(error), effects)
            return None
        version = min(message.version, 2)
        if version not in interface.receive:
            self._bad(interface, source, payload[1:2], "illegal version", effects)
            return None
        if not self._authentic(interface, source, message, payload):
            self._bad(interface, source, payload[1:2], "invalid authentication", effects)
            return None
        if message.command == Command.RESPONSE:
            if process.config.validate_source and not interface.is_own_network(source):
                process.counters[interface.name].bad_packets += 1
                process.note(
                    "rip",
                    f"RIP: ignored v{message.version} update from bad source {source} on "
                    f"{interface.name}",
                    effects,
                )
                return None
            neighbor = process.neighbors.get(source)
            if neighbor is None:
                process.neighbors[source] = Neighbor(source, now)
            else:
                neighbor.last_update = now
        return message

    def _bad(
        self,
        interface: RipInterface,
        source: IPv4Address,
        version: bytes,
        reason: str,
        effects: list[RoutingEffect],
    ) -> None:
        self._process.counters[interface.name].bad_packets += 1
        neighbor = self._process.neighbors.get(source)
        if neighbor is not None:
            neighbor.bad_packets += 1
        number = version[0] if version else 0
        self._process.note(
            "rip", f"RIP: ignored v{number} packet from {source} ({reason})", effects
        )

    def _authentic(
        self, interface: RipInterface, source: IPv4Address, message: Message, payload: bytes
    ) -> bool:
        """RFC 2453 section 4.1: signed where a key is configured, and only there."""
        found = message.authentication
        if not interface.authentication or message.version == 1:
            # Version 1 has no authentication: where one is asked for it is not taken.
            return found is None and not interface.authentication
        if interface.authentication == "text":
            return isinstance(found, Password) and any(
                key.secret[:16] == found.password for key in interface.accept_keys
            )
        if not isinstance(found, Digest):
            return False
        keys = [key for key in interface.accept_keys if key.number == found.key_id]
        if not keys or not verify(payload, keys[0].secret):
            return False
        known = self._sequences.get((source, found.key_id), 0)
        if found.sequence < known:
            return False
        self._sequences[source, found.key_id] = found.sequence
        return True

    # -- responses ---------------------------------------------------------------------------------

    def response(
        self,
        now: Instant,
        interface: RipInterface,
        source: IPv4Address,
        source_port: int,
        message: Message,
        effects: list[RoutingEffect],
    ) -> None:
        """The routes of an update."""
        if source_port != PORT:
            self._process.counters[interface.name].bad_packets += 1
            return
        process = self._process
        process.note(
            "rip",
            f"RIP: received v{message.version} update from {source} on {interface.name}",
            effects,
        )
        gateway = Gateway(source, interface.name)
        for entry in message.entries:
            prefix = _prefix(entry, interface, message.version)
            if prefix is None or not 1 <= entry.metric <= INFINITY:
                self._bad_route(interface, source)
                continue
            hop = IPv4Address(entry.next_hop)
            self._say_entry(prefix, hop, entry.metric, message.version, effects)
            if not comes_in(process.policy, process.config, prefix, source, interface.name):
                continue
            metric = offset_metric(
                process.policy, process.config, entry.metric, prefix, interface.name, inbound=True
            )
            if not entry.next_hop or hop not in interface.addresses[0].network:
                hop = source  # RFC 2453 section 4.4: a next hop elsewhere is as good as none
            process.learn(now, gateway, prefix, metric, Heard(hop, now), entry.tag, effects)
        process.note("rip events", f"RIP: Update contains {len(message.entries)} routes", effects)

    def _bad_route(self, interface: RipInterface, source: IPv4Address) -> None:
        self._process.counters[interface.name].bad_routes += 1
        neighbor = self._process.neighbors.get(source)
        if neighbor is not None:
            neighbor.bad_routes += 1

    def _say_entry(
        self,
        prefix: IPv4Network,
        hop: IPv4Address,
        metric: int,
        version: int,
        effects: list[RoutingEffect],
    ) -> None:
        if "rip" not in self._process.debugging:
            return
        what = str(prefix.network_address) if version == 1 else f"{prefix} via {hop}"
        reached = f"in {metric} hops" + (" (inaccessible)" if metric >= INFINITY else "")
        self._process.note("rip", f"     {what} {reached}", effects)


def _prefix(entry: Entry, interface: RipInterface, version: int) -> IPv4Network | None:
    """The prefix of an entry; None: it is none that may be told."""
    if entry.family != AddressFamily.IP:
        return None
    address, mask = entry.address, entry.mask
    first = address >> 24
    if address and (first in {0, 127} or first >= 224):
        return None
    if version == 1 or (not mask and address):
        return _inferred(address, interface)
    length = mask.bit_count()
    if mask != _ALL_BITS << 32 - length & _ALL_BITS or address & ~mask & _ALL_BITS:
        return None
    return IPv4Network((address, length))


def _inferred(address: int, interface: RipInterface) -> IPv4Network:
    """RFC 1058 section 3.2: a subnet of the interface's network is as long as its own."""
    major = major_network(address)
    for own in interface.addresses:
        if major_network(own.network.network_address) == major:
            length = own.network.prefixlen
            if address & (1 << 32 - length) - 1:
                return IPv4Network((address, 32))
            return IPv4Network((address, max(length, major.prefixlen)))
    if address == int(major.network_address):
        return major
    return IPv4Network((address, 32))
