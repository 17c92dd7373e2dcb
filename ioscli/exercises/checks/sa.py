"""sa: IPsec SAs with a peer, what they are made of, and whether traffic goes through them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, NamedTuple

from ioscli.cli.commands.ipsec import transform_words
from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.causes.lost import why_lost
from ioscli.exercises.checks.causes.protection import is_with, shares_sas, why_kept, why_unprotected
from ioscli.exercises.checks.echoes import (
    DEFAULT_COUNT,
    ECHO_KEYS,
    Echo,
    once,
    read_echo,
    until_answered,
)
from ioscli.exercises.checks.parties import Party, called, read_party
from ioscli.exercises.checks.transforms import parse_pattern
from ioscli.exercises.checks.waiting import DEFAULT_WITHIN, comes_true
from ioscli.exercises.config_text import matches
from ioscli.exercises.verdict import Verdict
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.crypto import Mode
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Duration

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab
    from ioscli.labs.topology import Topology
    from ioscli.model.crypto import EspTransform
    from ioscli.router.views import IpsecFlowView

_KEYS = (
    *("node", "peer", "interface", "local", "remote", "transform", "mode", "pfs", "nat-t"),
    *("traffic", "expect", "within"),
)
NO_PFS = 0


class Wanted(NamedTuple):
    """What SAs are to be like; None: as they like."""

    local: IPv4Network | None = None
    remote: IPv4Network | None = None
    transform: str | None = None
    """A pattern, see `parse_pattern`."""
    mode: Mode | None = None
    pfs: int | None = None
    """The group; NO_PFS: none."""
    nat_t: bool | None = None

    @property
    def words(self) -> Iterator[str]:
        """What is asked for, each by itself."""
        if self.transform is not None:
            yield self.transform
        if self.mode is not None:
            yield f"{self.mode.value} mode"
        if self.pfs is not None:
            yield _pfs(self.pfs)
        if self.nat_t is not None:
            yield "in UDP (NAT-T)" if self.nat_t else "without NAT-T"
        if self.local is not None or self.remote is not None:
            yield f"for {self.local or 'anything'} -> {self.remote or 'anything'}"

    def fits_transform(self, transform: EspTransform) -> bool:
        """Whether a transform is one of those that are asked for."""
        return self.transform is None or matches(self.transform, transform_words(transform))

    def fits(self, flow: IpsecFlowView) -> bool:
        """Whether a flow's newest SAs are so."""
        sa = flow.outbound[0]
        return (
            self.local in (None, flow.local_selector.network)
            and self.remote in (None, flow.remote_selector.network)
            and self.fits_transform(sa.proposal.transform)
            and self.mode in (None, sa.proposal.mode)
            and self.pfs in (None, flow.pfs_group or NO_PFS)
            and self.nat_t in (None, sa.udp_encapsulated)
        )


