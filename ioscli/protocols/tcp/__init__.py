"""TCP (RFC 9293) without I/O: segments, calls and time in, effects out; and its driver.

effects.py     what a connection asks of its node and tells its user
sequence.py    arithmetic modulo 2**32
rtt.py         the retransmission timer (RFC 6298)
congestion.py  slow start, congestion avoidance, fast retransmit (RFC 5681)
connection.py  one connection: the state machine and its buffers
endpoint.py    all connections of one node, and the ports that listen
service.py     the same driven in simulated time over a node's IPv4
"""
