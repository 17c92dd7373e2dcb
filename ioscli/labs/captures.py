"""What a run leaves behind on disk: captures of links, and the keys to decrypt them."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from ioscli.engine.capture import LinkType, PcapngWriter
from ioscli.engine.link import Link
from ioscli.labs.errors import InputError, quoted
from ioscli.labs.topology import Topology


def open_captures(topology: Topology, requests: Iterable[str], stack: ExitStack) -> None:
    """Begin a capture for each `LINK:FILE`; links named with the same file share it.

    Raises InputError for a link that does not exist or a file that cannot be written.
    """
    writers: dict[str, PcapngWriter] = {}
    for request in requests:
        link, name = _link_and_file(topology, request)
        if link.tap is not None:
            raise InputError(f"--capture {quoted(request)}: this link is captured already")
        if name not in writers:
            try:
                writers[name] = stack.enter_context(PcapngWriter(name))
            except OSError as error:
                raise InputError(f"cannot write: {error.strerror}", file=name) from None
        kind = LinkType.CISCO_HDLC if topology.is_serial(link) else LinkType.ETHERNET
        writers[name].tap(link, kind)


def write_keys_at_end(topology: Topology, folder: Path, stack: ExitStack) -> None:
    """Write every router's ESP and IKE keys to a Wireshark folder when the run is over."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write: {error.strerror}", file=folder) from None

    def write() -> None:
        from ioscli.labs.wireshark import write_wireshark_folder

        routers = topology.routers.values()
        write_wireshark_folder(
            folder,
            [record for router in routers for record in router.esp_key_records()],
            [record for router in routers for record in router.ike_key_records()],
        )

    stack.callback(write)


def _link_and_file(topology: Topology, request: str) -> tuple[Link, str]:
    """Both parts may hold colons: the first split whose left part names a link counts."""
    reason = ""
    for at, character in enumerate(request):
        if character == ":" and request[at + 1 :]:
            try:
                return topology.find_link(request[:at]), request[at + 1 :]
            except InputError as error:
                reason = reason or error.reason
    raise InputError(f"--capture {quoted(request)}: {reason or 'not LINK:FILE'}")
