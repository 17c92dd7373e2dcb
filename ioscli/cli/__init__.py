"""The command line: what may be typed, what it does, what comes back.

From text to command:
- grammar, syntax, automaton: Lark's reading of `grammar/`, as tables
- tables: the tables loaded, cached, shipped
- arguments, interface_argument: typed values; states, matcher, results: lines into commands

A session at a router:
- session: modes, prompt, what a typed line leads to; dialogue: commands that ask or wait
- assistance, help_screen: `?` and Tab; history, terminal: lines typed, the screen's size
- keys, line_editor, terminal_session: a session at a plain terminal, bytes in and bytes out
- vty_port, vty: Telnet to the router, a session for each connection; onward: Telnet from there
- pipes: `| include` and its like; lookup, probing: what ping shares
- refusals, misplaced: IOS's answers to what cannot be
- registry: which function carries out which command; commands, show: those functions

Configuration:
- access_entry, access_names, communities, route_map_clauses: lists and route-maps, words and back
- configuration: lines into the model, at a prompt or from a file
- boot: what a startup-config makes of a router; config_diff, config_replace: from one
  configuration to another
- stored: lines that are kept without acting; acting: kept lines that the model follows;
  running_config: the model back into lines, in the order of config_order and
  config_order_interface
- rip_lines, eigrp_lines, bgp_lines: what the kept sections of these protocols mean;
  redistribution_lines: what their `redistribute` lines have in common
"""
