"""A replay as an asciicast, version 3 (https://docs.asciinema.org/manual/asciicast/v3/).

A line of JSON for the header, then `[seconds since the last one, code, data]` for each event:
`o` is output, `m` a marker, at which players can stop: one for every step and every note.
"""

import json
from collections.abc import Iterable, Iterator

from ioscli.labs.transcripts.playback import Kind, Scene, Writer

_COLUMNS = 80
_ROWS = 24


def cast(title: str, played: Iterable[Scene]) -> Iterator[str]:
    """The lines of an asciicast, without their ends."""
    header = {
        "version": 3,
        "term": {"cols": _COLUMNS, "rows": _ROWS, "type": "xterm-256color"},
        "title": title,
    }
    yield json.dumps(header)
    writer = Writer()
    for scene in played:
        marked = not scene.title
        for cue in scene.cues:
            delay = round(cue.delay, 3)
            if not marked:
                marked = True
                yield json.dumps([delay, "m", scene.title])
                delay = 0.0
            if cue.kind is Kind.NOTE:
                yield json.dumps([delay, "m", "note"])
                delay = 0.0
            text = writer.text(cue).replace("\n", "\r\n")
            if text or delay:
                yield json.dumps([delay, "o", text])
