"""interface range: one line on several interfaces."""

import pytest

from ioscli.cli.configuration import LineKind
from ioscli.model.changes import InterfaceChanged
from ioscli.model.ifname import InterfaceName

from .typing_config import PORTS, Prompt


def test_every_line_is_carried_out_on_all() -> None:
    prompt = Prompt()
    prompt.type("interface range gi0/0 - 1 , Gi0/3")
    assert prompt.session.prompt_suffix == "config-if-range"
    (result,) = prompt.type("no shutdown")
    assert result.changes == tuple(InterfaceChanged(PORTS[number]) for number in (0, 1, 3))
    prompt.type("description to B", "duplex full")
    sections = [prompt.section(f"interface GigabitEthernet0/{number}") for number in range(4)]
    assert sections[0] == sections[1] == sections[3]
    assert " description to B" in sections[0]
    assert " duplex full" in sections[0]
    assert " shutdown" in sections[2]
    prompt.type("interface Gi0/2")
    assert prompt.session.prompt_suffix == "config-if"
    prompt.type("description C")
    assert prompt.section("interface GigabitEthernet0/3") == sections[3]


def test_loopbacks_are_made() -> None:
    prompt = Prompt()
    prompt.type("interface range lo1-3", "exit")
    assert prompt.session.prompt_suffix == "config"
    assert InterfaceName.parse("Lo2") in prompt.config.interfaces


@pytest.mark.parametrize("text", ["gi0/0-1,gi0/3", "Gi 0/0 -1 , gi0/3", "gi0/0 , gi0/1,Gi0/3"])
def test_blanks_do_not_count(text: str) -> None:
    prompt = Prompt()
    prompt.type(f"interface range {text}", "description x")
    described = [
        name for name, it in prompt.config.interfaces.items() if it.description is not None
    ]
    assert described == [PORTS[0], PORTS[1], PORTS[3]]


def test_default_interface_range() -> None:
    prompt = Prompt()
    prompt.type("interface range gi0/0 - 2", "description x", "no shutdown")
    (result,) = prompt.type("default interface range gi0/0 - 1")
    assert result.messages == (
        "Interface GigabitEthernet0/0 set to default configuration",
        "Interface GigabitEthernet0/1 set to default configuration",
    )
    assert result.changes == tuple(InterfaceChanged(PORTS[number]) for number in (0, 1))
    assert prompt.config.interfaces[PORTS[1]].description is None
    assert prompt.config.interfaces[PORTS[2]].description == "x"
    assert prompt.session.feed("default interface range lo5 - 6").kind is LineKind.REJECTED


@pytest.mark.parametrize(
    "text", ["Gi0/0 - 9", "Gi0/1 - 0", "x", "Gi0/0 - Lo3", "Gi0/0 ,", "lo0 - 99999999"]
)
def test_what_is_no_range_is_refused(text: str) -> None:
    prompt = Prompt()
    result = prompt.session.feed(f"interface range {text}")
    assert result.kind is LineKind.REJECTED
    assert result.error is not None
    assert prompt.session.prompt_suffix == "config"


@pytest.mark.parametrize("refused", ["interface range gi0/0 - 9", "interface gi7/7"])
def test_what_is_refused_leaves_the_range_selected(refused: str) -> None:
    prompt = Prompt()
    prompt.type("interface range gi0/0 - 1")
    assert prompt.session.feed(refused).kind is LineKind.REJECTED
    assert prompt.session.prompt_suffix == "config-if-range"
    prompt.type("description x")
    described = [
        name for name, it in prompt.config.interfaces.items() if it.description is not None
    ]
    assert described == [PORTS[0], PORTS[1]]
