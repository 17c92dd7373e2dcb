"""The kinds of checks, a file each; kinds names them as lab.yaml does.

Every kind is a frozen value with a `read` (from its mapping in lab.yaml), and the face of
`ioscli.exercises.verdict.Check`. fields reads what several of them have in common: nodes,
addresses, times, sizes.

- ping, path, encrypted, fragments, connect: what becomes of traffic. echoes asks until it is
  answered, senders send as a router or a Linux host does, ways follows the frames, crossing has
  the packets on one link
- adjacency, route, sa, isakmp, interface, nat: the state of a router; waiting gives it time,
  parties says who is meant, neighbors lists those of routing protocols, transforms reads
  transform sets
- config: lines of a configuration
- stable, quiet, failover, any_of: other checks and states over time, after a failure, or one of
  several; nested reads them
- causes: why a check did not pass
"""
