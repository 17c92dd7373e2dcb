"""Labs: read, build, replay, check, lint.

labfile (lab.yaml, on top of document and quantities) -> topology (the simulation it describes,
startup reads its configurations) -> replay (types a transcript: its lines are read by transcript,
directives and typed_line; settling brings each command to its end by its script, at a terminal)
-> blocks -> report (text, JSON, findings by compare), playback (what there is to watch), cast and
page. recorder makes a transcript of what is done at live consoles: it stands behind
recorded_session, writes to a ledger, and heeds a director; adoption has consoles go on where a
replay stopped. catalogue finds labs; store keeps what routers save between runs; recording and
wireshark write captures and keys; lint judges configuration files; explain says why a
packet fares as it does; errors holds the one exception
that users see. api is what Python programs use (`ioscli.load`): typist types and answers for it,
journal keeps every input so that a snapshot can be had again, pytest_plugin makes fixtures of it.
"""
