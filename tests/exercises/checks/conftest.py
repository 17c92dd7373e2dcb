"""Fixtures for tests of checks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.resources import labs_folder

from .trials import Bench, configurations


@pytest.fixture
def bench(grammar: Grammar, tmp_path: Path, write_lab: Any) -> Callable[..., Bench]:
    """Makes a Bench of links (`R1:Gi0/0 R2:Gi0/0`) and configurations by node."""

    def make(links: str, **configs: str) -> Bench:
        pairs = [line.split() for line in links.split(",")]
        nodes = list(dict.fromkeys(end.partition(":")[0] for pair in pairs for end in pair))
        nodes += [node for node in configs if node not in nodes]
        lines = ["name: bench", "topology:", "  nodes:"]
        for node in nodes:
            kind = {"S": "switch", "P": "linux"}.get(node[0], "router")
            lines.append(f"    {node}: {{kind: {kind}, startup-config: start/{node}.cfg}}")
            if kind == "switch":
                lines[-1] = f"    {node}: {{kind: switch}}"
        lines.append("  links:")
        lines += [f'    - endpoints: ["{first}", "{second}"]' for first, second in pairs]
        files = {f"start/{node}.cfg": configs.get(node, "!\n") for node in nodes}
        file = write_lab("\n".join(lines) + "\n", files)
        return Bench(
            grammar, tmp_path, file, {it: text for it, text in configs.items() if it[0] == "R"}
        )

    return make


@pytest.fixture
def shipped(grammar: Grammar, tmp_path: Path) -> Callable[..., Bench]:
    """Makes a Bench of a shipped lab: as it starts, or with its solution."""

    def make(name: str, *, solved: bool = True) -> Bench:
        folder = labs_folder() / name
        return Bench(grammar, tmp_path, folder / "lab.yaml", configurations(folder, solved=solved))

    return make
