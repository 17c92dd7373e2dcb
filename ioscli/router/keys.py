"""The router's own key pairs: what `crypto key generate` makes.

`write memory` saves them in the private-config, a file of NVRAM that no command shows; a reload
comes up with what it holds (Cisco IOS Security Command Reference, "crypto key generate rsa").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from ioscli.codec.ec import EcKey
    from ioscli.codec.rsa import RsaKey


class KeyPair(NamedTuple):
    """A key pair that the router keeps."""

    name: str
    usage: str
    """`General Purpose Key`, `Signature Key`, `Encryption Key`."""
    exportable: bool
    generated: datetime
    """Local time."""
    zone: str
    """The name of its time zone."""
    key: RsaKey | EcKey

    @property
    def kind(self) -> str:
        """`RSA` or `EC`."""
        return "EC" if hasattr(self.key, "curve") else "RSA"


class KeyRing:
    """The key pairs by name; one name may stand for a signature and an encryption key.

    saved: the private-config that they were saved in.
    """

    def __init__(self, saved: bytes = b"") -> None:
        self._pairs: dict[str, tuple[KeyPair, ...]] = {}
        if saved:
            for pair in _read(saved):
                self._pairs[pair.name] = (*self._pairs.get(pair.name, ()), pair)

    def __contains__(self, name: str) -> bool:
        return name in self._pairs

    def __bool__(self) -> bool:
        return bool(self._pairs)

    def put(self, name: str, pairs: tuple[KeyPair, ...]) -> None:
        """Keep key pairs under a name, instead of those that it had."""
        self._pairs[name] = pairs

    def remove(self, pairs: Iterable[KeyPair]) -> None:
        """Throw key pairs away."""
        for name in {pair.name for pair in pairs}:
            self._pairs.pop(name, None)

    def pairs(self, name: str | None = None, kind: str | None = None) -> tuple[KeyPair, ...]:
        """The key pairs of a name and kind (`RSA`, `EC`), or of all, oldest first."""
        names = list(self._pairs) if name is None else [name]
        found = (pair for it in names for pair in self._pairs.get(it, ()))
        return tuple(pair for pair in found if kind in (None, pair.kind))

    def saved(self) -> bytes:
        """All of them as the private-config holds them; empty: there are none."""
        if not self._pairs:
            return b""
        import json

        return json.dumps([_fields(pair) for pair in self.pairs()]).encode()


def _fields(pair: KeyPair) -> dict[str, object]:
    return {
        **pair._asdict(),
        "generated": pair.generated.isoformat(),
        "key": {name: f"{number:x}" for name, number in pair.key._asdict().items()},
    }


def _read(saved: bytes) -> Iterator[KeyPair]:
    """Key pairs from a private-config: this program wrote it, and its store checks it is whole."""
    import json
    from datetime import datetime

    from ioscli.codec.ec import EcKey
    from ioscli.codec.rsa import RsaKey

    for fields in json.loads(saved):
        numbers = {name: int(digits, 16) for name, digits in fields.pop("key").items()}
        make = EcKey if "curve" in numbers else RsaKey
        generated = datetime.fromisoformat(fields.pop("generated"))
        yield KeyPair(**fields, generated=generated, key=make(**numbers))
