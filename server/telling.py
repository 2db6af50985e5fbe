"""What `explain`, `methods`, `search` and `revert` print for people; `--json` prints the values themselves."""

import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.syntax import Syntax
from rich.text import Text

from ..knowledge.catalogue import CATALOGUE
from ..knowledge.library import Document
from ..knowledge.method import Symptom
from ..knowledge.silent import SilentFailure
from ..knowledge.types import Scalar
from ..tools.report.text import clean
from ..tools.store.search import Hit
from .advising import Advice, Advised, Unfit
from .console import out
from .explaining import Explained, Explanation, Knob, Shown
from .reverting import Reverted
from .searching import Found

_SHORT = 6
"""methods that the answer to a question names on either side"""
_READABLE = 110
"""columns of a line of text, however wide the terminal is"""
_WHOLE = 320
"""letters of a page that is shown whole; of a longer one the part that was found"""
_SHELVES = {"backfire": "backfires: ", "symptom": "fails: ", "silent failure": "in silence: "}
_GUESS = "expected from the knowledge base, not measured"


def explanation(found: Explanation) -> None:
    """A method, a silent failure or another page."""
    if isinstance(found, Explained):
        _method(found)
    elif isinstance(found, SilentFailure):
        _silent(found)
    else:
        _page(found)


def _method(m: Explained) -> None:
    _title(f"{m.title} ({m.slug}), {m.kind}")
    _say(m.summary)
    for paragraph in m.more.split("\n\n") if m.more else ():
        _say(" ".join(paragraph.split()))
    for note in m.notes:
        _say(f"note: {note}")
    _say(f"\nUsable here ({m.where}): {'yes' if m.why_not is None else 'no: ' + m.why_not}")
    _facts(m)
    if m.shown is not None:
        _shown(m.shown)
    _knobs(m.knobs)
    _say(f"\nGain and cost: {m.gain}")
    _list("Sources", m.sources)
    _list("When it backfires", m.backfires)
    _list("Silent failures", [f"{s.sentence} (explain {s.slug})" for s in m.silent])
    _say(f"\nProof that it ran: without it the verdict would be: {m.proof or 'none'}")
    _say(f"Undone between two calls: {_undone(m.undo)}")
    _list("Known failures", [f"{_signs(s)}{s.sentence}{_repair(s.params)}" for s in m.failures])


def _facts(m: Explained) -> None:
    rows = (
        ("denoisers", ", ".join(m.fits)),
        ("devices", ", ".join(m.devices)),
        ("needs", ", ".join(m.needs) or "nothing beyond torch and diffusers"),
        ("clashes with", ", ".join(m.clashes) or "nothing"),
        ("picture", "unchanged beyond rounding" if m.lossless else "changes"),
        (
            "batches",
            "draw the same pictures as calls of one" if m.batch_safe else "draw other pictures than calls of one",
        ),
        ("optimize", "tries it" if m.searched else "does not try it: it is for you to choose"),
    )
    for name, value in rows:
        _say(f"  {name:<13} {value}", 16)


def _shown(s: Shown) -> None:
    e = s.expected
    _say(f"\nWhat it does to {s.where}, as {_setting(s.step.method, s.step.params)}")
    _say(f"  {e.speedup:.2f}x, loss {100 * e.loss:.1f}%, drift {e.drift:.2f} on {s.device} ({_GUESS})")
    if s.note:
        _say(f"  it does not run there: {s.note}")
    diff(s.diff)


def diff(text: str) -> None:
    """A unified diff, coloured where a person looks at it."""
    if text:
        shown = clean(text)
        out.print(Syntax(shown, "diff", background_color="default") if out.is_terminal else Text(shown), end="")


def _setting(slug: str, params: dict[str, Scalar]) -> str:
    return f"{slug}({', '.join(f'{k}={v}' for k, v in params.items())})"


def _knobs(knobs: Iterable[Knob]) -> None:
    rows = [f"{k.name} = {k.default}, of {_values(k.values)}: {k.meaning}. {k.direction}" for k in knobs]
    _list("Knobs", rows or ["it has none"])


def _values(values: tuple[Scalar, ...]) -> str:
    if len(values) > 4 and not any(isinstance(v, str) for v in values):
        return f"{values[0]} to {values[-1]}"
    return ", ".join(map(str, values))


def _undone(undo: tuple[str, ...] | None) -> str:
    if undo is None:
        return "not at all; load the pipeline anew"
    return "; ".join(undo) if undo else "nothing stays behind"


def _signs(s: Symptom) -> str:
    return " or ".join(f'"{sign}"' for sign in s.signs) + ": " if s.signs else ""


def _repair(params: dict[str, Scalar] | None) -> str:
    return f" (repair: {', '.join(f'{k}={v}' for k, v in params.items())})" if params else " (repair: leave it out)"


