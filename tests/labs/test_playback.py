"""Transcripts played, gone on from, and exported: scenes, casts, pages."""

import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.conftest import Run, WriteLab

Ioscli = Callable[..., Run]

LAB = """\
name: two
description: two <routers> & a cable
warm-up: 30s
topology:
  nodes:
    R1: {kind: router, startup-config: R1.cfg}
    R2: {kind: router, startup-config: R2.cfg}
  links:
    - endpoints: ["R1:Gi0/0", "R2:Gi0/0"]
"""
FILES = {
    f"R{n}.cfg": f"hostname R{n}\nno ip domain lookup\n"
    f"interface Gi0/0\n ip address 10.0.0.{n} 255.255.255.0\n"
    for n in (1, 2)
}
TRANSCRIPT = """\
@note Two routers <script>alert(1)</script>
@note and a cable.
@note
@note Watch.
R1#ping 10.0.0.9 repeat 2
Type escape sequence to abort.
Sending 2, 100-byte ICMP Echos to 10.0.0.9, timeout is 2 seconds:
..
Success rate is 0 percent (0/2)
@note Nobody is there.
R1(config)#banner motd #
Enter TEXT message.  End with the character '#'.
<b>Hello</b>
#
@wait 5m
@link down R1-R2
R2#show privilege
Current privilege level is 15
R1#ping
Protocol [ip]:
Target IP address: 10.0.0.1
Repeat count [5]: 1
Datagram size [100]:
Timeout in seconds [2]:
Extended commands [n]:
Sweep range of sizes [n]:
Type escape sequence to abort.
Sending 1, 100-byte ICMP Echos to 10.0.0.1, timeout is 2 seconds:
!
Success rate is 100 percent (1/1), round-trip min/avg/max = 1/1/1 ms
"""


@pytest.fixture
def file(write_lab: WriteLab) -> Path:
    lab = write_lab(LAB, FILES)
    file = lab.parent / "t.ios"
    file.write_text(TRANSCRIPT)
    return file


def test_notes_do_not_count_in_checks_and_stay_in_updates(file: Path, ioscli: Ioscli) -> None:
    assert ioscli("replay", file, "--update").status == 0
    text = file.read_text()
    for line in TRANSCRIPT.splitlines():
        if line.startswith("@note"):
            assert f"\n{line}\n" in f"\n{text}"
    assert ioscli("replay", file, "--check").status == 0
    assert "@note" not in ioscli("replay", file).out


def test_without_a_terminal_it_is_played_at_once(file: Path, ioscli: Ioscli) -> None:
    run = ioscli("replay", file, "--play")
    assert run.status == 0
    assert "\x1b" not in run.out
    assert run.out.splitlines()[:3] == [
        "| Two routers <script>alert(1)</script> and a cable.",
        "| Watch.",
        "R1#ping 10.0.0.9 repeat 2",
    ]
    assert "\nSuccess rate is 0 percent (0/2)\n| Nobody is there.\nR1(config)#banner" in run.out
    assert "\n-- 5 minutes later --\n-- the link R1-R2 is cut --\nR2#show privilege\n" in run.out
    assert "\nTarget IP address: 10.0.0.1\nRepeat count [5]: 1\n" in run.out


def test_steps_are_listed_with_their_notes(file: Path, ioscli: Ioscli) -> None:
    assert ioscli("replay", file, "--steps").out.splitlines() == [
        "   | Two routers <script>alert(1)</script> and a cable.",
        "   | Watch.",
        "1  R1#ping 10.0.0.9 repeat 2",
        "   | Nobody is there.",
        "2  R1(config)#banner motd #",
        "3  @wait 5m",
        "4  @link down R1-R2",
        "5  R2#show privilege",
        "6  R1#ping",
    ]


def branch(ioscli: Ioscli, monkeypatch: pytest.MonkeyPatch, typed: str, *arguments: object) -> Run:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return ioscli("replay", *arguments)


