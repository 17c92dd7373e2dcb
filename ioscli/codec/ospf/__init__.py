"""OSPFv2 packets and LSAs: bytes <-> values (RFC 2328 appendix A, 3101, 5250, 5613, 5709).

- packet: the header of all packets, `Packet` and `build_packet`; auth: keys and digests
- hello, exchange (description, request, acknowledgment), update: the bodies of packets
- lsa: `Lsa`, held once for equal bytes; content: what each type of them says; fletcher
- lls: the block of link-local signalling behind a packet
- numbers, errors: code points, and why something is no packet
"""
