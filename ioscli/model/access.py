"""Who may come to a router's command line, and what the lines to it are like.

Passwords, users, login lists, `line ...` settings, banners, aliases and privilege levels, as
configured.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

#: The level at which every command may be used, and that at which a session begins.
HIGHEST_LEVEL = 15
USER_LEVEL = 1

#: The vty lines that there always are.
DEFAULT_VTY = (0, 4)

#: What the texts of `aaa authentication banner` and `fail-message` are kept as, among banners.
AAA_BANNER = "aaa banner"
AAA_FAIL_MESSAGE = "aaa fail-message"


class Password(NamedTuple):
    """A password or secret as it is kept."""

    kind: int
    """0 clear, 5 MD5, 7 hidden, 8 PBKDF2, 9 scrypt: IOS's numbers."""
    text: str


@dataclass(slots=True)
class User:
    """`username NAME ...`."""

    name: str
    privilege: int | None = None
    """The level of the user's sessions; None: the line's."""
    password: Password | None = None
    secret: bool = False
    """Whether the password was given as `secret`, one that cannot be read back."""
    nopassword: bool = False
    nohangup: bool = False
    """Kept only: whether the line stays open after an autocommand."""
    view: str | None = None
    """Kept only: the parser view of the user."""


class Login(Enum):
    """How a line checks who comes: `login`, `login local`, `no login`."""

    NONE = "no login"
    PASSWORD = "login"
    LOCAL = "login local"


@dataclass(slots=True)
class LineConfig:
    """`line con 0`, `line aux 0` or a range of vty lines."""

    login: Login = Login.NONE
    exec_timeout: int = 600
    """Seconds without input until the session ends; 0: never."""
    privilege: int = USER_LEVEL
    password: Password | None = None
    synchronous: bool = False
    authentication: str = "default"
    """The list of `aaa authentication login` that counts under `aaa new-model`."""
    length: int = 24
    width: int = 80
    history: int = 20
    exec_banner: bool = True
    motd_banner: bool = True
    stored: dict[str, list[str]] = field(default_factory=dict)
    """Lines that are kept without acting: grammar rule -> lines."""

    def copy(self) -> "LineConfig":
        """The same settings, apart from these."""
        from dataclasses import replace

        return replace(self, stored={rule: list(lines) for rule, lines in self.stored.items()})


def vty_line() -> LineConfig:
    """A vty line as a new router has it: it asks for a password."""
    return LineConfig(Login.PASSWORD)


@dataclass(slots=True)
class AccessConfig:
    """All of it, for one router."""

    enable_secrets: dict[int, Password] = field(default_factory=dict)
    """`enable secret`, by privilege level."""
    enable_passwords: dict[int, Password] = field(default_factory=dict)
    hide_passwords: bool = False
    """`service password-encryption`."""
    users: dict[str, User] = field(default_factory=dict)
    new_model: bool = False
    """`aaa new-model`: lists of methods take the place of the lines' own checks."""
    login_lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """`aaa authentication login NAME METHOD...`, a group's method being two words in one."""
    exec_lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """`aaa authorization exec NAME METHOD...`."""
    authorize_console: bool = False
    """`aaa authorization console`."""
    console: LineConfig = field(default_factory=LineConfig)
    aux: LineConfig = field(default_factory=LineConfig)
    vty: dict[tuple[int, int], LineConfig] = field(
        default_factory=lambda: {DEFAULT_VTY: vty_line()}
    )
    """First and last line -> what they have in common."""
    tty: dict[tuple[int, int], LineConfig] = field(default_factory=dict)
    """Absolute numbers of terminal lines, which modules bring along. Kept only."""
    banners: dict[str, str] = field(default_factory=dict)
    """`motd`, `login`, `exec`, `incoming` or one of the AAA texts -> text between delimiters."""
    aliases: dict[str, dict[str, str]] = field(default_factory=dict)
    """Kind of mode (`exec`) -> name -> what it stands for, the router's own ones left out."""
    privileges: dict[str, dict[tuple[str, ...], int]] = field(default_factory=dict)
    """Kind of mode -> first words of commands -> the level that they need."""

    def line(self, number: int) -> LineConfig:
        """The settings of a line: 0 is the console, N vty N-1."""
        if number == 0:
            return self.console
        for (first, last), settings in self.vty.items():
            if first <= number - 1 <= last:
                return settings
        return vty_line()

    def lines(self) -> Iterator[tuple[str, LineConfig]]:
        """Every line's header in the running-config, and its settings."""
        yield "line con 0", self.console
        for (first, last), settings in sorted(self.tty.items(), key=lambda item: item[0]):
            yield f"line {first}" + ("" if last == first else f" {last}"), settings
        yield "line aux 0", self.aux
        for (first, last), settings in sorted(self.vty.items(), key=lambda item: item[0]):
            yield f"line vty {first}" + ("" if last == first else f" {last}"), settings
