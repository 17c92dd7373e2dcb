"""Texts of debugging, as IOS 15 words them.

Known from public captures of `debug eigrp packets`, `debug eigrp fsm` and `debug ip eigrp`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioscli.codec.eigrp.numbers import (
    CONDITIONAL_RECEIVE,
    END_OF_TABLE,
    HEADER_LENGTH,
    INIT,
    RESTART,
    UNREACHABLE_CLASSIC,
    Opcode,
)
from ioscli.codec.eigrp.packet import Packet
from ioscli.protocols.eigrp.metric import INFINITY

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.interface import Interface
    from ioscli.protocols.eigrp.machine import Eigrp
    from ioscli.protocols.eigrp.neighbor import Neighbor

_FLAGS = (
    (INIT, "INIT"),
    (CONDITIONAL_RECEIVE, "CR"),
    (RESTART, "RS"),
    (END_OF_TABLE, "EOT"),
)


def flags_text(flags: int) -> str:
    """`0x9:(INIT, EOT)`."""
    names = ", ".join(name for bit, name in _FLAGS if flags & bit)
    return f"0x{flags:X}:({names or 'NULL'})"


def packet_lines(
    eigrp: "Eigrp",
    verb: str,
    packet: Packet,
    length: int,
    interface: "Interface",
    neighbor: "Neighbor | None",
) -> Iterator[str]:
    """The two lines of `debug eigrp packets`.

    Queues: what waits for an interface becomes packets only as it goes out; it stands for one.
    """
    name = Opcode(packet.opcode).name
    if packet.is_acknowledgment and not packet.tlvs:
        name = "ACK"
    who = f" nbr {neighbor.ip}" if neighbor is not None else ""
    retry = ""
    if verb == "Sending" and neighbor is not None and packet.sequence and neighbor.retries:
        retry = f", retry {neighbor.retries}, RTO {neighbor.rto // 1000}"
    topology = " tid 0" if verb == "Sending" and name != "HELLO" else ""
    size = length - HEADER_LENGTH
    yield f"EIGRP: {verb} {name} on {interface.short} - paklen {size}{who}{retry}{topology}"
    text = (
        f"  AS {eigrp.autonomous_system}, Flags {flags_text(packet.flags)},"
        f" Seq {packet.sequence}/{packet.acknowledgment}"
        f" interfaceQ 0/{min(1, len(interface.pending))} iidbQ un/rely 0/{len(interface.queries)}"
    )
    if neighbor is not None:
        text += f" peerQ un/rely 0/{len(neighbor.queue)}"
    yield text


def metric_text(distance: int) -> str:
    """A distance in debugging; 4294967295 is what IOS has for none."""
    return str(UNREACHABLE_CLASSIC if distance == INFINITY else distance)
