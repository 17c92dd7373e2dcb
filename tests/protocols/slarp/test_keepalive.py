"""Keepalives of a serial line, stepped by hand."""

from ioscli.codec.hdlc import SlarpKeepalive
from ioscli.protocols.slarp.keepalive import Keepalive


def test_two_ends_keep_each_other_alive():
    ours, theirs = Keepalive(), Keepalive()
    for _ in range(10):
        theirs.receive(ours.tick())
        ours.receive(theirs.tick())
    assert ours.alive
    assert theirs.alive


def test_the_fourth_unanswered_keepalive_takes_the_line_down():
    ours = Keepalive()
    states = []
    for _ in range(5):
        ours.tick()
        states.append(ours.alive)
    assert states == [True, True, True, False, False]


def test_one_answer_brings_it_back():
    ours = Keepalive()
    for _ in range(6):
        ours.tick()
    assert not ours.alive
    ours.receive(SlarpKeepalive(1, 6))
    assert ours.alive


def test_a_number_never_sent_is_no_answer():
    ours = Keepalive()
    for _ in range(6):
        ours.tick()
    ours.receive(SlarpKeepalive(1, 9_999))
    assert not ours.alive
