"""A host like the Linux servers of network labs: no kernel, but its behaviour on the wire.

- host.py: the host, its ports and its start
- device.py: `lo` and Ethernet cards
- neighbour.py: ARP, and what `ip neigh` shows
- routes.py: the routing table
- stack.py: IPv4, ICMP, path MTU, sockets
- process.py: programs as generators in simulated time
- shell.py: the terminal
- connecting.py: what programs that speak TCP share
- tools: the programs (ping, ip, tcpdump ...)
- dissect.py, capture_filter.py: how tcpdump prints and chooses packets
"""
