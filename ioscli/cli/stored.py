"""Stored lines: accepted, kept in full words, printed back in place, acting on nothing.

The grammar marks them (`//! stored`); here is what the running-config owes to each of them: what
an untouched router has, whether IOS prints that, and what tells two lines of one rule apart.
How known: running-configs of IOSv 15.7 and 15.9.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ioscli.cli.misplaced import Misplaced
from ioscli.cli.refusals import Refusal
from ioscli.cli.results import Args, Match
from ioscli.model.config import InterfaceConfig, StoredLines
from ioscli.model.ifname import InterfaceName

if TYPE_CHECKING:
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
    "service_timestamps_debug": Policy(("service timestamps debug datetime msec",), shown=True),
    "service_timestamps_log": Policy(("service timestamps log datetime msec",), shown=True),
    "service_password_encryption": Policy(("no service password-encryption",), shown=True),
    "service_pad": Policy(("service pad",)),
    "service_keepalives": Policy(key=2),
    "aaa_new_model": Policy(("no aaa new-model",), shown=True),
    "mmi_polling_interval": Policy(("mmi polling-interval 60",), shown=True),
    "mmi_auto_configure": Policy(("no mmi auto-configure",), shown=True),
    "mmi_pvc": Policy(("no mmi pvc",), shown=True),
    "mmi_snmp_timeout": Policy(("mmi snmp-timeout 180",), shown=True),
    "ip_name_server": Policy(key=3),
    "ip_host": Policy(key=3),
    "ip_cef": Policy(("ip cef",), shown=True),
    "ipv6_cef": Policy(("no ipv6 cef",), shown=True),
    "ip_classless": Policy(("ip classless",)),
    "ip_subnet_zero": Policy(("ip subnet-zero",)),
    "multilink": Policy(("multilink bundle-name authenticated",), shown=True),
    "username": Policy(key=2),
    "redundancy": Policy(("redundancy",), shown=True),
    "cdp_run": Policy(("cdp run",)),
    "cdp_log": Policy(("cdp log mismatch duplex",)),
    "ip_forward_protocol": Policy(("ip forward-protocol nd",), shown=True),
    "ip_http_server": Policy(("no ip http server",), shown=True),
    "ip_http_secure_server": Policy(("no ip http secure-server",), shown=True),
    "ipv6_ioam": Policy(("ipv6 ioam timestamp",), shown=True),
    "control_plane": Policy(("control-plane",), shown=True),
    "logging_buffered": Policy(("logging buffered",)),
    "logging_console": Policy(("logging console",)),
    "logging_monitor": Policy(("logging monitor",)),
    "logging_trap": Policy(("logging trap",)),
    "logging_host": Policy(key=3),
    "snmp_server": Policy(key=99),
    "scheduler_allocate": Policy(("no scheduler allocate",), shown=True),
    "ntp_server": Policy(key=3),
    "cdp_enable": Policy(("cdp enable",)),
    "lldp_port": Policy(("lldp transmit", "lldp receive"), key=2),
    "mop": Policy(("mop enabled", "mop sysid"), key=2),
    "load_interval": Policy(("load-interval 300",), valued=True),
    "negotiation": Policy(),
    "line_exec_timeout": Policy(("exec-timeout 10 0",), valued=True),
    "line_privilege": Policy(("privilege level 1",), valued=True),
    "line_length": Policy(("length 24",), valued=True),
    "line_width": Policy(("width 80",), valued=True),
    "line_history": Policy(("history size 20",), valued=True),
    "line_exec": Policy(("exec",)),
}

#: Policies that hold for one kind of interface or line.
_SPECIAL_POLICIES = {
    ("GigabitEthernet", "duplex"): Policy(("duplex auto",), shown=True, valued=True),
    ("GigabitEthernet", "speed"): Policy(("speed auto",), shown=True, valued=True),
    ("GigabitEthernet", "media_type"): Policy(("media-type rj45",), shown=True, valued=True),
    ("FastEthernet", "duplex"): Policy(("duplex auto",), shown=True, valued=True),
    ("FastEthernet", "speed"): Policy(("speed auto",), shown=True, valued=True),
    ("line vty", "line_login"): Policy(("login",), shown=True),
    ("line vty", "line_transport_input"): Policy(
        ("transport input none",), shown=True, valued=True
    ),
}

_ETHERNET = frozenset({"Ethernet", "FastEthernet", "GigabitEthernet"})

#: Which kinds of interface have a command; not named here: all of them.
_KINDS = {
    "duplex": _ETHERNET - {"Ethernet"},
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


def lines_of(lines: StoredLines, rule: str, variety: str = "") -> Sequence[str]:
    """What the running-config prints for a rule."""
    kept = lines.get(rule)
    if kept is not None:
        return kept
    settings = policy(rule, variety)
    return settings.defaults if settings.shown else ()


def keep(context: "ConfigContext", found: Match) -> "Banner | None":
    """Keep a line that the grammar marks as stored.

    Gives what collects the following lines, where a banner begins. Raises Refusal, Misplaced.
    """
    special = _SECTIONS.get(found.rule)
    if special is not None:
        return special(context, found.args)
    if found.mode == "interface":
        interface: InterfaceConfig = context.target
        kinds = _KINDS.get(found.rule)
        if kinds is not None and interface.name.kind not in kinds:
            raise Misplaced
        _store(interface.stored, found.rule, found.args, variety_of(interface.name))
    elif found.mode == "line":
        section: LineSection = context.target
        for lines in section.ranges:
            _store(lines, found.rule, found.args, section.variety)
    else:
        _store(context.config.stored, found.rule, found.args, "")
    return None


def _store(lines: StoredLines, rule: str, args: Args, variety: str) -> None:
    """Put one line among those of its rule, in place of the one with the same key."""
    words = args.words
    settings = policy(rule, variety)
    negated = words[0] in ("no", "default")
    body = words[1:] if negated else words
    spell = _SPELLINGS.get(rule)
    written = [" ".join(body)] if spell is None else list(spell(args, body))
    kept = lines.get(rule, [])
    for text in written:
        key = text.split(" ")[: settings.key]
        kept = [line for line in kept if not _same(line, key)]
        standard = [line for line in settings.defaults if _same(line, key)]
        if not negated:
            if text not in standard:
                kept.append(text)
        elif words[0] == "no" and rule in _NEGATIVES:
            kept.append(_NEGATIVES[rule])
        elif words[0] == "no" and not settings.valued:
            kept += [f"no {line}" for line in standard if not line.startswith("no ")]
    if kept:
        lines[rule] = kept
    else:
        lines.pop(rule, None)


def _same(line: str, key: list[str]) -> bool:
    return not key or line.removeprefix("no ").split(" ")[: len(key)] == key


# --- spellings -----------------------------------------------------------------------------------

Spelling = Callable[[Args, tuple[str, ...]], Sequence[str]]


def _exec_timeout(args: Args, body: tuple[str, ...]) -> Sequence[str]:
    if len(body) == 1:
        return ("exec-timeout",)
    return (f"exec-timeout {args['A_EXEC_MINUTES']} {args.get('A_EXEC_SECONDS', 0)}",)


def _domain_name(_args: Args, body: tuple[str, ...]) -> Sequence[str]:
    name = body[2:] if body[1] == "domain-name" else body[3:]
    return (" ".join(("ip domain name", *name)),)


def _name_servers(args: Args, _body: tuple[str, ...]) -> Sequence[str]:
    addresses = args.all("A_NAME_SERVER")
    return [f"ip name-server {address}" for address in addresses] or ["ip name-server"]


def _log_host(args: Args, _body: tuple[str, ...]) -> Sequence[str]:
    return (f"logging host {args['A_LOG_HOST']}",)


def _timezone(args: Args, _body: tuple[str, ...]) -> Sequence[str]:
    if "A_ZONE" not in args:
        return ("clock timezone",)
    return (f"clock timezone {args['A_ZONE']} {args['A_HOURS']} {args.get('A_MINUTES', 0)}",)


#: Lines that IOS writes otherwise than they were typed.
_SPELLINGS: dict[str, Spelling] = {
    "line_exec_timeout": _exec_timeout,
    "ip_domain_name": _domain_name,
    "ip_name_server": _name_servers,
    "logging_host": _log_host,
    "clock_timezone": _timezone,
}

#: Where `no` has a spelling of its own.
_NEGATIVES = {"line_exec_timeout": "exec-timeout 0 0"}


# --- sections ------------------------------------------------------------------------------------


class LineSection(NamedTuple):
    """What `line ...` selects."""

    variety: str
    """`line con`, `line aux`, `line vty`."""
    ranges: tuple[StoredLines, ...]


_DEFAULT_VTY = (0, 4)
_VTY = "line vty"


def line_headers(sections: dict[str, StoredLines]) -> list[str]:
    """The `line ...` headers that the running-config prints."""
    ranges = sorted(_vty_ranges(sections)) or [_DEFAULT_VTY]
    return ["line con 0", "line aux 0", *(_header(*bounds) for bounds in ranges)]


def _header(first: int, last: int) -> str:
    return f"{_VTY} {first}" if first == last else f"{_VTY} {first} {last}"


def _vty_ranges(sections: dict[str, StoredLines]) -> list[tuple[int, int]]:
    found = []
    for header in sections:
        if header.startswith(_VTY):
            numbers = [int(word) for word in header.split()[2:]]
            found.append((numbers[0], numbers[-1]))
    return found


def _select_line(context: "ConfigContext", args: Args) -> None:
    sections = context.config.stored_sections
    if "vty" not in args:
        variety = "line aux" if "aux" in args else "line con"
        context.enter("line", LineSection(variety, (sections.setdefault(f"{variety} 0", {}),)))
        return
    first, last = _vty_range(args)
    context.enter("line", LineSection(_VTY, tuple(_cut(sections, first, last))))


def _vty_range(args: Args) -> tuple[int, int]:
    first: int = args["A_VTY"]
    last: int = args.get("A_LAST_VTY", first)
    if last < first:
        raise Refusal(argument="A_LAST_VTY")
    return first, last


def _cut(sections: dict[str, StoredLines], first: int, last: int) -> list[StoredLines]:
    """The sections of a range of vty lines: those that reach beyond it are cut in two."""
    if not _vty_ranges(sections):
        sections[_header(*_DEFAULT_VTY)] = {}
    wanted, covered = list[StoredLines](), set[int]()
    for low, high in _vty_ranges(sections):
        if high < first or low > last:
            continue
        lines = sections.pop(_header(low, high))
        inside = max(low, first), min(high, last)
        for bounds in ((low, first - 1), inside, (last + 1, high)):
            if low <= bounds[0] <= bounds[1] <= high:
                copy = {rule: list(kept) for rule, kept in lines.items()}
                sections[_header(*bounds)] = copy
                if bounds == inside:
                    wanted.append(copy)
        covered.update(range(inside[0], inside[1] + 1))
    missing = [number for number in range(first, last + 1) if number not in covered]
    for low, high in _runs(missing):
        made = sections.setdefault(_header(low, high), {})
        wanted.append(made)
    return wanted


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _remove_line(context: "ConfigContext", args: Args) -> None:
    sections = context.config.stored_sections
    first, last = _vty_range(args)
    if first <= _DEFAULT_VTY[1]:
        raise Refusal("% Can't delete last 5 VTY lines")
    _cut(sections, first, last)
    for low, high in _vty_ranges(sections):
        if first <= low and high <= last:
            del sections[_header(low, high)]


def _nothing(context: "ConfigContext", args: Args) -> None:
    """A line that the running-config prints by itself, whatever a file said."""


# --- banners -------------------------------------------------------------------------------------

#: How the running-config shows the control character that encloses a banner's text.
DELIMITER = "^C"


class Banner:
    """A banner whose text is being typed."""

    def __init__(self, kind: str, delimiter: str, first: str) -> None:
        self._kind = kind
        self._delimiter = delimiter
        self._text = [first]

    def add(self, line: str, lines: StoredLines) -> bool:
        """Take a line of text; True where the delimiter ended the banner and it was kept."""
        text, found, _ = line.partition(self._delimiter)
        self._text.append(text)
        if not found:
            return False
        self.store(lines)
        return True

    def store(self, lines: StoredLines) -> None:
        """Keep the banner as the running-config prints it, in IOS's order of kinds."""
        head = f"banner {self._kind} "
        others = [kept for kept in lines.get("banner", ()) if not kept.startswith(head)]
        text = "\n".join(self._text)
        lines["banner"] = sorted([*others, f"{head}{DELIMITER}{text}{DELIMITER}"])


def _banner(context: "ConfigContext", args: Args) -> Banner | None:
    lines = context.config.stored
    kind = args.words[2 if args.negated or args.defaulted else 1]
    if args.negated or args.defaulted:
        kept = [line for line in lines.pop("banner", ()) if line.split(" ")[1] != kind]
        if kept:
            lines["banner"] = kept
        return None
    typed: str = args["A_BANNER"]
    # A capture shows the delimiter as two characters; IOS would take `^` alone for it.
    delimiter = DELIMITER if typed.startswith(DELIMITER) else typed[0]
    text, ended, _ = typed[len(delimiter) :].partition(delimiter)
    banner = Banner(kind, delimiter, text)
    if ended:
        banner.store(lines)
        return None
    if not context.startup:
        context.say(f"Enter TEXT message.  End with the character '{delimiter}'.")
    return banner


_SECTIONS: dict[str, Callable[["ConfigContext", Args], Banner | None]] = {
    "line_select": _select_line,
    "line_remove": _remove_line,
    "banner": _banner,
    "version": _nothing,
    "boot_start_marker": _nothing,
    "boot_end_marker": _nothing,
    "redundancy": _nothing,
    "control_plane": _nothing,
}
