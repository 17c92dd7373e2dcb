"""How much may be on the way: slow start, congestion avoidance, fast retransmit (RFC 5681)."""

_DUPLICATES = 3


class CongestionWindow:
    """`cwnd` and `ssthresh`, bytes."""

    __slots__ = ("_duplicates", "_mss", "threshold", "window")

    def __init__(self, mss: int) -> None:
        self._mss = mss
        self.window = min(4 * mss, max(2 * mss, 4_380))
        self.threshold = 65_535
        self._duplicates = 0

    def resize(self, mss: int) -> None:
        """The path takes other segments now."""
        self._mss = mss

    def acknowledged(self, amount: int) -> None:
        """New data was acknowledged."""
        if self._duplicates >= _DUPLICATES:
            self.window = self.threshold  # fast recovery ends
        elif self.window < self.threshold:
            self.window += min(amount, self._mss)
        else:
            self.window += max(1, self._mss * self._mss // self.window)
        self._duplicates = 0

    def duplicate(self, in_flight: int) -> bool:
        """The same acknowledgment came again; True: send the first segment again at once."""
        self._duplicates += 1
        if self._duplicates == _DUPLICATES:
            self.threshold = max(in_flight // 2, 2 * self._mss)
            self.window = self.threshold + _DUPLICATES * self._mss
            return True
        if self._duplicates > _DUPLICATES:
            self.window += self._mss
        return False

    def timed_out(self, in_flight: int) -> None:
        """The retransmission timer ran out."""
        self.threshold = max(in_flight // 2, 2 * self._mss)
        self.window = self._mss
        self._duplicates = 0
