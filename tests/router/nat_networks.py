"""R1 (inside) - R2 (NAT) - R3 (outside), and configuration lines for the one in the middle."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ioscli.cli.configuration import ConfigSession, LineKind
from ioscli.cli.matcher import Grammar, load_grammar

from .networks import Network, config

if TYPE_CHECKING:
    from ioscli.router.router import Router

OVERLOAD = (
    "access-list 1 permit 10.0.0.0 0.0.0.255",
    "ip nat inside source list 1 interface GigabitEthernet0/1 overload",
)
SIDES = (
    "interface GigabitEthernet0/0",
    "ip nat inside",
    "interface GigabitEthernet0/1",
    "ip nat outside",
    "exit",
)


@cache
def grammar() -> Grammar:
    return load_grammar()


def configure(router: Router, *lines: str) -> list[str]:
    """Type configuration lines; what was said."""
    session = ConfigSession(grammar(), router.config, router.hardware)
    said: list[str] = []
    for line in lines:
        result = session.feed(line)
        said += result.messages
        understood = result.error is None
        assert result.kind is not LineKind.REJECTED or understood, line
        router.apply(result.changes)
    return said


def nat_network(*lines: str, inside_hosts: int = 1) -> Network:
    """10.0.0.0/24 inside, 192.0.2.0/24 outside, where nobody knows a way to 10.0.0.0/24.

    R1 is 10.0.0.1, with 10.0.0.101, .102, ... beside it; R3 is 192.0.2.3 and 203.0.113.3.
    """
    first = config("R1", {"Gi0/0": "10.0.0.1/24"}, {"0.0.0.0/0": "10.0.0.2"})
    made = Network(
        first,
        config("R2", {"Gi0/0": "10.0.0.2/24", "Gi0/1": "192.0.2.2/24"}, {"0.0.0.0/0": "192.0.2.3"}),
        config("R3", {"Gi0/0": "192.0.2.3/24", "Lo0": "203.0.113.3/32"}, {}),
    )
    made.link("R1:Gi0/0", "R2:Gi0/0")
    made.link("R2:Gi0/1", "R3:Gi0/0")
    made.boot()
    made.wait(3)
    configure(
        made["R1"],
        "interface GigabitEthernet0/0",
        *(
            f"ip address 10.0.0.{101 + number} 255.255.255.0 secondary"
            for number in range(inside_hosts)
        ),
    )
    configure(made["R2"], *SIDES, *lines)
    made.ping("R1", "10.0.0.2")
    made.ping("R3", "192.0.2.2")
    return made


def table(network: Network, name: str = "R2") -> list[str]:
    """The table's lines as `show ip nat translations` prints them, without its header."""
    from ioscli.cli.show.nat import chosen, show_translations

    router = network[name]
    rows = chosen(router.nat.tables())
    return list(show_translations(rows, router.simulation.now))[1:]
