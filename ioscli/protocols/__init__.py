"""Protocol machines without I/O: packets, timers and configuration in, effects out.

They never import one another; they meet in `ioscli.router`. What several need: timers.py.
"""
