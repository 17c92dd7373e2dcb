"""Stored lines: accepted, kept in full words, printed back in place, acting on nothing.

The grammar marks them (`//! stored`); here is what the running-config owes to each of them: what
an untouched router has, whether IOS prints that, and what tells two lines of one rule apart.
How known: running-configs of IOSv 15.7 and 15.9.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ioscli.cli import stored_sections
from ioscli.cli.acting import FOLLOWERS
from ioscli.cli.misplaced import Misplaced
from ioscli.cli.refusals import Refusal
from ioscli.cli.results import Args, Match
from ioscli.cli.tables import WHOLE_LINE
from ioscli.model.config import InterfaceConfig, StoredLines, TunnelMode
from ioscli.model.crypto import IpsecProfile
from ioscli.model.ifname import InterfaceName
from ioscli.model.sections import StoredSection

if TYPE_CHECKING:
    from ioscli.cli.commands.line import LineSelection
    from ioscli.cli.configuration import ConfigContext


class Policy(NamedTuple):
    """How the lines of one rule are kept."""

    defaults: tuple[str, ...] = ()
    """What an untouched router has; a line that says so again is not kept."""
    shown: bool = False
    """Whether the running-config prints the defaults."""
    key: int = 0
    """How many words (after `no`) tell two lines apart; 0: one line for the rule."""
    valued: bool = False
    """Whether `no` only brings the default value back, instead of switching something off."""


_PLAIN = Policy()

_POLICIES = {
    "service_pad": Policy(("service pad",)),
    "service_keepalives": Policy(key=2),
    "mmi_polling_interval": Policy(("mmi polling-interval 60",), shown=True),
    "mmi_auto_configure": Policy(("no mmi auto-configure",), shown=True),
    "mmi_pvc": Policy(("no mmi pvc",), shown=True),
    "mmi_snmp_timeout": Policy(("mmi snmp-timeout 180",), shown=True),
    "ip_name_server": Policy(key=3),
    "ip_cef": Policy(("ip cef",), shown=True),
    "ipv6_cef": Policy(("no ipv6 cef",), shown=True),
    "ip_classless": Policy(("ip classless",)),
    "ip_subnet_zero": Policy(("ip subnet-zero",)),
    "multilink": Policy(("multilink bundle-name authenticated",), shown=True),
    "cdp_run": Policy(("cdp run",)),
    "cdp_log": Policy(("cdp log mismatch duplex",)),
    "ip_forward_protocol": Policy(("ip forward-protocol nd",), shown=True),
    "ip_http_server": Policy(("no ip http server",), shown=True),
    "ip_http_secure_server": Policy(("no ip http secure-server",), shown=True),
    "ipv6_ioam": Policy(("ipv6 ioam timestamp",), shown=True),
    "logging_host": Policy(key=WHOLE_LINE),
    "scheduler_allocate": Policy(("no scheduler allocate",), shown=True),
    "cdp_enable": Policy(("cdp enable",)),
    "lldp_port": Policy(("lldp transmit", "lldp receive"), key=2),
    "mop": Policy(("mop enabled", "mop sysid"), key=2),
    "load_interval": Policy(("load-interval 300",), valued=True),
    "line_exec": Policy(("exec",)),
    "line_login_timeout": Policy(("timeout login response 30",), valued=True),
    "aaa_authorization_other": Policy(key=4),
}

#: Lines that no configuration shows, so that no reload brings them back: those with a word.
#: IOS keeps SNMPv3 users apart, for `show snmp user` (Cisco IOS SNMP Support Command Reference).
_NEVER_SHOWN = {"snmp_user": "v3"}

#: Rules whose lines are kept as stored ones are, and which others read and act upon.
ACTING = frozenset(
    (
        *("archive", "archive_line", "archive_log", "archive_log_line", "line_exec_prompt"),
        *("line_transport_input", "line_transport_output", "line_access_class"),
        *("line_transport_preferred", "line_login_timeout", "ip_telnet_source", *FOLLOWERS),
    )
)

#: Policies that hold for one kind of interface or line.
_SPECIAL_POLICIES = {
    ("GigabitEthernet", "duplex"): Policy(("duplex auto",), shown=True, valued=True),
    ("GigabitEthernet", "speed"): Policy(("speed auto",), shown=True, valued=True),
    ("GigabitEthernet", "media_type"): Policy(("media-type rj45",), shown=True, valued=True),
    ("FastEthernet", "duplex"): Policy(("duplex auto",), shown=True, valued=True),
    ("FastEthernet", "speed"): Policy(("speed auto",), shown=True, valued=True),
    **{
        (kind, "keepalive"): Policy(("keepalive",))
        for kind in ("Ethernet", "FastEthernet", "GigabitEthernet", "Serial")
    },
    ("line vty", "line_transport_input"): Policy(
        ("transport input none",), shown=True, valued=True
    ),
}

#: Modes whose target keeps stored lines beside what acts.
_KEEPING = frozenset(("ospf", "route_map_entry"))

_ETHERNET = frozenset({"Ethernet", "FastEthernet", "GigabitEthernet"})

#: Which kinds of interface have a command; not named here: all of them.
_KINDS = {
    "duplex": _ETHERNET,
    "speed": _ETHERNET - {"Ethernet"},
    "media_type": frozenset({"GigabitEthernet"}),
    "negotiation": frozenset({"GigabitEthernet"}),
    "cdp_enable": _ETHERNET | {"Serial", "Tunnel"},
    "lldp_port": _ETHERNET,
    "mop": _ETHERNET,
    "ip_tcp_adjust_mss": _ETHERNET | {"Serial", "Tunnel"},
}


def variety_of(name: InterfaceName) -> str:
    """What the policies of an interface's lines go by: its kind; a sub-interface is its own."""
    return name.kind if name.subinterface is None else f"{name.kind} sub-interface"


