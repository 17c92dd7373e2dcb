"""What the running-config prints of router ospf, in IOS's order.

How known: running-configs of IOSv 15.x; where lines never meet in them, the order is that of the
lines' age in IOS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address

from ioscli.cli.running_config import writes
from ioscli.model.config import RouterConfig
from ioscli.model.ospf import (
    DEFAULT_DISTANCE,
    DEFAULT_LSA_ARRIVAL,
    DEFAULT_LSA_THROTTLE,
    DEFAULT_MAXIMUM_PATHS,
    DEFAULT_REFERENCE_BANDWIDTH,
    DEFAULT_SPF_THROTTLE,
    DISCARD_DISTANCE_EXTERNAL,
    MAX_METRIC_SUMMARY,
    OspfArea,
    OspfAreaKind,
    OspfAuthentication,
    OspfAuthenticationSettings,
    OspfDefaultInformation,
    OspfDistributeList,
    OspfMaxMetric,
    OspfNeighborStatement,
    OspfProcess,
    OspfRange,
    OspfVirtualLink,
    TypedSecret,
)
from ioscli.model.redistribution import Redistribution


@writes("config", "router_ospf")
def router_ospf_lines(config: RouterConfig) -> Iterator[str]:
    """Every process by number, `!` behind each."""
    for process in sorted(config.ospf.values(), key=lambda process: int(process.process)):
        yield f"router ospf {process.process}" + (f" vrf {process.vrf}" if process.vrf else "")
        for line in _lines(process):
            yield " " + line
        yield "!"


def area_text(process: OspfProcess, number: int) -> str:
    """An area's number, written as it was typed."""
    area = process.areas.get(number)
    return str(IPv4Address(number)) if area is not None and area.dotted else str(number)


def _lines(process: OspfProcess) -> Iterator[str]:
    kept = process.stored
    yield from kept.get("ospf_domain", ())
    if process.router_id is not None:
        yield f"router-id {process.router_id}"
    yield from _settings(process)
    yield from kept.get("ospf_kept", ())
    yield from _timers(process)
    yield from kept.get("ospf_timers_kept", ())
    yield from _abilities(process)
    yield from kept.get("ospf_capability_kept", ())
    yield from _areas(process)
    for one in process.summary_addresses:
        yield _summary(one)
    for line in sorted(process.redistributions, key=_place_of_source):
        yield _redistribution(line)
    yield from kept.get("ospf_redistribute_kept", ())
    yield from _passive(process)
    for network in process.networks:
        area = area_text(process, network.area)
        yield f"network {network.address} {network.wildcard} area {area}"
    for neighbor in process.neighbors:
        yield _neighbor(neighbor)
    if process.default_information is not None:
        yield "default-information originate" + _default_options(process.default_information)
    if process.default_metric is not None:
        yield f"default-metric {process.default_metric}"
    if process.maximum_paths != DEFAULT_MAXIMUM_PATHS:
        yield f"maximum-paths {process.maximum_paths}"
    yield from map(_distribute_list, process.distribute_lists)
    yield from kept.get("ospf_distribute_list_kept", ())
    yield from _distances(process)
    yield from kept.get("ospf_distance_from", ())
    yield from kept.get("ospf_last", ())
    yield from kept.get("bfd_all", ())


def _settings(process: OspfProcess) -> Iterator[str]:
    if not process.log_adjacency_changes:
        yield "no log-adjacency-changes"
    elif process.log_adjacency_detail:
        yield "log-adjacency-changes detail"
    if process.reference_bandwidth != DEFAULT_REFERENCE_BANDWIDTH:
        yield f"auto-cost reference-bandwidth {process.reference_bandwidth}"
    if process.max_metric is not None:
        yield "max-metric router-lsa" + _max_metric(process.max_metric)
    if process.prefix_suppression:
        yield "prefix-suppression"
    if not process.compatible_rfc1583:
        yield "no compatible rfc1583"
    if process.shutdown:
        yield "shutdown"


def _max_metric(settings: OspfMaxMetric) -> str:
    text = _worst("external-lsa", settings.external)
    if settings.include_stub:
        text += " include-stub"
    if settings.on_startup is not None:
        text += f" on-startup {settings.on_startup}"
    elif settings.wait_for_bgp:
        text += " on-startup wait-for-bgp"
    return text + _worst("summary-lsa", settings.summary)


