"""lab.yaml: what is read, and the one message for everything that is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ioscli.labs.errors import InputError
from ioscli.labs.labfile import Endpoint, NodeKind, read_lab
from ioscli.model.ifname import InterfaceName

WriteLab = Callable[..., Path]

GOOD = """\
name: two
description: two routers at a switch
warm-up: 90s
topology:
  nodes:
    R1: {kind: router, startup-config: start/R1.cfg}
    R2:
      kind: router
    sw1: {kind: switch}
  links:
    - endpoints: ["R1:Gi0/0", "sw1:1"]
      delay: 1.5ms
      bandwidth: 10mbit
      mtu: 1500
      loss: 2%
    - endpoints: [sw1:2, "R2:FastEthernet 0/1"]
    - endpoints: ["R1:Se0/0", "R2:Serial0/0"]
"""


def test_everything_that_can_be_said_is_read(write_lab: WriteLab) -> None:
    lab = read_lab(write_lab(GOOD, {"start/R1.cfg": "hostname A\n"}))
    assert (lab.name, lab.description, lab.warm_up) == (
        "two",
        "two routers at a switch",
        90_000_000,
    )
    assert [node.kind for node in lab.nodes.values()] == [
        NodeKind.ROUTER,
        NodeKind.ROUTER,
        NodeKind.SWITCH,
    ]
    assert lab.nodes["R1"].startup_config == lab.folder / "start" / "R1.cfg"
    assert lab.nodes["R2"].startup_config is None
    first, second, serial = lab.links
    gigabit = InterfaceName("GigabitEthernet", (0, 0))
    assert first.ends == (Endpoint("R1", gigabit), Endpoint("sw1", "1"))
    assert (first.delay, first.bandwidth, first.mtu, first.loss) == (1_500, 10_000_000, 1500, 0.02)
    assert (second.delay, second.bandwidth, second.mtu, second.loss) == (1_000, 10**8, None, 0)
    assert serial.bandwidth == 1_544_000


def test_name_defaults_to_the_folder(write_lab: WriteLab) -> None:
    assert read_lab(write_lab("topology: {nodes: {R1: {kind: router}}}")).name == "lab"


def topology(nodes: str = "R1: {kind: router}, R2: {kind: router}", links: str = "") -> str:
    return f"topology:\n  nodes: {{{nodes}}}\n  links:\n{links}"


LINK = '    - endpoints: ["R1:Gi0/0", "R2:Gi0/0"]\n'

WRONG = {
    "unknown key": ("nam: x\ntopology: {}\n", 1, 'unknown key "nam"', 'mean "name"'),
    "unknown key of a link": (topology(links=LINK + "      delays: 1ms\n"), 5, 'mean "delay"'),
    "unknown key of a node": (
        topology("R1: {kind: router, os: x}"),
        2,
        'unknown key "os" in node R1',
    ),
    "key stands twice": ("name: a\nname: b\n", 2, '"name" stands twice, first on line 1'),
    "node stands twice": (topology("R1: {kind: router}, R1: {kind: router}"), 2, "stands twice"),
    "nodes differ in case": (topology("R1: {kind: router}, r1: {kind: router}"), 2, "case alone"),
    "missing node": (topology(links='    - endpoints: ["R1:Gi0/0", "R3:Gi0/0"]\n'), 4, 'node "R3"'),
    "doubled end": (
        topology(links=LINK + '    - endpoints: ["R1:GigabitEthernet0/0", "R2:Gi0/1"]\n'),
        5,
        "R1:GigabitEthernet0/0 is in a link already, on line 4",
    ),
    "both ends the same": (
        topology(links='    - endpoints: ["R1:Gi0/0", "R1:Gi0/0"]\n'),
        4,
        "already",
    ),
    "three ends": (
        topology(links='    - endpoints: ["R1:Gi0/0", "R2:Gi0/0", "R2:Gi0/1"]\n'),
        4,
        "not 3",
    ),
    "no ends": (topology(links="    - delay: 1ms\n"), 4, "no endpoints"),
    "no mapping": ("- a\n- b\n", 1, "must be a mapping, not a list"),
    "a word": ("hello\n", 1, "must be a mapping, not a single value"),
    "no topology": ("name: x\n", 1, "no topology"),
    "no nodes": ("topology:\n  links: []\n", 1, "no nodes"),
    "empty nodes": ("topology: {nodes: {}}\n", 1, "no nodes"),
    "empty file": ("", 1, "empty"),
    "comment only": ("# nothing\n", 1, "empty"),
    "bad delay": (topology(links=LINK + "      delay: soon\n"), 5, 'delay "soon"', "not a time"),
    "negative delay": (topology(links=LINK + "      delay: -1ms\n"), 5, "not a time"),
    "endless delay": (topology(links=LINK + "      delay: 1h\n"), 5, "longer than 10s"),
    "endless warm-up": ("warm-up: 400h\n" + topology(), 1, "longer than"),
    "bad bandwidth": (topology(links=LINK + "      bandwidth: fast\n"), 5, "not a bandwidth"),
    "no bandwidth": (topology(links=LINK + "      bandwidth: 0\n"), 5, "not within"),
    "bad mtu": (topology(links=LINK + "      mtu: 67\n"), 5, "68 to 65535"),
    "bad loss": (topology(links=LINK + "      loss: 101%\n"), 5, "not a share"),
    "delay is a list": (
        topology(links=LINK + "      delay: [1ms]\n"),
        5,
        "single value, not a list",
    ),
    "unknown kind": (topology("R1: {kind: roter}"), 2, 'unknown kind "roter"', 'mean "router"'),
    "port of a host": (
        topology(
            "R1: {kind: linux}, R2: {kind: linux}",
            links='    - endpoints: ["R1:Gi0/0", "R2:Gi0/0"]\n',
        ),
        4,
        '"Gi0/0" is no port of a Linux host',
    ),
    "no kind": ("topology:\n  nodes:\n    R1:\n", 3, "no kind"),
    "bad node name": (topology('"R 1": {kind: router}'), 2, "cannot name a node"),
    "bad interface": (
        topology(links='    - endpoints: ["R1:Foo0/0", "R2:Gi0/0"]\n'),
        4,
        '"Foo0/0"',
    ),
    "short interface": (
        topology(links='    - endpoints: ["R1:0/0", "R2:Gi0/0"]\n'),
        4,
        "no interface",
    ),
    "no interface": (topology(links='    - endpoints: ["R1", "R2:Gi0/0"]\n'), 4, "NODE:INTERFACE"),
    "virtual interface": (
        topology(links='    - endpoints: ["R1:Lo0", "R2:Gi0/0"]\n'),
        4,
        "no cable",
    ),
    "serial to ethernet": (
        topology(links='    - endpoints: ["R1:Se0/0", "R2:Gi0/0"]\n'),
        4,
        "serial",
    ),
    "no such config": (topology("R1: {kind: router, startup-config: start/R1.cfg}"), 2, "no file"),
    "config elsewhere": (topology("R1: {kind: router, startup-config: ../x.cfg}"), 2, "outside"),
    "absolute config": (topology("R1: {kind: router, startup-config: /etc/passwd}"), 2, "outside"),
    "config is a folder": (topology("R1: {kind: router, startup-config: .}"), 2, "no file"),
    "config of a switch": (topology("s: {kind: switch, startup-config: a}"), 2, "takes no startup"),
    "not YAML": ("name: [\n", 2, "not YAML"),
    "tab": ("topology:\n\tnodes: {}\n", 2, "not YAML"),
    "control character": ("name: a\ntopology: \x07\n", 2, "not YAML"),
    "undefined alias": ("name: *x\n", 1, "not YAML"),
    "two documents": ("name: a\n---\nname: b\n", 2, "not YAML"),
    "deep": ("name: " + "[" * 5000, 1, "nested deeper"),
    "links no list": (topology().replace("links:\n", "links: {a: b}\n"), 3, "must be a list"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_lab_names_file_line_and_reason(name: str, write_lab: WriteLab) -> None:
    text, line, *reasons = WRONG[name]
    file = write_lab(text)
    with pytest.raises(InputError) as caught:
        read_lab(file)
    message = str(caught.value)
    assert message.startswith(f"{file}:{line}: "), message
    assert "\n" not in message
    for reason in reasons:
        assert reason in message


def test_config_through_a_link_out_of_the_folder_is_outside(
    write_lab: WriteLab, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("x")
    file = write_lab(topology("R1: {kind: router, startup-config: link}"))
    (file.parent / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(InputError, match="outside"):
        read_lab(file)


def test_bytes_that_are_no_text_have_a_line(write_lab: WriteLab) -> None:
    file = write_lab(b"name: a\nname2: \xff\xfe\n")
    with pytest.raises(InputError, match=rf"{file}:2: not UTF-8"):
        read_lab(file)


def test_huge_file_is_refused_unread(write_lab: WriteLab) -> None:
    with pytest.raises(InputError, match="larger than 1 MiB"):
        read_lab(write_lab("#" * (1 << 20) + "\nname: x\n"))


def test_alias_bomb_does_not_grow(write_lab: WriteLab) -> None:
    """A billion laughs: nothing is expanded, since aliases stay shared nodes."""
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 25)]
    bomb = "\n".join([*lines, "topology: *a24", ""])
    with pytest.raises(InputError, match='unknown key "a0"'):
        read_lab(write_lab(bomb))
    with pytest.raises(InputError, match="must be a mapping, not a list"):
        read_lab(write_lab("name: &a0 [x]\ntopology: *a0\n"))


def test_alias_that_holds_itself_is_refused(write_lab: WriteLab) -> None:
    with pytest.raises(InputError, match="node a"):
        read_lab(write_lab("topology: {nodes: &n {a: *n}}\n"))


def test_aliases_serve_to_say_things_once(write_lab: WriteLab) -> None:
    lab = read_lab(write_lab("topology: {nodes: {R1: &r {kind: router}, R2: *r}}\n"))
    assert list(lab.nodes) == ["R1", "R2"]
