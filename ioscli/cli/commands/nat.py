"""NAT: what the kept lines of grammar/nat.lark mean to the router, how it stands, what clears it.

Refusals: captures (`%Dynamic mapping in use, cannot remove` for a pool, the two questions, `%:
Error: static entry in use, cannot remove`) and Cisco's document 13779.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.cli.dialogue import Ask, Interrupted, Steps
from ioscli.cli.nat_lines import POOL, SOURCE, in_full, mapping_of, read
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.codec.ipv4 import IpProtocol
from ioscli.model.changes import ConfigChange, InterfaceChanged, NatChanged
from ioscli.model.config import InterfaceConfig
from ioscli.model.nat import DynamicMapping, NatSide, StaticMapping

if TYPE_CHECKING:
    from ioscli.cli.configuration import ConfigContext
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.router.nat.nat import Nat

_IN_USE = "%Dynamic mapping in use, cannot remove"
_ALL_ENTRIES = "Dynamic mapping in use, do you want to delete all entries? [no]: "
_STATIC_IN_USE = "%: Error: static entry in use, cannot remove"
_CHILD_ENTRIES = "Static entry in use, do you want to delete child entries? [no]: "
_NOT_FOUND = "%Translation not found"


# -- configuration -------------------------------------------------------------------------------


def follow(context: ConfigContext) -> tuple[ConfigChange, ...]:
    """Read the mappings, or an interface's side, anew."""
    target = context.target
    if isinstance(target, InterfaceConfig):
        words = target.stored.get("if_nat_side", ("",))[-1].split(" ")
        target.nat_side = None if words[0] in ("no", "") else NatSide(words[-1])
        return (InterfaceChanged(target.name),)
    context.config.nat = read(context.config)
    return (NatChanged(),)


def check_source(context: ConfigContext, args: Args) -> None:
    """A line about a mapping: may it come, or go while translations live?"""
    if args.words[0] in ("no", "default"):
        _check_removal(context, in_full(args.words)[1:])
        return
    line = " ".join(in_full(args.words))
    wanted = mapping_of(line, 0)
    lines = {} if context.config.nat is None else context.config.nat.lines
    if line in lines:
        return
    if isinstance(wanted, DynamicMapping):
        _replace(context, wanted)
    elif wanted is not None:
        for known in lines.values():
            if isinstance(known, StaticMapping):
                _check_static(wanted, known)


def _check_removal(context: ConfigContext, words: tuple[str, ...]) -> None:
    """`no ip nat ... source ...`: refused, or asked about, while it is in use."""
    config = context.config.nat
    if config is None:
        return
    for line, mapping in config.lines.items():
        if tuple(line.split(" ")[: len(words)]) != words:
            continue
        if isinstance(mapping, StaticMapping):
            if mapping.children:
                _put(context, line, mapping, _CHILD_ENTRIES, _STATIC_IN_USE)
        elif mapping.references:
            if not mapping.overload:
                raise Refusal(_IN_USE)
            _put(context, line, mapping, _ALL_ENTRIES, _IN_USE)


def _put(
    context: ConfigContext,
    line: str,
    mapping: DynamicMapping | StaticMapping,
    question: str,
    refusal: str,
) -> None:
    """Ask whether the translations shall go with the mapping; the line waits for the answer."""

    def steps(session: Session) -> Steps:
        try:
            answer = (yield Ask(question)).strip().lower()
        except Interrupted:
            return
        if not answer or not "yes".startswith(answer):
            yield refusal
            return
        router = session.router
        router.nat.clear_mapping(mapping)
        lines = router.config.stored.get(SOURCE, [])
        if line in lines:
            lines.remove(line)
        router.config.nat = read(router.config)
        router.apply((NatChanged(),))

    context.steps = steps
    raise Refusal


def _replace(context: ConfigContext, wanted: DynamicMapping) -> None:
    """A list or route-map has one mapping: a new one takes the place of the old one."""
    config = context.config.nat
    if config is None:
        return
    for line, known in config.lines.items():
        if (
            isinstance(known, DynamicMapping)
            and known.side is wanted.side
            and known.vrf == wanted.vrf
            and (known.access_list, known.route_map) == (wanted.access_list, wanted.route_map)
        ):
            if known.references:
                raise Refusal("%Dynamic mapping in use, cannot change")
            context.config.stored[SOURCE].remove(line)


