"""netstat, as net-tools 2.10 has it: the routing table once more, and the open sockets."""

from __future__ import annotations

from getopt import GetoptError, gnu_getopt

from ioscli.hosts.linux.process import Process, ProgramError, Steps
from ioscli.hosts.linux.tools.route import columns
from ioscli.protocols.tcp.effects import State

_STATES = {
    State.SYN_SENT: "SYN_SENT",
    State.SYN_RECEIVED: "SYN_RECV",
    State.ESTABLISHED: "ESTABLISHED",
    State.FIN_WAIT_1: "FIN_WAIT1",
    State.FIN_WAIT_2: "FIN_WAIT2",
    State.CLOSE_WAIT: "CLOSE_WAIT",
    State.CLOSING: "CLOSING",
    State.LAST_ACK: "LAST_ACK",
    State.TIME_WAIT: "TIME_WAIT",
}


def netstat(process: Process) -> Steps:
    """`netstat -r`, or the sockets: `-t`, `-u`, `-l`, `-a`, `-n`."""
    yield from ()
    flags = _flags(process, "ralntu")
    if "r" in flags:
        process.print(
            "Kernel IP routing table\n"
            "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface"
        )
        for row in process.stack.routes.rows:
            process.print(
                f"{columns(row, numeric='n' in flags)}    0 0          0 {row.device.name}"
            )
        return 0
    which = "only servers" if "l" in flags else "w/o servers" if "a" not in flags else "servers and"
    ending = " established" if which == "servers and" else ""
    process.print(f"Active Internet connections ({which}{ending})")
    process.print("Proto Recv-Q Send-Q Local Address           Foreign Address         State      ")
    for protocol, local, peer, state, queued in _sockets(process, flags):
        listening = state in ("LISTEN", "")
        if (listening and "l" not in flags and "a" not in flags) or (
            not listening and "l" in flags
        ):
            continue
        # Nothing waits to be read: programs here take what comes at once.
        process.print(f"{protocol:<5} {0:>6} {queued:>6} {local:<23} {peer:<23} {state:<11}")
    return 0


def _flags(process: Process, known: str) -> str:
    """The letters given, each of which means something here."""
    try:
        options, _ = gnu_getopt(process.arguments[1:], known)
    except GetoptError as error:
        raise ProgramError(f"{process.name}: invalid option -- '{error.opt}'") from None
    return "".join(option[1:] for option, _ in options)


def _sockets(process: Process, flags: str) -> list[tuple[str, str, str, str, int]]:
    """Protocol, both ends and state; `-t` and `-u` choose."""
    every = "t" not in flags and "u" not in flags
    return [it for it in _all_sockets(process) if every or it[0][0] in flags]


def _all_sockets(process: Process) -> list[tuple[str, str, str, str, int]]:
    stack = process.stack
    machine = stack.tcp.machine
    found = [("tcp", f"0.0.0.0:{port}", "0.0.0.0:*", "LISTEN", 0) for port in machine.listening]
    for ends, connection in machine.connections.items():
        found.append(
            (
                "tcp",
                f"{ends.local}:{ends.local_port}",
                f"{ends.peer}:{ends.peer_port}",
                _STATES.get(connection.state, ""),
                connection.queued,
            )
        )
    found += [("udp", f"0.0.0.0:{port}", "0.0.0.0:*", "", 0) for port in stack.udp_ports]
    return found
