"""Entries of access lists, from the words of a line and back into them, as IOS writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.cli import access_names as names
from ioscli.model.access_list import (
    ANY,
    EVERYTHING,
    AccessEntry,
    AccessListKind,
    AddressMatch,
    FlagMatch,
    Kept,
    PortMatch,
    PortOperator,
)

if TYPE_CHECKING:
    from ioscli.cli.results import Args

_OPERATORS = {operator.value: operator for operator in PortOperator}
_COOKIE = "A_COOKIE"
_TCP, _UDP, _ICMP, _IGMP = 6, 17, 1, 2


# --- from words ----------------------------------------------------------------------------------


class _Words:
    """The words of a line, taken from the front."""

    def __init__(self, words: Sequence[str], form: Sequence[str]) -> None:
        self._words = words
        self._form = form
        self._at = 0

    @property
    def next(self) -> str:
        """The next word, or ``."""
        return self._words[self._at] if self._at < len(self._words) else ""

    @property
    def next_is_cookie(self) -> bool:
        """Whether the operator's own word follows."""
        return self._at < len(self._form) and self._form[self._at] == _COOKIE

    def take(self) -> str:
        """The next word, which is there: the grammar saw to that."""
        self._at += 1
        return self._words[self._at - 1]

    def take_if(self, *wanted: str) -> bool:
        """Take the next word if it is one of these."""
        found = self.next in wanted
        self._at += found
        return found


def entry_of(args: Args, kind: AccessListKind) -> AccessEntry:
    """The entry that a line is about: what stands from `dynamic`, `permit` or `deny` on."""
    words, form = args.words, args.form
    start = next(
        at for at, word in enumerate(form) if word in ("permit", "deny", "dynamic", "evaluate")
    )
    line = _Words(words[start:], form[start:])
    return _standard(line) if kind is AccessListKind.STANDARD else _extended(line)


def _standard(line: _Words) -> AccessEntry:
    permit = line.take() == "permit"
    kept = Kept()
    if line.take_if("any"):
        source = EVERYTHING
    else:
        single = line.take_if("host")
        address = line.take()
        if _is_address(address):
            wildcard = "" if single or not _is_address(line.next) else line.take()
            source = _covered(address, wildcard or "0.0.0.0")
        else:
            source, kept = EVERYTHING, Kept(source=f"host {address}")
    log = line.take_if("log")
    cookie = line.take() if log and line.next_is_cookie else ""
    return AccessEntry(
        permit, source, log=log, cookie=cookie, kept=None if kept == Kept() else kept
    )


class _Address(NamedTuple):
    match: AddressMatch
    kept: str = ""
    """The words, where they are no address."""


def _extended(line: _Words) -> AccessEntry:
    if line.take_if("evaluate"):
        return AccessEntry(True, kept=Kept(whole=f"evaluate {line.take()}"))
    dynamic = ""
    if line.take_if("dynamic"):
        dynamic = f"dynamic {line.take()}"
        if line.take_if("timeout"):
            dynamic += f" timeout {line.take()}"
    permit = line.take() == "permit"
    protocol, service = _protocol(line)
    source = _address(line)
    source_ports, kept_source = _ports(line, protocol)
    destination = _address(line)
    ports, kept_ports = _ports(line, protocol)
    options = _Options(protocol)
    while line.next:
        options.take(line)
    kept = Kept(
        dynamic,
        service,
        source.kept,
        destination.kept,
        kept_source,
        kept_ports,
        " ".join(options.before),
        " ".join(options.after),
    )
    return AccessEntry(
        permit,
        source.match,
        destination.match,
        protocol,
        source_ports,
        ports,
        icmp_type=options.icmp[0],
        icmp_code=options.icmp[1],
        igmp_type=options.igmp,
        flags=options.flags,
        precedence=options.numbers.get("precedence"),
        tos=options.numbers.get("tos"),
        dscp=options.numbers.get("dscp"),
        ttl=options.ttl,
        fragments=options.fragments,
        log=options.log,
        log_input=options.log_input,
        cookie=options.cookie,
        kept=None if kept == Kept() else kept,
    )


def _protocol(line: _Words) -> tuple[int | None, str]:
    word = line.take()
    if word == "object-group":
        return None, f"object-group {line.take()}"
    if word == "ip":
        return None, ""
    return names.PROTOCOLS[word] if word in names.PROTOCOLS else int(word), ""


