"""Faults of IKE's phase 1: keys, policies, identities."""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address

from ioscli.exercises.faults.fault import Area, Edit, Fault, Site
from ioscli.exercises.faults.network import Network

_TOPICS = ("ENCOR 2.2.b", "ENARSI 2.3.c", "SVPN 3.1")
_SHOWS = ("show crypto isakmp sa", "show crypto isakmp policy")
_KEY = "crypto isakmp key "
_CIPHERS = {"aes 256": "aes", "aes 192": "aes", "aes": "aes 256", "3des": "aes", "des": "3des"}
_HASHES = {"sha256": "sha512", "sha384": "sha256", "sha512": "sha256", "md5": "sha256"}
_GROUPS = {
    "14": "5",
    "19": "14",
    "5": "2",
    "2": "5",
    "20": "19",
    "21": "20",
    "24": "14",
    "15": "14",
}


def _key(net: Network) -> Iterator[Site]:
    shows = ("show crypto isakmp sa", "show running-config | include isakmp key", "show logging")
    for node, place in net.find(f"{_KEY}*"):
        words = place.text.split()
        edit = Edit(node, (), place.text, " ".join([*words[:3], _mistyped(words[3]), *words[4:]]))
        yield Site((edit,), shows)
    for node, place in net.find("crypto keyring *", "pre-shared-key * key *"):
        words = place.text.split()
        edit = Edit(node, place.sections, place.text, " ".join([*words[:-1], _mistyped(words[-1])]))
        yield Site((edit,), shows)
    for node, place in net.find("crypto isakmp peer *", "set aggressive-mode password *"):
        words = place.text.split()
        edit = Edit(node, place.sections, place.text, " ".join([*words[:-1], _mistyped(words[-1])]))
        yield Site((edit,), shows)


def _mistyped(key: str) -> str:
    """The last two letters the other way round; one more where they are the same."""
    swapped = key[:-2] + key[:-3:-1]
    return f"{key}{key[-1]}" if swapped == key else swapped


def _key_address(net: Network) -> Iterator[Site]:
    for node, place in net.find(f"{_KEY}* address *"):
        words = place.text.split()
        if words[5] == "0.0.0.0":
            continue
        wrong = IPv4Address(words[5]) + 1
        edit = Edit(node, (), place.text, " ".join([*words[:5], str(wrong), *words[6:]]))
        yield Site((edit,), ("show crypto isakmp key", "show crypto isakmp sa"))


def _policy(
    words: str, wrong: dict[str, str], usual: str | None
) -> Callable[[Network], Iterator[Site]]:
    """A value of a policy that becomes another; `usual` where the policy does not say."""

    def sites(net: Network) -> Iterator[Site]:
        for node, policy in net.find("crypto isakmp policy *"):
            path = (policy.text,)
            line = next((it for it in policy.line.commands if it.startswith(f"{words} ")), None)
            if line is not None:
                value = line.removeprefix(f"{words} ")
                if value in wrong:
                    yield Site((Edit(node, path, line, f"{words} {wrong[value]}"),), _SHOWS)
            elif usual is not None:
                yield Site((Edit(node, path, None, f"{words} {usual}"),), _SHOWS)

    return sites


def _authentication(net: Network) -> Iterator[Site]:
    for node, place in net.find("crypto isakmp policy *", "authentication pre-share"):
        yield Site((Edit(node, place.sections, place.text, None),), _SHOWS)


def _no_policy(net: Network) -> Iterator[Site]:
    for node, place in net.find("crypto isakmp policy *"):
        yield Site((Edit(node, (), place.text, None),), _SHOWS)


def _identity(net: Network) -> Iterator[Site]:
    for pattern in ("self-identity fqdn *", "set aggressive-mode client-endpoint fqdn *"):
        for node, place in net.find("crypto isakmp *", pattern):
            host, _, domain = place.text.split()[-1].partition(".")
            line = " ".join([*place.text.split()[:-1], f"{host}x.{domain}"])
            yield Site((Edit(node, place.sections, place.text, line),), ("show crypto isakmp sa",))
    for node, place in net.find("crypto isakmp profile *", "match identity address *"):
        words = place.text.split()
        line = " ".join([*words[:3], f"{IPv4Address(words[3]) + 1}", *words[4:]])
        edit = Edit(node, place.sections, place.text, line)
        yield Site((edit,), ("show crypto isakmp sa", "show crypto isakmp profile"))


_MISMATCH = (
    "The responder compares the initiator's policies with its own, and where none agrees in"
    " encryption, hash, authentication and group, it answers NO-PROPOSAL-CHOSEN: MM_NO_STATE, and"
    " `debug crypto isakmp` says which value did not match."
)

FAULTS = (
    Fault(
        "isakmp-key",
        "the pre-shared keys differ",
        Area.ISAKMP,
        _TOPICS,
        "The policies agree and keys are exchanged. Message 5 is encrypted with what is derived"
        " from the pre-shared key, and the responder cannot read it: MM_KEY_EXCH, and"
        " `%CRYPTO-4-IKMP_BAD_MESSAGE` over there.",
        _key,
    ),
    Fault(
        "isakmp-key-address",
        "there is no pre-shared key for the peer",
        Area.ISAKMP,
        _TOPICS,
        "Keys are looked up by the peer's address. Without one there is nothing to start with, and"
        " no message leaves, or the policies with pre-shared keys are not considered.",
        _key_address,
    ),
    Fault(
        "isakmp-encryption",
        "the peers have no ISAKMP policy with the same encryption",
        Area.ISAKMP,
        _TOPICS,
        _MISMATCH,
        _policy("encr", _CIPHERS, "aes"),
    ),
    Fault(
        "isakmp-hash",
        "the peers have no ISAKMP policy with the same hash",
        Area.ISAKMP,
        _TOPICS,
        _MISMATCH,
        _policy("hash", _HASHES, "md5"),
    ),
    Fault(
        "isakmp-group",
        "the peers have no ISAKMP policy with the same Diffie-Hellman group",
        Area.ISAKMP,
        (*_TOPICS, "SVPN 4.8"),
        _MISMATCH,
        _policy("group", _GROUPS, "5"),
    ),
    Fault(
        "isakmp-authentication",
        "the peers have no ISAKMP policy with the same authentication",
        Area.ISAKMP,
        _TOPICS,
        _MISMATCH + " A policy that does not say authenticates with RSA signatures.",
        _authentication,
    ),
    Fault(
        "isakmp-policy-missing",
        "a peer has lost its ISAKMP policy",
        Area.ISAKMP,
        _TOPICS,
        "What is left are IOS's own policies, which are used only where none is configured, and do"
        " not fit the other side's.",
        _no_policy,
    ),
    Fault(
        "isakmp-identity",
        "a peer gives another identity than is expected",
        Area.ISAKMP,
        _TOPICS,
        "Aggressive mode names the peer in its first message; keys and profiles are chosen by that"
        " name, and for this one there is none.",
        _identity,
    ),
)
