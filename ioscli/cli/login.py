"""Coming to a line and going up in privilege: banners, `Username:`, `Password:`, `enable`."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from ioscli.cli.banner import shown
from ioscli.cli.dialogue import Ask, Interrupted, Step, Steps
from ioscli.model.access import AAA_BANNER, AAA_FAIL_MESSAGE, HIGHEST_LEVEL, Login
from ioscli.model.instant import seconds
from ioscli.router.exec_lines import number_of

if TYPE_CHECKING:
    from ioscli.cli.session import Session
    from ioscli.model.access import LineConfig, Password, User

_TRIES = 3
_LOGIN_SECONDS = 30
#: Methods of a login list that ask for a user's name.
_NAMED = ("local", "local-case", "group", "krb5", "krb5-telnet")
_NO_SERVER = ("group", "krb5", "krb5-telnet")
"""Methods that ask a server: none answers here, so that the next method of the list counts."""


def arrival(session: Session) -> Steps:
    """What the line shows and asks before the first prompt; it may close the session."""
    access = session.router.config.access
    line = access.line(session.line)
    methods = _methods(session, line)
    if line.motd_banner and line.exec_banner:
        yield from _banner(session, "motd")
    if methods != ("none",):
        yield from _banner(session, "login")
        if not (yield from _log_in(session, line, methods)):
            session.finish()
            return
    if line.exec_banner:
        yield from _banner(session, "exec")


def demands_nothing(session: Session) -> bool:
    """Whether a line shows nothing and asks nothing before its first prompt."""
    access = session.router.config.access
    return not access.banners and _methods(session, access.line(session.line)) == ("none",)


def _methods(session: Session, line: LineConfig) -> tuple[str, ...]:
    """How the line checks who comes, in the words of a login list."""
    access = session.router.config.access
    if access.new_model:
        named = access.login_lists.get(line.authentication)
        # Without any list, vty lines fall back to local users and the console lets in.
        usual = ("none",) if session.is_console else ("local",)
        return named or access.login_lists.get("default") or usual
    match line.login:
        case Login.NONE:
            return ("none",)
        case Login.LOCAL:
            return ("local",)
    return ("line",)


def _banner(session: Session, kind: str) -> Steps:
    config = session.router.config
    text = config.access.banners.get(kind)
    if text is not None:
        kept = config.stored.get("ip_domain_name", ())
        domain = kept[0].split(" ")[-1] if kept else ""
        yield from shown(text, session.router.hostname, domain, number_of(session.line))


# --- logging in ----------------------------------------------------------------------------------


def _log_in(
    session: Session, line: LineConfig, methods: tuple[str, ...]
) -> Generator[Step, Any, bool]:
    """Ask until the operator is in, three times at most."""
    access = session.router.config.access
    if methods == ("line",) and line.password is None:
        yield from ("", "Password required, but none set")
        return False
    if access.new_model and AAA_BANNER in access.banners:
        yield from _banner(session, AAA_BANNER)
    else:
        yield from ("", "User Access Verification", "")
    named = any(method.split(" ")[0] in _NAMED for method in methods)
    for _ in range(_TRIES):
        name = (yield from _ask(session, line, "Username: ")) if named else ""
        if named and not name:
            continue
        user = access.users.get(name)
        typed = ""
        if user is None or not user.nopassword or methods[0] != "local":
            typed = yield from _ask(session, line, "Password: ", secret=True)
        if _admits(session, line, methods, user, typed):
            _settle(session, user if named else None)
            return True
        if access.new_model and AAA_FAIL_MESSAGE in access.banners:
            yield from _banner(session, AAA_FAIL_MESSAGE)
        elif access.new_model:
            yield from ("", "% Authentication failed", "")
        elif named:
            yield from ("% Login invalid", "")
    if not named:
        yield "% Bad passwords"
    return False


def _ask(
    session: Session, line: LineConfig, prompt: str, *, secret: bool = False
) -> Generator[Step, Any, str]:
    """An answer; an interrupt is an empty one. Who takes too long is sent away."""
    patience = _patience(line)
    timer = None
    if patience:
        timer = session.router.simulation.after(
            seconds(patience), lambda: session.give_up(f"% {prompt} timeout expired!")
        )
    try:
        answer: str = yield Ask(prompt, secret)
    except Interrupted:
        return ""
    finally:
        if timer is not None:
            timer.cancel()
    return answer if secret else answer.strip()


def _patience(line: LineConfig) -> int:
    """Seconds of `timeout login response`; 0: without end."""
    for kept in line.stored.get("line_login_timeout", ()):
        words = kept.split()
        if words[0] == "timeout":
            return int(words[3])
    return _LOGIN_SECONDS


def _admits(
    session: Session,
    line: LineConfig,
    methods: tuple[str, ...],
    user: User | None,
    typed: str,
) -> bool:
    """Whether the first method of a list that can tell lets the operator in."""
    access = session.router.config.access
    for method in methods:
        kind = method.split(" ")[0]
        if kind in _NO_SERVER:
            continue
        match kind:
            case "none":
                return True
            case "line":
                kept = line.password
            case "enable":
                kept = _enable_password(session, HIGHEST_LEVEL)
            case _:
                if not access.users:
                    continue  # no database to ask
                if user is not None and user.nopassword:
                    return True
                kept = None if user is None else user.password
        return _fits(kept, typed)
    return False


def _fits(kept: Password | None, typed: str) -> bool:
    from ioscli.cli.password_hash import matches

    return kept is not None and matches(*kept, typed)


def _settle(session: Session, user: User | None) -> None:
    """The name and the level of a session that is in."""
    access = session.router.config.access
    session.user = None if user is None else user.name
    if user is None or user.privilege is None:
        return
    if access.new_model:
        methods = access.exec_lists.get("default", ())
        if "local" not in methods or (session.is_console and not access.authorize_console):
            return
    session.level = user.privilege


# --- enable --------------------------------------------------------------------------------------


def enable(session: Session, level: int) -> Steps:
    """`enable [LEVEL]`: downwards at once, upwards by the level's secret or password."""
    access = session.router.config.access
    if level <= session.level:
        session.level = level
        return
    kept = _enable_password(session, level)
    if kept is None:
        if session.is_console:
            session.level = level  # whoever stands at the console may
        else:
            yield "% Error in authentication." if access.new_model else "% No password set"
        return
    for _ in range(1 if access.new_model else _TRIES):
        try:
            typed = yield Ask("Password: ", secret=True)
        except Interrupted:
            return
        if _fits(kept, typed):
            session.level = level
            return
    if access.new_model:
        yield "% Access denied"
    else:
        yield "% Bad secrets" if level in access.enable_secrets else "% Bad passwords"
    yield ""


def _enable_password(session: Session, level: int) -> Password | None:
    access = session.router.config.access
    return access.enable_secrets.get(level) or access.enable_passwords.get(level)
