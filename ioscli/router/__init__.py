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
- crypto: IPsec, which carries out what IKE and the SA database ask for; crypto_ike: IKE's UDP ports
- crypto_flow: traffic that SAs protect: tunnel_guard: a tunnel's; crypto_map_flow: a crypto map's
- crypto_policy, crypto_map_policy: what IKE is asked to negotiate; crypto_demand: when
- crypto_map, crypto_maps: maps at interfaces; crypto_acl, crypto_index: their access lists
- crypto_input: what SAs open; crypto_cutting, crypto_path_mtu: packets that are too large
- crypto_logs: complaints; crypto_clear: what `clear crypto` throws away
- filesystem: flash0: and nvram:, without a disk; reload: going down and coming back
- syslog: messages and the clock
- views, inspection, crypto_views, crypto_map_views, route_notes: state as frozen views for show
  commands
- debug: what is debugged; debug_routes: changes of the routing table in words
- probes: what ping and traceroute ask and learn
"""
