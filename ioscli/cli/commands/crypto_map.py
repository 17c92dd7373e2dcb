"""crypto map and crypto dynamic-map: kept lines acting, in the forms in which IOS prints them.

The lines are those of grammar/crypto_map.lark, which are kept (see `ioscli.cli.acting`).
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING

from ioscli.cli.refusals import Refusal
from ioscli.model.changes import ConfigChange, CryptoChanged, InterfaceChanged
from ioscli.model.config import InterfaceConfig, RouterConfig
from ioscli.model.crypto_map import CryptoMap, DynamicMap, MapEntry, MapPeer, ReverseRoute
from ioscli.model.ifname import InterfaceName
from ioscli.model.sections import StoredLine, StoredSection

if TYPE_CHECKING:
    from ioscli.cli.configuration import ConfigContext
    from ioscli.cli.results import Args

_STATIC, _DYNAMIC = "crypto_map", "crypto_dynamic_map"
_CHANGED = (CryptoChanged(),)
_SECONDS_A_DAY = 86_400
_NO_VOLUME_LIMIT = 0xFFFF_FFFF
"""Kilobytes: what `lifetime kilobytes disable` comes to, as no quick mode says none."""
_OTHER_KINDS = frozenset(("ipsec-manual", "gdoi"))
_WITHOUT_KIND = 4
"""Words of `crypto map NAME SEQ`."""
_FIRST_GROUP = 1
"""What `set pfs` means without a group."""

#: Lines of entries that are kept without acting, by their rules.
_NOT_ACTING = frozenset(("map_qos", "map_group", "map_ikev2_profile"))
#: ... and by the words behind `set`.
_NOT_ACTING_SETTINGS = frozenset(("identity", "ip", "nat"))


def check_sets(context: ConfigContext, args: Args) -> None:
    """Transform sets have to be there before an entry names them."""
    if args.words[0] != "set":
        return
    for name in args.all("A_TRANSFORM_SET"):
        if name not in context.config.ipsec.transform_sets:
            raise Refusal(f'ERROR: transform set with tag "{name}" does not exist.')


def check_map(context: ConfigContext, args: Args) -> None:
    """A map has to be there before an interface has it."""
    if args.words[0] == "no":
        return
    name: str = args["A_CRYPTO_MAP"]
    if name not in context.config.crypto_maps:
        raise Refusal(f'ERROR: Crypto Map with tag "{name}" does not exist.')


def check_entry(context: ConfigContext, args: Args) -> None:
    """A new entry needs its kind; a map that an interface has keeps its last entry."""
    if args.words[0] == "crypto":
        _check_kind(context, args)
    else:
        _check_use(context, args)


def _check_kind(context: ConfigContext, args: Args) -> None:
    known = context.config.crypto_maps.get(args["A_CRYPTO_MAP"])
    made = None if known is None else known.entries.get(args["A_MAP_SEQUENCE"])
    if len(args.words) == _WITHOUT_KIND and (made is None or made.dynamic is not None):
        raise Refusal("% Incomplete command.")


def _check_use(context: ConfigContext, args: Args) -> None:
    name: str = args["A_CRYPTO_MAP"]
    known = context.config.crypto_maps.get(name)
    left = set() if known is None or "A_MAP_SEQUENCE" not in args else set(known.entries)
    left.discard(args.get("A_MAP_SEQUENCE"))
    users = [
        interface.name.short
        for interface in context.config.interfaces.values()
        if interface.crypto_map == name
    ]
    if known is not None and not left and users:
        context.say(f"% Crypto-map {name} is in use by interface(s): {', '.join(users)}")
        raise Refusal("Please remove the crypto map from the above interface(s) first")


def follow_section(
    context: ConfigContext, rule: str, words: tuple[str, ...]
) -> tuple[ConfigChange, ...]:
    """Read the maps from the sections anew after a line of theirs."""
    if rule == "crypto_logging":  # which the router reads where it is kept
        return _CHANGED if "session" in words else ()
    if rule == _STATIC and words[0] in ("no", "default"):
        _remove_references(context.config, words[1:])
    target = context.target
    if isinstance(target, StoredSection) and target.rule in (_STATIC, _DYNAMIC):
        _read_entry(context.config, target)  # a hub's hundreds are not read for each line
        if target.header.split(" ")[-1] in _OTHER_KINDS:
            return ()
    else:
        _read(context.config)
    if rule in _NOT_ACTING or "authorization" in words[:5]:
        return ()
    if rule == "map_settings":
        body = words[1:] if words[0] == "no" else words
        if body[1] in _NOT_ACTING_SETTINGS:
            return ()
    return _CHANGED


def follow(context: ConfigContext) -> tuple[ConfigChange, ...]:
    """A line of a whole map, or an interface's."""
    interface = context.target
    if not isinstance(interface, InterfaceConfig):
        _read(context.config)
        return _CHANGED
    lines = interface.stored.get("interface_crypto_map", ())
    # `crypto map NAME [redundancy ...]`; a saved configuration may hold the `no` form.
    names = [line.split(" ")[2] for line in lines if not line.startswith("no ")]
    interface.crypto_map = names[-1] if names else None
    return (InterfaceChanged(interface.name),)


