"""RSA and EC key pairs: carries out grammar/crypto_keys.lark."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from ioscli.cli.commands.interface import Changes
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.dialogue import Ask, Interrupted, Step, Steps
from ioscli.cli.registry import command
from ioscli.model.instant import SECOND, seconds

if TYPE_CHECKING:
    from random import Random

    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.codec.ec import EcKey
    from ioscli.codec.rsa import RsaKey
    from ioscli.router.keys import KeyPair

_SMALLEST, _USUAL, _LARGEST = 360, 512, 4096
_CHOOSE = """\
Choose the size of the key modulus in the range of {smallest} to {largest} for your
  {kind}. Choosing a key modulus greater than 512 may take
  a few minutes.
"""
_REPLACE = "% Do you really want to replace them? [yes/no]: "
_REMOVE = "Do you really want to remove these keys? [yes/no]: "
_TESTS_A_SECOND = 12
"""Candidates tested in a second of simulated time: 2048 bits then take IOSv's few seconds."""
_DEFAULT_HOSTNAME = "Router"


# -- crypto key generate ----------------------------------------------------------------------


@command("crypto_key_generate")
def crypto_key_generate(context: ConfigContext, args: Args) -> Changes:
    """`crypto key generate {rsa | ec} [...]`; a saved configuration that has the line keeps it."""
    if context.startup:
        context.config.stored.setdefault("crypto_key_generate", []).append(" ".join(args.words))
    elif "ec" in args:
        context.steps = lambda session: _generate_ec(session, args)
    else:
        context.steps = lambda session: _generate(session, args)
    return ()


def _generate(session: Session, args: Args) -> Steps:
    name = yield from _name(session, args)
    if name is None:
        return
    bits: int | None = args.get("A_KEY_MODULUS")
    keys = session.router.keys
    if name in keys:
        yield _defined(session, name)
        if bits is None:
            if not (yield from _sure(_REPLACE)):
                return
        else:
            yield "% They will be replaced."
    else:
        yield f"The name for the keys will be: {name}"
    if bits is None:
        bits = yield from _ask_size("usage-keys" in args)
        if bits is None:
            return
    else:
        yield from ("", f"% The key modulus size is {bits} bits")
    exportable = "exportable" in args
    if "usage-keys" in args:
        usages: tuple[str, ...] = ("Signature Key", "Encryption Key")
    else:
        usages = ("General Purpose Key",)
    pairs = []
    for usage in usages:
        how = "exportable" if exportable else "non-exportable"
        yield f"% Generating {bits} bit RSA keys, keys will be {how}..."
        began = session.router.simulation.now
        chance = session.router.simulation.random(f"{session.router.name} keys {began} {usage}")
        try:
            key = yield from _search(session, bits, chance)
        except Interrupted:
            return
        elapsed = (session.router.simulation.now - began) // SECOND
        yield f"[OK] (elapsed time was {elapsed} seconds)"
        pairs.append(_pair(session, name, usage, exportable, key))
    yield ""
    keys.put(name, tuple(pairs))


def _defined(session: Session, name: str) -> str:
    kind = session.router.keys.pairs(name)[0].kind
    return f"% You already have {kind} keys defined named {name}."


def _generate_ec(session: Session, args: Args) -> Steps:
    """Found in no time; without a size they are of 256 bits (captures of IOS XE)."""
    name = yield from _name(session, args)
    if name is None:
        return
    keys = session.router.keys
    if name in keys:
        yield _defined(session, name)
        if not (yield from _sure(_REPLACE)):
            return
    else:
        yield f"The name for the keys will be: {name}"
    from ioscli.codec.ec import generate

    router = session.router
    chance = router.simulation.random(f"{router.name} keys {router.simulation.now} ec")
    size = next((bits for bits in (384, 521) if str(bits) in args), 256)
    key = generate(size, chance)
    keys.put(name, (_pair(session, name, "Signature Key", "exportable" in args, key),))
    yield ""


def _name(session: Session, args: Args) -> Generator[Step, Any, str | None]:
    """The label, or else the router's full name, which it must have then."""
    label: str | None = args.get("A_KEY_LABEL")
    if label is not None:
        return label
    hostname = session.router.hostname
    if hostname == _DEFAULT_HOSTNAME:
        yield "% Please define a hostname other than Router."
        return None
    lines = session.router.config.stored.get("ip_domain_name", ())
    if not lines:
        yield "% Please define a domain-name first."
        return None
    return f"{hostname}.{lines[0].split()[-1]}"


