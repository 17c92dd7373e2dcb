"""Labs from Python: commands, dialogues, time, cables, snapshots, captures."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ioscli
from ioscli.engine.link import Port
from ioscli.labs.typist import Answers, is_refusal

WriteLab = Callable[..., Path]

LAB = """\
name: triangle
warm-up: 20s
topology:
  nodes:
    R1: {kind: router, startup-config: R1.cfg}
    R2: {kind: router, startup-config: R2.cfg}
    PC: {kind: linux, startup-config: PC.sh}
  links:
    - endpoints: ["R1:Gi0/0", "R2:Gi0/0"]
      loss: 10%
    - endpoints: ["R1:Se0/0", "R2:Se0/0"]
    - endpoints: ["R1:Gi0/1", "PC:eth0"]
"""
_CONFIG = """\
hostname {name}
username admin privilege 15 password secret
interface Loopback0
 ip address {n}.{n}.{n}.{n} 255.255.255.255
interface GigabitEthernet0/0
 ip address 10.0.0.{n} 255.255.255.0
 ip ospf hello-interval 2
 no shutdown
interface Serial0/0
 ip address 10.0.1.{n} 255.255.255.0
 no shutdown
crypto isakmp policy 10
 encryption aes
 authentication pre-share
 group 2
crypto isakmp key cisco address 10.0.1.{other}
crypto ipsec transform-set TS esp-aes esp-sha-hmac
crypto ipsec profile P
 set transform-set TS
interface Tunnel0
 ip address 10.0.2.{n} 255.255.255.0
 tunnel source Serial0/0
 tunnel destination 10.0.1.{other}
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile P
router ospf 1
 network 0.0.0.0 255.255.255.255 area 0
line vty 0 4
 login local
 transport input telnet
