"""The main routing table of a Linux host, as `ip route` and `route` show it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from ioscli.hosts.linux.device import Device


class Route(NamedTuple):
    """One row; a connected network has no gateway and is the kernel's own."""

    prefix: IPv4Network
    gateway: IPv4Address | None
    device: Device
    metric: int = 0
    source: IPv4Address | None = None
    """`src`: the address to speak from."""
    kernel: bool = False
    """`proto kernel`: came with an address."""


class RouteError(Exception):
    """What the kernel refuses; the text is strerror's (`Network is unreachable`)."""


class Routes:
    """The table, in the kernel's order: by prefix, longest networks last, then by metric."""

    def __init__(self) -> None:
        self.rows: list[Route] = []

    def add(self, route: Route) -> None:
        """Add a row; RouteError where the same prefix and metric are there already."""
        if any(
            (row.prefix, row.metric) == (route.prefix, route.metric)
            and (not row.kernel or row.device is route.device)
            for row in self.rows
        ):
            raise RouteError("File exists")
        self.rows.append(route)
        self.rows.sort(key=lambda row: (row.prefix.network_address, row.prefix.prefixlen))

    def remove(
        self,
        prefix: IPv4Network,
        *,
        gateway: IPv4Address | None = None,
        device: Device | None = None,
        metric: int | None = None,
    ) -> None:
        """Remove the first row that fits; RouteError where none does."""
        for row in self.rows:
            if (
                row.prefix == prefix
                and gateway in (None, row.gateway)
                and device in (None, row.device)
                and metric in (None, row.metric)
            ):
                self.rows.remove(row)
                return
        raise RouteError("No such process")

    def drop_device(self, device: Device) -> None:
        """The device went down: its rows are gone."""
        self.rows = [row for row in self.rows if row.device is not device]

    def drop_address(self, device: Device, address: IPv4Address) -> None:
        """An address is gone, and what leant on it."""
        left = device.networks()
        self.rows = [
            row
            for row in self.rows
            if row.device is not device
            or (row.source != address and (row.gateway is None or _on_link(row.gateway, left)))
        ]

    def lookup(self, destination: IPv4Address) -> Route | None:
        """The row of the longest prefix, and of the lowest metric among equals."""
        best: Route | None = None
        for row in self.rows:
            if destination not in row.prefix:
                continue
            if best is None or (-row.prefix.prefixlen, row.metric) < (
                -best.prefix.prefixlen,
                best.metric,
            ):
                best = row
        return best

    def neighbour_device(self, gateway: IPv4Address) -> Device | None:
        """The device behind which a gateway can be: one that it is on link of."""
        row = self.lookup(gateway)
        return row.device if row is not None and row.gateway is None else None


def _on_link(gateway: IPv4Address, networks: list[IPv4Network]) -> bool:
    return any(gateway in network for network in networks)
