"""Configuration files: reading them into a configuration, and what became of each line."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ioscli.cli.configuration import ConfigSession, LineKind, LineResult, load
from ioscli.cli.results import Ambiguous, Incomplete, Invalid
from ioscli.labs.document import read_text
from ioscli.labs.errors import quoted
from ioscli.model.config import new_router_config
from ioscli.model.ifname import InterfaceName

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.model.config import RouterConfig

#: Bytes; the configuration of a large provider edge router is a tenth of it.
LARGEST_FILE = 16 << 20


class Verdict(NamedTuple):
    """A line of a configuration file and what the configuration made of it."""

    file: Path
    number: int
    text: str
    result: LineResult

    @property
    def place(self) -> str:
        """`start/R1.cfg:12`."""
        return f"{self.file}:{self.number}"

    @property
    def reason(self) -> str:
        """Why IOS rejects the line, on one line; the caret stands within the line itself."""
        match self.result.error:
            case Invalid(position):
                marked = f"{self.text[:position]}^{self.text[position:]}".strip()
                return f"{quoted(marked)}: % Invalid input detected at '^' marker."
            case Ambiguous():
                return f"{quoted(self.text.strip())}: % Ambiguous command"
            case Incomplete():
                return f"{quoted(self.text.strip())}: % Incomplete command."
            case None:
                said = " ".join(" ".join(self.result.messages).split())
                return f"{quoted(self.text.strip())}: {said or 'refused'}"


def read_config(file: Path) -> str:
    """The text of a configuration file; raises InputError when it cannot be read."""
    return read_text(file, LARGEST_FILE)


def named_hardware(text: str) -> list[InterfaceName]:
    """The physical interfaces that a configuration has sections for, in order."""
    found: dict[InterfaceName, None] = {}
    for line in text.splitlines():
        words = line.split(maxsplit=1)
        if len(words) == 2 and len(words[0]) > 2 and "interface".startswith(words[0].lower()):
            try:
                name = InterfaceName.parse(words[1])
            except ValueError:
                continue  # the configuration itself will say what is wrong with it
            if not name.virtual:
                found[name._replace(subinterface=None)] = None
    return list(found)


def load_startup(
    grammar: "Grammar", hostname: str, file: Path, text: str, hardware: Sequence[InterfaceName]
) -> "tuple[RouterConfig, list[Verdict]]":
    """Read a startup configuration as a booting router does; ports it does not name stay down."""
    config = new_router_config(hostname, hardware)
    session = ConfigSession(grammar, config, hardware, startup=True)
    return config, list(verdicts(session, file, text))


def verdicts(session: ConfigSession, file: Path, text: str) -> Iterator[Verdict]:
    """Feed a file to a configuration session."""
    for line in load(session, text):
        yield Verdict(file, line.number, line.text, line.result)


def of_kind(found: Sequence[Verdict], kind: LineKind) -> list[Verdict]:
    """The verdicts of one kind."""
    return [verdict for verdict in found if verdict.result.kind is kind]
