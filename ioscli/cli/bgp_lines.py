"""What the lines of `router bgp` mean: the kept section read into the model.

The section is what the running-config prints; `read` makes of it the `BgpProcess` that the router
follows. Lines of other address families, and those whose feature is not there, stay unread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Network

from ioscli.cli.password_hash import revealed
from ioscli.cli.redistribution_lines import UnreadError, plain_metric, read_redistribution
from ioscli.model.bgp import (
    MULTIHOP_TTL,
    BgpAggregate,
    BgpDampening,
    BgpDistances,
    BgpNeighbor,
    BgpNetwork,
    BgpProcess,
    BgpSettings,
    BgpTimers,
    DefaultOriginate,
    MaximumPrefixes,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import RouteSource
from ioscli.model.sections import StoredLine, StoredSection

Words = list[str]


class Reader:
    """Reads one `router bgp` section."""

    def __init__(self, section: StoredSection) -> None:
        self.process = BgpProcess(as_number(section.header.split()[2]))
        self.unread: set[str] = set()
        """The lines that do not act."""
        self._templates = self.process.templates
        self._read(section, self.process)

    def _read(self, section: StoredSection, process: BgpProcess) -> None:
        for entry in section.entries:
            if isinstance(entry, StoredSection):
                self._enter(entry, process)
                continue
            try:
                _line(process, entry.text.split(" "))
            except (ValueError, IndexError):
                self.unread.add(entry.text)

    def _enter(self, section: StoredSection, process: BgpProcess) -> None:
        words = section.header.split(" ")
        match words:
            case ["template", ("peer-policy" | "peer-session"), name]:
                self._template(section, self._templates.setdefault(name, BgpSettings()))
            case ["address-family", "ipv4"] | ["address-family", "ipv4", "unicast"]:
                self._read(section, process)
            case ["address-family", "ipv4", *_, "vrf", name] if "multicast" not in words:
                inner = BgpProcess(process.number)
                inner.templates = process.templates
                inner.timers = process.timers
                inner.log_neighbor_changes = process.log_neighbor_changes
                process.vrfs[name] = inner
                self._read(section, inner)
            case _:
                self._leave_unread(section)

    def _template(self, section: StoredSection, settings: BgpSettings) -> None:
        for line in _lines(section):
            try:
                _setting(settings, line.text.split(" "))
            except (ValueError, IndexError):
                self.unread.add(line.text)

    def _leave_unread(self, section: StoredSection) -> None:
        self.unread.update(line.text for line in _lines(section))


def _lines(section: StoredSection) -> Iterator[StoredLine]:
    for entry in section.entries:
        if isinstance(entry, StoredLine):
            yield entry


def as_number(text: str) -> int:
    """An AS number, asplain or asdot. Raises ValueError."""
    high, dot, low = text.partition(".")
    return int(high) << 16 | int(low) if dot else int(text)


def _line(process: BgpProcess, words: Words) -> None:
    negated = words[0] == "no"
    body = words[1:] if negated else words
    match body:
        case ["neighbor", peer, *rest]:
            _neighbor(process, peer, rest, negated)
        case ["bgp", *rest]:
            _process_line(process, rest, negated)
        case ["auto-summary"] | ["synchronization"] if negated:
            pass  # as it is
        case _ if negated:
            raise UnreadError
        case ["network", address, *rest]:
            process.networks.append(_network(address, rest))
        case ["aggregate-address", address, mask, *rest]:
            process.aggregates.append(_aggregate(address, mask, rest))
        case ["redistribute", *rest]:
            process.redistributions.append(_redistribution(rest))
        case ["timers", "bgp", *rest]:
            process.timers = BgpTimers(*map(int, rest))
        case ["maximum-paths", "ibgp", number]:
            process.maximum_paths_ibgp = int(number)
        case ["maximum-paths", "eibgp", number]:
            process.maximum_paths_eibgp = int(number)
        case ["maximum-paths", number]:
            process.maximum_paths = int(number)
        case ["distance", "bgp", external, internal, local]:
            process.distances = BgpDistances(int(external), int(internal), int(local))
        case ["default-information", "originate"]:
            process.default_information = True
        case ["default-metric", metric]:
            process.default_metric = int(metric)
        case _:
            raise UnreadError


# -- lines of the process --------------------------------------------------------------------------

_FLAGS = {
    "log-neighbor-changes": "log_neighbor_changes",
    "enforce-first-as": "enforce_first_as",
    "enhanced-error": "enhanced_error",
    "fast-external-fallover": "fast_external_fallover",
}
_BEST_PATH = {
    "always-compare-med": "always_compare_med",
    "deterministic-med": "deterministic_med",
    "bestpath as-path ignore": "as_path_ignore",
    "bestpath as-path multipath-relax": "multipath_relax",
    "bestpath compare-routerid": "compare_router_id",
    "bestpath med missing-as-worst": "med_missing_as_worst",
}


def _process_line(process: BgpProcess, rest: Words, negated: bool) -> None:
    text = " ".join(rest)
    if text in _FLAGS:
        setattr(process, _FLAGS[text], not negated)
    elif text in _BEST_PATH:
        setattr(process.best_path, _BEST_PATH[text], not negated)
    elif text == "default ipv4-unicast":
        process.default_ipv4_unicast = not negated
    elif text == "client-to-client reflection":
        process.client_to_client_reflection = not negated
    elif negated:
        raise UnreadError
    else:
        _valued_line(process, rest)


def _valued_line(process: BgpProcess, rest: Words) -> None:
    match rest:
        case ["router-id", address]:
            process.router_id = IPv4Address(address)
        case ["cluster-id", value]:
            process.cluster_id = IPv4Address(int(value) if value.isdigit() else value)
        case ["confederation", "identifier", number]:
            process.confederation = as_number(number)
        case ["confederation", "peers", *numbers]:
            process.confederation_peers = frozenset(map(as_number, numbers))
        case ["default", "local-preference", value]:
            process.default_local_preference = int(value)
        case ["listen", "range", prefix, "peer-group", group]:
            process.listen.append((IPv4Network(prefix), group))
        case ["listen", "limit", limit]:
            process.listen_limit = int(limit)
        case ["dampening"]:
            process.dampening = BgpDampening()
        case ["dampening", half_life] if half_life.isdigit():
            minutes = int(half_life)
            process.dampening = BgpDampening(minutes, most=4 * minutes)
        case ["dampening", half_life, reuse, suppress, most]:
            limits = int(reuse), int(suppress), int(most)
            process.dampening = BgpDampening(int(half_life), *limits)
        case ["scan-time", seconds]:
            process.scan_time = int(seconds)
        case _:
            raise UnreadError


def _network(address: str, rest: Words) -> BgpNetwork:
    classful = rest[:1] != ["mask"]
    mask = _classful_mask(address) if classful else rest[1]
    options = rest if classful else rest[2:]
    route_map = options[options.index("route-map") + 1] if "route-map" in options else None
    prefix = IPv4Network((address, mask), strict=False)
    return BgpNetwork(prefix, route_map, "backdoor" in options, classful)


def _classful_mask(address: str) -> str:
    if address == "0.0.0.0":
        return "0.0.0.0"
    first = int(address.partition(".")[0])
    return "255.0.0.0" if first < 128 else "255.255.0.0" if first < 192 else "255.255.255.0"


def _aggregate(address: str, mask: str, rest: Words) -> BgpAggregate:
    prefix = IPv4Network((address, mask), strict=False)
    maps = {word: rest[at + 1] for at, word in enumerate(rest) if word.endswith("-map")}
    return BgpAggregate(
        prefix,
        summary_only="summary-only" in rest,
        as_set="as-set" in rest,
        suppress_map=maps.get("suppress-map"),
        advertise_map=maps.get("advertise-map"),
        attribute_map=maps.get("attribute-map"),
    )


def _redistribution(rest: Words) -> Redistribution:
    line = read_redistribution(rest, plain_metric, "subnets")
    if line.source is RouteSource.BGP or line.tag:
        raise UnreadError
    return line


# -- neighbors -------------------------------------------------------------------------------------


def _neighbor(process: BgpProcess, peer: str, rest: Words, negated: bool) -> None:
    settings = _settings_of(process, peer)
    if negated:
        if rest != ["activate"]:
            raise UnreadError
        settings.activate = False
        return
    match rest:
        case ["peer-group"]:
            pass
        case ["peer-group", group]:
            process.neighbors[IPv4Address(peer)].peer_group = group
        case _:
            _setting(settings, rest)


def _settings_of(process: BgpProcess, peer: str) -> BgpSettings:
    if ":" in peer:
        raise UnreadError  # IPv6
    try:
        address = IPv4Address(peer)
    except AddressValueError:
        return process.peer_groups.setdefault(peer, BgpSettings())
    return process.neighbors.setdefault(address, BgpNeighbor(address)).own


def _setting(settings: BgpSettings, rest: Words) -> None:
    """One line of a neighbor, a peer group or a template."""
    name, values = rest[0], rest[1:]
    if name == "inherit":
        settings.inherits = (*(settings.inherits or ()), values[1])
        return
    flag = _NEIGHBOR_FLAGS.get(" ".join(rest))
    if flag is not None:
        setattr(settings, flag, True)
        return
    if name in _DIRECTED and values[-1] in ("in", "out"):
        value: object = int(values[0]) if name == "filter-list" else values[0]
        setattr(settings, f"{name.replace('-', '_')}_{values[-1]}", value)
        return
    reader = _VALUED.get(name)
    if reader is None:
        raise UnreadError
    attribute, convert = reader
    setattr(settings, attribute, convert(values))


_DIRECTED = ("route-map", "prefix-list", "filter-list", "distribute-list")
_NEIGHBOR_FLAGS = {
    "activate": "activate",
    "shutdown": "shutdown",
    "next-hop-self": "next_hop_self",
    "next-hop-self all": "next_hop_self_all",
    "next-hop-unchanged": "next_hop_unchanged",
    "next-hop-unchanged allpaths": "next_hop_unchanged",
    "route-reflector-client": "route_reflector_client",
    "soft-reconfiguration inbound": "soft_reconfiguration",
    "remove-private-as": "remove_private_as",
    "as-override": "as_override",
    "disable-connected-check": "disable_connected_check",
    "fall-over": "fall_over",
    "transport connection-mode passive": "passive",
}


def _first_number(values: Words) -> int:
    return int(values[0])


def _maximum_prefix(values: Words) -> MaximumPrefixes:
    limit = MaximumPrefixes(int(values[0]), warning_only="warning-only" in values)
    if len(values) > 1 and values[1].isdigit():
        limit = limit._replace(threshold=int(values[1]))
    if "restart" in values:
        limit = limit._replace(restart=int(values[values.index("restart") + 1]))
    return limit


def _password(values: Words) -> str:
    """In clear; type 7 is scrambled."""
    if len(values) > 1 and values[0] == "7":
        return revealed(values[1]) or values[1]
    if len(values) > 1 and values[0] == "0":
        return " ".join(values[1:])
    return " ".join(values)


def _local_as(values: Words) -> int:
    if len(values) > 1:
        raise UnreadError
    return as_number(values[0])


_VALUED: dict[str, tuple[str, Callable[[Words], object]]] = {
    "remote-as": ("remote_as", lambda values: as_number(values[0])),
    "local-as": ("local_as", _local_as),
    "description": ("description", " ".join),
    "password": ("password", _password),
    "update-source": ("update_source", lambda values: InterfaceName.parse("".join(values))),
    "ebgp-multihop": ("ebgp_multihop", lambda v: int(v[0]) if v else MULTIHOP_TTL),
    "ttl-security": ("ttl_security", lambda values: int(values[1])),
    "timers": ("timers", lambda values: BgpTimers(*map(int, values))),
    "advertisement-interval": ("advertisement_interval", _first_number),
    "send-community": ("send_community", lambda v: v[0] if v else "standard"),
    "weight": ("weight", _first_number),
    "default-originate": (
        "default_originate",
        lambda values: DefaultOriginate(values[1] if values else None),
    ),
    "maximum-prefix": ("maximum_prefix", _maximum_prefix),
    "allowas-in": ("allowas_in", lambda values: int(values[0]) if values else 3),
    "unsuppress-map": ("unsuppress_map", lambda values: values[0]),
}
