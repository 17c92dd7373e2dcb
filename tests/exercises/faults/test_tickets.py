"""Tickets: the same for the same seed, solved by undoing, unsolved by less, telling no cause."""

import os
import re
import subprocess
import sys
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.exercises.answer import Answer
from ioscli.exercises.config_text import ConfigText
from ioscli.exercises.exercise import Difficulty, Kind
from ioscli.exercises.faults.assembling import Ticket
from ioscli.exercises.faults.catalogue import catalogue
from ioscli.exercises.faults.fault import Injection, broken
from ioscli.exercises.faults.proof import Subject
from ioscli.exercises.faults.ticket import draw, make_ticket, proven
from ioscli.exercises.marking import mark
from ioscli.labs.catalogue import find_lab
from ioscli.labs.errors import InputError
from ioscli.labs.labfile import read_lab
from ioscli.model.ifname import InterfaceName
from tests.conftest import WriteLab
from tests.exercises.faults.subjects import subject

_SEEDS = [(lab, seed) for lab in ("ipsec-vti", "gre-over-ipsec", "eigrp-basics") for seed in (1, 4)]


def told(ticket: Ticket) -> str:
    """All that a student sees before asking for hints."""
    exercise = ticket.exercise
    return "\n".join([exercise.story, exercise.goal, *(task.text for task in exercise.tasks)])


def shown(ticket: Ticket) -> str:
    """A ticket as text, to the last word."""
    exercise = ticket.exercise
    checks = [f"{check!r}" for task in exercise.tasks for check in task.checks]
    hints = [hint.text for task in exercise.tasks for hint in task.hints]
    starts = [f"{node}\n{text}" for node, text in sorted(exercise.start.texts.items())]
    return "\n".join([told(ticket), *checks, *hints, exercise.explanation, *starts])


@pytest.mark.parametrize(("lab", "seed"), _SEEDS)
def test_a_ticket_is_solved_by_undoing_its_faults_and_by_nothing_less(
    grammar: Grammar, lab: str, seed: int
) -> None:
    ticket = draw(subject(lab), seed)
    exercise = ticket.exercise
    solved = mark(exercise, ticket.solution, grammar)
    assert solved.points == solved.out_of == exercise.points
    start = mark(exercise, Answer(), grammar)
    assert not start.passed
    assert not any(task.passed for task in start.tasks[: len(ticket.faults)])
    assert ticket.solution.texts != exercise.start.texts
    assert exercise.kind is Kind.REPAIR
    assert sum(hint.cost for task in exercise.tasks for hint in task.hints) > 0
    hints = sum(hint.cost for task in exercise.tasks for hint in task.hints)
    assert exercise.points - hints >= exercise.pass_mark, "who asks for every hint can still pass"


def test_the_same_seed_gives_the_same_ticket_and_another_another(grammar: Grammar) -> None:
    lab = read_lab(find_lab("ipsec-vti"))
    first, second = (make_ticket(lab, 5, grammar, "SVPN") for _ in range(2))
    assert shown(first) == shown(second)
    others = {shown(draw(subject("ipsec-vti"), seed, "SVPN")) for seed in range(6)}
    assert len(others) > 3


def test_what_was_drawn_before_does_not_matter() -> None:
    known = subject("ipsec-over-gre")
    fresh = Subject(known.lab, known.grammar)
    draw(fresh, 1)
    assert shown(draw(fresh, 2)) == shown(draw(known, 2))


@pytest.mark.parametrize("lab", ["gre-over-ipsec", "ospf-multiarea", "redundant-tunnels"])
def test_three_faults_each_of_which_has_to_be_mended(grammar: Grammar, lab: str) -> None:
    network = subject(lab)
    ticket = draw(network, 11, count=3)
    assert len(ticket.faults) == 3
    assert ticket.exercise.difficulty is Difficulty.EXPERT
    for left in ticket.faults:
        texts = broken(network.texts, (left,))
        result = mark(ticket.exercise, Answer.of_texts(texts), grammar)
        assert not result.passed, f"{left.fault.id} was left and nobody minded"


@pytest.mark.parametrize("scope", ["ENCOR", "ENARSI", "SVPN", "CCIE", "ENARSI 1.10", "SVPN 3.1"])
def test_a_scope_is_kept(scope: str) -> None:
    ticket = draw(subject("gre-over-ipsec"), 2, scope)
    for injection in ticket.faults:
        assert injection.fault.within(scope)
    assert ticket.exercise.topics[0].startswith(scope)


def test_a_difficulty_is_kept() -> None:
    for difficulty, count in ((Difficulty.EASY, 1), (Difficulty.HARD, 2), (Difficulty.EXPERT, 3)):
        ticket = draw(subject("ipsec-vti"), 3, difficulty=difficulty)
        assert len(ticket.faults) == count


_SPOKEN = frozenset(
    # What users and operators say of a network as well, whatever line was changed.
    ["ospf", "eigrp", "bgp", "interface"]
)


@pytest.mark.parametrize("lab", ["ipsec-vti", "gre-over-ipsec", "ospf-multiarea", "bgp-two-isps"])
@pytest.mark.parametrize("seed", range(1, 7))
def test_no_ticket_tells_what_was_changed(lab: str, seed: int) -> None:
    ticket = draw(subject(lab), seed)
    said = set(re.findall(r"[A-Za-z0-9./-]+", told(ticket).lower()))
    for injection in ticket.faults:
        assert injection.fault.title not in told(ticket)
        for edit in injection.site.edits:
            for line in edit.changed.split("\n"):
                assert not line.strip() or line.strip() not in told(ticket)
            words = {word for word in edit.changed.lower().split() if len(word) > 2}
            telling = {it for it in words - _SPOKEN if not _is_somewhere(it)}
            assert not telling & said, (injection.fault.id, telling & said)


