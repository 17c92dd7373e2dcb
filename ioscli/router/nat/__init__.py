"""Network address translation at one router (RFC 3022; Cisco, "NAT Order of Operation").

- nat: `Nat`, in the way of packets from inside to outside and back; timers and removal
- packet: packets taken apart and changed; translate: one packet's translation, found or made
- mappings: which configured mapping it falls under; ports: ports that hosts share
- table: the translations, from either side; debug_lines: `debug ip nat`
"""
