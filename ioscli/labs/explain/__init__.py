"""`ioscli explain`: why a packet fares as it does, and why a tunnel is down.

Both read only what happened: frames on the links, refusals of the forwarding path, counters,
state. stack takes a frame apart, decrypting it with the SAs' own keys; watch notes what the
nodes of a lab do while a command runs; walk makes one packet's way of that; shown writes it as
tables or JSON.
"""
