"""EIGRP packets (RFC 7868 section 6): bytes <-> values.

- packet: the header of all packets, `Packet`, `build_packet` and `parse_packet`
- tlv: what hellos say: parameters, sequence, software version, stub, peer termination
- route: the classic and the wide (multiprotocol) TLVs of routes, and their metrics
- auth: MD5 and HMAC-SHA-256 over a packet
- numbers: code points
"""
