"""A session: modes, prompts, refusals, configuration, what takes time and what asks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.cli.matcher import Grammar
from ioscli.model.instant import seconds

from .desk import Desk, real_router

CARET = "% Invalid input detected at '^' marker.\n\n"


def test_modes_and_prompts(grammar: Grammar) -> None:
    desk = Desk(grammar, privileged=False)
    assert desk.session.mode == "exec_user"
    assert desk.transcript("enable", "configure terminal", "interface gi0/1", "exit") == (
        "R1>enable\n"
        "R1#configure terminal\n"
        "Enter configuration commands, one per line.  End with CNTL/Z.\n"
        "R1(config)#interface gi0/1\n"
        "R1(config-if)#exit\n"
    )
    assert desk.session.prompt == "R1(config)#"
    assert desk.type("end").endswith("%SYS-5-CONFIG_I: Configured from console by console\n")
    assert desk.session.prompt == "R1#"
    desk.type("disable")
    assert desk.session.prompt == "R1>"
    desk.type("exit")
    assert desk.session.closed


def test_exit_leaves_one_level_at_a_time(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.type("conf t", "int gi0/0", "exit", "exit")
    assert desk.session.mode == "exec"
    assert "CONFIG_I" in desk.screen


def test_configuration_changes_reach_the_router(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.type("conf t", "hostname Berlin")
    assert desk.session.prompt == "Berlin(config)#"
    desk.type("interface gi0/0", "shutdown")
    assert [type(change).__name__ for change in desk.router.applied] == [
        "SystemChanged",
        "InterfaceChanged",
    ]


def test_a_long_host_name_is_cut_in_the_prompt(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.router.config.hostname = "a-host-name-of-more-than-twenty"
    assert desk.session.prompt == "a-host-name-of-more-than-twenty#"
    desk.type("configure terminal")
    assert desk.session.prompt == "a-host-name-of-more-(config)#"


def test_configure_alone_asks(grammar: Grammar) -> None:
    desk = Desk(grammar)
    assert desk.transcript("configure", "flash", "") == (
        "R1#configure\n"
        "Configuring from terminal, memory, or network [terminal]? flash\n"
        '?Must be "terminal", "memory", or "network"\n'
        "Configuring from terminal, memory, or network [terminal]? \n"
        "Enter configuration commands, one per line.  End with CNTL/Z.\n"
    )


def test_a_line_unknown_in_a_submode_is_tried_in_global_configuration(grammar: Grammar) -> None:
    desk = Desk(grammar)
    assert desk.type("conf t", "interface gi0/0", "hostname R9").count("\n") == 1
    assert desk.session.prompt == "R9(config)#"


def test_do_runs_exec_commands(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.type("conf t", "interface gi0/0")
    assert desk.type("do show privilege") == "Current privilege level is 15\n"
    assert desk.session.prompt == "R1(config-if)#"
    assert desk.type("do") == "% Incomplete command.\n\n"
    assert desk.type("do show qqq") == " " * (len("R1(config-if)#") + 8) + "^\n" + CARET
    assert desk.type("do configure terminal") == "% Configuration mode is already active\n"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("show qqq now", " " * 8 + "^\n" + CARET),
        ("   show qqq", " " * 11 + "^\n" + CARET),
        ("show ip route 10.0.0.1 255.0.255.0", " " * 26 + "^\n" + CARET),
        ("show interfaces gi0/7", " " * 19 + "^\n" + CARET),
        ("show i", '% Ambiguous command:  "show i"\n'),
        ("sh", '% Type "show ?" for a list of subcommands\n'),
        ("terminal length", "% Incomplete command.\n\n"),
        ("terminal length 513", " " * 19 + "^\n" + CARET),
        ("", ""),
        ("   ", ""),
        ("! a remark", ""),
        ("show privilege ! a remark", "Current privilege level is 15\n"),
    ],
)
def test_refusals(grammar: Grammar, line: str, answer: str) -> None:
    assert Desk(grammar).type(line) == answer


def test_refusals_in_configuration(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.type("conf t", "int gi0/0")
    assert desk.type("ip address 10.0.0.1 255.255") == " " * 34 + "^\n" + CARET
    assert desk.type("ip address") == "% Incomplete command.\n\n"
    assert desk.session.mode == "interface"


def test_an_unknown_word_is_looked_up_as_a_host(grammar: Grammar) -> None:
    desk = Desk(grammar, real_router())
    unknown = "% Unknown command or computer name, or unable to find computer address\n"
    desk.session.feed("foo")
    assert desk.session.busy
    assert desk.screen == 'Translating "foo"...domain server (255.255.255.255)'
    desk.settle()
    assert desk.screen.endswith("255)\n" + unknown)
    assert desk.router.simulation.now == seconds(9)
    desk.router.config.domain_lookup = False
    assert desk.type("foo") == f'Translating "foo"\n{unknown}'
    assert desk.type("10.1.1.1") == (
        "Trying 10.1.1.1 ... \n% Destination unreachable; gateway or host down\n\n"
    )
    desk.type("configure terminal", "line con 0", "transport preferred none", "end")
    assert desk.type("10.1.1.1") == unknown


def test_ctrl_c_cuts_a_lookup_short(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.session.feed("foo")
    desk.session.interrupt()
    assert not desk.session.busy
    assert desk.screen.endswith("unable to find computer address\n")
    assert desk.router.simulation.now == 0


def test_ctrl_c_and_ctrl_z_end_configuration(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.type("conf t", "int gi0/0")
    desk.session.interrupt()
    assert desk.session.mode == "exec"
    desk.type("conf t")
    desk.session.end_key("hostname Paris")
    assert desk.session.prompt == "Paris#"
    desk.session.end_key("enable")
    assert desk.session.prompt == "Paris#"


def test_lines_typed_ahead_run_afterwards(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.session.feed("foo")
    desk.session.feed("show privilege")
    assert "privilege" not in desk.screen
    desk.settle()
    assert desk.screen.endswith("R1#show privilege\nCurrent privilege level is 15\n")
    assert desk.changes == 1


def test_system_messages_begin_their_own_line(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.session.feed("foo")
    desk.router.log("SYS", 5, "TEST", "hello")
    assert desk.screen == (
        'Translating "foo"...domain server (255.255.255.255)\n'
        "*Mar  1 00:00:00.000: %SYS-5-TEST: hello\n"
    )
    desk.session.close()
    desk.router.log("SYS", 5, "TEST", "again")
    assert "again" not in desk.screen


def test_confirm(grammar: Grammar) -> None:
    desk = Desk(grammar)
    question = 'Clear "show interface" counters on all interfaces [confirm]'
    desk.session.feed("clear counters")
    assert desk.session.asking == question
    assert desk.session.asking_key
    assert not desk.session.busy
    desk.session.feed("n")
    assert desk.router.cleared == []
    assert desk.session.asking is None
    desk.type("clear counters gi0/0", "")
    assert [str(name) for name in desk.router.cleared] == ["GigabitEthernet0/0"]
    assert "%CLEAR-5-COUNTERS: Clear counter on interface GigabitEthernet0/0" in desk.screen


def test_history(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.type("show clock", "show clock", "conf t", "hostname R1", "end")
    assert desk.type("show history") == "  show clock\n  conf t\n  show history\n"
    desk.type("terminal history size 2")
    assert desk.session.history == ["show history", "terminal history size 2"]


def test_pager(grammar: Grammar) -> None:
    desk = Desk(grammar, length=5)
    desk.type("show ip route")
    lines = desk.screen.split("\n")
    assert lines[-1] == " --More-- "
    assert len(lines) == 5
    assert desk.session.paging
    assert not desk.session.busy
    desk.session.page("\r")
    assert len(desk.screen.split("\n")) == 6
    desk.session.page(" ")
    assert len(desk.screen.split("\n")) == 10
    desk.session.page("q")
    assert not desk.session.paging
    assert desk.session.asking is None
    assert desk.type("terminal length 0", "show ip route").count("\n") > 10


def test_a_page_that_fits_is_not_stopped(grammar: Grammar) -> None:
    desk = Desk(grammar, length=24)
    desk.type("show ip route")
    assert "--More--" not in desk.screen


def test_terminal_monitor(grammar: Grammar) -> None:
    assert Desk(grammar).type("terminal monitor") == "% Console already monitors\n"


def test_terminal_settings_go_and_come_back(grammar: Grammar) -> None:
    desk = Desk(grammar)
    terminal = desk.session.terminal
    desk.type("terminal length 7", "terminal width 99", "terminal history size 2")
    assert (terminal.length, terminal.width) == (7, 99)
    assert desk.type("show history").splitlines() == [
        "  terminal history size 2",
        "  show history",
    ]
    for back in ("no", "default"):
        desk.type("terminal length 7", f"terminal {back} length", f"terminal {back} width")
        assert (terminal.length, terminal.width) == (24, 80)
        terminal.width = 1
    desk.type("terminal no history size")
    assert desk.session.histories[True].size == desk.session.histories[False].size == 20
    desk.type("terminal no history")
    assert desk.type("show history") == ""
    desk.type("terminal history")
    assert desk.type("show history") == "  show history\n"
    assert desk.type("terminal no monitor") == ""


def test_a_vty_monitors_only_where_it_is_asked_to(grammar: Grammar) -> None:
    desk = Desk(grammar, line=1)
    desk.router.log("SYS", 5, "TEST", "unseen")
    desk.type("terminal monitor")
    desk.router.log("SYS", 5, "TEST", "seen")
    desk.type("terminal no monitor")
    desk.router.log("SYS", 5, "TEST", "unseen")
    assert "%SYS-5-TEST: seen" in desk.screen
    assert "unseen" not in desk.screen


def test_help_and_tab(grammar: Grammar) -> None:
    desk = Desk(grammar)
    assert desk.session.help("terminal h") == "history  \n"
    assert desk.session.help("show cl") == "clock  \n"
    assert desk.session.help("show qqq") == "% Unrecognized command\n"
    assert desk.session.help("show i x") == '% Ambiguous command:  "show i x"\n'
    assert desk.session.help("show privilege ") == "  |     Output modifiers\n  <cr>  <cr>\n\n"
    assert desk.session.help("").startswith("Exec commands:\n  archive ")
    assert desk.session.help("show clock | s") == "section  \n"
    assert desk.session.help("show clock | include ") == "  LINE  Regular Expression\n\n"
    assert desk.session.complete("sh") == "show "
    assert desk.session.complete("show clock | inc") == "show clock | include "
    assert desk.session.complete("show i") is None
    desk.type("conf t")
    assert desk.session.help("").startswith("Configure commands:\n")
    assert "  terminal  " in desk.session.help("do ")


_WORDS = (
    *("show", "ip", "route", "interface", "interfaces", "|", "include", "exclude", "section"),
    *("begin", "(", "[", "*", "?", "gi0/0", "lo0", "10.0.0.1", "255.0.0.0", "ping", "source"),
    *("traceroute", "size", "do", "end", "exit", "configure", "terminal", "no", "!", "hostname"),
    *("crypto", "y", "n", "5", "1000000", "clear", "counters", "banner", "motd", "#", "line"),
)
_LINES = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(_WORDS), max_size=7).map(" ".join),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_LINES, max_size=8))
def test_no_line_upsets_a_session(grammar: Grammar, lines: list[str]) -> None:
    desk = Desk(grammar, real_router())
    for line in lines:
        desk.session.help(line)
        desk.session.complete(line)
        desk.type(line)
        if desk.session.busy:  # a probe that no one answers
            desk.session.interrupt()
        assert desk.session.mode in grammar.modes
        assert not desk.session.busy
    assert desk.session.prompt.endswith(("#", ">")) or desk.session.prompt == ""
