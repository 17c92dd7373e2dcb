"""UPDATE messages: the checks of RFC 7606 and RFC 4271 section 9.1, and inbound policy."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from ioscli.codec.bgp import BgpError, PathAttributes, Update
from ioscli.codec.bgp.numbers import AttributeType, ErrorCode, UpdateError
from ioscli.model.rib import RouteSource
from ioscli.protocols.bgp.context import Context
from ioscli.protocols.bgp.neighbor import Neighbor
from ioscli.protocols.bgp.nexthops import attached
from ioscli.protocols.bgp.paths import first_as, occurrences
from ioscli.protocols.bgp.policy import Ends, Filters, Passed, pass_through
from ioscli.protocols.bgp.states import PeerKind

_INSIDE = frozenset(
    {AttributeType.LOCAL_PREF, AttributeType.ORIGINATOR_ID, AttributeType.CLUSTER_LIST}
)
"""Attributes that are nothing to a neighbor outside (RFC 7606 sections 7.5, 7.9 and 7.10)."""
_ATTACHED = (RouteSource.CONNECTED, RouteSource.LOCAL)


def malformed(context: Context, neighbor: Neighbor, update: Update) -> bool:
    """Whether an UPDATE's prefixes count as withdrawn for what is wrong with it (RFC 7606).

    Raises BgpError where the session is to end: under `no bgp enhanced-error` whatever is wrong.
    """
    try:
        _judge(context, neighbor, update)
        if update.prefixes:
            _check_mandatory(neighbor, update.attributes)
    except BgpError:
        if not context.process.enhanced_error:
            raise
        return True
    return False


def _judge(context: Context, neighbor: Neighbor, update: Update) -> None:
    """Raises what is wrong with the attributes, if it cannot be overlooked."""
    for fault in update.faults:
        discarded = fault.discarded or (
            neighbor.kind is PeerKind.EXTERNAL and fault.kind in _INSIDE
        )
        if not discarded or not context.process.enhanced_error:
            raise fault.error


def check(context: Context, neighbor: Neighbor, attributes: PathAttributes) -> None:
    """The first AS. Raises BgpError."""
    if neighbor.kind is PeerKind.EXTERNAL and context.process.enforce_first_as:
        theirs = neighbor.settings.remote_as
        if first_as(attributes.as_path) != theirs:
            raise BgpError(ErrorCode.UPDATE_MESSAGE, UpdateError.MALFORMED_AS_PATH)


def _check_mandatory(neighbor: Neighbor, attributes: PathAttributes) -> None:
    missing: AttributeType | None = None
    if attributes.origin is None:
        missing = AttributeType.ORIGIN
    elif attributes.as_path is None:
        missing = AttributeType.AS_PATH
    elif attributes.next_hop is None:
        missing = AttributeType.NEXT_HOP
    elif neighbor.internal and attributes.local_preference is None:
        missing = AttributeType.LOCAL_PREF
    if missing is not None:
        subcode = UpdateError.MISSING_WELL_KNOWN
        raise BgpError(ErrorCode.UPDATE_MESSAGE, subcode, bytes((missing,)))


def refused(context: Context, neighbor: Neighbor, attributes: PathAttributes) -> str | None:
    """Why paths with these attributes are not taken at all, in IOS's words."""
    own = {context.process.number, context.outer_as}
    if neighbor.settings.local_as is not None:
        own.add(neighbor.settings.local_as)
    allowed = neighbor.settings.allowas_in or 0
    if any(occurrences(attributes.as_path, number) > allowed for number in own):
        return "AS_PATH loop"
    if attributes.originator is not None and attributes.originator == context.router_id:
        return "ORIGINATOR loop"
    cluster = context.process.cluster_id or context.router_id
    if cluster in attributes.cluster_list:
        return "CLUSTERLIST loop"
    assert attributes.next_hop is not None
    if _is_own(context, attributes.next_hop):
        return "NEXT_HOP loop"
    outside = neighbor.kind is PeerKind.EXTERNAL
    # Section 5.1.3: of a neighbor one hop away, the next hop is one hop away, too.
    near = outside and neighbor.single_hop
    if near and attached(context.rib, attributes.next_hop) is None:
        return "NEXT_HOP not connected"
    return None


def _is_own(context: Context, address: IPv4Address) -> bool:
    """Whether the routing table has an address as this router's own (section 5.1.3)."""
    entry = context.rib.entry(IPv4Network((int(address), 32)))
    return entry is not None and entry.route.source in _ATTACHED


def normalized(neighbor: Neighbor, attributes: PathAttributes) -> PathAttributes:
    """Attributes as they count here: LOCAL_PREF is of no neighbor outside (section 5.1.5)."""
    if neighbor.kind is PeerKind.EXTERNAL:
        return attributes._replace(local_preference=None, originator=None, cluster_list=())
    return attributes


def inbound(
    context: Context, neighbor: Neighbor, prefix: IPv4Network, attributes: PathAttributes
) -> Passed | None:
    """What inbound policy makes of a path; None: denied, and counted."""
    settings = neighbor.settings
    filters = Filters(
        settings.prefix_list_in,
        settings.distribute_list_in,
        settings.filter_list_in,
        settings.route_map_in,
    )
    local = None if neighbor.session is None else neighbor.session.local
    ends = Ends(neighbor.address, local)
    found = pass_through(context.policy, filters, prefix, attributes, neighbor.address, ends)
    if isinstance(found, str):
        neighbor.deny(found)
        return None
    return found
