"""How IOS words what it debugs of payloads, attributes and negotiations.

Wording and order are those of public captures of `debug crypto isakmp` and `debug crypto ipsec`
(IOS 15.x and IOS XE, which print `ISAKMP: (0):`).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ioscli.codec.isakmp import Attribute, Transform
from ioscli.codec.isakmp.numbers import (
    AhTransformId,
    AuthenticationAlgorithm,
    AuthenticationMethod,
    EncapsulationMode,
    EncryptionAlgorithm,
    EspTransformId,
    HashAlgorithm,
    LifeType,
    PhaseOneAttribute,
    PhaseTwoAttribute,
    ProtocolId,
)
from ioscli.model.crypto import ChildPolicy, ChildProposal, ChildSa, Mode, Selector, Spi
from ioscli.protocols.ike import vendor

if TYPE_CHECKING:
    from ioscli.protocols.ike.context import Context
    from ioscli.protocols.ike.nat import NatPosition
    from ioscli.protocols.ike.phase_one import Trace

_ENCRYPTION: Mapping[int, str] = {
    EncryptionAlgorithm.DES_CBC: "DES-CBC",
    EncryptionAlgorithm.TRIPLE_DES_CBC: "3DES-CBC",
    EncryptionAlgorithm.AES_CBC: "AES-CBC",
}
_HASH: Mapping[int, str] = {
    HashAlgorithm.MD5: "MD5",
    HashAlgorithm.SHA: "SHA",
    HashAlgorithm.SHA2_256: "SHA256",
    HashAlgorithm.SHA2_384: "SHA384",
    HashAlgorithm.SHA2_512: "SHA512",
}
_METHOD: Mapping[int, str] = {
    AuthenticationMethod.PRE_SHARED_KEY: "pre-share",
    AuthenticationMethod.RSA_SIGNATURE: "RSA sig",
    AuthenticationMethod.RSA_ENCRYPTION: "RSA encr",
}
_ENCAPSULATION: Mapping[int, str] = {
    EncapsulationMode.TUNNEL: "1 (Tunnel)",
    EncapsulationMode.TRANSPORT: "2 (Transport)",
    EncapsulationMode.UDP_TUNNEL: "3 (Tunnel-UDP)",
    EncapsulationMode.UDP_TRANSPORT: "4 (Transport-UDP)",
    EncapsulationMode.UDP_TUNNEL_DRAFT: "61443 (Tunnel-UDP)",
    EncapsulationMode.UDP_TRANSPORT_DRAFT: "61444 (Transport-UDP)",
}
_AUTHENTICATOR: Mapping[int, str] = {
    AuthenticationAlgorithm.HMAC_MD5: "HMAC-MD5",
    AuthenticationAlgorithm.HMAC_SHA: "HMAC-SHA",
    AuthenticationAlgorithm.HMAC_SHA2_256: "HMAC-SHA256",
    AuthenticationAlgorithm.HMAC_SHA2_384: "HMAC-SHA384",
    AuthenticationAlgorithm.HMAC_SHA2_512: "HMAC-SHA512",
}
_ESP: Mapping[int, str] = {
    EspTransformId.DES: "ESP_DES",
    EspTransformId.TRIPLE_DES: "ESP_3DES",
    EspTransformId.NULL: "ESP_NULL",
    EspTransformId.AES_CBC: "ESP_AES ",
    EspTransformId.AES_GCM_16: "ESP_GCM",
}
_AH: Mapping[int, str] = {
    AhTransformId.MD5: "AH_MD5",
    AhTransformId.SHA: "AH_SHA",
    AhTransformId.SHA2_256: "AH_SHA256",
    AhTransformId.SHA2_384: "AH_SHA384",
    AhTransformId.SHA2_512: "AH_SHA512",
}
_VENDOR = {
    vendor.NAT_T_RFC3947: "NAT-T RFC 3947",
    vendor.NAT_T_DRAFT_07: "NAT-T v7",
    vendor.NAT_T_DRAFT_03: "NAT-T v3",
    vendor.NAT_T_DRAFT_02: "NAT-T v2",
    vendor.XAUTH: "XAUTH",
    vendor.DEAD_PEER_DETECTION: "DPD",
    vendor.CISCO_UNITY: "Unity",
}
NAT_T_IDS = {
    vendor.NAT_T_RFC3947: "rfc3947",
    vendor.NAT_T_DRAFT_07: "07",
    vendor.NAT_T_DRAFT_03: "03",
    vendor.NAT_T_DRAFT_02: "02",
}


def phase_one_transform(trace: "Trace", transform: Transform, priority: int) -> None:
    """A transform of phase 1 as it is held against a policy."""
    trace.debug(
        "Checking ISAKMP transform %d against priority %d policy", transform.number, priority
    )
    for attribute in transform.attributes:
        number = attribute.number
        match attribute.type:
            case PhaseOneAttribute.ENCRYPTION_ALGORITHM:
                trace.debug("      encryption %s", _named(_ENCRYPTION, number))
            case PhaseOneAttribute.KEY_LENGTH:
                trace.debug("      keylength of %d", number)
            case PhaseOneAttribute.HASH_ALGORITHM:
                trace.debug("      hash %s", _named(_HASH, number))
            case PhaseOneAttribute.GROUP_DESCRIPTION:
                trace.debug("      default group %d", number)
            case PhaseOneAttribute.AUTHENTICATION_METHOD:
                trace.debug("      auth %s", _named(_METHOD, number))
            case PhaseOneAttribute.LIFE_TYPE:
                unit = "seconds" if number == LifeType.SECONDS else "kilobytes"
                trace.debug("      life type in %s", unit)
            case PhaseOneAttribute.LIFE_DURATION:
                _debug_duration(trace, "life", attribute)
            case _:
                trace.debug("      unknown attribute %d", attribute.type)


def phase_one_lifetime(trace: "Trace", lifetime: int, *, actual: int) -> None:
    """What follows once a policy is agreed; actual: as IOS prints it, 0 on the initiator."""
    trace.debug("Acceptable atts:actual life: %d", actual)
    trace.debug("Acceptable atts:life: 0")
    if lifetime > 0xFFFF:
        trace.debug("Fill atts in sa vpi_length:4")
        trace.debug("Fill atts in sa life_in_seconds:%d", lifetime)
    else:
        trace.debug("Basic life_in_seconds:%d", lifetime)
    trace.debug("Returning Actual lifetime: %d", lifetime)
    trace.debug("Started lifetime timer: %d.\n", lifetime)


def phase_two_transform(trace: "Trace", number: int, protocol: int, transform: Transform) -> None:
    """A transform of quick mode."""
    trace.debug("Checking IPSec proposal %d", number)
    name = _named(_AH if protocol == ProtocolId.AH else _ESP, transform.transform_id)
    trace.debug("transform %d, %s", transform.number, name)
    trace.debug("   attributes in transform:")
    for attribute in transform.attributes:
        value = attribute.number
        match attribute.type:
            case PhaseTwoAttribute.ENCAPSULATION_MODE:
                trace.debug("      encaps is %s", _named(_ENCAPSULATION, value))
            case PhaseTwoAttribute.SA_LIFE_TYPE:
                unit = "seconds" if value == LifeType.SECONDS else "kilobytes"
                trace.debug("      SA life type in %s", unit)
            case PhaseTwoAttribute.SA_LIFE_DURATION:
                _debug_duration(trace, "SA life", attribute)
            case PhaseTwoAttribute.AUTHENTICATION_ALGORITHM:
                trace.debug("      authenticator is %s", _named(_AUTHENTICATOR, value))
            case PhaseTwoAttribute.KEY_LENGTH:
                trace.debug("      key length is %d", value)
            case PhaseTwoAttribute.GROUP_DESCRIPTION:
                trace.debug("      group is %d", value)
            case _:
                trace.debug("      unknown attribute %d", attribute.type)


def vendor_ids(trace: "Trace", ids: Iterable[bytes]) -> None:
    """Vendor ID payloads as they are read.

    IOS holds each against Unity's and DPD's first, whose last two bytes are a version.
    """
    for body in ids:
        trace.debug("processing vendor id payload")
        known = body[:-2] in _VERSIONED
        if not known and len(body) >= 2:
            trace.debug("vendor ID seems Unity/DPD but major %d mismatch", body[-2])
        name = _VENDOR.get(body)
        if name is not None:
            trace.debug("vendor ID is %s", name)


def nat_detection(trace: "Trace", payload_type: int, position: "NatPosition") -> None:
    """The two NAT-D payloads."""
    trace.debug("received payload type %d", payload_type)
    if position.local:
        trace.debug("NAT found, both nodes inside NAT")
    else:
        trace.debug("His hash no match - this node outside NAT")
    trace.debug("received payload type %d", payload_type)
    if position.local:
        trace.debug("My hash no match -  this node inside NAT")
    elif position.peer:
        trace.debug("His hash no match - this node outside NAT")
    else:
        trace.debug("No NAT Found for self or peer")


def sa_request(policy: ChildPolicy) -> str:
    """`IPSEC(sa_request)`: the first of a policy's proposals, as IPsec asks IKE for it."""
    proposal = policy.proposals[0]
    return (
        "IPSEC(sa_request): ,\n"
        f"  (key eng. msg.) OUTBOUND local= {policy.local}:500, remote= {policy.peer}:500,\n"
        f"    local_proxy= {proxy(policy.local_selector)},\n"
        f"    remote_proxy= {proxy(policy.remote_selector)},\n"
        f"    protocol= {_protocol(proposal)}, transform= {transform_words(proposal)}"
        f"  ({_mode(proposal)}), \n"
        f"    lifedur= {policy.lifetime_seconds}s and {policy.lifetime_kilobytes}kb, \n"
        f"    spi= 0x0(0), conn_id= 0, keysize= {_key_bits(proposal)}, flags= 0x0"
    )


