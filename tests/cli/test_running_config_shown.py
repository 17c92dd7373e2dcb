"""`show running-config`: its head, which tells of changes, and `all`."""

import pytest

from ioscli.cli.config_order import GLOBAL_ORDER, INTERFACES, OTHERS
from ioscli.cli.config_order_interface import INTERFACE_ORDER
from ioscli.cli.running_config import running_config
from ioscli.model.instant import SECOND, Instant

from .desk import Desk
from .typing_config import Prompt, blank, grammar


@pytest.fixture
def desk() -> Desk:
    return Desk(grammar())


def head(desk: Desk) -> list[str]:
    """What stands between the byte count and the version."""
    shown = desk.type("show running-config").split("\n")
    return shown[3 : shown.index("version 15.9")]


def test_a_router_that_nobody_has_configured_tells_of_no_change(desk: Desk) -> None:
    assert head(desk) == ["!"]


def test_the_head_tells_when_and_by_whom_it_was_changed_and_saved(desk: Desk) -> None:
    desk.router.simulation.run_until(Instant(5 * SECOND))
    desk.type("conf t", "end")
    assert head(desk) == [
        "!",
        "! Last configuration change at 00:00:05 UTC Fri Mar 1 2002",
        "!",
    ]
    desk.session.user = "cisco"
    desk.type("conf t", "clock timezone CET 1", "end", "write")
    lines = head(desk)
    assert lines == [
        "!",
        "! Last configuration change at 01:00:05 CET Fri Mar 1 2002 by cisco",
        "! NVRAM config last updated at 01:00:06 CET Fri Mar 1 2002 by cisco",
        "!",
    ]
    shown = desk.type("show startup-config").split("\n")
    assert shown[1:4] == [lines[0], lines[1], "!"]


def test_the_head_is_counted(desk: Desk) -> None:
    desk.type("conf t", "end")
    lines = desk.type("show running-config").split("\n")
    body = "\n".join(lines[3:-1]) + "\n"
    assert lines[2] == f"Current configuration : {len(body)} bytes"


def test_all_says_what_is_hidden(desk: Desk) -> None:
    desk.type("conf t", "interface GigabitEthernet0/0", "no ip redirects", "mtu 1400", "end")
    shown = desk.type("show running-config all interface GigabitEthernet0/0").split("\n")
    assert shown[4:-2] == [
        "interface GigabitEthernet0/0",
        " mtu 1400",
        " no ip address",
        " no ip redirects",
        " ip unreachables",
        " ip proxy-arp",
        " ip mtu 1400",
        " load-interval 300",
        " shutdown",
        " duplex auto",
        " speed auto",
        " media-type rj45",
        " keepalive",
        " arp timeout 14400",
        " cdp enable",
        " lldp transmit",
        " lldp receive",
        " mop enabled",
        " mop sysid",
        "end",
    ]
    plain = desk.type("show running-config interface GigabitEthernet0/0")
    assert "ip unreachables" not in plain


def test_all_completes_sections_and_leaves_out_what_is_said_otherwise() -> None:
    prompt = Prompt()
    prompt.type("crypto isakmp policy 10", "hash md5", "lifetime 100", "exit")
    prompt.type("no ip domain lookup", "line con 0", "exec-timeout 1 2")
    lines = list(running_config(prompt.config, everything=True))
    start = lines.index("crypto isakmp policy 10")
    assert lines[start + 1 : start + 6] == [
        " encr des",
        " hash md5",
        " authentication rsa-sig",
        " group 1",
        " lifetime 100",
    ]
    assert "no ip domain lookup" in lines
    assert "ip domain lookup" not in lines
    console = lines[lines.index("line con 0") : lines.index("line aux 0")]
    assert " exec-timeout 1 2" in console
    assert " exec-timeout 10 0" not in console
    assert " history size 20" in console


def test_all_loads_as_the_same_configuration() -> None:
    prompt = Prompt()
    prompt.type(*(line for line in running_config(blank(), everything=True) if line != "end"))
    assert list(running_config(prompt.config)) == list(running_config(Prompt().config))


@pytest.mark.parametrize("order", [GLOBAL_ORDER, INTERFACE_ORDER], ids=["global", "interface"])
def test_nothing_stands_at_two_places(order: tuple[str, ...]) -> None:
    names = [what for what in order if what[0] != "!"]
    assert sorted(names) == sorted(set(names))


def test_every_place_is_for_something() -> None:
    from ioscli.cli import running_config as module

    module._load_writers()
    rules = {rule for rule, _, _, _ in grammar().tables.commands}
    written = {what for _, what in module._writers}
    for what in (*GLOBAL_ORDER, *INTERFACE_ORDER):
        rule = what.partition(":")[0]
        known = what in (INTERFACES, OTHERS) or rule in rules or rule in written
        assert what[0] == "!" or known, what