class SaCheck(NamedTuple):
    """A router has IPsec SAs with a peer."""

    node: str
    peer: Party
    interface: InterfaceName | None
    wanted: Wanted
    traffic: Echo | None
    """A ping that has to go through them, both ways."""
    expected: bool
    within: Duration

    @classmethod
    def read(cls, item: Item, lab: Lab) -> SaCheck:
        """From its mapping. Raises InputError."""
        fields = item.fields(*_KEYS)
        wanted = Wanted(
            values.prefix(fields["local"]) if "local" in fields else None,
            values.prefix(fields["remote"]) if "remote" in fields else None,
            _transform(fields["transform"]) if "transform" in fields else None,
            Mode(values.one_of(fields["mode"], ("tunnel", "transport")))
            if "mode" in fields
            else None,
            values.parsed(fields["pfs"], _read_pfs, "a group such as group14, or no")
            if "pfs" in fields
            else None,
            values.yes_or_no(fields["nat-t"], default=False) if "nat-t" in fields else None,
        )
        return cls(
            values.router(values.needed(item, fields, "node"), lab),
            read_party(values.needed(item, fields, "peer"), lab),
            values.interface(fields["interface"]) if "interface" in fields else None,
            wanted,
            _traffic(fields["traffic"], lab) if "traffic" in fields else None,
            values.yes_or_no(fields.get("expect"), default=True),
            values.duration(fields.get("within"), DEFAULT_WITHIN),
        )

    @property
    def title(self) -> str:
        """`R1 has IPsec SAs with R3: esp-aes 256 esp-sha-hmac, tunnel mode`."""
        has = "has IPsec SAs" if self.expected else "has no IPsec SAs"
        words = f"{self.node} {has} with {self.peer}{self._where}"
        details = ", ".join(self.wanted.words)
        if details:
            words += f": {details}"
        if self.traffic is not None:
            words += ", through which " if self.expected else ", even when "
            words += self.traffic.wanted("pings")
        return words

    @property
    def disturbs(self) -> bool:
        """Its pings leave the network as it is."""
        return False

    def judge(self, trial: Trial) -> Verdict:
        """Have traffic ask for the SAs, and look at them."""
        topology = trial.topology
        shown_by: tuple[str, ...] = (self._show,)
        asked = None
        if self.traffic is not None:
            shown_by = (self.traffic.typed(), *shown_by)
            asked = until_answered(trial, self.traffic, DEFAULT_COUNT, self.within)
        there = comes_true(
            trial, lambda: bool(self._fitting(topology)), self.within, wanted=self.expected
        )
        if not self.expected:
            causes = [] if there else list(self._kept(trial))
            return _failed(self._seen(topology), shown_by, causes)._replace(passed=there)
        if not there:
            causes = list(self._causes(trial))
            if not causes and asked is not None and not asked.answered:
                why = why_lost(trial, asked)
                causes = [Finding(words, why.shown_by) for words in why.because]
            return _failed(self._seen(topology), shown_by, causes)
        if asked is not None and not asked.answered:
            why = why_lost(trial, asked)
            seen = f"{self._seen(topology)}, but {asked}"
            return Verdict(False, seen, (*shown_by, *why.shown_by), why.because)
        if self.traffic is not None:
            return self._carried(trial, self.traffic, shown_by)
        return Verdict(True, self._seen(topology), shown_by)

    # -- what there is -----------------------------------------------------------------------------

    @property
    def _where(self) -> str:
        return "" if self.interface is None else f" on {self.interface}"

    @property
    def _show(self) -> str:
        show = f"{self.node}: show crypto ipsec sa"
        return show if self.interface is None else f"{show} interface {self.interface}"

    def _with_peer(self, topology: Topology) -> list[IpsecFlowView]:
        """The flows with the peer that have SAs."""
        return [
            flow
            for flow in topology.routers[self.node].ipsec_views()
            if flow.outbound
            and flow.outbound_spi
            and self.interface in (None, flow.interface)
            and (is_with(topology, self.peer, flow.peer) or shares_sas(topology, self.peer, flow))
        ]

    def _fitting(self, topology: Topology) -> list[IpsecFlowView]:
        return [flow for flow in self._with_peer(topology) if self.wanted.fits(flow)]

    def _seen(self, topology: Topology) -> str:
        found = self._fitting(topology) or self._with_peer(topology)
        if found:
            told = dict.fromkeys(map(_told, found))
            return f"{self.node} has SAs with {self.peer}: {'; '.join(told)}"
        words = f"{self.node} has no IPsec SAs with {self.peer}{self._where}"
        views = topology.routers[self.node].ipsec_views()
        others = dict.fromkeys(called(topology, it.peer) for it in views if it.outbound_spi)
        return f"{words}, only with {', '.join(others)}" if others else words

    def _carried(self, trial: Trial, echo: Echo, shown_by: tuple[str, ...]) -> Verdict:
        """Whether both counters of one of the flows grow with a ping."""
        before = {_name(it): it for it in self._fitting(trial.topology)}
        asked = once(trial, echo, DEFAULT_COUNT)
        grown = [
            (it.encaps - known.encaps, it.decaps - known.decaps)
            for it in self._fitting(trial.topology)
            if (known := before.get(_name(it))) is not None
        ]
        out, back = max(grown, key=min, default=(0, 0))
        went = f"of {len(asked.last)} pings {out} went out and {back} came in through them"
        seen = f"{self._seen(trial.topology)}; {went}"
        if out >= asked.answered > 0 and back >= asked.answered:
            return Verdict(True, seen, shown_by)
        why = why_lost(trial, asked)
        because = why.because
        if asked.answered:
            because = ("what answers the ping goes another way, past the SAs",)
        return Verdict(False, seen, (*shown_by, *why.shown_by), because)

    # -- why ---------------------------------------------------------------------------------------

    def _causes(self, trial: Trial) -> Iterator[Finding]:
        found = self._with_peer(trial.topology)
        if not found:
            yield from why_unprotected(trial, self.node, self.peer, self.interface)
        for flow in found:
            yield from self._unlike(trial.topology, flow)

    def _kept(self, trial: Trial) -> Iterator[Finding]:
        """Why there are SAs that should not be there, or not any more."""
        if trial.deadline is not None:
            yield from why_kept(trial.topology, self.node)
            return
        for flow in self._fitting(trial.topology):
            peer = called(trial.topology, flow.peer)
            words = f"{flow.interface} of {self.node} protects packets with {peer}"
            yield Finding(words, (f"{self.node}: show crypto map", self._show), Rank.PHASE_TWO)

    def _unlike(self, topology: Topology, flow: IpsecFlowView) -> Iterator[Finding]:
        """Where what was agreed upon comes from: from what both ends want."""
        sa, wanted = flow.outbound[0], self.wanted
        show = (f"{self.node}: show crypto ipsec transform-set", f"{self.node}: show crypto map")
        good = wanted.fits_transform(sa.proposal.transform)
        if not good or wanted.mode not in (None, sa.proposal.mode):
            for node, offered in _offers(topology, flow):
                yield Finding(f"{node} proposes {offered}", show, Rank.PHASE_TWO)
        if wanted.pfs not in (None, flow.pfs_group or NO_PFS):
            words = f"phase 2 was agreed upon with {_pfs(flow.pfs_group or NO_PFS)}"
            yield Finding(words, (self._show,), Rank.PHASE_TWO)
        if wanted.nat_t not in (None, sa.udp_encapsulated):
            found = "NAT was" if sa.udp_encapsulated else "no NAT was"
            words = f"{found} found between the two when phase 1 was negotiated"
            yield Finding(words, (f"{self.node}: show crypto isakmp sa detail",), Rank.NAT)


