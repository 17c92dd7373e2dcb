"""show crypto isakmp sa, policy, key, peers, profile.

Lines of captures of IOS 15 and IOS XE; those of a profile are of Cisco's command reference.
"""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address

from ioscli.model.crypto import IsakmpSaState
from ioscli.model.isakmp import (
    DH_GROUP_BITS,
    IdentityKind,
    IdentityMatch,
    IkeAuthentication,
    IkeEncryption,
    IkeHash,
    IsakmpConfig,
    IsakmpPolicy,
    IsakmpProfile,
    PreSharedKey,
)

#: Connection ids of ISAKMP SAs count from here; the engine's own ids from 1.
_FIRST_CONN_ID = 1000

_CODES = (
    "Codes: C - IKE configuration mode, D - Dead Peer Detection",
    "       K - Keepalives, N - NAT-traversal",
    "       T - cTCP encapsulation, X - IKE Extended Authentication",
    "       psk - Preshared key, rsig - RSA signature",
    "       renc - RSA encryption",
)

_AUTHENTICATION_CODES = {"pre-share": "psk", "rsa-sig": "rsig", "rsa-encr": "renc"}

_ENCRYPTION_TEXTS = {
    IkeEncryption.DES: "DES - Data Encryption Standard (56 bit keys).",
    IkeEncryption.TRIPLE_DES: "Three key triple DES",
    IkeEncryption.AES_128: "AES - Advanced Encryption Standard (128 bit keys).",
    IkeEncryption.AES_192: "AES - Advanced Encryption Standard (192 bit keys).",
    IkeEncryption.AES_256: "AES - Advanced Encryption Standard (256 bit keys).",
}
_SUBGROUPS = {24: ", 256 bit subgroup"}
_HASH_TEXTS = {
    IkeHash.MD5: "Message Digest 5",
    IkeHash.SHA: "Secure Hash Standard",
    IkeHash.SHA256: "Secure Hash Standard 2 (256 bit)",
    IkeHash.SHA384: "Secure Hash Standard 2 (384 bit)",
    IkeHash.SHA512: "Secure Hash Standard 2 (512 bit)",
}
_AUTHENTICATION_TEXTS = {
    IkeAuthentication.PRE_SHARE: "Pre-Shared Key",
    IkeAuthentication.RSA_SIG: "Rivest-Shamir-Adleman Signature",
    IkeAuthentication.RSA_ENCR: "Rivest-Shamir-Adleman Encryption",
}
_IDENTITY_TEXTS = {
    IdentityKind.ADDRESS: "ip-address",
    IdentityKind.HOSTNAME: "fqdn",
    IdentityKind.USER_FQDN: "user-fqdn",
    IdentityKind.DN: "dn",
    IdentityKind.KEY_ID: "key-id",
}


def clock(seconds: int) -> str:
    """`23:59:42`."""
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


# -- SAs -----------------------------------------------------------------------------------------


def show_isakmp_sa(sas: Iterable[IsakmpSaState]) -> Iterator[str]:
    """`show crypto isakmp sa`."""
    yield "IPv4 Crypto ISAKMP SA"
    yield "dst             src             state          conn-id status"
    for sa in sas:
        status = "ACTIVE (deleted)" if sa.deleted else "ACTIVE"
        ends = f"{sa.destination!s:<15} {sa.source!s:<15}"
        yield f"{ends} {sa.state:<14} {sa.conn_id:>7} {status}"
    yield ""
    yield "IPv6 Crypto ISAKMP SA"
    yield ""


def show_isakmp_sa_detail(sas: Iterable[IsakmpSaState]) -> Iterator[str]:
    """`show crypto isakmp sa detail`."""
    yield from _CODES
    yield "IPv4 Crypto ISAKMP SA"
    yield ""
    yield "C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap."
    yield ""
    for sa in sas:
        yield _detail_row(sa)
        engine_id = f"SW:{sa.conn_id - _FIRST_CONN_ID}" if sa.conn_id else "????"
        yield f"       Engine-id:Conn-id =  {engine_id}" + (" (deleted)" if sa.deleted else "")
        yield ""
    yield "IPv6 Crypto ISAKMP SA"
    yield ""


def _detail_row(sa: IsakmpSaState) -> str:
    authentication = _AUTHENTICATION_CODES.get(sa.authentication, sa.authentication)
    lifetime = clock(sa.lifetime_left) if sa.lifetime_left else "0"
    group = sa.group or ""
    return (
        f"{sa.conn_id:<5} {sa.local!s:<15} {sa.peer!s:<15} {'':<6} ACTIVE "
        f"{sa.encryption:<4} {sa.hash:<6} {authentication:<4} {group:<2} {lifetime:<8} "
        f"{capabilities(sa):<4}"
    )


