"""A router and the Linux kernel: ARP and ping over a TAP device, both ways."""

import subprocess
from pathlib import Path

from ioscli.engine.simulation import Simulation
from ioscli.model.ifname import InterfaceName
from tests.router.networks import config, router

from .namespace import Tap, namespace, needed


def test_the_kernel_and_the_router_ping_one_another(tmp_path: Path) -> None:
    needed("ping")
    with namespace("ioscli-linux", tmp_path) as linux:
        tap = Tap(linux, "tap0", "192.0.2.2/24")
        simulation = Simulation(1)
        ours = router(simulation, config("R1", {"Gi0/0": "192.0.2.1/24"}, {}))
        tap.plug(simulation, ours.port(InterfaceName.parse("Gi0/0")))
        ours.boot()
        ping = subprocess.Popen(
            ("ip", "netns", "exec", linux.name, "ping", "-c", "3", "-i", "0.1", "192.0.2.1"),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert tap.run(lambda: ping.poll() is not None, patience=15)
        printed = ping.communicate()[0]
        assert "3 packets transmitted, 3 received" in printed
        tap.close()
