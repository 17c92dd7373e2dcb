"""Access lists typed, printed, shown, and met by packets on their way."""

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.cli.running_config import running_config
from ioscli.model.ifname import InterfaceName
from tests.router.networks import Network, config

from .desk import Desk
from .typing_config import Prompt

PORT = InterfaceName.parse("Gi0/0")


def written(prompt: Prompt) -> list[str]:
    """The lines of access lists in the running-config."""
    lines = list(running_config(prompt.config))
    at = [number for number, line in enumerate(lines) if "access-list" in line]
    kept = []
    for number in at:
        kept.append(lines[number])
        following = number + 1
        while lines[following].startswith(" "):
            kept.append(lines[following])
            following += 1
    return kept


def test_lines_come_back_as_ios_writes_them() -> None:
    prompt = Prompt()
    prompt.type(
        "access-list 110 permit tcp any gt 1023 host 10.0.0.1 eq 80 443 established log",
        "access-list 110 deny icmp any any echo",
        "access-list 110 permit icmp any any 3 13",
        "access-list 110 permit 89 0.0.0.0 255.255.255.255 any precedence 6",
        "access-list 110 permit udp any range 300 200 any eq 514 dscp 46",
        "access-list 110 permit tcp any any match-any +syn -ack",
        "access-list 7 permit 10.1.2.3 0.0.255.255",
        "access-list 7 permit host 10.9.9.9",
        "access-list 7 deny any log",
    )
    assert written(prompt) == [
        "access-list 7 permit 10.1.0.0 0.0.255.255",
        "access-list 7 permit 10.9.9.9",
        "access-list 7 deny   any log",
        "access-list 110 permit tcp any gt 1023 host 10.0.0.1 eq www 443 established log",
        "access-list 110 deny   icmp any any echo",
        "access-list 110 permit icmp any any administratively-prohibited",
        "access-list 110 permit ospf any any precedence internet",
        "access-list 110 permit udp any range 200 300 any eq syslog dscp ef",
        "access-list 110 permit tcp any any match-any +syn -ack",
    ]


def test_no_entry_is_taken_twice_and_a_removed_one_is_taken_again() -> None:
    prompt = Prompt()
    prompt.type(
        "access-list 7 permit host 10.0.0.1",
        "access-list 7 permit host 10.0.0.2",
        "access-list 7 permit 10.0.0.1",
        "ip access-list standard 7",
        "5 permit host 10.0.0.2",
        "no permit 10.0.0.1",
        "permit 10.0.0.1",
    )
    known = prompt.config.policy.access_lists["7"]
    assert list(known.lines) == [20, 30]
    assert written(prompt) == [
        "access-list 7 permit 10.0.0.2",
        "access-list 7 permit 10.0.0.1",
    ]


def test_sequence_numbers_order_lines_and_stay_out_of_the_configuration() -> None:
    prompt = Prompt()
    prompt.type(
        "ip access-list extended WEB",
        "permit tcp any any eq www",
        "remark no pings",
        "deny icmp any any",
        "15 permit tcp any any eq 443",
        "5 permit ip host 10.0.0.1 any",
    )
    assert written(prompt) == [
        "ip access-list extended WEB",
        " permit ip host 10.0.0.1 any",
        " permit tcp any any eq www",
        " permit tcp any any eq 443",
        " remark no pings",
        " deny   icmp any any",
    ]
    known = prompt.config.policy.access_lists["WEB"]
    assert list(known.lines) == [5, 10, 15, 20]
    prompt.type("no 10", "no permit tcp any any eq 443", "no remark no pings", "exit")
    prompt.type("ip access-list resequence WEB 100 50")
    assert list(known.lines) == [100, 150]
    assert written(prompt)[1:] == [" permit ip host 10.0.0.1 any", " deny   icmp any any"]


def test_a_number_is_the_same_list_in_both_forms() -> None:
    prompt = Prompt()
    prompt.type("access-list 10 permit any", "ip access-list standard 10", "5 deny 10.0.0.1")
    assert written(prompt) == ["access-list 10 deny   10.0.0.1", "access-list 10 permit any"]
    prompt.type("no access-list 10 permit any")
    assert written(prompt) == []  # the whole list goes, whatever the line names


def test_refusals() -> None:
    prompt = Prompt()
    assert prompt.screen(
        "ip access-list extended WEB\n10 permit ip any any\n10 deny ip any any\nno 30\n"
        "ip access-list standard WEB"
    ).splitlines() == [
        "Router(config)#ip access-list extended WEB",
        "Router(config-ext-nacl)#10 permit ip any any",
        "Router(config-ext-nacl)#10 deny ip any any",
        "% Duplicate sequence number",
        "%Failed to add ace to access-list",
        "Router(config-ext-nacl)#no 30",
        "% Specified Sequence number does not exist. Remove command ignored",
        "Router(config-ext-nacl)#ip access-list standard WEB",
        "% A named extended IP access list with this name already exists",
    ]


def test_an_equal_entry_is_taken_once() -> None:
    prompt = Prompt()
    prompt.type("access-list 10 permit 10.0.0.1", "access-list 10 permit host 10.0.0.1")
    assert list(prompt.config.policy.access_lists["10"].lines) == [10]


def test_a_condition_that_does_not_act_is_said_to_be_stored() -> None:
    prompt = Prompt()
    prompt.type("ip access-list extended T")
    results = prompt.type("permit ip any any", "permit ip any any time-range OFFICE")
    assert [result.kind.value for result in results] == ["modelled", "stored"]


