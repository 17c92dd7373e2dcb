"""show hosts: captures of IOS 15."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address


def show_hosts(
    hosts: Mapping[str, Sequence[IPv4Address]],
    *,
    domain: str | None,
    servers: Sequence[str],
    lookup: bool,
) -> Iterator[str]:
    """How names are looked up, and the table: what `ip host` lines put there is permanent."""
    yield f"Default domain is {domain}" if domain else "Default domain is not set"
    yield f"Name/address lookup uses {'domain service' if lookup else 'static mappings'}"
    # Without a configured server IOS asks the broadcast address.
    yield f"Name servers are {', '.join(servers) if servers else '255.255.255.255'}"
    yield ""
    yield "Codes: UN - unknown, EX - expired, OK - OK, ?? - revalidate"
    yield "       temp - temporary, perm - permanent"
    yield "       NA - Not Applicable None - Not defined"
    yield ""
    yield "Host                      Port  Flags      Age Type   Address(es)"
    for name, addresses in hosts.items():
        first, *others = addresses
        yield f"{name:<25} None  (perm, OK)  0   IP    {first}"
        for address in others:
            yield f"{'':54}{address}"
