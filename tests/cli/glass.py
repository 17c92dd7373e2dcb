"""A terminal of glass: what a dumb screen shows after the bytes that it received."""


class Glass:
    """Understands CR, LF, BS, HT and BEL; anything else is drawn where the cursor stands."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = [[]]
        self.column = 0
        self.bells = 0

    def draw(self, text: str | bytes) -> None:
        """Receive a piece of output."""
        for character in text if isinstance(text, str) else text.decode():
            match character:
                case "\n":
                    self.rows.append([])
                case "\r":
                    self.column = 0
                case "\b":
                    assert self.column > 0, "backspace beyond the edge"
                    self.column -= 1
                case "\t":
                    self.column += 8 - self.column % 8
                case "\a":
                    self.bells += 1
                case _:
                    assert character.isprintable(), repr(character)
                    row = self.rows[-1]
                    row += " " * (self.column - len(row))
                    row[self.column : self.column + 1] = [character]
                    self.column += 1

    @property
    def line(self) -> str:
        """The row of the cursor."""
        return "".join(self.rows[-1]).rstrip(" ")

    @property
    def lines(self) -> list[str]:
        """All rows, from the first."""
        return ["".join(row).rstrip(" ") for row in self.rows]
