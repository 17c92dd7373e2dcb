"""Names that an operator types where an address is wanted."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

from ioscli.cli.dialogue import Interrupted, Say, Step, Steps
from ioscli.model.instant import seconds

if TYPE_CHECKING:
    from ioscli.cli.session import Session

#: A name that no server answers for: `ip domain timeout` (3 s) for the query and two retries.
_LOOKUP_WAIT = seconds(9)


def resolve(
    session: Session, target: IPv4Address | str
) -> Generator[Step, Any, IPv4Address | None]:
    """The address of a target: its first by `ip host`, or None after nobody knew the name."""
    if isinstance(target, IPv4Address):
        return target
    if _is_address(target):
        return IPv4Address(target)
    known = session.router.config.hosts.get(target)
    if known is not None:
        return known[0]
    yield from _translate(session, target)
    return None


def unknown_command(session: Session, word: str) -> Steps:
    """A word that is no command is taken for a host to connect to (`transport preferred telnet`).

    It may have to be looked up.
    """
    known = _is_address(word) or word in session.router.config.hosts
    if known and _prefers_telnet(session):
        from ioscli.cli.commands.telnet import connect

        yield from connect(session, word)
        return
    if not known:
        yield from _translate(session, word)
    yield "% Unknown command or computer name, or unable to find computer address"


def _prefers_telnet(session: Session) -> bool:
    """Whether `transport preferred` of the line is telnet, as it comes."""
    line = session.router.config.access.line(session.line)
    kept = line.stored.get("line_transport_preferred", ())
    return not kept or "telnet" in kept[0].split()


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def _translate(session: Session, name: str) -> Steps:
    """The lookup as it looks; there is no server to answer, so waiting is all that happens."""
    if not session.router.config.domain_lookup:
        yield f'Translating "{name}"'
        return
    lines = session.router.config.stored.get("ip_name_server", ())
    # Without a configured server IOS asks the broadcast address.
    servers = [line.split()[-1] for line in lines] or ["255.255.255.255"]
    yield Say(f'Translating "{name}"...domain server')
    with suppress(Interrupted):
        for server in servers:
            yield Say(f" ({server})")
            yield session.wait(_LOOKUP_WAIT)
    yield Say("\n")
