"""What the README shows has to be what the program prints."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
AUTHORS = (ROOT / "labs" / "README.md").read_text()


def test_session_excerpt_is_a_real_session() -> None:
    """Each piece between lines `...` stands word for word in the replayed transcript."""
    block = re.search(r"```\n(R1\(config\)#.*?)```", README, re.DOTALL)
    assert block is not None
    folder = ROOT / "labs" / "gre-over-ipsec" / "transcripts"
    session = (folder / "article.ios").read_text()
    pieces = block[1].split("\n...\n")
    assert len(pieces) > 3
    for piece in pieces:
        assert piece.rstrip("\n") + "\n" in session, piece


def test_commands_are_the_ones_that_exist() -> None:
    shown = set(re.findall(r"^    ioscli (\w+)", README, re.MULTILINE))
    assert shown == {"explain", "grade", "lab", "labs", "lint", "practice", "replay", "run"}


def test_the_lab_shown_can_be_read(tmp_path: Path) -> None:
    from ioscli.labs.labfile import read_lab

    found = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert found is not None
    (tmp_path / "lab.yaml").write_text(found[1])
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "R1.cfg").write_text("hostname R1\n")
    (tmp_path / "start" / "S1.sh").write_text("ifconfig eth0 10.0.0.10\n")
    assert list(read_lab(tmp_path / "lab.yaml").nodes) == ["R1", "R2", "SW1", "S1"]


def test_the_exercise_shown_is_one(tmp_path: Path) -> None:
    from ioscli.cli.matcher import load_grammar
    from ioscli.exercises.answer import Answer
    from ioscli.exercises.marking import mark
    from ioscli.exercises.reading import read_exercise

    found = re.search(r"```yaml\n(.*?)```", AUTHORS, re.DOTALL)
    assert found is not None
    (tmp_path / "lab.yaml").write_text(found[1])
    (tmp_path / "start").mkdir()
    lines = "interface Gi0/0\n ip address 10.0.0.{} 255.255.255.0\n no shutdown\n"
    (tmp_path / "start" / "R2.cfg").write_text(lines.format(2))
    exercise = read_exercise(tmp_path / "lab.yaml")
    grammar = load_grammar()
    assert not mark(exercise, Answer(), grammar).passed
    assert mark(exercise, Answer.of_texts({"R1": lines.format(1)}), grammar).passed


def test_every_kind_of_check_is_told() -> None:
    from ioscli.exercises.checks.kinds import KINDS

    assert set(re.findall(r"^\| `([a-z-]+)` \|", AUTHORS, re.MULTILINE)) == set(KINDS)
