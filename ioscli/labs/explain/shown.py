"""Walks and diagnoses as rich tables for the terminal, or as JSON."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ioscli.labs.explain.finding import Finding
from ioscli.labs.explain.stack import Layer
from ioscli.labs.explain.tunnel import Diagnosis
from ioscli.labs.explain.walk import Drop, Hop, Walk
from ioscli.model.instant import MILLISECOND, Instant

_LOGGED = 12
"""Messages that are printed at most; JSON has them all."""


def as_json(explanation: Walk | Diagnosis) -> str:
    """One JSON object."""
    if isinstance(explanation, Walk):
        return json.dumps(_walk(explanation), indent=2)
    return json.dumps(_diagnosis(explanation), indent=2)


def print_explanation(explanation: Walk | Diagnosis) -> None:
    """As tables and lines for a terminal."""
    console = Console()
    if isinstance(explanation, Walk):
        _print_walk(explanation, console)
    else:
        _print_diagnosis(explanation, console)


def _walk(walk: Walk) -> dict[str, Any]:
    """Times are milliseconds since the packet's first step."""
    start = walk.steps[0].at if walk.steps else Instant(0)
    return {
        "command": walk.command,
        "output": walk.output,
        "packet": walk.subject,
        "steps": [_step(step, start) for step in walk.steps],
        "verdict": walk.verdict,
        "reasons": list(walk.reasons),
        "counters": [moved._asdict() for moved in walk.moved],
    }


def _step(step: Hop | Drop, start: Instant) -> dict[str, Any]:
    at = (step.at - start) / MILLISECOND
    if isinstance(step, Drop):
        return {"at": at, "refused by": step.node, "why": step.words, "shown by": step.shown_by}
    return {
        "at": at,
        "what": step.what,
        "from": str(step.sender),
        "to": str(step.receiver),
        "bytes": step.packet,
        "headers": [layer._asdict() for layer in step.layers],
    }


def _print_walk(walk: Walk, console: Console) -> None:
    """What was typed and shown, then the packet's way, the verdict and its reasons."""
    console.print(escape(walk.output.rstrip("\n")), highlight=False)
    console.print()
    console.print(f"[bold]{escape(walk.subject)}[/bold], as it happened:", highlight=False)
    table = Table(box=None, pad_edge=False)
    table.add_column("ms", justify="right")
    table.add_column("link")
    table.add_column("bytes", justify="right")
    table.add_column("headers, from the outside in", overflow="fold")
    start = walk.steps[0].at if walk.steps else Instant(0)
    for step in walk.steps:
        at = f"{(step.at - start) / MILLISECOND:.1f}"
        if isinstance(step, Drop):
            said = f"[red]refused:[/red] {escape(step.words)} ({escape(step.shown_by)})"
            table.add_row(at, f"at {step.node}", "", said)
        else:
            link = f"{step.sender} -> {step.receiver}"
            table.add_row(at, link, str(step.packet), escape(headers(step.layers)))
    console.print(table, highlight=False)
    console.print()
    console.print(f"[bold]{escape(walk.verdict)}[/bold]", highlight=False)
    for reason in walk.reasons:
        console.print(f"  {escape(reason)}", highlight=False)
    if walk.moved:
        console.print("Counters of loss that rose meanwhile:", highlight=False)
        for moved in walk.moved:
            line = f"  {moved.node}: {moved.counter} +{moved.by} ({moved.shown_by})"
            console.print(escape(line), highlight=False)


def _diagnosis(diagnosis: Diagnosis) -> dict[str, Any]:
    """Findings are in order, the cause first."""
    return {
        "node": diagnosis.node,
        "interface": str(diagnosis.interface),
        "state": diagnosis.state,
        "findings": [_finding(it) for it in diagnosis.findings],
        "flows": [
            {
                "traffic": flow.traffic,
                "peer": flow.peer,
                "up": flow.up,
                "provoked by": flow.provoked,
                "answered": flow.answered,
                "messages": list(flow.messages),
                "in order": list(flow.agree),
            }
            for flow in diagnosis.flows
        ],
        "log": [{"node": node, "message": message} for node, message in diagnosis.logs],
        "counters": [moved._asdict() for moved in diagnosis.moved],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {"what": finding.words, "shown by": list(finding.shown_by)}


def _print_diagnosis(diagnosis: Diagnosis, console: Console) -> None:
    """State, findings, what is in order, and what was logged."""

    def say(text: str, style: str = "") -> None:
        console.print(escape(text), style=style, highlight=False)

    say(f"{diagnosis.interface} of {diagnosis.node} is {diagnosis.state}", "bold")
    for finding in diagnosis.findings:
        say(f"  {finding.words}", "red")
        for command in finding.shown_by:
            say(f"      {command}")
    if not diagnosis.findings:
        say("  nothing wrong was found: the two ends agree in all that is compared here")
    for flow in diagnosis.flows:
        console.print()
        say(f"{flow.traffic} ({flow.peer or 'nobody in this lab'})", "bold")
        say(f"  IPsec SAs: {'up' if flow.up else 'none'}")
        if flow.provoked:
            said = "answered" if flow.answered else "not answered"
            say(f"  asked for by `{flow.provoked}`: {said}")
        for line in flow.messages:
            say(f"  seen: {line}")
        for line in flow.agree:
            say(f"  in order: {line}", "green")
    if diagnosis.logs:
        console.print()
        say("Logged meanwhile:", "bold")
        for node, message in diagnosis.logs[-_LOGGED:]:
            say(f"  {node}: {message}")


def headers(layers: tuple[Layer, ...]) -> str:
    """`Ethernet 14 | IPv4 20 (10.0.0.1 -> 10.0.0.2 DF) | ... || ESP 14`: trailers at the end."""
    parts = [
        f"{layer.name} {layer.octets}" + (f" ({layer.detail})" if layer.detail else "")
        for layer in layers
    ]
    behind = [
        f"{layer.name} trailer {layer.trailer}" for layer in reversed(layers) if layer.trailer
    ]
    return " | ".join([*parts, *behind])