# -- packets --------------------------------------------------------------------------------------


@pytest.fixture
def net() -> Network:
    """R1 - R2 - R3 in a row; R2 filters."""
    made = Network(
        config("R1", {"Gi0/0": "10.0.12.1/24"}, {"0.0.0.0/0": "10.0.12.2"}),
        config("R2", {"Gi0/0": "10.0.12.2/24", "Gi0/1": "10.0.23.2/24"}, {}),
        config("R3", {"Gi0/0": "10.0.23.3/24"}, {"0.0.0.0/0": "10.0.23.2"}),
    )
    made.link("R1:Gi0/0", "R2:Gi0/0")
    made.link("R2:Gi0/1", "R3:Gi0/0")
    made.boot().wait(5)
    assert made.ping("R1", "10.0.23.3")[2:] == "!!!"
    return made


def at(grammar: Grammar, net: Network, name: str) -> Desk:
    desk = Desk(grammar, net[name])
    desk.type("configure terminal")
    return desk


def test_a_list_in_keeps_packets_out_and_tells_the_sender(grammar: Grammar, net: Network) -> None:
    desk = at(grammar, net, "R2")
    desk.type(
        "access-list 101 deny icmp host 10.0.12.1 host 10.0.23.3 echo log",
        "access-list 101 permit ip any any",
        "interface gi0/0",
        "ip access-group 101 in",
        "end",
    )
    assert net.ping("R1", "10.0.23.3") == "U.U.U"  # unreachables come twice a second at most
    assert net.ping("R3", "10.0.12.1") == "!!!!!"  # the replies pass by the second line
    assert net.ping("R1", "10.0.12.2") == "!!!!!"
    assert desk.type("show access-lists") == (
        "Extended IP access list 101\n"
        "    10 deny icmp host 10.0.12.1 host 10.0.23.3 echo log (5 matches)\n"
        "    20 permit ip any any (10 matches)\n"
    )
    assert net["R2"].forwarding.filtered == 5
    net.wait(300)
    told = [line.split("%", 1)[1] for line in net.log if "IPACCESSLOG" in line]
    head = "SEC-6-IPACCESSLOGDP: list 101 denied icmp 10.0.12.1 -> 10.0.23.3 (8/0), "
    assert told == [head + "1 packet", head + "4 packets"]
    desk.type("clear access-list counters 101")
    assert "match" not in desk.type("show ip access-lists 101")


def test_a_list_out_holds_for_packets_in_transit_alone(grammar: Grammar, net: Network) -> None:
    desk = at(grammar, net, "R2")
    desk.type(
        "ip access-list standard NOBODY",
        "deny any log",
        "interface gi0/1",
        "ip access-group NOBODY out",
        "interface gi0/0",
        "no ip unreachables",
        "end",
    )
    forwarded = net["R2"].forwarding.forwarded_packets
    assert net.ping("R1", "10.0.23.3", count=2) == ".."
    assert net["R2"].forwarding.forwarded_packets == forwarded
    assert net.ping("R2", "10.0.23.3") == "!!!!!"
    assert "    10 deny   any log (" in desk.type("show access-lists NOBODY")
    assert any("%SEC-6-IPACCESSLOGS: list NOBODY denied 10.0.12.1 1 packet" in it for it in net.log)
    desk.type("configure terminal", "interface gi0/1", "no ip access-group NOBODY out", "end")
    assert net.ping("R1", "10.0.23.3") == "!!!!!"


def test_log_input_names_the_interface_and_the_sender(grammar: Grammar, net: Network) -> None:
    desk = at(grammar, net, "R2")
    desk.type(
        "access-list 101 permit icmp any any log-input",
        "interface gi0/0",
        "ip access-group 101 in",
        "end",
    )
    assert net.ping("R1", "10.0.12.2") == "!!!!!"
    mac = next(view.mac for view in net["R1"].interface_views() if view.name == PORT)
    assert mac is not None
    digits = mac.hex()
    where = f"GigabitEthernet0/0 {digits[:4]}.{digits[4:8]}.{digits[8:]}"
    assert any(
        f"list 101 permitted icmp 10.0.12.1 ({where}) -> 10.0.12.2 (8/0), 1 packet" in line
        for line in net.log
    )


def test_a_list_that_nobody_made_lets_everything_by(grammar: Grammar, net: Network) -> None:
    desk = at(grammar, net, "R2")
    desk.type("interface gi0/0", "ip access-group 150 in", "ip access-group 150 out", "end")
    assert net.ping("R1", "10.0.23.3") == "!!!!!"
    shown = desk.type("show ip interface gi0/0")
    assert "  Inbound  access list is 150" in shown
    assert "  Outgoing access list is 150" in shown


def test_large_packets_are_still_cut_behind_a_list(grammar: Grammar, net: Network) -> None:
    desk = at(grammar, net, "R2")
    desk.type(
        "access-list 101 permit ip any any",
        "interface gi0/1",
        "ip mtu 600",
        "ip access-group 101 out",
        "end",
    )
    assert net.ping("R1", "10.0.23.3", size=1400) == "!!!!!"
    assert net["R2"].forwarding.fragmented == 15
    assert net.ping("R1", "10.0.23.3", size=1400, df=True)[0] == "M"
    assert net.ping("R2", "10.0.23.3", size=1400) == "!!!!!"
