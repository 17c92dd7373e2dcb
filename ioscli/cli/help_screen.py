"""The layout of `?`: a list of words with their help, or words alone in columns."""

from collections.abc import Iterable, Iterator, Sequence

#: What IOS prints above the list at the start of a line, by mode.
HEADINGS = {
    "exec_user": "Exec commands:",
    "exec": "Exec commands:",
    "config": "Configure commands:",
    "interface": "Interface configuration commands:",
    "isakmp_policy": "ISAKMP commands:",
    "transform_set": "Crypto transform configuration commands:",
    "ipsec_profile": "Crypto Map configuration commands:",
    "line": "Line configuration commands:",
    **dict.fromkeys(
        ("ospf", "eigrp", "bgp", "rip", "isis", "ospfv3", "ipv6_ospf", "ipv6_rip"),
        "Router configuration commands:",
    ),
    **dict.fromkeys(
        ("bgp_address_family", "rip_af", "isis_af", "ospfv3_address_family"),
        "Router Address Family configuration commands:",
    ),
    "eigrp_address_family": "Address Family configuration commands:",
    "eigrp_interface": "Address Family Interfaces configuration commands:",
    "eigrp_topology_base": "Address Family Topology configuration commands:",
    "standard_acl": "Standard Access List configuration commands:",
    "extended_acl": "Ext Access List configuration commands:",
    "ipv6_acl": "IPv6 Access List configuration commands:",
    "route_map_entry": "Route Map configuration commands:",
    "vrf": "VRF configuration commands:",
    "ip_vrf_lines": "IP VRF configuration commands:",
    "keychain": "Key-chain configuration commands:",
    "key": "Key-chain key configuration commands:",
    "archive_mode": "Archive configuration commands:",
}

_WIDTH = 80
CR = "<cr>"
PIPE = ("|", "Output modifiers")


def help_list(entries: Sequence[tuple[str, str]], heading: str | None = None) -> Iterator[str]:
    """Each word, padded to the longest, and its help; `|` and `<cr>` come last.

    Help that is wider than the screen goes on in the column of the help texts.
    """
    if heading is not None:
        yield heading
    if not entries:
        return
    width = max(len(word) for word, _ in entries)
    for word, text in sorted(entries, key=_rank):
        if not text:
            yield f"  {word}"
            continue
        indent = width + 4
        first, *others = _wrapped(text, _WIDTH - indent - 1)
        yield f"  {word:<{width}}  {first}"
        for other in others:
            yield " " * indent + other


def word_columns(words: Iterable[str]) -> Iterator[str]:
    """Completions of a word (`sh?`) side by side, two blanks after each.

    Several rows line up: a column is as wide as its longest word.
    """
    ordered = sorted(set(words), key=_word_rank)
    if not ordered:
        return
    across = max(1, _WIDTH // (max(map(len, ordered)) + 2))
    rows = [ordered[start : start + across] for start in range(0, len(ordered), across)]
    widths = [max(len(word) for word in ordered[column::across]) for column in range(len(rows[0]))]
    for row in rows:
        yield "".join(f"{word:<{width}}  " for word, width in zip(row, widths, strict=False))


def _rank(entry: tuple[str, str]) -> tuple[int, str, str]:
    """IOS sorts by character code: `<1-99>` and `A.B.C.D` before lower-case words."""
    return (*_word_rank(entry[0]), entry[1])


def _word_rank(word: str) -> tuple[int, str]:
    return {"|": 1, CR: 2}.get(word, 0), word


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text at blanks; a single word wider than the room stays whole."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if len(longer) > max(width, 20) and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
