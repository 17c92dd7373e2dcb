"""archive config and show archive; what the section `archive` does by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from ioscli.cli.boot import written
from ioscli.cli.commands.copy import RUNNING, content_of
from ioscli.cli.config_diff import Change, difference, listing, parse
from ioscli.cli.registry import command
from ioscli.router.archive import log_settings_of, settings_of
from ioscli.router.filesystem import NOT_FOUND, ROOT, STARTUP, FileError, Place, resolve

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.router.archive import LoggedCommand, Settings
    from ioscli.router.router import Router

_NOT_ENABLED = " Archive feature not enabled"


@command("archive_config")
def archive_config(session: Session, _args: Args) -> Iterator[str]:
    """`archive config`."""
    settings = settings_of(session.router.config)
    if settings is None:
        yield _NOT_ENABLED
        yield "% Error caught by command handler"
        return
    try:
        archive(session.router, settings)
    except FileError as error:
        yield f"%Error opening {settings.path} ({error})"


def archive(router: Router, settings: Settings) -> str:
    """Save the running-config under the next name, and forget the oldest beyond the maximum.

    The URL of the file. Raises FileError.
    """
    files = router.files
    url = _name(router, settings, _timestamp(router))
    files.write(resolve(url, ROOT), written(router.config).encode())
    kept = [*files.archives, url]
    files.remember_archives(files.archived + 1, kept[-settings.maximum :])
    for old in kept[: -settings.maximum]:
        place = resolve(old, ROOT)
        if files.exists(place):
            files.delete(place)
    return url


def _name(router: Router, settings: Settings, timestamp: str) -> str:
    number = router.files.archived
    path = settings.path.replace("$h", router.hostname)
    if "$t" in path:
        return f"{path.replace('$t', timestamp)}-{number}"
    return f"{path}-{timestamp}-{number}"


def _timestamp(router: Router) -> str:
    """`Mar-18-20-30-52.969-UTC`; a day of one digit has a second dash for its blank."""
    time, zone = router.clock.local()
    day = f"{time.day:2}".replace(" ", "-")
    return f"{time:%b}-{day}-{time:%H-%M-%S}.{time.microsecond // 1000:03}-{zone}"


def follow(router: Router) -> None:
    """Archive by itself as often as `time-period` says from now on."""
    settings = settings_of(router.config)

    def act() -> None:
        present = settings_of(router.config)
        if present is None or present.period is None:
            return
        with suppress(FileError):  # `show archive` tells that it is not there
            archive(router, present)

    router.archive.every(None if settings is None else settings.period, act)


@command("show_archive")
def show_archive(session: Session, _args: Args) -> Iterator[str]:
    """`show archive`."""
    files = session.router.files
    settings = settings_of(session.router.config)
    if settings is None:
        yield _NOT_ENABLED
        return
    kept = [url for url in files.archives if files.exists(resolve(url, ROOT))]
    yield f"The maximum archive configurations allowed is {settings.maximum}."
    yield f"There are currently {len(kept)} archive configurations saved."
    yield f"The next archive file will be named {_name(session.router, settings, '<timestamp>')}"
    yield " Archive #  Name"
    for number in range(1, settings.maximum + 1):
        name = f"{kept[number - 1]}" if number <= len(kept) else ""
        recent = " <- Most Recent" if number == len(kept) else ""
        yield f"   {number:<9}{name}{recent}"


# -- differences ----------------------------------------------------------------------------------


@command("show_archive_differences")
def show_archive_differences(session: Session, args: Args) -> Iterator[str]:
    """`show archive config differences`: by default what a `write` would change."""
    first = config_text(session, args.get("A_FIRST_CONFIG"), STARTUP)
    second = config_text(session, args.get("A_SECOND_CONFIG"), RUNNING)
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
    found = config_text(session, args["A_FIRST_CONFIG"], RUNNING)
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


def config_text(session: Session, url: str | None, default: Place) -> tuple[str] | str:
    """The text of a configuration file, in a tuple, or why it cannot be read."""
    try:
        place = default if url is None else resolve(url, session.router.files.folder)
    except FileError as error:
        return f"%Error opening {url} ({error})"
    content = content_of(session, place)
    if content is None:
        return f"%Error opening {place} ({NOT_FOUND})"
    return (content.decode("utf-8", "replace"),)


# -- the configuration log ------------------------------------------------------------------------


@command("show_archive_log", "show_archive_log_user")
def show_archive_log(session: Session, args: Args) -> Iterator[str]:
    """`show archive log config`; the columns are those of captures of IOS-XE."""
    if log_settings_of(session.router.config) is None:
        yield "% Config Logger disabled."
        return
    entries: Iterator[LoggedCommand] = iter(session.router.archive.log)
    if "A_FIRST_RECORD" in args:
        first: int = args["A_FIRST_RECORD"]
        last: int = args.get("A_LAST_RECORD", first)
        entries = (entry for entry in entries if first <= entry.number <= last)
    if "A_LOG_USER" in args:
        entries = (entry for entry in entries if entry.user == args["A_LOG_USER"])
    if "A_LOG_SESSION" in args:
        entries = (entry for entry in entries if entry.session == args["A_LOG_SESSION"])
    if "provisioning" in args:
        yield from (entry.text for entry in entries)
        return
    yield " idx   sess           user@line      Logged command"
    for entry in entries:
        where = f"{entry.user:>15}@{entry.line:<9}"
        yield f"{entry.number:5}{entry.session:6}{where}|{entry.text}"
