"""tcpdump: the frames of the host's own devices, as release 4.99 prints them."""

from __future__ import annotations

from getopt import GetoptError, gnu_getopt

from ioscli.hosts.linux.capture_filter import FilterError, read_filter
from ioscli.hosts.linux.capture_filter import Frame as Filtered
from ioscli.hosts.linux.device import Watch
from ioscli.hosts.linux.dissect import Dissector
from ioscli.hosts.linux.process import Frame, Interrupted, Process, ProgramError, Steps
from ioscli.hosts.linux.tools.small import moment

_SNAPSHOT = 262_144
_USAGE = "Usage: tcpdump [-eltnvU] [ -c count ] [ -i interface ] [ expression ]"


def tcpdump(process: Process) -> Steps:
    """Print frames until the count is reached or Ctrl-C."""
    try:
        options, words = gnu_getopt(process.arguments[1:], "c:ei:ntvlU")
    except GetoptError as error:
        raise ProgramError(f"tcpdump: invalid option -- '{error.opt}'\n{_USAGE}") from None
    given = dict(options)
    name = given.get("-i")
    devices = process.stack.devices
    if name is None:
        name = next((it for it in devices if it != "lo"), "lo")
    if not process.root:
        raise ProgramError(
            f"tcpdump: {name}: You don't have permission to capture on that device\n"
            "(socket: Operation not permitted)"
        )
    if name not in devices:
        raise ProgramError(f"tcpdump: {name}: No such device exists\n(No such device exists)")
    count = given.get("-c")
    if count is not None and (not count.isdecimal() or int(count) < 1):
        raise ProgramError(f"tcpdump: invalid packet count {count}")
    try:
        wanted = read_filter(words)
    except FilterError as error:
        raise ProgramError(f"tcpdump: {error}") from None
    verbose = "-v" in given
    if not verbose:
        process.print("tcpdump: verbose output suppressed, use -v[v]... for full protocol decode")
    process.print(
        f"{'tcpdump: ' if verbose else ''}listening on {name}, link-type EN10MB (Ethernet), "
        f"snapshot length {_SNAPSHOT} bytes"
    )
    device = devices[name]
    watch = _watch(process)
    device.watchers.append(watch)
    dissector = Dissector(numeric="-n" in given, link="-e" in given, verbose=verbose)
    captured = 0
    try:
        while count is None or captured < int(count):
            event = yield None
            if isinstance(event, Frame) and wanted(Filtered(event.data)):
                captured += 1
                time = "" if "-t" in given else f"{moment(event.at):%H:%M:%S.%f} "
                process.print(time + dissector.line(event.data))
    except Interrupted:
        process.print("")
    finally:
        device.watchers.remove(watch)
    process.print(f"{captured} packet{'' if captured == 1 else 's'} captured")
    process.print(f"{captured} packet{'' if captured == 1 else 's'} received by filter")
    process.print(f"{process.dropped} packets dropped by kernel")
    return 0


def _watch(process: Process) -> Watch:
    def watch(frame: bytes, out: bool) -> None:
        process.post(Frame(process.now, frame, out))

    return watch
