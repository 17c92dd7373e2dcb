"""show control-plane host open-ports, show udp.

Layout: captures of IOS 15; of `show udp` the example of a listening socket in Cisco's IP
application services command reference, whose `Stat` of 1 stands for one that only listens.
"""

from collections.abc import Iterable, Iterator

#: What IOS calls the services behind the ports that may be open here.
_SERVICES = {22: "SSH-Server", 23: "Telnet", 179: "BGP", 500: "ISAKMP", 4500: "ISAKMP"}
_LISTENS = 1


def show_open_ports(tcp: Iterable[int], udp: Iterable[int]) -> Iterator[str]:
    """The ports that somebody listens on."""
    yield "Active internet connections (servers and established)"
    yield "Prot        Local Address      Foreign Address             Service    State"
    for protocol, ports in (("tcp", tcp), ("udp", udp)):
        for port in ports:
            service = _SERVICES.get(port, "")
            yield f" {protocol}{f'*:{port}':>21}{'*:0':>21}{service:>20}{'LISTEN':>9}"
    yield ""


def show_udp(ports: Iterable[int]) -> Iterator[str]:
    """The UDP sockets: all of them listen on every address, and keep nothing waiting."""
    yield "Proto        Remote      Port      Local       Port  In Out  Stat TTY OutputIF"
    for port in ports:
        yield f" 17{'--listen--':>17}{'--any--':>17}{port:>14}{0:>4}{0:>4}{_LISTENS:>6}{0:>4} "
