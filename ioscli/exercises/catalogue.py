"""Where exercises are found: the shipped ones by name, others by folder."""

from ioscli.exercises.exercise import Exercise
from ioscli.exercises.reading import is_exercise, read_exercise
from ioscli.labs.catalogue import find_lab, shipped_labs
from ioscli.labs.errors import InputError, quoted, suggestion


def shipped_exercises() -> list[str]:
    """The names of the shipped labs that are exercises."""
    return [name for name in shipped_labs() if is_exercise(find_lab(name))]


def find_exercise(name: str) -> Exercise:
    """A shipped exercise, or that of a folder or lab.yaml. Raises InputError if there is none."""
    try:
        file = find_lab(name)
    except InputError as error:
        if error.file is not None:
            raise
        near = suggestion(name, shipped_exercises())
        raise InputError(f"there is no exercise {quoted(name)}{near}") from None
    return read_exercise(file)