def policy(rule: str, variety: str) -> Policy:
    """How a rule's lines are kept in a variety of section: an interface kind, `line vty`, ``."""
    return _SPECIAL_POLICIES.get((variety, rule)) or _POLICIES.get(rule, _PLAIN)


def fits(rule: str, variety: str) -> bool:
    """Whether a rule's command exists in a variety of section."""
    kinds = _KINDS.get(rule)
    return kinds is None or variety.split(" ", 1)[0] in kinds


def lines_of(lines: StoredLines, rule: str, variety: str = "") -> Sequence[str]:
    """What the running-config prints for a rule."""
    kept = lines.get(rule)
    if kept is not None:
        secret = _NEVER_SHOWN.get(rule)
        return kept if secret is None else [it for it in kept if secret not in it.split(" ")]
    settings = policy(rule, variety)
    return settings.defaults if settings.shown else ()


def keep(context: "ConfigContext", found: Match) -> None:
    """Keep a line that the grammar marks as stored.

    Raises Refusal, Misplaced.
    """
    check = None if context.startup else _CHECKS.get(found.rule)
    if check is not None:
        check(context, found.args)
    special = _SECTIONS.get(found.rule)
    if special is not None:
        special(context, found.args)
        return
    kind = context.kinds.by_rule.get(found.rule)
    if kind is not None:
        new = stored_sections.select(context, kind, found)
        if new and not context.startup and found.rule in _NOTES:
            word, notes = _NOTES[found.rule]
            context.messages += notes if word in found.args else ()
        return
    if isinstance(context.target, StoredSection):
        stored_sections.keep_line(context, context.target, found)
        return
    if found.mode in ("interface", "dot11_radio"):
        interface: InterfaceConfig = context.target
        # What is known of the kinds that act is not known of the others.
        kinds = _KINDS.get(found.rule) if interface.name.modelled else None
        if kinds is not None and interface.name.kind not in kinds:
            raise Misplaced
        _store(context, interface.stored, found.rule, found.args, variety_of(interface.name))
    elif found.mode == "line":
        selection: LineSelection = context.target
        for line in selection.lines:
            _store(context, line.stored, found.rule, found.args, selection.variety)
    elif isinstance(context.target, IpsecProfile) or found.mode in _KEEPING:
        _store(context, context.target.stored, found.rule, found.args, "")
    else:
        _store(context, context.config.stored, found.rule, found.args, "")


