"""What IPsec says to the log about packets that it drops, once a minute for each reason."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.model.instant import SECOND
from ioscli.protocols.ipsec.sa import EspFailure

if TYPE_CHECKING:
    from ioscli.engine.simulation import Simulation
    from ioscli.model.crypto import ChildPolicy, Selector
    from ioscli.model.ifname import InterfaceName
    from ioscli.model.instant import Instant
    from ioscli.protocols.ipsec.sadb import SaPair
    from ioscli.router.syslog import ConsoleLog

INTERVAL = 60 * SECOND
"""IOS repeats its complaints about stray packets once a minute."""
_WARNING = 4
_NOTICE = 5


class CryptoLogs:
    """Complaints of one router."""

    def __init__(self, simulation: Simulation, console: ConsoleLog) -> None:
        self._simulation = simulation
        self._console = console
        self._complained: dict[str, Instant] = {}

    def unknown_spi(self, packet: bytes, spi: int, interface: InterfaceName) -> None:
        """An ESP or AH packet for no SA that there is."""
        source, destination = _ends(packet)
        self._complain(
            "RECVD_PKT_INV_SPI",
            f"decaps: rec'd IPSEC packet has invalid spi for destaddr={destination}, "
            f"prot={packet[9]}, spi=0x{spi:X}({spi}), srcaddr={source}, "
            f"input interface={interface}",
        )

    def not_encrypted(self, packet: bytes) -> None:
        """A packet in the clear that should have come by an SA."""
        source, destination = _ends(packet)
        self._complain(
            "RECVD_PKT_NOT_IPSEC",
            f"Rec'd packet not an IPSEC packet. (ip) vrf/dest_addr= /{destination}, "
            f"src_addr= {source}, prot= {packet[9]}",
        )

    def wrong_identity(self, packet: bytes, policy: ChildPolicy) -> None:
        """A packet came out of an SA that may not carry it (Cisco, system messages: CRYPTO)."""
        source, destination = _ends(packet)
        self._complain(
            "RECVD_PKT_INV_IDENTITY",
            "identity doesn't match negotiated identity "
            f"(ip) dest_addr= {destination}, src_addr= {source}, prot= {packet[9]}, "
            f"(ident) local={policy.local}, remote={policy.peer}, "
            f"local_proxy={_proxy(policy.local_selector)}, "
            f"remote_proxy={_proxy(policy.remote_selector)}",
        )

    def refused(self, pair: SaPair, failure: EspFailure, sequence: bytes) -> None:
        """An SA refused a packet (Cisco's tech note on the former, a capture of the latter)."""
        child, number = pair.child, int.from_bytes(sequence, "big")
        if failure is EspFailure.BAD_ICV:
            self._complain(
                "RECVD_PKT_MAC_ERR",
                f"decrypt: mac verify failed for connection id={pair.inbound_conn_id} "
                f"local={child.policy.local} remote={child.policy.peer} "
                f"spi={child.inbound_spi:08X} seqno={number:08X}",
            )
        elif failure in (EspFailure.REPLAYED, EspFailure.TOO_OLD):
            self._complain(
                "PKT_REPLAY_ERR",
                f"decrypt: replay check failed\n        connection id={pair.inbound_conn_id}, "
                f"sequence number={number}\n",
            )

    def session(self, peer: IPv4Address, port: int, *, up: bool) -> None:
        """`crypto logging session`: the first SAs with a peer are there, or the last ones gone."""
        text = f"Crypto tunnel is {'UP' if up else 'DOWN':<4}.  Peer {peer}:{port}       Id: {peer}"
        self._console.log("CRYPTO", _NOTICE, "SESSION_STATUS", text)

    def _complain(self, mnemonic: str, text: str) -> None:
        now = self._simulation.now
        last = self._complained.get(mnemonic)
        if last is None or now - last >= INTERVAL:
            self._complained[mnemonic] = now
            self._console.log("CRYPTO", _WARNING, mnemonic, text)


def _ends(packet: bytes) -> tuple[IPv4Address, IPv4Address]:
    return IPv4Address(packet[12:16]), IPv4Address(packet[16:20])


def _proxy(selector: Selector) -> str:
    network = selector.network
    return f"{network.network_address}/{network.netmask}/{selector.protocol}/{selector.port}"
