"""`show interfaces` and `show interfaces description`.

Layout by kind: GigabitEthernet and Loopback from captures of IOSv 15.7 (trailing blanks
included), Tunnel from captures of IOS 15 and IOS-XE 16 put together as in FACTS 2.2, Ethernet
(AmdP2) from IOL, FastEthernet and Serial from IOS 15 captures with the hardware of a 7200.
What the simulation has no cause for (runts, collisions, buffer failures) is zero because it
never happens here, not because it is not counted; nor does anything wait for the router once it is
in, and reliability is whole: links lose frames altogether and never damage one.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ioscli.cli.show.age import last_seen
from ioscli.cli.show.arp import dotted_mac
from ioscli.model.config import InterfaceConfig, PathMtuDiscovery
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND
from ioscli.router.views import InterfaceView, TunnelView


class _Kind(NamedTuple):
    """What differs between kinds of interfaces."""

    hardware: str
    encapsulation: str = "ARPA"
    keepalive: str = "Keepalive set (10 sec)"
    media: tuple[str, ...] = ()
    """The duplex mode and speed of a port stand in it."""
    rate: str = "Mbps"
    """What follows a speed that was set."""
    input_queue: int = 75
    output_queue: int = 40
    abort: bool = False
    """Whether the input error line counts aborts."""
    watchdog: str | None = None
    carrier: str | None = None
    """The line about lost carriers, where there is one."""


_KINDS = {
    "GigabitEthernet": _Kind(
        "iGbE",
        media=(
            "{duplex} Duplex, {speed}, link type is auto, media type is RJ45",
            "output flow-control is unsupported, input flow-control is unsupported",
        ),
        watchdog="0 watchdog, 0 multicast, 0 pause input",
        carrier="0 lost carrier, 0 no carrier, 0 pause output",
    ),
    "FastEthernet": _Kind(
        "FastEthernet",
        media=("{duplex}-duplex, {speed}, 100BaseTX/FX",),
        rate="Mb/s",
        watchdog="0 watchdog",
        carrier="0 lost carrier, 0 no carrier",
    ),
    "Ethernet": _Kind("AmdP2", carrier="0 lost carrier, 0 no carrier"),
    "Serial": _Kind("M4T", encapsulation="HDLC", abort=True),
    "Loopback": _Kind("Loopback", encapsulation="LOOPBACK", output_queue=0, abort=True),
    "Tunnel": _Kind(
        "Tunnel",
        encapsulation="TUNNEL",
        keepalive="Keepalive not set",
        output_queue=0,
        abort=True,
    ),
}

for _fast, _hardware in (
    ("TenGigabitEthernet", "10GE"),
    ("TwentyFiveGigE", "25GE"),
    ("FortyGigabitEthernet", "40GE"),
    ("HundredGigE", "100GE"),
):
    _KINDS[_fast] = _KINDS["GigabitEthernet"]._replace(hardware=_hardware)

#: Kinds whose input errors are followed by the dribble line.
_DRIBBLES = frozenset({"Ethernet", "FastEthernet"})


def hardware_of(name: InterfaceName) -> str:
    """What the hardware of a port is called: `iGbE`."""
    return _KINDS[name.kind].hardware


def show_interfaces(
    views: Iterable[InterfaceView], configured: Mapping[InterfaceName, InterfaceConfig]
) -> Iterator[str]:
    """A block for every interface."""
    for view in views:
        config = configured.get(view.name) or InterfaceConfig(view.name)
        members = 0
        if view.tunnel is not None:
            members = _members(view.tunnel.source_interface, configured.values())
        yield from _block(view, config, members)


def _members(source: InterfaceName | None, configured: Iterable[InterfaceConfig]) -> int:
    """How many tunnels take their source address from an interface."""
    return sum(one.tunnel is not None and one.tunnel.source == source for one in configured)


def status_line(view: InterfaceView) -> str:
    """`Tunnel0 is up, line protocol is up`."""
    return f"{view.name} is {status(view)}, line protocol is {protocol(view)}"


def status(view: InterfaceView) -> str:
    """`up`, `down` or `administratively down`."""
    if view.shutdown:
        return "administratively down"
    return "up" if view.up else "down"


def protocol(view: InterfaceView) -> str:
    """`up` or `down`."""
    return "up" if view.protocol_up else "down"


def port_setting(config: InterfaceConfig | None, rule: str) -> str:
    """What `duplex` or `speed` was set to; `auto` else."""
    lines = () if config is None else config.stored.get(rule, ())
    return next((line.split()[-1] for line in lines if not line.startswith("no ")), "auto")


def _block(view: InterfaceView, config: InterfaceConfig, members: int) -> Iterator[str]:
    kind = _KINDS[view.name.kind]
    yield status_line(view) + " "
    hardware = f"  Hardware is {kind.hardware}"
    if view.mac is not None:
        mac = dotted_mac(view.mac)
        hardware += f", address is {mac} (bia {mac})"
    yield hardware
    if view.description is not None:
        yield f"  Description: {view.description}"
    if view.address is not None:
        yield f"  Internet address is {view.address}"
    yield f"  MTU {view.mtu} bytes, BW {view.bandwidth} Kbit/sec, DLY {view.delay} usec, "
    yield f"     reliability 255/255, txload {_load(view, view.output_rate)}/255, " + (
        f"rxload {_load(view, view.input_rate)}/255"
    )
    if view.name.subinterface is not None:
        yield from _of_subinterface(view, config.arp_timeout)
        return
    tagged = None if view.vlan is None else f"802.1Q Virtual LAN, Vlan ID  {view.vlan}."
    yield f"  Encapsulation {tagged or kind.encapsulation}, loopback not set"
    yield f"  {_keepalive(view.tunnel) or kind.keepalive}"
    duplex, speed = port_setting(config, "duplex"), port_setting(config, "speed")
    rate = "Auto Speed" if speed == "auto" else f"{speed}{kind.rate}"
    for line in kind.media:
        yield f"  {line.format(duplex=duplex.capitalize(), speed=rate)}"
    if view.tunnel is not None:
        yield from _tunnel(view, view.tunnel, members)
    if view.mac is not None:
        yield f"  ARP type: ARPA, ARP Timeout {_clock(config.arp_timeout)}"
    yield from _traffic(view, kind)


def _of_subinterface(view: InterfaceView, arp_timeout: int) -> Iterator[str]:
    """What follows for a VLAN of a port: the port itself counts and queues."""
    if view.vlan is not None:
        yield f"  Encapsulation 802.1Q Virtual LAN, Vlan ID  {view.vlan}."
    yield f"  ARP type: ARPA, ARP Timeout {_clock(arp_timeout)}"
    yield "  Keepalive set (10 sec)"
    yield f'  Last clearing of "show interface" counters {last_seen(view.counters_cleared)}'


def _load(view: InterfaceView, rate: tuple[int, int]) -> int:
    """Load in 255ths of the bandwidth, never 0."""
    return min(255, max(1, rate[0] * 255 // max(1, view.bandwidth * 1_000)))


def _clock(total: int) -> str:
    return f"{total // 3600:02}:{total % 3600 // 60:02}:{total % 60:02}"


def _tunnel(view: InterfaceView, tunnel: TunnelView, members: int) -> Iterator[str]:
    """What a tunnel says of itself, in the order of FACTS 2.2."""
    yield f"  Tunnel linestate evaluation {tunnel.linestate}"
    yield f"  {_tunnel_ends(tunnel)}"
    if tunnel.source_interface is not None:
        source = tunnel.source_interface
        yield "   Tunnel Subblocks:"
        yield "      src-track:"
        yield f"         {view.name} source tracking subblock associated with {source}"
        yield (
            f"          Set of tunnels with source {source}, "
            f"{members} member{'' if members == 1 else 's'} "
            "(includes iterators), on interface <OK>"
        )
    yield f"  Tunnel protocol/transport {tunnel.transport}"
    ttl = f"Tunnel TTL {tunnel.ttl}"
    if tunnel.transport == "GRE/IP":
        key = "disabled" if tunnel.key is None else f"0x{tunnel.key:X}"
        yield f"    Key {key}, sequencing {_switch(tunnel.sequencing)}"
        yield f"    Checksumming of packets {_switch(tunnel.checksumming)}"
    if tunnel.transport != "IPSEC/IP":
        ttl += ", Fast tunneling enabled"
    if tunnel.tos is not None:
        # The form of IOS-XE captures of PIM tunnels, which always set it.
        ttl = f"Tunnel TOS/Traffic Class 0x{tunnel.tos:X},  {ttl}"
    yield f"  {ttl}"
    if tunnel.path_mtu_discovery is not None:
        yield f"  {_discovery(tunnel, tunnel.path_mtu_discovery)}"
    yield f"  Tunnel transport MTU {tunnel.transport_mtu} bytes"
    yield f"  Tunnel transmit bandwidth {tunnel.transmit_bandwidth} (kbps)"
    yield f"  Tunnel receive bandwidth {tunnel.receive_bandwidth} (kbps)"
    if tunnel.protection_profile is not None:
        yield f'  Tunnel protection via IPSec (profile "{tunnel.protection_profile}")'


def _keepalive(tunnel: TunnelView | None) -> str | None:
    """A tunnel's keepalives, as Cisco document 64565 shows them; None: it has none."""
    if tunnel is None or tunnel.keepalive is None:
        return None
    return f"Keepalive set ({tunnel.keepalive.period} sec), retries {tunnel.keepalive.retries}"


