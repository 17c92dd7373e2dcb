"""`fragments`: whether the packets of a ping cross a link in pieces, judged by the frames on it."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple, Self

from ioscli.codec.ipv4 import IpProtocol
from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.causes.lost import why_lost
from ioscli.exercises.checks.crossing import Crossing, crossings, name_of, packet_of
from ioscli.exercises.checks.echoes import (
    DEFAULT_COUNT,
    DEFAULT_WITHIN,
    ECHO_KEYS,
    Asked,
    Echo,
    read_echo,
    until_answered,
)
from ioscli.exercises.checks.ways import ways_of
from ioscli.exercises.verdict import Verdict
from ioscli.model.instant import Duration

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Endpoint, Lab

_NAMES = {int(it): it.name for it in IpProtocol}


class Fragments(NamedTuple):
    """What a ping's packets look like on one link: cut, or whole with all that is around them.

    What counts is the outermost packet, and what a tunnel's packet is when it is encrypted. That a
    sender's datagram was cut before it went into a tunnel is nothing that the tunnel's end has to
    mend.
    """

    ends: tuple[Endpoint, Endpoint]
    """Of the link."""
    echo: Echo
    expected: bool
    """Whether there are to be fragments."""
    within: Duration

    @classmethod
    def read(cls, item: Item, lab: Lab) -> Self:
        """From `{link: R1-ISP, from: PC1, to: 192.0.2.1, size: 1500}`. Raises InputError."""
        fields = item.fields("link", *ECHO_KEYS, "expect", "within")
        ends = values.link(values.needed(item, fields, "link"), lab)
        values.needed(item, fields, "size")
        return cls(
            ends,
            read_echo(item, fields, lab),
            values.yes_or_no(fields.get("expect"), default=True),
            values.duration(fields.get("within"), DEFAULT_WITHIN),
        )

    @property
    def title(self) -> str:
        """What is wanted."""
        how = "in pieces" if self.expected else "in whole packets"
        return f"{self.echo.wanted()}, {how} {self._between}"

    @property
    def disturbs(self) -> bool:
        """Pings leave the network as it is."""
        return False

    @property
    def _between(self) -> str:
        return f"between {self.ends[0].node} and {self.ends[1].node}"

    def judge(self, trial: Trial) -> Verdict:
        """Ping, and look at the frames of the link meanwhile."""
        asked = until_answered(trial, self.echo, DEFAULT_COUNT, self.within)
        shown_by = (self.echo.typed(),)
        if not asked.wholly:
            why = why_lost(trial, asked)
            return Verdict(False, str(asked), (*shown_by, *why.shown_by), why.because)
        found = list(crossings(trial, asked, self.ends, asked.last[0].sent))
        if not found:
            seen = f"no packet of the ping was seen {self._between}"
            return Verdict(False, seen, shown_by, (str(ways_of(trial, asked)),))
        cut = [it for it in found if it.pieces > 1 or it.inside is not None]
        seen = self._seen(found, cut)
        if bool(cut) is self.expected:
            return Verdict(True, seen, shown_by)
        cutters = dict.fromkeys(_cutter(trial, asked, it) for it in cut)
        routers = dict.fromkeys(node for node, _ in cutters if node in trial.topology.routers)
        shows = (f"{node}: show ip traffic" for node in routers)
        return Verdict(False, seen, (*shown_by, *shows), tuple(words for _, words in cutters))

    def _seen(self, found: list[Crossing], cut: list[Crossing]) -> str:
        largest = max(it.size for it in found)
        if not cut:
            count = len(found)
            return f"all {count} packets {self._between} were whole, the largest of {largest} bytes"
        senders = dict.fromkeys(it.sender for it in cut)
        told = " and ".join(
            f"{sum(it.sender == sender for it in cut)} from {sender}" for sender in senders
        )
        return f"of {len(found)} packets {self._between} {len(cut)} were in pieces, {told}"


def _cutter(trial: Trial, asked: Asked, cut: Crossing) -> tuple[str, str]:
    """Who cut a packet, and what was too large."""
    node = cut.sender
    for frame in asked.watch.frames:
        packet = packet_of(frame)
        if packet is None or frame.sender.node in trial.topology.switches:
            continue
        if _is_of(name_of(packet), cut.name) and (cut.pieces == 1 or len(packet) < cut.size):
            node = frame.sender.node
            break
    if cut.pieces == 1 and cut.inside is not None:
        return node, f"{node} cuts {cut.inside.name} packets and encrypts the pieces"
    protocol = _NAMES.get(cut.name[-1], "IP")
    to = IPv4Address(cut.name[4:8])
    return node, f"{node} cuts {protocol} packets of {cut.size} bytes to {to}"


def _is_of(name: bytes, other: bytes) -> bool:
    """Whether two names are of the same packet; a NAT in between has changed one address."""
    return name[8:] == other[8:] and (name[:4] == other[:4] or name[4:8] == other[4:8])
