"""The other devices that a lab needs.

- switch: a learning Ethernet switch
"""
