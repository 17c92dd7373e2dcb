"""Keyrings, ISAKMP profiles, peers' public keys and keepalives: kept lines acting.

The lines are those of grammar/isakmp_profile.lark and grammar/pubkey_chain.lark, which are kept
(see `ioscli.cli.acting`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network

from ioscli.cli.commands.ip_address import prefix_length
from ioscli.cli.configuration import ConfigContext
from ioscli.model.changes import ConfigChange, CryptoChanged
from ioscli.model.config import RouterConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.isakmp import (
    AggressivePeer,
    Identity,
    IdentityKind,
    IdentityMatch,
    IsakmpProfile,
    Keepalive,
    Keyring,
    PreSharedKey,
    RsaPublicKey,
)
from ioscli.model.sections import StoredLine, StoredSection

_CHANGED = (CryptoChanged(),)
_HOST = 32
_ADDRESS = re.compile(r"(\d+\.){3}\d+")
_DEFAULT_RETRY = 2
"""Seconds between attempts once a peer is silent."""
#: First words of profile lines that are kept without acting.
_NOT_ACTING = frozenset(("description", "client", "ca", "isakmp", "virtual-template", "qos-group"))


def follow_section(
    context: ConfigContext, _rule: str, words: tuple[str, ...]
) -> tuple[ConfigChange, ...]:
    """Read everything from the sections anew."""
    if isinstance(context.target, StoredSection):
        _tidy(context.target)
    isakmp = context.config.isakmp
    isakmp.keyrings, isakmp.profiles, isakmp.aggressive_peers = {}, {}, {}
    isakmp.public_keys = []
    for section in context.config.sections:
        if section.rule == "crypto_keyring":
            keyring = _keyring(section)
            isakmp.keyrings[keyring.name] = keyring
        elif section.rule == "crypto_isakmp_profile":
            profile = _profile(section)
            isakmp.profiles[profile.name] = profile
        elif section.rule == "crypto_isakmp_peer":
            peer = _peer(section)
            if peer is not None:
                isakmp.aggressive_peers[peer.address] = peer
        elif section.rule == "pubkey_chain":
            isakmp.public_keys = list(_public_keys(section))
    first = words[1] if words[0] == "no" and len(words) > 1 else words[0]
    return () if first in _NOT_ACTING else _CHANGED


def _tidy(section: StoredSection) -> None:
    """IOS does not print the type of a key that is not encrypted."""
    for at, entry in enumerate(section.entries):
        if isinstance(entry, StoredLine):
            for typed in (" key 0 ", " password 0 "):
                if typed in entry.text:
                    text = entry.text.replace(typed, typed.replace("0 ", ""))
                    section.entries[at] = StoredLine(entry.rule, text)


def follow(context: ConfigContext) -> tuple[ConfigChange, ...]:
    """The global lines."""
    config = context.config
    isakmp = config.isakmp
    isakmp.keepalive = None
    for words in _kept(config, "crypto_isakmp_keepalive"):
        isakmp.keepalive = _keepalive(words[3:])
    isakmp.nat_keepalive = 0
    for words in _kept(config, "crypto_isakmp_nat_keepalive"):
        isakmp.nat_keepalive = int(words[4])
    isakmp.identity = IdentityKind.ADDRESS
    for words in _kept(config, "crypto_isakmp_identity"):
        isakmp.identity = IdentityKind(words[3])
    isakmp.aggressive_disabled = bool(config.stored.get("crypto_isakmp_aggressive"))
    isakmp.invalid_spi_recovery = bool(config.stored.get("crypto_isakmp_spi_recovery"))
    toggles = config.stored.get("crypto_isakmp_toggle", [])
    isakmp.default_policies = "no crypto isakmp default policy" not in toggles
    transparency = config.stored.get("crypto_ipsec_nat_transparency", [])
    isakmp.nat_traversal = not any(
        line.startswith("no ") and "udp-encaps" in line for line in transparency
    )
    return _CHANGED


def _kept(config: RouterConfig, rule: str) -> Iterator[list[str]]:
    for line in config.stored.get(rule, ()):
        words = line.split(" ")
        if words[0] != "no":
            yield words


def _keepalive(words: Sequence[str]) -> Keepalive:
    """`10`, `10 3`, `10 3 periodic`, `10 retry 3`."""
    numbers = [int(word) for word in words if word.isdigit()]
    retry = numbers[1] if len(numbers) > 1 else _DEFAULT_RETRY
    return Keepalive(numbers[0], retry, "periodic" in words)


def _lines(section: StoredSection) -> Iterator[list[str]]:
    for entry in section.entries:
        if isinstance(entry, StoredLine):
            yield entry.text.split(" ")


def _keyring(section: StoredSection) -> Keyring:
    keyring = Keyring(section.header.split(" ")[2])
    for words in _lines(section):
        match words:
            case ["local-address", *where]:
                keyring.local_address, keyring.local_interface = _local_end(where)
            case ["pre-shared-key", "hostname", name, "key", *key]:
                keyring.keys.append(PreSharedKey(_key(key), None, hostname=name))
            case ["pre-shared-key", "address", "ipv6", *_]:
                pass  # IPv6 peers are kept, and not spoken to
            case ["pre-shared-key", "address", *rest]:
                at = rest.index("key")
                keyring.keys.append(PreSharedKey(_key(rest[at + 1 :]), _network(rest[:at])))
    for address, whose, data in _key_strings(section):
        keyring.public_keys.append(RsaPublicKey(address, whose, data))
    return keyring


def _key(words: Sequence[str]) -> str:
    """The key itself, behind its type; type 6 is kept encrypted, and known to nobody here."""
    return " ".join(words[1:] if words[0] in ("0", "6") and len(words) > 1 else words)


def _network(words: Sequence[str]) -> IPv4Network:
    """An address and its mask; a word behind them may be a VRF."""
    address = IPv4Address(words[0])
    length: int | None = _HOST if int(address) else 0
    if len(words) > 1 and _ADDRESS.fullmatch(words[1]):
        length = prefix_length(IPv4Address(words[1]))
    return IPv4Network((int(address), _HOST if length is None else length), strict=False)


def _local_end(words: Sequence[str]) -> tuple[IPv4Address | None, InterfaceName | None]:
    if words[0][0].isdigit():
        return IPv4Address(words[0]), None
    return None, InterfaceName.parse("".join(words))


def _profile(section: StoredSection) -> IsakmpProfile:
    profile = IsakmpProfile(section.header.split(" ")[3])
    for words in _lines(section):
        match words:
            case ["keyring", name]:
                profile.keyrings.append(name)
            case ["self-identity", kind, *value]:
                profile.self_identity = Identity(_IDENTITIES[kind], " ".join(value))
            case ["match", "identity", "address", "ipv6", *_]:
                pass
            case ["match", "identity", "address", *where]:
                network = _network(where[:2])
                profile.matches.append(IdentityMatch("address", network))
            case ["match", "identity", *kind, name]:
                profile.matches.append(IdentityMatch(" ".join(kind), None, name))
            case ["keepalive", *rest]:
                profile.keepalive = _keepalive(rest)
            case ["local-address", *where]:
                profile.local_address, profile.local_interface = _local_end(where)
            case ["initiate", "mode", "aggressive"]:
                profile.aggressive = True
    return profile


def _peer(section: StoredSection) -> AggressivePeer | None:
    words = section.header.split(" ")
    if words[3] != "address":
        return None
    peer = AggressivePeer(IPv4Address(words[4]))
    for line in _lines(section):
        match line:
            case ["set", "aggressive-mode", "password", *password]:
                peer.password = " ".join(password)
            case ["set", "aggressive-mode", "client-endpoint", kind, value]:
                peer.client_endpoint = Identity(_IDENTITIES[kind], value)
    return peer


_IDENTITIES = {
    "address": IdentityKind.ADDRESS,
    "ipv4-address": IdentityKind.ADDRESS,
    "fqdn": IdentityKind.HOSTNAME,
    "user-fqdn": IdentityKind.USER_FQDN,
}


def _public_keys(chain: StoredSection) -> Iterator[RsaPublicKey]:
    for address, name, data in _key_strings(chain):
        yield RsaPublicKey(address, name, data)


def _key_strings(chain: StoredSection) -> Iterator[tuple[IPv4Address | None, str | None, bytes]]:
    """Whose key, and its bytes, of every key with a whole `key-string`."""
    for key in chain.entries:
        if not isinstance(key, StoredSection):
            continue
        words = key.header.split(" ")
        address = IPv4Address(words[1]) if words[0] == "addressed-key" else None
        name = words[1] if words[0] == "named-key" else None
        for entry in key.entries:
            if isinstance(entry, StoredLine) and entry.text.startswith("address "):
                address = IPv4Address(entry.text.split(" ")[1])
            elif isinstance(entry, StoredSection):
                data = _hexadecimal(entry)
                if data:
                    yield address, name, data


def _hexadecimal(section: StoredSection) -> bytes:
    digits = "".join(it.text for it in section.entries if isinstance(it, StoredLine))
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return b""
