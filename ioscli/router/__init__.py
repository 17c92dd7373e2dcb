"""One router: machines put together, their effects carried out, packets forwarded.

- router: the device; what changes in its configuration, and what exec commands ask for
- interfaces: what every kind has, adjacencies, counters; ethernet, serial: ports and their frames
- linestate: up and down with IOS's delays and messages
- forwarding: IPv4 input, output, fragmentation, the forwarding table; load_sharing: several ways
  to one destination; fib: the table as `show ip cef` has it
- vrf: a routing table with all that runs over it; routing: its connected and static routes
- routing_protocols: which processes run; routing_process: a protocol's machine at work;
  redistribution: what one hands another
- key_lifetimes: when keys of a chain become good or bad
- ospf, eigrp, bgp, rip: what each protocol's machine is told of configuration and interfaces
- packet_policy: access lists and policy routing in the way of packets; access_log: what `log`
  says of them; policy_routing: packets sent by a route-map
- icmp, udp, tcp, prober: the router's own ICMP, UDP and TCP, pings and traces under way
- tracking: tracked objects and who follows them; sla: the echoes that some of them go by
- tunnel: GRE and VTI; recursion: tunnels that lead into themselves
- ipsec: tunnel protection and crypto maps; nat: address translation
- filesystem: flash0: and nvram:, without a disk; reload: going down and coming back
- syslog: messages and the clock
- views, inspection, route_notes: state as frozen views for show commands
- debug: what is debugged; debug_routes: changes of the routing table in words
- probes: what ping and traceroute ask and learn
"""
