"""Whoever directs a recorded session: notes for those who watch it, links that are cut."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ioscli.labs.errors import InputError

if TYPE_CHECKING:
    from ioscli.labs.recording.recorder import Recorder
    from ioscli.labs.topology import Topology

HELP = ":note TEXT speaks to those who watch, :link down R1-R2 cuts a link, :link up mends it"


class Director:
    """Takes the console lines `:note TEXT`, `:link down R1-R2` and `:link up R1-R2`."""

    busy = False
    done = False

    def __init__(
        self, topology: "Topology", recorder: "Recorder", say: Callable[[str], None]
    ) -> None:
        self._topology = topology
        self._recorder = recorder
        self._say = say

    def take(self, line: str, /) -> bool:
        """Carry out a line (without the sign); False: it is for somebody else."""
        word, _, rest = line.strip().partition(" ")
        match word:
            case "note":
                self._recorder.note(rest.strip())
            case "link":
                self._set_link(rest)
            case _:
                return False
        return True

    def tick(self) -> None:
        """Nothing is due."""

    def interrupt(self) -> None:
        """Nothing is under way."""

    def key(self, _key: str) -> bool:
        """Nothing waits for one."""
        return False

    def _set_link(self, rest: str) -> None:
        state, _, name = rest.strip().partition(" ")
        name = name.strip()
        if state not in ("up", "down") or not name:
            self._say("% say `:link down R1-R2` or `:link up R1:Gi0/0`\n")
            return
        if not self._recorder.idle:
            self._say("% not while a command is under way\n")
            return
        try:
            link = self._topology.find_link(name)
        except InputError as error:
            self._say(f"% {error.reason}\n")
            return
        up = state == "up"
        self._recorder.set_link(name, up, lambda: link.set_up(up))
