"""The programs of a Linux host, each in a module that is imported when it is first called."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from ioscli.hosts.linux.process import Process, Steps

#: Program -> the module that holds a function of its name (`-` as `_`).
PROGRAMS = {
    "arp": "arp",
    "clear": "small",
    "date": "small",
    "echo": "small",
    "help": "small",
    "hostname": "small",
    "id": "small",
    "ifconfig": "ifconfig",
    "ip": "iproute",
    "nc": "netcat",
    "netstat": "netstat",
    "ping": "ping",
    "route": "route",
    "sleep": "small",
    "tcpdump": "tcpdump",
    "telnet": "telnet",
    "tracepath": "tracepath",
    "traceroute": "traceroute",
    "true": "small",
    "uname": "small",
    "whoami": "small",
}

Program = Callable[[Process], Steps]


def find_program(name: str) -> Program | None:
    """The program of a name (or of its full path); None where there is none."""
    name = name.rpartition("/")[2] if name.startswith("/") else name
    module = PROGRAMS.get(name)
    if module is None:
        return None
    found: Program = getattr(import_module(f"{__name__}.{module}"), name)
    return found
