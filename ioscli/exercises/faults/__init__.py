"""Generated troubleshooting: a working network, broken where nobody can see it, and a ticket.

- fault: what a fault is, and the changes of a configuration that it consists of
- network: a lab's configurations and cables, for finding places where a fault fits
- addressing, static_routes, ospf, eigrp, bgp, redistribution, access_lists, nat, gre, isakmp,
  ipsec, mtu: the faults that there are, a file for each area
- catalogue: all of them, by certification
- probes: what is measured of a network; measure: measuring it
- proof: faults put into a network, and proof that each can be seen and undone
- symptoms: what people say when a probe no longer is what it was
- wording, assembling: the exercise that comes of it: story, tasks, checks, hints, explanation
- ticket: faults drawn by a seed, and proof that their ticket is fair
"""