def _ask_size(for_usage: bool) -> Generator[Step, Any, int | None]:
    """How many bits the modulus is to have."""
    kind = "Signature Keys" if for_usage else "General Purpose Keys"
    text = _CHOOSE.format(smallest=_SMALLEST, largest=_LARGEST, kind=kind)
    yield from text.split("\n")
    while True:
        try:
            answer = (yield Ask(f"How many bits in the modulus [{_USUAL}]: ")).strip()
        except Interrupted:
            return None
        if not answer:
            return _USUAL
        if answer.isascii() and answer.isdigit() and _SMALLEST <= int(answer[:8]) <= _LARGEST:
            return int(answer)
        yield f"% A decimal number between {_SMALLEST} and {_LARGEST}."


def _search(session: Session, bits: int, chance: Random) -> Generator[Step, Any, RsaKey]:
    """Look for the primes, a part of the search in every second."""
    from ioscli.codec.rsa import generate

    search = generate(bits, chance)
    while True:
        try:
            for _ in range(_TESTS_A_SECOND):
                next(search)
        except StopIteration as end:
            key: RsaKey = end.value
            return key
        yield session.wait(seconds(1))


def _pair(
    session: Session, name: str, usage: str, exportable: bool, key: RsaKey | EcKey
) -> KeyPair:
    from ioscli.router.keys import KeyPair

    local = session.router.clock.local()
    return KeyPair(name, usage, exportable, local.time, local.zone, key)


def _sure(question: str) -> Generator[Step, Any, bool]:
    """Ask a question that has no default."""
    while True:
        try:
            answer = (yield Ask(question)).strip().lower()
        except Interrupted:
            return False
        if answer and "yes".startswith(answer):
            return True
        if answer and "no".startswith(answer):
            return False
        yield "% Please answer 'yes' or 'no'."


# -- crypto key zeroize -----------------------------------------------------------------------


@command("crypto_key_zeroize")
def crypto_key_zeroize(context: ConfigContext, args: Args) -> Changes:
    """`crypto key zeroize [rsa | ec [NAME]]`; nothing to a saved configuration."""
    if not context.startup:
        context.steps = lambda session: _zeroize(session, args)
    return ()


@command("crypto_key_zeroize_exec")
def crypto_key_zeroize_exec(session: Session, args: Args) -> Steps:
    """`crypto key zeroize [rsa | ec [NAME]]` in EXEC."""
    return _zeroize(session, args)


def _zeroize(session: Session, args: Args) -> Steps:
    keys = session.router.keys
    name: str | None = args.get("A_KEY_LABEL")
    kind = "EC" if "ec" in args else "RSA"
    pairs = keys.pairs(name, kind)
    if not pairs:
        yield f"% No Signature {kind} Keys found in configuration."
        yield ""
        return
    if name is None:
        yield "% All keys will be removed."
    else:
        yield f"% Keys to be removed are named '{name}'."
    yield "% All router certs issued using these keys will also be removed."
    if (yield from _sure(_REMOVE)):
        keys.remove(pairs)


# -- show crypto key --------------------------------------------------------------------------

_WORD = 8
_WORDS_A_LINE = 8


@command("show_crypto_key")
def show_crypto_key(session: Session, args: Args) -> Iterator[str]:
    """`show crypto key mypubkey {all | rsa [NAME] | ec [NAME]}`: captures of IOS XE."""
    kind = "RSA" if "rsa" in args else "EC" if "ec" in args else None
    for pair in session.router.keys.pairs(args.get("A_KEY_LABEL"), kind):
        yield from _shown(pair)


def _shown(pair: KeyPair) -> Iterator[str]:
    moment = f"{pair.generated:%H:%M:%S} {pair.zone} {pair.generated:%b} {pair.generated.day}"
    yield f"% Key pair was generated at: {moment} {pair.generated.year}"
    yield f"Key name: {pair.name}"
    curve = getattr(pair.key, "curve", None)
    yield f"Key type: {pair.kind} KEYS" + ("" if curve is None else f"      p{curve} curve")
    yield " Storage Device: private-config"
    yield f" Usage: {pair.usage}"
    yield f" Key is {'' if pair.exportable else 'not '}exportable. Redundancy enabled."
    yield " Key Data:"
    data = pair.key.public_info.hex().upper()
    words = [data[start : start + _WORD] for start in range(0, len(data), _WORD)]
    for start in range(0, len(words), _WORDS_A_LINE):
        line = words[start : start + _WORDS_A_LINE]
        yield "  " + " ".join(line) + (" " if len(line) == _WORDS_A_LINE else "")
