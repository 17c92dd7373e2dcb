"""Labs: read, build, replay, check, lint.

labfile (lab.yaml, on top of document and quantities) -> topology (the simulation it describes,
startup reads its configurations) -> replay (types a transcript) -> report (text, JSON, findings
by compare). catalogue finds labs; store keeps what routers save between runs; recording and
wireshark write captures and keys; lint judges configuration files; explain says why a
packet fares as it does; errors holds the one exception
that users see. api is what Python programs use (`ioscli.load`): typist types and answers for it,
journal keeps every input so that a snapshot can be had again, pytest_plugin makes fixtures of it.
"""
