"""Replaying transcripts: typing, modes, dialogues, time, and the messages of other consoles."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

WriteLab = Callable[..., Path]
Ioscli = Callable[..., Run]

LAB = """\
warm-up: 30s
topology:
  nodes:
    R1: {kind: router, startup-config: R1.cfg}
    R2: {kind: router, startup-config: R2.cfg}
  links:
    - endpoints: ["R1:Gi0/0", "R2:Gi0/0"]
      delay: 2ms
"""
FILES = {
    f"R{n}.cfg": f"hostname R{n}\nno ip domain lookup\n"
    f"interface Gi0/0\n ip address 10.0.0.{n} 255.255.255.0\n"
    for n in (1, 2)
}


class Author:
    """Somebody who writes transcripts beside a lab, and runs them."""

    def __init__(self, write_lab: WriteLab, ioscli: Ioscli) -> None:
        self.folder = write_lab(LAB, FILES).parent
        self.file = self.folder / "transcripts" / "t.ios"
        self.file.parent.mkdir()
        self._ioscli = ioscli

    def run(self, text: str, *arguments: object) -> Run:
        self.file.write_text(text)
        return self._ioscli("replay", self.file, *arguments)

    def text(self, text: str, *arguments: object) -> str:
        run = self.run(text, *arguments)
        assert run.status == 0, run.err
        return run.out

    def entries(self, text: str) -> list[dict[str, Any]]:
        run = self.run(text, "--format", "json")
        assert run.status == 0, run.err
        entries: list[dict[str, Any]] = json.loads(run.out)
        return entries


@pytest.fixture
def author(write_lab: WriteLab, ioscli: Ioscli) -> Author:
    return Author(write_lab, ioscli)


PING = """\
R1#ping 10.0.0.2
Type escape sequence to abort.
Sending 5, 100-byte ICMP Echos to 10.0.0.2, timeout is 2 seconds:
.!!!!
Success rate is 80 percent (4/5), round-trip min/avg/max = 4/4/4 ms
"""


def test_session_is_printed_as_text(author: Author) -> None:
    assert author.text("R1#ping 10.0.0.2\n") == PING


def test_check_passes_on_what_was_printed(author: Author) -> None:
    run = author.run(PING, "--check")
    assert (run.status, run.err) == (0, "")
    assert "1 steps, all as expected (exact)" in run.out


def test_failed_check_shows_the_place_and_both_sides(author: Author) -> None:
    run = author.run("@# first\n" + PING.replace(".!!!!", "!!!!!"), "--check", "exact")
    assert run.status == 1
    assert run.out.splitlines() == [
        f"{author.file}:2: R1#ping 10.0.0.2",
        "  Type escape sequence to abort.",
        "  Sending 5, 100-byte ICMP Echos to 10.0.0.2, timeout is 2 seconds:",
        "- !!!!!",
        "+ .!!!!",
        "  Success rate is 80 percent (4/5), round-trip min/avg/max = 4/4/4 ms",
    ]


def test_shape_lets_round_trip_times_differ_and_exact_does_not(author: Author) -> None:
    other = PING.replace("4/4/4", "8/9/12")
    assert author.run(other, "--check", "shape").status == 0
    assert author.run(other, "--check", "exact").status == 1
    assert author.run(PING.replace(".!!!!", ".!!!."), "--check", "shape").status == 1


def test_output_that_nobody_expected_fails_the_check(author: Author) -> None:
    assert author.run("R1#ping 10.0.0.2\n", "--check").status == 1
    assert author.run("R1#show clock?\n", "--check").status == 1
    assert author.run("prose\n" + PING, "--check").status == 1


def test_check_level_may_stand_before_the_transcript(author: Author, ioscli: Ioscli) -> None:
    author.file.write_text(PING)
    assert ioscli("replay", "--check", author.file).status == 0
    assert ioscli("replay", "--check", "shape", author.file).status == 0


def test_json(author: Author) -> None:
    first, second = author.entries("R1#ping 10.0.0.2\nR2>show privilege\n")
    assert list(first) == ["node", "prompt", "command", "output", "at"]
    assert (first["node"], first["prompt"], first["command"]) == ("R1", "R1#", "ping 10.0.0.2")
    assert first["output"] == PING.split("\n", 1)[1]
    # A line costs a second of typing; the ping then took 2 s and four round trips of 4 ms; `R2>`
    # costs a line `disable`.
    assert first["at"] == 31
    assert second["at"] == pytest.approx(31 + 2 + 0.016 + 2, abs=0.005)
    assert second["prompt"] == "R2>"


def test_json_and_check_together_keep_json_clean(author: Author) -> None:
    run = author.run(PING.replace(".!!!!", "?"), "--check", "--format", "json")
    assert run.status == 1
    assert json.loads(run.out)[0]["command"] == "ping 10.0.0.2"
    assert "+ .!!!!" in run.err


def test_modes_are_reached_without_writing_every_step(author: Author) -> None:
    text = author.text(
        "R1(config)#interface lo0\nR1(config-if)#ip address 1.1.1.1 255.255.255.255\n"
        "R1(config)#hostname EDGE\nEDGE#show ip interface brief | include Loopback\n"
        "R1>show privilege\n"
    )
    assert "EDGE#show ip interface brief" in text
    assert "1.1.1.1" in text
    assert "EDGE>show privilege\nCurrent privilege level is 1\n" in text
    assert "Enter configuration commands" not in text


def test_mode_that_cannot_be_reached_is_a_wrong_prompt(author: Author) -> None:
    run = author.run("R1(config-if)#shutdown\n", "--check")
    assert run.status == 1
    assert "- R1(config-if)#shutdown\n+ R1#shutdown" in run.out


def test_new_hostname_tells_prompts_from_output(author: Author) -> None:
    text = "R1(config)#hostname X\nX(config)#end\n@wait 1s\n"
    entries = author.entries(text + "X#show privilege\nCurrent privilege level is 15\n")
    assert [entry["command"] for entry in entries] == ["hostname X", "end", "show privilege"]
    # The node's own name goes on to work, whatever the router is called.
    assert author.entries(text + "R1#show privilege\n")[2]["prompt"] == "X#"


DIALOGUE = """\
R1#ping
Protocol [ip]:
Target IP address: 10.0.0.2
Repeat count [5]: 2
Datagram size [100]:
Timeout in seconds [2]: 1
Extended commands [n]:
Sweep range of sizes [n]:
"""


def test_dialogue_is_answered_with_what_is_written_after_its_questions(author: Author) -> None:
    text = author.text(DIALOGUE)
    assert "Target IP address: 10.0.0.2\n" in text
    assert "Sending 2, 100-byte ICMP Echos to 10.0.0.2, timeout is 1 seconds:\n.!\n" in text


def test_answers_stand_in_for_questions(author: Author) -> None:
    text = "R1#ping\n@answer\n@answer 10.0.0.2\n@answer 3\n"
    shown = author.text(text)
    assert "Target IP address: 10.0.0.2\n" in shown
    assert "Sending 3, 100-byte" in shown
    # The questions with defaults that were left out got Enter, and are missing in a check.
    run = author.run(text, "--check")
    assert run.status == 1
    assert "+ Datagram size [100]: " in run.out
    assert "Target IP address" not in run.out


def test_question_without_answer_is_an_error_of_the_transcript(author: Author) -> None:
    run = author.run("R1#show privilege\nR1#ping\nProtocol [ip]: \n")
    assert run.status == 2
    assert run.err == (
        f"{author.file}:2: the question 'Target IP address:' has no answer "
        "(write it out, or @answer)\n"
    )


BANNER = """\
R1(config)#banner motd #
Enter TEXT message.  End with the character '#'.
Is anybody there?
#
R1(config)#do show running-config | include there
Is anybody there?
"""


def test_banner_takes_the_lines_below_it(author: Author) -> None:
    assert author.text(BANNER) == BANNER
    assert author.run(BANNER, "--check").status == 0


def test_help_is_shown_and_the_line_dropped(author: Author) -> None:
    text = author.text("R1#show ip ro?\nR1#show ip ro\nR1#show privilege\n")
    assert text.startswith("R1#show ip ro?\nroute")
    assert text.endswith("R1#show ip ro\nR1#show privilege\nCurrent privilege level is 15\n")


def test_messages_wait_until_something_is_typed_at_their_node(author: Author) -> None:
    text = author.text(
        "R1#show privilege\n@link down R1-R2\n@wait 60s\nR1#show privilege\nR2#show privilege\n"
    )
    lines = text.splitlines()
    down = (
        "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet0/0, changed state to down"
    )
    first, second = (index for index, line in enumerate(lines) if line.endswith(down))
    again = lines.index("R1#show privilege", 1)
    # R1's console was looked at; R2's message stood there until the next line typed on R2.
    assert first < again < second < lines.index("R2#show privilege")
    assert lines[first][1:16] == lines[second][1:16]


def test_a_message_of_several_lines_waits_and_is_compared_like_others(author: Author) -> None:
    text = author.text("R2#debug arp\nR1#ping 10.0.0.2 repeat 1\nR2#undebug all\n")
    assert "IP ARP: sent rep src 10.0.0.2" in text
    assert author.run(text, "--check", "exact").status == 0
    assert author.run(text, "--check", "shape", "--seed", 5).status == 0


def test_links_can_be_cut_and_mended(author: Author) -> None:
    text = author.text(
        "R1#ping 10.0.0.2 repeat 1\n@link down R1-R2\n@wait 10s\n"
        "R1#show ip interface brief | include 0/0\n@link up R2:Gi0/0\n@wait 10s\n"
        "R1#show ip interface brief | include 0/0\n"
    )
    brief = [line for line in text.splitlines() if line.startswith("GigabitEthernet0/0")]
    assert [line.split()[-2:] for line in brief] == [["down", "down"], ["up", "up"]]


def test_json_gives_late_messages_to_the_last_command_of_their_node(author: Author) -> None:
    first, second, third = author.entries(
        "R2#show privilege\nR1#show privilege\n@link down R1-R2\n@wait 10s\nR2#show privilege\n"
    )
    assert "Current privilege level is 15\n" in first["output"]
    assert "GigabitEthernet0/0, changed state to down" in first["output"]
    assert "GigabitEthernet0/0, changed state to down" in second["output"]
    assert third["output"] == "Current privilege level is 15\n"


def test_equal_seeds_print_equal_bytes_and_other_seeds_do_not(author: Author) -> None:
    text = "R1#show interfaces Gi0/0\nR1#ping 10.0.0.2\n"
    one = author.text(text, "--seed", 4)
    assert author.text(text, "--seed", 4) == one
    assert author.text(text, "--seed", 5) != one


def test_update_writes_what_was_shown_and_keeps_the_rest(author: Author) -> None:
    written = (
        "@# A ping.\n\nR1#ping 10.0.0.2\nold output\n\n@# Then more.\n@wait 3s\n"
        + DIALOGUE
        + "@# The end.\n"
    )
    assert author.run(written, "--update").status == 0
    updated = author.file.read_text()
    assert updated.startswith("@# A ping.\n\n" + PING + "\n@# Then more.\n@wait 3s\nR1#ping\n")
    assert "Target IP address: 10.0.0.2\nRepeat count [5]: 2\n" in updated
    assert updated.endswith("ms\n@# The end.\n")
    assert "old output" not in updated
    assert author.run(updated, "--check").status == 0
    assert author.run(updated, "--update").status == 0
    assert author.file.read_text() == updated


def test_update_keeps_answers(author: Author) -> None:
    text = "R1#ping\n@answer\n@answer 10.0.0.2\nRepeat count [5]: 1\n"
    assert author.run(text, "--update").status == 0
    updated = author.file.read_text()
    assert updated.startswith("R1#ping\n@answer \n@answer 10.0.0.2\nRepeat count [5]: 1\n")
    assert author.run(updated, "--check").status == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@link down R1-R9\n", ":1: there is no link"),
        ("@reload R9\n", ":1: there is no router R9"),
        ("@wiat 3s\n", ":1: unknown directive"),
    ],
)
def test_wrong_steps_end_with_one_line(author: Author, text: str, message: str) -> None:
    run = author.run(text)
    assert run.status == 2
    assert run.err.startswith(f"{author.file}{message}")
    assert run.err.count("\n") == 1


def test_command_that_never_ends_is_cut_off(author: Author) -> None:
    run = author.run("R1#ping 10.0.0.99 repeat 100000\n")
    assert run.status == 2
    assert "did not end within 3600 simulated seconds" in run.err


def test_pages_are_turned(author: Author) -> None:
    text = author.text("R1#terminal length 5\nR1#show interfaces Gi0/0\n")
    whole = author.text("R1#show interfaces Gi0/0\n")
    assert "More" not in text
    assert "\b" not in text
    assert len(text.splitlines()) == len(whole.splitlines()) + 1


def test_lab_is_the_folder_around_the_transcript_or_named(
    author: Author, ioscli: Ioscli, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.ios"
    elsewhere.write_text(PING)
    run = ioscli("replay", elsewhere)
    assert run.status == 2
    assert run.err == f"{elsewhere}: no lab folder holds this transcript; name one with --lab\n"
    assert ioscli("replay", elsewhere, "--lab", author.folder, "--check").status == 0


def test_capture_holds_the_frames_of_its_link(author: Author, tmp_path: Path) -> None:
    file = tmp_path / "c.pcapng"
    assert author.run(PING, "--capture", f"R1-R2:{file}").status == 0
    data = file.read_bytes()
    assert data[:4] == bytes.fromhex("0a0d0d0a")
    assert data.count(bytes([8, 0, 0x45])) == 8  # five requests, one of them lost; four replies


@pytest.mark.parametrize("request_text", ["R1-R9:x", "R1-R2", "R1-R2:", "R1:Gi0/0", ":"])
def test_wrong_capture(author: Author, request_text: str) -> None:
    run = author.run(PING, "--capture", request_text)
    assert run.status == 2
    assert run.err.startswith("--capture")


def test_a_reload_between_two_lines(author: Author) -> None:
    """What was not saved is gone; the neighbour saw the line go down and come back."""
    shown = author.text(
        "R1#configure terminal\n"
        "R1(config)#hostname LOST\n"
        "LOST(config)#end\n"
        "@reload R1\n"
        "@wait 10s\n"
        "R1#show ip interface brief\n"
        "R2#ping 10.0.0.1\n"
    )
    assert "%SYS-5-RELOAD: Reload requested by console. Reload Reason: Reload Command." in shown
    assert "%SYS-5-RESTART: System restarted --" in shown
    assert "R1#show ip interface brief\n" in shown
    assert "10.0.0.1        YES NVRAM  up                    up" in shown
    assert "Interface GigabitEthernet0/0, changed state to down" in shown
    assert "Success rate is 80 percent (4/5)" in shown


def test_reload_as_a_command(author: Author) -> None:
    shown = author.text(
        "R1#write\nR1#reload\nProceed with reload? [confirm]\nR1#show version | include uptime\n"
    )
    assert "R1 uptime is 0 minutes" in shown


def test_linux_hosts_are_typed_at_like_routers(write_lab: WriteLab, ioscli: Ioscli) -> None:
    author = Author(write_lab, ioscli)
    (author.folder / "lab.yaml").write_text(
        """\
