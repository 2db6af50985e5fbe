"""What `explain`, `methods`, `search` and `revert` print for people; `--json` prints the values themselves."""

from collections.abc import Iterable

from rich.syntax import Syntax
from rich.text import Text

from ..knowledge.library import Document
from ..knowledge.silent import SilentFailure
from ..knowledge.types import Scalar
from ..tools.report.text import clean
from .advising import Advice, Advised, Unfit
from .console import out, table
from .explaining import Explained, Explanation, Knob, Shown
from .reverting import Reverted
from .searching import Found

_SHORT = 6
"""methods that the answer to a question names on either side"""
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
    if m.more:
        _say(m.more)
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
    _list("Known failures", [f"{s.pattern}: {s.sentence}{_repair(s.params)}" for s in m.failures])


def _facts(m: Explained) -> None:
    rows = (
        ("denoisers", ", ".join(m.fits)),
        ("devices", ", ".join(m.devices)),
        ("needs", ", ".join(m.needs) or "nothing beyond torch and diffusers"),
        ("clashes with", ", ".join(m.clashes) or "nothing"),
        ("set up", f"at place {m.order}; lower comes first"),
        ("picture", "unchanged beyond rounding" if m.lossless else "changes"),
        ("batches", "the same pictures as one by one" if m.batch_safe else "other pictures than one by one"),
        ("optimize", "tries it" if m.searched else "does not try it: it is for you to choose"),
    )
    for name, value in rows:
        _say(f"  {name:<13} {value}")


def _shown(s: Shown) -> None:
    e = s.expected
    _say(f"\nWhat it does to {s.where}, as {_setting(s.step.method, s.step.params)}")
    _say(f"  {e.speedup:.2f}x, loss {100 * e.loss:.1f}%, drift {e.drift:.2f} ({_GUESS})")
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
    return ", ".join(map(str, values)) if len(values) < 5 else f"{values[0]} to {values[-1]}"


def _undone(undo: tuple[str, ...] | None) -> str:
    if undo is None:
        return "not at all; load the pipeline anew"
    return "; ".join(undo) if undo else "nothing stays behind"


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
        _say(f"  {name:<10} {value}")


def _page(d: Document) -> None:
    _title(f"{d.title}, a {d.shelf}")
    _say(d.text)
    _list("Sources", d.sources)


def advice(found: Advice, most: int | None = None) -> None:
    """The methods for one place: what to try first, what is there beside, and what not."""
    _say(f"For {found.where}")
    for note in found.notes:
        _say(f"  note: {note}")
    history = f", corrected by {found.experiences} measurements of this class here" if found.experiences else ""
    _say(f"\nTry first; speedup, loss and drift are expected{history}, nothing was measured for this answer")
    _advised(found.try_first[:most])
    if found.beside:
        _say("\nUsable, without speed to be expected: for memory, or for you to choose")
        _advised(found.beside[:most])
    if found.not_here:
        _say("\nNot here")
        _unfit(found.not_here)


def _advised(methods: Iterable[Advised]) -> None:
    shown = table("method", "kind", "speedup", "loss", "drift", "setting", "why")
    for m in methods:
        e = m.expected
        why = "; ".join(
            ([m.install] if m.install else []) + [*m.reasons, *(f"backfires: {b}" for b in m.backfires[:1])]
        )
        setting = ", ".join(f"{k}={v}" for k, v in m.step.params.items())
        numbers = (f"{e.speedup:.2f}x", f"{100 * e.loss:.1f}%", f"{e.drift:.2f}")
        shown.add_row(*(Text(clean(cell)) for cell in (m.slug, m.kind, *numbers, setting, why)))
    out.print(shown)


def _unfit(methods: Iterable[Unfit]) -> None:
    shown = table("method", "kind", "why not")
    for m in methods:
        shown.add_row(*(Text(clean(cell)) for cell in (m.slug, m.kind, m.why)))
    out.print(shown)


def answer(found: Found) -> None:
    """What to try and what not, where the words name a place; then what is written about them."""
    if found.advice is not None:
        advice(found.advice, _SHORT)
    if found.hits:
        _say("\nIn the knowledge base")
    for hit in found.hits:
        d = hit.document
        _say(f"  {d.title} ({d.shelf}; explain {_name_of(d)})")
        _say(f"    {' '.join(hit.excerpt.split())}")
        if d.sources:
            _say(f"    source: {'; '.join(d.sources)}")


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


def _say(text: str) -> None:
    out.print(Text(clean(text)))


def _list(title: str, lines: Iterable[str]) -> None:
    rows = list(lines)
    if rows:
        _say(f"\n{title}")
    for line in rows:
        _say(f"  - {line}")
