"""Prints every difference between recorded tables and ours: `python -m tests.labval.report`."""

from __future__ import annotations

import sys
import time

from .compare import differences
from .network import LabNetwork, recorded_of, snapshots

_WAIT = 180
"""Simulated seconds: BGP's timers and OSPF's dead intervals are over by then."""


def main(wanted: list[str]) -> None:
    for snapshot in wanted or snapshots():
        start = time.perf_counter()
        network = LabNetwork(snapshot)
        network.run(_WAIT)
        routes = sum(len(table.routes) for table in recorded_of(network))
        found = [
            line
            for table in recorded_of(network)
            for line in differences(network.routers[table.node], table, "CLSORDB")
        ]
        took = time.perf_counter() - start
        print(f"== {snapshot}: {len(network.routers)} routers, {routes} recorded paths, ", end="")
        print(f"{len(found)} differences, {took:.1f} s")
        for line in network.refused:
            print(f"   refused {line}")
        for line in found:
            print(f"   {line}")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
