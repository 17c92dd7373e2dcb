"""show processes and its kinds: captures rendered again from their values; work counted."""

import re

from ioscli.cli.matcher import Grammar
from ioscli.cli.show.cpu_history import show_cpu_history
from ioscli.cli.show.processes import show_memory, show_processes_memory
from ioscli.model import platform
from ioscli.model.instant import SECOND
from ioscli.router.memory import HolderView, MemoryView, PoolView
from ioscli.router.processes import CpuHistory, ProcessView, Span
from ioscli.router.router import Router
from tests.router.networks import Network, config
from tests.router.test_crypto import settled

from .desk import Desk
from .test_show_system import at, chain, parsed
from .typing_config import reference


def lines_of(capture: str) -> list[str]:
    return [line.rstrip() for line in reference(f"outputs/{capture}").splitlines()]


def process(router: Router, name: str) -> ProcessView:
    return next(it for it in router.processes.view().processes if it.name == name)


# --- captures ------------------------------------------------------------------------------------


def test_the_graph_of_a_capture() -> None:
    samples = (7, 5, 89, 66, 14, 6, 3, 5, 4, 16, 7, 7)
    drawn = [line.rstrip() for line in show_cpu_history(CpuHistory(samples, (), ()))]
    captured = lines_of("show-processes-cpu-history/genie-1.txt")
    # The last line of marks was cut by two when it was published.
    assert drawn[:12] == captured[3:15]
    assert drawn[12].startswith(captured[15])
    assert drawn[13:16] == captured[16:19]
    assert drawn[30:34] == captured[33:37]
    assert drawn[-4:] == captured[51:55]


def test_maxima_and_averages_share_a_column() -> None:
    history = CpuHistory((), (Span(100, 42), Span(0, 0), Span(61, 4)), ())
    graph = list(show_cpu_history(history))[17:31]
    # Digits stand below one another, nothing stands for nothing.
    assert [line[6:9] for line in graph[:3]] == ["1  ", "0 6", "0 1"]
    assert [line[6:9] for line in graph[3:13]] == [
        *("*  ", "*  ", "*  ", "*  ", "* *", "* *", "# *", "# *", "# *", "# *"),
    ]


def test_memory_rows_of_an_iosv_capture() -> None:
    captured = lines_of("show-processes-memory/genie-1.txt")
    row = re.compile(r" *(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +0 +0 (\S.*)")
    holders, wanted = [], []
    for line in captured:
        found = row.fullmatch(line)
        if found is not None and len(found[6]) <= 16:
            pid, tty, allocated, freed, holding = map(int, found.groups()[:5])
            holders.append(HolderView(pid, tty, found[6], allocated, freed, holding))
            wanted.append(line)
    pools = (
        PoolView("Processor", 0, 563180224, 71304104, 0),
        PoolView("I/O", 0, 114294784, 96209944, 0),
    )
    shown = [line.rstrip() for line in show_processes_memory(MemoryView(pools, tuple(holders)))]
    assert len(wanted) > 200
    assert shown[:2] == captured[1:3]
    assert shown[3] == captured[4]
    narrow = {line for line in shown[4:-1] if line in captured}
    assert len(narrow) == len(wanted) - 1  # where one number is published a column too far left


def test_memory_statistics_of_a_capture() -> None:
    captured = lines_of("show-memory/ccienotes-1.txt")
    pools = (
        PoolView("Processor", 0x47C407A0, 920385632, 107682552, 802714184),
        PoolView("I/O", 0x3EA00000, 23068672, 22344664, 602976),
    )
    shown = list(show_memory(MemoryView(pools, ())))
    # IOS 15 puts two blanks more before the address; the largest block is not all that is free.
    assert [shown[1].replace("   ", " ", 1)[:66], shown[2].split()[:6]] == [
        captured[1][:66],
        captured[2].split()[:6],
    ]


# --- what was done -------------------------------------------------------------------------------


def test_exec_is_charged_for_what_it_prints(grammar: Grammar) -> None:
    network = chain()
    middle = network["M"]
    desk = at(grammar, middle)
    desk.type("show clock")
    small = process(middle, "Exec")
    desk.type("show running-config")
    large = process(middle, "Exec")
    assert (small.invoked, large.invoked) == (1, 2)
    assert middle.exec_lines.of(0).characters == len(desk.screen)
    assert small.runtime == 400 + 2 * len("*00:00:00.000 UTC Fri Mar 1 2002\n")
    assert large.runtime == 2 * 400 + 2 * len(desk.screen)