def _switch(on: bool) -> str:
    return "enabled" if on else "disabled"


def _discovery(tunnel: TunnelView, settings: PathMtuDiscovery) -> str:
    """Path MTU discovery: Cisco document 25885, with what was learned and for how long."""
    ager = "infinite" if settings.age is None else f"{settings.age} mins"
    text = f"Path MTU Discovery, ager {ager}, min MTU {settings.smallest}"
    if tunnel.learned_mtu is None:
        return text
    left = tunnel.learned_expires
    expires = "never" if left is None else _clock(left // SECOND)
    return f"{text}, MTU {tunnel.learned_mtu}, expires {expires}"


def _tunnel_ends(tunnel: TunnelView) -> str:
    source = "UNKNOWN" if tunnel.source is None else str(tunnel.source)
    text = f"Tunnel source {source}"
    if tunnel.source_interface is not None:
        text += f" ({tunnel.source_interface})"
    if tunnel.destination is not None:
        text += f", destination {tunnel.destination}"
    return text


def _traffic(view: InterfaceView, kind: _Kind) -> Iterator[str]:
    """Queues, rates and counters."""
    count = view.counters
    yield (
        f"  Last input {last_seen(view.last_input)}, output {last_seen(view.last_output)}, "
        "output hang never"
    )
    yield f'  Last clearing of "show interface" counters {last_seen(view.counters_cleared)}'
    yield (
        f"  Input queue: 0/{kind.input_queue}/{count.input_drops}/0 (size/max/drops/flushes); "
        f"Total output drops: {count.output_drops}"
    )
    yield "  Queueing strategy: fifo"
    yield f"  Output queue: {view.output_queue}/{kind.output_queue} (size/max)"
    for way, rate in (("input", view.input_rate), ("output", view.output_rate)):
        # IOS rounds the bit rate to thousands.
        bits = (rate[0] + 500) // 1_000 * 1_000
        yield f"  5 minute {way} rate {bits} bits/sec, {rate[1]} packets/sec"
    yield f"     {count.packets_in} packets input, {count.bytes_in} bytes, 0 no buffer"
    yield f"     Received {count.broadcasts_in} broadcasts ({count.multicasts_in} IP multicasts)"
    throttles = "     0 runts, 0 giants, 0 throttles"
    yield throttles + (" " if view.mac is not None else "")
    yield (
        f"     {count.input_errors} input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored"
        + (", 0 abort" if kind.abort else "")
    )
    if kind.watchdog is not None:
        yield f"     {kind.watchdog}"
    if view.name.kind in _DRIBBLES:
        yield "     0 input packets with dribble condition detected"
    yield f"     {count.packets_out} packets output, {count.bytes_out} bytes, 0 underruns"
    yield f"     0 output errors, 0 collisions, {count.resets} interface resets"
    yield f"     {count.unknown_protocol_drops} unknown protocol drops"
    if kind.carrier is not None:
        yield "     0 babbles, 0 late collision, 0 deferred"
        yield f"     {kind.carrier}"
    yield "     0 output buffer failures, 0 output buffers swapped out"
    if view.name.kind == "Serial":
        yield f"     {count.carrier_transitions} carrier transitions"


def show_interfaces_description(views: Iterable[InterfaceView]) -> Iterator[str]:
    """One row an interface: short name, states, description."""
    yield "Interface                      Status         Protocol Description"
    for view in views:
        state = "admin down" if view.shutdown else status(view)
        description = view.description or ""
        yield f"{view.name.short:<31}{state:<15}{protocol(view):<9}{description}"
