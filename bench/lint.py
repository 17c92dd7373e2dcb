"""Real router configurations: how many of their lines are taken, and printed back as they were.

`python -m bench lint` loads every IOS and IOS-XE configuration of the reference material into a
blank router. Unknown lines are listed, most frequent first, numbers masked. Lines that an
untouched router prints by itself do not count where a file of another release lacks them.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.figure import Figure
from ioscli.cli.banner import DELIMITER
from ioscli.cli.configuration import ConfigSession, LineKind, load
from ioscli.cli.matcher import Grammar, load_grammar
from ioscli.cli.running_config import running_config
from ioscli.model.config import new_router_config

REFERENCE = Path(__file__).parents[1].parent / "shared" / "reference" / "configs"
PLATFORMS = {"ios", "iosxe"}
ACCEPTED_AT_LEAST = 97.0
"""Percent of the lines."""
NOT_OF_ROUTERS = {
    "ansible/fixtures/ios_vlans_config.cfg": "what `show vlan` prints: tables, no configuration",
    "ciscoconfparse2/fixtures/sample_02.cfg": "a Catalyst switch of IOS 12.0: `port monitor` on "
    "two of its 24 ports, `interface VLAN1`; every description emptied by hand",
}
"""Files that the index calls IOS configurations and no router has: why, by what is in them.

Whole files alone: where a router's configuration holds a line that IOS refuses, the line counts.
"""
_SHOWN = 40
_BANNER = re.compile(r"banner \S+ \S")


class Verdict(NamedTuple):
    """What became of one configuration."""

    name: str
    kinds: Counter[LineKind]
    unknown: list[str]
    """Refused lines, each behind the header it stands under."""
    lost: list[str]
    """Accepted lines that the running-config lacks."""
    added: list[str]
    """Lines that the running-config has, the file has not, and a blank router has not."""
    in_order: bool
    """Whether the accepted lines come back in the order of the file."""

    @property
    def accepted(self) -> bool:
        """Whether every line was taken."""
        return not self.kinds[LineKind.REJECTED]

    @property
    def same(self) -> bool:
        """Whether what was taken is printed back: the same lines in the same order."""
        return not self.lost and not self.added and self.in_order


def router_configurations(folder: Path) -> dict[str, bool]:
    """The reference's router configurations: path under the folder -> whether a router printed it.

    The others are fragments, written by hand: in an order of their own, abbreviated.
    """
    with (folder / "INDEX.tsv").open(encoding="utf-8") as index:
        rows = csv.DictReader(index, delimiter="\t")
        return {
            row["file"]: row["kind"] == "running-config"
            for row in rows
            if row["platform"] in PLATFORMS and row["file"] not in NOT_OF_ROUTERS
        }


def judge(grammar: Grammar, name: str, text: str) -> Verdict:
    """Load one configuration and compare what is printed with what was given."""
    config = new_router_config("Router", [])
    session = ConfigSession(grammar, config, None, startup=True)
    kinds: Counter[LineKind] = Counter()
    unknown: list[str] = []
    given: list[str] = []
    header = ""
    banners = _Banners()
    for line in load(session, text):
        kind = line.result.kind
        kinds[kind] += kind is not LineKind.BLANK
        if not line.text.startswith(" ") and line.text.strip():
            header = line.text
        if kind is LineKind.REJECTED:
            above = "" if line.text == header else f"{' '.join(header.split()[:2])} / "
            unknown.append(re.sub(r"[0-9]+", "#", above + " ".join(line.text.split()[:3])))
        elif kind is not LineKind.BLANK and _counts(line.text):
            given.append(_plain(banners.printed(line.text)))
    printed = [_plain(line) for line in running_config(config) if _counts(line)]
    blank = running_config(new_router_config("Router", config.interfaces))
    usual = {_plain(line) for line in blank if _counts(line)}
    lost, added = Counter(given) - Counter(printed), Counter(printed) - Counter(given)
    surplus = sorted(line for line in added if line not in usual)
    return Verdict(name, kinds, unknown, sorted(lost), surplus, _within(given, printed))


def _counts(line: str) -> bool:
    """Whether a line says something; the version printed is that of the running system."""
    text = line.strip()
    return bool(text) and text[0] != "!" and not text.startswith(("version ", "end", "exit"))


class _Banners:
    """Banners in a file that somebody wrote: whatever encloses them is printed as `^C`."""

    def __init__(self) -> None:
        self._open = ""

    def printed(self, line: str) -> str:
        """A line as a router prints it."""
        if not self._open and _BANNER.match(line):
            head, kind, text = line.split(" ", 2)
            if text.startswith(DELIMITER):
                return line
            self._open = text[0]
            return f"{head} {kind} {DELIMITER}{self._closed(text[1:])}"
        return self._closed(line)

    def _closed(self, line: str) -> str:
        if not self._open or self._open not in line:
            return line
        text = line.replace(self._open, DELIMITER, 1)
        self._open = ""
        return text


def _plain(line: str) -> str:
    return " ".join(line.split())


def _within(given: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether the lines that both have come in one order."""
    both = Counter(given) & Counter(printed)
    return _common(given, both) == _common(printed, both)


def _common(lines: Sequence[str], both: Counter[str]) -> list[str]:
    left = both.copy()
    kept = []
    for line in lines:
        if left[line] > 0:
            left[line] -= 1
            kept.append(line)
    return kept


def verdicts(grammar: Grammar, folder: Path) -> Iterator[Verdict]:
    """What became of every router configuration of the reference."""
    for name in router_configurations(folder):
        text = (folder / name).read_text(encoding="utf-8", errors="replace")
        yield judge(grammar, name, text)


def figures() -> Iterator[Figure]:
    if not REFERENCE.is_dir():
        print(f"lint: no reference configurations at {REFERENCE}: nothing measured")
        return
    found = list(verdicts(load_grammar(), REFERENCE))
    kinds = sum((verdict.kinds for verdict in found), Counter[LineKind]())
    unknown = Counter(line for verdict in found for line in verdict.unknown)
    for line, count in unknown.most_common(_SHOWN):
        print(f"{count:6} {line}")
    total = sum(kinds[kind] for kind in LineKind if kind is not LineKind.BLANK)
    share = 100 * (total - kinds[LineKind.REJECTED]) / total
    yield Figure(
        f"router config lines accepted, of {total:,}",
        share,
        "%",
        "",
        None,
        f">= {ACCEPTED_AT_LEAST:.0f} %",
        share >= ACCEPTED_AT_LEAST,
    )
    yield Figure("  modelled", 100 * kinds[LineKind.MODELLED] / total, "%", "", None)
    yield Figure("  stored", 100 * kinds[LineKind.STORED] / total, "%", "", None)
    printed = router_configurations(REFERENCE)
    whole = [verdict for verdict in found if verdict.accepted]
    yield Figure(f"router configs wholly accepted, of {len(found)}", len(whole), "", "", None)
    yield Figure("  printed back the same", sum(one.same for one in whole), "", "", None)
    whole = [verdict for verdict in whole if printed[verdict.name]]
    yield Figure(
        f"running-configs wholly accepted, of {sum(printed.values())}", len(whole), "", "", None
    )
    yield Figure("  printed back the same", sum(one.same for one in whole), "", "", None)
    same = sum(one.same for one in found if printed[one.name])
    yield Figure("running-configs whose accepted lines come back the same", same, "", "", None)
    kept = sum(not verdict.lost for verdict in found)
    yield Figure("router configs with no accepted line lost", kept, "", "", None)