def _silent(s: SilentFailure) -> None:
    _title(f"{s.slug}, a silent failure")
    _say(s.sentence)
    caught = {"rule": "a rule, before anything runs", "check": "the runner's check", "both": "a rule and a check"}
    for name, value in (
        ("where", s.where),
        ("caught by", f"{caught[s.caught]} ({', '.join((*s.rules, *s.checks))})"),
        ("instead", s.repair),
        ("methods", ", ".join(s.methods) or "any"),
    ):
        _say(f"  {name:<10} {value}", 13)


def _page(d: Document) -> None:
    _title(f"{d.title}, a {d.shelf}")
    _say(d.text)
    if d.shelf == "pipeline":
        _say(f'What to try on it: diffagent-mcp search "{d.title}", or methods --for FILE with a script of yours')
    _list("Sources", d.sources)


def advice(found: Advice, most: int | None = None) -> None:
    """The methods for one place: what to try first, what is there beside, and what not."""
    _say(f"For {found.where}")
    for note in found.notes:
        _say(f"  note: {note}", 4)
    history = f", corrected by {found.experiences} measurements of this class here" if found.experiences else ""
    _say(f"\nTry first; speedup, loss and drift are expected{history}, nothing was measured for this answer")
    _advised(found.try_first, most)
    if found.beside:
        _say("\nUsable, without speed to be expected: for memory, or for you to choose")
        _advised(found.beside, most)
    if found.not_here:
        _say("\nNot here")
        _unfit(found.not_here)


def _advised(methods: Sequence[Advised], most: int | None) -> None:
    """A line of figures a method, and below it why, and when it backfires."""
    _head("method              speedup   loss  drift  setting")
    for m in methods[:most]:
        e = m.expected
        setting = ", ".join(f"{k}={v}" for k, v in m.step.params.items())
        figures = f"{e.speedup:>6.2f}x {100 * e.loss:>5.1f}% {e.drift:>6.2f}"
        _say(f"  {m.slug:<18}{figures}  {setting}".rstrip(), 42)
        if m.install:
            _say(f"      first: {m.install}", 8)
        _say(f"      {'; '.join(m.reasons)}", 8)
        for sentence in m.backfires[:1]:
            _say(f"      but: {sentence}", 8)
    if left := [m.slug for m in methods[most:]] if most is not None else []:
        _say(f"  also: {', '.join(left)}", 8)


def _unfit(methods: Iterable[Unfit]) -> None:
    """Methods that fail for the same reason are told together."""
    groups: dict[str, list[str]] = {}
    for m in methods:
        groups.setdefault(m.why, []).append(m.slug)
    for why, slugs in groups.items():
        _say(f"  {', '.join(slugs)}", 4)
        _say(f"      {why}", 8)


def answer(found: Found) -> None:
    """What to try and what not, and what is written about the words; to a why the pages alone answer."""
    if found.advice is not None and found.advice_first:
        advice(found.advice, _SHORT)
    _pages(found.hits)
    if found.advice is not None and not found.advice_first:
        _say(f"\nWhat to try on {found.advice.where}: ask for it, as in `diffagent-mcp search what to try on SDXL`")


def _pages(hits: Sequence[Hit]) -> None:
    """Pages under the name that `explain` takes, each name once."""
    if hits:
        _say("\nIn the knowledge base")
    for name, pages in groupby(hits, key=lambda h: _name_of(h.document)):
        told = list(pages)
        method = CATALOGUE.get(name)
        _say(f"  explain {name}: {method.summary() if method else told[0].document.title}", 4)
        for hit in told:
            d = hit.document
            if d.shelf == "method":
                continue
            text = d.text if len(d.text) <= _WHOLE else hit.excerpt
            _say(f"    - {_SHELVES.get(d.shelf, '')}{' '.join(text.split())}", 6)
        if sources := list(dict.fromkeys(s for hit in told for s in hit.document.sources)):
            _say(f"    source: {'; '.join(sources)}", 6)


def _name_of(d: Document) -> str:
    """What to give to `explain`; a part of a method's page is found under the method."""
    return d.slug if "/" not in d.slug else d.method or d.slug


def reverted(found: Reverted) -> None:
    """What was taken out, or that nothing was to be."""
    if not found.diff:
        _say(f"nothing is to be reverted: {found.path} is as it was before it was accelerated")
        return
    diff(found.diff)
    _say(f"reverted: {found.path}" if found.written else "not written; leave --show away to write it")


def _title(text: str) -> None:
    out.print(Text(clean(text), style="bold"))


def _head(text: str) -> None:
    out.print(Text(f"  {text}", style="bold"))


def _say(text: str, hang: int = 0) -> None:
    """Lines of text; on a terminal broken between words, with what follows indented by `hang`."""
    for line in clean(text).split("\n"):
        if not out.is_terminal or len(line) <= out.width:
            out.print(Text(line))
            continue
        width = max(min(out.width, _READABLE), 2 * hang + 20)
        for part in textwrap.wrap(line, width, subsequent_indent=" " * hang, break_long_words=False):
            out.print(Text(part))


def _list(title: str, lines: Iterable[str]) -> None:
    rows = list(lines)
    if rows:
        _say(f"\n{title}")
    for line in rows:
        _say(f"  - {line}", 4)
