"""Passwords, users, lists, lines, aliases and levels: typed, refused, printed back."""

import pytest

from ioscli.cli.configuration import LineKind, load
from ioscli.cli.password_hash import matches
from ioscli.cli.running_config import running_config

from .typing_config import Prompt, blank, loaded

#: As IOS prints them; every line is in its place.
PRINTED = """\
service password-encryption
enable secret level 5 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0
enable secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6
enable password 7 0822455D0A16
aaa new-model
aaa authentication login default group tacacs+ local
aaa authentication login CON none
aaa authorization console
aaa authorization exec default local
aaa session-id common
username ann privilege 15 secret 8 $8$dsYGNam3K1SIJO$7nv/35M/qr6t.dVc7UY9zrJDWRVqncHub1PE9UlMQFs
username eve nopassword
username bob password 7 094F471A1A0A
alias exec sb show ip interface brief
banner exec ^C
in
^C
banner motd ^Cone line^C
privilege configure level 3 hostname
privilege exec level 3 show startup-config
privilege exec level 3 show
line con 0
 exec-timeout 0 0
 privilege level 15
 password 7 094F471A1A0A
 logging synchronous
 login authentication CON
 history size 256
 stopbits 1
line aux 0
line vty 0 4
 access-class 10 in
 exec-timeout 5 30
 length 0
 transport preferred none
 transport input telnet ssh
line vty 5 15
 transport input ssh
"""


def test_what_is_printed_prints_itself() -> None:
    config = blank()
    refused = [line for line in loaded(PRINTED, config) if line.result.kind is LineKind.REJECTED]
    assert refused == []
    lines = list(running_config(config))
    wanted = PRINTED.splitlines()
    assert [line for line in lines if line in wanted] == wanted


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("enable secret word two", 5),
        ("enable algorithm-type scrypt secret word two", 9),
        ("enable secret 0 word two", 5),
    ],
)
def test_clear_secrets_are_hashed(line: str, kind: int) -> None:
    prompt = Prompt()
    prompt.type(line)
    kept = prompt.config.access.enable_secrets[15]
    assert kept.kind == kind
    assert matches(*kept, "word two")


def test_secrets_that_are_no_hashes_are_refused() -> None:
    prompt = Prompt()
    assert prompt.screen("enable secret 5 cisco\nenable password 7 xyz") == (
        "Router(config)#enable secret 5 cisco\n"
        "ERROR: The secret you entered is not a valid encrypted secret.\n"
        "To enter an UNENCRYPTED secret, do not specify type 5 encryption.\n"
        "When you properly enter an UNENCRYPTED secret, it will be encrypted.\n"
        "Router(config)#enable password 7 xyz\n"
        "Invalid encrypted password: xyz"
    )
    assert prompt.config.access.enable_secrets == {}


def test_a_user_has_a_password_or_a_secret() -> None:
    prompt = Prompt()
    prompt.type("username bob password x")
    assert prompt.screen("username bob secret z").endswith(
        "ERROR: Can not have both a user password and a user secret.\n"
        "Please choose one or the other."
    )
    prompt.type("no username bob", "username bob privilege 7 secret z")
    assert prompt.config.access.users["bob"].privilege == 7


def test_service_password_encryption_hides_what_there_is_and_what_comes() -> None:
    prompt = Prompt()
    prompt.type("username bob password cisco", "enable password one", "line con 0", "password two")
    prompt.type("service password-encryption", "line vty 0 4", "password three")
    access = prompt.config.access
    kept = [access.users["bob"].password, access.enable_passwords[15]]
    kept += [access.console.password, access.vty[0, 4].password]
    for password, clear in zip(kept, ("cisco", "one", "two", "three"), strict=True):
        assert password is not None
        assert password.kind == 7
        assert matches(*password, clear)
    prompt.type("no service password-encryption")
    assert access.enable_passwords[15].kind == 7


def test_login_without_a_password_is_warned_about() -> None:
    prompt = Prompt()
    screen = prompt.screen("line con 0\nlogin\nline vty 3 4\nlogin\npassword x\nlogin")
    assert screen.splitlines()[2:] == [
        "% Login disabled on line 0, until 'password' is set",
        "Router(config-line)#line vty 3 4",
        "Router(config-line)#login",
        "% Login disabled on line 581, until 'password' is set",
        "% Login disabled on line 582, until 'password' is set",
        "Router(config-line)#password x",
        "Router(config-line)#login",
    ]


def test_a_level_moves_the_words_on_the_way() -> None:
    prompt = Prompt()
    prompt.type("privilege exec level 3 show ip route", "privilege exec level 5 show")
    assert prompt.config.access.privileges["exec"] == {
        ("show", "ip", "route"): 3,
        ("show", "ip"): 3,
        ("show",): 5,
    }
    prompt.type("privilege exec reset show ip")
    assert prompt.config.access.privileges["exec"] == {("show",): 5}
    text = list(running_config(prompt.config))
    copy = blank()
    for _ in load(Prompt(copy).session, "\n".join(text)):
        pass
    assert copy.access.privileges == {"exec": {("show",): 5}}


TERMINAL_LINES = """\
line con 0
line 33 48
 no exec
 transport preferred none
 transport input telnet
line 50
 timeout login response 60
line aux 0
"""


def test_terminal_lines_of_another_router_are_kept() -> None:
    config = blank()
    results = loaded(TERMINAL_LINES, config)
    assert [it.text for it in results if it.result.kind is LineKind.REJECTED] == []
    wanted = TERMINAL_LINES.splitlines()
    printed = list(running_config(config))
    start = printed.index("line con 0")
    assert printed[start : start + len(wanted)] == wanted


def test_lines_by_their_numbers() -> None:
    prompt = Prompt()
    prompt.type("line 0", "history size 7", "line 1", "history size 8", "line 580", "width 90")
    access = prompt.config.access
    assert (access.console.history, access.aux.history) == (7, 8)
    assert {bounds: it.width for bounds, it in access.vty.items()} == {
        (0, 1): 80,
        (2, 2): 90,
        (3, 4): 80,
    }
    for refused in ("line 33 48", "line tty 3", "line 0 1", "line 3 600"):
        assert prompt.session.feed(refused).kind is LineKind.REJECTED
    assert access.tty == {}


@pytest.mark.parametrize("word", ["banner", "fail-message"])
def test_texts_of_aaa_are_typed_like_banners(word: str) -> None:
    prompt = Prompt()
    prompt.type("aaa new-model", f"aaa authentication {word} #", "Go", "away.", "#")
    printed = list(running_config(prompt.config))
    start = printed.index(f"aaa authentication {word} ^C")
    assert printed[start : start + 4] == [printed[start], "Go", "away.", "^C"]
    again = blank()
    loaded("\n".join(printed), again)
    assert list(running_config(again)) == printed
    prompt.type(f"no aaa authentication {word}")
    assert not [line for line in running_config(prompt.config) if word in line]


def test_a_view_is_configured_from_the_root_view() -> None:
    view = "parser view SHOW\n secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\n commands exec include show"
    config = blank()
    loaded(view, config)
    printed = list(running_config(config))
    start = printed.index("parser view SHOW")
    assert printed[start : start + 3] == view.split("\n")
    result = Prompt().session.feed("parser view OTHER")
    assert result.kind is LineKind.REJECTED
    assert result.messages == ("No view Active! Switch to View Context",)
