"""Labs: read, build, replay, record, explain.

- labfile: lab.yaml, on top of document and quantities; topology: the simulation that it describes;
  startup reads configurations; lint judges them; errors holds the one exception that users see
- catalogue finds labs; store keeps what routers save between runs, by durable writes
- terminal: a console without anybody's eyes; transcripts types at it, recording listens to others
- captures, wireshark: what links carried, and the keys for it
- explain: why a packet fares as it does, why a tunnel is down
- api: labs from Python (`ioscli.load`): typist types and answers for it, journal keeps every input
  so that a snapshot can be had again, pytest_plugin makes fixtures of it
"""
