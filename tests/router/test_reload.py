"""A router that reloads: what its neighbours see, what is forgotten, what comes back."""

import pytest

from ioscli.model.config import RouterConfig
from ioscli.model.ifname import InterfaceName
from ioscli.router.reload import BOOT_TIME, GOING_DOWN
from tests.router.networks import Network, config
from tests.router.test_crypto import protected

DOWN_TIME = (GOING_DOWN + BOOT_TIME) / 1_000_000


def line() -> Network:
    """R1 - R2 - R3."""
    network = Network(
        config("R1", {"Gi0/0": "10.0.12.1/24"}, {"0.0.0.0/0": "10.0.12.2"}),
        config("R2", {"Gi0/0": "10.0.12.2/24", "Gi0/1": "10.0.23.2/24"}, {}),
        config("R3", {"Gi0/0": "10.0.23.3/24"}, {"0.0.0.0/0": "10.0.23.2"}),
    )
    network.link("R1:Gi0/0", "R2:Gi0/0")
    network.link("R2:Gi0/1", "R3:Gi0/0")
    return network.boot()


def reload(network: Network, name: str, startup: RouterConfig | None = None) -> None:
    router = network[name]
    router.reloads.start(lambda: router.config if startup is None else startup, "console")


def messages(network: Network, name: str, since: int = 0) -> list[str]:
    """What a router's console said, without the times."""
    return [line.split(": ", 1)[1] for line in network.log[since:] if line.startswith(f"{name} ")]


def test_a_ping_through_a_router_that_reloads() -> None:
    network = line()
    network.wait(10)
    network.ping("R1", "10.0.23.3")  # ARP
    assert network.ping("R1", "10.0.23.3") == "!!!!!"
    reload(network, "R2")
    network.wait(GOING_DOWN / 1_000_000)
    during = network.ping("R1", "10.0.23.3", count=10)
    assert "." in during
    assert "!" not in during[2:]
    network.wait(DOWN_TIME + 10)
    assert network.ping("R1", "10.0.23.3").endswith("!!!")


def test_neighbours_lose_the_line_and_get_it_back() -> None:
    network = line()
    network.wait(10)
    since = len(network.log)
    reload(network, "R2")
    network.wait(10)
    interface = network["R1"].interfaces[InterfaceName.parse("Gi0/0")]
    assert not interface.up
    assert network["R1"].route_views() == []
    network.wait(DOWN_TIME + 10)
    assert interface.protocol_up
    assert messages(network, "R1", since) == [
        "%LINK-3-UPDOWN: Interface GigabitEthernet0/0, changed state to down",
        "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet0/0, changed state to down",
        "%LINK-3-UPDOWN: Interface GigabitEthernet0/0, changed state to up",
        "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet0/0, changed state to up",
    ]
    said = messages(network, "R2", since)
    assert said[0] == ("%SYS-5-RELOAD: Reload requested by console. Reload Reason: Reload Command.")
    assert any(text.startswith("%SYS-5-RESTART: System restarted --") for text in said)


def test_a_booting_router_tells_of_its_ports_before_the_tunnels_over_them() -> None:
    network = protected()
    network.wait(10)
    since = len(network.log)
    reload(network, "R1")
    network.wait(DOWN_TIME)
    _, *said, restart = messages(network, "R1", since)
    assert said == [
        "%LINK-3-UPDOWN: Interface GigabitEthernet0/0, changed state to up",
        "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet0/0, changed state to up",
        "%LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to up",
        "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet0/1, changed state to up",
        "%LINEPROTO-5-UPDOWN: Line protocol on Interface Tunnel0, changed state to up",
        "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON",
    ]
    assert restart.startswith("%SYS-5-RESTART: ")


def test_what_a_router_remembered_is_gone() -> None:
    network = line()
    network.wait(3_600)
    network.ping("R1", "10.0.23.3")
    router = network["R2"]
    assert len(router.arp_views()) == 4
    reload(network, "R2")
    network.wait(DOWN_TIME)
    assert 0 <= router.uptime < 1_000_000
    assert {view.age for view in router.arp_views()} <= {None}
    counters = router.interfaces[InterfaceName.parse("Gi0/0")]
    assert counters.packets_in == 0