def _store(
    context: "ConfigContext", lines: StoredLines, rule: str, args: Args, variety: str
) -> None:
    """Put one line among those of its rule, in place of the one with the same key."""
    written_as = _WRITTEN_AS.get(rule)
    words = args.words if written_as is None else written_as(args.words)
    settings = policy(rule, variety)
    if settings is _PLAIN and rule not in _SPELLINGS:
        kept = stored_sections.edited(context, rule, lines.get(rule, []), words)
        if kept:
            lines[rule] = kept
        else:
            lines.pop(rule, None)
        return
    negated = words[0] in ("no", "default")
    body = words[1:] if negated else words
    spell = _SPELLINGS.get(rule)
    written = [" ".join(body)] if spell is None else list(spell(args, body))
    kept = lines.get(rule, [])
    for text in written:
        key = text.split(" ")[: settings.key]
        if settings.key == WHOLE_LINE and not negated:
            kept = kept if text in kept else [*kept, text]
            continue
        kept = [line for line in kept if not same(line, key)]
        standard = [line for line in settings.defaults if same(line, key)]
        if not negated:
            if text not in standard:
                kept.append(text)
        elif words[0] == "no" and not settings.valued:
            kept += [f"no {line}" for line in standard if not line.startswith("no ")]
    if kept:
        lines[rule] = kept
    else:
        lines.pop(rule, None)


def same(line: str, key: list[str]) -> bool:
    """Whether a line, after its `no`, begins with the words of a key; an empty one fits all."""
    return not key or line.removeprefix("no ").split(" ")[: len(key)] == key


# --- spellings -----------------------------------------------------------------------------------

Spelling = Callable[[Args, tuple[str, ...]], Sequence[str]]


def _domain_name(_args: Args, body: tuple[str, ...]) -> Sequence[str]:
    name = body[2:] if body[1] == "domain-name" else body[3:]
    return (" ".join(("ip domain name", *name)),)


def _name_servers(args: Args, _body: tuple[str, ...]) -> Sequence[str]:
    addresses = args.all("A_NAME_SERVER")
    return [f"ip name-server {address}" for address in addresses] or ["ip name-server"]


def _log_host(_args: Args, body: tuple[str, ...]) -> Sequence[str]:
    options = body[2:] if body[1] == "host" else body[1:]
    return (" ".join(("logging host", *options)),)


def _nat_mapping(words: tuple[str, ...]) -> tuple[str, ...]:
    from ioscli.cli.nat_lines import in_full

    return in_full(words)


#: Lines to which IOS adds a word of its own.
_WRITTEN_AS: dict[str, Callable[[tuple[str, ...]], tuple[str, ...]]] = {
    "ip_nat_source": _nat_mapping,
}

#: Lines that IOS writes otherwise than they were typed.
_SPELLINGS: dict[str, Spelling] = {
    "ip_domain_name": _domain_name,
    "ip_name_server": _name_servers,
    "logging_host": _log_host,
}


def _other_tunnel_mode(context: "ConfigContext", args: Args) -> None:
    """A mode that is kept takes the place of one that acts."""
    interface: InterfaceConfig = context.target
    if interface.tunnel is None:
        raise Misplaced
    if args.words[0] == "tunnel":
        interface.tunnel.mode = TunnelMode.GRE_IP
    _store(context, interface.stored, "tunnel_mode_other", args, variety_of(interface.name))


def _nothing(context: "ConfigContext", args: Args) -> None:
    """A line that the running-config prints by itself, whatever a file said."""


def _accounting(context: "ConfigContext", args: Args) -> None:
    """A list of accounting methods on one line, in place of the same list in either form."""
    words = args.words
    negated = words[0] in ("no", "default")
    body = words[1:] if negated else words
    named = list(body[: 5 if body[2] == "commands" else 4])
    config = context.config
    config.sections = [
        kept
        for kept in config.sections
        if kept.rule != "aaa_accounting_list" or not same(kept.header, named)
    ]
    lines = [line for line in config.stored.get("aaa_accounting", ()) if not same(line, named)]
    if not negated:
        lines.append(" ".join(body))
    config.stored.pop("aaa_accounting", None)
    if lines:
        config.stored["aaa_accounting"] = lines


