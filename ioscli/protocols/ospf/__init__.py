"""OSPFv2 without I/O, as IOS runs it.

RFC 2328; NSSA of RFC 3101 (area border routers as RFC 3509 has Cisco's), prefix suppression of
RFC 6860, max-metric of RFC 6987, link-local signalling of RFC 5613, digests of RFC 5709.

- machine: `Ospf`, one process: configuration, packets and time in, effects out
- area, interface, neighbor, virtual: what it is made of; states: their states' names
- outlet: how packets leave an interface; reporter: how messages leave the process
- reception: the checks on a packet; exchange: comparing databases with a neighbor
- lsdb, flooding, origination: LSAs held, passed on, and made
- self_description, summaries, externals: what the LSAs of this router say
- graph, spf: an area as a graph, and the shortest paths on it; schedule: when
- routing: from paths and LSAs to routes; offers: the difference from the routes before
- election, throttle: DR election, exponential backoff
- counters, logs: what is counted and what is printed
"""

from ioscli.protocols.ospf.machine import Ospf

__all__ = ["Ospf"]
