"""The lines that begin with `:`, which are for the exercise and not for a router."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple


class Order(NamedTuple):
    """One of them."""

    name: str
    argument: str
    """`[TASK]`; empty: it takes none."""
    text: str
    """What it does."""
    in_exam: bool = True
    spelled_out: bool = False
    """Whether it has to be typed to its last letter, as it cannot be taken back."""

    @property
    def usage(self) -> str:
        """`:hint [TASK]`."""
        return f":{self.name} {self.argument}".rstrip()


ORDERS = (
    Order("help", "", "all of these lines, and how to get around"),
    Order("tasks", "", "story and tasks again, and how far you are"),
    Order("check", "", "have the tasks judged; as often as you like", in_exam=False),
    Order("explain", "TASK", "why a task does not pass, and how to see it", in_exam=False),
    Order("hint", "[TASK]", "the next hint for a task", in_exam=False),
    Order("diff", "[NODE]", "what you changed so far"),
    Order("save", "", "`write memory` on every router"),
    Order("reset", "[NODE]", "one router, or all, as at the start", spelled_out=True),
    Order("time", "", "how long you have been at it, or what is left"),
    Order("submit", "", "you are done: ends the attempt", spelled_out=True),
    Order("solution", "", "give up, and see how it is done", in_exam=False, spelled_out=True),
    Order("quit", "", "save and leave; come back whenever you like", spelled_out=True),
)
BY_NAME = {order.name: order for order in ORDERS}


def find(word: str, nodes: Sequence[str], *, node_fits: bool) -> Order | list[Order] | None:
    """The order that a word means; several that it may mean; None: it is the name of a node.

    A node's name, spelled as it is, is that node. Then come the whole names of orders, in any
    case; then what fits a node (`node_fits`: a unique beginning, a number); then the unique
    beginning of an order, unless that has to be spelled out. An empty list: it means nothing.
    """
    if word in nodes:
        return None
    lowered = word.lower()
    if lowered in BY_NAME:
        return BY_NAME[lowered]
    if node_fits or not word:
        return None
    fits = [order for order in ORDERS if order.name.startswith(lowered) and not order.spelled_out]
    return fits[0] if len(fits) == 1 else fits


def meant(word: str) -> str:
    """What may have been meant: ` Did you mean :check?`."""
    near = get_close_matches(word.lower(), list(BY_NAME), n=1)
    return f" Did you mean `:{near[0]}`?" if near else ""
