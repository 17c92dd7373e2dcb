"""archive config, show archive, and configure replace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ioscli.cli.boot import written
from ioscli.cli.commands.copy import RUNNING, content_of
from ioscli.cli.config_diff import Change, difference, listing, parse
from ioscli.cli.config_replace import MOST_PASSES, commands, replace
from ioscli.cli.dialogue import Ask, Interrupted, Steps
from ioscli.cli.registry import command
from ioscli.model.sections import StoredLine, StoredSection
from ioscli.router.filesystem import NOT_FOUND, STARTUP, FileError, Place, resolve

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.model.config import RouterConfig

_NOT_ENABLED = " Archive feature not enabled"
_DEFAULT_MAXIMUM = 10


class Settings(NamedTuple):
    """What `archive` in the configuration says."""

    path: str
    maximum: int
    write_memory: bool


def settings_of(config: RouterConfig) -> Settings | None:
    """The archive's settings; None: no path, so there is no archive."""
    lines: list[str] = []
    for section in config.sections:
        if isinstance(section, StoredSection) and section.rule == "archive":
            lines = [entry.text for entry in section.entries if isinstance(entry, StoredLine)]
    values = dict(line.partition(" ")[::2] for line in lines)
    if "path" not in values:
        return None
    maximum = int(values.get("maximum", _DEFAULT_MAXIMUM))
    return Settings(values["path"], maximum, "write-memory" in values)


@command("archive_config")
def archive_config(session: Session, _args: Args) -> Iterator[str]:
    """`archive config`."""
    settings = settings_of(session.router.config)
    if settings is None:
        yield _NOT_ENABLED
        yield "% Error caught by command handler"
        return
    try:
        archive(session, settings)
    except FileError as error:
        yield f"%Error opening {settings.path} ({error})"


def archive(session: Session, settings: Settings) -> None:
    """Save the running-config under the next name, and forget the oldest beyond the maximum.

    Raises FileError.
    """
    files = session.router.files
    place = resolve(_name(session, settings, _timestamp(session)), files.folder)
    files.write(place, written(session.router.config).encode())
    files.archives.append(place)
    files.archived += 1
    while len(files.archives) > settings.maximum:
        oldest = files.archives.pop(0)
        if files.exists(oldest):
            files.delete(oldest)


def _name(session: Session, settings: Settings, timestamp: str) -> str:
    number = session.router.files.archived
    path = settings.path.replace("$h", session.router.hostname)
    if "$t" in path:
        return f"{path.replace('$t', timestamp)}-{number}"
    return f"{path}-{timestamp}-{number}"


def _timestamp(session: Session) -> str:
    """`Mar-18-20-30-52.969-UTC`; a day of one digit has a second dash for its blank."""
    time, zone = session.router.clock.local()
    day = f"{time.day:2}".replace(" ", "-")
    return f"{time:%b}-{day}-{time:%H-%M-%S}.{time.microsecond // 1000:03}-{zone}"


@command("show_archive")
def show_archive(session: Session, _args: Args) -> Iterator[str]:
    """`show archive`."""
    files = session.router.files
    settings = settings_of(session.router.config)
    if settings is None:
        yield _NOT_ENABLED
        return
    kept = [place for place in files.archives if files.exists(place)]
    yield f"The maximum archive configurations allowed is {settings.maximum}."
    yield f"There are currently {len(kept)} archive configurations saved."
    yield f"The next archive file will be named {_name(session, settings, '<timestamp>')}"
    yield " Archive #  Name"
    for number in range(1, settings.maximum + 1):
        name = f"{kept[number - 1]}" if number <= len(kept) else ""
        recent = " <- Most Recent" if number == len(kept) else ""
        yield f"   {number:<9}{name}{recent}"


@command("show_archive_differences")
def show_archive_differences(session: Session, args: Args) -> Iterator[str]:
    """`show archive config differences`: by default what a `write` would change."""
    first = _config(session, args.get("A_FIRST_CONFIG"), STARTUP)
    second = _config(session, args.get("A_SECOND_CONFIG"), RUNNING)
    for found in (first, second):
        if isinstance(found, str):
            yield found
            return
    assert isinstance(first, tuple)
    assert isinstance(second, tuple)
    changes = difference(parse(first[0]), parse(second[0]))
    yield "!Contextual Config Diffs:"
    if changes:
        yield from listing(changes)
    else:
        yield "!No changes were found"
    yield ""


@command("show_archive_incremental")
def show_archive_incremental(session: Session, args: Args) -> Iterator[str]:
    """`show archive config incremental-diffs`: what a merge of a file would add."""
    found = _config(session, args["A_FIRST_CONFIG"], RUNNING)
    if isinstance(found, str):
        yield found
        return
    present = parse(written(session.router.config))
    yield "!List of Commands:"
    added = [change for change in difference(present, parse(found[0])) if _adds(change)]
    yield from (line.replace("+", "", 1) for line in listing(added))
    yield "end"
    yield ""


def _adds(change: Change) -> bool:
    return change.sign == "+" or (change.sign == "" and any(map(_adds, change.below)))


def _config(session: Session, url: str | None, default: Place) -> tuple[str] | str:
    """The text of a configuration file, in a tuple, or why it cannot be read."""
    try:
        place = default if url is None else resolve(url, session.router.files.folder)
    except FileError as error:
        return f"%Error opening {url} ({error})"
    content = content_of(session, place)
    if content is None:
        return f"%Error opening {place} ({NOT_FOUND})"
    return (content.decode("utf-8", "replace"),)


_WARNING = (
    "This will apply all necessary additions and deletions",
    "to replace the current running configuration with the",
    "contents of the specified configuration file, which is",
    "assumed to be a complete configuration, not a partial",
)
_QUESTION = "configuration. Enter Y if you are sure you want to proceed. ? [no]: "


@command("configure_replace")
def configure_replace(session: Session, args: Args) -> Steps:
    """`configure replace FILE [list] [force]`."""
    found = _config(session, args["A_REPLACEMENT"], STARTUP)
    if isinstance(found, str):
        yield f"Error: Could not open file {args['A_REPLACEMENT']} for reading"
        return
    if "force" not in args:
        yield from _WARNING
        try:
            answer = (yield Ask(_QUESTION)).strip().lower()
        except Interrupted:
            return
        if not answer or not "yes".startswith(answer):
            return
        yield ""
    router = session.router
    replaced = replace(session.grammar, router.config, router.hardware, found[0], router.apply)
    if "list" in args:
        yield from commands(replaced)
    if replaced.failed:
        yield "The following commands are failed to apply to the IOS image."
        yield "********"
        yield from replaced.failed
        yield "********"
        yield f"Rollback aborted after {max(len(replaced.passes), 1)} passes"
        return
    assert len(replaced.passes) <= MOST_PASSES
    yield f"Total number of passes: {len(replaced.passes)}"
    yield "Rollback Done"
    yield ""
