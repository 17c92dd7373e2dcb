"""A replay as one HTML page: no other file is needed, and no script to read it."""

from collections.abc import Iterator, Sequence
from html import escape

from ioscli.labs.transcripts.block import Block
from ioscli.labs.transcripts.playback import notes, stage_direction, title
from ioscli.labs.transcripts.transcript import Transcript, Typed

#: Hues of the nodes, in the lab's order; they come again where there are more.
_HUES = (205, 140, 30, 285, 350, 175, 55, 245)

_STYLE = """\
:root { color-scheme: light dark; --ink: #1c2430; --paper: #fbfbf9; --screen: #f0f1ee;
  --faint: #697080; --note: #fff6d8; --line: #d5d7d2; }
@media (prefers-color-scheme: dark) { :root { --ink: #dfe3ea; --paper: #14181e;
  --screen: #1c222b; --faint: #939bab; --note: #38321c; --line: #343c48; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 86rem; padding: 1rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .2rem; }
.about { color: var(--faint); margin: 0 0 1rem; }
nav { position: sticky; top: 0; background: var(--paper); padding: .5rem 0; z-index: 1;
  display: flex; flex-wrap: wrap; gap: .5rem; border-bottom: 1px solid var(--line); }
nav button, nav .node { font: inherit; padding: .1rem .7rem; border: 1px solid var(--line);
  border-radius: 1rem; background: none; color: inherit; }
nav .node { border-color: hsl(var(--hue) 60% 50%); }
button[aria-pressed=true] { background: hsl(var(--hue, 205) 60% 36%); color: #fff; }
.step { display: grid; grid-template-columns: minmax(0, 1fr) 20rem; gap: 1rem;
  padding: .4rem 0 .4rem .6rem; border-left: .3rem solid hsl(var(--hue, 0) 60% 50%);
  scroll-margin-top: 4rem; }
.step.said { grid-template-columns: minmax(0, 1fr); }
.step:not([style]) { border-color: var(--line); }
.step pre { margin: 0; padding: .4rem .7rem; background: var(--screen); overflow-x: auto;
  font: .85rem/1.35 ui-monospace, monospace; scrollbar-width: thin; }
.step .number { color: var(--faint); font-size: .75rem; text-decoration: none; float: right;
  margin-left: .5rem; }
.prompt { color: hsl(var(--hue, 0) 60% 38%); font-weight: 600; }
@media (prefers-color-scheme: dark) { .prompt { color: hsl(var(--hue, 0) 60% 68%); } }
kbd { font: inherit; font-weight: 700; }
.stage { color: var(--faint); font-style: italic; margin: 0; }
.message { color: var(--faint); }
aside { background: var(--note); padding: .5rem .8rem; align-self: start; border-radius: .3rem; }
aside p { margin: 0 0 .5rem; } aside p:last-child { margin: 0; }
.step.now { outline: 2px solid hsl(var(--hue, 205) 60% 50%); }
.hidden { display: none; }
@media (max-width: 50rem) { .step { grid-template-columns: minmax(0, 1fr); } }
@media print { nav { display: none; } .step { break-inside: avoid; } }
"""

_SCRIPT = """\
(() => {
  const steps = [...document.querySelectorAll('.step')];
  const nav = document.querySelector('nav');
  let at = -1, single = false;
  const show = () => steps.forEach((step, i) => {
    step.classList.toggle('now', i === at);
    step.classList.toggle('hidden', single && i > at);
  });
  const go = to => {
    at = Math.max(0, Math.min(steps.length - 1, to));
    show();
    steps[at].scrollIntoView({block: 'nearest'});
  };
  const button = (text, act) => {
    const made = document.createElement('button');
    made.textContent = text;
    made.onclick = () => act(made);
    nav.append(made);
  };
  button('Step by step', made => {
    single = !single;
    made.setAttribute('aria-pressed', single);
    go(single ? 0 : at);
  });
  button('Back', () => go(at - 1));
  button('Next', () => go(at + 1));
  document.querySelectorAll('nav .node').forEach(mark => {
    const toggle = document.createElement('button');
    toggle.className = 'node';
    toggle.style.cssText = mark.style.cssText;
    toggle.textContent = mark.textContent;
    toggle.setAttribute('aria-pressed', true);
    toggle.onclick = () => {
      const on = toggle.getAttribute('aria-pressed') !== 'true';
      toggle.setAttribute('aria-pressed', on);
      steps.filter(step => step.dataset.node === toggle.textContent)
        .forEach(step => { step.hidden = !on; step.style.display = on ? '' : 'none'; });
    };
    mark.replaceWith(toggle);
  });
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'n' || event.key === 'ArrowRight') go(at + 1);
    else if (event.key === 'p' || event.key === 'ArrowLeft') go(at - 1);
    else return;
    event.preventDefault();
  });
})();
"""


