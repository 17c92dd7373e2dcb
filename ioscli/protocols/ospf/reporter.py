"""What a process says of itself: system messages, debugging, counts of what it refuses."""

from typing import TYPE_CHECKING

from ioscli.codec.errors import DecodeError
from ioscli.codec.ospf.errors import ChecksumError, LengthError, LsTypeError
from ioscli.codec.ospf.lsa import Lsa
from ioscli.codec.ospf.numbers import LsType, dotted
from ioscli.model.effects import Debug, Log, RoutingEffect
from ioscli.model.ospf import OspfProcess
from ioscli.protocols.ospf.counters import Counters
from ioscli.protocols.ospf.logs import debug_text
from ioscli.protocols.ospf.states import NeighborState

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.neighbor import Neighbor
    from ioscli.protocols.ospf.outlet import Outlet


class Reporter:
    """The voice of `machine.Ospf`."""

    def __init__(self, process: str) -> None:
        self.process = process
        """The number of `router ospf N`."""
        self.config = OspfProcess(process)
        self.effects: list[RoutingEffect] = []
        self.debugging: set[str] = set()
        """Topics of `debug ip ospf`: adj, events, hello, packet, spf, lsa-generation, flood."""
        self.counters = Counters()
        self.arriving = 0
        """Bytes of the packet that is being looked at."""

    def area_text(self, number: int) -> str:
        """An area's number, as it was typed."""
        config = self.config.areas.get(number)
        return dotted(number) if config is not None and config.dotted else str(number)

    def log(self, severity: int, mnemonic: str, text: str) -> None:
        """A system message."""
        self.effects.append(Log("OSPF", severity, mnemonic, text))

    def log_adjacency(self, neighbor: "Neighbor", state: NeighborState, reason: str) -> None:
        """%OSPF-5-ADJCHG: adjacencies made and lost, with `detail` every change."""
        if not self.config.log_adjacency_changes:
            return
        before = neighbor.state
        notable = NeighborState.FULL in (before, state) or state is NeighborState.DOWN
        if notable or self.config.log_adjacency_detail:
            self.log(
                5,
                "ADJCHG",
                f"Process {self.process}, Nbr {dotted(neighbor.id)}"
                f" on {neighbor.interface.label} from {before} to {state}, {reason}",
            )

    def debug(self, topic: str, interface: "Outlet | None", text: str) -> None:
        """A line of debugging, if its topic is on; `events` shows what `hello` would."""
        if topic not in self.debugging:
            if topic != "hello" or "events" not in self.debugging:
                return
            topic = "events"
        tag = "hello" if topic == "events" else topic
        short = interface.short if interface is not None else ""
        self.effects.append(Debug(topic, debug_text(self.process, tag, text, short)))

    def debug_lsa(self, interface: "Outlet", verb: str, lsa: Lsa, age: int) -> None:
        """An LSA that goes out or comes in, for `debug ip ospf flood`."""
        self.debug(
            "flood",
            interface,
            f"{verb} Type {lsa.kind}, LSID {dotted(lsa.id)}, Adv rtr {dotted(lsa.router)},"
            f" age {age}, seq 0x{lsa.sequence:08X}",
        )

    def note_schedule(self, area: "Area") -> None:
        """The router LSA will be looked at, for `debug ip ospf lsa-generation`."""
        text = f"Scheduling rtr LSA for area {self.area_text(area.id)}"
        self.debug("lsa-generation", None, text)

    def note_no_change(self, area: "Area") -> None:
        """It was, and says what it said before."""
        text = f"No change in router LSA, area {self.area_text(area.id)} "
        self.debug("lsa-generation", None, text)

    def note_generation(self, area: "Area", lsa: Lsa) -> None:
        """An LSA is originated, for `debug ip ospf lsa-generation`."""
        if "lsa-generation" not in self.debugging:
            return
        where, number = self.area_text(area.id), f"seq 0x{lsa.sequence:08X}"
        if lsa.kind == LsType.ROUTER:
            text = f"Build router LSA for area {where}, router ID {dotted(lsa.router)}, {number}"
        elif lsa.kind == LsType.NETWORK:
            text = f"Build network LSA for area {where}, LSID {dotted(lsa.id)}, {number}"
        else:
            text = f"Build type {lsa.kind} LSA, LSID {dotted(lsa.id)}, area {where}, {number}"
        self.debug("lsa-generation", None, text)

    def refuse(self, interface: "Outlet", reason: str) -> None:
        """Count a packet that is not taken, by one of HEADER_ERRORS."""
        interface.counters.refuse(reason, self.arriving)
        self.counters.refuse(reason, self.arriving)

    def refuse_lsa(self, interface: "Outlet", neighbor: "Neighbor", error: DecodeError) -> None:
        """Count an LSA that is not taken."""
        reason = {
            ChecksumError: "Checksum",
            LengthError: "Length",
            LsTypeError: "Type",
        }.get(type(error), "Data")
        interface.counters.refuse_lsa(reason)
        self.counters.refuse_lsa(reason)
        self.log(
            4,
            "ERRRCV",
            f"Received invalid packet: Bad LSA {reason.lower()} from {neighbor.address},"
            f" {interface.label}",
        )