topology:
  nodes:
    R1: {kind: router, startup-config: R1.cfg}
    S1: {kind: linux, startup-config: S1.sh}
  links:
    - endpoints: ["R1:Gi0/0", "S1:eth0"]
"""
    )
    (author.folder / "S1.sh").write_text(
        "ifconfig eth0 10.0.0.10 netmask 255.255.255.0\nroute add default gw 10.0.0.1\n"
    )
    text = author.text(
        """\
cisco@S1:~$ sudo tcpdump -nt -c 3 icmp &
R1#ping 10.0.0.10 repeat 3
S1:~$ whoami
S1:~$ nc -u 10.0.0.1 7000
@answer who is there?
"""
    )
    before, _, after = text.partition("Success rate is 66 percent (2/3)")
    assert "listening on eth0, link-type EN10MB" in before
    assert "\nIP 10.0.0.1 > 10.0.0.10: ICMP echo request, id " in after
    assert after.endswith(
        "cisco@S1:~$ whoami\n"
        "cisco\n"
        "[1]+  Done                    sudo tcpdump -nt -c 3 icmp\n"
        "cisco@S1:~$ nc -u 10.0.0.1 7000\n"
        "who is there?\n"
    )


def test_a_wrong_startup_line_of_a_host_names_its_file(write_lab: WriteLab, ioscli: Ioscli) -> None:
    author = Author(write_lab, ioscli)
    (author.folder / "lab.yaml").write_text(
        "topology:\n  nodes:\n    S1: {kind: linux, startup-config: S1.sh}\n"
    )
    (author.folder / "S1.sh").write_text("ifconfig eth7 10.0.0.10\n")
    run = author.run("S1:~$ whoami\n")
    assert run.status == 2
    assert "S1.sh: S1: SIOCSIFADDR: No such device" in run.err