def _is_somewhere(word: str) -> bool:
    """An address or an interface: of what was changed as of what is noticed."""
    try:
        IPv4Address(word)
    except AddressValueError:
        try:
            InterfaceName.parse(word)
        except ValueError:
            return False
    return True


def test_the_explanation_tells_the_lines_as_they_were_and_are() -> None:
    ticket = draw(subject("gre-over-ipsec"), 1)
    for injection in ticket.faults:
        assert injection.fault.title in ticket.exercise.explanation
        for edit in injection.site.edits:
            assert edit.was in ticket.exercise.explanation
            for line in (edit.new or "").split("\n"):
                assert line.strip() in ticket.exercise.explanation


_OWN = """
name: own
warm-up: 10s
topology:
  nodes:
    A: {kind: router, startup-config: start/A.cfg}
    B: {kind: router, startup-config: start/B.cfg}
    PC: {kind: linux, startup-config: start/PC.sh}
  links:
    - endpoints: ["A:Gi0/0", "B:Gi0/0"]
    - endpoints: ["B:Gi0/1", "PC:eth0"]
"""
_A = """hostname A
interface Loopback0
 ip address 10.0.0.1 255.255.255.0
interface GigabitEthernet0/0
 ip address 192.0.2.1 255.255.255.0
ip route 10.9.0.0 255.255.255.0 192.0.2.2
end
"""
_B = """hostname B
interface GigabitEthernet0/0
 ip address 192.0.2.2 255.255.255.0
interface GigabitEthernet0/1
 ip address 10.9.0.1 255.255.255.0
ip route 10.0.0.0 255.255.255.0 192.0.2.1
end
"""
_PC = """ifconfig eth0 10.9.0.9 netmask 255.255.255.0 up
route add default gw 10.9.0.1
"""


def test_a_lab_of_ones_own_without_a_solution(write_lab: WriteLab, grammar: Grammar) -> None:
    file = write_lab(_OWN, {"start/A.cfg": _A, "start/B.cfg": _B, "start/PC.sh": _PC})
    ticket = make_ticket(read_lab(file), 1, grammar)
    assert " no longer reaches 10." in ticket.exercise.story
    result = mark(ticket.exercise, ticket.solution, grammar)
    assert result.points == result.out_of
    assert not mark(ticket.exercise, Answer(), grammar).passed


def test_what_a_ticket_starts_with_is_under_what_somebody_configures(
    write_lab: WriteLab, grammar: Grammar
) -> None:
    file = write_lab(_OWN, {"start/A.cfg": _A, "start/B.cfg": _B, "start/PC.sh": _PC})
    ticket = make_ticket(read_lab(file), 1, grammar, count=1)
    node = ticket.faults[0].site.node
    mended = Answer.of_texts({node: ticket.solution.texts[node]})
    assert mark(ticket.exercise, mended, grammar).passed


def test_a_lab_in_which_nobody_reaches_anybody(write_lab: WriteLab, grammar: Grammar) -> None:
    file = write_lab("topology: {nodes: {A: {kind: router}, B: {kind: router}}}")
    with pytest.raises(InputError, match="nobody reaches anybody"):
        make_ticket(read_lab(file), 1, grammar)


def test_a_lab_in_which_nothing_of_a_scope_fits(write_lab: WriteLab, grammar: Grammar) -> None:
    file = write_lab(_OWN, {"start/A.cfg": _A, "start/B.cfg": _B, "start/PC.sh": _PC})
    with pytest.raises(InputError, match=r"no fault of ENARSI 1\.10 fits into this lab"):
        make_ticket(read_lab(file), 1, grammar, "ENARSI 1.10")


def test_an_unknown_scope_is_named(grammar: Grammar) -> None:
    with pytest.raises(InputError, match=r'no fault belongs to "ENARSY" .did you mean "ENARSI"'):
        make_ticket(read_lab(find_lab("ipsec-vti")), 1, grammar, "ENARSY")


def test_a_filter_may_not_be_taken_off_instead_of_mended(grammar: Grammar) -> None:
    network = subject("broken-mtu-black-hole")
    fault = next(it for it in catalogue() if it.id == "filter-esp")
    sites = [it for it in fault.sites(network.network) if it.edits[0].old is not None]
    ticket = proven(network, (Injection(fault, sites[0]),), seed=1)
    assert ticket is not None
    node = sites[0].node
    config = ConfigText.parse(ticket.exercise.start.texts[node])
    taken_off = config.without(config.find("interface *", "ip access-group *")[0].at)
    result = mark(ticket.exercise, Answer.of_texts({node: str(taken_off)}), grammar)
    assert not result.passed
    assert [check.verdict.passed for check in result.tasks[0].checks][-1] is False


def test_hash_seeds_do_not_matter() -> None:
    script = (
        "from tests.exercises.faults.subjects import subject\n"
        "from tests.exercises.faults.test_tickets import shown\n"
        "from ioscli.exercises.faults.ticket import draw\n"
        "print(shown(draw(subject('ipsec-over-gre'), 9, count=2)))\n"
    )
    root = Path(__file__).parents[3]
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
