"""clear ip traffic: carries out grammar/clear_traffic.lark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.cli.dialogue import Confirm, Steps
from ioscli.cli.registry import command
from ioscli.router.traffic_since import clear_traffic

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


@command("clear_ip_traffic")
def clear_ip_traffic(session: Session, _args: Args) -> Steps:
    """`clear ip traffic`, after a question."""
    if (yield Confirm('Clear "show ip traffic" counters [confirm]')):
        clear_traffic(session.router)
