"""What `show ip ospf traffic` counts, for the process and for each interface."""

from ioscli.codec.ospf.numbers import PacketType


class Counters:
    """Packets and bytes by type, and why others were refused."""

    __slots__ = (
        "errors",
        "invalid",
        "invalid_bytes",
        "lsa_errors",
        "received",
        "received_bytes",
        "sent",
        "sent_bytes",
    )

    def __init__(self) -> None:
        self.received = [0] * (len(PacketType) + 1)
        """By PacketType."""
        self.received_bytes = [0] * (len(PacketType) + 1)
        self.sent = [0] * (len(PacketType) + 1)
        self.sent_bytes = [0] * (len(PacketType) + 1)
        self.invalid = self.invalid_bytes = 0
        self.errors: dict[str, int] = {}
        """Refused packets by the name IOS has for the reason, HEADER_ERRORS."""
        self.lsa_errors: dict[str, int] = {}
        """Refused LSAs: LSA_ERRORS."""

    def refuse(self, reason: str, size: int) -> None:
        """Count a packet that is not taken; size: its bytes."""
        self.invalid += 1
        self.invalid_bytes += size
        self.errors[reason] = self.errors.get(reason, 0) + 1

    def refuse_lsa(self, reason: str) -> None:
        """Count an LSA that is not taken."""
        self.lsa_errors[reason] = self.lsa_errors.get(reason, 0) + 1


HEADER_ERRORS = (
    "Length", "Instance ID", "Checksum", "Auth Type", "Version", "Bad Source", "No Virtual Link",
    "Area Mismatch", "No Sham Link", "Self Originated", "Duplicate ID", "Hello", "MTU Mismatch",
    "Nbr Ignored", "LLS", "Unknown Neighbor", "Authentication", "TTL Check Fail",
    "Adjacency Throttle", "BFD", "Test discard",
)  # fmt: skip
"""In the order of IOS's listing."""

LSA_ERRORS = ("Type", "Length", "Data", "Checksum")
