"""Kept lines that others act upon: what follows from them in the configured model.

VRFs, tracked objects and IP SLA operations are kept as the sections that the operator typed, which
is what the running-config prints; after each of their lines the model that the router goes by is
read from them anew.
"""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from ioscli.model.changes import ConfigChange
from ioscli.model.sections import StoredLine, StoredSection

if TYPE_CHECKING:
    from ioscli.cli.configuration import ConfigContext
    from ioscli.cli.results import Args

Follow = Callable[["ConfigContext"], tuple[ConfigChange, ...]]
FollowSection = Callable[["ConfigContext", str, tuple[str, ...]], tuple[ConfigChange, ...]]

#: Rules whose lines act -> the module of `ioscli.cli.commands` whose `follow` reads them.
FOLLOWERS = {
    "if_nat_side": "nat",
    "ip_nat_source": "nat",
    "ip_nat_pool": "nat",
    "ip_nat_translation": "nat",
    "vrf_definition": "vrf",
    "ip_vrf": "vrf",
    "vrf_af": "vrf",
    "vrf_line": "vrf",
    "vrf_target": "vrf",
    "ip_routing_switch": "vrf",
    "ip_default_gateway": "vrf",
    "ip_default_network": "vrf",
    "track": "show_track",
    "track_line": "show_track",
    "track_object": "show_track",
    "ip_sla": "show_ip_sla",
    "ip_sla_schedule": "show_ip_sla",
    "ip_sla_monitor_schedule": "show_ip_sla",
    "if_eigrp": "eigrp",
    "if_ip_rip": "rip",
    "if_split_horizon": "rip",
    "crypto_isakmp_keepalive": "isakmp_profile",
    "crypto_isakmp_nat_keepalive": "isakmp_profile",
    "crypto_isakmp_identity": "isakmp_profile",
    "ip_domain_name": "isakmp_profile",
    "crypto_isakmp_aggressive": "isakmp_profile",
    "crypto_isakmp_toggle": "isakmp_profile",
    "crypto_isakmp_spi_recovery": "isakmp_profile",
    "crypto_ipsec_nat_transparency": "isakmp_profile",
    "sla_icmp_echo": "show_ip_sla",
    "sla_echo": "show_ip_sla",
    "keepalive": "tunnel",
    "crypto_map_dynamic": "crypto_map",
    "crypto_map_local_address": "crypto_map",
    "interface_crypto_map": "crypto_map",
}


#: Sections whose lines act, whatever their rules -> the module whose `follow_section` reads them.
_SECTIONS = {
    "router_bgp": "bgp",
    "router_eigrp": "eigrp",
    "router_rip": "rip",
    "key_chain": "key_chain",
    "crypto_map": "crypto_map",
    "crypto_dynamic_map": "crypto_map",
    "crypto_logging": "crypto_map",
    "crypto_map_isakmp": "crypto_map",
    "crypto_keyring": "isakmp_profile",
    "crypto_isakmp_profile": "isakmp_profile",
    "crypto_isakmp_peer": "isakmp_profile",
    "pubkey_chain": "isakmp_profile",
}


def prompt_suffix(target: object) -> str | None:
    """What the prompt shows of a section that is named after what it holds.

    `ip sla 1` turns from `config-ip-sla` into `config-ip-sla-echo` once it is an ICMP echo.
    """
    if not isinstance(target, StoredSection) or target.rule != "ip_sla":
        return None
    kinds = [it.rule for it in target.entries if isinstance(it, StoredLine)]
    return "config-ip-sla-echo" if "sla_icmp_echo" in kinds else None


def follow(context: "ConfigContext", rule: str, args: "Args") -> tuple[ConfigChange, ...]:
    """Have the model follow a line that was just kept; nothing when it does not act."""
    around = context.parents[1][1] if len(context.parents) > 1 else context.target
    section = _SECTIONS.get(getattr(around, "rule", rule))
    if section is not None:
        read_section: FollowSection = import_module(f"ioscli.cli.commands.{section}").follow_section
        return read_section(context, rule, args.words)
    stem = FOLLOWERS.get(rule)
    if stem is None:
        return ()
    read: Follow = import_module(f"ioscli.cli.commands.{stem}").follow
    return read(context)
