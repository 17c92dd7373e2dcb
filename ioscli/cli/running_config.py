"""The running-config: written from the model, in IOS's order, defaults hidden as IOS hides them.

Each section has one order list that names what is printed: a writer registered beside its
command's handler, a stored rule, or `!`. The order and the `!` lines are those of IOSv 15.7 and
15.9 captures; sections that do not exist here yet leave their `!` behind, as empty ones do on IOS.
"""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any, TypeVar

from ioscli.cli import stored
from ioscli.cli.banner import DELIMITER
from ioscli.cli.stored_sections import section_lines
from ioscli.model.config import InterfaceConfig, RouterConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.sections import Entry, StoredSection

#: The release whose running-config this is.
VERSION = "15.9"

Writer = Callable[[Any], Iterable[str]]
_W = TypeVar("_W", bound=Writer)

_writers: dict[tuple[str, str], Writer] = {}


def writes(section: str, what: str) -> Callable[[_W], _W]:
    """Make a function the writer of something that a section's order list names.

    It gets the section's configuration object and yields lines without the section's indent.
    """

    def register(writer: _W) -> _W:
        assert (section, what) not in _writers, f"two writers for {what} in {section}"
        _writers[section, what] = writer
        return writer

    return register


#: Command modules that register writers.
_FEATURES = (
    *("interface", "ip_address", "tunnel", "static_route", "system", "isakmp", "ipsec"),
    *("subinterface", "logging", "clock", "ip_host", "access", "line"),
)

#: Where the stored lines and sections stand that no order list names.
OTHERS = "others"

GLOBAL_ORDER = (
    *("version", "service", "service_timestamps_debug", "service_timestamps_log"),
    *("service_password_encryption", "service_call_home", "platform", "service_pad"),
    *("service_keepalives", "service_sequence_numbers", "!", "hostname", "!", "boot_markers"),
    *("vrf_definition", "!", "!", "logging_on", "logging_count", "logging_buffered"),
    *("logging_console", "logging_monitor", "enable_secret", "spd_headroom", "enable_password"),
    *("!", "aaa_new_model", "ipv6_icmp_error_interval", "aaa_session_id", "clock_timezone"),
    *("clock_summer_time", "network_clock_participate", "ip_source_route", "ip_gratuitous_arps"),
    *("vlan_global", "ip_bootp_server", "!", "!", "!", "mmi_polling_interval"),
    *("mmi_auto_configure", "mmi_pvc", "mmi_snmp_timeout", "!", "!", "!", "!", "!"),
    *("ip_icmp_rate_limit", "ip_vrf", "!", "!", "!", "!", "!", "!", "ip_subnet_zero"),
    *("ip_domain_lookup", "ip_domain_name", "ip_routing", "subscriber_templating", "ip_host"),
    *("ip_name_server", "ip_cef", "ipv6_unicast_routing", "ipv6_cef", "ipv6_source_route"),
    *("memory_statistics", "!", "multilink", "key_chain", "pki_trustpoint"),
    *("pki_certificate_chain", "license_udi", "license", "diagnostic", "!", "!", "!", "!"),
    *("archive", "memory_free", "spanning_tree_global", "username", "ip_telnet_tos"),
    *("ip_ftp_username", "ip_ftp_password", "!", "redundancy", "ikev2_proposal", "ikev2_policy"),
    *("ikev2_keyring", "ikev2_profile", "ikev2_dpd", "ikev2_setting", "crypto_logging"),
    *("crypto_keyring", "crypto_isakmp_toggle", "crypto_isakmp_identity"),
    *("crypto_isakmp_keepalive",),
    *("crypto_isakmp_nat_keepalive", "crypto_isakmp_client_group"),
    *("crypto_isakmp_profile", "!", "cdp_run", "cdp_log", "lldp_run", "!", "ip_tcp_synwait"),
    *("! ", "!", "!", "!", "!", "crypto_isakmp", "!", "crypto_ipsec_settings", "!"),
    *("crypto_ipsec_transform_set", "crypto_ipsec_df_bit", "!", "crypto_ipsec_profile", "!", "!"),
    *("crypto_gdoi_group", "crypto_dynamic_map", "crypto_map_local_address", "crypto_map_client"),
    *("crypto_map_isakmp", "crypto_map_redundancy", "crypto_map", "crypto_map_dynamic"),
    *("!", "!", "!", "interfaces", "router_isis", "ip_default_gateway", "router_eigrp"),
    *("router_ospfv3", "router_ospf", "router_rip", "iox", "router_bgp", "virtual_service"),
    *("ip_classless", "ip_forward_protocol", "ip_tcp_setting", "ipv6_router_ospf"),
    *("community_list", "!", "!", "ip_http_server", "ip_http_help_path", "ip_http_aaa"),
    *("ip_radius_source", "ip_http_access_class", "ip_http_authentication"),
    *("ip_http_secure_server", "ip_tftp_source", "extcommunity_list", "ip_http_path"),
    *("ip_http_client_source", "ip_route", "ip_ssh_maxstartups", "ip_route_track"),
    *("ip_route_vrf", "ip_ssh_keypair", "ip_ssh_bulk_mode", "ip_ssh_logging", "ip_ssh_time_out"),
    *("ip_ssh_retries", "ip_ssh_version", "ip_ssh_pubkey_chain", "ip_ssh_algorithms"),
    *("ipv6_route", "ip_scp", "ip_access_list_standard", "ip_access_list_extended"),
    *("ipv6_access_list", "prefix_list", "!", "logging_trap", "logging_source", "logging_host"),
    *("access_list", "ipv6_ioam", "!", "snmp_server", "route_map", "!", "!", OTHERS),
    *("control_plane", "!", "banner", "privilege", "!", "alias", "lines", "!"),
    *("scheduler_allocate", "ntp_source", "ntp_server", "netconf_yang", "restconf", "!"),
)

