"""The 802.1Q tag."""

from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.dot1q import tag, untag
from ioscli.codec.ethernet import EthernetHeader, EtherType

FRAMES = st.binary(min_size=14, max_size=200)


def test_where_the_tag_stands():
    frame = EthernetHeader(b"\x01" * 6, b"\x02" * 6, EtherType.IPV4).build(b"payload")
    tagged = tag(frame, 100, priority=5)
    assert tagged[:12] == frame[:12]
    assert tagged[12:16].hex() == "8100a064"  # priority 5, VLAN 100
    assert tagged[16:] == frame[12:]


@given(FRAMES, st.integers(1, 4094), st.integers(0, 7))
def test_what_goes_in_comes_out(frame, vlan, priority):
    assert untag(tag(frame, vlan, priority)) == (vlan, frame)
