"""Requests and updates on their way out (RFC 2453 sections 3.9.1 and 3.10.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.codec.rip import (
    GROUP,
    INFINITY,
    MOST_ENTRIES,
    PORT,
    WHOLE_TABLE,
    AddressFamily,
    Command,
    Digest,
    Entry,
    Message,
    Password,
    build,
)
from ioscli.model.effects import RoutingEffect
from ioscli.model.instant import SECOND
from ioscli.protocols.rip.database import RipRoute
from ioscli.protocols.rip.interface import RipInterface

if TYPE_CHECKING:
    from ioscli.protocols.rip.machine import Rip

_BROADCAST = IPv4Address("255.255.255.255")

Told = tuple[IPv4Network, int, int, int]
"""Prefix, metric, tag and next hop of an entry."""


class Sender:
    """What a process sends."""

    def __init__(self, process: Rip) -> None:
        self._process = process

    def request(self, interface: RipInterface, effects: list[RoutingEffect]) -> None:
        """Ask for everything: an interface came up."""
        if interface.passive:
            return
        for version in interface.send:
            destination = _everybody(interface, version)
            message = Message(Command.REQUEST, version, (WHOLE_TABLE,))
            self._process.note(
                "rip",
                f"RIP: sending request on {interface.name} to {destination}",
                effects,
            )
            self._send(interface, destination, message, PORT, effects)

    def update(
        self,
        interface: RipInterface,
        routes: Iterable[RipRoute],
        effects: list[RoutingEffect],
        *,
        flash: bool = False,
    ) -> None:
        """Tell an interface, and the neighbors on it that are named, about routes."""
        routes = list(routes)
        for version in interface.send:
            targets = [] if interface.passive else [_everybody(interface, version)]
            targets += [it for it in self._process.config.neighbors if interface.is_own_network(it)]
            entries = self._process.entries_for(routes, interface, version) if targets else []
            for target in targets if entries else ():
                self._say_update(interface, target, version, entries, flash, effects)
                self._response(interface, target, version, entries, PORT, effects)
                self._process.counters[interface.name].triggered += flash

    def _say_update(
        self,
        interface: RipInterface,
        target: IPv4Address,
        version: int,
        entries: Sequence[Told],
        flash: bool,
        effects: list[RoutingEffect],
    ) -> None:
        """`debug ip rip`."""
        if not self._process.debugging:
            return
        word = "flash update" if flash else "update"
        note = self._process.note
        note(
            "rip",
            f"RIP: sending v{version} {word} to {target} via {interface.name} "
            f"({interface.address})",
            effects,
        )
        note("rip", f"RIP: build {word} entries", effects)
        for prefix, metric, tag, hop in entries:
            if version == 1:
                kind = "subnet" if prefix.network_address in interface.addresses[0].network else ""
                what = kind or "network"
                note("rip", f"\t{what} {prefix.network_address} metric {metric}", effects)
            else:
                via = IPv4Address(hop)
                note("rip", f"\t{prefix} via {via}, metric {metric}, tag {tag}", effects)
        note("rip events", f"RIP: Update contains {len(entries)} routes", effects)
        note("rip events", "RIP: Update queued", effects)
        note("rip events", f"RIP: Update sent via {interface.name}", effects)

    def _response(
        self,
        interface: RipInterface,
        target: IPv4Address,
        version: int,
        entries: Sequence[Told],
        port: int,
        effects: list[RoutingEffect],
    ) -> None:
        most = MOST_ENTRIES - (version > 1 and bool(interface.authentication))
        for at in range(0, len(entries), most):
            packed = tuple(_entry(told, version) for told in entries[at : at + most])
            message = Message(Command.RESPONSE, version, packed)
            self._send(interface, target, message, port, effects)

    def _send(
        self,
        interface: RipInterface,
        target: IPv4Address,
        message: Message,
        port: int,
        effects: list[RoutingEffect],
    ) -> None:
        secret = b""
        if message.version > 1 and interface.authentication:
            key = interface.send_key
            if key is None:
                return  # the chain has no key that may be used now
            secret = key.secret
            signed = (
                Digest(key.number, self._process.now // SECOND)
                if interface.authentication == "md5"
                else Password(secret)
            )
            message = message._replace(authentication=signed)
        self._process.send(interface, target, build(message, secret), port, effects)

    def answer(
        self,
        interface: RipInterface,
        source: IPv4Address,
        port: int,
        message: Message,
        effects: list[RoutingEffect],
    ) -> None:
        """Answer a request, for everything or for what it names (RFC 2453 section 3.9.1)."""
        process = self._process
        if message.entries == (WHOLE_TABLE,):
            if interface.passive and port == PORT:
                return  # routers get nothing from a silent interface; a question by hand does
            every = process.entries_for(process.routes.values(), interface, message.version)
            self._response(interface, source, message.version, every, port, effects)
            return
        if not message.entries:
            return
        # Asked by hand about certain routes: without split horizon, as they stand.
        answered = tuple(self._looked_up(entry) for entry in message.entries)
        reply = Message(Command.RESPONSE, message.version, answered)
        self._send(interface, source, reply, port, effects)

    def _looked_up(self, entry: Entry) -> Entry:
        if entry.family != AddressFamily.IP:
            return entry._replace(metric=INFINITY)
        for route in self._process.routes.values():
            prefix = route.prefix
            same = int(prefix.network_address) == entry.address
            if same and entry.mask in (0, int(prefix.netmask)):
                return entry._replace(metric=route.cost)
        return entry._replace(metric=INFINITY)


def _everybody(interface: RipInterface, version: int) -> IPv4Address:
    """Version 2 is sent to its group, unless `ip rip v2-broadcast` says otherwise."""
    return GROUP if version > 1 and not interface.v2_broadcast else _BROADCAST


def _entry(told: Told, version: int) -> Entry:
    prefix, metric, tag, hop = told
    address = int(prefix.network_address)
    if version == 1:
        return Entry(address, metric=metric)
    return Entry(address, int(prefix.netmask), hop, metric, tag)
