"""What an answer did to the configuration that the exercise starts with, where lines are judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioscli.cli.boot import written
from ioscli.exercises.config_text import ConfigText, Place, matches
from ioscli.labs.errors import quoted
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.labs.topology import Topology
from ioscli.model.config import TunnelMode
from ioscli.router.tunnel import TunnelInterface

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.router.interfaces import Interface


def why_configured(
    trial: Trial,
    node: str,
    sections: tuple[str, ...],
    missing: list[str],
    unwanted: list[Place],
) -> Iterator[str]:
    """Whether lines that are missing, or too many, were there at the start.

    missing: patterns of lines; unwanted: lines that are there.
    """
    start = _start(trial, node)
    where = f" under {quoted(sections[-1])}" if sections else ""
    there = [place for place in start.commands() if is_within(place, sections)]
    had = [any(matches(it, place.text) for place in there) for it in missing]
    if any(had):
        yield f"{node} had such a line{where} at the start, and it is gone"
    if not all(had):
        yield f"{node} had no such line{where} at the start, and none was added"
    known = {(place.sections, place.text) for place in start.commands()}
    kept = [(place.sections, place.text) in known for place in unwanted]
    if any(kept):
        yield f"{node} has had such a line from the start, and it was not taken away"
    if not all(kept):
        yield f"{node} had no such line at the start: it was added"


def _start(trial: Trial, node: str) -> ConfigText:
    """The configuration that a router starts with, as it would write it."""
    exercise = trial.exercise
    start = Topology(exercise.lab, trial.grammar, trial.seed, exercise.start)
    return ConfigText.parse(written(start.routers[node].config))


def is_within(place: Place, sections: tuple[str, ...]) -> bool:
    """Whether a line stands in sections whose headers fit patterns, outermost first."""
    around = place.sections
    return len(around) >= len(sections) and all(map(matches, sections, around))


def why_unlike(
    node: str, interface: Interface, *, ip_mtu: bool, mode: bool, address: bool
) -> Iterator[Finding]:
    """Which configuration makes an interface what it is, where that is not as it should be."""
    name = f"{interface.name} of {node}"
    show = (f"{node}: show running-config interface {interface.name}",)
    config = interface.config
    if ip_mtu:
        words = f"no IP MTU is configured on {name}, which takes {interface.ip_mtu} by itself"
        if config.ip_mtu is not None:
            words = f"{name} is configured with an IP MTU of {config.ip_mtu}"
        yield Finding(words, show, Rank.INTERFACE)
    if mode and isinstance(interface, TunnelInterface):
        found = interface.settings.mode
        words = f"{name} is configured with the tunnel mode {found.value}"
        if found is TunnelMode.GRE_IP:
            words = (
                f"no tunnel mode is configured on {name}, and a tunnel is {found.value} by itself"
            )
        yield Finding(words, show, Rank.INTERFACE)
    if address:
        words = f"no address is configured on {name}"
        if config.address is not None:
            words = f"{name} is configured with the address {config.address}"
        yield Finding(words, show, Rank.INTERFACE)
