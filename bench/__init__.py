"""What is measured, against whom: `python -m bench [NAME...]` prints one table.

Each module that defines `figures()` is a bench: crypto (seal and open per transform), pings
(round trips through the default lab), start (time to the first prompt), and those beside them.
Peers are measured in the same run as the program, in turns, so that a busy machine slows both.
"""