def _worst(word: str, metric: int | None) -> str:
    if metric is None:
        return ""
    return f" {word}" if metric == MAX_METRIC_SUMMARY else f" {word} {metric}"


def _timers(process: OspfProcess) -> Iterator[str]:
    if process.spf_throttle != DEFAULT_SPF_THROTTLE:
        yield "timers throttle spf {} {} {}".format(*process.spf_throttle)
    if process.lsa_throttle != DEFAULT_LSA_THROTTLE:
        yield "timers throttle lsa {} {} {}".format(*process.lsa_throttle)
    if process.lsa_arrival != DEFAULT_LSA_ARRIVAL:
        yield f"timers lsa arrival {process.lsa_arrival}"
    usual = OspfProcess(process.process)
    if process.flood_pacing != usual.flood_pacing:
        yield f"timers pacing flood {process.flood_pacing}"
    if process.lsa_group_pacing != usual.lsa_group_pacing:
        yield f"timers pacing lsa-group {process.lsa_group_pacing}"
    if process.retransmission_pacing != usual.retransmission_pacing:
        yield f"timers pacing retransmission {process.retransmission_pacing}"


def _abilities(process: OspfProcess) -> Iterator[str]:
    if not process.link_local_signalling:
        yield "no capability lls"
    if not process.opaque:
        yield "no capability opaque"
    if not process.transit:
        yield "no capability transit"
    yield from _discard("external", process.discard_external, DISCARD_DISTANCE_EXTERNAL)
    yield from _discard("internal", process.discard_internal, DEFAULT_DISTANCE)


def _discard(word: str, distance: int | None, usual: int) -> Iterator[str]:
    if distance is None:
        yield f"no discard-route {word}"
    elif distance != usual:
        yield f"discard-route {word} {distance}"


# --- areas ---------------------------------------------------------------------------------------


def _areas(process: OspfProcess) -> Iterator[str]:
    """By number; within one, kept lines stand behind the others."""
    kept: dict[int, list[str]] = {}
    for line in process.stored.get("ospf_area_kept", ()):
        word = line.removeprefix("no ").split(" ")[1]
        value = int(word) if word.isdigit() else int(IPv4Address(word))
        kept.setdefault(value, []).append(line)
    for number in sorted({*process.areas, *kept}):
        area = process.areas.get(number)
        if area is not None:
            named = f"area {area_text(process, number)} "
            yield from (named + line for line in _area(area))
        yield from kept.get(number, ())


def _area(area: OspfArea) -> Iterator[str]:
    if area.authentication is not None:
        yield f"authentication {area.authentication.value}".rstrip()
    if area.kind is OspfAreaKind.STUB:
        yield "stub no-summary" if area.no_summary else "stub"
    elif area.kind is OspfAreaKind.NSSA:
        yield from _nssa(area)
    if area.default_cost is not None:
        yield f"default-cost {area.default_cost}"
    for one in area.ranges:
        yield _range(one)
    for link in area.virtual_links:
        yield from _virtual_link(link)
    if area.filter_in is not None:
        yield f"filter-list prefix {area.filter_in} in"
    if area.filter_out is not None:
        yield f"filter-list prefix {area.filter_out} out"


def _nssa(area: OspfArea) -> Iterator[str]:
    translate = [
        word
        for word, said in (
            ("always", area.translate_always),
            ("suppress-fa", area.suppress_forwarding),
        )
        if said
    ]
    if translate:
        yield f"nssa translate type7 {' '.join(translate)}"
    text = ""
    if area.no_redistribution:
        text += " no-redistribution"
    if area.default_originate is not None:
        text += " default-information-originate" + _default_options(area.default_originate)
    if area.no_summary:
        text += " no-summary"
    if text or not translate:
        yield "nssa" + text


def _default_options(default: OspfDefaultInformation) -> str:
    text = " always" if default.always else ""
    if default.metric is not None:
        text += f" metric {default.metric}"
    if default.metric_type != 2:
        text += f" metric-type {default.metric_type}"
    if default.route_map is not None:
        text += f" route-map {default.route_map}"
    return text


def _range(one: OspfRange) -> str:
    text = f"range {one.prefix.network_address} {one.prefix.netmask}"
    if not one.advertise:
        text += " not-advertise"
    return text if one.cost is None else f"{text} cost {one.cost}"


