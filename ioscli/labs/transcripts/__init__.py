"""Transcripts: read, typed in simulated time, compared, shown.

- transcript, directives, typed_line: the text and what its lines mean
- replay: types it, step by step; settling brings one command to its end, by its script; timing:
  what typing takes; block: a step with what it showed
- compare, report: what was expected against what was shown; text, JSON, a rewritten transcript
- playback: a replay as something to watch; cast, page: the same as files
"""