def _address(line: _Words) -> _Address:
    word = line.take()
    if word == "any":
        return _Address(EVERYTHING)
    if word in ("object-group", "addrgroup"):
        return _Address(EVERYTHING, f"{word} {line.take()}")
    if word == "host":
        host = line.take()
        if _is_address(host):
            return _Address(_covered(host, "0.0.0.0"))
        return _Address(EVERYTHING, f"host {host}")
    return _Address(_covered(word, line.take()))


def _covered(address: str, wildcard: str) -> AddressMatch:
    """Bits that do not matter are zero, as IOS keeps them."""
    bits = int(IPv4Address(wildcard))
    return AddressMatch(int(IPv4Address(address)) & ~bits & ANY, bits)


def _is_address(word: str) -> bool:
    return word.count(".") == 3 and all(
        part.isdigit() and int(part) < 256 for part in word.split(".")
    )


def _ports(line: _Words, protocol: int | None) -> tuple[PortMatch | None, str]:
    if protocol is None:
        return None, ""
    if line.take_if("portgroup"):
        return None, f"portgroup {line.take()}"
    operator = _OPERATORS.get(line.next)
    if operator is None:
        return None, ""
    line.take()
    ports: list[int] = []
    while (port := names.port_number(line.next, protocol)) is not None:
        ports.append(port)
        line.take()
    return _port_match(operator, ports), ""


def _port_match(operator: PortOperator, ports: Sequence[int]) -> PortMatch:
    if operator is PortOperator.RANGE:
        return PortMatch(operator, tuple(sorted(ports)))
    return PortMatch(operator, tuple(dict.fromkeys(ports)))


class _Options:
    """What stands behind the addresses."""

    def __init__(self, protocol: int | None) -> None:
        self._protocol = protocol
        self.icmp: tuple[int | None, int | None] = (None, None)
        self.igmp: int | None = None
        self.flags: FlagMatch | None = None
        self.numbers: dict[str, int] = {}
        self.ttl: PortMatch | None = None
        self.fragments = self.log = self.log_input = False
        self.cookie = ""
        self.before: list[str] = []
        self.after: list[str] = []

    def take(self, line: _Words) -> None:
        """One option with its values."""
        word = line.take()
        match word:
            case "log" | "log-input":
                self.log = True
                self.log_input = word == "log-input"
                if line.next_is_cookie:
                    self.cookie = line.take()
            case "fragments":
                self.fragments = True
            case "precedence" | "tos" | "dscp":
                known = {"precedence": names.PRECEDENCE, "tos": names.TOS, "dscp": names.DSCP}
                value = line.take()
                self.numbers[word] = int(value) if value.isdigit() else known[word][value]
            case "ttl":
                self._ttl(line)
            case "option":
                self.before += (word, line.take())
            case "time-range":
                self.after += (word, line.take())
            case "reflect":
                self.after += (word, line.take())
                if line.take_if("timeout"):
                    self.after += ("timeout", line.take())
            case "established":
                self._flag(names.ESTABLISHED)
            case "match-all" | "match-any":
                self._signed_flags(line, any_of=word == "match-any")
            case _ if self._protocol == _TCP:
                self._flag(names.TCP_FLAGS[word])
            case _ if self._protocol == _ICMP:
                self._icmp(word, line)
            case _:
                assert self._protocol == _IGMP
                self.igmp = int(word) if word.isdigit() else names.IGMP_MESSAGES[word]

    def _ttl(self, line: _Words) -> None:
        operator = _OPERATORS[line.take()]
        values = [int(line.take())]
        if operator is PortOperator.RANGE:
            values.append(int(line.take()))
        self.ttl = _port_match(operator, values)

    def _flag(self, bits: int) -> None:
        known = 0 if self.flags is None else self.flags.must_be_set
        self.flags = FlagMatch(known | bits, any_of=True)

    def _signed_flags(self, line: _Words, *, any_of: bool) -> None:
        must_be_set = must_be_clear = 0
        while line.next[:1] in ("+", "-") and line.next:
            word = line.take()
            if word[0] == "+":
                must_be_set |= names.TCP_FLAGS[word[1:]]
            else:
                must_be_clear |= names.TCP_FLAGS[word[1:]]
        self.flags = FlagMatch(must_be_set, must_be_clear, any_of, signed=True)

    def _icmp(self, word: str, line: _Words) -> None:
        if word.isdigit():
            self.icmp = int(word), int(line.take()) if line.next.isdigit() else None
        else:
            self.icmp = names.ICMP_MESSAGES[word]


