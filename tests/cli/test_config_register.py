"""config-register: what the next boot goes by."""

from ioscli.cli.boot import boot_config
from ioscli.cli.matcher import Grammar

from .test_reference_dialogues import Bench


def register(bench: Bench) -> str:
    return bench.type("show version").rstrip("\n").split("\n")[-1]


def reloaded(bench: Bench) -> None:
    reloads = bench.router.reloads
    reloads.start(lambda: boot_config(bench.grammar, bench.router), "console")
    bench.simulation.run_while(lambda: reloads.down)
    bench.settle()
    bench.type("enable")


def set_register(bench: Bench, value: str) -> str:
    bench.type("configure terminal")
    said = bench.type(f"config-register {value}")
    bench.type("end")
    return said


def test_a_value_counts_from_the_next_boot(grammar: Grammar) -> None:
    bench = Bench(grammar)
    assert register(bench) == "Configuration register is 0x0"
    assert set_register(bench, "0x2102") == ""
    said = "Configuration register is 0x0 (will be 0x2102 at next reload)"
    assert register(bench) == said
    assert bench.type("show bootvar").endswith(f"{said}\n")
    assert "config-register" not in bench.type("show running-config")
    reloaded(bench)
    assert register(bench) == "Configuration register is 0x2102"


def test_bit_6_leaves_the_startup_config_alone(grammar: Grammar) -> None:
    """How passwords are recovered: 0x2142."""
    bench = Bench(grammar)
    for line in ("configure terminal", "hostname LOST", "end", "write"):
        bench.type(line)
    set_register(bench, "0x2142")
    reloaded(bench)
    assert bench.prompt == "Router#"
    assert "hostname LOST" in bench.type("show startup-config")
    bench.type("copy startup-config running-config")
    bench.type("")
    assert bench.prompt == "LOST#"
    set_register(bench, "0x2102")
    reloaded(bench)
    assert bench.session.prompt == "LOST>"


def test_what_is_no_register_is_refused(grammar: Grammar) -> None:
    bench = Bench(grammar)
    for value in ("0x10000", "65536x", "-1"):
        assert "% Invalid input" in set_register(bench, value)
    assert register(bench) == "Configuration register is 0x0"
