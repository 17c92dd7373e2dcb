"""ARP (RFC 826) as IOS runs it.

table.py   the table, its requests and replies: packets and lookups in, effects out
"""
