"""Grading a class: every submission in a process of its own, and reports about all of them.

- limits: time and memory that one submission may take; plain_text: user text made fit to report
- entries: what was handed in, a source for each student; tree: the files of a source, bounded
- pasted: bytes of a file into configurations, as people copy them from terminals
- submission: a source into configurations by node
- work: what is done with a source in a process of its own; cell: that process; keeper: who
  starts, times, kills and replaces it
- local: many keepers on this machine; cluster: the same on the workers of a Dask cluster;
  grading: a class by one of them
- graded: what came out; csv_report, junit_report, json_report, html_report, table: how it is told;
  summary: in a sentence

Nothing that was handed in is ever unpacked onto the disk, and nothing of it is read outside of a
process with limits. Reports hold no date, duration or machine: equal submissions and seeds make
equal bytes, whoever graded them.
"""
