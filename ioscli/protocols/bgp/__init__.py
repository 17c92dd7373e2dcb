"""BGP-4 (RFC 4271) for IPv4 unicast without I/O: bytes of connections and time in, effects out.

states.py         the states of a session, kinds of neighbors, why sessions end
context.py        what all parts share
session.py        one connection; neighbor.py: one neighbor, with what it told and was told
fsm.py            the state machine of section 8: OPEN, hold and keepalive timers, collisions
notifications.py  NOTIFICATION in IOS's words
reception.py      checks of UPDATE (section 6.3), inbound policy
policy.py         filters and lists; route_maps.py: what route-maps see and set
paths.py          paths and the Loc-RIB; nexthops.py: is a next hop in reach, and how far
dampening.py      penalties of routes that come and go (RFC 2439)
decision.py       the decision process (section 9.1) in the order of IOS
routing.py        the table kept: what neighbors tell, what the RIB is offered
origination.py    own routes (section 9.4)
aggregation.py    `aggregate-address`
dissemination.py  Adj-RIB-Out and its timer (section 9.2)
advertisement.py  what a neighbor is told: next hops, AS paths, communities, reflection
machine.py        all of it behind one face

Also RFC 1997 (communities), 2918 and 7313 (route refresh), 4456 (reflection), 5065
(confederations), 5492 (capabilities), 6793 (four-octet AS numbers).
"""

from ioscli.protocols.bgp.machine import Bgp

__all__ = ["Bgp"]
