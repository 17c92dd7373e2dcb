"""The world that routers live in: time, chance, cables.

- simulation: the event queue, simulated time and seeded randomness
- link: cables between ports, with delay, bandwidth, MTU, loss and state
- capture: what crosses a link, as pcapng
"""
