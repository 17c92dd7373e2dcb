"""Coming to a line: who is asked what, what gets in, and what the session may do then."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.cli.matcher import Grammar
from ioscli.cli.running_config import running_config
from ioscli.cli.session import Session
from ioscli.model.instant import Instant, seconds

from .desk import Desk, FakeRouter, real_router
from .typing_config import loaded

LOCAL = """\
username admin privilege 15 password 0 cisco
username bob secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0
line con 0
 login local
line vty 0 4
 login local
"""


@pytest.fixture
def arrive(grammar: Grammar) -> Callable[..., Desk]:
    def come(config: str, line: int = 0, *, privileged: bool = False) -> Desk:
        router = FakeRouter()
        loaded(config, router.config)
        desk = Desk(grammar, router, privileged=True)
        desk.session.close()
        desk.screen = ""
        desk.session = Session(
            desk.router,
            grammar,
            output=desk.write,
            line=line,
            privileged=privileged,
            on_change=desk._changed,
        )
        desk.settle()
        return desk

    return come


def test_a_line_without_login_begins_at_the_prompt(arrive: Callable[..., Desk]) -> None:
    desk = arrive("")
    assert (desk.screen, desk.session.prompt, desk.session.asking) == ("", "R1>", None)


def test_login_local(arrive: Callable[..., Desk]) -> None:
    desk = arrive(LOCAL)
    assert desk.session.asking == "Username: "
    assert not desk.session.asking_secret
    desk.transcript("bob", "wrong", "admin")
    assert desk.session.asking == "Password: "
    assert desk.session.asking_secret
    desk.transcript("cisco", "show privilege")
    assert desk.screen == (
        "\n"
        "User Access Verification\n"
        "\n"
        "Username: bob\n"
        "Password: wrong\n"
        "% Login invalid\n"
        "\n"
        "Username: admin\n"
        "Password: cisco\n"
        "R1#show privilege\n"
        "Current privilege level is 15\n"
    )
    assert desk.session.user == "admin"


def test_three_wrong_names_end_the_session(arrive: Callable[..., Desk]) -> None:
    desk = arrive(LOCAL)
    for word in ("eve", "cisco") * 3:
        assert not desk.session.closed
        desk.type(word)
    assert desk.session.closed
    assert desk.screen.count("% Login invalid") == 3
    assert desk.type("show version") == ""


def test_line_password(arrive: Callable[..., Desk]) -> None:
    desk = arrive("line con 0\n password 7 0822455D0A16\n login\n")
    desk.transcript("a", "b", "cisco")
    assert desk.screen == (
        "\nUser Access Verification\n\nPassword: a\nPassword: b\nPassword: cisco\n"
    )
    assert desk.session.prompt == "R1>"
    desk = arrive("line con 0\n password cisco\n login\n")
    desk.type("a", "b", "c")
    assert desk.screen.endswith("% Bad passwords\n")
    assert desk.session.closed


def test_a_vty_without_password_lets_nobody_in(arrive: Callable[..., Desk]) -> None:
    desk = arrive("", line=1)
    assert desk.screen == "\nPassword required, but none set\n"
    assert desk.session.closed


def test_line_privilege(arrive: Callable[..., Desk]) -> None:
    desk = arrive("line vty 0 4\n privilege level 15\n no login\n", line=5)
    assert desk.session.prompt == "R1#"


def test_login_lists(arrive: Callable[..., Desk]) -> None:
    aaa = "aaa new-model\naaa authentication login default group radius local\n"
    desk = arrive(aaa + LOCAL)
    desk.transcript("admin", "no", "admin", "cisco")
    assert "\n\n% Authentication failed\n\nUsername: " in desk.screen.replace("no\n", "\n")
    # Authorization decides about the level, and at the console only where it is asked to.
    assert desk.session.prompt == "R1>"
    aaa += "aaa authorization exec default local\n"
    vty = arrive(aaa + LOCAL, line=1)
    vty.type("admin", "cisco")
    assert vty.session.prompt == "R1#"
    free = arrive("aaa new-model\naaa authentication login default none\n" + LOCAL)
    assert (free.screen, free.session.prompt) == ("", "R1>")


def test_banners(arrive: Callable[..., Desk]) -> None:
    config = (
        "banner motd #\nof $(hostname)\n#\nbanner login $who$\nbanner exec ^C\nin\n^C\n"
        "line con 0\n password x\n login\n"
    )
    desk = arrive(config)
    desk.transcript("x")
    assert desk.screen == "of R1\nwho\n\nUser Access Verification\n\nPassword: x\nin\n"
    tokens = "banner exec #$(hostname), $(line), $(domain)#\nip domain name example.org\n"
    assert arrive(tokens).screen == "R1, 0, example.org\n"
    assert arrive(tokens + "line vty 0 4\n no login\n", line=1).screen == "R1, 578, example.org\n"
    quiet = arrive(config + "line con 0\n no exec-banner\n no login\n")
    assert quiet.screen == ""


# --- enable --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "complaint"),
    [("enable secret cisco", "% Bad secrets"), ("enable password cisco", "% Bad passwords")],
)
def test_enable_asks_three_times(arrive: Callable[..., Desk], line: str, complaint: str) -> None:
    desk = arrive(line)
    assert desk.transcript("enable", "a", "b", "c") == (
        f"R1>enable\nPassword: a\nPassword: b\nPassword: c\n{complaint}\n\n"
    )
    assert desk.session.prompt == "R1>"
    desk.type("enable", "cisco")
    assert desk.session.prompt == "R1#"


def test_a_secret_counts_before_a_password(arrive: Callable[..., Desk]) -> None:
    desk = arrive("enable secret one\nenable password two\n")
    desk.type("enable", "two", "one")
    assert desk.session.prompt == "R1#"


def test_enable_from_afar_needs_a_password(arrive: Callable[..., Desk]) -> None:
    desk = arrive("line vty 0 4\n no login\n", line=1)
    assert desk.type("enable") == "% No password set\n"
    assert desk.session.prompt == "R1>"


def test_levels(arrive: Callable[..., Desk]) -> None:
    desk = arrive(
        "enable secret level 5 five\nprivilege exec level 5 clear counters\n"
        "privilege exec level 7 ping\nip domain lookup\nno ip domain lookup\n"
    )
    unknown = "% Unknown command or computer name, or unable to find computer address"
    assert unknown in desk.type("ping")
    desk.type("enable 5", "five")
    assert desk.session.prompt == "R1#"
    assert desk.type("show privilege") == "Current privilege level is 5\n"
    assert unknown in desk.type("configure")
    assert desk.type("show running-config").endswith("% Invalid input detected at '^' marker.\n\n")
    desk.type("clear counters")
    assert desk.session.asking is not None
    desk.session.interrupt()
    words = [line.split()[0] for line in desk.session.help("").splitlines() if line[:2] == "  "]
    assert {"clear", "show", "enable", "disable"} <= set(words)
    assert not {"configure", "ping"} & set(words)
    assert "less than" in desk.type("disable 9")
    desk.type("disable")
    assert desk.session.prompt == "R1>"


def test_configuration_at_a_lower_level(arrive: Callable[..., Desk]) -> None:
    desk = arrive(
        "privilege exec level 3 configure terminal\nprivilege configure level 3 hostname\n"
        "line con 0\n privilege level 3\n"
    )
    desk.type("configure terminal", "hostname R7")
    assert "Invalid input" in desk.type("interface Gi0/0")
    desk.type("end")
    assert desk.session.prompt == "R7#"


# --- the rest of a line --------------------------------------------------------------------------


def wait(desk: Desk, span: int) -> None:
    """Let seconds pass."""
    simulation = desk.router.simulation
    simulation.run_until(Instant(simulation.now + seconds(span)))


def test_idle_sessions_end(arrive: Callable[..., Desk]) -> None:
    desk = arrive("line con 0\n exec-timeout 2 30\n")
    wait(desk, 149)
    assert not desk.session.closed
    desk.type("enable", "configure terminal")
    wait(desk, 149)
    assert not desk.session.closed
    wait(desk, 2)
    assert desk.session.closed
    assert "%SYS-5-CONFIG_I" in desk.screen
    assert desk.changes == 1
    never = arrive("line con 0\n exec-timeout 0 0\n")
    wait(never, 100_000)
    assert not never.session.closed


def test_terminal_settings_of_a_line(arrive: Callable[..., Desk]) -> None:
    desk = arrive("line con 0\n length 7\n width 100\n history size 3\n logging synchronous\n")
    terminal = desk.session.terminal
    assert (terminal.length, terminal.width, terminal.synchronous) == (7, 100, True)
    assert desk.session.histories[False].size == 3


def test_aliases(arrive: Callable[..., Desk]) -> None:
    desk = arrive("alias exec sp show privilege\nalias configure hn hostname\n")
    assert desk.type("sp") == desk.type("s priv") == "Current privilege level is 1\n"
    desk.type("enable", "configure terminal", "hn R9", "end")
    assert desk.session.prompt == "R9#"
    lines = desk.type("show aliases").splitlines()
    assert lines[:2] == ["Exec mode aliases:", "  h                     help"]
    assert lines[-1] == "  hn                    hostname"
    assert "  sp                    show privilege" in lines


def test_secrets_typed_at_the_prompt_depend_on_the_seed(arrive: Callable[..., Desk]) -> None:
    def typed() -> list[str]:
        desk = arrive("", privileged=True)
        desk.type("configure terminal", "enable secret x", "username a secret y", "end")
        config = desk.router.config
        return [line for line in running_config(config) if "secret" in line]

    first = typed()
    assert first == typed()
    assert all(" secret 5 $1$" in line for line in first)


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(st.text(max_size=40), max_size=12), list_=st.sampled_from(["", "aaa"]))
def test_nothing_typed_at_a_login_raises(grammar: Grammar, lines: list[str], list_: str) -> None:
    router = real_router()
    loaded(("aaa new-model\n" if list_ else "") + LOCAL + "enable secret x\n", router.config)
    desk = Desk(grammar, router, privileged=False)
    for line in [*lines, "admin", "cisco"]:
        desk.session.feed(line)
        if len(line) % 7 == 3:
            desk.session.interrupt()
        desk.settle()
    assert desk.session.closed or desk.session.asking or desk.session.prompt[-1] in ">#"


def test_texts_of_aaa_take_the_place_of_the_usual_ones(arrive: Callable[..., Desk]) -> None:
    aaa = (
        "aaa new-model\naaa authentication login default local\n"
        "aaa authentication banner #Keep out.#\naaa authentication fail-message #\nNo.\n#\n"
    )
    desk = arrive(aaa + LOCAL)
    assert desk.screen == "Keep out.\n"
    desk.transcript("admin", "no", "admin", "cisco")
    assert "User Access Verification" not in desk.screen
    assert "Authentication failed" not in desk.screen
    assert "\nNo.\nUsername: " in desk.screen
    assert desk.session.prompt == "R1>"
