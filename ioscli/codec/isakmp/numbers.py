"""Code points of ISAKMP and IKEv1.

Registries: IANA "Magic Numbers for ISAKMP Protocol" (isakmp-registry) for the IPsec DOI, and
"Internet Key Exchange (IKE) Attributes" (ipsec-registry) for phase 1.
"""

from enum import IntEnum, IntFlag


class PayloadType(IntEnum):
    """Next Payload values (RFC 2408, 3.1; RFC 3947, 3.2 and 5.2)."""

    NONE = 0
    SECURITY_ASSOCIATION = 1
    PROPOSAL = 2
    TRANSFORM = 3
    KEY_EXCHANGE = 4
    IDENTIFICATION = 5
    CERTIFICATE = 6
    CERTIFICATE_REQUEST = 7
    HASH = 8
    SIGNATURE = 9
    NONCE = 10
    NOTIFICATION = 11
    DELETE = 12
    VENDOR_ID = 13
    ATTRIBUTES = 14
    NAT_D = 20
    NAT_OA = 21
    NAT_D_DRAFT = 130
    NAT_OA_DRAFT = 131


class ExchangeType(IntEnum):
    """Exchange types (RFC 2408, 3.1; RFC 2409, appendix A)."""

    NONE = 0
    BASE = 1
    MAIN_MODE = 2
    AUTHENTICATION_ONLY = 3
    AGGRESSIVE = 4
    INFORMATIONAL = 5
    TRANSACTION = 6
    QUICK_MODE = 32
    NEW_GROUP_MODE = 33


class Flags(IntFlag):
    """Flags of the ISAKMP header (RFC 2408, 3.1)."""

    ENCRYPTION = 1
    COMMIT = 2
    AUTHENTICATION_ONLY = 4


class Doi(IntEnum):
    """Domain of interpretation (RFC 2407)."""

    ISAKMP = 0
    IPSEC = 1


#: SIT_IDENTITY_ONLY (RFC 2407, 4.2.1): the only situation in use.
SIT_IDENTITY_ONLY = 1


class ProtocolId(IntEnum):
    """IPSEC Security Protocol Identifiers (RFC 2407, 4.4.1)."""

    ISAKMP = 1
    AH = 2
    ESP = 3
    IPCOMP = 4


class IsakmpTransform(IntEnum):
    """ISAKMP transform identifiers (RFC 2407, 4.4.2)."""

    KEY_IKE = 1


class AhTransformId(IntEnum):
    """AH transform identifiers (RFC 2407, 4.4.3; RFC 4868)."""

    MD5 = 2
    SHA = 3
    SHA2_256 = 5
    SHA2_384 = 6
    SHA2_512 = 7


class EspTransformId(IntEnum):
    """ESP transform identifiers (RFC 2407, 4.4.4; RFC 3602; RFC 4106)."""

    DES = 2
    TRIPLE_DES = 3
    NULL = 11
    AES_CBC = 12
    AES_GCM_16 = 20


class PhaseOneAttribute(IntEnum):
    """IKE attributes of a phase 1 transform (RFC 2409, appendix A)."""

    ENCRYPTION_ALGORITHM = 1
    HASH_ALGORITHM = 2
    AUTHENTICATION_METHOD = 3
    GROUP_DESCRIPTION = 4
    LIFE_TYPE = 11
    LIFE_DURATION = 12
    KEY_LENGTH = 14


class EncryptionAlgorithm(IntEnum):
    """Phase 1 encryption algorithms (RFC 2409, appendix A; RFC 3602)."""

    DES_CBC = 1
    TRIPLE_DES_CBC = 5
    AES_CBC = 7


class HashAlgorithm(IntEnum):
    """Phase 1 hash algorithms (RFC 2409, appendix A; RFC 4868)."""

    MD5 = 1
    SHA = 2
    SHA2_256 = 4
    SHA2_384 = 5
    SHA2_512 = 6


class AuthenticationMethod(IntEnum):
    """Phase 1 authentication methods (RFC 2409, appendix A)."""

    PRE_SHARED_KEY = 1
    RSA_SIGNATURE = 3
    RSA_ENCRYPTION = 4


class PhaseTwoAttribute(IntEnum):
    """IPSEC security association attributes of a phase 2 transform (RFC 2407, 4.5)."""

    SA_LIFE_TYPE = 1
    SA_LIFE_DURATION = 2
    GROUP_DESCRIPTION = 3
    ENCAPSULATION_MODE = 4
    AUTHENTICATION_ALGORITHM = 5
    KEY_LENGTH = 6


class LifeType(IntEnum):
    """Unit of a lifetime, the same in both phases (RFC 2407, 4.5; RFC 2409, appendix A)."""

    SECONDS = 1
    KILOBYTES = 2


class EncapsulationMode(IntEnum):
    """Encapsulation modes (RFC 2407, 4.5; RFC 3947, 5.1; the drafts before it)."""

    TUNNEL = 1
    TRANSPORT = 2
    UDP_TUNNEL = 3
    UDP_TRANSPORT = 4
    UDP_TUNNEL_DRAFT = 61443
    UDP_TRANSPORT_DRAFT = 61444


class AuthenticationAlgorithm(IntEnum):
    """Authentication algorithms of an IPsec SA (RFC 2407, 4.5; RFC 4868)."""

    HMAC_MD5 = 1
    HMAC_SHA = 2
    HMAC_SHA2_256 = 5
    HMAC_SHA2_384 = 6
    HMAC_SHA2_512 = 7


class IdType(IntEnum):
    """Identification types (RFC 2407, 4.6.2.1)."""

    IPV4_ADDR = 1
    FQDN = 2
    USER_FQDN = 3
    IPV4_ADDR_SUBNET = 4
    IPV4_ADDR_RANGE = 7
    DER_ASN1_DN = 9
    KEY_ID = 11


class NotifyType(IntEnum):
    """Notify message types (RFC 2408, 3.14.1; RFC 2407, 4.6.3; RFC 3706)."""

    INVALID_PAYLOAD_TYPE = 1
    DOI_NOT_SUPPORTED = 2
    SITUATION_NOT_SUPPORTED = 3
    INVALID_COOKIE = 4
    INVALID_MAJOR_VERSION = 5
    INVALID_MINOR_VERSION = 6
    INVALID_EXCHANGE_TYPE = 7
    INVALID_FLAGS = 8
    INVALID_MESSAGE_ID = 9
    INVALID_PROTOCOL_ID = 10
    INVALID_SPI = 11
    INVALID_TRANSFORM_ID = 12
    ATTRIBUTES_NOT_SUPPORTED = 13
    NO_PROPOSAL_CHOSEN = 14
    BAD_PROPOSAL_SYNTAX = 15
    PAYLOAD_MALFORMED = 16
    INVALID_KEY_INFORMATION = 17
    INVALID_ID_INFORMATION = 18
    AUTHENTICATION_FAILED = 24
    LAST_ERROR = 8191
    CONNECTED = 16384
    RESPONDER_LIFETIME = 24576
    REPLAY_STATUS = 24577
    INITIAL_CONTACT = 24578
    R_U_THERE = 36136
    R_U_THERE_ACK = 36137
