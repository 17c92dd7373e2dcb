"""Hardware and line-protocol state of interfaces, with the messages and delays of IOS.

A port that gets carrier is reported up after IOS's carrier delay, its line protocol one second
later; `shutdown` acts at once, and is reported as late. Tunnels follow their route.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ioscli.engine.simulation import Simulation, Timer
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND
from ioscli.router.ethernet import SubInterface
from ioscli.router.interfaces import Interface
from ioscli.router.syslog import ConsoleLog
from ioscli.router.tunnel import TunnelInterface

CARRIER_DELAY = 2 * SECOND
"""IOS's default `carrier-delay`."""
PROTOCOL_DELAY = SECOND
"""Between the LINK and the LINEPROTO message."""


class LineState:
    """Moves interfaces up and down; `changed` is called whenever routing must look again."""

    def __init__(self, simulation: Simulation, console: ConsoleLog) -> None:
        self._simulation = simulation
        self._console = console
        self._timers: dict[InterfaceName, Timer] = {}
        self._shut: dict[InterfaceName, bool] = {}
        self.changed: Callable[[], None] = lambda: None
        self.keepalives = 0
        """Sent and received on all serial lines."""

    def report(self, ports: Iterable[Interface], *, booting: bool) -> None:
        """What a booting router says of its ports.

        booting: for the buffer alone.
        """
        for port in ports:
            if port.config.shutdown:
                state = f"Interface {port.name}, changed state to administratively down"
                self._console.log("LINK", 5, "CHANGED", state, booting=booting)
            else:
                word = "up" if port.up else "down"
                state = f"Interface {port.name}, changed state to {word}"
                self._console.log("LINK", 3, "UPDOWN", state, booting=booting)
            word = "up" if port.protocol_up else "down"
            state = f"Line protocol on Interface {port.name}, changed state to {word}"
            self._console.log("LINEPROTO", 5, "UPDOWN", state, booting=booting)

    def stop(self) -> None:
        """The router goes down: nothing is reported or moved any more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._console = ConsoleLog(self._simulation)  # that nobody reads
        self.changed = lambda: None

    def boot(self, interface: Interface) -> None:
        """Set the state at once, as it stands when a router has booted."""
        if isinstance(interface, SubInterface):
            return
        self._shut[interface.name] = interface.config.shutdown
        interface.up = not interface.config.shutdown and interface.carrier()
        if not isinstance(interface, TunnelInterface):
            interface.protocol_up = interface.up

    def created(self, interface: Interface) -> None:
        """The operator made a virtual interface: up at once, unless it is a tunnel."""
        self._shut[interface.name] = False
        if isinstance(interface, SubInterface):
            self.subinterface(interface)
            return
        interface.up = True
        if isinstance(interface, TunnelInterface):
            self._report_protocol(interface)
        else:
            self._protocol(interface, up=True)

    def removed(self, interface: Interface) -> None:
        """The operator removed a virtual interface."""
        self._cancel(interface.name)
        self._shut.pop(interface.name, None)
        interface.up = False
        if interface.protocol_up:
            self._protocol(interface, up=False)
        if not isinstance(interface, SubInterface):
            self._administratively_down(interface)

    def configured(self, interface: Interface) -> None:
        """`shutdown` or the carrier may have changed."""
        if isinstance(interface, SubInterface):
            return  # follows its port when the router settles
        name = interface.name
        shut = interface.config.shutdown
        was_shut = self._shut.get(name, shut)
        self._shut[name] = shut
        if shut:
            if not was_shut:
                self._cancel(name)
                self._down(interface)
                self._later(name, CARRIER_DELAY, lambda: self._administratively_down(interface))
            return
        carrier = interface.carrier()
        if carrier == interface.up and not was_shut:
            self._cancel(name)  # the carrier came back before its loss was reported
        elif interface.name.virtual:
            self._link(interface, up=True)
        elif carrier:
            self._later(name, CARRIER_DELAY, lambda: self._link(interface, up=True))
        elif interface.up:
            self._later(name, CARRIER_DELAY, lambda: self._link(interface, up=False))

    def line_lives(self, interface: Interface, lives: bool) -> None:
        """A serial line's keepalives say whether its far end answers."""
        self.keepalives += 1
        if interface.up and interface.protocol_up != lives and not self._waits(interface.name):
            self._protocol(interface, up=lives)

    def subinterface(self, it: SubInterface) -> bool:
        """Let a sub-interface follow its port; whether that changed its line protocol.

        IOS reports nothing of it (`logging event subif-link-status` is off by default).
        """
        it.up = it.parent.up and not it.config.shutdown
        up = it.up and it.parent.protocol_up
        if it.protocol_up == up:
            return False
        it.protocol_up = up
        if up:
            it.went_up()
        else:
            it.went_down()
        return True

    def tunnel(self, tunnel: TunnelInterface, up: bool) -> bool:
        """Set a tunnel's line protocol; whether that changed it."""
        up = up and tunnel.up
        if tunnel.protocol_up == up:
            return False
        tunnel.protocol_up = up
        if up:
            tunnel.went_up()
        else:
            tunnel.went_down()
        self._report_protocol(tunnel)
        return True

    # -- one interface -------------------------------------------------------------------------

    def _link(self, interface: Interface, *, up: bool) -> None:
        if interface.up == up:
            return
        interface.up = up
        interface.carrier_transitions += not up
        self._log("LINK", 3, "UPDOWN", f"Interface {interface.name}, changed state to {_word(up)}")
        if isinstance(interface, TunnelInterface):
            self.changed()
        elif interface.name.virtual:
            self._protocol(interface, up=up)
        else:
            self._later(interface.name, PROTOCOL_DELAY, lambda: self._protocol(interface, up=up))

    def _protocol(self, interface: Interface, *, up: bool) -> None:
        if interface.protocol_up == up:
            return
        interface.protocol_up = up
        self._report_protocol(interface)
        if not up:
            interface.went_down()
        self.changed()
        if up:
            interface.went_up()

    def _down(self, interface: Interface) -> None:
        """Shut down: the state changes now, the messages come when IOS gets to them."""
        was_up, interface.up = interface.protocol_up, False
        interface.protocol_up = False
        if was_up:
            interface.went_down()
            self.changed()
            self._simulation.after(
                CARRIER_DELAY + PROTOCOL_DELAY, lambda: self._report_protocol(interface)
            )

    def _administratively_down(self, interface: Interface) -> None:
        self._log(
            "LINK",
            5,
            "CHANGED",
            f"Interface {interface.name}, changed state to administratively down",
        )

    def _report_protocol(self, interface: Interface) -> None:
        word = _word(interface.protocol_up)
        self._log(
            "LINEPROTO",
            5,
            "UPDOWN",
            f"Line protocol on Interface {interface.name}, changed state to {word}",
        )

    def _log(self, facility: str, severity: int, mnemonic: str, text: str) -> None:
        self._console.log(facility, severity, mnemonic, text)

    def _later(self, name: InterfaceName, delay: int, action: Callable[[], None]) -> None:
        self._cancel(name)
        self._timers[name] = self._simulation.after(delay, action)

    def _waits(self, name: InterfaceName) -> bool:
        timer = self._timers.get(name)
        return timer is not None and timer.pending

    def _cancel(self, name: InterfaceName) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()


def _word(up: bool) -> str:
    return "up" if up else "down"
