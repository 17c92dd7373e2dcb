"""A walk as rich tables for the terminal, or as JSON."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ioscli.labs.explain.stack import Layer
from ioscli.labs.explain.walk import Drop, Hop, Walk
from ioscli.model.instant import MILLISECOND, Instant


def walk_as_json(walk: Walk) -> str:
    """One object; times in milliseconds since the packet's first step."""
    start = walk.steps[0].at if walk.steps else Instant(0)
    document = {
        "command": walk.command,
        "output": walk.output,
        "packet": walk.subject,
        "steps": [_step(step, start) for step in walk.steps],
        "verdict": walk.verdict,
        "reasons": list(walk.reasons),
        "counters": [moved._asdict() for moved in walk.moved],
    }
    return json.dumps(document, indent=2)


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


def print_walk(walk: Walk, console: Console) -> None:
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
