"""The routers of an attempt: kept, put back, compared."""

from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.exercises.answer import Answer
from ioscli.exercises.exercise import Exercise
from ioscli.exercises.marking import mark
from ioscli.labs.store import LabStore
from ioscli.labs.topology import Topology
from ioscli.practice.network import Network, kept_answer
from tests.practice.conftest import CONFIGURE, FILES


class Desk:
    """Types at routers of a network."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def type(self, node: str, lines: str) -> None:
        from ioscli.cli.session import Session

        router = self.network.topology.routers[node]
        session = Session(router, self.network.grammar, output=lambda _text: None, length=0)
        for line in lines.splitlines():
            session.feed(line)
            router.simulation.run_while(lambda: session.busy)
        session.close()


@pytest.fixture
def network(exercise: Exercise, grammar: Grammar, tmp_path: Path) -> Network:
    return Network(
        exercise,
        grammar,
        0,
        LabStore(tmp_path / "state", exercise.lab),
        Answer.of_solution(exercise),
    )


def again(network: Network, tmp_path: Path) -> Network:
    """The same as the next run of the program finds it."""
    store = LabStore(tmp_path / "state", network.exercise.lab)
    return Network(network.exercise, network.grammar, 0, store, Answer())


def test_nothing_is_changed_at_the_start(network: Network) -> None:
    assert network.touched == []
    assert network.save() == []


def test_changes_are_what_was_typed(network: Network) -> None:
    Desk(network).type("R1", CONFIGURE + "ip domain lookup\nip domain name x.org")
    assert network.changes("R1") == [
        "+ip domain name x.org",
        "interface GigabitEthernet0/0",
        " -no ip address",
        " -shutdown",
        " +ip address 10.0.0.1 255.255.255.0",
        "-no ip domain lookup",
    ]
    assert network.touched == ["R1"]
    beyond = network.changes_to_solution("R1")
    assert " +description to R2" in beyond
    assert "-ip domain name x.org" in beyond


def test_the_solution_is_what_one_types(network: Network) -> None:
    assert network.solution("R2") == []
    lines = network.solution("R1")
    assert sorted(lines) == [
        " description to R2",
        " ip address 10.0.0.1 255.255.255.0",
        " no shutdown",
        "interface GigabitEthernet0/0",
    ]
    Desk(network).type("R1", "enable\nconf t\n" + "\n".join(lines))
    assert network.changes_to_solution("R1") == []


def test_what_is_saved_is_there_the_next_time(network: Network, tmp_path: Path) -> None:
    Desk(network).type("R1", CONFIGURE)
    assert network.save() == []
    before = network.changes("R1")
    Desk(network).type("R2", "enable\nconf t\nint lo0")
    then = again(network, tmp_path)
    assert (then.touched, then.changes("R1")) == (["R1"], before)


def test_only_what_was_changed_is_saved(network: Network, tmp_path: Path) -> None:
    Desk(network).type("R1", CONFIGURE)
    network.save()
    assert [it.name for it in (tmp_path / "state").glob("*/*")] == ["R1"]


def test_one_router_is_put_back_and_the_others_go_on(network: Network, tmp_path: Path) -> None:
    Desk(network).type("R1", CONFIGURE)
    Desk(network).type("R2", "enable\nconf t\nint lo0")
    network.save()
    Desk(network).type("R1", "enable\nconf t\nint lo1")
    network.reset("R2")
    assert network.touched == ["R1"]
    assert "+interface Loopback1" in network.changes("R1")
    assert again(network, tmp_path).touched == ["R1"]
    # Not saved is not saved.
    assert "+interface Loopback1" not in again(network, tmp_path).changes("R1")
    startup = network.topology.routers["R1"].files.startup_config
    assert startup is not None
    assert "Loopback1" not in startup


def test_a_router_that_is_carried_over_unsaved_has_its_start_saved(network: Network) -> None:
    Desk(network).type("R1", CONFIGURE)
    network.reset("R2")
    assert network.touched == ["R1"]
    assert network.topology.routers["R1"].files.startup_config == FILES["start/R1.cfg"]


def test_all_are_put_back(network: Network, tmp_path: Path) -> None:
    Desk(network).type("R1", CONFIGURE)
    network.save()
    network.reset()
    assert network.touched == []
    assert again(network, tmp_path).touched == []


def test_without_a_store_nothing_is_kept(exercise: Exercise, grammar: Grammar) -> None:
    network = Network(exercise, grammar, 0, None, Answer())
    Desk(network).type("R1", CONFIGURE)
    network.save()
    assert network.touched == ["R1"]
    network.reset("R2")
    assert network.touched == ["R1"]
    network.reset("R1")
    assert network.touched == []


def test_an_erased_router_boots_empty_until_it_is_put_back(
    network: Network, tmp_path: Path
) -> None:
    network.topology.routers["R1"].files.erase_nvram()
    then = again(network, tmp_path)
    assert then.topology.erased == ["R1"]
    then.reset("R1")
    assert then.topology.erased == []


def test_what_was_kept_is_what_is_marked(
    network: Network, exercise: Exercise, grammar: Grammar, tmp_path: Path
) -> None:
    store = LabStore(tmp_path / "state", exercise.lab)
    start = kept_answer(exercise, grammar, store)
    assert mark(exercise, start, grammar) == mark(exercise, Answer(), grammar)
    Desk(network).type("R1", CONFIGURE)
    network.save()
    found = kept_answer(exercise, grammar, store)
    assert found.texts == network.answer.texts
    assert [task.passed for task in mark(exercise, found, grammar).tasks] == [True, False]


def test_an_exercise_may_start_with_texts(exercise: Exercise, grammar: Grammar) -> None:
    """A generated fault: no file says what R2 starts with."""
    broken = "hostname R2\ninterface Gi0/0\n ip address 10.0.0.22 255.255.255.0\n no shutdown\n"
    ticket = exercise._replace(start=Answer.of_texts({"R2": broken}))
    network = Network(ticket, grammar, 0, None, Answer())
    assert network.topology.routers["R2"].files.startup_config == broken
    assert network.touched == []
    solved = mark(ticket, Answer.of_solution(ticket), grammar)
    assert [task.passed for task in solved.tasks] == [False, True]
    Desk(network).type("R2", "enable\nconf t\nint gi0/0\nip address 10.0.0.2 255.255.255.0")
    assert network.touched == ["R2"]
    network.reset("R1")
    assert network.touched == ["R2"]
    network.reset("R2")
    assert network.touched == []


def test_an_answer_upon_a_start_wins(exercise: Exercise, grammar: Grammar) -> None:
    start = Answer.of_texts({"R1": "hostname A\n", "R2": "hostname B\n"})
    both = Answer.of_texts({"R1": "hostname C\n"}).upon(start)
    names = {
        name: router.hostname
        for name, router in Topology(exercise.lab, grammar, 0, both).routers.items()
    }
    assert names == {"R1": "C", "R2": "B"}
