"""Who the peers of phase 1 say they are (RFC 2407, 4.6.2), and the profiles that match it."""

from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.isakmp import IdPayload
from ioscli.codec.isakmp.numbers import IdType
from ioscli.model.isakmp import Identity, IdentityKind, IdentityMatch, IsakmpConfig, IsakmpProfile
from ioscli.protocols.ike.exchange import BadMessage
from ioscli.protocols.ike.nat import IKE_PORT, NAT_T_PORT

_UDP = 17

#: RFC 2407, 4.6.2: none or UDP 500 in phase 1; UDP 0 and 4500 are seen with NAT-T.
_PORTS = {(0, 0), (_UDP, IKE_PORT), (_UDP, 0), (_UDP, NAT_T_PORT)}

_KINDS = {
    IdentityKind.HOSTNAME: IdType.FQDN,
    IdentityKind.USER_FQDN: IdType.USER_FQDN,
    IdentityKind.KEY_ID: IdType.KEY_ID,
}

#: How debugs call the types, and the value within an ID payload.
TYPE_NAMES: Mapping[int, str] = {
    IdType.IPV4_ADDR: "ID_IPV4_ADDR",
    IdType.FQDN: "ID_FQDN",
    IdType.USER_FQDN: "ID_USER_FQDN",
    IdType.DER_ASN1_DN: "ID_DER_ASN1_DN",
    IdType.KEY_ID: "ID_KEY_ID",
}
_VALUE_NAMES: Mapping[int, str] = {
    IdType.IPV4_ADDR: "address     ",
    IdType.FQDN: "FQDN name   ",
    IdType.USER_FQDN: "USER FQDN   ",
    IdType.KEY_ID: "group id    ",
}


class PeerIdentity(NamedTuple):
    """What a peer says it is; nothing is proved by that."""

    kind: int
    """An IdType."""
    address: IPv4Address | None
    name: str

    @property
    def text(self) -> str:
        """As `show crypto isakmp peers` prints it."""
        return self.name if self.address is None else str(self.address)

    def fits(self, match: IdentityMatch) -> bool:
        """Whether a `match identity` line means this one; names in any case, as in the DNS."""
        name, wanted = self.name.lower(), match.name.lower()
        match match.kind:
            case "address":
                network = match.network
                return self.address is not None and network is not None and self.address in network
            case "host":
                return self.kind == IdType.FQDN and name == wanted
            case "host domain":
                return self.kind == IdType.FQDN and name.partition(".")[2] == wanted
            case "user":
                return self.kind == IdType.USER_FQDN and name == wanted
            case "user domain":
                return self.kind == IdType.USER_FQDN and name.partition("@")[2] == wanted
            case "group":
                return self.kind == IdType.KEY_ID and self.name == match.name
            case _:
                return False


def read(payload: IdPayload) -> PeerIdentity:
    """The identity in an ID payload; BadMessage where it makes no sense.

    A wrong pre-shared key shows itself here: what it decrypts is noise.
    """
    if payload.reserved:
        raise BadMessage("reserved not zero on ID payload!")
    if (payload.protocol, payload.port) not in _PORTS:
        raise BadMessage(f"ID of protocol {payload.protocol}, port {payload.port}")
    kind, data = payload.id_type, payload.data
    if kind == IdType.IPV4_ADDR:
        if len(data) != 4:
            raise BadMessage(f"address of {len(data)} bytes")
        return PeerIdentity(kind, IPv4Address(data), "")
    if kind in (IdType.FQDN, IdType.USER_FQDN, IdType.KEY_ID):
        return PeerIdentity(kind, None, data.decode("ascii", "backslashreplace"))
    return PeerIdentity(kind, None, data.hex())


def build(wanted: Identity, config: IsakmpConfig, local: IPv4Address, port: int) -> IdPayload:
    """This router's ID payload. Without certificates it has no distinguished name."""
    kind = _KINDS.get(wanted.kind)
    if kind is None:
        return IdPayload(IdType.IPV4_ADDR, _UDP, port, local.packed)
    name = wanted.value or config.hostname
    return IdPayload(kind, _UDP, port, name.encode("ascii", "replace"))


def matching_profile(
    config: IsakmpConfig, identity: PeerIdentity, local: IPv4Address
) -> IsakmpProfile | None:
    """The first ISAKMP profile, in the order of the configuration, that means this peer."""
    for profile in config.profiles.values():
        if profile.local_address in (None, local) and any(map(identity.fits, profile.matches)):
            return profile
    return None


def payload_lines(payload: IdPayload, next_payload: int) -> tuple[str, ...]:
    """An ID payload as debugs print it."""
    try:
        identity = read(payload)
    except BadMessage:
        return ()
    value = _VALUE_NAMES.get(payload.id_type)
    shown = () if value is None else (f"   {value} : {identity.text}",)
    return (
        f"ID payload \n        next-payload : {next_payload}\n"
        f"        type         : {payload.id_type}",
        *shown,
        f"   protocol     : {payload.protocol} \n        port         : {payload.port} \n"
        f"        length       : {len(payload.data) + 8}",
    )
