"""The other devices that a lab needs.

- switch: a learning Ethernet switch
- linux: a server with a shell, its own TCP/IP and the tools of a lab
"""
