"""What routers are made of before anything moves: time, names, configuration, routes.

- instant: simulated time, whole microseconds
- ifname: interface names
- config, crypto: what the operator configured; crypto also holds what IKE and IPsec share;
  static_routes: the list of those
- vrf, track, ip_sla: tables, tracked objects and operations that the operator configured
- changes: what a command changed in the configuration
- rib: the routing table; effects: what a routing protocol asks of its router
- access_list, prefix_list, attribute_lists, route_map, redistribution: policy, asked about packets
  and routes; pattern: IOS's regular expressions
"""
