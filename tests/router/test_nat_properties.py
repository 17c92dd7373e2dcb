"""Properties of NAT, whatever is sent: a bijection, right checksums, and nothing that raises."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Address

from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.codec.ipv4 import header_ok
from tests.router.nat_networks import OVERLOAD
from tests.router.nat_packets import checks, echo, ends, packet, tcp, udp
from tests.router.test_nat_packets import Gate

HOSTS = st.integers(1, 4).map(lambda number: f"10.0.0.{number}")
FAR = st.sampled_from(["192.0.2.3", "203.0.113.3", "203.0.113.4"])
PORTS = st.sampled_from([1, 53, 500, 511, 512, 1023, 1024, 1025, 4500, 65_535])
FLOWS = st.tuples(st.sampled_from(["udp", "tcp", "icmp"]), HOSTS, PORTS, FAR, PORTS)


def made(kind: str, host: str, port: int, far: str, far_port: int) -> bytes:
    if kind == "icmp":
        return echo(host, far, port)
    return (udp if kind == "udp" else tcp)(host, port, far, far_port)


def answer(kind: str, sent: bytes) -> bytes:
    source, port, destination, far_port = ends(sent)
    if kind == "icmp":
        identifier = int.from_bytes(sent[24:26], "big")
        return echo(destination, source, identifier, reply=True)
    return (udp if kind == "udp" else tcp)(destination, far_port, source, port)


@given(st.lists(FLOWS, min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_translations_are_a_bijection_and_replies_restore_the_original(
    flows: list[tuple[str, str, int, str, int]],
) -> None:
    gate = overloaded()
    gate.nat.clear()
    seen: dict[tuple[object, ...], tuple[object, ...]] = {}
    for kind, host, port, far, far_port in flows:
        sent = made(kind, host, port, far, far_port)
        out = gate.out(sent)
        if out is None:
            continue  # no port of its group is left
        far_end = (far, far_port) if kind != "icmp" else (far,)
        outer = (kind, out[12:16], out[20:24] if kind != "icmp" else out[24:26], *far_end)
        inner = (kind, host, port, *far_end)
        assert seen.setdefault(outer, inner) == inner
        back = gate.back(answer(kind, out))
        assert back is not None
        assert back[12:20] == IPv4Address(far).packed + IPv4Address(host).packed
        if kind == "icmp":
            assert int.from_bytes(back[24:26], "big") == port
        else:
            assert ends(back) == (far, far_port, host, port)


@given(
    st.sampled_from([1, 6, 17, 47, 50, 255]),
    st.binary(max_size=90),
    st.integers(0, 0xFFFF),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_hostile_packets_never_raise_and_leave_whole_headers(
    protocol: int, payload: bytes, flags: int, outward: bool
) -> None:
    gate = mixed()
    source, destination = ("10.0.0.1", "192.0.2.3") if outward else ("192.0.2.3", "192.0.2.10")
    sent = with_flags(packet(source, destination, protocol, payload), flags)
    if outward:
        out = gate.nat.outbound(gate.outside, sent, gate.inside)
    else:
        out = gate.nat.inbound(sent, gate.outside)
    if out is not None:
        assert header_ok(out)
        assert len(out) == len(sent)


@given(st.binary(max_size=80), st.sampled_from([3, 4, 5, 11, 12]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_errors_that_quote_garbage_never_raise(inner: bytes, kind: int, outward: bool) -> None:
    gate = mixed()
    header = b"\x45\0\0\x1c\0\0\0\0\x40\x11\0\0\xc0\0\2\x0a\xc0\0\2\3"
    for quoted in (inner, header + inner):
        message = bytes((kind, 0, 0, 0, 0, 0, 0, 0)) + quoted
        if outward:
            sent = packet("10.0.0.1", "192.0.2.3", 1, message)
            out = gate.nat.outbound(gate.outside, sent, gate.inside)
        else:
            sent = packet("192.0.2.3", "192.0.2.10", 1, message)
            out = gate.nat.inbound(sent, gate.outside)
        assert out is None or header_ok(out)


@given(st.lists(st.tuples(HOSTS, st.integers(1, 65_535), FAR, st.integers(1, 65_535)), max_size=80))
@settings(max_examples=10, deadline=None)
def test_the_table_is_bounded(flows: list[tuple[str, int, str, int]]) -> None:
    gate = bounded()
    for flow in flows:
        gate.out(udp(*flow))
        assert gate.lines <= 20


def test_a_wrong_checksum_stays_wrong() -> None:
    gate = overloaded()
    for sent in (udp("10.0.0.1", 9, "192.0.2.3", 9), tcp("10.0.0.1", 9, "192.0.2.3", 9)):
        broken = sent[:-1] + bytes((sent[-1] ^ 1,))
        out = gate.nat.outbound(gate.outside, broken, gate.inside)
        assert out is not None
        repaired = out[:-1] + bytes((out[-1] ^ 1,))
        assert checks(repaired)


def with_flags(sent: bytes, flags: int) -> bytes:
    """Another word of flags and offset, with a right header checksum."""
    from ioscli.codec.checksum import internet_checksum

    head = bytearray(sent[:20])
    head[6:8] = flags.to_bytes(2, "big")
    head[10:12] = b"\0\0"
    head[10:12] = internet_checksum(bytes(head)).to_bytes(2, "big")
    return bytes(head) + sent[20:]


@cache
def overloaded() -> Gate:
    return Gate(*OVERLOAD)


@cache
def mixed() -> Gate:
    """Every kind of mapping at once."""
    return Gate(
        "ip nat inside source static 10.0.0.1 192.0.2.10",
        "ip nat inside source static udp 10.0.0.9 500 192.0.2.2 500 extendable",
        "ip nat outside source static 203.0.113.3 172.16.0.3",
        *OVERLOAD,
    )


@cache
def bounded() -> Gate:
    return Gate(*OVERLOAD, "ip nat translation max-entries 20")
