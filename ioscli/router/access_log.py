"""`log` in access lists: `%SEC-6-IPACCESSLOG...`, for the first packet of a flow and then seldom.

IOS reports a flow's first packet at once, then every five minutes how many more there were;
`ip access-list log-update threshold` reports each time that many came.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.ipv4 import header_length
from ioscli.engine.simulation import Simulation
from ioscli.model.access_list import AccessEntry, AccessList, AccessListKind
from ioscli.model.instant import SECOND

INTERVAL = 300 * SECOND
_ICMP, _TCP, _UDP = 1, 6, 17
_WITH_PORTS = {_TCP: "tcp", _UDP: "udp"}
_NAMED = {2: "igmp", 4: "ipinip", 47: "gre", 50: "esp", 51: "ahp", 88: "eigrp", 89: "ospf",
          103: "pim", 108: "pcp", 132: "sctp"}  # fmt: skip
_MOST_FLOWS = 1_000
"""Flows remembered at once; those beyond are not reported."""

Log = Callable[[str, int, str, str], None]


class Flow(NamedTuple):
    """What one message is about."""

    mnemonic: str
    before: str
    """The text up to the number of packets."""


class AccessLog:
    """The flows of one router that access lists reported lately."""

    def __init__(self, simulation: Simulation, log: Log) -> None:
        self._simulation = simulation
        self._log = log
        self._flows: dict[Flow, int] = {}
        """Flow -> packets since it was last reported."""
        self.threshold = 0
        """`ip access-list log-update threshold`; 0: none."""
        self.missed = 0
        """Packets of flows beyond those remembered."""

    def report(self, known: AccessList, entry: AccessEntry, packet: bytes, origin: str) -> None:
        """A packet met an entry with `log`; origin: where it came from, for `log-input`."""
        flow = flow_of(known, entry, packet, origin)
        count = self._flows.get(flow)
        if count is None:
            if len(self._flows) >= _MOST_FLOWS:
                self.missed += 1
                return
            if not self._flows:
                self._simulation.post(INTERVAL, self._sum_up, None)
            self._flows[flow] = 0
            self._say(flow, 1)
        elif self.threshold and count + 1 >= self.threshold:
            self._flows[flow] = 0
            self._say(flow, count + 1)
        else:
            self._flows[flow] = count + 1

    def _sum_up(self, _: object) -> None:
        flows, self._flows = self._flows, {}
        for flow, count in flows.items():
            if count:
                self._say(flow, count)
                self._flows[flow] = 0
        if self._flows:
            self._simulation.post(INTERVAL, self._sum_up, None)

    def _say(self, flow: Flow, count: int) -> None:
        plural = "" if count == 1 else "s"
        self._log("SEC", 6, flow.mnemonic, f"{flow.before}{count} packet{plural}")


def flow_of(known: AccessList, entry: AccessEntry, packet: bytes, origin: str) -> Flow:
    """The flow that a packet belongs to, as the message words it."""
    verdict = "permitted" if entry.permit else "denied"
    head = f"list {known.name} {verdict}"
    source, destination = IPv4Address(packet[12:16]), IPv4Address(packet[16:20])
    if known.kind is AccessListKind.STANDARD:
        return Flow("IPACCESSLOGS", f"{head} {source} ")
    protocol = packet[9]
    payload = packet[header_length(packet) :]
    later = (packet[6] & 0x1F) << 8 | packet[7]
    between = f" ({origin})" if entry.log_input and origin else ""
    if protocol in _WITH_PORTS:
        ports = (0, 0)
        if not later and len(payload) >= 4:
            ports = payload[0] << 8 | payload[1], payload[2] << 8 | payload[3]
        ends = f"{source}({ports[0]}){between} -> {destination}({ports[1]})"
        return Flow("IPACCESSLOGP", f"{head} {_WITH_PORTS[protocol]} {ends}, ")
    if protocol == _ICMP:
        kind, code = (payload[0], payload[1]) if not later and len(payload) > 1 else (0, 0)
        ends = f"{source}{between} -> {destination} ({kind}/{code})"
        return Flow("IPACCESSLOGDP", f"{head} icmp {ends}, ")
    ends = f"{source}{between} -> {destination}, "
    if protocol in _NAMED:
        return Flow("IPACCESSLOGRP", f"{head} {_NAMED[protocol]} {ends}")
    return Flow("IPACCESSLOGNP", f"{head} {protocol} {ends}")
