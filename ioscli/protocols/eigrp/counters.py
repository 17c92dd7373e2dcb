"""What `show ip eigrp traffic` and `show ip eigrp interfaces detail` count."""


class Counters:
    """Packets of a process, by what they are."""

    __slots__ = ("errors", "received", "sent")

    def __init__(self) -> None:
        self.sent: dict[str, int] = {}
        """By PACKET_KINDS."""
        self.received: dict[str, int] = {}
        self.errors: dict[str, int] = {}
        """Packets that were refused, by why."""

    def refuse(self, reason: str) -> None:
        """Count a packet that is not taken."""
        self.errors[reason] = self.errors.get(reason, 0) + 1


class InterfaceCounters:
    """Packets of an interface."""

    __slots__ = (
        "acknowledgments_suppressed",
        "conditional",
        "exceptions",
        "hellos",
        "hellos_expedited",
        "out_of_sequence",
        "packetized",
        "packetized_expedited",
        "reliable_multicasts",
        "reliable_unicasts",
        "retransmissions",
        "unreliable_multicasts",
        "unreliable_unicasts",
    )

    def __init__(self) -> None:
        self.packetized = 0
        """Packets of routes that were made."""
        self.packetized_expedited = 0
        self.hellos = 0
        self.hellos_expedited = 0
        """Sent at once, to a neighbor that was new."""
        self.unreliable_multicasts = 0
        self.reliable_multicasts = 0
        self.unreliable_unicasts = 0
        self.reliable_unicasts = 0
        self.exceptions = 0
        """Multicasts that not all neighbors were ready for."""
        self.conditional = 0
        """Packets with the conditional-receive flag."""
        self.acknowledgments_suppressed = 0
        """Acknowledgments that went along with another packet."""
        self.retransmissions = 0
        self.out_of_sequence = 0


PACKET_KINDS = ("Hello", "Update", "Query", "Reply", "Ack", "SIA-Query", "SIA-Reply")
"""Of `Counters`."""
