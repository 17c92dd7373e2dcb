"""Wrong answers made from right ones."""

from hypothesis import given
from hypothesis import strategies as st

from ioscli.exercises.config_text import ConfigText
from ioscli.exercises.mutations import Change, alike, mutants, spared

START = """\
hostname R1
!
interface GigabitEthernet0/0
 ip address 10.0.0.1 255.255.255.0
 shutdown
!
ip access-list extended EDGE
 deny ip any host 10.0.0.9
 permit ip any any
!
ip route 0.0.0.0 0.0.0.0 Null0
!
end
"""
SOLUTION = """\
hostname R1
!
interface Tunnel0
 ip address 10.1.0.1 255.255.255.0
 tunnel source GigabitEthernet0/0
!
interface GigabitEthernet0/0
 ip address 10.0.0.1 255.255.255.0
 ip mtu 1400
!
ip access-list extended EDGE
 permit ip any any
!
ip route 0.0.0.0 0.0.0.0 10.0.0.2
!
end
"""


def test_what_the_solution_adds_is_removed_line_by_line() -> None:
    removed = [it for it in mutants("R1", SOLUTION, START) if it.change is Change.REMOVED]
    assert [it.title for it in removed] == [
        'R1 without "interface Tunnel0" and its section',
        'R1 without "ip address 10.1.0.1 255.255.255.0" in "interface Tunnel0"',
        'R1 without "tunnel source GigabitEthernet0/0" in "interface Tunnel0"',
        'R1 without "ip mtu 1400" in "interface GigabitEthernet0/0"',
        'R1 without "ip route 0.0.0.0 0.0.0.0 10.0.0.2"',
    ]
    assert [it.place for it in removed] == [f"solution/R1.cfg:{n}" for n in (3, 4, 5, 9, 14)]
    assert removed[0].texts[0] == SOLUTION.replace(
        "interface Tunnel0\n ip address 10.1.0.1 255.255.255.0\n"
        " tunnel source GigabitEthernet0/0\n",
        "",
    )
    assert removed[3].texts == (SOLUTION.replace(" ip mtu 1400\n", ""),)


def test_what_the_solution_took_out_is_put_back() -> None:
    shutdown, entry, route = (
        it for it in mutants("R1", SOLUTION, START) if it.change is Change.PUT_BACK
    )
    assert shutdown.title == 'R1 with the start\'s "shutdown" in "interface GigabitEthernet0/0"'
    assert shutdown.place == "start/R1.cfg:5"
    assert shutdown.texts == (SOLUTION.replace("1400\n", "1400\n shutdown\n"),)
    # In front of the line that it stood in front of, and elsewhere should that change nothing.
    assert entry.texts == (
        SOLUTION.replace(" permit", " deny ip any host 10.0.0.9\n permit"),
        SOLUTION.replace("any any\n", "any any\n deny ip any host 10.0.0.9\n"),
    )
    # In place of what sets the same thing, which IOS may not take twice.
    assert route.texts == (
        SOLUTION.replace("0.0.0.0 10.0.0.2\n", "0.0.0.0 Null0\n"),
        SOLUTION.replace("10.0.0.2\n", "10.0.0.2\nip route 0.0.0.0 0.0.0.0 Null0\n"),
    )


def test_a_section_of_the_start_comes_back_whole_and_once() -> None:
    rip = "router rip\n version 2\n network 10.0.0.0\n"
    solution = "router ospf 1\n router-id 1.1.1.1\n"
    (back,) = mutants("R1", solution, rip + solution)
    assert back.title == 'R1 with the start\'s "router rip" and its section'
    assert back.texts == (rip + solution, solution + rip)


def test_a_changed_line_gives_both_ways_to_be_wrong() -> None:
    removed, back = mutants("R1", " ip mtu 1400\n", " ip mtu 1500\n")
    assert removed.texts == ("",)
    assert back.texts == (" ip mtu 1500\n", " ip mtu 1400\n ip mtu 1500\n")


def test_a_line_that_several_routers_need_is_taken_from_all_of_them() -> None:
    made = [
        *mutants("R1", "interface Tunnel0\n ip mtu 1400\n bandwidth 9\n", "interface Tunnel0\n"),
        *mutants("R2", "interface Tunnel0\n ip mtu 1400\n", "interface Tunnel0\n bandwidth 9\n"),
        *mutants("R3", "interface Tunnel1\n ip mtu 1400\n", ""),
    ]
    assert [[it.title for it in group] for group in alike(made)] == [
        [f'{node} without "ip mtu 1400" in "interface Tunnel0"' for node in ("R1", "R2")]
    ]


def test_repeated_lines_count_as_often_as_they_stand() -> None:
    (removed,) = mutants("R1", "ip cef\nip cef\n", "ip cef\n")
    assert removed.number == 2


def test_lines_of_the_start_are_spared_for_what_guards_them() -> None:
    assert [(it.number, it.line) for it in spared("R1", SOLUTION, START)] == [
        (1, "hostname R1"),
        (7, "interface GigabitEthernet0/0"),
        (8, "ip address 10.0.0.1 255.255.255.0"),
        (11, "ip access-list extended EDGE"),
        (12, "permit ip any any"),
    ]


def test_a_start_that_is_the_solution_gives_nothing() -> None:
    assert not list(mutants("R1", SOLUTION, SOLUTION))


LINES = st.lists(
    st.sampled_from(["a", "b", " c", " d", "  e", "!", "", " exit", "exit-address-family"]),
    max_size=12,
).map("\n".join)


@given(LINES, LINES)
def test_every_mutant_differs_from_the_solution_and_in_one_place(right: str, start: str) -> None:
    have = list(ConfigText.parse(right).commands())
    for mutant in mutants("R1", right, start):
        for text in mutant.texts:
            assert text != right
            if mutant.change is Change.REMOVED:
                assert len(list(ConfigText.parse(text).commands())) < len(have)
            else:
                assert mutant.line in text
