"""What `plan` and `generate` print: the reading in plain words, expectations named as such, the script."""

import sys
from collections.abc import Iterator
from pathlib import Path

from rich.syntax import Syntax
from rich.text import Text

from ..knowledge.types import Plan, Request
from ..tools import textfile
from ..tools.errors import UsageError
from ..tools.report.text import clean
from .console import out, table
from .requests import Generated, Planned

_LONGEST = 60


def reading(request: Request) -> Iterator[tuple[str, str]]:
    """Each thing that was understood, as a name and what it is. What was not said is not in it."""
    yield "intent", request.intent.replace("_", " ")
    plain = {
        "pipeline": request.pipeline_class,
        "model": request.model_id,
        "task": request.mode,
        "steps": request.steps,
        "scheduler": request.scheduler,
        "number format": request.dtype,
        "seed": request.seed,
        "prompt": request.prompt,
    }
    yield from ((name, str(value)[:_LONGEST]) for name, value in plain.items() if value is not None)
    if request.width and request.height:
        yield "size", f"{request.width}x{request.height}"
    yield from _speed(request)
    if request.required:
        yield "required", Plan(steps=request.required).sentence()
    if request.allowed is not None:
        yield "allowed", ", ".join(request.allowed)
    if request.forbidden:
        yield "forbidden", ", ".join(request.forbidden)
    kept = [name for name, is_kept in (("steps", request.keep_steps), ("scheduler", request.keep_scheduler)) if is_kept]
    if kept:
        yield "kept as is", ", ".join(kept)


def _speed(request: Request) -> Iterator[tuple[str, str]]:
    if request.speedup is not None:
        yield "speedup", f"{request.speedup:g}x"
    if request.latency_s is not None:
        yield "latency", f"{request.latency_s:g} s an image"
    if request.now_s is not None:
        yield "takes now", f"{request.now_s:g} s an image, as you say"
    if request.max_loss is not None:
        yield "quality", f"at most {100 * request.max_loss:g}% loss of CLIP-Score"
    if request.lossless:
        yield "quality", "pictures stay the same beyond rounding"
    if request.memory_mb is not None:
        yield "memory", f"{request.memory_mb / 1000:g} GB"


def _shown(request: Request, notes: tuple[str, ...]) -> None:
    out.print("Read as")
    for name, value in reading(request):
        out.print(Text(f"  {name:<14} {clean(value)}"))
    for note in (*request.notes, *notes):
        out.print(Text(f"  note: {clean(note)}", style="yellow"))


def planned(found: Planned) -> None:
    """The reading, the plans with what is expected of them, the first as a diff."""
    _shown(found.request, found.notes)
    out.print(Text(f"  for            {clean(found.where)}"))
    if found.plans:
        out.print(
            "\nPlans put forward; speedup, loss and drift are expected from the knowledge base, nothing was measured"
        )
        shown = table("plan", "speedup", "loss", "drift")
        for one in found.plans:
            e = one.expected
            shown.add_row(Text(one.sentence), f"{e.speedup:.2f}x", f"{100 * e.loss:.1f}%", f"{e.drift:.2f}")
        out.print(shown)
    if found.diff:
        out.print("\nThe first of them, written into the script")
        diff = clean(found.diff)
        out.print(Syntax(diff, "diff", background_color="default") if out.is_terminal else Text(diff))
    out.print(Text(found.next))


def generated(made: Generated, path: Path | None) -> None:
    """The script on stdout, or where it went; the reading and the checks on stderr where stdout is the script."""
    if path is None:
        print(made.code, end="")
    else:
        _shown(made.request, made.notes)
        out.print(Text(f"written: {path}"))
    where = sys.stderr if path is None else sys.stdout
    for note in (*made.request.notes, *made.notes) if path is None else ():
        print(f"note: {clean(note)}", file=where)
    ran = f"; it made one picture in {made.seconds:.2f} s, the first in its process" if made.seconds is not None else ""
    verdict = f"checked: not as asked: {made.complaint}" if made.complaint else "checked: it is what was asked for"
    print(clean(verdict) + ran, file=where)


def written(made: Generated, path: Path) -> None:
    """Write the script. Raises UsageError with one sentence."""
    try:
        textfile.write(path, made.code)
    except OSError as e:
        raise UsageError(f"cannot write {path} ({e.strerror})") from e


def paid(sentence: str | None) -> None:
    """What a language model has cost, on stderr; nothing where none was asked."""
    if sentence is not None:
        print(clean(sentence), file=sys.stderr)


def complain(sentence: str) -> None:
    """One sentence on stderr."""
    print(f"diffagent-mcp: {clean(sentence)}", file=sys.stderr)