def _failed(seen: str, shown_by: tuple[str, ...], causes: list[Finding]) -> Verdict:
    shows = (it for cause in causes for it in cause.shown_by)
    return Verdict(
        False,
        seen,
        tuple(dict.fromkeys((*shown_by, *shows))),
        tuple(dict.fromkeys(cause.words for cause in causes)),
    )


def _offers(topology: Topology, flow: IpsecFlowView) -> Iterator[tuple[str, str]]:
    """What each end that has the flow's SAs is configured to propose."""
    for node, router in topology.routers.items():
        engine = router.running_crypto
        for its in () if engine is None else engine.flows.values():
            current = its.flow.current
            if current is None or flow.outbound_spi not in (
                current.child.outbound_spi,
                current.child.inbound_spi,
            ):
                continue
            proposals = dict.fromkeys(
                f"{transform_words(it.transform)} ({it.mode.value} mode)"
                for it in its.policy.proposals
            )
            yield node, ", ".join(proposals)


def _name(flow: IpsecFlowView) -> tuple[object, ...]:
    return flow.interface, flow.peer, flow.local_selector, flow.remote_selector


def _told(flow: IpsecFlowView) -> str:
    sa = flow.outbound[0]
    words = f"{transform_words(sa.proposal.transform)}, {sa.proposal.mode.value} mode"
    words += f", {_pfs(flow.pfs_group or NO_PFS)}"
    words += ", in UDP (NAT-T)" if sa.udp_encapsulated else ""
    selectors = f"{flow.local_selector.network} -> {flow.remote_selector.network}"
    return f"{words}, for {selectors} on {flow.interface}"


def _pfs(group: int) -> str:
    return f"PFS group{group}" if group else "no PFS"


def _read_pfs(text: str) -> int:
    if text in ("no", "none"):
        return NO_PFS
    return int(text.removeprefix("group"))


def _transform(item: Item) -> str:
    return values.parsed(item, parse_pattern, "a transform such as esp-aes 256 esp-sha-hmac")


def _traffic(item: Item, lab: Lab) -> Echo:
    return read_echo(item, item.fields(*ECHO_KEYS), lab)
