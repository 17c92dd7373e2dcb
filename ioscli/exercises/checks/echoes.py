"""Echo requests from a router or a Linux host, until they are answered or time is up."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.senders import HEADERS, TIMEOUT, FromHost, FromRouter, Sender
from ioscli.labs.explain.watch import Watch
from ioscli.labs.labfile import Lab, NodeKind
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Duration, Instant
from ioscli.router.probes import EchoKind

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item

DEFAULT_SIZE = 100
DEFAULT_COUNT = 5
DEFAULT_WITHIN = Duration(60 * SECOND)
"""The first ones are lost to ARP at one router after the other, and so are the first messages of
IKE, which repeats them after 10 s each."""

_PACE = SECOND
"""After a request that was not answered; routers limit the rate at which they say why."""
_SIZES = (36, 18_024)
_MOST = 1_000
_IDENTIFIERS = 0xC000
"""Those of sessions begin with their line's number, which is smaller."""


class Echo(NamedTuple):
    """What is asked for, and from where."""

    node: str
    to: IPv4Address
    source: IPv4Address | InterfaceName | str | None = None
    """An address or an interface; of a Linux host a device's name."""
    size: int = DEFAULT_SIZE
    """Bytes of the whole datagram, as IOS counts."""
    df: bool = False
    at_host: bool = False
    """Whether the node is a Linux host."""

    def typed(self, count: int = DEFAULT_COUNT) -> str:
        """The command, with its node: `R1: ping 192.0.2.1 size 1400 df-bit`."""
        if self.at_host:
            words = ["ping", "-c", str(count)]
            words += ["-M", "do"] if self.df else []
            words += ["-s", str(self.size - HEADERS)] if self.size != DEFAULT_SIZE else []
            words += ["-I", str(self.source)] if self.source is not None else []
            return f"{self.node}: {' '.join(words)} {self.to}"
        words = ["ping", str(self.to)]
        words += ["source", str(self.source)] if self.source is not None else []
        words += ["size", str(self.size)] if self.size != DEFAULT_SIZE else []
        words += ["df-bit"] if self.df else []
        words += ["repeat", str(count)] if count != DEFAULT_COUNT else []
        return f"{self.node}: {' '.join(words)}"

    def __str__(self) -> str:
        """`from R1 (Loopback0) to 192.0.2.1`."""
        return f"from {self.sender} to {self.to}{self._with_what}"

    def wanted(self, verb: str = "reaches") -> str:
        """`R1 (Loopback0) reaches 192.0.2.1 with 1400 bytes and DF set`."""
        return f"{self.sender} {verb} {self.to}{self._with_what}"

    @property
    def _with_what(self) -> str:
        words = [f"{self.size} bytes"] if self.size != DEFAULT_SIZE else []
        words += ["DF set"] if self.df else []
        return f" with {' and '.join(words)}" if words else ""

    @property
    def sender(self) -> str:
        """`R1 (Loopback0)`."""
        return self.node if self.source is None else f"{self.node} ({self.source})"


ECHO_KEYS = ("from", "to", "source", "size", "df")


def read_echo(item: Item, fields: values.Fields, lab: Lab) -> Echo:
    """An Echo from the keys ECHO_KEYS of a mapping. Raises InputError."""
    node = values.node(values.needed(item, fields, "from"), lab)
    at_host = lab.nodes[node].kind is NodeKind.LINUX
    source = fields.get("source")
    return Echo(
        node,
        values.address(values.needed(item, fields, "to")),
        None if source is None else _source(source, at_host=at_host),
        values.number(fields["size"], *_SIZES) if "size" in fields else DEFAULT_SIZE,
        values.yes_or_no(fields.get("df"), default=False),
        at_host,
    )


def read_count(item: Item | None) -> int:
    """How many echo requests make a ping. Raises InputError."""
    return DEFAULT_COUNT if item is None else values.number(item, 1, _MOST)


def _source(item: Item, *, at_host: bool) -> IPv4Address | InterfaceName | str:
    text = item.text()
    if text[:1].isdigit():
        return values.address(item)
    if not at_host:
        return values.interface(item)
    if not (text == "lo" or text.removeprefix("eth").isdigit()):
        raise item.error(f"source: a Linux host has no {text}, only lo, eth0, eth1 ...")
    return text


class Heard(NamedTuple):
    """How one echo request ended, and when it was sent."""

    sent: Instant
    kind: EchoKind
    responder: IPv4Address | None = None
    mtu: int | None = None
    """Of the next hop, where somebody says that the request was too big."""


