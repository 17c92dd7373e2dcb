"""The layout of `?`: a list of words with their help, or words alone in columns."""

from collections.abc import Iterable, Iterator, Sequence

#: What IOS prints above the list at the start of a line, by mode.
#: Seen on real routers: EXEC, config, interface, line, router and its address families, track, IP
#: SLA, DHCP pool, archive, route-map, extended access list. No capture was at hand for the others.
HEADINGS = {
    "exec_user": "Exec commands:",
    "exec": "Exec commands:",
    "config": "Configure commands:",
    "interface": "Interface configuration commands:",
    "isakmp_policy": "ISAKMP commands:",
    "transform_set": "Crypto transform configuration commands:",
    **dict.fromkeys(("ipsec_profile", "crypto_map_entry"), "Crypto Map configuration commands:"),
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
    **dict.fromkeys(
        ("vrf", "ip_vrf_lines", "vrf_address_family"),
        "IP VPN Routing/Forwarding instance configuration commands:",
    ),
    "keychain": "Key-chain configuration commands:",
    "key": "Key-chain key configuration commands:",
    "archive_mode": "Archive configuration commands:",
    "archive_log_mode": "Archive Log Config configuration commands:",
    "dhcp_pool": "DHCP pool configuration commands:",
    "sla": "IP SLAs entry configuration commands:",
    "tracked": "Tracking instance configuration commands:",
    "time_range_entries": "Time range configuration commands:",
    "vlan": "VLAN configuration commands:",
    "bgp_peer_policy": "Template peer-policy configuration commands:",
    "bgp_peer_session": "Template peer-session configuration commands:",
    "eigrp_service_family": "Service Family configuration commands:",
    "eigrp_service_interface": "Service Family Interfaces configuration commands:",
    "community_list_entries": "IP community-list configuration commands:",
    "extcommunity_list_entries": "IP Extended community-list configuration commands:",
    "network_group": "Network object group configuration commands:",
    "service_group": "Service object group configuration commands:",
    "proposal": "IKEv2 Proposal commands:",
    "ikev2_policy_mode": "IKEv2 Policy commands:",
    "ikev2_keyring_mode": "IKEv2 Keyring commands:",
    "ikev2_peer_mode": "IKEv2 Keyring peer commands:",
    "ikev2_profile_mode": "IKEv2 profile commands:",
    "keyring": "Crypto Keyring commands:",
    "isakmp_profile": "Crypto ISAKMP Profile Commands are:",
    "isakmp_peer": "Isakmp Peer configuration commands:",
    "isakmp_client_group": "ISAKMP group policy config commands:",
    "gdoi_group": "GKM group configuration commands:",
    "trustpoint": "ca trustpoint configuration commands:",
    "trustpool": "ca trustpool configuration commands:",
    "enrollment_profile": "Certificate enrollment profile configuration commands:",
    "certificate_chain": "Certificate configuration commands:",
    "certificate": "Public key certificate configuration commands:",
    "ssh_pubkey": "SSH public key identification commands:",
    "ssh_pubkey_key": "SSH public key entry commands:",
    "virtual_service_mode": "Virtual service configuration commands:",
}

#: Commands whose words stand under a heading of their own, by mode.
SUBHEADINGS = {
    ("config", "ip"): "Global IP configuration subcommands:",
    ("interface", "ip"): "Interface IP configuration subcommands:",
}

_WIDTH = 80
CR = "<cr>"
PIPE = ("|", "Output modifiers")


def help_list(entries: Sequence[tuple[str, str]], heading: str | None = None) -> Iterator[str]:
    """Each word, padded to the longest, and its help; `|` and `<cr>` come last.

    IOS 15.9 repeats `<cr>` as its own help.

    Help that is wider than the screen goes on in the column of the help texts.
    """
    if heading is not None:
        yield heading
    if not entries:
        return
    width = max(len(word) for word, _ in entries)
    for word, help_text in sorted(entries, key=_rank):
        text = CR if word == CR else help_text
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
