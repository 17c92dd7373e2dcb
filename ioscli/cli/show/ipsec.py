"""show crypto ipsec sa, transform-set, profile, security-association."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from ioscli.cli.show.transforms import shown_transform
from ioscli.model.crypto import IpsecConfig, IpsecProfile, Mode, Selector, TransformSet
from ioscli.router.views import EspSaView, IpsecFlowView

_IKE_PORT = 500
#: What the software engine of IOSv prints; the lower bits tell tunnel mode.
_SIBLING_FLAGS = {Mode.TUNNEL: "80000040", Mode.TRANSPORT: "80000000"}


def show_ipsec_sa(flows: Iterable[IpsecFlowView]) -> Iterator[str]:
    """`show crypto ipsec sa`: the flows of each interface under one heading."""
    for (interface, tag, local), group in groupby(
        flows, key=lambda flow: (flow.interface, flow.map_tag, flow.local_address)
    ):
        yield ""
        yield f"interface: {interface}"
        yield f"    Crypto map tag: {tag}, local addr {local}"
        for flow in group:
            yield ""
            yield from _flow(flow)


def _flow(flow: IpsecFlowView) -> Iterator[str]:
    idb = "(none)" if flow.ip_mtu_interface is None else flow.ip_mtu_interface
    yield "   protected vrf: (none)"
    yield f"   local  ident (addr/mask/prot/port): ({_identity(flow.local_selector)})"
    yield f"   remote ident (addr/mask/prot/port): ({_identity(flow.remote_selector)})"
    yield f"   current_peer {flow.peer} port {flow.peer_port}"
    yield "     PERMIT, flags={origin_is_acl,}"
    out, into = flow.encaps, flow.decaps
    yield f"    #pkts encaps: {out}, #pkts encrypt: {out}, #pkts digest: {out}"
    yield f"    #pkts decaps: {into}, #pkts decrypt: {into}, #pkts verify: {into}"
    # There is no IP compression here, so nothing is ever compressed.
    yield "    #pkts compressed: 0, #pkts decompressed: 0"
    yield "    #pkts not compressed: 0, #pkts compr. failed: 0"
    yield "    #pkts not decompressed: 0, #pkts decompress failed: 0"
    yield f"    #send errors {flow.send_errors}, #recv errors {flow.recv_errors}"
    yield ""
    yield f"     local crypto endpt.: {flow.local_address}, remote crypto endpt.: {flow.peer}"
    yield (
        f"     plaintext mtu {flow.plaintext_mtu}, path mtu {flow.path_mtu}, "
        f"ip mtu {flow.ip_mtu}, ip mtu idb {idb}"
    )
    yield f"     current outbound spi: {_spi(flow.outbound_spi)}"
    yield f"     PFS (Y/N): {_pfs(flow.pfs_group)}"
    for direction, sas in (("inbound", flow.inbound), ("outbound", flow.outbound)):
        yield ""
        yield f"     {direction} esp sas:"
        for sa in sorted(sas, key=lambda sa: sa.conn_id):
            yield from _esp_sa(flow, sa)
        yield ""
        yield f"     {direction} ah sas:"
        yield ""
        yield f"     {direction} pcp sas:"


def _esp_sa(flow: IpsecFlowView, sa: EspSaView) -> Iterator[str]:
    transform, mode = sa.proposal
    settings = mode.value.capitalize() + (" UDP-Encaps" if flow.peer_port != _IKE_PORT else "")
    yield f"      spi: {_spi(sa.spi)}"
    yield f"        transform: {shown_transform(transform)} ,"
    yield f"        in use settings ={{{settings}, }}"
    yield (
        f"        conn id: {sa.conn_id}, flow_id: SW:{sa.conn_id}, "
        f"sibling_flags {_SIBLING_FLAGS[mode]}, crypto map: {flow.map_tag}"
    )
    yield (
        "        sa timing: remaining key lifetime (k/sec): "
        f"({sa.remaining_kilobytes}/{sa.remaining_seconds})"
    )
    yield f"        IV size: {sa.iv_size} bytes"
    yield f"        replay detection support: {'Y' if sa.replay else 'N'}"
    # The second word is the standby router's view of it; an SA that is about to go has both.
    yield "        Status: ACTIVE(ACTIVE)"


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
            yield f"Transform set {_braced(made, ':')} "
            yield f"   will negotiate = {{ {made.mode.value.capitalize()},  }}, "
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
    if profile.description is not None:
        yield f"        Description: {profile.description}"
    yield f"        Security association lifetime: {kilobytes} kilobytes/{seconds} seconds"
    yield "        Responder-Only (Y/N): N"
    yield f"        PFS (Y/N): {'N' if profile.pfs_group is None else 'Y'}"
    if profile.pfs_group is not None:
        yield f"        DH group:  group{profile.pfs_group}"
    yield "        Mixed-mode : Disabled"
    yield "        Transform sets={ "
    for name in profile.transform_sets:
        made = ipsec.transform_sets.get(name)
        if made is not None:
            yield f"                {_braced(made, ': ')} , "
    yield "        }"


def _braced(made: TransformSet, separator: str) -> str:
    return f"{made.name}{separator} {{ {shown_transform(made.transform)}  }}"


def show_security_association(ipsec: IpsecConfig) -> Iterator[str]:
    """`show crypto ipsec security-association`."""
    lifetime = f"{ipsec.lifetime_kilobytes} kilobytes/{ipsec.lifetime_seconds} seconds"
    yield f"Security association lifetime: {lifetime}"
