"""Somebody practises: an exercise at the console, marked, and remembered.

- attempt: an attempt, finished or going on, as data; scoring: points, with what hints cost
- progress: where attempts are kept; schedule: when an exercise is due again
- network: the routers of an attempt, kept between runs, put back one by one
- examiner: marks what they run, while the console goes on
- clerk: the lines that begin with `:`; orders: which there are; room: the console with a clerk
- exam: several exercises against the clock
- menu, selection: choosing an exercise; wording: what a student reads; lettering: how it looks
- page: what became of an attempt; page_shown, page_html: on the screen, as a file
"""
