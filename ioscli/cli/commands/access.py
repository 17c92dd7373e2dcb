"""Passwords, users, login lists, aliases, privileges: carries out grammar/access.lark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.cli import aliases
from ioscli.cli.banner import Banner, banner_lines
from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.password_hash import hashed, hidden, is_hash, matches, revealed
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.access import (
    AAA_BANNER,
    AAA_FAIL_MESSAGE,
    HIGHEST_LEVEL,
    AccessConfig,
    Password,
    User,
)
from ioscli.model.config import RouterConfig

if TYPE_CHECKING:
    from ioscli.cli.session import Session

_ALGORITHMS = {"md5": 5, "sha256": 8, "scrypt": 9}
_HASHED = (5, 8, 9)
_BAD_SECRET = (
    "ERROR: The secret you entered is not a valid encrypted secret.\n"
    "To enter an UNENCRYPTED secret, do not specify type {kind} encryption.\n"
    "When you properly enter an UNENCRYPTED secret, it will be encrypted."
)
_BOTH = (
    "ERROR: Can not have both a user password and a user secret.\nPlease choose one or the other."
)
_SAME = (
    "The enable {one} you have chosen is the same as your enable {other}.\n"
    "This is not recommended.  Re-enter the enable {one}."
)


# --- passwords -----------------------------------------------------------------------------------


def secret_of(context: ConfigContext, args: Args) -> Password:
    """The secret that a line gives, hashed by MD5 unless it says otherwise: so on IOSv 15.9."""
    if "A_SECRET" in args:
        kinds = [kind for word, kind in _ALGORITHMS.items() if word in args]
        kind = kinds[0] if kinds else 5
        return Password(kind, hashed(kind, args["A_SECRET"], context.chance))
    kind = next(kind for kind in _HASHED if str(kind) in args)
    text: str = args["A_HASH"]
    # A saved configuration whose secrets somebody masked is still loaded; nobody gets in by it.
    if not context.startup and not is_hash(kind, text):
        raise Refusal(_BAD_SECRET.format(kind=kind))
    return Password(kind, text)


def password_of(context: ConfigContext, args: Args) -> Password:
    """The password that a line gives: hidden where `service password-encryption` asks for it."""
    if "A_HIDDEN" in args:
        text: str = args["A_HIDDEN"]
        if not context.startup and revealed(text) is None:
            raise Refusal(f"Invalid encrypted password: {text}")
        return Password(7, text)
    clear = Password(0, args["A_PASSWORD"])
    return _hide(context, clear) if context.config.access.hide_passwords else clear


def _hide(context: ConfigContext, password: Password) -> Password:
    return password if password.kind else Password(7, hidden(password.text, context.chance))


def password_words(password: Password, clear: str = "") -> str:
    """As lines write it; `clear`: what stands before one that is not hidden."""
    return f"{password.kind} {password.text}" if password.kind else f"{clear}{password.text}"


@command("enable_secret")
def enable_secret(context: ConfigContext, args: Args) -> Changes:
    """The secret of a privilege level."""
    access = context.config.access
    level = args.get("A_SECRET_LEVEL", HIGHEST_LEVEL)
    if resets(args):
        access.enable_secrets.pop(level, None)
        return ()
    access.enable_secrets[level] = secret_of(context, args)
    _warn_of_same(context, args.get("A_SECRET"), access.enable_passwords.get(level), "secret")
    return ()


@command("enable_password")
def enable_password(context: ConfigContext, args: Args) -> Changes:
    """The password of a privilege level, which counts where there is no secret."""
    access = context.config.access
    level = args.get("A_SECRET_LEVEL", HIGHEST_LEVEL)
    if resets(args):
        access.enable_passwords.pop(level, None)
        return ()
    access.enable_passwords[level] = password_of(context, args)
    _warn_of_same(context, args.get("A_PASSWORD"), access.enable_secrets.get(level), "password")
    return ()


def _warn_of_same(
    context: ConfigContext, typed: str | None, kept: Password | None, one: str
) -> None:
    if typed is not None and kept is not None and matches(*kept, typed) and not context.startup:
        context.say(_SAME.format(one=one, other="password" if one == "secret" else "secret"))


@writes("config", "enable_secret")
def enable_secret_lines(config: RouterConfig) -> Iterator[str]:
    """One line for each level."""
    for level, secret in sorted(config.access.enable_secrets.items()):
        yield f"enable secret {_level(level)}{password_words(secret)}"


@writes("config", "enable_password")
def enable_password_lines(config: RouterConfig) -> Iterator[str]:
    """One line for each level."""
    for level, password in sorted(config.access.enable_passwords.items()):
        yield f"enable password {_level(level)}{password_words(password)}"


def _level(level: int) -> str:
    return "" if level == HIGHEST_LEVEL else f"level {level} "


@command("service_password_encryption")
def service_password_encryption(context: ConfigContext, args: Args) -> Changes:
    """Hide all passwords, those there are and those to come; `no` reveals none of them."""
    access = context.config.access
    access.hide_passwords = not resets(args)
    if access.hide_passwords:
        for level, password in access.enable_passwords.items():
            access.enable_passwords[level] = _hide(context, password)
        for user in access.users.values():
            if user.password is not None:
                user.password = _hide(context, user.password)
        for _, line in access.lines():
            if line.password is not None:
                line.password = _hide(context, line.password)
    return ()


@writes("config", "service_password_encryption")
def service_password_encryption_line(config: RouterConfig) -> Iterator[str]:
    """Always printed."""
    yield f"{'' if config.access.hide_passwords else 'no '}service password-encryption"


# --- users ---------------------------------------------------------------------------------------


@command("username")
def username(context: ConfigContext, args: Args) -> Changes:
    """Make a user, or change what the line names of one."""
    users = context.config.access.users
    name: str = args["A_USER"]
    if resets(args):
        _forget_user(users, args, name)
        return ()
    user = users.get(name, User(name))
    if "secret" in args or "password" in args:
        secret = "secret" in args
        if user.password is not None and user.secret != secret:
            raise Refusal(_BOTH)
        user.password = secret_of(context, args) if secret else password_of(context, args)
        user.secret = secret
        user.nopassword = False
    elif "nopassword" in args:
        user.nopassword, user.password = True, None
    user.privilege = args.get("A_USER_LEVEL", user.privilege)
    user.view = args.get("A_VIEW", user.view)
    user.nohangup = user.nohangup or "nohangup" in args
    users[name] = user
    return ()


def _forget_user(users: dict[str, User], args: Args, name: str) -> None:
    """`no username NAME`: the user; with `privilege`, that alone."""
    if "privilege" in args:
        if name in users:
            users[name].privilege = None
    else:
        users.pop(name, None)


@writes("config", "username")
def username_lines(config: RouterConfig) -> Iterator[str]:
    """In the order in which they were made; a clear password has its 0 here."""
    for user in config.access.users.values():
        words = [f"username {user.name}"]
        if user.privilege is not None:
            words.append(f"privilege {user.privilege}")
        if user.view is not None:
            words.append(f"view {user.view}")
        if user.nohangup:
            words.append("nohangup")
        if user.nopassword:
            words.append("nopassword")
        if user.password is not None:
            kind = "secret" if user.secret else "password"
            words.append(f"{kind} {password_words(user.password, '0 ')}")
        yield " ".join(words)


# --- aaa -----------------------------------------------------------------------------------------


@command("aaa_new_model")
def aaa_new_model(context: ConfigContext, args: Args) -> Changes:
    """Lists of methods instead of what the lines say; `no` forgets the lists."""
    access = context.config.access
    access.new_model = not resets(args)
    if not access.new_model:
        access.login_lists.clear()
        access.exec_lists.clear()
        access.authorize_console = False
        config = context.config
        for rule in [rule for rule in config.stored if rule.startswith("aaa_")]:
            del config.stored[rule]
        config.sections = [kept for kept in config.sections if not kept.rule.startswith("aaa_")]
    return ()


@command("aaa_authentication_login")
def aaa_authentication_login(context: ConfigContext, args: Args) -> Changes:
    """A list of login methods."""
    _edit_list(context.config.access.login_lists, args)
    return ()


@command("aaa_authorization_exec")
def aaa_authorization_exec(context: ConfigContext, args: Args) -> Changes:
    """Where the privilege level of a session comes from."""
    _edit_list(context.config.access.exec_lists, args)
    return ()


def _edit_list(lists: dict[str, tuple[str, ...]], args: Args) -> None:
    words = list(args.words[4 if resets(args) else 3 :])
    name = words.pop(0)
    if resets(args):
        lists.pop(name, None)
        return
    methods: list[str] = []
    while words:
        word = words.pop(0)
        methods.append(f"{word} {words.pop(0)}" if word == "group" else word)
    lists[name] = tuple(methods)


@command("aaa_authorization_console")
def aaa_authorization_console(context: ConfigContext, args: Args) -> Changes:
    """Whether authorization counts at the console too."""
    context.config.access.authorize_console = not resets(args)
    return ()


@writes("config", "aaa_new_model")
def aaa_new_model_lines(config: RouterConfig) -> Iterator[str]:
    """`no aaa new-model`, or what begins all about it."""
    if config.access.new_model:
        yield from ("aaa new-model", "!", "!")
    else:
        yield "no aaa new-model"


@writes("config", "aaa_authentication_login")
def login_list_lines(config: RouterConfig) -> Iterator[str]:
    """The lists of login methods."""
    for name, methods in config.access.login_lists.items():
        yield f"aaa authentication login {name} {' '.join(methods)}"


@writes("config", "aaa_authorization_exec")
def authorization_lines(config: RouterConfig) -> Iterator[str]:
    """Authorization of sessions and of all else."""
    if config.access.authorize_console:
        yield "aaa authorization console"
    for name, methods in config.access.exec_lists.items():
        yield f"aaa authorization exec {name} {' '.join(methods)}"
    yield from config.stored.get("aaa_authorization_other", ())


@writes("config", "aaa_session_id")
def aaa_session_id_lines(config: RouterConfig) -> Iterator[str]:
    """What ends all about aaa."""
    if config.access.new_model:
        yield from ("!", "!", "!", "!", "!", "aaa session-id common")


# --- aliases and privileges ----------------------------------------------------------------------


@command("alias")
def alias(context: ConfigContext, args: Args) -> Changes:
    """`alias exec NAME LINE`; `no alias exec` forgets all of a kind."""
    kind = _kind(args)
    kept = context.config.access.aliases
    if not resets(args):
        kept.setdefault(kind, {})[args["A_ALIAS"]] = args["A_ALIAS_LINE"]
    elif "A_ALIAS" in args:
        kept.get(kind, {}).pop(args["A_ALIAS"], None)
    else:
        kept.pop(kind, None)
    return ()


def _kind(args: Args) -> str:
    return next(kind for kind in aliases.KINDS if kind in args)


@writes("config", "alias")
def alias_lines(config: RouterConfig) -> Iterator[str]:
    """By kinds; `!` stands below them."""
    lines = [
        f"alias {kind} {name} {line}"
        for kind, names in sorted(config.access.aliases.items())
        for name, line in names.items()
    ]
    yield from lines
    if lines:
        yield "!"


@command("show_aliases")
def show_aliases(session: Session, args: Args) -> Iterable[str]:
    """`show aliases [exec|configure|...]`."""
    wanted = [kind for kind in aliases.KINDS if kind in args] or list(aliases.KINDS)
    return aliases.listing(session.router.config.access, wanted)


@command("privilege_level")
def privilege_level(context: ConfigContext, args: Args) -> Changes:
    """The level of all commands that begin with some words, and of those words alone.

    IOS moves the words on the way too, unless they have a level of their own already: after
    `privilege exec level 3 show version`, `show` is a command of level 3.
    """
    levels = context.config.access.privileges.setdefault(_kind(args), {})
    words = tuple(args["A_COMMAND"].split())
    if resets(args) or "reset" in args:
        for longer in [known for known in levels if known[: len(words)] == words]:
            del levels[longer]
        return ()
    levels[words] = args["A_PRIVILEGE"]
    for size in range(len(words) - 1, 0, -1):
        levels.setdefault(words[:size], args["A_PRIVILEGE"])
    return ()


@writes("config", "privilege")
def privilege_lines(config: RouterConfig) -> Iterator[str]:
    """By kinds of modes."""
    for kind, levels in sorted(config.access.privileges.items()):
        for words, level in levels.items():
            yield f"privilege {kind} level {level} {' '.join(words)}"


# --- banners -------------------------------------------------------------------------------------

_BANNERS = ("exec", "incoming", "login", "motd")
#: Keyword of `aaa authentication` -> what the text is kept as.
_AAA_TEXTS = {"banner": AAA_BANNER, "fail-message": AAA_FAIL_MESSAGE}


@command("banner")
def banner(context: ConfigContext, args: Args) -> Changes:
    """A banner; where its text does not end on the line, the following lines are taken too."""
    return _enclosed(context, args, next(kind for kind in _BANNERS if kind in args))


@command("aaa_authentication_banner")
def aaa_authentication_banner(context: ConfigContext, args: Args) -> Changes:
    """What stands for `User Access Verification`, and for `% Authentication failed`."""
    return _enclosed(context, args, next(kind for kind in _AAA_TEXTS if kind in args))


def _enclosed(context: ConfigContext, args: Args, word: str) -> Changes:
    """A text between delimiters, which may go on in the lines that follow."""
    kind = _AAA_TEXTS.get(word, word)
    access: AccessConfig = context.config.access
    if resets(args):
        access.banners.pop(kind, None)
    else:
        context.collector = Banner.begin(access, kind, args["A_BANNER"])
        if context.collector is not None and not context.startup:
            delimiter = context.collector.delimiter
            context.say(f"Enter TEXT message.  End with the character '{delimiter}'.")
    return ()


@writes("config", "banner")
def banners(config: RouterConfig) -> Iterator[str]:
    """In the order of their kinds' names."""
    for kind in _BANNERS:
        if kind in config.access.banners:
            yield from banner_lines(f"banner {kind}", config.access.banners[kind])


@writes("config", "aaa_authentication_banner")
def aaa_authentication_texts(config: RouterConfig) -> Iterator[str]:
    """The texts of logins under `aaa new-model`."""
    for word, kind in _AAA_TEXTS.items():
        if kind in config.access.banners:
            yield from banner_lines(f"aaa authentication {word}", config.access.banners[kind])


# --- help ----------------------------------------------------------------------------------------

_HELP = """\
Help may be requested at any point in a command by entering
a question mark '?'.  If nothing matches, the help list will
be empty and you must backup until entering a '?' shows the
available options.
Two styles of help are provided:
1. Full help is available when you are ready to enter a
   command argument (e.g. 'show ?') and describes each possible
   argument.
2. Partial help is provided when an abbreviated argument is entered
   and you want to know what arguments match the input
   (e.g. 'show pr?'.)
"""


@command("help")
def help_text(_session: Session, _args: Args) -> Iterable[str]:
    """`help`: how to ask for it."""
    return _HELP.split("\n")


@command("config_help")
def config_help(context: ConfigContext, _args: Args) -> Changes:
    """`help` in a configuration mode."""
    for line in _HELP.split("\n"):
        context.say(line)
    return ()
