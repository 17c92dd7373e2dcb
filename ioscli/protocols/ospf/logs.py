"""Texts of system messages and debugging, as IOS 15 words them.

A debug line begins `OSPF-1 ADJ   Gi0/0: `: process, topic padded to five, interface. The wordings
are those of public captures of `debug ip ospf adj|hello|packet|lsa-generation|spf|flood`.
"""

from ioscli.codec.ospf.numbers import AuthType, dotted
from ioscli.codec.ospf.packet import Packet

TAGS = {
    "adj": "ADJ",
    "hello": "HELLO",
    "events": "EVENT",
    "packet": "PAK",
    "spf": "SPF",
    "lsa-generation": "LSGEN",
    "flood": "FLOOD",
}
"""Topics of `debug ip ospf`, and what their lines begin with."""


def debug_text(process: str, topic: str, text: str, interface: str = "") -> str:
    """The whole debug line; interface is the short name, empty where there is none."""
    tag = TAGS[topic]
    where = f"{tag:<5} {interface}: " if interface else f"{tag:<5}: "
    return f"OSPF-{process} {where}{text}"


def packet_text(direction: str, source: object, destination: object, packet: Packet) -> str:
    """What `debug ip ospf packet` says of a packet that comes IN or goes OUT."""
    text = (
        f"{direction}: {source}->{destination}: ver:2 type:{packet.kind} len:{len(packet.data)}"
        f" rid:{dotted(packet.router)} area:{dotted(packet.area)} chksum:{packet.checksum:X}"
        f" auth:{packet.auth_type}"
    )
    if packet.auth_type == AuthType.CRYPTOGRAPHIC:
        text += f" keyid:{packet.key_id} seq:{packet.sequence:#X}".replace("0X", "0x")
    return text
