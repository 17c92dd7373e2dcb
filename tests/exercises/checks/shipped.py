"""Shipped labs for tests of checks: as they start, or solved but for some lines."""

from pathlib import Path

from ioscli.cli.matcher import Grammar
from ioscli.resources import labs_folder

from .trials import Bench


def shipped(grammar: Grammar, folder: Path, name: str, *, solved: bool) -> Bench:
    """A Bench of a shipped lab; `folder` is for the checks that are read."""
    lab = labs_folder() / name
    source = lab / ("solution" if solved else "start")
    texts = {file.stem: file.read_text() for file in sorted(source.glob("*.cfg"))}
    return Bench(grammar, folder, lab / "lab.yaml", texts)


def without(text: str, *lines: str) -> str:
    """A configuration without some of its lines, all of which it has."""
    kept = text.splitlines()
    for line in lines:
        assert line in map(str.strip, kept), line
        kept = [it for it in kept if it.strip() != line]
    return "\n".join(kept) + "\n"