class Asked(NamedTuple):
    """What came of a ping."""

    echo: Echo
    identifier: int
    heard: tuple[Heard, ...]
    """All of its requests."""
    looked_at: int
    """How many of them, from the last one back, are looked at."""
    watch: Watch
    """All that was seen meanwhile."""
    ended: Instant
    unsent: str = ""
    """Why nothing could be sent: `R1 has no Loopback7`; empty where it could."""

    @property
    def last(self) -> tuple[Heard, ...]:
        """Those that are looked at."""
        return self.heard[-self.looked_at :]

    @property
    def answered(self) -> int:
        """How many of the last were answered."""
        return sum(it.kind is EchoKind.REPLY for it in self.last)

    @property
    def wholly(self) -> bool:
        """Whether all of them were."""
        return self.answered == self.looked_at

    @property
    def too_big(self) -> Heard | None:
        """The last of them of which somebody says that it was too big."""
        told = (it for it in reversed(self.last) if it.kind is EchoKind.FRAGMENTATION_NEEDED)
        return next(told, None)

    @property
    def lost(self) -> list[Heard]:
        """Those that were not, the last one first."""
        return [it for it in reversed(self.heard) if it.kind is not EchoKind.REPLY]

    def __str__(self) -> str:
        """`3 of 5 pings were answered`."""
        if self.unsent:
            return f"{self.echo.sender} cannot ping"
        count = self.looked_at
        if self.wholly:
            return f"all {count} pings were answered" if count > 1 else "the ping was answered"
        if not self.answered:
            none = f"none of {count} pings was answered" if count > 1 else "no ping was answered"
            return none + self._complaints()
        return f"{self.answered} of {count} pings were answered" + self._complaints()

    def _complaints(self) -> str:
        """What routers said instead of an answer."""
        said = dict.fromkeys(filter(None, map(_complaint, self.last)))
        return f": {', '.join(said)}" if said else ""


def _complaint(heard: Heard) -> str:
    match heard.kind:
        case EchoKind.FRAGMENTATION_NEEDED:
            return f"too big, says {heard.responder}, which has room for {heard.mtu} bytes"
        case EchoKind.UNREACHABLE:
            return f"unreachable, says {heard.responder}"
        case EchoKind.TTL_EXCEEDED:
            return f"the TTL ran out, says {heard.responder}"
        case EchoKind.OTHER:
            return "there is no route"
        case _:
            return ""


def until_answered(trial: Trial, echo: Echo, count: int, within: Duration) -> Asked:
    """Ask until so many requests in a row are answered, or time is up. Raises Runaway."""
    return _ask(trial, echo, count, trial.until(within), _wholly)


def until_too_big(trial: Trial, echo: Echo, count: int, within: Duration) -> Asked:
    """Ask once a second until somebody says that it is too big, or time is up. Raises Runaway."""
    return _ask(trial, echo, count, trial.until(within), _too_big, steady=True)


def once(trial: Trial, echo: Echo, count: int) -> Asked:
    """Ask so many times. Raises Runaway."""
    return _ask(trial, echo, count, trial.now, _wholly)


def steadily(trial: Trial, echo: Echo, within: Duration) -> None:
    """Ask once a second as long as that, for what comes of asking. Raises Runaway."""
    _ask(trial, echo, 1, trial.until(within), lambda _: False, steady=True)


def _wholly(asked: Asked) -> bool:
    return asked.wholly


def _too_big(asked: Asked) -> bool:
    return asked.too_big is not None


def _ask(
    trial: Trial,
    echo: Echo,
    count: int,
    end: Instant,
    enough: Callable[[Asked], bool],
    *,
    steady: bool = False,
) -> Asked:
    watch = Watch(trial.topology)
    heard: list[Heard] = []
    try:
        sender = _sender(trial, echo)
        while True:
            unsent = sender.unable()
            if not unsent:
                heard.append(_one(trial, sender, len(heard) & 0xFFFF))
            asked = Asked(echo, sender.identifier, tuple(heard), count, watch, trial.now, unsent)
            if trial.now >= end and (unsent or len(heard) >= count):
                break
            if enough(asked):
                break
            if steady or unsent or heard[-1].kind is not EchoKind.REPLY:
                since = trial.now if unsent else heard[-1].sent
                trial.wait(Duration(max(0, since + _PACE - trial.now)))
        sender.close()
    finally:
        watch.stop()
    return asked


def _one(trial: Trial, sender: Sender, sequence: int) -> Heard:
    """Send one request, and wait for what comes of it."""
    heard: list[Heard] = []
    sent = trial.now
    timer = trial.topology.simulation.after(
        TIMEOUT, lambda: heard.append(Heard(sent, EchoKind.TIMEOUT))
    )
    sender.send(sequence, lambda kind, who, mtu: heard.append(Heard(sent, kind, who, mtu)))
    trial.run_while(lambda: not heard)
    timer.cancel()
    sender.forget(sequence)
    return heard[0]


def _sender(trial: Trial, echo: Echo) -> Sender:
    topology = trial.topology
    # Of its own for each ping of a trial: late replies are not taken for those of the next.
    identifier = _IDENTIFIERS | topology.simulation.events_run & 0x0FFF
    if echo.at_host:
        return FromHost(topology.hosts[echo.node], echo)
    return FromRouter(topology.routers[echo.node], echo, identifier)
