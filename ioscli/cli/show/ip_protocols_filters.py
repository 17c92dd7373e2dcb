"""What the sections of show ip protocols say of `distribute-list` lines."""

from collections.abc import Iterable, Iterator, Sequence


def update_filters(
    way: str, everywhere: Sequence[str], parts: Iterable[tuple[str, str]] = ()
) -> Iterator[str]:
    """way: `Outgoing` or `Incoming`. everywhere: lists that hold for all interfaces and sources.

    parts: an interface, or `Redistributed SOURCE`, and its list.
    """
    title = f"  {way} update filter list for all interfaces is"
    if not everywhere:
        yield f"{title} not set"
    yield from (f"{title} {name}" for name in everywhere)
    yield from (f"    {where} filtered by {name}" for where, name in parts)
