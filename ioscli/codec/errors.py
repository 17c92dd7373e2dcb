"""What a codec raises when bytes are not a packet of its kind."""


class DecodeError(ValueError):
    """Malformed input from a peer: counted and logged, never a crash."""


class ChecksumError(DecodeError):
    """Bytes whose checksum says that they are not what was sent; counted apart."""
