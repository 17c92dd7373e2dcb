"""SLARP, the line protocol of Cisco HDLC: keepalives that tell whether a serial line lives.

keepalive.py   sequence numbers out and back; three unanswered in a row take the line down
"""
