"""Where labs are found: the shipped ones by name, others by folder."""

from pathlib import Path

from ioscli.labs.errors import InputError, quoted, suggestion
from ioscli.labs.labfile import LAB_FILE
from ioscli.resources import labs_folder

DEFAULT_LAB = "gre-over-ipsec"
TRANSCRIPTS = "transcripts"


def shipped_labs() -> list[str]:
    """The names of the labs that come with the program."""
    return sorted(file.parent.name for file in labs_folder().glob(f"*/{LAB_FILE}"))


def find_lab(name: str) -> Path:
    """The lab.yaml of a shipped lab, of a folder, or the file itself; InputError if none."""
    shipped = shipped_labs()
    if name in shipped:
        return labs_folder() / name / LAB_FILE
    path = Path(name)
    if path.is_file():
        return path
    if path.is_dir():
        if (path / LAB_FILE).is_file():
            return path / LAB_FILE
        raise InputError(f"there is no {LAB_FILE} in this folder", file=path)
    raise InputError(f"there is no lab {quoted(name)}{suggestion(name, shipped)}")


def lab_of(transcript: Path) -> Path | None:
    """The lab.yaml of the lab folder that a transcript lies in."""
    for folder in transcript.resolve().parents:
        if (folder / LAB_FILE).is_file():
            return folder / LAB_FILE
    return None


def find_transcript(name: str) -> Path:
    """A transcript file, or `LAB/NAME` for one of a shipped lab's; InputError if none."""
    path = Path(name)
    if path.exists():
        return path
    lab, _, stem = name.partition("/")
    if lab in shipped_labs() and stem in transcripts_of(labs_folder() / lab):
        return labs_folder() / lab / TRANSCRIPTS / f"{stem}.ios"
    raise InputError("no such file", file=path)


def transcripts_of(folder: Path) -> list[str]:
    """The names of a lab's transcripts, without `.ios`."""
    return sorted(file.stem for file in (folder / TRANSCRIPTS).glob("*.ios"))