def test_it_comes_up_with_the_startup_config_of_that_moment() -> None:
    network = line()
    network.wait(10)
    saved = config("R9", {"Gi0/0": "10.0.12.9/24", "Gi0/1": "10.0.23.2/24"}, {})
    reload(network, "R2", saved)
    network.wait(DOWN_TIME + 10)
    assert network["R2"].hostname == "R9"
    assert network.ping("R1", "10.0.12.9").endswith("!!!!")
    assert "!" not in network.ping("R1", "10.0.12.2")


def test_nothing_of_the_old_life_acts_on_the_new_one() -> None:
    """Reload in the middle of everything: traffic, IKE, ARP; then count what still runs."""
    network = protected()
    network.wait(1)
    for _ in range(3):
        reload(network, "R1")
        network.wait(DOWN_TIME + 0.5)
    network.wait(60)
    since = network.simulation.events_run
    network.wait(3_600)
    after_three = network.simulation.events_run - since
    fresh = protected()
    fresh.wait(120)
    since = fresh.simulation.events_run
    fresh.wait(3_600)
    assert after_three <= (fresh.simulation.events_run - since) * 1.5


def test_an_end_of_a_tunnel_reloads() -> None:
    """The peer keeps its SA and seals with it; R1 does not know the SPI; then they agree anew."""
    network = protected()
    network.wait(20)
    assert network.ping("R4", "172.16.2.5").endswith("!!!")
    before = spis(network, "R3")
    reload(network, "R1")
    network.wait(DOWN_TIME / 2)
    # Nobody told R3: it still has the SA of before.
    assert spis(network, "R3") == before
    network.wait(DOWN_TIME / 2)
    network.ping("R5", "192.168.1.4", count=2)
    network.wait(60)
    assert network.ping("R4", "172.16.2.5").endswith("!!!")
    after = spis(network, "R3")
    assert after
    assert after != before
    assert spis(network, "R1") == {(out, into) for into, out in after}


def test_an_unknown_spi_is_complained_about() -> None:
    network = protected()
    network.wait(20)
    network.ping("R4", "172.16.2.5")
    ports = {"Gi0/0": "100.12.0.1/24", "Gi0/1": "192.168.1.1/24", "Lo0": "100.1.1.1/32"}
    blank = config("R1", ports, {"0.0.0.0/0": "100.12.0.2"})
    since = len(network.log)
    reload(network, "R1", blank)
    network.wait(DOWN_TIME + 10)
    network.ping("R5", "192.168.1.4", count=3)
    assert any("CRYPTO-4-RECVD_PKT_INV_SPI" in text for text in messages(network, "R1", since))


def test_keys_of_former_lives_stay_readable() -> None:
    network = protected()
    network.wait(20)
    first = list(network["R1"].esp_key_records())
    reload(network, "R1")
    network.wait(DOWN_TIME + 60)
    both = list(network["R1"].esp_key_records())
    assert both[: len(first)] == first
    assert len(both) > len(first) > 0


def spis(network: Network, name: str) -> set[tuple[int, int]]:
    """(inbound, outbound) SPIs of a router's newest SAs."""
    found = set()
    for view in network[name].ipsec_views():
        for into, out in zip(view.inbound, view.outbound, strict=True):
            found.add((into.spi, out.spi))
    return found


@pytest.mark.parametrize("count", [1, 2])
def test_a_second_order_while_it_boots_changes_nothing(count: int) -> None:
    network = line()
    since = len(network.log)
    for _ in range(count):
        reload(network, "R2")
    network.wait(DOWN_TIME + 5)
    reloaded = [text for text in messages(network, "R2", since) if "SYS-5-RELOAD" in text]
    assert len(reloaded) == 1


def test_a_scheduled_reload_comes_in_time_and_can_be_called_off() -> None:
    network = line()
    router = network["R2"]
    router.reloads.schedule(600_000_000, lambda: router.config, "console", "Maintenance")
    network.wait(599)
    assert router.uptime > 0
    assert router.reloads.scheduled is not None
    assert router.reloads.cancel()
    network.wait(60)
    assert not router.reloads.down
    router.reloads.schedule(600_000_000, lambda: router.config, "console", "Maintenance")
    network.wait(601.5)
    assert router.reloads.down
    network.wait(DOWN_TIME)
    assert router.reloads.scheduled is None
    assert any("Reload Reason: Maintenance." in text for text in messages(network, "R2"))