def _virtual_link(link: OspfVirtualLink) -> Iterator[str]:
    named = f"virtual-link {link.neighbor}"
    usual = OspfVirtualLink(link.neighbor)
    text = ""
    if link.hello_interval != usual.hello_interval:
        text += f" hello-interval {link.hello_interval}"
    if link.retransmit_interval != usual.retransmit_interval:
        text += f" retransmit-interval {link.retransmit_interval}"
    if link.transmit_delay != usual.transmit_delay:
        text += f" transmit-delay {link.transmit_delay}"
    if link.dead_interval is not None:
        text += f" dead-interval {link.dead_interval}"
    keys = list(authentication_lines(link.authentication))
    if text or not keys:
        yield named + text
    for line in keys:
        yield f"{named} {line}"


def authentication_lines(settings: OspfAuthenticationSettings) -> Iterable[str]:
    """Of a virtual link, and behind `ip ospf` of an interface."""
    if settings.kind is not None:
        chain = settings.key_chain if settings.kind is OspfAuthentication.KEY_CHAIN else ""
        yield " ".join(filter(None, ("authentication", settings.kind.value, chain)))
    if settings.password is not None:
        yield f"authentication-key {secret_text(settings.password)}"
    for number, secret in settings.digest_keys.items():
        yield f"message-digest-key {number} md5 {secret_text(secret)}"


def secret_text(secret: TypedSecret) -> str:
    """As the running-config prints it."""
    return f"{secret.encryption} {secret.typed}" if secret.encryption else secret.clear


# --- the rest ------------------------------------------------------------------------------------


def _summary(one: OspfRange) -> str:
    text = f"summary-address {one.prefix.network_address} {one.prefix.netmask}"
    if not one.advertise:
        text += " not-advertise"
    return f"{text} tag {one.tag}" if one.tag else text


_SOURCES = ("connected", "static", "ospf", "eigrp", "rip", "bgp")


def _place_of_source(line: Redistribution) -> tuple[int, int]:
    number = int(line.process) if line.process.isdigit() else 0
    return _SOURCES.index(line.source.name.lower()), number


def _redistribution(line: Redistribution) -> str:
    text = f"redistribute {line.source.name.lower()} {line.process}".rstrip()
    if line.match:
        text += " match " + " ".join(line.match)
    if line.metric is not None:
        text += f" metric {line.metric}"
    if line.metric_type != 2:
        text += f" metric-type {line.metric_type}"
    if line.subnets:
        text += " subnets"
    if line.tag:
        text += f" tag {line.tag}"
    return text if line.route_map is None else f"{text} route-map {line.route_map}"


def _passive(process: OspfProcess) -> Iterator[str]:
    if process.passive_default:
        yield "passive-interface default"
    for name in sorted(process.not_passive, key=lambda name: name.listing_order):
        yield f"no passive-interface {name}"
    for name in sorted(process.passive, key=lambda name: name.listing_order):
        yield f"passive-interface {name}"


def _neighbor(neighbor: OspfNeighborStatement) -> str:
    text = f"neighbor {neighbor.address}"
    if neighbor.priority:
        text += f" priority {neighbor.priority}"
    if neighbor.poll_interval != 120:
        text += f" poll-interval {neighbor.poll_interval}"
    if neighbor.cost is not None:
        text += f" cost {neighbor.cost}"
    return text + " database-filter all out" if neighbor.database_filter else text


def _distribute_list(one: OspfDistributeList) -> str:
    text = " ".join(filter(None, ("distribute-list", one.kind, one.name)))
    if one.incoming:
        return f"{text} in" + (f" {one.interface}" if one.interface is not None else "")
    if one.source is None:
        return f"{text} out"
    return f"{text} out {one.source.name.lower()} {one.process}".rstrip()


def _distances(process: OspfProcess) -> Iterator[str]:
    text = ""
    if process.distance_external is not None:
        text += f" external {process.distance_external}"
    if process.distance_inter is not None:
        text += f" inter-area {process.distance_inter}"
    if process.distance_intra is not None:
        text += f" intra-area {process.distance_intra}"
    if text:
        yield "distance ospf" + text
    if process.distance != DEFAULT_DISTANCE:
        yield f"distance {process.distance}"
