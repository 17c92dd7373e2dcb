"""ESP transforms as show commands write them: `esp-aes 256` becomes `esp-256-aes`."""

from ioscli.model.crypto import EspTransform


def shown_transform(transform: EspTransform) -> str:
    """`esp-256-aes esp-sha-hmac`, `esp-gcm 256`; GCM keeps its configured spelling."""
    name, _, size = transform.cipher.value.partition(" ")
    if size and not transform.cipher.combined:
        name = f"esp-{size}-{name.removeprefix('esp-')}"
    elif size:
        name = f"{name} {size}"
    return name if transform.integrity is None else f"{name} {transform.integrity.value}"
