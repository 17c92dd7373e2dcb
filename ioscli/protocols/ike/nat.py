"""NAT detection in main mode (RFC 3947, 3.2) and what follows from it.

NAT-T is spoken by RFC 3947, and by draft-ietf-ipsec-nat-t-ike-02 and -03, whose code points
are from the private range. The draft that IOS calls -07 is announced but never chosen.
"""

from typing import NamedTuple

from ioscli.codec.isakmp import Payload, RawPayload
from ioscli.codec.isakmp.numbers import EncapsulationMode, PayloadType
from ioscli.protocols.ike.algorithms import Prf
from ioscli.protocols.ike.effects import Endpoint
from ioscli.protocols.ike.vendor import NAT_T_DRAFT_02, NAT_T_DRAFT_03, NAT_T_RFC3947

IKE_PORT = 500
NAT_T_PORT = 4500


class NatTraversal(NamedTuple):
    """One version of NAT-T and its code points."""

    vendor_id: bytes
    detection: PayloadType
    original_address: PayloadType
    udp_tunnel: int
    udp_transport: int


VERSIONS = (
    NatTraversal(
        NAT_T_RFC3947,
        PayloadType.NAT_D,
        PayloadType.NAT_OA,
        EncapsulationMode.UDP_TUNNEL,
        EncapsulationMode.UDP_TRANSPORT,
    ),
    NatTraversal(
        NAT_T_DRAFT_03,
        PayloadType.NAT_D_DRAFT,
        PayloadType.NAT_OA_DRAFT,
        EncapsulationMode.UDP_TUNNEL_DRAFT,
        EncapsulationMode.UDP_TRANSPORT_DRAFT,
    ),
    NatTraversal(
        NAT_T_DRAFT_02,
        PayloadType.NAT_D_DRAFT,
        PayloadType.NAT_OA_DRAFT,
        EncapsulationMode.UDP_TUNNEL_DRAFT,
        EncapsulationMode.UDP_TRANSPORT_DRAFT,
    ),
)


class NatPosition(NamedTuple):
    """Which ends of an ISAKMP SA are behind a NAT."""

    local: bool
    peer: bool

    @property
    def found(self) -> bool:
        """Whether there is any."""
        return self.local or self.peer


NO_NAT = NatPosition(False, False)
KEEPALIVE = b"\xff"
"""What keeps a NAT's mapping alive (RFC 3948, 2.3)."""


def best_version(vendor_ids: set[bytes]) -> NatTraversal | None:
    """The version to use with a peer that announces these vendor IDs."""
    return next((version for version in VERSIONS if version.vendor_id in vendor_ids), None)


def nat_hash(prf: Prf, cookies: tuple[bytes, bytes], endpoint: Endpoint) -> bytes:
    """HASH(CKY-I | CKY-R | IP | Port)."""
    return prf.hash(b"".join(cookies) + endpoint.address.packed + endpoint.port.to_bytes(2))


def detection_payloads(
    version: NatTraversal, prf: Prf, cookies: tuple[bytes, bytes], remote: Endpoint, local: Endpoint
) -> list[Payload]:
    """NAT-D payloads: the remote end first, then the local one."""
    return [RawPayload(version.detection, nat_hash(prf, cookies, end)) for end in (remote, local)]


def nat_found(received: list[bytes], local_hash: bytes, remote_hash: bytes) -> NatPosition:
    """Who is behind a NAT, by the bodies of the peer's NAT-D payloads.

    The first names this router as the peer sees it, the others the peer as it sees itself.
    """
    if len(received) < 2:
        return NO_NAT
    return NatPosition(received[0] != local_hash, remote_hash not in received[1:])