def test_a_vty_has_an_exec_of_its_own(grammar: Grammar) -> None:
    middle = chain()["M"]
    assert "Virtual Exec" not in {it.name for it in middle.processes.view().processes}
    line = Desk(grammar, middle, line=2)
    line.type("show clock", "show users")
    row = process(middle, "Virtual Exec")
    assert (row.tty, row.invoked) == (579, 2)
    (shown,) = (
        it
        for it in parsed("show processes cpu", at(grammar, middle).type("show processes cpu"))
        if it["process_name"] == "Virtual Exec"
    )
    assert (shown["process_tty"], shown["process_invoked"]) == ("579", "2")


def test_encryption_is_charged_by_packets_and_octets() -> None:
    network = settled()
    first = network["R1"]
    before = process(first, "encrypt proc")
    network.ping("R4", "172.16.2.5", count=10, size=100)
    small = process(first, "encrypt proc")
    network.ping("R4", "172.16.2.5", count=10, size=1300)
    large = process(first, "encrypt proc")
    assert small.invoked - before.invoked == large.invoked - small.invoked == 20
    assert large.runtime - small.runtime > small.runtime - before.runtime > 20 * 8
    assert process(network["R2"], "encrypt proc").invoked == 0
    ike = process(first, "Crypto IKMP")
    assert ike.invoked > process(network["R2"], "Crypto IKMP").invoked == 0
    assert ike.runtime > ike.invoked * 300
    assert process(first, "IPSEC key engine").invoked == first.running_crypto.pairs_installed >= 1


def test_keepalives_are_net_backgrounds_work() -> None:
    network = Network(
        config("A", {"Se0/0": "10.0.0.1/24"}, {}), config("B", {"Se0/0": "10.0.0.2/24"}, {})
    )
    network.link("A:Se0/0", "B:Se0/0")
    network.boot().wait(61)
    # Six sent and six received, in a minute of ten-second intervals.
    assert process(network["A"], "Net Background").invoked == 12


def test_the_history_is_that_of_the_samples(grammar: Grammar) -> None:
    network = chain()
    network.wait(60)
    quiet = network["B"].processes.history()
    assert (quiet.samples, quiet.minutes) == ((0,) * 12, (Span(0, 0),))
    for _ in range(3):
        network.ping("A", "10.2.0.1", count=9_000)
    # 250 packets a second, for 40 microseconds each: a hundredth of the processor.
    view = network["B"].processes.view()
    assert round(view.five_seconds, 2) == 1.0
    assert network["B"].processes.history().samples[0] == 1
    network.wait(60 - network.simulation.now / SECOND % 60)
    minutes = network["B"].processes.history().minutes
    assert minutes[1] == Span(1, 1)
    assert minutes[-1] == Span(0, 0)
    text = at(grammar, network["M"]).type("show processes cpu history")
    assert "CPU% per hour (last 72 hours)" in text


def test_memory_grows_with_what_is_kept_and_shrinks_with_what_goes(grammar: Grammar) -> None:
    network = chain()
    router = network["A"]
    before = router.memory.view()
    network.ping("A", "10.1.0.2", count=2)
    holding = {it.name: it for it in router.memory.view().holders}
    earlier = {it.name: it for it in before.holders}
    assert holding["ARP Input"].holding > earlier["ARP Input"].holding
    router.clear_arp()
    after = {it.name: it for it in router.memory.view().holders}
    assert after["ARP Input"].holding == earlier["ARP Input"].holding
    assert after["ARP Input"].freed > earlier["ARP Input"].freed == 0
    pool = router.memory.view().pools[0]
    assert pool.total == platform.PROCESSOR_MEMORY * 1024
    assert pool.used == sum(it.holding for it in after.values())
    assert pool.lowest < pool.free

    desk = at(grammar, router)
    text = desk.type("show processes memory sorted")
    # The parser knows the packet memory by its name on IOS-XE alone.
    rows = parsed("show processes memory sorted", text.replace("     I/O", "lsmpi_io"))
    assert int(rows[0]["memory_used"]) == router.memory.view().pools[0].used
    sizes = [int(size) for size in rows[0]["process_holding"]]
    assert sizes == sorted(sizes, reverse=True)
    assert desk.type("show processes memory").splitlines()[4].split()[0] == "0"


def test_show_processes(grammar: Grammar) -> None:
    desk = at(grammar, chain()["M"])
    lines = desk.type("show processes").splitlines()
    assert lines[2] == "   1 Mwe        0            0          0       0 6000/6000  0 " + (
        "Load Meter       "
    )
    assert desk.type("show memory").startswith("% Incomplete command.")
