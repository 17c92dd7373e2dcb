"""show crypto ipsec sa, transform-set, profile, security-association."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from ioscli.cli.show.transforms import shown_parts, shown_transform
from ioscli.model.crypto import IpsecConfig, IpsecProfile, Mode, Selector, TransformSet
from ioscli.router.views import EspSaView, FlowErrorsView, IpsecFlowView

#: What the software engine of IOSv prints; the lower bits tell tunnel mode.
_SIBLING_FLAGS = {Mode.TUNNEL: "80000040", Mode.TRANSPORT: "80000000"}


def show_ipsec_sa(
    flows: Iterable[IpsecFlowView], *, detail: bool = False, identity: bool = False
) -> Iterator[str]:
    """`show crypto ipsec sa [identity] [detail]`: flows of each interface under one heading.

    detail: errors by their reasons; identity: without the SAs.
    """
    for (interface, tag, local), group in groupby(
        flows, key=lambda flow: (flow.interface, flow.map_tag, flow.local_address)
    ):
        yield ""
        yield f"interface: {interface}"
        yield f"    Crypto map tag: {tag}, local addr {local}"
        for flow in group:
            yield ""
            yield from _identities(flow)
            yield from _errors(flow.errors) if detail else _totals(flow)
            if not identity:
                yield from _ends(flow)
                yield from _sas(flow, detail=detail)


def _identities(flow: IpsecFlowView) -> Iterator[str]:
    """Whose packets, and how many."""
    yield "   protected vrf: (none)"
    yield f"   local  ident (addr/mask/prot/port): ({_identity(flow.local_selector)})"
    yield f"   remote ident (addr/mask/prot/port): ({_identity(flow.remote_selector)})"
    yield f"   current_peer {flow.peer} port {flow.peer_port}"
    # A part of what a list permits, which a peer asked for, is not the list's own.
    yield f"     PERMIT, flags={{{'origin_is_acl,' if flow.from_list else ''}}}"
    out, into = flow.encaps, flow.decaps
    yield f"    #pkts encaps: {out}, #pkts encrypt: {out}, #pkts digest: {out}"
    yield f"    #pkts decaps: {into}, #pkts decrypt: {into}, #pkts verify: {into}"
    # There is no IP compression here, so nothing is ever compressed.
    yield "    #pkts compressed: 0, #pkts decompressed: 0"
    yield "    #pkts not compressed: 0, #pkts compr. failed: 0"
    yield "    #pkts not decompressed: 0, #pkts decompress failed: 0"


def _totals(flow: IpsecFlowView) -> Iterator[str]:
    yield f"    #send errors {flow.send_errors}, #recv errors {flow.recv_errors}"


def _errors(errors: FlowErrorsView) -> Iterator[str]:
    """By their reasons; a packet for an SA that is not there belongs to no flow."""
    yield f"    #pkts no sa (send) {errors.no_sa}, #pkts invalid sa (rcv) 0"
    yield (
        f"    #pkts encaps failed (send) {errors.encaps_failed}, "
        f"#pkts decaps failed (rcv) {errors.decaps_failed}"
    )
    yield f"    #pkts invalid prot (recv) 0, #pkts verify failed: {errors.verify_failed}"
    yield (
        f"    #pkts invalid identity (recv) {errors.invalid_identity}, "
        f"#pkts invalid len (rcv) {errors.invalid_length}"
    )
    yield f"    #pkts replay rollover (send): {errors.rollover}, #pkts replay rollover (rcv) 0"
    yield f"    ##pkts replay failed (rcv): {errors.replay_failed}"
    # TrustSec tags are not used, and the engine here has no errors of its own.
    yield "    #pkts tagged (send): 0, #pkts untagged (rcv): 0"
    yield "    #pkts not tagged (send): 0, #pkts not untagged (rcv): 0"
    yield "    #pkts internal err (send): 0, #pkts internal err (recv) 0"


def _ends(flow: IpsecFlowView) -> Iterator[str]:
    idb = "(none)" if flow.ip_mtu_interface is None else flow.ip_mtu_interface
    yield ""
    yield f"     local crypto endpt.: {flow.local_address}, remote crypto endpt.: {flow.peer}"
    yield (
        f"     plaintext mtu {flow.plaintext_mtu}, path mtu {flow.path_mtu}, "
        f"ip mtu {flow.ip_mtu}, ip mtu idb {idb}"
    )
    yield f"     current outbound spi: {_spi(flow.outbound_spi)}"
    yield f"     PFS (Y/N): {_pfs(flow.pfs_group)}"


def _sas(flow: IpsecFlowView, *, detail: bool) -> Iterator[str]:
    for direction, sas in (("inbound", flow.inbound), ("outbound", flow.outbound)):
        yield ""
        yield f"     {direction} esp sas:"
        in_order = sorted(sas, key=lambda sa: sa.conn_id)
        for sa in in_order:
            if not sa.authentication_header:
                yield from _sa(flow, sa, detail=detail)
        yield ""
        yield f"     {direction} ah sas:"
        for sa in in_order:
            if sa.authentication_header:
                yield from _sa(flow, sa, detail=detail)
        yield ""
        yield f"     {direction} pcp sas:"


def _sa(flow: IpsecFlowView, sa: EspSaView, *, detail: bool) -> Iterator[str]:
    transform, mode = sa.proposal
    settings = mode.value.capitalize() + (" UDP-Encaps" if sa.udp_encapsulated else "")
    yield f"      spi: {_spi(sa.spi)}"
    ah = transform.ah if sa.authentication_header else None
    yield f"        transform: {shown_transform(transform) if ah is None else ah.value} ,"
    yield f"        in use settings ={{{settings}, }}"
    yield (
        f"        conn id: {sa.conn_id}, flow_id: SW:{sa.conn_id}, "
        f"sibling_flags {_SIBLING_FLAGS[mode]}, crypto map: {flow.map_tag}"
    )
    if sa.volume_limited:
        yield (
            "        sa timing: remaining key lifetime (k/sec): "
            f"({sa.remaining_kilobytes}/{sa.remaining_seconds})"
        )
    else:
        yield f"        sa timing: remaining key lifetime (sec): {sa.remaining_seconds}"
        yield "        Kilobyte Volume Rekey has been disabled"
    if not sa.authentication_header:
        yield f"        IV size: {sa.iv_size} bytes"
    window = f"  replay window size: {sa.replay_window}" if detail else ""
    yield f"        replay detection support: {f'Y{window}' if sa.replay else 'N'}"
    # The second word is the standby router's view of it; an SA that is about to go has both.
    yield "        Status: ACTIVE(ACTIVE)"


def show_ipsec_sa_count(flows: Iterable[IpsecFlowView]) -> Iterator[str]:
    """`show crypto ipsec sa count`; the flow of a map on two interfaces counts once."""
    sas = {
        (sa.spi, sa.conn_id): sa for flow in flows for sa in (*flow.inbound, *flow.outbound)
    }.values()
    rekeying = sum(sa.replaced for sa in sas)
    active = len(sas) - rekeying
    yield (
        f"IPsec SA total: {len(sas)}, active: {active}, rekeying: {rekeying}, unused: 0, invalid: 0"
    )


def _spi(spi: int) -> str:
    return f"0x{spi:X}({spi})"


def _pfs(group: int | None) -> str:
    return "N, DH group: none" if group is None else f"Y, DH group: group{group}"


def _identity(selector: Selector) -> str:
    network = selector.network
    return f"{network.network_address}/{network.netmask}/{selector.protocol}/{selector.port}"


def show_transform_sets(ipsec: IpsecConfig, name: str | None = None) -> Iterator[str]:
    """`show crypto ipsec transform-set [NAME]`, the built-in one first."""
    for made in ipsec.transform_sets.values():
        if name is None or made.name == name:
            # AH and ESP each say what they negotiate.
            head = f"Transform set {made.name}: "
            for part in shown_parts(made.transform):
                yield f"{head}{{ {part}  }} "
                yield f"   will negotiate = {{ {made.mode.value.capitalize()},  }}, "
                head = "   "
            yield "   "


def show_profiles(ipsec: IpsecConfig, name: str | None = None) -> Iterator[str]:
    """`show crypto ipsec profile [NAME]`, by name."""
    for profile in sorted(ipsec.profiles.values(), key=lambda profile: profile.name):
        if name is None or profile.name == name:
            yield from _profile(ipsec, profile)
            yield ""


def _profile(ipsec: IpsecConfig, profile: IpsecProfile) -> Iterator[str]:
    seconds = profile.lifetime_seconds or ipsec.lifetime_seconds
    kilobytes = profile.lifetime_kilobytes or ipsec.lifetime_kilobytes
    yield f"IPSEC profile {profile.name}"
    if profile.isakmp_profile is not None:
        yield f"        ISAKMP Profile: {profile.isakmp_profile}"
    if profile.description is not None:
        yield f"        Description: {profile.description}"
    yield f"        Security association lifetime: {kilobytes} kilobytes/{seconds} seconds"
    yield f"        Responder-Only (Y/N): {'Y' if profile.responder_only else 'N'}"
    yield f"        PFS (Y/N): {'N' if profile.pfs_group is None else 'Y'}"
    if profile.pfs_group is not None:
        yield f"        DH group:  group{profile.pfs_group}"
    yield "        Mixed-mode : Disabled"
    yield "        Transform sets={ "
    for name in profile.transform_sets:
        made = ipsec.transform_sets.get(name)
        if made is not None:
            yield f"                {_braced(made)} , "
    yield "        }"


def _braced(made: TransformSet) -> str:
    parts = " , ".join(f"{{ {part}  }}" for part in shown_parts(made.transform))
    return f"{made.name}:  {parts}"


def show_security_association(ipsec: IpsecConfig) -> Iterator[str]:
    """`show crypto ipsec security-association [lifetime]`."""
    lifetime = f"{ipsec.lifetime_kilobytes} kilobytes/{ipsec.lifetime_seconds} seconds"
    yield f"Security association lifetime: {lifetime}"


def show_idle_time(ipsec: IpsecConfig) -> Iterator[str]:
    """`show crypto ipsec security-association idle-time`: SAs may be idle where none is set."""
    if ipsec.idle_time is not None:
        yield f"Security association idletime: {ipsec.idle_time} seconds"
