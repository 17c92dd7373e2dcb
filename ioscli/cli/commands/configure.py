"""configure replace, and configuration changes that come undone unless they are confirmed.

The dialogues and messages up to the rollback are those of session logs of IOS 15. No capture of
the messages CONFIRM, ROLLBACK_NOW and EXTEND_ABSTIMER was found: their wording is ours.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from ioscli.cli.commands.archive import archive, config_text, follow
from ioscli.cli.commands.copy import NO_STARTUP, content_of, merge, over_the_network
from ioscli.cli.config_replace import MOST_PASSES, Replaced, commands, replace
from ioscli.cli.dialogue import Ask, Interrupted, Step, Steps
from ioscli.cli.registry import command
from ioscli.router.archive import settings_of
from ioscli.router.filesystem import ROOT, STARTUP, FileError, resolve

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.router.router import Router

_WARNING = (
    "This will apply all necessary additions and deletions",
    "to replace the current running configuration with the",
    "contents of the specified configuration file, which is",
    "assumed to be a complete configuration, not a partial",
)
_QUESTION = "configuration. Enter Y if you are sure you want to proceed. ? [no]: "
_FEATURE = "Rollback Confirmed Change"
_NOTHING_PENDING = f"%No {_FEATURE} pending"
_NO_ARCHIVE = f"%Turn config archive on before using {_FEATURE}"
_KEEP = 'Enter "configure confirm" if you wish to keep what you\'ve configured'


@command("configure_replace")
def configure_replace(session: Session, args: Args) -> Steps:
    """`configure replace FILE [list] [force] [time N] [revert trigger]`."""
    router = session.router
    found = config_text(session, args["A_REPLACEMENT"], STARTUP)
    if isinstance(found, str):
        yield f"Error: Could not open file {args['A_REPLACEMENT']} for reading"
        return
    minutes: int | None = args.get("A_CONFIRM_MINUTES")
    backup = None
    if minutes is not None:
        backup = yield from _back_up(session)
        if backup is None:
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
    before = config_text(session, "system:running-config", STARTUP)
    replaced = _replace(session.grammar, router, found[0])
    if "list" in args:
        yield from commands(replaced)
    if replaced.failed:
        yield from _failed(replaced)
        if "trigger" in args:
            assert isinstance(before, tuple)
            yield from _done(_replace(session.grammar, router, before[0]))
        return
    yield from _done(replaced)
    if minutes is not None and backup is not None:
        _arm(session, backup, minutes)


@command("configure_memory")
def configure_memory(session: Session, _args: Args) -> Steps:
    """`configure memory`: merge the startup-config into what runs."""
    content = content_of(session, STARTUP)
    if content is None:
        yield NO_STARTUP
        return
    try:
        yield from merge(session, content, told=False)
    except Interrupted:
        return


@command("configure_network")
def configure_network(session: Session, _args: Args) -> Steps:
    """`configure network`: the older `copy tftp: running-config`."""
    yield "This command has been replaced by the command:"
    yield "         'copy <url> system:/running-config'"
    try:
        yield from over_the_network(session, "tftp:", "running-config")
    except Interrupted:
        return


def _replace(grammar: Grammar, router: Router, text: str) -> Replaced:
    """Replace the configuration, and tell everybody who works with it."""
    replaced = replace(grammar, router.config, router.hardware, text, router.apply)
    assert len(replaced.passes) <= MOST_PASSES
    for listener in router.reloads.listeners:
        listener.configuration_replaced()
    router.config_history.note_change(None)
    follow(router)
    return replaced


def _failed(replaced: Replaced) -> Iterator[str]:
    yield "The following commands are failed to apply to the IOS image."
    yield "********"
    yield from replaced.failed
    yield "********"
    yield f"Rollback aborted after {max(len(replaced.passes), 1)} passes"


def _done(replaced: Replaced) -> Iterator[str]:
    yield f"Total number of passes: {len(replaced.passes)}"
    yield "Rollback Done"
    yield ""


# -- confirmed changes ----------------------------------------------------------------------------


@command("configure_terminal_revert")
def configure_terminal_revert(session: Session, args: Args) -> Steps:
    """`configure terminal revert timer N`: what is configured now must be confirmed."""
    if session.configuring is not None:
        yield "% Configuration mode is already active"
        return
    backup = yield from _back_up(session)
    if backup is None:
        return
    yield "Enter configuration commands, one per line.  End with CNTL/Z."
    _arm(session, backup, args["A_CONFIRM_MINUTES"])
    session.configure()


@command("configure_confirm")
def configure_confirm(session: Session, _args: Args) -> Iterator[str]:
    """`configure confirm`: keep what was changed."""
    if session.router.archive.disarm() is None:
        yield _NOTHING_PENDING
        return
    _log(session.router, "CONFIRM", f"User: {_user(session)}: Confirm the configuration change")


@command("configure_revert")
def configure_revert(session: Session, args: Args) -> Iterator[str]:
    """`configure revert now|timer N`."""
    router = session.router
    pending = router.archive.rollback
    if pending is None:
        yield _NOTHING_PENDING
        return
    if "now" in args:
        _log(router, "ROLLBACK_NOW", f"User: {_user(session)}: Rollback immediately.")
        _roll_back(session.grammar, router, pending.url)
        return
    minutes: int = args["A_CONFIRM_MINUTES"]
    _log(
        router,
        "EXTEND_ABSTIMER",
        f"User: {_user(session)}: Extend absolute timer to {minutes} minutes",
    )
    _start_timer(session, pending.url, minutes)


@command("show_archive_rollback")
def show_archive_rollback(session: Session, _args: Args) -> Iterator[str]:
    """`show archive config rollback timer`."""
    router = session.router
    pending = router.archive.rollback
    if pending is None:
        yield _NOTHING_PENDING
        return
    yield f"Time configured(or reconfigured): {router.reloads.moment(pending.since)}"
    yield "Timer type: absolute timer"
    yield f"Timer value: {pending.minutes} min"
    yield f"User: {pending.user}"


def _back_up(session: Session) -> Generator[Step, Any, str | None]:
    """Save the running-config; the step's result is the file's URL, or None."""
    router = session.router
    settings = settings_of(router.config)
    if settings is None:
        yield _NO_ARCHIVE
        return None
    try:
        url = archive(router, settings)
    except FileError as error:
        yield f"%Error opening {settings.path} ({error})"
        return None
    yield f"{_FEATURE}: Backing up current running config to {url}"
    yield ""
    _log(router, "BACKUP", f"Backing up current running config to {url}")
    return url


def _arm(session: Session, url: str, minutes: int) -> None:
    user = f"{_user(session)}(Priv: {session.level}, View: 0)"
    _log(
        session.router,
        "START_ABSTIMER",
        f"User: {user}: Scheduled to rollback to config {url} in {minutes} minutes",
    )
    _start_timer(session, url, minutes)


def _start_timer(session: Session, url: str, minutes: int) -> None:
    grammar, router = session.grammar, session.router

    def warn() -> None:
        router.reloads.announce(f"{_FEATURE}: Rollback will begin in one minute.\n{_KEEP}\n")
        _log(
            router,
            "WARNING_ABSTIMER",
            f"System will rollback to config {url} in one minute. {_KEEP}",
        )

    router.archive.arm(url, minutes, _user(session), warn, lambda: _roll_back(grammar, router, url))


def _roll_back(grammar: Grammar, router: Router, url: str) -> None:
    """Bring a saved configuration back, before everybody's eyes."""
    router.archive.disarm()
    router.reloads.announce(f"{_FEATURE}: rolling to:{url}\n")
    _log(router, "ROLLBACK_START", f"Start rolling to: {url}")
    try:
        text = router.files.read(resolve(url, ROOT)).decode("utf-8", "replace")
    except FileError as error:
        router.reloads.announce(f"%Error opening {url} ({error})\n")
        return
    replaced = _replace(grammar, router, text)
    end = _failed(replaced) if replaced.failed else _done(replaced)
    router.reloads.announce("\n".join((*commands(replaced), *end)))


def _user(session: Session) -> str:
    return session.user or session.line_name


def _log(router: Router, what: str, text: str) -> None:
    router.log("ARCHIVE_DIFF", 5, f"ROLLBK_CNFMD_CHG_{what}", text)
