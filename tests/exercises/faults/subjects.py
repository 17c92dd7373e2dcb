"""Networks that are measured once for all tests."""

from functools import cache
from pathlib import Path

from ioscli.cli.matcher import load_grammar
from ioscli.exercises.faults.proof import Subject
from ioscli.labs.catalogue import find_lab
from ioscli.labs.labfile import LAB_FILE, read_lab


@cache
def subject(lab: str) -> Subject:
    """The working network of a shipped lab, or of one beside this file."""
    own = Path(__file__).parent / lab / LAB_FILE
    return Subject(read_lab(own if own.is_file() else find_lab(lab)), load_grammar())
