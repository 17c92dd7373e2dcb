"""What the lines of `router eigrp` mean: the kept sections read into the model.

The sections are what the running-config prints; `read` makes of one the `EigrpRouter` that the
router follows, `read_interface` of an interface's lines its settings in classic mode. Lines of
other address families, and those whose feature is not there, stay unread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import islice

from ioscli.cli.password_hash import revealed
from ioscli.cli.redistribution_lines import (
    NUMBERED,
    PLAIN,
    UnreadError,
    read_redistribution,
)
from ioscli.model.eigrp import (
    DEFAULT_WEIGHTS,
    EigrpAuthentication,
    EigrpDistributeList,
    EigrpInterfaceSettings,
    EigrpNeighborStatement,
    EigrpNetwork,
    EigrpOffsetList,
    EigrpPassword,
    EigrpProcess,
    EigrpRouter,
    EigrpStub,
    EigrpSummary,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.redistribution import Redistribution
from ioscli.model.sections import StoredSection

Words = list[str]


class Reader:
    """Reads one `router eigrp` section."""

    def __init__(self, section: StoredSection) -> None:
        name = section.header.split()[2]
        self.router = EigrpRouter(name)
        self.unread: set[str] = set()
        """The lines that do not act."""
        if not self.router.named:
            number = int(name)
            self.router.families["", number] = process = EigrpProcess(number)
            self._lines(section, lambda words: _process_line(process, words))
        else:
            self._lines(section, self._instance_line)
        for inner in _sections(section):
            self._family(inner)

    def _instance_line(self, words: Words) -> None:
        """A line of named mode outside the address families."""
        if words not in (["shutdown"], ["no", "shutdown"]):
            raise UnreadError
        self.router.shutdown = words == ["shutdown"]

    def _lines(self, section: StoredSection, read: Callable[[Words], None]) -> None:
        for entry in section.entries:
            if isinstance(entry, StoredSection):
                continue
            try:
                read(entry.text.split(" "))
            except (ValueError, IndexError, StopIteration):
                self.unread.add(entry.text)

    # -- address families --------------------------------------------------------------------------

    def _family(self, section: StoredSection) -> None:
        words = section.header.split(" ")
        if words[:2] != ["address-family", "ipv4"] or "multicast" in words:
            self._leave_unread(section)
            return
        vrf = words[words.index("vrf") + 1] if "vrf" in words else ""
        number = 0
        if "autonomous-system" in words:
            number = int(words[words.index("autonomous-system") + 1])
        else:
            number = _own_number(section)
        if not number:
            return  # a VRF of classic mode that has no `autonomous-system` yet
        process = EigrpProcess(number, self.router.name if self.router.named else "", vrf)
        process.shutdown = self.router.shutdown
        self.router.families[vrf, number] = process
        self._lines(section, lambda words: _process_line(process, words))
        for inner in _sections(section):
            match inner.header.split(" "):
                case ["topology", "base"]:
                    self._lines(inner, lambda words: _process_line(process, words))
                case ["af-interface", "default"]:
                    self._interface(inner, process.default_interface)
                case ["af-interface", name]:
                    settings = EigrpInterfaceSettings()
                    process.interfaces[InterfaceName.parse(name)] = settings
                    self._interface(inner, settings)
                case _:
                    self._leave_unread(inner)

    def _interface(self, section: StoredSection, settings: EigrpInterfaceSettings) -> None:
        self._lines(section, lambda words: _interface_line(settings, words))

    def _leave_unread(self, section: StoredSection) -> None:
        self._lines(section, _unreadable)
        for inner in _sections(section):
            self._leave_unread(inner)


def _unreadable(_words: Words) -> None:
    raise UnreadError


def _sections(section: StoredSection) -> Iterator[StoredSection]:
    for entry in section.entries:
        if isinstance(entry, StoredSection):
            yield entry


def _own_number(section: StoredSection) -> int:
    """`autonomous-system N` within a VRF of classic mode."""
    for entry in section.entries:
        if not isinstance(entry, StoredSection) and entry.text.startswith("autonomous-system "):
            return int(entry.text.split(" ")[1])
    return 0


# -- lines of a process ----------------------------------------------------------------------------


def _process_line(process: EigrpProcess, words: Words) -> None:
    negated = words[0] == "no"
    body = words[1:] if negated else words
    match body:
        case ["autonomous-system", _]:
            pass
        case ["passive-interface", "default"]:
            process.passive_default = not negated
        case ["passive-interface", name]:
            (process.not_passive if negated else process.passive).add(InterfaceName.parse(name))
        case ["auto-summary"]:
            process.auto_summary = not negated
        case ["shutdown"]:
            process.shutdown = not negated
        case ["eigrp", *rest]:
            _eigrp_line(process, rest, negated)
        case ["default-information", "in"]:
            process.default_information_in = not negated
        case ["default-information", "out"]:
            process.default_information_out = not negated
        case _ if negated:
            raise UnreadError
        case ["network", address, *rest]:
            wildcard = IPv4Address(rest[0]) if rest else None
            process.networks.append(EigrpNetwork(IPv4Address(address), wildcard))
        case ["neighbor", address, name]:
            statement = EigrpNeighborStatement(IPv4Address(address), InterfaceName.parse(name))
            process.neighbors.append(statement)
        case ["redistribute", *rest]:
            process.redistributions.append(read_redistribution(rest, _metric, "ip"))
        case ["distribute-list", *rest]:
            process.distribute_lists.append(_distribute_list(rest))
        case ["offset-list", name, way, offset, *rest]:
            interface = InterfaceName.parse(rest[0]) if rest else None
            process.offset_lists.append(EigrpOffsetList(name, way == "out", int(offset), interface))
        case _:
            _valued_line(process, body)


def _valued_line(process: EigrpProcess, body: Words) -> None:
    match body:
        case ["variance", number]:
            process.variance = int(number)
        case ["maximum-paths", number]:
            process.maximum_paths = int(number)
        case ["distance", "eigrp", internal, external]:
            process.distance_internal = int(internal)
            process.distance_external = int(external)
        case ["default-metric", *numbers] if len(numbers) == 5:
            process.default_metric = _vector(numbers)
        case ["metric", "weights", "0", *numbers]:
            k1, k2, k3, k4, k5, k6 = (*map(int, numbers), *DEFAULT_WEIGHTS[len(numbers) :])
            process.weights = (k1, k2, k3, k4, k5, k6)
        case ["metric", "maximum-hops", number]:
            process.maximum_hops = int(number)
        case ["metric", "rib-scale", number]:
            process.rib_scale = int(number)
        case ["timers", "active-time", "disabled"]:
            process.active_time = None
        case ["timers", "active-time", minutes]:
            process.active_time = int(minutes)
        case ["traffic-share", "balanced"]:
            process.traffic_share_balanced = True
        case ["traffic-share", "min", "across-interfaces"]:
            process.traffic_share_balanced = False
        case ["summary-metric", prefix, "distance", number]:
            process.summary_distances[IPv4Network(prefix)] = int(number)
        case ["summary-metric", address, mask, "distance", number]:
            process.summary_distances[IPv4Network((address, mask))] = int(number)
        case _:
            raise UnreadError


def _eigrp_line(process: EigrpProcess, rest: Words, negated: bool) -> None:
    match rest:
        case ["router-id", address] if not negated:
            process.router_id = IPv4Address(address)
        case ["log-neighbor-changes"]:
            process.log_neighbor_changes = not negated
        case ["log-neighbor-warnings"]:
            process.log_neighbor_warnings = None if negated else 10
        case ["log-neighbor-warnings", seconds] if not negated:
            process.log_neighbor_warnings = int(seconds)
        case ["stub", *options] if not negated:
            process.stub = _stub(options)
        case _:
            raise UnreadError


def _stub(options: Words) -> EigrpStub:
    leak = None
    if "leak-map" in options:
        at = options.index("leak-map")
        leak = options[at + 1]
        options = options[:at] + options[at + 2 :]
    if not options:
        return EigrpStub(leak_map=leak)
    return EigrpStub(
        "connected" in options,
        "static" in options,
        "summary" in options,
        "redistributed" in options,
        "receive-only" in options,
        leak,
    )


def _vector(numbers: Iterable[str]) -> tuple[int, int, int, int, int]:
    bandwidth, delay, reliability, load, mtu = map(int, numbers)
    return bandwidth, delay, reliability, load, mtu


def _metric(line: Redistribution, rest: Iterator[str]) -> Redistribution:
    return line._replace(vector=_vector(islice(rest, 5)))


def _distribute_list(rest: Words) -> EigrpDistributeList:
    kind, *more = rest
    if kind in ("prefix", "prefix-list", "route-map"):
        name, *more = more
        kind = "prefix" if kind == "prefix-list" else kind
    elif kind == "gateway":
        raise UnreadError
    else:
        name, kind = kind, "list"
    if "gateway" in more:
        raise UnreadError
    way, *where = more
    interface, protocol = None, ""
    if where and where[0] in (*PLAIN, *NUMBERED):
        protocol = " ".join(where)
    elif where:
        interface = InterfaceName.parse(where[0])
    return EigrpDistributeList(name, kind, way == "out", interface, protocol)


# -- lines of an interface -------------------------------------------------------------------------


def _interface_line(settings: EigrpInterfaceSettings, words: Words) -> None:
    """A line of `af-interface`, or of an interface without `ip` and `eigrp N`."""
    negated = words[0] == "no"
    body = words[1:] if negated else words
    match body:
        case ["passive-interface"]:
            settings.passive = not negated
        case ["shutdown"]:
            settings.shutdown = not negated
        case ["split-horizon"]:
            settings.split_horizon = not negated
        case ["next-hop-self", *rest]:
            settings.next_hop_self = not negated or bool(rest)
            settings.no_ecmp_mode = bool(rest)
        case _ if negated:
            raise UnreadError
        case ["hello-interval", seconds]:
            settings.hello_interval = int(seconds)
        case ["hold-time", seconds]:
            settings.hold_time = int(seconds)
        case ["bandwidth-percent", percent]:
            settings.bandwidth_percent = int(percent)
        case ["authentication", "key-chain", name]:
            settings.key_chain = name
        case ["authentication", "mode", "md5"]:
            settings.authentication = EigrpAuthentication.MD5
        case ["authentication", "mode", "hmac-sha-256", *secret]:
            settings.authentication = EigrpAuthentication.HMAC_SHA_256
            settings.password = _password(secret)
        case ["summary-address", *rest]:
            settings.summaries.append(_summary(rest))
        case _:
            raise UnreadError


def _password(words: Words) -> EigrpPassword:
    if len(words) == 1:
        return EigrpPassword(words[0])
    kind, text = int(words[0]), words[1]
    if kind == 7:
        return EigrpPassword(revealed(text) or text, kind, text)
    return EigrpPassword(text, kind, text)


def _summary(rest: Words) -> EigrpSummary:
    leak_map = None
    if "leak-map" in rest:
        at = rest.index("leak-map")
        leak_map, rest = rest[at + 1], rest[:at]
    if "/" in rest[0]:
        prefix, more = IPv4Network(rest[0], strict=False), rest[1:]
    else:
        prefix, more = IPv4Network((rest[0], rest[1]), strict=False), rest[2:]
    return EigrpSummary(prefix, int(more[0]) if more else None, leak_map)


def read_interface(lines: Iterable[str]) -> dict[int, EigrpInterfaceSettings]:
    """The `ip ... eigrp N ...` lines of an interface, by autonomous system."""
    found: dict[int, EigrpInterfaceSettings] = {}
    for line in lines:
        words = [word for word in line.split(" ") if word != "ip"]
        at = words.index("eigrp")
        settings = found.setdefault(int(words[at + 1]), EigrpInterfaceSettings())
        try:
            _interface_line(settings, words[:at] + words[at + 2 :])
        except (ValueError, IndexError):
            continue
    return found
