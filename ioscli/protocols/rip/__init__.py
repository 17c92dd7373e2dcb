"""RIP versions 1 and 2 (RFC 1058, RFC 2453, RFC 2082), as IOS runs them.

- machine: the process: configuration, periodic and triggered updates, routes offered
- database: routes and their timers; policy: offset and distribute lists
- messages: requests and updates out; advertising: split horizon, summaries
- reception: messages in, their checks, their routes
- interface: what the machine is told of interfaces, and counts there

Different from the RFC, as on IOS: a holddown; metrics kept without the own hop; what is not heard
of for too long stays in the routing table as `possibly down`, and packets go there, until it is
flushed (Cisco's `timers basic`). What a gateway says is unreachable leaves the table at once.
"""

from ioscli.protocols.rip.machine import Rip

__all__ = ["Rip"]