INTERFACE_ORDER = (
    *("description", "mac_address", "switchport", "mtu", "bandwidth", "encapsulation_dot1q"),
    *("if_vrf", "ip_address", "if_isis", "if_access_group", "if_helper", "ip_redirects"),
    *("if_nhrp", "if_ip_ospf", "if_ip_ospf_process", "ip_unreachables", "link_encapsulation"),
    *("dialer", "ipv6_address", "ipv6_enable", "if_ipv6_ospf", "if_standby", "ip_proxy_arp"),
    *("ip_mtu", "if_ip_nat", "if_flow", "ip_link_toggle", "if_ip_pim", "if_ip_switching"),
    *("ipv6_unnumbered", "if_route_cache", "if_ip_rip", "if_ip_igmp", "ip_tcp_adjust_mss"),
    *("load_interval", "ipv6_mtu", "carrier_delay", "if_ospfv3", "delay", "shutdown"),
    *("serial_restart_delay", "ipv6_nd_prefix", "duplex", "speed", "bridge_group"),
    *("switchport_access", "switchport_mode", "spanning_tree_vlan", "spanning_tree"),
    *("media_type", "if_vrrp", "negotiation", "ipv6_nd", "ipv6_tcp_adjust_mss", "ppp"),
    *("if_service_policy", "ipv6_toggle", "ipv6_dhcp", "full_duplex", "snmp_trap_link"),
    *("if_mpls", "mpls_interface", "keepalive", "arp_encapsulation", "arp_timeout", "hold_queue"),
    *("bgp_policy_accounting", "cdp_enable", "lldp_port", "mop", "channel_group"),
    *("tunnel", "tunnel_stored"),
    *("interface_crypto_map",),
)

#: The writers of these print stored lines too.
_NAMED = frozenset((*GLOBAL_ORDER, "aaa_authorization_other"))
_NAMED_OF_INTERFACE = frozenset(INTERFACE_ORDER)


def running_config(config: RouterConfig) -> Iterator[str]:
    """All lines, from the first `!` to `end`."""
    _load_writers()
    yield "!"
    for what in GLOBAL_ORDER:
        if what[0] == "!":
            yield what
            continue
        writer = _writers.get(("config", what))
        if writer is not None:
            yield from writer(config)
        elif what == OTHERS:
            for rule in config.stored:
                if rule not in _NAMED:
                    yield from config.stored[rule]
            yield from _sections(config.sections, None)
        else:
            yield from stored.lines_of(config.stored, what)
            yield from _sections(config.sections, what)
    yield "end"


def _sections(sections: Iterable[Entry], rule: str | None) -> Iterator[str]:
    """The stored sections of a rule; None: of all rules that no order list names."""
    for section in sections:
        if isinstance(section, StoredSection) and (
            section.rule == rule if rule is not None else section.rule not in _NAMED
        ):
            yield from section_lines(section)
            yield "!"


def interface_section(config: RouterConfig, name: InterfaceName) -> Iterator[str]:
    """The lines of one interface, headed by `interface NAME`."""
    _load_writers()
    return _interface(config.interfaces[name])


def size(lines: Iterable[str]) -> int:
    """The bytes that `Current configuration :` counts.

    Every line with its end, one more for the empty line after `end`; a banner's `^C` stands for
    one control character. So counted, the figures of IOSv captures come out exactly.
    """
    return sum(len(line.encode()) + 1 - line.count(DELIMITER) for line in lines) + 1


def _load_writers() -> None:
    if not _ready:
        for feature in _FEATURES:
            import_module(f"ioscli.cli.commands.{feature}")
        _ready.append(True)


_ready: list[bool] = []


def _interface(interface: InterfaceConfig) -> Iterator[str]:
    name = interface.name
    kind = stored.variety_of(name)
    yield f"interface {name}"
    for what in INTERFACE_ORDER:
        writer = _writers.get(("interface", what))
        lines = (
            stored.lines_of(interface.stored, what, kind) if writer is None else writer(interface)
        )
        for line in lines:
            yield " " + line
    for rule in interface.stored:
        if rule not in _NAMED_OF_INTERFACE:
            for line in interface.stored[rule]:
                yield " " + line
    for section in interface.sections:
        if section.bang:
            yield " !"
        yield from section_lines(section, " ")


@writes("config", "version")
def _version(_config: RouterConfig) -> Iterator[str]:
    """That of the running system, whatever the loaded file said: as on IOS."""
    yield f"version {VERSION}"


@writes("config", "boot_markers")
def _boot_markers(_config: RouterConfig) -> Iterator[str]:
    yield "boot-start-marker"
    yield "boot-end-marker"


@writes("config", "interfaces")
def _interfaces(config: RouterConfig) -> Iterator[str]:
    for name in sorted(config.interfaces, key=lambda name: name.config_order):
        yield from _interface(config.interfaces[name])
        yield "!"
