"""Killing the program at any moment of `write memory` leaves the old or the new startup-config."""

import os
import random
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from ioscli.labs.store import NodeStore
from ioscli.router.filesystem import STARTUP, Files, StoredFile
from tests.labs.test_store import load

#: Kills in the ordinary run of the tests; IOSCLI_KILLS asks for another number.
KILLS = int(os.environ.get("IOSCLI_KILLS", "1000"))
#: Versions differ in length and in every line, so that a mixture of two shows.
VERSIONS = [
    "".join(
        f"interface Loopback{number}\n description version {version}\n" for number in range(lines)
    )
    + "end\n"
    for version, lines in enumerate((1, 40, 400, 7))
]


def write_for_ever(folder: Path, ready: int) -> None:
    files = Files(lambda: datetime(2002, 3, 1, tzinfo=UTC))
    files.keep_in(NodeStore(folder))
    os.write(ready, b".")
    while True:
        for version in VERSIONS:
            files.save_startup(version)


def start_writer(folder: Path) -> int:
    """A child that saves configurations without end; its process id, once it has begun."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            write_for_ever(folder, writing)
        finally:
            os._exit(1)
    os.close(writing)
    assert os.read(reading, 1) == b"."
    os.close(reading)
    return child


def test_no_kill_leaves_a_torn_startup_config(tmp_path: Path) -> None:
    chance = random.Random(20)
    NodeStore(tmp_path).save("nvram", STARTUP.path, StoredFile(VERSIONS[0].encode(), None))
    seen: set[str | None] = set()
    interrupted = 0
    for _ in range(KILLS):
        child = start_writer(tmp_path)
        time.sleep(chance.random() * 0.003)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the writer ended by itself"
        interrupted += any((tmp_path / "nvram").glob(".new-*"))
        found = load(tmp_path).startup_config
        assert found in VERSIONS
        seen.add(found)
    assert len(seen) > 1, "the writer wrote nothing"
    if KILLS >= 100 and sys.platform == "linux":
        assert interrupted, "no kill fell into a write"
    assert [file.name for file in (tmp_path / "nvram").iterdir()] == ["startup-config"]
