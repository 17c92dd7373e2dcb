"""Real networks rebuilt: the IOS routers of recorded topologies, and their routing tables.

The recordings are those of batfish/lab-validation (`shared/reference/configs/labval`, and outputs
whose names begin with `labval`): configurations and show outputs of the same running network.

network.py   a recorded network rebuilt from its configurations: who shares a subnet is wired
record.py    `show ip route` as recorded, read into values
compare.py   both tables, route by route
"""
