"""write, copy, erase and show startup-config."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.cli import refusals
from ioscli.cli.boot import written
from ioscli.cli.commands.show_run import framed, whole
from ioscli.cli.configuration import ConfigSession, LineKind, load
from ioscli.cli.dialogue import Ask, Confirm, Interrupted, Say, Steps
from ioscli.cli.registry import command
from ioscli.cli.show.config_history import saved_head
from ioscli.model.instant import MILLISECOND, SECOND, Duration
from ioscli.router.filesystem import (
    NETWORK_PREFIXES,
    NVRAM_SIZE,
    STARTUP,
    FileError,
    Place,
    resolve,
)

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session

RUNNING = Place("system", "running-config")
"""The running-config as a file, which is written anew at every look."""

_SAVE_TIME = SECOND
"""What writing NVRAM takes."""
_NO_SERVER_TIME = 10 * SECOND
"""How long a file server that does not answer is waited for."""
NO_STARTUP = "%% Non-volatile configuration memory invalid or not present"


@command("write")
def write(session: Session, _args: Args) -> Steps:
    """`write [memory]`."""
    return save(session)


@command("write_terminal")
def write_terminal(session: Session, _args: Args) -> Iterator[str]:
    """`write terminal`: the older `show running-config`."""
    return framed(whole(session.router))


def save(session: Session) -> Steps:
    """Save the running-config as startup-config."""
    yield "Building configuration..."
    history = session.router.config_history
    head = "".join(f"{line}\n" for line in saved_head(history))
    text = head + written(session.router.config)
    try:
        yield session.wait(_SAVE_TIME)
    except Interrupted:
        return
    try:
        session.router.files.save_startup(text)
        session.router.files.save_private(session.router.keys.saved())
    except FileError as error:
        yield f"%Error writing {STARTUP} ({error})"
        return
    history.note_save(session.user)
    yield "[OK]"
    from ioscli.cli.commands.archive import archive
    from ioscli.router.archive import settings_of

    settings = settings_of(session.router.config)
    if settings is not None and settings.write_memory:
        try:
            archive(session.router, settings)
        except FileError as error:
            yield f"%Error opening {settings.path} ({error})"


@command("write_network")
def write_network(session: Session, _args: Args) -> Steps:
    """`write network`: the older `copy running-config tftp:`."""
    yield "This command has been replaced by the command:"
    yield "         'copy system:/running-config <url>'"
    try:
        yield from over_the_network(session, "running-config", "tftp:")
    except Interrupted:
        return


@command("erase_startup", "write_erase")
def erase(session: Session, _args: Args) -> Steps:
    """`erase startup-config`, `erase nvram:`, `write erase`."""
    question = (
        "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]"
    )
    try:
        if not (yield Confirm(question)):
            return
        yield session.wait(_SAVE_TIME)
    except Interrupted:
        return
    try:
        session.router.files.erase_nvram()
    except FileError as error:
        yield f"%Error erasing nvram: ({error})"
        return
    yield "[OK]"
    yield "Erase of nvram: complete"
    session.router.log("SYS", 7, "NV_BLOCK_INIT", "Initialized the geometry of nvram")


@command("show_startup_config")
def show_startup_config(session: Session, _args: Args) -> Iterator[str]:
    """`show startup-config`."""
    text = session.router.files.startup_config
    if text is None:
        yield "startup-config is not present"
        return
    yield f"Using {len(text.encode())} out of {NVRAM_SIZE} bytes"
    yield from text.removesuffix("\n").split("\n")


# -- copy -----------------------------------------------------------------------------------------


@command("copy")
def copy(session: Session, args: Args) -> Steps:
    """`copy FROM TO`."""
    source, target = _ends(args)
    try:
        if _is_network(source) or _is_network(target):
            yield from over_the_network(session, source, target)
        elif source == "running-config" and target == "startup-config":
            name = yield Ask("Destination filename [startup-config]? ")
            if name.strip() in ("", "startup-config"):
                yield from save(session)
            else:
                yield from _copy_file(session, RUNNING, f"nvram:{name.strip()}")
        else:
            yield from _copy_local(session, source, target)
    except Interrupted:
        return
    except FileError as error:
        yield f"%Error opening {source} ({error})"


def _ends(args: Args) -> tuple[str, str]:
    """Source and target; keywords in full, names as typed."""
    words = args.words
    return words[1], words[2]


def _is_network(url: str) -> bool:
    return url.partition(":")[0].lower() in NETWORK_PREFIXES and ":" in url


def _place(session: Session, url: str) -> Place:
    if url == "running-config":
        return RUNNING
    if url == "startup-config":
        return STARTUP
    return resolve(url, session.router.files.folder)


def _copy_local(session: Session, source: str, target: str) -> Steps:
    place = _place(session, source)
    if not place.path:
        name = (yield Ask("Source filename []? ")).strip()
        if not name:
            return
        place = resolve(f"{source.rstrip('/')}/{name}", session.router.files.folder)
    content = content_of(session, place)
    if content is None:
        yield NO_STARTUP if place == STARTUP else f"%Error opening {place} ({_missing()})"
        return
    goal = _place(session, target)
    if goal == RUNNING:
        name = (yield Ask("Destination filename [running-config]? ")).strip()
        if name in ("", "running-config"):
            yield from merge(session, content)
            return
    else:
        inside = goal.path and not session.router.files.is_directory(goal)
        offered = goal.name if inside else place.name
        name = (yield Ask(f"Destination filename [{offered}]? ")).strip()
        folder = goal.path.rpartition("/")[0] if inside else goal.path
        name = f"{goal.filesystem}:/{folder}/{name or offered}" if ":" not in name else name
    yield from _copy_file(session, place, name)


def _missing() -> str:
    return "No such file or directory"


def _copy_file(session: Session, place: Place, url: str) -> Steps:
    files = session.router.files
    goal = resolve(url, files.folder)
    content = content_of(session, place)
    if content is None:
        yield f"%Error opening {place} ({_missing()})"
        return
    if goal == RUNNING:
        yield from merge(session, content)
        return
    if files.exists(goal) and goal != STARTUP:
        yield "%Warning:There is a file already existing with this name "
        if not (yield Confirm("Do you want to over write? [confirm]")):
            return
    if place.filesystem == goal.filesystem == "flash0":
        yield Say("Copy in progress..." + "C" * max(1, len(content) >> 16) + "\n")
    span = _transfer_time(len(content))
    yield session.wait(span)
    try:
        files.write(goal, content)
    except FileError as error:
        yield f"%Error opening {goal} ({error})"
        return
    yield _copied(len(content), span)


def merge(session: Session, content: bytes, *, told: bool = True) -> Steps:
    """Read a file into the running-config, line by line, as if it were typed.

    told: whether its size is printed.
    """
    router = session.router
    span = _transfer_time(len(content))
    yield session.wait(span)
    reader = ConfigSession(session.grammar, router.config, router.hardware)
    for line in load(reader, content.decode("utf-8", "replace")):
        result = line.result
        router.apply(result.changes)
        yield from result.messages
        if result.kind is LineKind.REJECTED and result.error is not None:
            yield line.text
            yield from refusals.explain("", line.text, result.error)
    if told:
        yield _copied(len(content), span)
    session.follow_archive()
    by = session.origin
    router.config_history.note_change(session.user)
    router.log("SYS", 5, "CONFIG_I", f"Configured from memory by {by}")


def content_of(session: Session, place: Place) -> bytes | None:
    """What a file holds, the running-config included; None: there is no such file."""
    if place == RUNNING:
        return written(session.router.config).encode()
    try:
        return session.router.files.read(place)
    except FileError:
        return None


def _transfer_time(size: int) -> Duration:
    """IOSv's disk takes some half a second to start and then a few megabytes a second."""
    return Duration(500 * MILLISECOND + size // 4)


def _copied(size: int, span: int) -> str:
    thousandths = max(1, span // MILLISECOND)
    rate = size * 1000 // thousandths
    return f"{size} bytes copied in {thousandths / 1000:.3f} secs ({rate} bytes/sec)"


def over_the_network(session: Session, source: str, target: str) -> Steps:
    """There is no file server in a lab: the dialogue is IOS's, and so is the failure."""
    remote = source if _is_network(source) else target
    scheme, _, rest = remote.partition(":")
    host, _, path = rest.removeprefix("//").partition("/")
    if not host:
        host = (yield Ask("Address or name of remote host []? ")).strip()
        if not host:
            return
    if remote == source:
        path = path or (yield Ask("Source filename []? ")).strip()
        offered = path.rpartition("/")[2] if target != "running-config" else target
        yield Ask(f"Destination filename [{offered}]? ")
        yield f"Accessing {scheme}://{host}/{path}..."
    else:
        offered = path or f"{session.router.hostname.lower()}-confg"
        path = (yield Ask(f"Destination filename [{offered}]? ")).strip() or offered
    url = f"{scheme}://{host}/{path}"
    try:
        IPv4Address(host)
    except ValueError:
        yield f"%Error opening {url} (Undefined error)"
        return
    yield session.wait(Duration(_NO_SERVER_TIME))
    yield f"%Error opening {url} (Timed out)"
