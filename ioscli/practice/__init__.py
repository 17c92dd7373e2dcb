"""Somebody practises: an exercise at the console, marked, and remembered.

- assignment: what is to be done: a shipped exercise, one in a folder, a generated ticket
- selection, menu: choosing one
- attempt: an attempt, finished or going on, as data; scoring: points, with what hints cost
- progress: where attempts are kept; schedule: when an exercise is due again
- network: the routers of an attempt, kept between runs, put back one by one
- sitting: one person at one of them, the time and the hints; examiner: marks what they run
- orders, clerk: the lines that begin with `:`; room: the console with a clerk
- exam: several exercises against the clock
- wording: what a student reads; lettering: how it looks
- page: what became of an attempt; page_shown, page_html: on the screen, as a file
"""
