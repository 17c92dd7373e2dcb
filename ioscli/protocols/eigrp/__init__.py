"""EIGRP for IPv4 without I/O, as IOS runs it (RFC 7868).

- machine: `Eigrp`, one process: configuration, packets and time in, effects out
- interface, neighbor: what it is made of; setup: following a changed configuration
- transport: hellos, reliable packets, acknowledgments; reception: checks, and what packets say
- topology: destinations and who tells of them; metric: vector and composite metrics
- dual: the state machine of a destination; sia: neighbors that owe replies for too long
- advertise, filters, summaries, flushing: what neighbors are told, and when
- routing: successors as routes; origins: connected and redistributed routes
- counters, logs: what is counted and what is printed
"""

from ioscli.protocols.eigrp.machine import Eigrp

__all__ = ["Eigrp"]
