"""Lines made up from the grammar itself."""

import random

from ioscli.cli.arguments import ANY_LINE, argument_type
from ioscli.cli.syntax import Argument, CommandSyntax, Word

from . import residuals

#: Values of every type that a grammar file may use, longest-lived first.
SAMPLES = {
    "A.B.C.D": ("10.1.2.3", "0.0.0.0", "255.255.255.255"),
    "MASK": ("255.255.255.0", "255.0.255.0"),
    "WILDCARD": ("0.0.0.255",),
    "A.B.C.D/nn": ("10.0.0.0/8", "1.2.3.4/32"),
    "H.H.H": ("0050.56ab.0001",),
    "hh:mm:ss": ("12:30:00",),
    "hh:mm": ("2:00", "23:59"),
    "X:X:X:X::X": ("2001:db8::1",),
    "X:X:X:X::X/<0-128>": ("2001:db8::/32",),
    "<1.0-XX.YY>": ("1.10",),
    "VPI/VCI": ("0/32",),
    "/nn": ("/24",),
    "SIGNED": ("+10", "-5"),
    "aa:nn": ("65000:1",),
    "ASN:nn": ("65000:100", "10.0.0.1:5"),
    "XX.XXXX": ("49.0001.1921.6800.1001.00",),
    "INTERFACE": ("GigabitEthernet0/1", "tu0", "Lo1", "fa0/0.10"),
    "WORD": ("zq-7_x", "ZQ1"),
    "HOST": ("zqhost", "192.0.2.9"),
    "LINE": ("zq text ! and more", "zq"),
}


def value(form: str, chance: random.Random) -> str:
    """A value of an argument's type."""
    if form in SAMPLES:
        return chance.choice(SAMPLES[form])
    low, high = form[1:-1].rsplit("-", 1) if form.count("-") < 3 else ("0", "0")
    base = 10 if high.isdigit() else 16
    chosen = chance.choice((int(low, base), int(high, base)))
    text = str(chosen) if base == 10 else f"{chosen:X}"
    assert argument_type(form).match(text, 0) == len(text), form
    return text


def walk(modes: residuals.Modes, command: CommandSyntax, chance: random.Random) -> list[str]:
    """The words of a complete line of a command, chosen at random."""
    left = {residuals.Residual(command.rule, (command.syntax,))}
    words: list[str] = []
    while True:
        choices = residuals.following(modes, left)
        complete = bool(residuals.finished(left))
        if not choices or (complete and (len(words) > 12 or chance.random() < 0.4)):
            return words
        heads = sorted(choices, key=repr)
        head = chance.choice(heads)
        words.append(head.text if isinstance(head, Word) else value(head.form, chance))
        left = choices[head]
        if isinstance(head, Argument) and argument_type(head.form).rank == ANY_LINE:
            return words
