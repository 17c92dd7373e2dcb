"""What the README shows has to be what the program prints."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


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
    assert shown == {"explain", "labs", "lint", "practice", "replay", "run"}


def test_the_lab_shown_can_be_read(tmp_path: Path) -> None:
    from ioscli.labs.labfile import read_lab

    found = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert found is not None
    (tmp_path / "lab.yaml").write_text(found[1])
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "R1.cfg").write_text("hostname R1\n")
    (tmp_path / "start" / "S1.sh").write_text("ifconfig eth0 10.0.0.10\n")
    assert list(read_lab(tmp_path / "lab.yaml").nodes) == ["R1", "R2", "SW1", "S1"]
