"""Following a changed configuration: only what changed is disturbed, with the reason IOS logs."""

from typing import TYPE_CHECKING

from ioscli.model.eigrp import EigrpDistributeList, EigrpInterface, EigrpOffsetList, EigrpProcess
from ioscli.protocols.eigrp import metric
from ioscli.protocols.eigrp.dual import Event
from ioscli.protocols.eigrp.interface import Interface

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.machine import Eigrp


def follow_process(eigrp: "Eigrp", before: EigrpProcess) -> None:
    """What changed of the process and concerns all neighbors."""
    config = eigrp.config
    if before.weights != config.weights:
        eigrp.all_neighbors_down("metric changed")
        for interface in eigrp.interfaces.values():
            _relink(eigrp, interface)
    if before.stub != config.stub:
        eigrp.all_neighbors_down("peer info changed")
    table = ("variance", "maximum_paths", "distance_internal", "distance_external", "rib_scale",
             "traffic_share_balanced", "summary_distances")  # fmt: skip
    if any(getattr(before, name) != getattr(config, name) for name in table):
        eigrp.all_routes_again()
    inward = _lists(before, outward=False) != _lists(config, outward=False)
    outward = _lists(before, outward=True) != _lists(config, outward=True)
    others = ("default_information_in", "maximum_hops")
    inward |= any(getattr(before, name) != getattr(config, name) for name in others)
    outward |= before.default_information_out != config.default_information_out
    if inward or outward:
        for interface in eigrp.interfaces.values():
            resync(eigrp, interface, "route configuration changed", inward=inward)


def _lists(
    config: EigrpProcess, *, outward: bool
) -> tuple[list[EigrpDistributeList], list[EigrpOffsetList]]:
    return (
        [one for one in config.distribute_lists if one.outward == outward],
        [one for one in config.offset_lists if one.outward == outward],
    )


def wanted_interfaces(eigrp: "Eigrp") -> dict[str, EigrpInterface]:
    """The interfaces that network statements cover, by name, in the router's order."""
    found = {}
    for facts in eigrp.known_interfaces:
        if facts.address is None or not facts.up or facts.settings.shutdown:
            continue
        if eigrp.config.runs_on(facts.address.ip):
            found[str(facts.name)] = facts
    return found


def follow_interfaces(eigrp: "Eigrp") -> None:
    """Interfaces that came, went or changed."""
    wanted = wanted_interfaces(eigrp)
    for interface in list(eigrp.interfaces.values()):
        if interface.label not in wanted:
            _leave(eigrp, interface)
            del eigrp.interfaces[interface.facts.name]
    for facts in wanted.values():
        known = eigrp.interfaces.get(facts.name)
        if known is None:
            known = eigrp.interfaces[facts.name] = Interface(eigrp, facts)
            _set_statics(eigrp, known)
            known.is_up = True
            eigrp.origins.connect(known)
            known.begin_hellos()
        else:
            _apply(eigrp, known, facts)
    eigrp.interfaces = {facts.name: eigrp.interfaces[facts.name] for facts in wanted.values()}


def _leave(eigrp: "Eigrp", interface: Interface) -> None:
    """EIGRP does not run there any more."""
    still_there = any(
        facts.name == interface.facts.name and facts.up for facts in eigrp.known_interfaces
    )
    if still_there and not interface.silent:
        eigrp.transport.send_goodbye(interface)
    for neighbor in list(interface.neighbors.values()):
        eigrp.neighbor_down(neighbor, "interface down", tell=False)
    interface.stop()
    eigrp.origins.connect(interface)
    for entry in eigrp.topology.values():
        entry.told.pop(interface, None)


def _apply(eigrp: "Eigrp", interface: Interface, facts: EigrpInterface) -> None:
    """An interface stays; some of what is known of it may be new."""
    before, old = interface.facts, interface.facts.settings
    statics = interface.statics
    if before.address != facts.address or before.unnumbered != facts.unnumbered:
        _down(eigrp, interface, "address changed")
    if facts.passive and not before.passive:
        eigrp.transport.send_goodbye(interface)
        _down(eigrp, interface, "interface passive", tell=False)
        interface.hello_timer.cancel()
    interface.facts = facts
    new = facts.settings
    if (old.authentication, old.password) != (new.authentication, new.password):
        _down(eigrp, interface, "authentication mode changed")
    _set_statics(eigrp, interface)
    if statics != interface.statics:
        _down(eigrp, interface, "static peer configured")
    addresses = (before.address, before.secondaries)
    if addresses != (facts.address, facts.secondaries):
        eigrp.origins.connect(interface)
    if interface.link != metric.of_interface(facts, wide=eigrp.config.named):
        _relink(eigrp, interface)
    if old.summaries != new.summaries:
        resync(eigrp, interface, "summary configured")
    if old.split_horizon != new.split_horizon:
        resync(eigrp, interface, "split horizon changed")
    if old.next_hop_self != new.next_hop_self:
        for entry in eigrp.topology.values():
            entry.told.pop(interface, None)
        resync(eigrp, interface, "next_hop_self value changed")
    hellos = old.hello_interval != new.hello_interval or old.hold_time != new.hold_time
    if not facts.passive and (before.passive or hellos):
        interface.begin_hellos()


def _set_statics(eigrp: "Eigrp", interface: Interface) -> None:
    interface.statics = frozenset(
        int(one.address) for one in eigrp.config.neighbors if one.interface == interface.facts.name
    )


def _down(eigrp: "Eigrp", interface: Interface, reason: str, *, tell: bool = True) -> None:
    for neighbor in list(interface.neighbors.values()):
        eigrp.neighbor_down(neighbor, reason, tell=tell)


def _relink(eigrp: "Eigrp", interface: Interface) -> None:
    """The metric of an interface changed: so did every distance through it."""
    interface.link = metric.of_interface(interface.facts, wide=eigrp.config.named)
    eigrp.origins.connect(interface)
    for entry in list(eigrp.topology.values()):
        for source, descriptor in list(entry.descriptors.items()):
            if descriptor.neighbor is None or descriptor.interface is not interface:
                continue
            descriptor.vector = metric.through(descriptor.told, interface.link)
            descriptor.distance = eigrp.distance_of(descriptor.vector)
            descriptor.reported = eigrp.distance_of(descriptor.told)
            eigrp.dual.handle(entry, Event.UPDATE, source)


def resync(eigrp: "Eigrp", interface: Interface, reason: str, *, inward: bool = False) -> None:
    """Tell the neighbors of an interface everything that is new to them.

    inward: have them tell everything again, too.
    """
    for neighbor in interface.established():
        eigrp.log_change(neighbor.ip, interface, "resync", reason)
        if inward:
            eigrp.ask_for_table(neighbor)
    if interface.neighbors:
        interface.pending.update(dict.fromkeys(eigrp.topology.values()))
        eigrp.flush_soon(interface)
