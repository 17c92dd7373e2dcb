"""interface: an interface of a router, its states and what it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Interface
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.causes.configured import why_unlike
from ioscli.exercises.checks.causes.facing import Side, of_interface
from ioscli.exercises.checks.waiting import DEFAULT_WITHIN, comes_true
from ioscli.exercises.verdict import Verdict
from ioscli.labs.explain.finding import Finding
from ioscli.model.config import TunnelMode
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Duration
from ioscli.router.tunnel import TunnelInterface

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab
    from ioscli.labs.topology import Topology
    from ioscli.router.interfaces import Interface

_KEYS = (
    *("node", "interface", "state", "protocol", "address", "ip-mtu", "tunnel-mode", "expect"),
    "within",
)
_STATES = ("up", "down", "shutdown")
_PROTOCOL_STATES = ("up", "down")
_TUNNEL_MODES = {
    "gre": TunnelMode.GRE_IP,
    "gre ip": TunnelMode.GRE_IP,
    "ipip": TunnelMode.IPIP,
    "ipsec": TunnelMode.IPSEC_IPV4,
    "ipsec ipv4": TunnelMode.IPSEC_IPV4,
}
_IP_MTUS = (68, 65_535)


class Wanted(NamedTuple):
    """What an interface is to be like; None: as it likes."""

    state: str | None = None
    protocol: str | None = None
    address: IPv4Interface | None = None
    ip_mtu: int | None = None
    tunnel_mode: TunnelMode | None = None

    @property
    def words(self) -> Iterator[str]:
        """What is asked for, each by itself."""
        if self.state is not None:
            yield _state_words(self.state)
        if self.protocol is not None:
            yield f"line protocol {self.protocol}"
        if self.address is not None:
            yield f"address {self.address}"
        if self.ip_mtu is not None:
            yield f"IP MTU {self.ip_mtu}"
        if self.tunnel_mode is not None:
            yield f"tunnel mode {self.tunnel_mode.value}"

    @property
    def is_up(self) -> bool:
        """Whether it is to be up at all."""
        return self.state == "up" or self.protocol == "up"

    def unlike(self, interface: Interface) -> Iterator[str]:
        """What an interface has instead."""
        found = _state(interface)
        if self.state not in (None, found):
            yield _state_words(found)
        protocol = "up" if interface.protocol_up else "down"
        if self.protocol not in (None, protocol):
            yield f"line protocol {protocol}"
        address = interface.config.address
        if self.address not in (None, address):
            yield "no address" if address is None else f"address {address}"
        if self.ip_mtu not in (None, interface.ip_mtu):
            yield f"IP MTU {interface.ip_mtu}"
        if self.tunnel_mode is not None:
            if not isinstance(interface, TunnelInterface):
                yield "no tunnel"
            elif interface.settings.mode is not self.tunnel_mode:
                yield f"tunnel mode {interface.settings.mode.value}"


class InterfaceCheck(NamedTuple):
    """A router has an interface like this."""

    node: str
    interface: InterfaceName
    wanted: Wanted
    expected: bool
    within: Duration

    @classmethod
    def read(cls, item: Item, lab: Lab) -> InterfaceCheck:
        """From its mapping. Raises InputError."""
        fields = item.fields(*_KEYS)
        mode = fields.get("tunnel-mode")
        wanted = Wanted(
            values.one_of(fields["state"], _STATES) if "state" in fields else None,
            values.one_of(fields["protocol"], _PROTOCOL_STATES) if "protocol" in fields else None,
            _address(fields["address"]) if "address" in fields else None,
            values.number(fields["ip-mtu"], *_IP_MTUS) if "ip-mtu" in fields else None,
            None if mode is None else _TUNNEL_MODES[values.one_of(mode, tuple(_TUNNEL_MODES))],
        )
        return cls(
            values.router(values.needed(item, fields, "node"), lab),
            values.interface(values.needed(item, fields, "interface")),
            wanted,
            values.yes_or_no(fields.get("expect"), default=True),
            values.duration(fields.get("within"), DEFAULT_WITHIN),
        )

    @property
    def title(self) -> str:
        """`Tunnel0 of R1: line protocol up, address 10.0.0.1/24`."""
        details = ", ".join(self.wanted.words)
        if not details:
            return f"{self.node} has {'' if self.expected else 'no '}{self.interface}"
        return f"{self.interface} of {self.node}{'' if self.expected else ' not'}: {details}"

    @property
    def disturbs(self) -> bool:
        """It only looks."""
        return False

    def judge(self, trial: Trial) -> Verdict:
        """Look at the interface."""
        topology = trial.topology
        passed = comes_true(
            trial, lambda: self._is_there(topology), self.within, wanted=self.expected
        )
        show = f"{self.node}: show interfaces {self.interface}"
        if self.wanted.address is not None or self.wanted.ip_mtu is not None:
            show = f"{self.node}: show ip interface {self.interface}"
        found = topology.routers[self.node].interfaces.get(self.interface)
        if found is None:
            # Nobody can show what is not there.
            because = () if passed else (f"nothing configures {self.interface} on {self.node}",)
            return Verdict(
                passed,
                f"{self.node} has no {self.interface}",
                (f"{self.node}: show ip interface brief",),
                because,
            )
        seen = f"{self.interface} of {self.node}: {', '.join(self._seen(found))}"
        if passed or not self.expected:
            return Verdict(passed, seen, (show,))
        causes = []
        if self.wanted.is_up and not found.protocol_up:
            side = Side(self.node, topology.routers[self.node], self.interface)
            causes = list(of_interface(trial, side))
        causes += self._configured(found)
        shows = (it for cause in causes for it in cause.shown_by)
        return Verdict(
            False,
            seen,
            tuple(dict.fromkeys((show, *shows))),
            tuple(dict.fromkeys(cause.words for cause in causes)),
        )

    def _configured(self, found: Interface) -> Iterator[Finding]:
        """Which configuration makes it other than it should be."""
        wanted, config = self.wanted, found.config
        mode = found.settings.mode if isinstance(found, TunnelInterface) else None
        yield from why_unlike(
            self.node,
            found,
            ip_mtu=wanted.ip_mtu not in (None, found.ip_mtu),
            mode=wanted.tunnel_mode not in (None, mode),
            address=wanted.address not in (None, config.address),
        )

    def _is_there(self, topology: Topology) -> bool:
        found = topology.routers[self.node].interfaces.get(self.interface)
        return found is not None and not any(self.wanted.unlike(found))

    def _seen(self, found: Interface) -> list[str]:
        """What it has, where that is not as asked; else what was asked for."""
        unlike = list(self.wanted.unlike(found))
        return unlike or list(self.wanted.words) or [_state_words(_state(found))]


def _state(interface: Interface) -> str:
    if interface.config.shutdown:
        return "shutdown"
    return "up" if interface.up else "down"


def _state_words(state: str) -> str:
    return "shut down" if state == "shutdown" else state


def _address(item: Item) -> IPv4Interface:
    if "/" not in item.text():
        raise item.error(f"{item.what}: an address with its length, such as 192.0.2.1/24")
    return values.parsed(item, IPv4Interface, "an address such as 192.0.2.1/24")
