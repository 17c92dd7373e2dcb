"""What a replay is turned into: text, JSON, a check's findings, or a rewritten transcript."""

from collections.abc import Iterator, Sequence

from ioscli.labs.transcripts.block import Block
from ioscli.labs.transcripts.compare import KEYS, difference, without_blank_end
from ioscli.labs.transcripts.directives import Aside, Expected, Passage
from ioscli.labs.transcripts.transcript import Transcript, Typed, as_output, split_prompt


def as_text(blocks: Sequence[Block]) -> Iterator[str]:
    """The session as it stood on the terminals, line by line."""
    for block in blocks:
        yield from block.before
        if isinstance(block.step, Typed):
            yield block.prompt + block.command
        yield from block.lines


def as_json(blocks: Sequence[Block]) -> str:
    """A list of `{"node", "prompt", "command", "output", "at"}`, `at` in simulated seconds.

    Messages that came while nothing was typed at a node belong to its last command's output.
    """
    import json

    entries: list[dict[str, object]] = []
    output: list[list[str]] = []
    last: dict[str, int] = {}
    for block in blocks:
        if block.node is None:
            continue
        index = last.get(block.node)
        if isinstance(block.step, Typed):
            last[block.node] = len(entries)
            entries.append(
                {
                    "node": block.node,
                    "prompt": block.prompt,
                    "command": block.command,
                    "output": "",
                    "at": block.at / 1_000_000,
                }
            )
            output.append([])
        if block.node not in last:
            continue
        mine = output[last[block.node]]
        (mine if index is None else output[index]).extend(f"{line}\n" for line in block.before)
        mine.extend(block.pieces)
    for entry, pieces in zip(entries, output, strict=True):
        entry["output"] = "".join(pieces)
    return json.dumps(entries, indent=1, ensure_ascii=False)


def findings(transcript: Transcript, blocks: Sequence[Block], level: str) -> Iterator[str]:
    """What differs from the transcript, as a diff with its line numbers; nothing if all agrees.

    level: `exact` or `shape` (see `ioscli.labs.transcripts.compare`).
    """
    key = KEYS[level]
    for block, shown in zip(blocks, _shown(blocks), strict=True):
        lines = list(_prompt_difference(block))
        lines += difference(block.expected, shown, key)
        if lines:
            number = 1 if block.step is None else block.step.number
            yield f"{transcript.file}:{number}: {_title(transcript, block)}"
            yield from lines


def updated(transcript: Transcript, blocks: Sequence[Block]) -> str:
    """The transcript with what was shown in place of what was expected."""
    lines: list[str] = []
    for block, shown in zip(blocks, _shown(blocks, with_directives=True), strict=True):
        if block.step is not None:
            wrong = any(_prompt_difference(block))
            written = transcript.lines[block.step.number - 1]
            lines.append(block.prompt + block.command if wrong else written)
        parts = list(block.passage)
        # Comments and blank lines that lead over to the next step stay where they are, and so do
        # comments right below the step.
        tail = len(parts)
        while tail and _sets_apart(parts[tail - 1]):
            tail -= 1
        head = 0
        while head < tail and isinstance(parts[head], Aside):
            head += 1
        between = [part for part in parts[head:tail] if isinstance(part, Aside)]
        end = _raw(transcript, [*between, *parts[tail:]])
        lines += _raw(transcript, parts[:head])
        lines += without_blank_end(shown) if end and not end[0].strip() else shown
        lines += end
    return "".join(f"{line}\n" for line in lines)


def _shown(blocks: Sequence[Block], *, with_directives: bool = False) -> Iterator[list[str]]:
    """Per block, what stands between its step and the next prompt."""
    for index, block in enumerate(blocks):
        after = blocks[index + 1].before if index + 1 < len(blocks) else []
        yield list(output_lines(block, after, with_directives=with_directives))


def output_lines(block: Block, after: Sequence[str], *, with_directives: bool) -> Iterator[str]:
    """What stands below a step, down to the next prompt; after: messages that came last.

    with_directives: as a transcript has it, with what acted on the command among the output.
    """
    lines = block.lines
    for number, line in enumerate([*lines, *after]):
        if with_directives:
            yield from block.given.get(number, ())
        if number not in block.answered or number >= len(lines):
            yield as_output(line, block.names) if with_directives else line
    if with_directives:
        for number, directives in block.given.items():
            if number >= len(lines) + len(after):
                yield from directives


def _prompt_difference(block: Block) -> Iterator[str]:
    if not isinstance(block.step, Typed):
        return
    wanted = block.step.prompt
    found = split_prompt(block.prompt)
    if found is None or (found[0].mode, found[0].sign) != (wanted.mode, wanted.sign):
        yield f"- {wanted}{block.command}"
        yield f"+ {block.prompt}{block.command}"


def _title(transcript: Transcript, block: Block) -> str:
    return (
        "before the first line" if block.step is None else transcript.lines[block.step.number - 1]
    )


def _raw(transcript: Transcript, parts: Sequence[Passage]) -> list[str]:
    return [transcript.lines[part.number - 1] for part in parts]


def _sets_apart(part: Passage) -> bool:
    return isinstance(part, Aside) or (isinstance(part, Expected) and not part.text.strip())
