"""What typing takes where nobody's fingers are timed, and how long a command may go on."""

from ioscli.model.instant import HOUR, MILLISECOND, SECOND, Duration

#: What typing one line takes.
TYPING = SECOND
#: What one key takes at the far end of a telnet.
KEYSTROKE = Duration(300 * MILLISECOND)
#: A command that runs longer than this is taken to run for ever.
LONGEST_COMMAND = HOUR
#: Questions that one command may ask; a dialogue that asks on and on is taken for a loop.
MOST_QUESTIONS = 200
