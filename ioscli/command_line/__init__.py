"""The commands of the command line, a module each: options, and what is done with them.

- parser: all of them together; status: what a command returns
- opening: what the commands that open a lab share (seed, captures, kept files)
- labs, lint, run, replay, explain: labs and configurations
- lab, practice, grade: exercises
"""
