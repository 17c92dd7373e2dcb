"""Recorded sessions replay to the same bytes, whatever was done at the consoles."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.cli.matcher import Grammar
from ioscli.engine.link import Link
from ioscli.labs.errors import InputError
from ioscli.labs.labfile import Lab, read_lab
from ioscli.labs.recording.director import Director
from ioscli.labs.recording.ledger import Ledger
from ioscli.labs.recording.recorder import Recorder
from ioscli.labs.topology import Topology
from ioscli.labs.transcripts import report
from ioscli.labs.transcripts.replay import Replay
from ioscli.labs.transcripts.transcript import Transcript
from ioscli.servers.desk import Desk, Keys
from ioscli.servers.pace import Clock, Pace, Turn
from tests.conftest import Run

Ioscli = Callable[..., Run]

LAB = """\
warm-up: 30s
topology:
  nodes:
    R1: {kind: router, startup-config: R1.cfg}
    R2: {kind: router, startup-config: R2.cfg}
    S1: {kind: linux, startup-config: S1.sh}
  links:
    - endpoints: ["R1:Gi0/0", "R2:Gi0/0"]
      delay: 2ms
    - endpoints: ["R1:Gi0/1", "S1:eth0"]
"""
ROUTER = """\
hostname R{n}
no ip domain lookup
interface Gi0/0
 ip address 10.0.0.{n} 255.255.255.0
router ospf 1
 network 0.0.0.0 255.255.255.255 area 0