# --- into words ----------------------------------------------------------------------------------


def standard_line(entry: AccessEntry, *, shown: bool = False) -> str:
    """`permit 10.0.0.0 0.0.0.255`; shown: as `show access-lists` writes it.

    `deny` is padded to the width of `permit`.
    """
    words = ["permit" if entry.permit else "deny  "]
    if entry.kept is not None:
        words.append(entry.kept.source)
    elif entry.source == EVERYTHING:
        words.append("any")
    else:
        address, wildcard = (IPv4Address(part) for part in entry.source)
        between = ", wildcard bits" if shown else ""
        words.append(str(address) if entry.source.is_host else f"{address}{between} {wildcard}")
    if entry.log:
        words.append("log")
        words += [entry.cookie] if entry.cookie else []
    return " ".join(words)


def extended_line(entry: AccessEntry, *, shown: bool = False) -> str:
    """`permit tcp any host 10.0.0.1 eq www log`; shown: `deny` is not padded then."""
    kept = entry.kept or Kept()
    if kept.whole:
        return kept.whole
    return " ".join(word for word in _extended_words(entry, kept, shown=shown) if word)


def line_of(entry: AccessEntry, kind: AccessListKind) -> str:
    """An entry as the running-config writes it, without its number."""
    return standard_line(entry) if kind is AccessListKind.STANDARD else extended_line(entry)


def _extended_words(entry: AccessEntry, kept: Kept, *, shown: bool) -> Iterator[str]:
    yield kept.dynamic
    yield "permit" if entry.permit else "deny" if shown else "deny  "
    yield kept.service or protocol_name(entry.protocol)
    yield kept.source or _address_words(entry.source)
    yield kept.source_ports or _port_words(entry.source_ports, entry.protocol)
    yield kept.destination or _address_words(entry.destination)
    yield kept.destination_ports or _port_words(entry.destination_ports, entry.protocol)
    yield _message_words(entry)
    if entry.flags is not None:
        yield _flag_words(entry.flags)
    for word, value, known in (
        ("precedence", entry.precedence, names.PRECEDENCE),
        ("tos", entry.tos, names.TOS),
        ("dscp", entry.dscp, names.DSCP),
    ):
        if value is not None:
            yield f"{word} {names.name_of(value, known)}"
    if entry.ttl is not None:
        yield " ".join(("ttl", entry.ttl.operator.value, *map(str, entry.ttl.ports)))
    yield kept.options
    if entry.fragments:
        yield "fragments"
    if entry.log:
        yield "log-input" if entry.log_input else "log"
        yield entry.cookie
    yield kept.after


def protocol_name(protocol: int | None) -> str:
    """A protocol as access lists write it."""
    return "ip" if protocol is None else names.name_of(protocol, names.PROTOCOLS)


def _address_words(match: AddressMatch) -> str:
    if match == EVERYTHING:
        return "any"
    address = IPv4Address(match.address)
    return f"host {address}" if match.is_host else f"{address} {IPv4Address(match.wildcard)}"


def _port_words(match: PortMatch | None, protocol: int | None) -> str:
    if match is None:
        return ""
    ports = (names.port_name(port, protocol) for port in match.ports)
    return " ".join((match.operator.value, *ports))


def _message_words(entry: AccessEntry) -> str:
    if entry.igmp_type is not None:
        return names.name_of(entry.igmp_type, names.IGMP_MESSAGES)
    if entry.icmp_type is None:
        return ""
    wanted = entry.icmp_type, entry.icmp_code
    for name, known in names.ICMP_MESSAGES.items():
        if known == wanted:
            return name
    return " ".join(str(number) for number in wanted if number is not None)


def _flag_words(flags: FlagMatch) -> str:
    if flags.signed:
        words = ["match-any" if flags.any_of else "match-all"]
        for name, bit in names.TCP_FLAGS.items():
            if flags.must_be_set & bit:
                words.append(f"+{name}")
            if flags.must_be_clear & bit:
                words.append(f"-{name}")
        return " ".join(words)
    bits = flags.must_be_set
    words = []
    if bits & names.ESTABLISHED == names.ESTABLISHED:
        words.append("established")
        bits &= ~names.ESTABLISHED
    words += [name for name, bit in names.TCP_FLAGS.items() if bits & bit]
    return " ".join(words)