def validate_proposal(
    context: "Context",
    ends: tuple[object, object],
    selectors: tuple[Selector, Selector],
    proposal: ChildProposal,
    *,
    in_udp: bool,
) -> None:
    """`IPSEC(validate_proposal_request)` of a responder; local end and selector come first."""
    if "ipsec" not in context.debugging:
        return
    context.debug_ipsec("IPSEC(validate_proposal_request): proposal part #1")
    context.debug_ipsec(
        "IPSEC(validate_proposal_request): proposal part #1,\n"
        f"  (key eng. msg.) INBOUND local= {ends[0]}:0, remote= {ends[1]}:0,\n"
        f"    local_proxy= {proxy(selectors[0])},\n"
        f"    remote_proxy= {proxy(selectors[1])},\n"
        f"    protocol= {_protocol(proposal)}, transform= {transform_words(proposal)}"
        f"  ({_mode(proposal)}{'-UDP' if in_udp else ''}), \n"
        "    lifedur= 0s and 0kb, \n"
        f"    spi= 0x0(0), conn_id= 0, keysize= {_key_bits(proposal)}, flags= 0x0"
    )


def proxy_match(selectors: tuple[Selector, Selector], *, installed: bool = False) -> str:
    """`Crypto mapdb`: whose map is looked for; any protocol is 0, or 256 once SAs are made."""
    local, remote = selectors
    protocol = local.protocol or (256 if installed else 0)
    return (
        "Crypto mapdb : proxy_match\n"
        f"        src addr     : {local.network.network_address}\n"
        f"        dst addr     : {remote.network.network_address}\n"
        f"        protocol     : {protocol}\n"
        f"        src port     : {local.port}\n"
        f"        dst port     : {remote.port}"
    )