"""
FILES = {
    "R1.cfg": ROUTER.format(n=1) + "interface Gi0/1\n ip address 10.1.0.1 255.255.255.0\n",
    "R2.cfg": ROUTER.format(n=2) + "line vty 0 4\n no login\n transport input telnet\n",
    "S1.sh": "ifconfig eth0 10.1.0.10 netmask 255.255.255.0\nroute add default gw 10.1.0.1\n",
}
SEED = 3
LENGTH = 24

Frames = list[tuple[int, int, bytes]]


def tap(topology: Topology) -> Frames:
    """Everything that crosses any link from now on, with its time."""
    frames: Frames = []

    def of(number: int, link: Link) -> None:
        link.tap = lambda at, _port, frame: frames.append((at, number, bytes(frame)))

    for number, link in enumerate(topology.links.values()):
        of(number, link)
    return frames


class Operator:
    """Somebody at the keyboard of `ioscli run --record`, without the keyboard.

    wall: what the clock on the wall says, in seconds.
    """

    def __init__(self, lab: Lab, grammar: Grammar, file: Path, pace: str = "real") -> None:
        self.topology = Topology(lab, grammar, SEED)
        self.topology.boot()
        self.frames = tap(self.topology)
        self.wall = 0.0
        self._rushes = pace == "fast"
        self.screen = ""
        head = f"@recorded length {LENGTH} seed {SEED}\n"
        self.recorder = Recorder(self.topology.simulation, Ledger(file), head)
        self._clock = Clock(self.topology.simulation, Pace.parse(pace), self._look_at_wall)
        self._clock.stands = self.recorder.stands
        self._orders: list[str] = []
        keys = Keys(lambda: 0, lambda _key: False, self._takes_line)
        nodes = self.topology.nodes
        self.desk = Desk(
            nodes, grammar, "R1", self._show, length=LENGTH, keys=keys, host=self.recorder
        )
        self.desk.clerk = Director(self.topology, self.recorder, self.desk.say)
        self.desk.sit_down()

    def type(self, keys: str) -> None:
        """Press keys one by one, at no time between them."""
        for key in keys:
            if not self.desk.current.left:
                self.desk.current.terminal.feed(key.encode("latin-1"))
            elif key == "\r":
                self.desk.current.reopen()
            self._follow()
        self.wait(0.0)

    def paste(self, text: str) -> None:
        """Paste lines."""
        if not self.desk.current.left:
            self.desk.current.terminal.paste(text)
        self._follow()

    def look(self, name: str) -> None:
        """Ctrl-] and a name: at any time."""
        self._orders.append(name)
        self._follow()

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self.wall += seconds
        for _ in range(10):  # what does not end goes on
            turn = self._clock.advance(lambda: self.desk.session.busy)
            self._follow()
            if turn is Turn.CAUGHT_UP:
                break

    def _look_at_wall(self) -> float:
        # Where commands run as fast as they can, a slice ends by the clock.
        self.wall += 0.001 if self._rushes else 0.0
        return self.wall

    def _takes_line(self, line: str) -> bool:
        if not line.startswith(":"):
            return False
        self._orders.append(line[1:])
        return True

    def _follow(self) -> None:
        self.desk.check()
        while self._orders:
            self.desk.order(self._orders.pop(0))
            self.desk.attend()
        self.desk.check()

    def _show(self, text: str) -> None:
        self.screen += text


def replayed(
    lab: Lab, grammar: Grammar, file: Path, steps: int | None = None
) -> tuple[Replay, Frames]:
    transcript = Transcript.read(file)
    assert transcript.recorded is not None
    topology = Topology(lab, grammar, transcript.recorded.seed)
    topology.boot()
    frames = tap(topology)
    replay = Replay(topology, grammar, transcript)
    replay.run(steps)
    return replay, frames


def lines_of(text: str) -> list[str]:
    return sorted(line for line in text.splitlines() if line.strip())


def assert_exact(operator: Operator, lab: Lab, grammar: Grammar, file: Path) -> Replay:
    """What was recorded replays to the same output and the same frames at the same times."""
    replay, frames = replayed(lab, grammar, file)
    found = list(report.findings(replay.transcript, replay.blocks, "exact"))
    assert not found, "\n".join([*found, "", file.read_text()])
    # What `--update` would write is what is there, but for where a note stands among messages.
    updated = report.updated(replay.transcript, replay.blocks)
    assert lines_of(updated) == lines_of(file.read_text())
    end = min(replay.blocks[-1].at, operator.topology.simulation.now)
    assert [it for it in frames if it[0] <= end] == [it for it in operator.frames if it[0] <= end]
    return replay


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "lab.yaml").write_text(LAB)
        for file, text in FILES.items():
            (folder / file).write_text(text)
        yield read_lab(folder / "lab.yaml")


@pytest.fixture
def session(lab: Lab, grammar: Grammar, tmp_path: Path) -> Operator:
    return Operator(lab, grammar, tmp_path / "r.ios")


def check(operator: Operator, lab: Lab, grammar: Grammar) -> str:
    operator.recorder.finish()
    file = operator.recorder.file
    assert_exact(operator, lab, grammar, file)
    return file.read_text()


def test_a_plain_session(session: Operator, lab: Lab, grammar: Grammar) -> None:
    session.wait(3.2345)
    session.type("enable\rshow clock\r")
    session.wait(7.5)
    session.type("ping 10.0.0.2\r")
    session.wait(4)
    session.type(":R2\r")
    session.wait(0.5)
    session.type("show ip ro?\x15")
    session.type("show privilege\r")
    text = check(session, lab, grammar)
    assert text.splitlines()[:6] == [
        "@recorded length 24 seed 3",
        "@look R1",
        "@wait 2.235s",
        "R1>enable",
        "R1#show clock",
        "*00:00:34.235 UTC Fri Mar 1 2002",
    ]


def test_every_line_is_in_the_file_as_soon_as_it_is_done(
    session: Operator, lab: Lab, grammar: Grammar
) -> None:
    """Whatever ends the program: the file replays up to there."""
    session.wait(15)
    for keys, seconds in (
        ("enable\rping 10.0.0.99\r", 3.0),
        ("\x1e", 1.0),
        ("telnet 10.0.0.2\r", 2.0),
        ("show privilege\r", 1.0),
        ("exit\r", 1.0),
        ("configure terminal\rbanner motd #\rHello\r", 1.0),
        ("#\r", 0.1),
    ):
        session.type(keys)
        text = session.recorder.file.read_text()
        assert keys.split("\r")[-2 if "\r" in keys else 0].split("\x1e")[0] in text
        session.wait(seconds)
        assert_exact(session, lab, grammar, session.recorder.file)


def test_a_telnet_is_recorded_key_by_key(session: Operator, lab: Lab, grammar: Grammar) -> None:
    session.wait(15)
    session.type("telnet 10.0.0.2\r")
    session.wait(3)
    session.type("show cl?")
    session.wait(1)
    session.type("\t\r")
    session.wait(1)
    session.type("exit\r")
    session.wait(1)
    text = check(session, lab, grammar)
    assert "\n@keys show cl?\nclock  \n" in text
    assert "\n@keys \\t\n@keys \\r\n" in text
    assert "\n@keys exit\\r\n" in text


def test_output_that_segments_cut_between_cr_and_lf(
    session: Operator, lab: Lab, grammar: Grammar
) -> None:
    session.look("S1")
    session.wait(15)
    session.type("telnet 10.0.0.2\r")
    session.wait(3)
    session.type("ping 10.0.0.2 repeat 3000\r")
    session.wait(20)
    session.type("exit\r")
    session.wait(1)
    assert "\r" not in check(session, lab, grammar)


def test_the_end_of_a_page_is_what_was_seen(session: Operator, lab: Lab, grammar: Grammar) -> None:
    session.type("show interfaces\r")
    session.wait(60)  # time stands still while a page is read
    session.type(" q")
    session.type("show interfaces | include Gig\r")
    session.type("show interfaces\r")
    session.type(" " * 3)
    text = check(session, lab, grammar)
    assert text.count("@more") == 1
    assert "@more \\x20q\n" in text
    assert "@wait" not in text


def test_passwords_are_not_written(
    session: Operator, lab: Lab, grammar: Grammar, tmp_path: Path
) -> None:
    session.type("enable\rconfigure terminal\renable secret word1\r")
    session.type(
        "line vty 0 4\rlogin\rpassword word2\rtransport input telnet\rend\rdisable\renable\r"
    )
    session.type("Sesame1\rword1\rshow privilege\r:R2\rtelnet 10.0.0.1\r")
    session.wait(2)
    session.type("Sesame2\r")
    session.wait(1)
    session.type("word2\rexit\r")
    session.wait(2)
    session.recorder.finish()
    file = session.recorder.file
    text = file.read_text()
    assert "Sesame" not in text
    assert text.count("@secret") == 4
    number = text.split("\n").index("@secret") + 1
    with pytest.raises(InputError, match=f"r.ios:{number}: a password was typed here"):
        replayed(lab, grammar, file)
    # With the passwords put back, all is as it was.
    for answer in (
        "@answer Sesame1", "@answer word1", "@keys Sesame2\\r", "@keys word2\\r"
    ):  # fmt: skip
        text = text.replace("@secret", answer, 1)
    file.write_text(text)
    assert_exact(session, lab, grammar, file)


def test_notes_and_links(session: Operator, lab: Lab, grammar: Grammar) -> None:
    session.type("enable\r:note Now the cable\r:link down R1-R2\r")
    session.wait(5)
    session.type("show ip interface brief | include 0/0\r:link up R9\r:link sideways\r")
    assert "% there is no link" in session.screen
    assert "% say `:link down R1-R2`" in session.screen
    text = check(session, lab, grammar)
    assert "R1>enable\n@note Now the cable\n@link down R1-R2\n@wait 4s\n" in text


def test_lines_at_pipes_are_recorded_too(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ioscli: Ioscli
) -> None:
    file = tmp_path / "made.ios"
    lines = "enable\nping\n\n10.0.0.2\n3\n\n\n\n\nshow ip r?\n:R2\nshow clock\n:S1\nwhoami\nexit\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    run = ioscli("run", lab.file.parent, "--record", file, "--pace", "fast", "--seed", 5)
    assert run.status == 0
    assert f"recording to {file}" in run.out
    text = file.read_text()
    assert "Target IP address: 10.0.0.2\nRepeat count [5]: 3\n" in text
    done = ioscli("replay", file, "--check")
    assert (done.status, done.err) == (0, "")
    again = ioscli("run", lab.file.parent, "--record", file)
    assert again.status == 2
    assert again.err == f"{file}: this file exists already; name another, or remove it\n"


def test_a_recording_begins_at_the_labs_own_start(lab: Lab, tmp_path: Path, ioscli: Ioscli) -> None:
    for option in ("--fresh", "--state=x"):
        run = ioscli("run", lab.file.parent, option, "--record", tmp_path / "x.ios")
        assert run.status == 2
        assert "--record begins at the lab's own start" in run.err
    run = ioscli("run", lab.file.parent, "--record", tmp_path / "none" / "x.ios")
    assert run.status == 2
    assert run.err.endswith("x.ios: cannot write: No such file or directory\n")


KEYS = st.sampled_from(
    [
        "enable\r", "enable\r", "configure terminal\r", "interface lo7\r", "end\r", "exit\r",
        "ip address 7.7.7.7 255.255.255.255\r", "no ip address\r", "shutdown\r", "hostname R2\r",
        "hostname Edge\r", "interface gi0/0\r", "no shutdown\r", "show clock\r",
        "show ip interface brief\r", "show interfaces\r", "show running-config\r",
        "show ip route\r", "show logging\r", "show line\r", "ping 10.0.0.2\r",
        "ping 10.0.0.99 repeat 20\r", "ping 10.0.0.2 repeat 3000\r", "ping\r", "10.0.0.1\r",
        "ip\r", "2\r", "\r", "\r", "\x03", "\x1e", "\x1a", "?", "show ip ?", "show clock?",
        "\t", "\x15", " ", " ", "q", "/Gi\r", "banner motd #\r", "two\rlines\r", "#\r", "@x\r",
        "R1#fake\r", "  show privilege\r", "bogus line\r", "description what\x16?\r",
        "telnet 10.0.0.2\r", "bob\r", "hello\r", "\x1ex", "clear counters\r", "y", "n",
        "write\r", "reload\r", "debug ip icmp\r", "undebug all\r", "line con 0\r",
        "exec-timeout 0 8\r", "whoami\r", "nc -u 10.1.0.1 7000\r", "telnet 10.1.0.1\r",
        "sudo tcpdump -nt icmp &\r", "ping -c 3 10.1.0.1\r", "traceroute 10.0.0.2\r",
        "telnet 10.0.0.2\rbob\r", "show ip ?\x15show clock\rshow ip route\r", "ping\r\r10.0.0.9\r",
        ":note this is said\r", ":link down R1-R2\r", ":link up R1-R2\r", ":R1\r", ":R2\r", ":S1\r",
    ]
)  # fmt: skip
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("type"), KEYS),
        st.tuples(st.just("type"), KEYS),
        st.tuples(st.just("type"), KEYS),
        st.tuples(st.just("paste"), st.lists(KEYS, min_size=1, max_size=3).map("".join)),
        st.tuples(st.just("look"), st.sampled_from(["R1", "R2", "S1"])),
        st.tuples(st.just("wait"), st.sampled_from([0.0005, 0.01, 0.3, 0.9, 1.1, 2.5, 7.0, 40.0])),
        st.tuples(st.just("wait"), st.floats(0.0, 5.0)),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(actions=ACTIONS, pace=st.sampled_from(["real", "fast", "10"]))
def test_whatever_is_done_is_recorded(
    lab: Lab, grammar: Grammar, actions: list[tuple[str, str | float]], pace: str
) -> None:
    with TemporaryDirectory() as folder:
        operator = Operator(lab, grammar, Path(folder) / "r.ios", pace)
        for what, how in actions:
            if what == "wait":
                assert isinstance(how, float)
                operator.wait(how)
            else:
                getattr(operator, what)(how)
        check(operator, lab, grammar)
