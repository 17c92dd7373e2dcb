"""The configuration log (`archive`, `log config`): what is remembered of each line typed.

Lines are logged in full words, indented by mode; after a keyword at the end stands a blank. So
do captures of `show archive log config all` of IOS and IOS-XE.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ioscli.router.archive import log_settings_of

if TYPE_CHECKING:
    from ioscli.cli.results import Match
    from ioscli.cli.session import Session
    from ioscli.router.archive import LogSettings

_TYPE = r"(?: [0-9])?"
#: What stands before a secret, and how far that reaches: to the end, or to the next blank.
_SECRETS = (
    (re.compile(rf"\b(password|secret|key-string){_TYPE} .+"), r"\1 *"),
    (
        re.compile(
            r"\b(isakmp key|snmp-server community|md5|hmac-sha-256|authentication-key"
            r"|-server key|nhrp authentication"
            rf"|pre-shared-key(?: local| remote)?|pre-shared-key .* key){_TYPE}"
            r" (?!address|hostname|local|remote)\S+"
        ),
        r"\1 *",
    ),
    (re.compile(r"^key [0-9] \S+"), "key *"),
)
_USERS_CHANGED = "!config: USER TABLE MODIFIED"


class ConfigRecorder:
    """Logs the lines of one configuration session, as far as logging is enabled."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._number = 0
        self._settings = log_settings_of(session.router.config)

    def carried_out(self, found: Match, depth: int) -> None:
        """A line was accepted, so many modes below global configuration."""
        router = self._session.router
        if found.stem == "archive":
            self._settings = log_settings_of(router.config)
            if self._settings is None:
                router.archive.log.clear()
        if self._settings is None:
            return
        if not self._number:
            self._number = router.archive.open_session()
        self._log(" " * depth + logged(found, hide=self._settings.hidekeys), self._settings)
        if found.args.words[0] == "username" or found.args.words[:2] == ("no", "username"):
            self._log(_USERS_CHANGED, self._settings)

    def _log(self, text: str, settings: LogSettings) -> None:
        session = self._session
        line = session.line_name
        user = session.user or line
        session.router.archive.record(self._number, user, line, text, settings.size)
        if settings.notify:
            session.router.log(
                "PARSER", 5, "CFGLOG_LOGGEDCMD", f"User:{user}  logged command:{text.strip()}"
            )


def logged(found: Match, *, hide: bool) -> str:
    """A line as it is logged, its secrets hidden or not."""
    text = " ".join(found.args.words)
    if hide:
        text = without_secrets(text)
    return text if found.args.form[-1].startswith("A_") else text + " "


def without_secrets(text: str) -> str:
    """A configuration line with `*` where its keys and passwords are."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text
