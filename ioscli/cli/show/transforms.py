"""Transforms as show commands write them: `esp-aes 256` becomes `esp-256-aes`."""

from ioscli.model.crypto import EspTransform


def shown_transform(transform: EspTransform) -> str:
    """`esp-256-aes esp-sha-hmac`, `esp-gcm 256`; GCM keeps its configured spelling.

    Of ESP and AH together ESP's; see `shown_parts`.
    """
    if transform.ah is not None and not transform.has_esp:
        return transform.ah.value
    name, _, size = transform.cipher.value.partition(" ")
    if size and not transform.cipher.combined:
        name = f"esp-{size}-{name.removeprefix('esp-')}"
    elif size:
        name = f"{name} {size}"
    return name if transform.integrity is None else f"{name} {transform.integrity.value}"


def shown_parts(transform: EspTransform) -> list[str]:
    """AH and ESP, each by itself: as IOS lists what a set negotiates."""
    parts = [] if transform.ah is None else [transform.ah.value]
    return [*parts, shown_transform(transform)] if transform.has_esp else parts