def capabilities(sa: IsakmpSaState) -> str:
    """`D` where this router watches for a dead peer, `N` where NAT traversal is in use."""
    return sa.capabilities


def show_isakmp_sa_count(sas: Iterable[IsakmpSaState]) -> Iterator[str]:
    """`show crypto isakmp sa count`: there is no standby router."""
    known = list(sas)
    active = sum(sa.active for sa in known)
    dead = sum(sa.deleted for sa in known)
    yield f"Active ISAKMP SA's: {active}"
    yield ""
    yield "Standby ISAKMP SA's: 0"
    yield ""
    yield f"Currently being negotiated ISAKMP SA's: {len(known) - active - dead}"
    yield ""
    yield f"Dead ISAKMP SA's: {dead}"


def show_isakmp_peers(
    sas: Iterable[IsakmpSaState], address: IPv4Address | None = None
) -> Iterator[str]:
    """`show crypto isakmp peers [A]`: one entry for all SAs with a peer, of one that is up."""
    known: dict[tuple[IPv4Address, IPv4Address], IsakmpSaState] = {}
    for sa in sas:
        ends = sa.peer, sa.local
        if address in (None, sa.peer) and (ends not in known or sa.active > known[ends].active):
            known[ends] = sa
    for sa in known.values():
        yield f"Peer: {sa.peer} Port: {sa.peer_port} Local: {sa.local}"
        if sa.active:
            yield f" Phase1 id: {sa.identity or sa.peer}"


# -- configuration -------------------------------------------------------------------------------


def show_isakmp_policy(
    isakmp: IsakmpConfig, defaults: Sequence[IsakmpPolicy] = ()
) -> Iterator[str]:
    """`show crypto isakmp policy`: what is built in only while nothing is configured."""
    policies = [policy for _, policy in sorted(isakmp.policies.items())]
    yield ""
    if policies or not defaults:
        yield "Global IKE policy"
    else:
        yield "Default IKE policy"
    for policy in policies or defaults:
        yield f"Protection suite of priority {policy.priority}"
        yield from _policy(policy)


def show_default_policies(policies: Iterable[IsakmpPolicy]) -> Iterator[str]:
    """`show crypto isakmp default policy`."""
    yield ""
    for policy in policies:
        yield f"Default protection suite of priority {policy.priority}"
        yield from _policy(policy)


def _policy(policy: IsakmpPolicy) -> Iterator[str]:
    yield f"\tencryption algorithm:\t{_ENCRYPTION_TEXTS[policy.encryption]}"
    yield f"\thash algorithm:\t\t{_HASH_TEXTS[policy.hash]}"
    yield f"\tauthentication method:\t{_AUTHENTICATION_TEXTS[policy.authentication]}"
    size = f"{DH_GROUP_BITS[policy.group]} bit{_SUBGROUPS.get(policy.group, '')}"
    yield f"\tDiffie-Hellman group:\t#{policy.group} ({size})"
    yield f"\tlifetime:\t\t{policy.lifetime} seconds, no volume limit"


def show_isakmp_key(isakmp: IsakmpConfig) -> Iterator[str]:
    """`show crypto isakmp key`: a keyring's name stands beside its first key."""
    yield "Keyring      Hostname/Address                            Preshared Key"
    yield ""
    keyrings = [("default", isakmp.keys)]
    keyrings += [(ring.name, ring.keys) for ring in isakmp.keyrings.values()]
    for name, keys in keyrings:
        beside = name
        for key in keys:
            yield f"{beside:<12} {_whose(key):<43} {key.key}"
            beside = ""


def _whose(key: PreSharedKey) -> str:
    network = key.network
    if network is None:
        return key.hostname or ""
    if network.prefixlen == network.max_prefixlen:
        return str(network.network_address)
    return f"{network.network_address!s:<15}[{network.netmask!s:<15}]"


def show_isakmp_profiles(profiles: Iterable[IsakmpProfile]) -> Iterator[str]:
    """`show crypto isakmp profile`."""
    for profile in profiles:
        yield ""
        yield f"ISAKMP PROFILE {profile.name}"
        yield "   Identities matched are:"
        for match in profile.matches:
            yield f"    {_matched(match)}"
        yield "   Certificate maps matched are:"
        if profile.self_identity is not None:
            yield f"   Identity presented is: {_IDENTITY_TEXTS[profile.self_identity.kind]}"
        yield f"   keyring(s): {' '.join(profile.keyrings) or '<none>'}"
        yield "   trustpoint(s): <all>"


def _matched(match: IdentityMatch) -> str:
    if match.network is not None:
        return f"ip-address {match.network.network_address} {match.network.netmask}"
    kind = {"host": "fqdn", "user": "user-fqdn"}.get(match.kind, match.kind)
    return f"{kind} {match.name}"
