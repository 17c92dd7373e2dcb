"""`ip vrf` and `vrf definition`: a routing table of the operator's own making (VRF-lite)."""

from dataclasses import dataclass


@dataclass(slots=True)
class VrfConfig:
    """One VRF. Its targets are kept for display: nothing here exchanges VPN routes."""

    name: str
    legacy: bool
    """Made by `ip vrf`, which is IPv4 by nature; else by `vrf definition`."""
    distinguisher: str | None = None
    """`rd`."""
    description: str | None = None
    ipv4: bool = False
    """Whether the IPv4 address family is on."""
    ipv6: bool = False
    exported: tuple[str, ...] = ()
    """`route-target export`."""
    imported: tuple[str, ...] = ()