def _remove_references(config: RouterConfig, named: tuple[str, ...]) -> None:
    """`no crypto map NAME [SEQ]` takes the entries away too that refer to dynamic maps."""
    kept = config.stored.pop("crypto_map_dynamic", [])
    left = [line for line in kept if tuple(line.split(" ")[: len(named)]) != named]
    if left:
        config.stored["crypto_map_dynamic"] = left


def _read(config: RouterConfig) -> None:
    """All maps anew."""
    config.crypto_maps, config.dynamic_maps = {}, {}
    for section in config.sections:
        if isinstance(section, StoredSection) and section.rule in (_STATIC, _DYNAMIC):
            _read_entry(config, section)
    for line in config.stored.get("crypto_map_dynamic", ()):
        # crypto map NAME SEQ ipsec-isakmp dynamic DYN [discover]
        words = line.split(" ")
        name, sequence = words[2], int(words[3])
        known = _map(config, name)
        _put(known.entries, MapEntry(name, sequence, dynamic=words[6]))


def _read_entry(config: RouterConfig, section: StoredSection) -> None:
    """One entry anew."""
    entry = _entry(section, config)
    if section.rule == _DYNAMIC:
        template = config.dynamic_maps.setdefault(entry.name, DynamicMap(entry.name))
        _put(template.entries, entry)
    else:
        _put(_map(config, entry.name).entries, entry)


def _put(entries: dict[int, MapEntry], entry: MapEntry) -> None:
    """Among the others, in the order of sequence numbers."""
    last = next(reversed(entries), 0)
    new = entry.sequence not in entries
    entries[entry.sequence] = entry
    if new and entry.sequence < last:
        in_order = sorted(entries.items())
        entries.clear()
        entries.update(in_order)


def _map(config: RouterConfig, name: str) -> CryptoMap:
    known = config.crypto_maps.get(name)
    if known is None:
        known = config.crypto_maps[name] = CryptoMap(name)
        _read_whole_map(config, known)
    return known


def _read_whole_map(config: RouterConfig, known: CryptoMap) -> None:
    """Lines that are about all entries of a map; they do not make one."""
    for line in config.stored.get("crypto_map_local_address", ()):
        words = line.split(" ")
        if words[0] != "no" and words[2] == known.name:
            known.local_address = InterfaceName.parse(" ".join(words[4:]))
    for line in config.stored.get("crypto_map_isakmp", ()):
        words = line.split(" ")
        if words[0] != "no" and words[2] == known.name and words[-2].endswith("profile"):
            known.isakmp_profile = words[-1]


def _entry(section: StoredSection, config: RouterConfig) -> MapEntry:
    words = section.header.split(" ")  # crypto map NAME SEQ KIND, crypto dynamic-map NAME SEQ
    entry = MapEntry(words[2], int(words[3]))
    if section.rule == _STATIC and len(words) > _WITHOUT_KIND:
        entry.kind = words[4]
    for line in section.entries:
        if isinstance(line, StoredLine):
            _read_line(entry, line.text, config)
    return entry


def _read_line(entry: MapEntry, line: str, config: RouterConfig) -> None:
    match line.split(" "):
        case ["description", *_]:
            entry.description = line.partition(" ")[2]
        case ["set", "peer", name, *rest]:
            for address in _addresses(name, config):
                entry.peers.append(MapPeer(address, "default" in rest))
        case ["set", "transform-set", *names]:
            entry.transform_sets = list(dict.fromkeys(names))
        case ["set", "pfs", *group]:
            entry.pfs_group = int(group[0].removeprefix("group")) if group else _FIRST_GROUP
        case ["set", "security-association", *rest]:
            _read_association(entry, rest)
        case ["set", "isakmp-profile", name]:
            entry.isakmp_profile = name
        case ["set", "identity", name]:
            entry.identity = name
        case ["match", "address", name]:
            entry.access_list = name
        case ["reverse-route", *rest]:
            entry.reverse_route = _reverse_route(rest, config)


def _read_association(entry: MapEntry, words: list[str]) -> None:
    match words:
        case ["lifetime", "seconds", value]:
            entry.lifetime_seconds = int(value)
        case ["lifetime", "days", value]:
            entry.lifetime_seconds = int(value) * _SECONDS_A_DAY
        case ["lifetime", "kilobytes", "disable"]:
            entry.lifetime_kilobytes = _NO_VOLUME_LIMIT
        case ["lifetime", "kilobytes", value]:
            entry.lifetime_kilobytes = int(value)
        case ["idle-time", value, *rest]:
            entry.idle_time = int(value)
            entry.idle_default = bool(rest)
        case ["replay", "disable"]:
            entry.replay_window = 0
        case ["replay", "window-size", value]:
            entry.replay_window = int(value)
        case ["level", "per-host"]:
            entry.per_host = True


def _reverse_route(words: list[str], config: RouterConfig) -> ReverseRoute:
    match words:
        case ["static"]:
            return ReverseRoute(static=True)
        case ["remote-peer", name, *rest]:
            for address in _addresses(name, config):
                return ReverseRoute(remote_peer=address, gateway=bool(rest))
    return ReverseRoute()


def _addresses(name: str, config: RouterConfig) -> Iterator[IPv4Address]:
    """Of a peer by address or by `ip host` name."""
    try:
        yield IPv4Address(name)
    except AddressValueError:
        yield from config.hosts.get(name, ())
