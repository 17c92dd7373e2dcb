"""What a codec raises when bytes are not a packet of its kind."""


class DecodeError(ValueError):
    """Malformed input from a peer: counted and logged, never a crash."""
