"""Why SYNs arrive with a larger MSS than they should: where they pass, and who lowers it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioscli.exercises.checks.causes.lost import Why, as_why, source_of
from ioscli.exercises.checks.causes.sent_on import ways_out
from ioscli.exercises.checks.echoes import DEFAULT_COUNT, Echo, once
from ioscli.exercises.checks.ways import ways_of
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.router.tunnel import TunnelInterface

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.model.ifname import InterfaceName


def why_so_large(trial: Trial, echo: Echo) -> Why:
    """What the routers on the way of a connection do to the MSS; echo: a ping that goes its way."""
    return as_why(list(_findings(trial, echo)))


def _findings(trial: Trial, echo: Echo) -> Iterator[Finding]:
    topology = trial.topology
    asked = once(trial, echo, DEFAULT_COUNT)
    ways, source = ways_of(trial, asked), source_of(topology, asked)
    passed: dict[tuple[str, InterfaceName], int | None] = {}
    tunnels: dict[tuple[str, InterfaceName], None] = {}
    for nodes, to in ((ways.there, echo.to), (ways.back, source)):
        for node, interface in () if to is None else ways_out(topology, nodes, to):
            if node in ways.carriers:
                continue
            passed[node, interface.name] = interface.config.adjust_mss
            if isinstance(interface, TunnelInterface):
                tunnels[node, interface.name] = None
    for node, name in (it for it in passed if passed[it] is not None):
        words = f"{name} of {node} lowers the MSS to {passed[node, name]}"
        yield Finding(words, (f"{node}: show running-config interface {name}",), Rank.TRAFFIC)
    # Where there are tunnels, it is they that have less room than the ends know of.
    for node, name in tunnels or passed:
        if passed[node, name] is None and (tunnels or node in trial.exercise.nodes):
            words = f"{name} of {node}, which the SYNs pass, leaves their MSS as it is"
            show = f"{node}: show running-config interface {name}"
            yield Finding(words, (show,), Rank.TRAFFIC)
