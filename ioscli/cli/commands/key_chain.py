"""key chain: kept lines acting, for the protocols that sign their packets; show key chain.

The lines are those of grammar/vrf.lark, which are kept (see `ioscli.cli.acting`).
"""

from __future__ import annotations

from calendar import timegm
from collections.abc import Iterable
from time import strptime
from typing import TYPE_CHECKING

from ioscli.cli.configuration import ConfigContext
from ioscli.cli.password_hash import revealed
from ioscli.cli.registry import command
from ioscli.model.changes import ConfigChange, RoutingChanged
from ioscli.model.key_chain import ChainKey, KeyChain, KeyString, Lifetime
from ioscli.model.sections import StoredSection

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session

_ROOT = "key_chain"


def follow_section(
    context: ConfigContext, _rule: str, _words: tuple[str, ...]
) -> tuple[ConfigChange, ...]:
    """Read the chains from the sections anew."""
    chains = {}
    for section in context.config.sections:
        if isinstance(section, StoredSection) and section.rule == _ROOT:
            chain = _chain(section)
            chains[chain.name] = chain
    context.config.key_chains = chains
    return (RoutingChanged(),)


def _chain(section: StoredSection) -> KeyChain:
    chain = KeyChain(section.header.split(" ")[2])
    for entry in section.entries:
        words = entry.header.split(" ") if isinstance(entry, StoredSection) else []
        if isinstance(entry, StoredSection) and words[0] == "key" and words[1].isdigit():
            number = int(words[1])
            chain.keys[number] = _key(entry, number)
    return chain


def _key(section: StoredSection, number: int) -> ChainKey:
    key = ChainKey(number)
    for entry in section.entries:
        if isinstance(entry, StoredSection):
            continue
        match entry.text.split(" "):
            case ["key-string", "7", text]:
                key.string = KeyString(revealed(text) or text, 7, text)
            case ["key-string", "0", *rest]:
                key.string = KeyString(" ".join(rest))
            case ["key-string", *rest]:
                key.string = KeyString(" ".join(rest))
            case ["cryptographic-algorithm", name]:
                key.algorithm = name
            case ["accept-lifetime", *rest]:
                key.accept = _lifetime(rest)
            case ["send-lifetime", *rest]:
                key.send = _lifetime(rest)
    return key


def _lifetime(words: list[str]) -> Lifetime | None:
    """`[local] HH:MM:SS MONTH DAY YEAR infinite|duration N|...`; None: it says nothing clear."""
    text = " ".join(words)
    words = [word for word in words if word != "local"]
    start = _moment(words[:4])
    if start is None:
        return None
    match words[4:]:
        case ["infinite"]:
            return Lifetime(text, start)
        case ["duration", seconds]:
            return Lifetime(text, start, start + int(seconds))
        case rest:
            return Lifetime(text, start, _moment(rest))


def _moment(words: list[str]) -> int | None:
    """Seconds since 1970; day and month come in either order."""
    for form in ("%H:%M:%S %b %d %Y", "%H:%M:%S %d %b %Y"):
        try:
            return timegm(strptime(" ".join(words), form))
        except ValueError:
            continue
    return None


@command("show_key_chain")
def show_key_chain(session: Session, args: Args) -> Iterable[str]:
    """`show key chain [NAME]`; of a name that no chain has, nothing."""
    from ioscli.cli.show.key_chain import show_key_chains

    router = session.router
    chains = router.config.key_chains
    name = args.get("A_WORD")
    chosen = [it for it in chains.values() if name in (None, it.name)]
    return show_key_chains(chosen, int(router.clock.utc().timestamp()))
