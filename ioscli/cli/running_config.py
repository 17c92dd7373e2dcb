"""The running-config: written from the model, in IOS's order, defaults hidden as IOS hides them.

Each section has one order list that names what is printed: a writer registered beside its
command's handler, a stored rule, or `!`. The order and the `!` lines are those of IOSv 15.7 and
15.9 captures; sections that do not exist here yet leave their `!` behind, as empty ones do on IOS.
"""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any, TypeVar

from ioscli.cli import stored
from ioscli.model.config import InterfaceConfig, RouterConfig
from ioscli.model.ifname import InterfaceName

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
    *("interface", "ip_address", "tunnel", "static_route", "system"),
    *("isakmp", "ipsec", "subinterface"),
)

GLOBAL_ORDER = (
    *("version", "service_timestamps_debug", "service_timestamps_log"),
    *("service_password_encryption", "service_pad", "service_keepalives", "!"),
    *("hostname", "!", "boot_markers", "!", "!"),
    *("logging_buffered", "logging_console", "logging_monitor"),
    *("enable_secret", "enable_password", "!"),
    *("aaa_new_model", "clock_timezone", "!", "!", "!"),
    *("mmi_polling_interval", "mmi_auto_configure", "mmi_pvc", "mmi_snmp_timeout"),
    *("!", "!", "!", "!", "!", "ip_icmp_rate_limit", "!", "!", "!", "!", "!", "!"),
    *("ip_subnet_zero", "ip_domain_lookup", "ip_domain_name", "ip_host", "ip_name_server"),
    *("ip_cef", "ipv6_cef", "!", "multilink", "!", "!", "!", "!"),
    *("username", "!", "redundancy", "!"),
    *("cdp_run", "cdp_log", "lldp_run", "!", "ip_tcp_synwait", "! ", "!", "!", "!", "!"),
    *("crypto_isakmp", "!", "crypto_ipsec_settings", "!", "crypto_ipsec_transform_set", "!"),
    *("crypto_ipsec_profile", "!", "!", "!", "!", "!"),
    *("interfaces", "ip_classless", "ip_forward_protocol", "!", "!"),
    *("ip_http_server", "ip_http_authentication", "ip_http_secure_server", "ip_route"),
    *("ip_ssh_time_out", "ip_ssh_retries", "ip_ssh_version", "!"),
    *("logging_trap", "logging_source", "logging_host", "ipv6_ioam", "!"),
    *("snmp_server", "!", "!", "control_plane", "!", "banner", "!"),
    *("lines", "!", "scheduler_allocate", "ntp_source", "ntp_server", "!"),
)

INTERFACE_ORDER = (
    *("description", "mtu", "bandwidth", "encapsulation_dot1q"),
    *("ip_address", "ip_redirects", "ip_unreachables"),
    *("ip_proxy_arp", "ip_mtu", "ip_tcp_adjust_mss", "load_interval", "delay", "shutdown"),
    *("duplex", "speed", "media_type", "negotiation", "arp_timeout"),
    *("cdp_enable", "lldp_port", "mop", "tunnel"),
)

LINE_ORDER = (
    *("line_session_timeout", "line_exec_timeout", "line_privilege", "line_password"),
    *("line_logging", "line_login", "line_exec", "line_history", "line_length", "line_width"),
    *("line_transport_preferred", "line_transport_input", "line_transport_output"),
    *("line_stopbits",),
)


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
        else:
            yield from stored.lines_of(config.stored, what)
    yield "end"


def interface_section(config: RouterConfig, name: InterfaceName) -> Iterator[str]:
    """The lines of one interface, headed by `interface NAME`."""
    _load_writers()
    return _interface(config.interfaces[name])


def size(lines: Iterable[str]) -> int:
    """The bytes that `Current configuration :` counts.

    Every line with its end, one more for the empty line after `end`; a banner's `^C` stands for
    one control character. So counted, the figures of IOSv captures come out exactly.
    """
    return sum(len(line.encode()) + 1 - line.count(stored.DELIMITER) for line in lines) + 1


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


@writes("config", "banner")
def _banners(config: RouterConfig) -> Iterator[str]:
    for banner in config.stored.get("banner", ()):
        yield from banner.split("\n")


@writes("config", "lines")
def _lines(config: RouterConfig) -> Iterator[str]:
    sections = config.stored_sections
    for header in stored.line_headers(sections):
        yield header
        kept = sections.get(header, {})
        variety = " ".join(header.split(" ")[:2])
        for what in LINE_ORDER:
            for line in stored.lines_of(kept, what, variety):
                yield " " + line
