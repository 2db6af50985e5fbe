"""What `estimate` and `memory` print for people; `--json` prints the values themselves."""

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from ..tools.report.text import clean, counted, one_line, percent, two_decimals
from .console import out, table
from .estimating import Estimate
from .memory import Entry, Imported

_GUESS = "an estimate from what is known; nothing was run, nothing was measured"
_ROWS = 50
"""of the table of what is remembered"""
_REFUSED = 10
"""sentences about lines that were kept out"""


def estimate(found: Estimate) -> None:
    """The answer, the plans behind it, other speedups, what it leans on, and what to type."""
    out.print(Text(clean(f"{found.answer}, because {found.because}"), style="bold"))
    _say(f"For {found.where}; {_GUESS}")
    for note in found.notes:
        _say(f"  note: {note}")
    if found.plans:
        _say("\nPlans that are expected to come nearest")
        _plans(found)
    if found.plans and found.rungs:
        said = ", ".join(f"{r.speedup:.3g}x {r.word}" for r in found.rungs)
        _say(f"\nOther speedups   {said}")
    _say(f"Leans on         {found.leans}")
    share = f"{100 * found.denoiser_share:.0f}% of a call"
    known = "assumed, since this script was not profiled here" if found.share_assumed else "as profiled here"
    _say(f"Denoiser         {share}, {known}; at no cost for it the speedup would be {found.ceiling:.1f}x")
    _say(f"Next             {found.next}")


def _plans(found: Estimate) -> None:
    level = f"{100 * found.plans[0].speedup_interval.level:.0f}%"
    shown = table("plan", f"speedup ({level})", "loss", "drift", "chance")
    for p in found.plans:
        i = p.speedup_interval
        speed = f"{p.speedup:.2f}x ({i.low:.2f}-{i.high:.2f})"
        row = (p.sentence, speed, percent(p.loss), two_decimals(p.drift), f"{100 * p.chance:.0f}%")
        shown.add_row(*(Text(clean(cell)) for cell in row))
    out.print(shown)


def _say(text: str) -> None:
    out.print(Text(clean(text)))


def entries(found: Sequence[Entry]) -> None:
    """A row a lesson, the latest of them, and what they come to."""
    if not found:
        _say("nothing is remembered of that yet; every verdict of `optimize` is kept here")
        return
    shown = table("kept", "pipeline", "plan", "speedup", "loss", "drift", "models", "device", "from")
    for e in found[:_ROWS]:
        if e.speedup is None or e.loss is None or e.drift is None:
            numbers = (e.failure or "failed", "", "")
        else:
            numbers = (f"{e.speedup:.2f}x", percent(e.loss), two_decimals(e.drift))
        row = (e.at[:10], e.pipeline, e.plan, *numbers, e.models, e.device, e.origin or "here")
        shown.add_row(*(Text(one_line(cell)) for cell in row))
    out.print(shown)
    failed = sum(e.failure is not None for e in found)
    said = f"{counted(len(found), 'experience')}, of which {failed} failed and {sum(bool(e.origin) for e in found)}"
    rest = f"; the latest {_ROWS} are shown, --json prints all" if len(found) > _ROWS else ""
    _say(f"\n{said} came from elsewhere{rest}")


def exported(count: int, path: Path) -> None:
    """How many went where, and what did not."""
    _say(
        f"{counted(count, 'experience')} written to {path}; prompts, names, local paths and imported ones are not in it"
    )


def imported(found: Imported) -> None:
    """What was let in, and why the rest was not."""
    _say(f"{counted(found.added, 'experience')} of {found.path} taken in, {found.known} known already")
    for sentence in found.refused[:_REFUSED]:
        _say(f"  kept out: {sentence}")
    if len(found.refused) > _REFUSED:
        _say(f"  and {len(found.refused) - _REFUSED} more; --json prints all")
    if found.added:
        _say("They count as measured elsewhere; `diffagent-mcp memory forget --imported` takes them out again")


def forgotten(count: int) -> None:
    """What is gone."""
    _say(f"forgotten: {counted(count, 'experience')}" if count else "nothing to forget: no experience is of that kind")
