"""show access-lists, clear access-list counters: carries out grammar/show_access_lists.lark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.registry import command
from ioscli.cli.show import access_lists

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.model.access_list import AccessList


def _chosen(session: Session, args: Args) -> list[AccessList]:
    lists = session.router.config.policy.access_lists
    name = args.get("A_SHOWN_LIST", args.get("A_WORD"))
    if name is None:
        return list(lists.values())
    known = lists.get(str(name))
    return [] if known is None else [known]


@command("show_access_lists", "show_ip_access_lists")
def show_access_lists(session: Session, args: Args) -> Iterable[str]:
    """`show access-lists`, `show ip access-lists`: all, or one by number or name."""
    return access_lists.show_access_lists(_chosen(session, args))


@command("clear_access_list_counters")
def clear_access_list_counters(session: Session, args: Args) -> None:
    """`clear access-list counters`."""
    for known in _chosen(session, args):
        known.hits.clear()
