"""`ioscli explain`: why a packet fares as it does, and why a tunnel is down.

Both read only what happened: frames on the links, refusals of the forwarding path, counters,
state. watch notes what the nodes of a lab do while a command runs; stack takes a frame apart,
decrypting it with the SAs' own keys; walk makes one packet's way of that, arithmetic says where
the limit comes from that it met.

tunnel compares the two ends of an interface's protected flows (ends), as findings. provoke has both
ends send (asking). interface looks at the interface and the tunnel that faces it, transport at what
carries the packets, path at what was refused on the way, phases and keys at what the two have to
agree upon. shown writes it all as tables or JSON; command is what the command line calls.
"""
