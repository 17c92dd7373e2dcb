"""Why a check did not pass, as far as the network itself can tell; nearest cause first.

- facing: which interfaces of two nodes face each other, and what is wrong with them
- lost: a ping; adjacency: a neighbor, with ospf, eigrp and bgp for what these want of each other
- route: a route, with preferred for one that leads another way; protection: an SA
"""
