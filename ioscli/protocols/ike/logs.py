"""The %CRYPTO- lines of IKE, as the Cisco system message guide words them."""

from ipaddress import IPv4Address

from ioscli.protocols.ike.effects import Log


def bad_message(peer: IPv4Address) -> Log:
    """What arrives makes no sense: most often a wrong pre-shared key."""
    text = f"IKE message from {peer} failed its sanity check or is malformed"
    return Log("CRYPTO", 4, "IKMP_BAD_MESSAGE", text)


def no_sa(peer: IPv4Address) -> Log:
    """Cookies that no SA has, in a message that begins none."""
    text = f"IKE message from {peer} has no SA and is not an initialization offer"
    return Log("CRYPTO", 4, "IKMP_NO_SA", text)


def mode_failure(mode: str, peer: IPv4Address) -> Log:
    """An exchange (`Main`, `Quick`, `Informational`, `Aggressive`) ended badly."""
    text = f"Processing of {mode} mode failed with peer at {peer}"
    return Log("CRYPTO", 6, "IKMP_MODE_FAILURE", text)


def not_encrypted(peer: IPv4Address) -> Log:
    """A message in the clear where the exchange is encrypted already."""
    text = f"IKE packet from {peer} was not encrypted and it should've been."
    return Log("CRYPTO", 6, "IKMP_NOT_ENCRYPTED", text)


def sa_not_authenticated(peer: IPv4Address) -> Log:
    """Quick mode under an ISAKMP SA that is not up."""
    text = f"Cannot accept Quick Mode exchange from {peer} if SA is not authenticated!"
    return Log("CRYPTO", 6, "IKMP_SA_NOT_AUTH", text)


def aggressive_disabled() -> Log:
    """`crypto isakmp aggressive-mode disable` is in the way."""
    text = "Unable to initiate or respond to Aggressive Mode while disabled"
    return Log("CRYPTO", 5, "IKMP_AG_MODE_DISABLED", text)
