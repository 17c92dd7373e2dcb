"""The anti-replay window of an inbound SA (RFC 4303, 3.4.3 and appendix A)."""

SMALLEST_WINDOW = 64
LARGEST_WINDOW = 1_024


class ReplayWindow:
    """Which sequence numbers have been seen; bit n of the bitmap is `top - n`.

    Ask `refuses` before the ICV is computed, to save the work on a duplicate, and `accept` only
    after it was found right: a forged packet must not move the window.
    """

    __slots__ = ("_bitmap", "_mask", "size", "top")

    def __init__(self, size: int = SMALLEST_WINDOW) -> None:
        if not SMALLEST_WINDOW <= size <= LARGEST_WINDOW:
            raise ValueError(f"a replay window holds 64 to 1024 packets, not {size}")
        self.size = size
        self.top = 0
        """The highest sequence number accepted."""
        self._bitmap = 0
        self._mask = (1 << size) - 1

    def too_old(self, sequence: int) -> bool:
        """Whether a number lies left of the window; 0 is never sent, so always does."""
        return sequence <= self.top - self.size or sequence == 0

    def refuses(self, sequence: int) -> bool:
        """Whether a number is too old or was seen before."""
        behind = self.top - sequence
        return behind >= 0 and (
            behind >= self.size or sequence == 0 or bool(self._bitmap >> behind & 1)
        )

    def accept(self, sequence: int) -> None:
        """Mark a number that `refuses` let through, moving the window if it is the highest."""
        ahead = sequence - self.top
        if ahead <= 0:
            self._bitmap |= 1 << -ahead
            return
        self.top = sequence
        # A jump past the whole window empties it; shifting that far would build a huge integer.
        self._bitmap = (self._bitmap << ahead | 1) & self._mask if ahead < self.size else 1
