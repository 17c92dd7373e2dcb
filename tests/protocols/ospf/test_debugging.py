"""Debug lines, held against what IOS 15 printed when two routers met on a LAN."""

from tests.protocols.ospf.wire import Network, Router


def without_numbers(lines: list[str]) -> list[str]:
    """Sequence numbers are drawn by lot."""
    return [
        " ".join(word if not word.startswith("0x") or len(word) < 5 else "0x" for word in
                 line.split(" "))
        for line in lines
    ]  # fmt: skip


def meeting(*topics: str) -> tuple[Network, Router, Router]:
    """Two routers on a LAN, R2 five seconds ahead, like those of the capture."""
    network = Network()
    first, second = network.router("R1", "192.168.1.1"), network.router("R2", "192.168.2.2")
    network.lan("10.1.2.0/24", first, second)
    for router in (first, second):
        # As in the capture: two links in each router LSA.
        network.interface(router, "Loopback", 0, f"{router.process.router_id}/32")
        router.machine.debugging.update(topics)
    network.configure(second)
    network.run(5)
    network.configure(first)
    network.run(100)
    return network, first, second


def test_debug_ip_ospf_adj() -> None:
    _, first, second = meeting("adj")
    lines = without_numbers(second.debugs)
    begin = "OSPF-1 ADJ   Gi0/0: "
    lines.remove("OSPF-1 ADJ   Lo0: Interface going Up")
    assert all(line.startswith(begin) for line in lines)
    told = [line.removeprefix(begin) for line in lines]
    election = [
        "DR/BDR election",
        "Elect BDR 192.168.2.2",
        "Elect DR 192.168.2.2",
        "Elect BDR 192.168.1.1",
        "Elect DR 192.168.2.2",
        "DR: 192.168.2.2 (Id)",
        "   BDR: 192.168.1.1 (Id)",
        "Nbr 192.168.1.1: Prepare dbase exchange",
        "Send DBD to 192.168.1.1 seq 0x opt 0x52 flag 0x7 len 32",
    ]
    assert told[:3] == [
        "Interface going Up",
        "2 Way Communication to 192.168.1.1, state 2WAY",
        "end of Wait on interface",
    ]
    assert told[3 : 3 + len(election)] == election
    assert told[12:14] == [
        "Send DBD to 192.168.1.1 seq 0x opt 0x52 flag 0x7 len 32",
        "Retransmitting DBD to 192.168.1.1 [1]",
    ]
    exchange = [
        "NBR Negotiation Done. We are the MASTER",
        "Nbr 192.168.1.1: Summary list built, size 1",
        "Send DBD to 192.168.1.1 seq 0x opt 0x52 flag 0x1 len 52",
        "Rcv LS REQ from 192.168.1.1 length 36 LSA count 1",
        "Send LS UPD to 10.1.2.1 length 76 LSA count 1",
        "Rcv DBD from 192.168.1.1 seq 0x opt 0x52 flag 0x0 len 32  mtu 1500 state EXCHANGE",
        "Exchange Done with 192.168.1.1",
        "Send LS REQ to 192.168.1.1 length 36",
        "Rcv LS UPD from Nbr ID 192.168.1.1 length 76 LSA count 1",
        "Synchronized with 192.168.1.1, state FULL",
    ]
    found = [line for line in told if line in exchange]
    # The request may cross the last description: IOS's capture has either order, too.
    assert set(found) == set(exchange)
    assert told[-1] == "Nbr 192.168.1.1: Clean-up dbase exchange"
    slave = [line.removeprefix(begin) for line in without_numbers(first.debugs)]
    order = [
        "NBR Negotiation Done. We are the SLAVE",
        "Nbr 192.168.2.2: Summary list built, size 1",
        "Send DBD to 192.168.2.2 seq 0x opt 0x52 flag 0x2 len 52",
        "Rcv DBD from 192.168.2.2 seq 0x opt 0x52 flag 0x1 len 52  mtu 1500 state EXCHANGE",
        "Exchange Done with 192.168.2.2",
        "Send LS REQ to 192.168.2.2 length 36",
        "Send DBD to 192.168.2.2 seq 0x opt 0x52 flag 0x0 len 32",
        "Rcv LS UPD from Nbr ID 192.168.2.2 length 76 LSA count 1",
        "Synchronized with 192.168.2.2, state FULL",
    ]
    assert [line for line in slave if line in order] == order
    assert "Nbr state is 2WAY" in slave