"""
FILES = {
    "R1.cfg": _CONFIG.format(name="R1", n=1, other=2)
    + "interface GigabitEthernet0/1\n ip address 10.0.3.1 255.255.255.0\n no shutdown\n",
    "R2.cfg": _CONFIG.format(name="R2", n=2, other=1),
    "PC.sh": "ifconfig eth0 10.0.3.10 netmask 255.255.255.0\nroute add default gw 10.0.3.1\n",
}


@pytest.fixture
def folder(write_lab: WriteLab) -> Path:
    return write_lab(LAB, FILES).parent


@pytest.fixture
def lab(folder: Path) -> ioscli.Lab:
    return ioscli.load(folder)


# -- commands ----------------------------------------------------------------------------------


def test_a_command_is_typed_at_privileged_exec_and_takes_its_time(lab: ioscli.Lab) -> None:
    assert lab.now == timedelta(seconds=20)
    assert "Loopback0 is up, line protocol is up" in lab["R1"].run("show interfaces lo0")
    assert lab.now == timedelta(seconds=21)
    assert "\n.....\n" in lab["R1"].run("ping 10.0.3.99")
    assert lab.now >= timedelta(seconds=32)  # five times two seconds without a reply


def test_whatever_was_left_behind_the_next_command_finds_the_prompt(lab: ioscli.Lab) -> None:
    router = lab["R1"]
    for left in ("configure terminal", "disable", "exit", "terminal length 5"):
        router.run(left)
        assert "version 15.9" in router.run("show running-config", check=True)
    assert "--More--" not in router.run("show running-config")


def test_configuration_acts_and_says_what_it_said(lab: ioscli.Lab) -> None:
    said = lab["R1"].configure(
        """
        banner motd #
        ! not a comment

        #
        ! a comment
        interface Loopback9
          ip address 9.9.9.9 255.255.255.255
        end
        hostname EDGE
        """,
        check=True,
    )
    assert "Enter TEXT message" in said
    assert "a comment" not in lab["R1"].console.replace("not a comment", "")
    assert "9.9.9.9" in lab["R1"].run("show ip interface brief")
    shown = lab["R1"].run("show running-config")
    assert "banner motd ^C\n! not a comment\n\n^C\n" in shown
    assert "\nhostname EDGE\n" in shown
    assert lab["R1"].console.endswith(f"EDGE#show running-config\n{shown}")


def test_refusals_are_text_unless_they_are_to_be_checked(lab: ioscli.Lab) -> None:
    router = lab["R1"]
    assert "% Invalid input detected at '^' marker." in router.run("show ip ruote")
    with pytest.raises(ioscli.CommandError) as caught:
        router.run("show ip ruote", check=True)
    assert str(caught.value) == (
        "R1#show ip ruote\n            ^\n% Invalid input detected at '^' marker."
    )
    assert (caught.value.node, caught.value.command) == ("R1", "show ip ruote")
    with pytest.raises(ioscli.CommandError, match=r"R1\(config-if\)#mtu x"):
        router.configure("interface lo5\n mtu x\n description never", check=True)
    shown = router.run("show running-config", check=True)
    assert "interface Loopback5\n" in shown
    assert "never" not in shown


@pytest.mark.parametrize(
    ("output", "refused"),
    [
        ("% Incomplete command.\n", True),
        ("%No matching route to delete\n", True),
        ("%SYS-5-CONFIG_I: Configured from console by console\n", False),
        ("% Warning: use /31 mask on non point-to-point interface cautiously\n", False),
        ("Success rate is 0 percent (0/5)\n", False),
    ],
)
def test_what_counts_as_a_refusal(output: str, refused: bool) -> None:
    assert is_refusal(output) is refused


def test_dialogues_are_answered_in_order_or_by_their_questions(lab: ioscli.Lab) -> None:
    router = lab["R1"]
    in_order = router.run("ping", answers=["", "10.0.1.2", "3", "1000"])
    assert "Sending 3, 1000-byte ICMP Echos to 10.0.1.2" in in_order
    by_question = router.run("ping", answers={"Datagram": "300", "Target IP": "10.0.1.2"})
    assert "Sending 5, 300-byte ICMP Echos to 10.0.1.2" in by_question
    assert "Target IP address: 10.0.1.2\n" in by_question


def test_a_question_without_answer_and_an_answer_without_question(lab: ioscli.Lab) -> None:
    with pytest.raises(ioscli.InputError, match='R1: "ping" asks "Target IP address:"'):
        lab["R1"].run("ping")
    with pytest.raises(ioscli.InputError, match='"show clock" did not ask for "yes"'):
        lab["R1"].run("show clock", answers=["yes"])
    with pytest.raises(ioscli.InputError, match="leaves a text without its end"):
        lab["R1"].configure("banner motd #\nabc")
    with pytest.raises(ioscli.InputError, match="did not end within 3600 simulated seconds"):
        lab["R1"].run("ping 10.0.3.99 repeat 100000")
    with pytest.raises(ioscli.InputError, match="more than one line"):
        lab["R1"].run("show clock\nshow version")
    assert lab["R1"].run("show clock").startswith("*")


def test_through_a_telnet_to_another_router(lab: ioscli.Lab) -> None:
    said = lab["R1"].run("telnet 10.0.1.2", answers=["admin", "secret", "show users", "exit"])
    assert "vty 0" in said
    assert "secret" not in said
    with pytest.raises(ioscli.InputError, match="still reads lines"):
        lab["R1"].run("telnet 10.0.1.2", answers=["admin", "secret"])
    assert lab["R1"].run("show clock").startswith("*")


def test_a_linux_host(lab: ioscli.Lab) -> None:
    assert "2 received" in lab["PC"].run("ping -c 2 10.0.3.1")
    with pytest.raises(ioscli.InputError, match="PC is not a router: it cannot be configured"):
        lab["PC"].configure("hostname X")
    with pytest.raises(ioscli.InputError, match="PC is not a router: it cannot be reloaded"):
        lab["PC"].reload()


def test_help(lab: ioscli.Lab) -> None:
    assert "  protocols " in lab["R1"].run("show ip ?")
    assert lab["R1"].run("show clock").startswith("*")


def test_answers_by_question_are_asked_for_or_left() -> None:
    answers = Answers({"Target": "a", "Never": "b"})
    assert answers.take("Target IP address: ") == "a"
    assert answers.take("Repeat count [5]: ") is None
    assert answers.left == ["Never"]


# -- time and cables ---------------------------------------------------------------------------


def test_time_goes_by_when_it_is_told_to(lab: ioscli.Lab) -> None:
    lab.advance(hours=2, milliseconds=1.5)
    lab.advance(timedelta(seconds=5))
    assert lab.now == timedelta(hours=2, seconds=25, microseconds=1500)
    assert "uptime is 2 hours" in lab["R1"].run("show version")


@pytest.mark.parametrize("hours", [-1, 1e300, 9000, float("nan")])
def test_time_does_not_go_back_nor_for_ever(lab: ioscli.Lab, hours: float) -> None:
    with pytest.raises(ioscli.InputError, match="time cannot go by"):
        lab.advance(hours=hours)


def test_a_cable_is_cut_and_mended(lab: ioscli.Lab) -> None:
    cable = lab.link("R1:gi0/0")
    assert cable.name == "R1:GigabitEthernet0/0-R2:GigabitEthernet0/0"
    cable.down()
    lab.advance(seconds=3)
    assert not cable.is_up
    assert "down                  down" in lab["R1"].run(
        "show ip interface brief | include /0 +10.0.0"
    )
    cable.up()
    lab.advance(seconds=3)
    assert lab.link("R2:gi0/0").is_up
    assert "up                    up" in lab["R1"].run(
        "show ip interface brief | include /0 +10.0.0"
    )


def test_a_reload_forgets_what_was_not_saved(lab: ioscli.Lab) -> None:
    lab["R1"].configure("interface lo7\ninterface lo8")
    lab.reload("R1")
    assert "Loopback7" not in lab["R1"].run("show ip interface brief")
    lab["R1"].configure("interface lo7")
    lab["R1"].run("write memory", check=True)
    lab["R1"].run("reload", answers=[""])
    assert "Loopback7" in lab["R1"].run("show ip interface brief", check=True)


def test_wrong_names_are_told_from_right_ones(lab: ioscli.Lab, tmp_path: Path) -> None:
    with pytest.raises(ioscli.InputError, match="there is no node"):
        lab["R9"]
    with pytest.raises(ioscli.InputError, match="means several links; name an end"):
        lab.link("R1-R2")
    with pytest.raises(ioscli.InputError, match="there is no link"):
        lab.link("R1-R9")
    with pytest.raises(ioscli.InputError, match='did you mean "gre-over-ipsec"'):
        ioscli.load("gre-over-ipsek")
    with pytest.raises(ioscli.InputError, match="this lab has no solution"):
        ioscli.load(lab.topology.lab.folder, solved=True)
    with pytest.raises(ioscli.InputError, match=r"there is no lab.yaml"):
        ioscli.load(tmp_path / "lab" / "..")
    assert "R1" in lab
    assert [node.name for node in lab] == ["R1", "R2", "PC"]
    assert len(lab.links) == 3


# -- captures ----------------------------------------------------------------------------------


def test_a_capture_holds_what_crossed_the_link(lab: ioscli.Lab, tmp_path: Path) -> None:
    file = tmp_path / "serial.pcapng"
    with lab.capture("R1:se0/0", file) as path:
        assert path == file
        assert "!!!!!" in lab["R1"].run("ping 10.0.1.2")
        with (
            pytest.raises(ioscli.InputError, match="captured already"),
            lab.capture("R1:se0/0", tmp_path / "other"),
        ):
            pass
        with pytest.raises(ioscli.InputError, match="links are being captured"):
            lab.restore(lab.snapshot())
    size = file.stat().st_size
    assert file.read_bytes().count(b"\xab\xcd" * 30) == 10
    lab["R1"].run("ping 10.0.1.2")
    assert file.stat().st_size == size
    with (
        pytest.raises(ioscli.InputError, match="cannot write"),
        lab.capture("R1:se0/0", tmp_path / "no" / "such" / "folder"),
    ):
        pass


def test_keys_are_those_of_the_sas(lab: ioscli.Lab, tmp_path: Path) -> None:
    lab.advance(minutes=1)
    keys = lab.keys(tmp_path / "keys")
    spi = lab["R1"].run("show crypto ipsec sa | include current outbound spi").split("(")[0]
    assert f"0x{int(spi.split()[-1], 16):08x}" in (keys / "esp_sa").read_text()
    (tmp_path / "file").write_text("")
    with pytest.raises(ioscli.InputError, match="cannot write"):
        lab.keys(tmp_path / "file" / "keys")


# -- snapshots ---------------------------------------------------------------------------------

COMMANDS = [
    "show ip route",
    "show crypto ipsec sa",
    "show ip ospf neighbor",
    "show ip interface brief",
    "show logging",
    "ping 10.0.2.2 repeat 3",
    "ping 2.2.2.2 repeat 3 timeout 0",
    "clear crypto sa",
    "clear ip ospf process",
    "debug ip ospf hello",
    "undebug all",
    "write memory",
    "copy running-config startup-config",
    "show ip ruote",
    "reload",
    "configure terminal",
    "exit",
]
LINES = [
    "interface Tunnel0\n shutdown",
    "interface Tunnel0\n no shutdown",
    "interface Gi0/0\n ip ospf cost 50",
    "hostname OTHER",
    "username joe secret geheim",
    "crypto key generate rsa modulus 512",
    "banner motd #\nabc\n#",
    "ip route 8.8.8.8 255.255.255.255 Null0",
]
NODES = st.sampled_from(["R1", "R2"])
STEPS = st.one_of(
    st.tuples(st.just("run"), NODES, st.sampled_from(COMMANDS)),
    st.tuples(st.just("configure"), NODES, st.sampled_from(LINES)),
    st.tuples(st.just("advance"), st.integers(0, 45_000_000), st.just("")),
    st.tuples(st.just("cut"), st.sampled_from(["R1:Gi0/0", "R2:Se0/0"]), st.just("")),
    st.tuples(st.just("mend"), st.sampled_from(["R1:Gi0/0", "R2:Se0/0"]), st.just("")),
    st.tuples(st.just("reload"), NODES, st.just("")),
    st.tuples(st.just("shell"), st.just("PC"), st.sampled_from(["ping -c 2 2.2.2.2", "arp -n"])),
)
Step = tuple[str, Any, str]


def carry_out(lab: ioscli.Lab, steps: list[Step]) -> list[str]:
    """What the steps printed, complaints included."""
    printed = []
    for what, target, text in steps:
        try:
            match what:
                case "run" | "shell":
                    printed.append(lab[target].run(text, answers={"Save?": "no"}))
                case "configure":
                    printed.append(lab[target].configure(text))
                case "advance":
                    lab.advance(timedelta(microseconds=target))
                case "cut":
                    lab.link(target).down()
                case "mend":
                    lab.link(target).up()
                case "reload":
                    lab.reload(target)
        except ioscli.InputError as error:
            printed.append(str(error))
    return printed


def record(lab: ioscli.Lab) -> list[tuple[str, int, str, bytes]]:
    """Every frame on every link from now on."""
    frames: list[tuple[str, int, str, bytes]] = []
    for link in lab.topology.links.values():

        def tap(sent: int, port: Port, frame: bytes, name: str = link.name) -> None:
            frames.append((name, sent, port.name, frame))

        link.tap = tap
    return frames


def state(lab: ioscli.Lab) -> list[object]:
    """All that can be seen of a lab."""
    seen: list[object] = [lab.now, lab.snapshot(), [cable.is_up for cable in lab.links]]
    for node in lab:
        seen.append(node.console)
        if node.name != "PC":
            for show in (
                "show running-config",
                "show ip route",
                "show crypto ipsec sa",
                "show logging",
            ):
                seen.append(node.run(show))
    return seen


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    before=st.lists(STEPS, max_size=6),
    meanwhile=st.lists(STEPS, max_size=3),
    after=st.lists(STEPS, max_size=6),
    seed=st.integers(0, 3),
)
def test_a_restored_lab_goes_on_bit_for_bit(
    folder: Path, before: list[Step], meanwhile: list[Step], after: list[Step], seed: int
) -> None:
    original = ioscli.load(folder, seed=seed)
    carry_out(original, before)
    snapshot = original.snapshot()
    frames = record(original)
    printed = carry_out(original, after)
    end = state(original)

    other = ioscli.load(folder, seed=seed)
    carry_out(other, meanwhile)
    other.restore(pickle.loads(pickle.dumps(snapshot)))
    assert other.snapshot() == snapshot
    again = record(other)
    assert carry_out(other, after) == printed
    assert state(other) == end
    assert again == frames
    assert frames or not all(cable.is_up for cable in other.links)


def test_a_snapshot_between_two_events_of_one_instant(lab: ioscli.Lab) -> None:
    """A command ends with an event; others of the same instant may be still to come."""
    simulation = lab.topology.simulation
    while simulation.next_event() != simulation.now:
        assert simulation.step()
    lab.link("R1:Se0/0").down()
    snapshot = lab.snapshot()
    frames = record(lab)
    end = state(lab)
    lab.restore(snapshot)
    simulation = lab.topology.simulation
    assert simulation.next_event() == simulation.now
    again = record(lab)
    assert state(lab) == end
    assert again == frames


def test_what_no_method_did_is_noticed(lab: ioscli.Lab) -> None:
    lab.topology.find_link("R1:Se0/0").set_up(False)
    lab.advance(minutes=1)
    with pytest.raises(RuntimeError, match="does not repeat itself"):
        lab.restore(lab.snapshot())


@pytest.mark.parametrize(
    ("name", "node", "command"),
    [
        ("bgp-two-isps", "R1", "ping 198.51.100.1 source lo0 repeat 40"),
        ("eigrp-basics", "R1", "ping 172.16.3.1 source lo0 repeat 40"),
        ("nat-traversal", "BR2", "ping 10.0.0.1 source lo0 repeat 40"),
        ("dpd-failover", "BR", "ping 10.0.10.1 source lo0 repeat 40"),
    ],
)
def test_every_protocol_goes_on_bit_for_bit(name: str, node: str, command: str) -> None:
    lab = ioscli.load(name, solved=True)
    cut = next(cable for cable in lab.links if cable.is_up)
    lab.advance(seconds=40)
    snapshot = lab.snapshot()
    seen = []
    for _ in range(2):
        lab.restore(snapshot)
        frames = record(lab)
        pinged = lab[node].run(command)
        cut.down()
        lab.advance(minutes=1)
        cut.up()
        lab.reload(node)
        lab.advance(minutes=1)
        shows = [node.run("show logging") for node in lab if node.name in lab.topology.routers]
        seen.append((frames, pinged, shows, lab.now))
    assert seen[0] == seen[1]
    assert "!!" in seen[0][1]
    assert len(seen[0][0]) > 50


def test_another_process_goes_on_bit_for_bit(lab: ioscli.Lab, tmp_path: Path) -> None:
    """What a snapshot leads to does not hang on the order of a process's own hashes."""
    lab["R1"].configure("interface Tunnel0\n ip ospf cost 7")
    kept = tmp_path / "snapshot"
    kept.write_bytes(pickle.dumps(lab.snapshot()))
    code = (
        "import ioscli, pickle, sys; from hashlib import sha256; from pathlib import Path\n"
        "snapshot = pickle.loads(Path(sys.argv[1]).read_bytes())\n"
        "lab = ioscli.load(snapshot.lab.folder)\n"
        "lab.restore(snapshot)\n"
        "whole = sha256()\n"
        "for link in lab.topology.links.values():\n"
        "    link.tap = lambda at, port, frame: whole.update(b'%d %b' % (at, frame))\n"
        "lab.advance(minutes=2)\n"
        "print(whole.hexdigest(), lab['R1'].run('show ip ospf neighbor'))\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code, kept],
            check=True,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PYTHONHASHSEED": hashes},
        ).stdout
        for hashes in ("1", "2")
    }
    assert len(printed) == 1
    assert "FULL" in printed.pop()


