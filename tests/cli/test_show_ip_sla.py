"""show ip sla configuration: the settings, those included that are kept and change nothing else."""

from tests.router.networks import Network, config
from tests.router.ospf_networks import execute, type_at


def shown(lines: str) -> list[str]:
    made = Network(config("R1", {"Gi0/0": "10.0.0.1/24"}, {}))
    made.boot()
    type_at(made, "R1", f"ip sla 1\n icmp-echo 10.0.0.2\n{lines}")
    return execute(made, "R1", "show ip sla configuration 1").splitlines()


def test_history_as_it_is_on_ios_by_itself() -> None:
    assert shown(" timeout 700")[-10:] == [
        "Distribution Statistics:",
        "   Number of statistic hours kept: 2",
        "   Number of statistic distribution buckets kept: 1",
        "   Statistic distribution interval (milliseconds): 20",
        "Enhanced History:",
        "History Statistics:",
        "   Number of history Lives kept: 0",
        "   Number of history Buckets kept: 15",
        "   History Filter Type: None",
        "",
    ]


def test_history_follows_its_lines() -> None:
    lines = shown(" history hours-of-statistics-kept 5\n history lives-kept 2\n history filter all")
    assert "   Number of statistic hours kept: 5" in lines
    assert "   Number of history Lives kept: 2" in lines
    assert "   History Filter Type: All" in lines