def _check_static(wanted: StaticMapping, known: StaticMapping) -> None:
    """Two static mappings of one address or port; `extendable` allows several of one host."""
    if wanted.side is not known.side or wanted.vrf != known.vrf:
        return
    alike = (wanted.protocol, wanted.prefix_length) == (known.protocol, known.prefix_length)
    if not alike or wanted.route_map or known.route_map:
        return
    here, there = wanted.global_address or wanted.interface, known.global_address or known.interface
    if here == there and wanted.global_port == known.global_port:
        text = f"{known.local} -> {there}"
        raise Refusal(f"% similar static entry ({text}) already exists")
    several = wanted.extendable or known.extendable or wanted.protocol is not None
    if wanted.local == known.local and not several:
        raise Refusal(f"% {wanted.local} already mapped ({known.local} -> {there})")


def check_pool(context: ConfigContext, args: Args) -> None:
    """A pool stays while a mapping refers to it, and runs upwards."""
    config = context.config.nat
    name = args["A_NAT_POOL"]
    if args.words[0] in ("no", "default"):
        if config is not None and config.users(name):
            raise Refusal(f"%Pool {name} in use, cannot destroy")
        kept = context.config.stored.get(POOL, [])
        if not any(line.split(" ")[3] == name for line in kept):
            raise Refusal(f"%Pool {name} not found")
        return
    users = () if config is None else config.users(name)
    same = " ".join(args.words) in context.config.stored.get(POOL, ())
    if any(it.references for it in users) and not same:
        raise Refusal(f"%Pool {name} in use, cannot redefine")
    addresses: list[IPv4Address] = args.all("A_NETWORK")
    if len(addresses) > 1 and addresses[0] > addresses[1]:
        raise Refusal("%End address less than start address")


# -- EXEC ----------------------------------------------------------------------------------------


@command("show_ip_nat_translations")
def show_ip_nat_translations(session: Session, args: Args) -> Iterable[str]:
    """`show ip nat translations [PROTOCOL] [inside A] [outside A] [vrf V] [verbose] [total]`."""
    from ioscli.cli.show import nat

    running = session.router.running_nat
    if running is None:
        return ()
    protocols = [name for name in ("icmp", "tcp", "udp", "esp") if name in args]
    addresses: list[IPv4Address] = args.all("A_NETWORK")
    rows = nat.chosen(
        running.tables(),
        protocol=protocols[0] if protocols else None,
        inside=addresses[0] if "inside" in args else None,
        outside=addresses[-1] if "outside" in args else None,
        vrf=args.get("A_VRF_NAME"),
    )
    if "total" in args:
        return (f"Total number of translations: {len(rows)}",)
    return nat.show_translations(rows, session.router.simulation.now, verbose="verbose" in args)


@command("show_ip_nat_statistics")
def show_ip_nat_statistics(session: Session, _args: Args) -> Iterable[str]:
    """`show ip nat statistics`."""
    from ioscli.cli.show import nat

    return nat.show_statistics(session.router)


@command("clear_ip_nat_translation")
def clear_ip_nat_translation(session: Session, args: Args) -> Iterable[str]:
    """`clear ip nat translation {* | forced | inside G L | outside L G | tcp inside ...}`."""
    running = session.router.running_nat
    addresses: list[IPv4Address] = args.all("A_NETWORK")
    if not addresses:
        if running is not None:
            running.clear()
        return ()
    if running is None:
        return (_NOT_FOUND,)
    return () if _clear(running, args, addresses) else (_NOT_FOUND,)


def _clear(running: Nat, args: Args, addresses: list[IPv4Address]) -> bool:
    """Clear what some addresses name; whether there was any."""
    vrf = args.get("A_VRF_NAME", "")
    if "tcp" in args or "udp" in args:
        protocol = IpProtocol.TCP if "tcp" in args else IpProtocol.UDP
        ports: list[int] = args.all("A_NAT_PORT")
        pairs = list(zip(addresses, ports, strict=True))
        outside = None if len(pairs) < 4 else (pairs[2], pairs[3])
        return running.clear_flows(protocol, pairs[0], pairs[1], outside, vrf)
    if len(addresses) == 4:
        whole = [(address, 0) for address in addresses]
        return running.clear_flows(None, whole[0], whole[1], (whole[2], whole[3]), vrf)
    side = NatSide.INSIDE if "inside" in args else NatSide.OUTSIDE
    return running.clear_one(side, addresses[0], addresses[1], vrf)


@command("clear_ip_nat_statistics")
def clear_ip_nat_statistics(session: Session, _args: Args) -> Iterable[str]:
    """`clear ip nat statistics`."""
    running = session.router.running_nat
    if running is not None:
        running.clear_counts()
    return ()
