"""reload and show reload."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ioscli.cli.boot import boot_config, modified
from ioscli.cli.commands.copy import save
from ioscli.cli.dialogue import Ask, Await, Confirm, Interrupted, Resume, Steps
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.model.clock import MONTHS
from ioscli.model.instant import MINUTE

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.model.config import RouterConfig
    from ioscli.router.router import Router

_DEFAULT_REASON = "Reload Command"
_LONGEST_SPAN = 999 * 60
"""Minutes."""
_FURTHEST = timedelta(days=24)
"""Cisco, `reload`: a date must be within about 24 days."""


def reader(session: Session) -> Callable[[], RouterConfig]:
    """What reads the startup-config when the router comes up."""
    grammar, router = session.grammar, session.router
    return lambda: boot_config(grammar, router)


@command("reload")
def reload(session: Session, args: Args) -> Steps:
    """`reload`."""
    reason = args.get("A_RELOAD_REASON", _DEFAULT_REASON)
    try:
        yield from _offer_to_save(session)
        if not (yield Confirm("Proceed with reload? [confirm]")):
            return
    except Interrupted:
        return
    session.router.reloads.start(reader(session), session.origin, reason)
    # The session ends with the router; until then nothing more is taken.
    yield Await(_never)


def _never(_: Resume) -> Callable[[], object]:
    return lambda: None


def _offer_to_save(session: Session) -> Steps:
    if not modified(session.grammar, session.router):
        return
    while True:
        question = "System configuration has been modified. Save? [yes/no]: "
        answer = (yield Ask(question)).strip().lower()
        if answer and "yes".startswith(answer):
            yield from save(session)
            return
        if answer and "no".startswith(answer):
            return
        yield "% Please answer 'yes' or 'no'."


@command("reload_in")
def reload_in(session: Session, args: Args) -> Steps:
    """`reload in mmm|hhh:mm`."""
    found = re.fullmatch(r"(?:([0-9]{1,3}):)?([0-9]{1,3})", args["A_RELOAD_SPAN"])
    if found is None:
        raise Refusal(argument="A_RELOAD_SPAN")
    minutes = int(found[1] or 0) * 60 + int(found[2])
    if not 0 < minutes <= _LONGEST_SPAN or (found[1] and int(found[2]) > 59):
        raise Refusal(argument="A_RELOAD_SPAN")
    reason = args.get("A_RELOAD_REASON", _DEFAULT_REASON)
    return _later(session, minutes * MINUTE, reason, at=False)


@command("reload_at")
def reload_at(session: Session, args: Args) -> Steps:
    """`reload at hh:mm [day month]`: without a date today, or tomorrow where that is past."""
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", args["A_RELOAD_TIME"])
    if found is None:
        raise Refusal(argument="A_RELOAD_TIME")
    now = session.router.clock.local().time
    wanted = now.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
    if "A_RELOAD_DAY" in args:
        wanted = _on_date(args, now, wanted)
    elif wanted <= now:
        wanted += timedelta(days=1)
    delay = (wanted - now) // timedelta(microseconds=1)
    return _later(session, delay, args.get("A_RELOAD_REASON", _DEFAULT_REASON), at=True)


def _on_date(args: Args, now: datetime, wanted: datetime) -> datetime:
    """A time of day on the date that was typed: this year's, or the next where that is past."""
    month = next(number for number, name in enumerate(MONTHS, start=1) if name in args)
    for year in (now.year, now.year + 1):
        try:
            found = wanted.replace(year=year, month=month, day=args["A_RELOAD_DAY"])
        except ValueError:
            continue
        if now < found <= now + _FURTHEST:
            return found
    raise Refusal(argument="A_RELOAD_DAY")


def _later(session: Session, delay: int, reason: str, *, at: bool) -> Steps:
    try:
        yield from _offer_to_save(session)
        router = session.router
        now = router.simulation.now
        yield _scheduled(router, now + delay, session.origin, at=at)
        yield f"Reload reason: {reason}"
        if not (yield Confirm("Proceed with reload? [confirm]")):
            return
    except Interrupted:
        return
    # What the operator took to answer counts: the span began with the command.
    left = max(1, now + delay - router.simulation.now)
    router.reloads.schedule(left, reader(session), session.origin, reason, at=at)


@command("reload_cancel")
def reload_cancel(session: Session, _args: Args) -> Iterator[str]:
    """`reload cancel`."""
    if not session.router.reloads.cancel():
        yield "%No reload is scheduled."


@command("show_reload")
def show_reload(session: Session, _args: Args) -> Iterable[str]:
    """`show reload`."""
    scheduled = session.router.reloads.scheduled
    if scheduled is None:
        return ["No reload is scheduled."]
    line = _scheduled(session.router, scheduled.due, scheduled.by, at=scheduled.at)
    return [line, f"Reload reason: {scheduled.reason}"]


def _scheduled(router: Router, due: int, by: str, *, at: bool) -> str:
    left = _span(max(0, due - router.simulation.now))
    if at:
        return f"Reload scheduled for {router.reloads.moment(due)} (in {left}) by {by}"
    return f"Reload scheduled in {left} by {by}"


def _span(microseconds: int) -> str:
    """`26 hours and 44 minutes`, `9 minutes`, `45 seconds`."""
    minutes = microseconds // MINUTE
    if minutes == 0:
        return _count(microseconds // 1_000_000, "second")
    if minutes < 60:
        return _count(minutes, "minute")
    hours, rest = divmod(minutes, 60)
    return _count(hours, "hour") + (f" and {_count(rest, 'minute')}" if rest else "")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
