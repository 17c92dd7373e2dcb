"""What is done at live consoles, as a transcript that replays to the same bytes.

- recorder: listens to all consoles; station: one of them; recorded_session: what stands in front
  of its session; ledger: the file, written as things happen
- director: notes and cables; adoption: consoles that go on where a replay stopped
"""
