"""What a neighbor is told of a path: RFC 4271 sections 5 and 9.2, RFC 1997, 4456, 5065."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from ioscli.codec.bgp import AsPathSegment, PathAttributes, SegmentType
from ioscli.codec.bgp.numbers import AttributeType, Origin
from ioscli.model.attribute_lists import Community
from ioscli.model.bgp import BgpSettings
from ioscli.model.rib import RouteSource
from ioscli.protocols.bgp.context import Context
from ioscli.protocols.bgp.neighbor import Neighbor
from ioscli.protocols.bgp.paths import (
    UNSPECIFIED,
    BgpPath,
    TableEntry,
    first_as,
    prepended,
    without_confederation,
)
from ioscli.protocols.bgp.policy import Ends, Filters, Passed, pass_through
from ioscli.protocols.bgp.states import PeerKind

DEFAULT = IPv4Network("0.0.0.0/0")
_PRIVATE = ((64_512, 65_534), (4_200_000_000, 4_294_967_294))


class Advertiser:
    """Decides what goes to whom, and with which attributes."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def attributes_for(
        self, neighbor: Neighbor, prefix: IPv4Network, entry: TableEntry | None
    ) -> PathAttributes | None:
        """What a neighbor is told of a prefix; None: nothing, or that it is gone."""
        if prefix == DEFAULT and neighbor.settings.default_originate is not None:
            return self._default(neighbor)
        path = None if entry is None else entry.best
        if entry is None or path is None or path.neighbor is neighbor:
            if path is not None:
                neighbor.deny("Bestpath from this peer", outbound=True)
            return None
        if not self._may_go(neighbor, path):
            return None
        if entry.suppressed and not self._unsuppressed(neighbor, prefix, path):
            return None
        passed = self._through_policy(neighbor, prefix, path)
        return None if passed is None else self._outgoing(neighbor, path, passed)

    def _may_go(self, neighbor: Neighbor, path: BgpPath) -> bool:
        communities = path.attributes.communities
        if communities:
            if Community.NO_ADVERTISE in communities:
                return False
            if Community.LOCAL_AS in communities and not neighbor.internal:
                return False
            external = neighbor.kind is PeerKind.EXTERNAL
            if Community.NO_EXPORT in communities and external:
                return False
        source = path.neighbor
        if source is None or not source.internal or not neighbor.internal:
            return True
        return self._reflects(source, neighbor)

    def _reflects(self, source: Neighbor, neighbor: Neighbor) -> bool:
        """RFC 4456 section 6: from clients to all, from others to clients."""
        to_client = bool(neighbor.settings.route_reflector_client)
        if source.settings.route_reflector_client:
            return not to_client or self._context.process.client_to_client_reflection
        return to_client

    def _unsuppressed(self, neighbor: Neighbor, prefix: IPv4Network, path: BgpPath) -> bool:
        name = neighbor.settings.unsuppress_map
        if name is None:
            return False
        filters = Filters(route_map=name)
        source = None if path.neighbor is None else path.neighbor.address
        ends = Ends(neighbor.address, None)
        found = pass_through(self._context.policy, filters, prefix, path.attributes, source, ends)
        return not isinstance(found, str)

    def _through_policy(
        self, neighbor: Neighbor, prefix: IPv4Network, path: BgpPath
    ) -> Passed | None:
        settings = neighbor.settings
        filters = Filters(
            settings.prefix_list_out,
            settings.distribute_list_out,
            settings.filter_list_out,
            settings.route_map_out,
        )
        attributes = path.attributes
        learned = path.neighbor is not None
        if learned and not neighbor.internal and attributes.med is not None:
            # Section 5.1.4: what a neighboring AS said is not passed on to others.
            attributes = attributes._replace(med=None)
        if not learned and attributes.med is None:
            # An aggregate has no metric in this table, and is told with 0 (captures of IOS 15.2).
            attributes = attributes._replace(med=0)
        source = None if path.neighbor is None else path.neighbor.address
        ends = Ends(neighbor.address, self._own_address(neighbor))
        found = pass_through(self._context.policy, filters, prefix, attributes, source, ends)
        if isinstance(found, str):
            neighbor.deny(found, outbound=True)
            return None
        return found

    def _outgoing(self, neighbor: Neighbor, path: BgpPath, passed: Passed) -> PathAttributes:
        settings = neighbor.settings
        found = passed.attributes
        if settings.send_community not in ("standard", "both") and found.communities:
            found = found._replace(communities=())
        if settings.send_community not in ("extended", "both") and found.unknown:
            kept = tuple(it for it in found.unknown if it[1] != AttributeType.EXTENDED_COMMUNITIES)
            found = found._replace(unknown=kept)
        if not passed.next_hop_set:
            found = found._replace(next_hop=self._next_hop(neighbor, path))
        if neighbor.internal:
            return self._to_internal(path, found)
        return self._to_external(neighbor, found)

    def _to_internal(self, path: BgpPath, found: PathAttributes) -> PathAttributes:
        if found.local_preference is None:
            preference = self._context.process.default_local_preference
            found = found._replace(local_preference=preference)
        source = path.neighbor
        if source is not None and source.internal:
            # RFC 4456 section 8.
            found = found._replace(
                originator=found.originator or source.identifier,
                cluster_list=(self.cluster_id, *found.cluster_list),
            )
        return found._replace(as_path=found.as_path or ())

    @property
    def cluster_id(self) -> IPv4Address:
        """`bgp cluster-id`, or the router ID."""
        return self._context.process.cluster_id or self._context.router_id

    def _to_external(self, neighbor: Neighbor, found: PathAttributes) -> PathAttributes:
        context, settings = self._context, neighbor.settings
        found = found._replace(originator=None, cluster_list=())
        if neighbor.kind is PeerKind.CONFEDERATION:
            kind = SegmentType.AS_CONFED_SEQUENCE
            path = prepended(found.as_path, (context.process.number,), kind)
            preference = found.local_preference
            if preference is None:
                preference = context.process.default_local_preference
            return found._replace(as_path=path, local_preference=preference)
        path = without_confederation(found.as_path)
        if settings.remove_private_as:
            path = _without_private(path)
        if settings.as_override:
            path = _overridden(path, settings.remote_as or 0, context.outer_as)
        path = prepended(path, _own_numbers(settings, context.outer_as), SegmentType.AS_SEQUENCE)
        return found._replace(as_path=path, local_preference=None)

    # -- next hops (section 5.1.3) -----------------------------------------------------------------

    def _next_hop(self, neighbor: Neighbor, path: BgpPath) -> IPv4Address | None:
        settings = neighbor.settings
        known = path.next_hop
        own = self._own_address(neighbor)
        reflected = path.neighbor is not None and path.neighbor.internal
        if settings.next_hop_self_all:
            return own
        if known == UNSPECIFIED:
            return own
        if neighbor.internal:
            return own if settings.next_hop_self and not reflected else known
        if neighbor.kind is PeerKind.CONFEDERATION:
            return own if settings.next_hop_self else known
        if settings.next_hop_unchanged and settings.ebgp_multihop is not None:
            return known
        if settings.next_hop_self:
            return own
        return known if self._shared_network(neighbor, known) else own

    def _shared_network(self, neighbor: Neighbor, next_hop: IPv4Address) -> bool:
        """Whether a next hop is on the network that this router and the neighbor share."""
        if next_hop == neighbor.address:
            return False
        route = self._context.rib.lookup(int(next_hop))
        return (
            route is not None
            and route.source is RouteSource.CONNECTED
            and neighbor.address in route.prefix
        )

    def _own_address(self, neighbor: Neighbor) -> IPv4Address | None:
        return None if neighbor.session is None else neighbor.session.local

    # -- default-originate -------------------------------------------------------------------------

    def _default(self, neighbor: Neighbor) -> PathAttributes | None:
        wanted = neighbor.settings.default_originate
        assert wanted is not None
        if wanted.route_map is not None:
            from ioscli.protocols.bgp.route_maps import permits_some

            routes = list(self._context.rib.routes())
            if not permits_some(self._context.policy, wanted.route_map, routes):
                return None
        found = PathAttributes(origin=Origin.IGP, as_path=(), next_hop=self._own_address(neighbor))
        if neighbor.internal:
            preference = self._context.process.default_local_preference
            return found._replace(local_preference=preference, med=0)
        return self._to_external(neighbor, found)


def _own_numbers(settings: BgpSettings, number: int) -> tuple[int, ...]:
    """What is prepended: the AS, with `local-as` that one in front."""
    if settings.local_as is None:
        return (number,)
    if settings.local_as_replace:
        return (settings.local_as,)
    return (settings.local_as, number)


def _private(number: int) -> bool:
    return any(low <= number <= high for low, high in _PRIVATE)


def _without_private(path: tuple[AsPathSegment, ...]) -> tuple[AsPathSegment, ...]:
    """`remove-private-as`: only where the whole path is private."""
    every = [number for segment in path for number in segment.numbers]
    return () if every and all(_private(number) for number in every) else path


def _overridden(
    path: tuple[AsPathSegment, ...], theirs: int, own: int
) -> tuple[AsPathSegment, ...]:
    """`as-override`: the neighbor's AS is replaced by this router's."""
    if first_as(path) == 0:
        return path
    return tuple(
        segment._replace(
            numbers=tuple(own if number == theirs else number for number in segment.numbers)
        )
        for segment in path
    )
