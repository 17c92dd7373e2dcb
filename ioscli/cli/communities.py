"""BGP communities as lines write them: by name, as AS:NN, or as a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.model.attribute_lists import Community, community_text

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.model.config import RouterConfig

_WELL_KNOWN = {
    "internet": Community.INTERNET,
    "gshut": Community.GSHUT,
    "no-export": Community.NO_EXPORT,
    "no-advertise": Community.NO_ADVERTISE,
    "local-AS": Community.LOCAL_AS,
}


def community_of(word: str) -> int:
    """A community as it is typed."""
    if word in _WELL_KNOWN:
        return _WELL_KNOWN[word]
    high, colon, low = word.partition(":")
    return int(high) << 16 | int(low) if colon else int(word)


def communities_in(args: Args) -> frozenset[int]:
    """All communities of a line."""
    return frozenset(
        community_of(word)
        for word, form in zip(args.words, args.form, strict=True)
        if form in ("A_COMMUNITY", "A_COMMUNITY_NUMBER") or form in _WELL_KNOWN
    )


def written(config: RouterConfig, communities: frozenset[int]) -> str:
    """As IOS writes them: `ip bgp-community new-format` splits the numbers."""
    new_format = any(
        not line.startswith("no ") for line in config.stored.get("bgp_community_format", ())
    )
    return " ".join(community_text(value, new_format=new_format) for value in sorted(communities))
