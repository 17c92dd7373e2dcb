"""IPsec at one router: what is protected, by whom it is negotiated, and the packets' way through.

- engine: `CryptoEngine`, which carries out what IKE and the SA database ask for
- ike_ports: IKE's UDP ports, and what IKE asks about the router; demand: when negotiations start
- flow: traffic that SAs protect; tunnel_guard: a tunnel's; map_flow: a proxy identity of a map
- tunnel_policy, map_policy: what IKE is asked to negotiate
- crypto_map, crypto_maps: maps at interfaces; crypto_acl, index: their access lists
- esp_input: what SAs open; cutting, path_mtu: packets that are too large
- flow_views, map_views: state for shows; debug_lines, logs: what is said of it; clearing: what
  `clear crypto` throws away
"""