def test_debug_ip_ospf_hello_and_events() -> None:
    _, first, _ = meeting("hello")
    assert "OSPF-1 HELLO Gi0/0: Send hello to 224.0.0.5 area 0 from 10.1.2.1" in first.debugs
    assert "OSPF-1 HELLO Gi0/0: Rcv hello from 192.168.2.2 area 0 10.1.2.2" in first.debugs
    assert (
        "OSPF-1 HELLO Gi0/0: Send immediate hello to nbr 192.168.2.2, src address 10.1.2.2"
        in first.debugs
    )
    _, other, _ = meeting("events")
    assert other.debugs


def test_debug_ip_ospf_packet() -> None:
    _, first, _ = meeting("packet")
    assert any(
        line.startswith(
            "OSPF-1 PAK  : Gi0/0:  IN: 10.1.2.2->224.0.0.5: ver:2 type:1 len:48 rid:192.168.2.2"
            " area:0.0.0.0 chksum:"
        )
        and line.endswith(" auth:0")
        for line in first.debugs
    )
    assert any(
        "Gi0/0: OUT: 10.1.2.1->10.1.2.2: ver:2 type:2 len:32" in line for line in first.debugs
    )


def test_debug_ip_ospf_lsa_generation_and_spf() -> None:
    _, first, _ = meeting("lsa-generation", "spf")
    assert first.debugs[:2] == [
        "OSPF-1 LSGEN: Scheduling rtr LSA for area 0",
        "OSPF-1 LSGEN: Build router LSA for area 0, router ID 192.168.1.1, seq 0x80000001",
    ]
    assert any("OSPF-1 SPF  : Detect change in LSA type 1" in line for line in first.debugs)


def test_debug_ip_ospf_flood() -> None:
    _, first, _ = meeting("flood")
    assert any(line.startswith("OSPF-1 FLOOD Gi0/0: Rcv Update Type 1") for line in first.debugs)
    assert any(line.startswith("OSPF-1 FLOOD Gi0/0: Send Type 1") for line in first.debugs)


def test_nothing_is_said_unasked() -> None:
    _, first, second = meeting()
    assert first.debugs == second.debugs == []


def test_a_dead_neighbor_in_debugging_and_logs() -> None:
    network, first, second = meeting("adj")
    first.debugs.clear()
    network.set_up(second, second.name_of("Gi0/0"), False)
    assert (
        second.debugs[-1] == "OSPF-1 ADJ   Gi0/0: 192.168.2.2 address 10.1.2.2 is dead, state DOWN"
    )
    network.run(45)
    begin = "OSPF-1 ADJ   Gi0/0: "
    assert first.debugs == [
        begin + line
        for line in (
            "192.168.2.2 address 10.1.2.2 is dead",
            "192.168.2.2 address 10.1.2.2 is dead, state DOWN",
            "Neighbor change event",
            "DR/BDR election",
            "Elect BDR 192.168.1.1",
            "Elect DR 192.168.1.1",
            "Elect BDR 0.0.0.0",
            "Elect DR 192.168.1.1",
            "DR: 192.168.1.1 (Id)",
            "   BDR: none",
            "Remember old DR 192.168.2.2 (id)",
        )
    ]
    assert first.logs[-1].endswith("from FULL to DOWN, Neighbor Down: Dead timer expired")


def test_router_lsas_are_scheduled_then_built_half_a_second_later() -> None:
    network = Network()
    router = network.router("R1")
    network.interface(router, "Loopback", 0, "10.0.0.1/32")
    router.machine.debugging.add("lsa-generation")
    network.configure()
    network.run(0.4)
    assert router.debugs == ["OSPF-1 LSGEN: Scheduling rtr LSA for area 0"]
    network.run(0.2)
    assert router.debugs[1:] == [
        "OSPF-1 LSGEN: Build router LSA for area 0, router ID 1.1.1.1, seq 0x80000001"
    ]
