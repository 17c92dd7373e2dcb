"""One ping packet on its way through a lab: `ioscli explain LAB NODE "ping ..."`.

The command is typed at the node; the last echo request that it sent is followed, frame by frame,
with the answer or the error that it met.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.icmp import DestinationUnreachable, EchoMessage, TimeExceeded
from ioscli.codec.ipv4 import IPv4Header
from ioscli.labs.explain.arithmetic import why_this_mtu
from ioscli.labs.explain.stack import Keys, Layer, Stack, of_frame
from ioscli.labs.explain.watch import Frame, Moved, Refused, Watch
from ioscli.labs.labfile import Endpoint
from ioscli.labs.topology import Topology
from ioscli.model.instant import MILLISECOND, Instant


class Hop(NamedTuple):
    """Our packet, or what came of it, on one link."""

    at: Instant
    what: str
    """`request`, `reply`, `error`."""
    sender: Endpoint
    receiver: Endpoint
    packet: int
    """Octets of the outermost IPv4 packet."""
    layers: tuple[Layer, ...]


class Drop(NamedTuple):
    """Where a router refused it."""

    at: Instant
    node: str
    words: str
    shown_by: str


class Walk(NamedTuple):
    """What happened to one packet."""

    command: str
    output: str
    """What the command printed."""
    subject: str
    """The packet that was followed, in words."""
    steps: tuple[Hop | Drop, ...]
    """In the order of time."""
    verdict: str
    reasons: tuple[str, ...]
    """Why, a line each; each names the command that shows it."""
    moved: tuple[Moved, ...]
    """Counters of loss that rose while the command ran."""


class _Ping(NamedTuple):
    """The echo request that is followed."""

    source: IPv4Address
    destination: IPv4Address
    message: EchoMessage
    octets: int

    def is_in(self, stack: Stack) -> str:
        """Whether a frame carries it (`request`), its reply, or an error about it; else ``."""
        carried = stack.carried
        if carried is None:
            return ""
        message = carried.message
        if isinstance(message, EchoMessage):
            same = (message.sequence, message.data) == (self.message.sequence, self.message.data)
            return ("reply" if message.reply else "request") if same else ""
        if isinstance(message, DestinationUnreachable | TimeExceeded):
            return "error" if self._quoted_in(message.original) else ""
        return ""

    def _quoted_in(self, original: bytes) -> bool:
        """Whether an error quotes this request: by its identifier and sequence number."""
        header = (original[0] & 0xF) * 4 if original else 0
        own = self.message.identifier << 16 | self.message.sequence
        return original[header + 4 : header + 8] == own.to_bytes(4, "big")


def follow(topology: Topology, watch: Watch, node: str, command: str, output: str) -> Walk | None:
    """Make the way of the last echo request of a command; None where it sent none."""
    keys = Keys()
    for router in topology.routers.values():
        keys.learn(router.esp_key_records())
    sightings = list(_sightings(watch.frames, keys))
    ping = _last_request(watch, sightings, node)
    if ping is None:
        return None
    hops = list(_hops(ping, sightings))
    drops = list(_drops(ping, watch.refusals, sightings))
    steps: list[Hop | Drop] = [*hops, *(drop for drop, _ in drops)]
    steps.sort(key=lambda step: (step.at, isinstance(step, Hop)))  # what is said of it comes after
    refused = drops[-1][1] if drops else None
    return Walk(
        command,
        output,
        f"{ping.octets}-byte echo request {ping.message.sequence} from {ping.source} to "
        f"{ping.destination}",
        tuple(steps),
        _verdict(node, hops, drops),
        tuple(_reasons(topology, watch, refused, hops)) if refused is not None else (),
        tuple(watch.moved()),
    )


def _sightings(frames: Sequence[Frame], keys: Keys) -> Iterator[tuple[Frame, Stack]]:
    for frame in frames:
        stack = of_frame(frame.octets, keys, serial=frame.serial)
        if stack is not None:
            yield frame, stack


def _last_request(
    watch: Watch, sightings: Sequence[tuple[Frame, Stack]], node: str
) -> _Ping | None:
    """The last request that the node itself sent, on a wire or not."""
    for _, who, packet in reversed(watch.requests):
        if who == node:
            header, payload = IPv4Header.parse(packet)
            message = EchoMessage(
                False,
                int.from_bytes(payload[4:6], "big"),
                int.from_bytes(payload[6:8], "big"),
                payload[8:],
            )
            return _Ping(header.source, header.destination, message, len(packet))
    for frame, stack in reversed(sightings):
        carried = stack.carried
        if frame.sender.node == node and carried is not None:
            message_seen = carried.message
            if isinstance(message_seen, EchoMessage) and not message_seen.reply:
                return _Ping(carried.source, carried.destination, message_seen, _inner(stack))
    return None


def _inner(stack: Stack) -> int:
    """Octets of the innermost IPv4 packet: its header and all that follows in it."""
    at = max(index for index, layer in enumerate(stack.layers) if layer.name == "IPv4")
    return sum(layer.octets for layer in stack.layers[at:])


def _hops(ping: _Ping, sightings: Sequence[tuple[Frame, Stack]]) -> Iterator[Hop]:
    """Frames with our packet, its reply or an error about it, and their later fragments."""
    known: dict[bytes, str] = {}
    for frame, stack in sightings:
        what = ping.is_in(stack)
        if what:
            for outer in stack.outer:
                known.setdefault(outer, what)
        elif stack.fragment:
            what = known.get(stack.outer[-1], "")
        if what:
            yield Hop(frame.at, what, frame.sender, frame.receiver, stack.packet, stack.layers)


def _reasons(
    topology: Topology, watch: Watch, refused: Refused, hops: Sequence[Hop]
) -> Iterator[str]:
    yield from why_this_mtu(topology, refused)
    told = any(hop.what == "error" and hop.sender.node == refused.node for hop in hops)
    interval = topology.routers[refused.node].config.icmp_unreachable_interval
    recent = [
        other.at
        for other in watch.refusals
        if (other.node, other.reason) == (refused.node, refused.reason) and other.at < refused.at
    ]
    if told or not recent or not interval:
        return
    since = (refused.at - recent[-1]) / MILLISECOND
    if since < interval:
        yield (
            f"{refused.node} sends one unreachable in {interval} ms, and had refused another "
            f"packet {since:.0f} ms before (ip icmp rate-limit unreachable)"
        )


_REFUSALS = {
    "no_route": "no route to {destination}",
    "time_exceeded": "the TTL ran out",
    "reassembly_time_exceeded": "fragments of it never came",
    "prohibited": "an access list denied it",
    "protocol_unreachable": "nobody there speaks its protocol",
}
_SHOWN_BY = {
    "too_big": "show ip interface {way} | include MTU",
    "no_route": "show ip route {destination}",
    "prohibited": "show ip access-lists",
}


def _drops(
    ping: _Ping,
    refusals: Sequence[Refused],
    sightings: Sequence[tuple[Frame, Stack]],
) -> Iterator[tuple[Drop, Refused]]:
    """Refusals of our packet, or of a packet around it."""
    around = {
        outer: True
        for frame, stack in sightings
        if ping.is_in(stack) == "request"
        for outer in stack.outer
    }
    for refused in refusals:
        packet = refused.packet
        header = (packet[0] & 0xF) * 4
        own = ping.message.identifier << 16 | ping.message.sequence
        ours = packet[header + 4 : header + 8] == own.to_bytes(4, "big")
        if ours or packet[12:20] + packet[4:6] in around:
            words = {"destination": str(IPv4Address(packet[16:20])), "way": str(refused.way)}
            said = _REFUSALS.get(refused.reason, "").format(**words)
            if refused.reason == "too_big":
                said = f"DF is set, and its {len(packet)} bytes exceed the {refused.mtu} of "
                said += str(refused.way)
            shown = _SHOWN_BY.get(refused.reason, "show ip traffic").format(**words)
            yield Drop(refused.at, refused.node, said, shown), refused


def _verdict(node: str, hops: Sequence[Hop], drops: Sequence[tuple[Drop, Refused]]) -> str:
    replies = [hop for hop in hops if hop.what == "reply" and hop.receiver.node == node]
    requests = [hop for hop in hops if hop.what == "request"]
    errors = [hop for hop in hops if hop.what == "error"]
    if replies:
        took = (replies[-1].at - requests[0].at) / MILLISECOND
        return f"The reply came back to {node} after {took:.1f} ms."
    if errors:
        told = [hop for hop in errors if hop.receiver.node == node]
        said = errors[0].layers[-2 if errors[0].layers[-1].name == "data" else -1].detail
        end = f"told {node} so" if told else f"sent an error that did not reach {node}"
        return f"{errors[0].sender.node} refused it and {end}: {said}."
    if drops:
        drop = drops[-1][0]
        return f"{drop.node} refused it without a word to {node}: {drop.words}."
    if not requests:
        return f"It never left {node}."
    last = requests[-1]
    answered = [hop for hop in hops if hop.what == "reply"]
    if answered:
        lost = answered[-1]
        return f"The reply was lost behind {lost.receiver.node}, which got it from {lost.sender}."
    return f"It was lost at {last.receiver.node}, which got it from {last.sender}, without a word."