def page(
    heading: str, about: str, nodes: Sequence[str], transcript: Transcript, blocks: Sequence[Block]
) -> str:
    """The whole page; nodes: those of the lab, in its order."""
    seen = {block.node for block in blocks}
    shown = [node for node in nodes if node in seen]
    hues = {node: _HUES[number % len(_HUES)] for number, node in enumerate(shown)}
    marks = "".join(f'<span class="node"{_hue(hues, node)}>{escape(node)}</span>' for node in shown)
    steps = "".join(_steps(transcript, blocks, hues))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(heading)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        f'<h1>{escape(heading)}</h1>\n<p class="about">{escape(about)}</p>\n'
        f"<nav>{marks}</nav>\n<main>\n{steps}</main>\n<script>\n{_SCRIPT}</script>\n"
        "</body>\n</html>\n"
    )


def _steps(transcript: Transcript, blocks: Sequence[Block], hues: dict[str, int]) -> Iterator[str]:
    node = None
    for number, block in enumerate(blocks):
        screen = _screen(block)
        direction = stage_direction(block, turned=block.node != node)
        node = block.node
        paragraphs = "".join(f"<p>{escape(text)}</p>" for text in notes(block))
        if not (screen or direction or paragraphs):
            continue
        name = "" if block.node is None else f' data-node="{escape(block.node)}"'
        shown = f'<p class="stage">{escape(direction)}</p>\n' if direction else ""
        if screen:
            shown += f"<pre>{screen}</pre>\n"
        if number:
            shown = (
                f'<a class="number" href="#step-{number}" '
                f'title="{escape(title(transcript, block))}">{number}</a>{shown}'
            )
        aside = f"<aside>{paragraphs}</aside>\n" if paragraphs else ""
        body = f"<div>{shown}</div>\n" if shown else ""
        kind = "step" if shown else "step said"
        yield (
            f'<section class="{kind}" id="step-{number}"{name}{_hue(hues, block.node)}>\n'
            f"{body}{aside}</section>\n"
        )


def _hue(hues: dict[str, int], node: str | None) -> str:
    return f' style="--hue: {hues[node]}"' if node in hues else ""


def _screen(block: Block) -> str:
    """What stands on the terminal: prompt, what was typed, and what was shown."""
    parts = [f'<span class="message">{_text(line)}</span>\n' for line in block.before]
    if isinstance(block.step, Typed):
        parts.append(
            f'<span class="prompt">{_text(block.prompt)}</span><kbd>{_text(block.command)}</kbd>\n'
        )
    if "\b" in block.text or "\r" in block.text:  # pages: the marker is gone from the screen
        parts.append(_text("\n".join(block.lines)))
    else:
        for number, piece in enumerate(block.pieces):
            typed = number in block.typed
            parts.append(f"<kbd>{_text(piece)}</kbd>" if typed else _text(piece))
    return "".join(parts).rstrip("\n")


def _text(text: str) -> str:
    """Text for the page, without characters that no page may hold."""
    return escape("".join(it if it in "\n\t" or it.isprintable() else _picture(it) for it in text))


def _picture(character: str) -> str:
    """U+2400 and the following: pictures of control characters."""
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else "\N{REPLACEMENT CHARACTER}"
