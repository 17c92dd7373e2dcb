"""What the machine is told of an interface, and what it counts there."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import NamedTuple

from ioscli.model.ifname import InterfaceName
from ioscli.model.rip import RipConfig, RipInterfaceSettings


class Key(NamedTuple):
    """A key of a chain."""

    number: int
    secret: bytes


class RipInterface(NamedTuple):
    """An interface that is up and has an address, as RIP sees it."""

    name: InterfaceName
    addresses: tuple[IPv4Interface, ...]
    """The primary one first."""
    takes_part: bool
    """Whether a `network` line covers it."""
    passive: bool = False
    point_to_point: bool = False
    split_horizon: bool = True
    send: tuple[int, ...] = (1,)
    receive: tuple[int, ...] = (1, 2)
    v2_broadcast: bool = False
    summaries: tuple[IPv4Network, ...] = ()
    authentication: str = ""
    """`text`, `md5`, or empty: none."""
    send_key: Key | None = None
    accept_keys: tuple[Key, ...] = ()

    @property
    def address(self) -> IPv4Address:
        """What its updates are sent from."""
        return self.addresses[0].ip

    def is_own_network(self, source: IPv4Address) -> bool:
        """Whether a sender is on one of its networks; anybody may be on a serial line."""
        return self.point_to_point or any(source in it.network for it in self.addresses)


@dataclass(slots=True)
class Counters:
    """Packets on an interface or of a neighbor."""

    sent: int = 0
    triggered: int = 0
    received: int = 0
    bad_packets: int = 0
    bad_routes: int = 0


@dataclass(slots=True)
class Neighbor:
    """A router that updates came from: `Routing Information Sources` of `show ip protocols`."""

    address: IPv4Address
    last_update: int
    """Instant."""
    bad_packets: int = 0
    bad_routes: int = 0


def versions(config: RipConfig, settings: RipInterfaceSettings) -> tuple[tuple[int, ...], ...]:
    """The versions that an interface sends and receives."""
    process = config.version
    send = settings.send or ((1,) if process is None else (process,))
    receive = settings.receive or ((1, 2) if process is None else (process,))
    return send, receive
