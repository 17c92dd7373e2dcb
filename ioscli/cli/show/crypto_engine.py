"""show crypto engine connections active.

Columns and the writing of algorithms are those of captures of vIOS and IOS 15; there is none with
GCM or null encryption.
"""

from collections.abc import Iterable, Iterator

from ioscli.model.crypto import AhIntegrity, EspIntegrity, EspTransform, IsakmpSaState
from ioscli.router.views import EspSaView, IpsecFlowView

_USUAL_BITS = 128
"""A key of AES whose length is not written."""


def show_engine_connections(
    flows: Iterable[IpsecFlowView], sas: Iterable[IsakmpSaState]
) -> Iterator[str]:
    """`show crypto engine connections active`: IPsec's by number, then IKE's."""
    yield "Crypto Engine Connections"
    yield ""
    yield "   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN IP-Address"
    rows: dict[int, str] = {}
    for flow in flows:
        address = str(flow.local_address)
        for sa in flow.inbound:
            rows[sa.conn_id] = _ipsec(sa, address, inbound=True)
        for sa in flow.outbound:
            rows[sa.conn_id] = _ipsec(sa, address, inbound=False)
    for phase_one in sas:
        number = phase_one.conn_id
        if number and not phase_one.deleted:
            algorithm, address = _of_ike(phase_one), str(phase_one.local)
            rows[number] = _row(number, "IKE", algorithm, (0, 0, 0), address)
    for _, row in sorted(rows.items()):
        yield row
    yield ""


def _row(
    conn_id: int, kind: str, algorithm: str, counts: tuple[int, int, int], address: str
) -> str:
    encrypted, decrypted, last = counts
    return (
        f"{conn_id:>5}  {kind:<7} {algorithm:<18} {encrypted:>8} {decrypted:>8} {last:>8} {address}"
    )


def _ipsec(sa: EspSaView, address: str, *, inbound: bool) -> str:
    counts = (0, sa.packets, sa.last_sequence) if inbound else (sa.packets, 0, 0)
    return _row(sa.conn_id, "IPsec", _of_ipsec(sa.proposal.transform), counts, address)


def _of_ipsec(transform: EspTransform) -> str:
    """`AES256+SHA`: AH's hash stands alone, and before ESP's cipher."""
    parts = [] if transform.ah is None else [_hash(transform.ah)]
    if transform.has_esp:
        name, _, size = transform.cipher.value.removeprefix("esp-").partition(" ")
        parts.append(f"{name.upper()}{'' if size in ('', '128') else size}")
    if transform.integrity is not None:
        parts.append(_hash(transform.integrity))
    return "+".join(parts)


def _hash(integrity: AhIntegrity | EspIntegrity) -> str:
    """`esp-sha256-hmac` as `SHA256`."""
    return str(integrity.value).split("-")[1].upper()


def _of_ike(sa: IsakmpSaState) -> str:
    """`SHA256+AES256`."""
    size = str(sa.key_bits) if sa.key_bits > _USUAL_BITS else ""
    return f"{sa.hash.upper()}+{sa.encryption.upper()}{size}"
