"""Crypto maps: which traffic IPsec protects by access lists, with whom, and how."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.model.ifname import InterfaceName

#: What `crypto map NAME SEQ` is about, the word that follows.
WITH_ISAKMP = "ipsec-isakmp"


class MapPeer(NamedTuple):
    """`set peer`."""

    address: IPv4Address
    default: bool = False
    """Tried first, and gone back to after an idle period that ends with `default`."""


class ReverseRoute(NamedTuple):
    """`reverse-route`: routes to what a peer protects."""

    static: bool = False
    """Whether the routes stay while there are no SAs."""
    remote_peer: IPv4Address | None = None
    """The next hop towards the peer ..."""
    gateway: bool = False
    """... or of the peer's networks themselves."""


@dataclass(slots=True)
class MapEntry:
    """One sequence of a crypto map or dynamic map; None: the global setting or default holds."""

    name: str
    sequence: int
    kind: str = WITH_ISAKMP
    """`ipsec-isakmp`; entries of other kinds are kept and do nothing."""
    description: str | None = None
    peers: list[MapPeer] = field(default_factory=list)
    access_list: str | None = None
    transform_sets: list[str] = field(default_factory=list)
    """Empty: the built-in one."""
    pfs_group: int | None = None
    lifetime_seconds: int | None = None
    lifetime_kilobytes: int | None = None
    isakmp_profile: str | None = None
    idle_time: int | None = None
    """Seconds without traffic after which SAs go."""
    idle_default: bool = False
    """Whether the next SAs after an idle period are again with the default peer."""
    per_host: bool = False
    """`set security-association level per-host`: SAs for each pair of hosts."""
    replay_window: int | None = None
    """Packets; 0: `replay disable`."""
    reverse_route: ReverseRoute | None = None
    dynamic: str | None = None
    """The dynamic map that this entry refers to; all else above is empty then."""
    identity: str | None = None
    """`set identity`, kept only."""


@dataclass(slots=True)
class DynamicMap:
    """`crypto dynamic-map NAME`: what peers that nobody named may ask for."""

    name: str
    entries: dict[int, MapEntry] = field(default_factory=dict)
    """By sequence number, in order."""


@dataclass(slots=True)
class CryptoMap:
    """`crypto map NAME`: a set of entries for interfaces."""

    name: str
    entries: dict[int, MapEntry] = field(default_factory=dict)
    """By sequence number, in order."""
    local_address: InterfaceName | None = None
    """The interface whose address the router's end has, whatever interface the map is on."""
    isakmp_profile: str | None = None
    """`crypto map NAME isakmp-profile`: that of entries without one."""
