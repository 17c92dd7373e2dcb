"""Prefix lists, route-maps and their like shown: carries out grammar/show_policy.lark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.registry import command
from ioscli.cli.show import policies

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.model.prefix_list import PrefixList
    from ioscli.model.route_map import RouteMap


def _prefix_lists(session: Session, args: Args) -> list[PrefixList]:
    lists = session.router.config.policy.prefix_lists
    name = args.get("A_WORD")
    return [known for known in lists.values() if name in (None, known.name)]


@command("show_ip_prefix_list")
def show_ip_prefix_list(session: Session, args: Args) -> Iterable[str]:
    """`show ip prefix-list [detail | summary] [NAME [seq N | PREFIX [longer | first-match]]]`."""
    lists = _prefix_lists(session, args)
    policy = session.router.config.policy
    if "detail" in args or "summary" in args:
        return policies.show_ip_prefix_list_detail(policy, lists, entries="detail" in args)
    if lists and ("A_SEQUENCE" in args or "A_NET_PREFIX" in args):
        how = next((word for word in ("longer", "first-match") if word in args), "")
        prefix = args["A_NET_PREFIX"].network if "A_NET_PREFIX" in args else None
        return policies.show_ip_prefix_list_entries(lists[0], args.get("A_SEQUENCE"), prefix, how)
    return policies.show_ip_prefix_list(lists)


@command("clear_ip_prefix_list")
def clear_ip_prefix_list(session: Session, args: Args) -> None:
    """`clear ip prefix-list`: hit counts, of all lists, of one, or of the entries of a prefix."""
    for known in _prefix_lists(session, args):
        if "A_NET_PREFIX" in args:
            prefix = args["A_NET_PREFIX"].network
            for at, entry in known.entries.items():
                if entry.prefix == prefix:
                    known.hits.pop(at, None)
        else:
            known.hits.clear()


def _route_maps(session: Session, args: Args) -> list[RouteMap]:
    maps = session.router.config.policy.route_maps
    name = args.get("A_WORD")
    return [known for known in maps.values() if name in (None, known.name)]


@command("show_route_map")
def show_route_map(session: Session, args: Args) -> Iterable[str]:
    """`show route-map [NAME]`."""
    maps = _route_maps(session, args)
    if not maps and "A_WORD" in args:
        return [f"route-map {args['A_WORD']} not found"]
    return policies.show_route_map(session.router.config, maps, session.router.tracked_up)


@command("clear_route_map_counters")
def clear_route_map_counters(session: Session, args: Args) -> None:
    """`clear route-map counters [NAME]`."""
    for known in _route_maps(session, args):
        for entry in known.entries.values():
            entry.packets = entry.bytes = 0


@command("show_ip_as_path_list")
def show_ip_as_path_list(session: Session, args: Args) -> Iterable[str]:
    """`show ip as-path-access-list [N]`."""
    number = args.get("A_AS_PATH_LIST")
    lists = session.router.config.policy.as_path_lists
    chosen = [known for at, known in sorted(lists.items()) if number in (None, at)]
    return policies.show_ip_as_path_list(chosen)


@command("show_ip_community_list")
def show_ip_community_list(session: Session, args: Args) -> Iterable[str]:
    """`show ip community-list [N | NAME]`."""
    config = session.router.config
    name = args.get("A_SHOWN_COMMUNITY_LIST", args.get("A_WORD"))
    lists = config.policy.community_lists.values()
    chosen = [known for known in lists if name is None or known.name == str(name)]
    return policies.show_ip_community_list(config, chosen)


@command("show_ip_policy")
def show_ip_policy(session: Session, _args: Args) -> Iterable[str]:
    """`show ip policy`."""
    config = session.router.config
    interfaces = [
        (name, interface.policy_map)
        for name, interface in sorted(
            config.interfaces.items(), key=lambda item: item[0].listing_order
        )
        if interface.policy_map is not None
    ]
    return policies.show_ip_policy(config.policy.local_route_map, interfaces)