def test_a_branch_goes_on_as_the_step_left_it(
    file: Path, ioscli: Ioscli, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = branch(
        ioscli,
        monkeypatch,
        "hostname Z\ndo show ip interface brief | include 0/0\n:R2\nshow privilege\n",
        *(file, "--branch", 4),
    )
    assert run.status == 0
    lines = run.out.splitlines()
    assert lines[0] == f"live after step 4 of {file}"
    # The modes and the cut cable are those of the step; the banner is there.
    assert "R1(config)#hostname Z" in lines
    assert "Z(config)#do show ip interface brief | include 0/0" in lines
    assert "R2#show privilege" in lines
    assert "Current privilege level is 15" in lines
    down = "Line protocol on Interface GigabitEthernet0/0, changed state to down"
    assert not any(down in line for line in lines[:2])  # a second later


@pytest.mark.parametrize(("wanted", "step"), [("0", 0), ("nobody is", 1), ("SHOW PRIV", 5)])
def test_branches_are_named_by_number_or_text(
    file: Path, ioscli: Ioscli, monkeypatch: pytest.MonkeyPatch, wanted: str, step: int
) -> None:
    run = branch(ioscli, monkeypatch, "", file, "--branch", wanted)
    assert run.out.startswith(f"live after step {step} of")


@pytest.mark.parametrize(
    ("wanted", "message"), [("7", "there are 6 steps"), ("nowhere", "neither step nor note")]
)
def test_a_branch_that_is_not_there(
    file: Path, ioscli: Ioscli, monkeypatch: pytest.MonkeyPatch, wanted: str, message: str
) -> None:
    run = branch(ioscli, monkeypatch, "", file, "--branch", wanted)
    assert run.status == 2
    assert message in run.err


def test_a_branch_can_be_recorded_and_replays(
    file: Path, ioscli: Ioscli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ioscli("replay", file, "--update").status == 0
    new = file.with_name("new.ios")
    typed = (
        "   shutdwn\nend\nping 10.0.0.2 repeat 1\n:link up R1-R2\n"
        ":R2\nshow clock\nexit\nshow privilege\n"
    )
    run = branch(ioscli, monkeypatch, typed, file, "--branch", 4, "--record", new)
    assert run.status == 0
    text = new.read_text()
    assert text.startswith(file.read_text()[: file.read_text().index("R2#show privilege")])
    assert "@link up R1-R2\n" in text
    done = ioscli("replay", new, "--check")
    assert done.status == 0, done.out
    assert done.out.endswith("steps, all as expected (exact)\n")


def test_options_that_exclude_each_other(file: Path, ioscli: Ioscli) -> None:
    for options, message in (
        (("--play", "--branch", "1"), "--play and --branch exclude each other"),
        (("--update", "--check"), "--update and --check exclude each other"),
        (("--record", "x.ios"), "--record goes with --branch or --play"),
        (("--play", "--pace", "soon"), '--pace "soon": not reading, instant or a number'),
    ):
        run = ioscli("replay", file, *options)
        assert run.status == 2
        assert message in run.err


# -- asciicast -------------------------------------------------------------------------------------


def test_a_cast_is_what_the_format_says(file: Path, ioscli: Ioscli) -> None:
    cast = file.with_suffix(".cast")
    assert ioscli("replay", file, "--cast", cast).out == ""
    header, *events = (json.loads(line) for line in cast.read_text().splitlines())
    assert header["version"] == 3
    assert header["term"] == {"cols": 80, "rows": 24, "type": "xterm-256color"}
    assert header["title"] == "two: t"
    for event in events:
        interval, code, data = event
        assert isinstance(interval, float | int)
        assert 0 <= interval <= 15
        assert code in ("o", "m")
        assert isinstance(data, str)
        assert "\n" not in data.replace("\r\n", "")
    shown = re.sub(r"\x1b\[[0-9;]*m", "", "".join(data for _, code, data in events if code == "o"))
    assert "R1#ping 10.0.0.9 repeat 2\r\nType escape" in shown
    assert "| Nobody is there.\r\n" in shown
    markers = [data for _, code, data in events if code == "m"]
    assert markers.count("note") == 3
    assert [it for it in markers if it != "note"] == [
        "R1#ping 10.0.0.9 repeat 2", "R1(config)#banner motd #", "@wait 5m",
        "@link down R1-R2", "R2#show privilege", "R1#ping",
    ]  # fmt: skip
    # A wait of five minutes is cut; two timeouts are not.
    assert 20 < sum(interval for interval, _, _ in events) < 60
    sent = next(at for at, event in enumerate(events) if "timeout is" in event[2])
    assert events[sent + 1] == [1.0, "o", "."]


def test_a_cast_is_the_same_every_time(file: Path, ioscli: Ioscli) -> None:
    one, two = file.with_suffix(".1"), file.with_suffix(".2")
    ioscli("replay", file, "--cast", one)
    ioscli("replay", file, "--cast", two)
    assert one.read_bytes() == two.read_bytes()


# -- HTML ------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta",):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            self.text[tag] = self.text.get(tag, "") + data


def test_a_page_stands_by_itself(file: Path, ioscli: Ioscli) -> None:
    html = file.with_suffix(".html")
    assert ioscli("replay", file, "--html", html).out == ""
    text = html.read_text()
    page = Page(text)
    # Nothing is fetched, and nothing of the session is markup.
    assert not re.search(r"(src=|url\(|https?:|@import|<link)", text)
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert "alert(1)" not in page.text["script"]
    assert "Two routers <script>alert(1)</script> and a cable." in page.text["aside"]
    assert page.text["h1"] == "two: t"
    assert page.text["p"].startswith("two <routers> & a cable")
    assert "<b>Hello</b>" in page.text["pre"]
    # What was typed is told from what was shown; answers are, too.
    assert "ping 10.0.0.9 repeat 2" in page.text["kbd"]
    assert "10.0.0.1\n" in page.text["kbd"]
    assert "Target IP address" not in page.text["kbd"]
    assert "R1(config)#" in page.text["span"]
    steps = [found for tag, found in page.tags if tag == "section"]
    assert [step["id"] for step in steps] == [f"step-{n}" for n in range(7)]
    assert [step.get("data-node") for step in steps] == [None, *("R1",) * 4, "R2", "R1"]
    assert steps[1]["style"] != steps[5]["style"]
    assert "5 minutes later" in text
    assert ioscli("replay", file, "--html", file.parent / "no" / "x").status == 2


def test_exports_go_with_a_check(file: Path, ioscli: Ioscli) -> None:
    html = file.with_suffix(".html")
    assert ioscli("replay", file, "--html", html, "--check").status == 1
    assert html.exists()