def test_nodes_and_cables_at_hand_are_those_of_the_restored_lab(lab: ioscli.Lab) -> None:
    router, cable, snapshot = lab["R1"], lab.link("R1:se0/0"), lab.snapshot()
    router.configure("hostname AFTER")
    cable.down()
    lab.restore(snapshot)
    assert cable.is_up
    assert "\nhostname R1\n" in router.run("show running-config")


def test_snapshots_of_something_else_are_refused(lab: ioscli.Lab, folder: Path) -> None:
    snapshot = lab.snapshot()
    with pytest.raises(ioscli.InputError, match="seed 0, not of this triangle, seed 1"):
        ioscli.load(folder, seed=1).restore(snapshot)
    (folder / "R2.cfg").write_text("hostname OTHER\n")
    with pytest.raises(ioscli.InputError, match="startup configurations have changed"):
        lab.restore(snapshot)


# -- the module --------------------------------------------------------------------------------


def test_the_package_imports_the_api_only_when_asked() -> None:
    code = (
        "import sys, ioscli, ioscli.__main__\n"
        "assert 'ioscli.labs.api' not in sys.modules\n"
        "assert 'pytest' not in sys.modules\n"
        "assert set(ioscli.__all__) <= set(dir(ioscli))\n"
        "ioscli.load\n"
        "assert 'ioscli.labs.api' in sys.modules\n"
        "assert not {'pytest', 'lark'} & set(sys.modules)\n"
        "try: ioscli.nothing\n"
        "except AttributeError: pass\n"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


def test_the_package_is_typed() -> None:
    assert (Path(ioscli.__file__).parent / "py.typed").is_file()
