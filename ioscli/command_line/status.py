"""Exit statuses."""

OK = 0
CHECK_FAILED = 1
WRONG_INPUT = 2
#: What a shell reports for a program ended by Ctrl-C.
INTERRUPTED = 130