def create_sa(child: ChildSa, spi: Spi, *, inbound: bool, conn_id: int) -> str:
    """`IPSEC(create_sa)` for one direction; conn_id: its number in the crypto engine."""
    return "IPSEC(create_sa): sa created,\n" + _sa(child, spi, inbound=inbound, conn_id=conn_id)


def delete_sa(child: ChildSa, spi: Spi, *, inbound: bool, conn_id: int) -> str:
    """`IPSEC(delete_sa)` for one direction."""
    return "IPSEC(delete_sa): deleting SA,\n" + _sa(child, spi, inbound=inbound, conn_id=conn_id)


def _sa(child: ChildSa, spi: Spi, *, inbound: bool, conn_id: int) -> str:
    policy = child.policy
    destination = policy.local if inbound else policy.peer
    ah = (child.inbound_ah_spi, child.outbound_ah_spi)
    protocol = 51 if spi in ah or not child.proposal.transform.has_esp else 50
    return (
        f"  (sa) sa_dest= {destination}, sa_proto= {protocol}, \n"
        f"    sa_spi= 0x{spi:X}({spi}), \n"
        f"    sa_trans= {transform_words(child.proposal)} , sa_conn_id= {conn_id}\n"
        f"    sa_lifetime(k/sec)= ({child.lifetime_kilobytes}/{child.lifetime_seconds}),\n"
        f"  (identity) local= {policy.local}:0, remote= {policy.peer}:0,\n"
        f"    local_proxy= {proxy(policy.local_selector)},\n"
        f"    remote_proxy= {proxy(policy.remote_selector)}"
    )


def proxy(selector: Selector) -> str:
    """An identity as `debug crypto ipsec` writes it: 256 stands for any protocol."""
    network = selector.network
    protocol = selector.protocol or 256
    return f"{network.network_address}/{network.netmask}/{protocol}/{selector.port}"


def transform_words(proposal: ChildProposal) -> str:
    """`esp-aes 256 esp-sha-hmac`."""
    transform = proposal.transform
    words = [] if transform.ah is None else [transform.ah.value]
    if transform.has_esp:
        words.append(transform.cipher.value)
    if transform.integrity is not None:
        words.append(transform.integrity.value)
    return " ".join(words)


def _protocol(proposal: ChildProposal) -> str:
    return "ESP" if proposal.transform.has_esp else "AH"


def _mode(proposal: ChildProposal) -> str:
    return "Tunnel" if proposal.mode is Mode.TUNNEL else "Transport"


def _key_bits(proposal: ChildProposal) -> int:
    """Bits of a cipher whose keys vary, else 0, as IOS prints keysize."""
    cipher = proposal.transform.cipher
    if not cipher.name.startswith(("AES", "GCM")):
        return 0
    return int(cipher.name.rpartition("_")[2])


def _debug_duration(trace: "Trace", what: str, attribute: Attribute) -> None:
    """IOS leaves the number of the SA out where the value is of variable length."""
    value = attribute.value
    if isinstance(value, int):
        trace.debug("      %s duration (basic) of %d", what, value)
    else:
        shown = "".join(f"0x{byte:X} " for byte in value)
        trace.debug_bare("      %s duration (VPI) of  %s", what, shown)


def _named(names: Mapping[int, str], number: int) -> str:
    return names.get(number, f"unknown ({number})")


_VERSIONED = {vendor.CISCO_UNITY[:-2], vendor.DEAD_PEER_DETECTION[:-2]}