# --- what a typed line asks for -------------------------------------------------------------------


def _vrf_exists(context: "ConfigContext", args: Args) -> None:
    """Refused where there is no such VRF."""
    name: str = args["A_NTP_VRF"]
    rules = ("vrf_definition", "ip_vrf")
    if not any(
        it.rule in rules and it.header.split()[-1] == name for it in context.config.sections
    ):
        raise Refusal(f"% IP  routing table {name} does not exist")


def _route_exists(context: "ConfigContext", args: Args) -> None:
    """`no ipv6 route ...` is refused where no route begins so."""
    if args.words[0] != "no":
        return
    named = list(args.words[1:])
    if not any(same(line, named) for line in context.config.stored.get("ipv6_route", ())):
        raise Refusal("% No matching route to delete")


def _in_root_view(_context: "ConfigContext", _args: Args) -> None:
    """Views are configured from the root view, which `enable view` leads to: here nothing does."""
    raise Refusal("No view Active! Switch to View Context")


def _bgp_takes(context: "ConfigContext", args: Args) -> None:
    """Refused where BGP is in another AS, or does not know the neighbor yet."""
    from ioscli.cli.commands.bgp import check

    check(context, args.words)


def _transform_sets_exist(context: "ConfigContext", args: Args) -> None:
    from ioscli.cli.commands.crypto_map import check_sets

    check_sets(context, args)


def _crypto_map_entry(context: "ConfigContext", args: Args) -> None:
    from ioscli.cli.commands.crypto_map import check_entry

    check_entry(context, args)


def _crypto_map_exists(context: "ConfigContext", args: Args) -> None:
    from ioscli.cli.commands.crypto_map import check_map

    check_map(context, args)


def _nat_source(context: "ConfigContext", args: Args) -> None:
    """Refused where a mapping is in use, or there is one like it."""
    from ioscli.cli.commands.nat import check_source

    check_source(context, args)


def _nat_pool(context: "ConfigContext", args: Args) -> None:
    """Refused where a mapping goes by the pool."""
    from ioscli.cli.commands.nat import check_pool

    check_pool(context, args)


#: Conditions of lines, by rule: raise Refusal where the router does not take a line.
_CHECKS: dict[str, Callable[["ConfigContext", Args], None]] = {
    "ip_nat_pool": _nat_pool,
    "ip_nat_source": _nat_source,
    "ntp_server_vrf": _vrf_exists,
    "ntp_peer_vrf": _vrf_exists,
    "ipv6_route": _route_exists,
    "router_bgp": _bgp_takes,
    "bgp_neighbor": _bgp_takes,
    "bgp_neighbor_many": _bgp_takes,
    "bgp_neighbor_session": _bgp_takes,
    "parser_view": _in_root_view,
    "map_transform_set": _transform_sets_exist,
    "interface_crypto_map": _crypto_map_exists,
    "crypto_map": _crypto_map_entry,
    "crypto_map_dynamic": _crypto_map_entry,
}


#: What is said of a section that is new, where its header has a keyword.
_NOTES = {
    "crypto_map": (
        "ipsec-isakmp",
        (
            "% NOTE: This new crypto map will remain disabled until a peer",
            "        and a valid access list have been configured.",
        ),
    ),
    "crypto_isakmp_profile": (
        "profile",
        ("% A profile is deemed incomplete until it has match identity statements",),
    ),
}

#: Lines that are kept in another way than all others, or of which nothing is kept.
_SECTIONS: dict[str, Callable[["ConfigContext", Args], None]] = {
    "aaa_accounting": _accounting,
    "aaa_session_id": _nothing,
    "version": _nothing,
    "boot_start_marker": _nothing,
    "boot_end_marker": _nothing,
    "tunnel_mode_other": _other_tunnel_mode,
}
