"""isakmp: an ISAKMP SA with a peer, and what phase 1 agreed upon."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.causes.protection import is_with, same_isakmp_sa, why_unprotected
from ioscli.exercises.checks.parties import Party, called, read_party
from ioscli.exercises.checks.waiting import DEFAULT_WITHIN, comes_true
from ioscli.exercises.verdict import Verdict
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.instant import Duration
from ioscli.model.isakmp import DH_GROUP_BITS, IkeEncryption, IkeHash

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab
    from ioscli.labs.topology import Topology
    from ioscli.model.crypto import IsakmpSaState

_KEYS = (
    *("node", "peer", "encryption", "hash", "group", "authentication", "mode", "expect"),
    "within",
)
_METHODS = {"pre-share": "psk", "rsa-sig": "rsig"}
"""As configured: as shows and states say it."""
_MODES = ("main", "aggressive")


class Wanted(NamedTuple):
    """What an ISAKMP SA is to be like; None: as it likes."""

    encryption: IkeEncryption | None = None
    hash: IkeHash | None = None
    group: int | None = None
    authentication: str | None = None
    mode: str | None = None

    @property
    def words(self) -> Iterator[str]:
        """What is asked for, each by itself."""
        if self.encryption is not None:
            yield self.encryption.value
        if self.hash is not None:
            yield self.hash.value
        if self.group is not None:
            yield f"group {self.group}"
        if self.authentication is not None:
            yield self.authentication
        if self.mode is not None:
            yield f"{self.mode} mode"

    def fits(self, sa: IsakmpSaState) -> bool:
        """Whether an SA is so."""
        return (
            (self.encryption is None or self.encryption.value == _encryption(sa))
            and (self.hash is None or self.hash.value == sa.hash)
            and self.group in (None, sa.group)
            and (self.authentication is None or _METHODS[self.authentication] == sa.authentication)
            and self.mode in (None, _mode(sa))
        )


class IsakmpCheck(NamedTuple):
    """A router has an ISAKMP SA with a peer."""

    node: str
    peer: Party
    wanted: Wanted
    expected: bool
    within: Duration

    @classmethod
    def read(cls, item: Item, lab: Lab) -> IsakmpCheck:
        """From its mapping. Raises InputError."""
        fields = item.fields(*_KEYS)
        wanted = Wanted(
            _encryption_of(fields["encryption"]) if "encryption" in fields else None,
            IkeHash(values.one_of(fields["hash"], tuple(it.value for it in IkeHash)))
            if "hash" in fields
            else None,
            _group(fields["group"]) if "group" in fields else None,
            values.one_of(fields["authentication"], tuple(_METHODS))
            if "authentication" in fields
            else None,
            values.one_of(fields["mode"], _MODES) if "mode" in fields else None,
        )
        return cls(
            values.router(values.needed(item, fields, "node"), lab),
            read_party(values.needed(item, fields, "peer"), lab),
            wanted,
            values.yes_or_no(fields.get("expect"), default=True),
            values.duration(fields.get("within"), DEFAULT_WITHIN),
        )

    @property
    def title(self) -> str:
        """`R1 has an ISAKMP SA with R3: aes 256, sha, group 14`."""
        has = "has an ISAKMP SA" if self.expected else "has no ISAKMP SA"
        details = ", ".join(self.wanted.words)
        return f"{self.node} {has} with {self.peer}" + (f": {details}" if details else "")

    @property
    def disturbs(self) -> bool:
        """It only looks."""
        return False

    def judge(self, trial: Trial) -> Verdict:
        """Look at the SAs that are established."""
        topology = trial.topology
        passed = comes_true(
            trial, lambda: bool(self._fitting(topology)), self.within, wanted=self.expected
        )
        show = f"{self.node}: show crypto isakmp sa detail"
        seen = self._seen(topology)
        if passed or not self.expected:
            return Verdict(passed, seen, (show,))
        causes = list(self._causes(trial))
        shows = (it for cause in causes for it in cause.shown_by)
        return Verdict(
            False,
            seen,
            tuple(dict.fromkeys((show, *shows))),
            tuple(dict.fromkeys(cause.words for cause in causes)),
        )

    # -- what there is -----------------------------------------------------------------------------

    def _with_peer(self, topology: Topology) -> list[IsakmpSaState]:
        """Those with the peer, established or not; newest first."""
        return [
            sa
            for sa in topology.routers[self.node].isakmp_views()
            if not sa.deleted
            and (is_with(topology, self.peer, sa.peer) or same_isakmp_sa(topology, self.peer, sa))
        ]

    def _fitting(self, topology: Topology) -> list[IsakmpSaState]:
        return [sa for sa in self._with_peer(topology) if sa.active and self.wanted.fits(sa)]

    def _seen(self, topology: Topology) -> str:
        found = self._fitting(topology) or self._with_peer(topology)
        if found:
            told = dict.fromkeys(map(_told, found))
            return f"{self.node} has an ISAKMP SA with {self.peer}: {'; '.join(told)}"
        words = f"{self.node} has no ISAKMP SA with {self.peer}"
        views = topology.routers[self.node].isakmp_views()
        others = dict.fromkeys(called(topology, sa.peer) for sa in views if sa.active)
        return f"{words}, only with {', '.join(others)}" if others else words

    # -- why ---------------------------------------------------------------------------------------

    def _causes(self, trial: Trial) -> Iterator[Finding]:
        found = [sa for sa in self._with_peer(trial.topology) if sa.active]
        if not found:
            yield from why_unprotected(trial, self.node, self.peer, None)
            return
        other = self.peer.name(trial.topology)
        for node in dict.fromkeys((self.node, other)):
            if node in trial.topology.routers:
                yield _policies(trial.topology, node)


def _policies(topology: Topology, node: str) -> Finding:
    """What a router would take, the most wanted first: the first that both have is agreed upon."""
    policies = sorted(
        topology.routers[node].config.isakmp.policies.values(), key=attrgetter("priority")
    )
    told = [
        f"{it.priority}: {it.encryption.value}, {it.hash.value}, {it.authentication.value}, "
        f"group {it.group}"
        for it in policies
    ]
    words = f"{node} has the ISAKMP policies {'; '.join(told)}"
    if not told:
        words = f"{node} has no ISAKMP policy of its own"
    return Finding(words, (f"{node}: show crypto isakmp policy",), Rank.PHASE_ONE)


def _told(sa: IsakmpSaState) -> str:
    if not sa.active:
        return f"not established, in state {sa.state}"
    method = next((it for it, short in _METHODS.items() if short == sa.authentication), "")
    parts = (_encryption(sa), sa.hash, f"group {sa.group}", method, f"{_mode(sa)} mode")
    return ", ".join(filter(None, parts))


def _mode(sa: IsakmpSaState) -> str:
    return "aggressive" if sa.aggressive else "main"


def _encryption(sa: IsakmpSaState) -> str:
    """As it is configured: `aes 256`."""
    return sa.encryption + (f" {sa.key_bits}" if sa.key_bits > 128 else "")


def _encryption_of(item: Item) -> IkeEncryption:
    known = tuple(it.value for it in IkeEncryption)
    if item.text() == "aes 128":
        return IkeEncryption.AES_128
    return IkeEncryption(values.one_of(item, known))


def _group(item: Item) -> int:
    found = values.number(item, 1, max(DH_GROUP_BITS))
    if found not in DH_GROUP_BITS:
        raise item.error(f"group: there is no Diffie-Hellman group {found}")
    return found
