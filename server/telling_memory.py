"""What `estimate` and `memory` print for people; `--json` prints the values themselves."""

from rich.text import Text

from ..tools.report.text import clean, percent, two_decimals
from .console import out, table
from .estimating import Estimate

_GUESS = "an estimate from what is known; nothing was run, nothing was measured"


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
