"""Two routers that operators make IPsec peers: what they type, and the operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.cli.session import Session
from tests.cli.typing_config import grammar

from .crypto_networks import R1, R3

if TYPE_CHECKING:
    from .networks import Network

LAN, FAR_LAN = "192.168.1.0 0.0.0.255", "172.16.2.0 0.0.0.255"

PHASE_ONE = (
    "crypto isakmp policy 10",
    "encryption aes",
    "authentication pre-share",
    "group 19",
    "crypto isakmp key cisco address {peer}",
    "crypto isakmp invalid-spi-recovery",
    "crypto ipsec transform-set TS esp-aes esp-sha-hmac",
    "mode tunnel",
    "crypto ipsec transform-set TT esp-aes 256 esp-sha256-hmac",
    "mode transport",
    "crypto ipsec profile P",
    "set transform-set TS",
)
MAP = (
    "ip access-list extended VPN",
    "permit ip {own} {far}",
    "crypto map VPN 10 ipsec-isakmp",
    "set peer {peer}",
    "set transform-set TS",
    "match address VPN",
    "interface Gi0/0",
    "crypto map VPN",
)
TUNNEL = (
    "interface Tunnel0",
    "ip address 10.1.3.{host} 255.255.255.0",
    "tunnel source Gi0/0",
    "tunnel destination {peer}",
    "tunnel protection ipsec profile P",
)
NAT = (
    "ip access-list extended NAT",
    "deny ip {own} {far}",
    "permit ip {own} any",
    "ip nat inside source list NAT interface GigabitEthernet0/0 overload",
    "interface Gi0/1",
    "ip nat inside",
    "interface Gi0/0",
    "ip nat outside",
)
ROUTING = (
    "router eigrp 1",
    "network 10.0.0.0",
    "router ospf 1",
    "network 10.0.0.0 0.255.255.255 area 0",
)
ALL = (*PHASE_ONE, *MAP, *TUNNEL, *NAT, *ROUTING)

WORDS = {
    "R1": {
        "own": LAN, "far": FAR_LAN, "peer": R3, "address": R1, "host": "1",
        "far_net": "172.16.2.0", "lan_host": "192.168.1.4",
    },
    "R3": {
        "own": FAR_LAN, "far": LAN, "peer": R1, "address": R3, "host": "3",
        "far_net": "192.168.1.0", "lan_host": "172.16.2.5",
    },
}  # fmt: skip


class Operator:
    """Somebody at the console of one router."""

    def __init__(self, network: Network, name: str) -> None:
        self.network, self.name = network, name
        self.screen: list[str] = []
        self.session = Session(network[name], grammar(), output=self.screen.append)
        self.execute("enable")
        self.execute("terminal length 0")

    def execute(self, line: str) -> str:
        """A line at the EXEC prompt, or wherever the session is; questions are answered yes."""
        self.screen.clear()
        self.session.feed(line.format(**WORDS[self.name]))
        while self.session.asking is not None:
            self.session.feed("yes")
        simulation = self.network.simulation
        simulation.run_while(lambda: self.session.busy)
        return "".join(self.screen)

    def configure(self, *texts: str) -> None:
        """Lines in configuration mode."""
        self.execute("configure terminal")
        for text in texts:
            for line in text.split("\n"):
                self.execute(line)
        self.execute("end")

    def close(self) -> None:
        """Go away from the console."""
        self.session.close()
