"""Exercises: labs with tasks, whose answers are judged by what the network does.

- exercise: what an exercise is; reading: the `exercise` section of a lab.yaml
- blueprints: certification topics, which exercises cover them
- answer: what somebody configured; trial: the network that it makes, booted to be looked at
- checks: a file for each kind of check; verdict: what a check found, and why
- marking: an answer into a Result, task by task
- config_text: configurations as lines and sections, to be changed by programs
- mutations, lab_check: wrong answers made from the right one, and `ioscli lab check`
- faults: what can be broken in a working lab, and tickets that say what users notice
- grading: a class at a time, in processes of their own, and its reports
"""
