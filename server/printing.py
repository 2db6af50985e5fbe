"""What the commands print on stdout for people; `--json` prints the values themselves instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.syntax import Syntax
from rich.text import Text

from ..knowledge.catalogue import METHODS
from ..knowledge.signatures import named_arguments, signature_of
from ..knowledge.types import CallSite, Diagnostic, Outcome, PipelineSite, Profile, Script
from ..tools.report import summary
from ..tools.report.text import clean
from ..tools.script.notebook import Notebook
from .console import out, table

if TYPE_CHECKING:
    from .doctor import Diagnosis
    from .service import Finished

_LINE = re.compile(r"\bline (\d+)\b")
_OWN_SIZE = "the model's own size"


def finished(found: Finished) -> None:
    """Diff, table of candidates, the headline, and where to look next."""
    outcome = found.outcome
    if found.diff and outcome.winner is not None:
        out.print(
            Syntax(clean(found.diff), "diff", background_color="default") if out.is_terminal else Text(found.diff)
        )
        for sentence in outcome.overruled:
            out.print(Text(f"note: {clean(sentence)}", style="yellow"))
    for sentence in summary.flags(outcome):
        out.print(Text(f"look at this before you believe it: {clean(sentence)}", style="yellow"))
    candidates(outcome)
    out.print()
    out.print(Text(summary.headline(outcome), style="bold green" if outcome.winner else "bold yellow"))
    out.print(Text(summary.effort_sentence(outcome)))
    if outcome.measured == 0 and outcome.trials:
        out.print("Nothing was measured now: every verdict came from the store.")
    if outcome.environment.models == "zoo":
        out.print("Zoo numbers are real measurements of tiny models; they say nothing about the hub's models.")
    for label, path in (
        ("accelerated file", found.saved.accelerated),
        ("original kept as", found.saved.original),
        ("report", found.saved.report),
        ("trace", found.saved.trace),
    ):
        if path is not None:
            out.print(Text(f"{label}: {path}"))
    if found.saved.stale is not None:
        out.print(Text(f"{found.saved.stale} is from an earlier run: it was not written for this target"))


def candidates(outcome: Outcome) -> None:
    """One row for each candidate, in the order in which they were tried."""
    shown = table("#", "plan", "speedup (95%)", "loss ± SE", "drift", "verdict")
    for row in summary.candidates_table(outcome):
        said = row.verdict if not row.reason else f"{row.verdict}: {row.reason}"
        mark = f"{row.number}{' *' if row.mark == 'winner' else ''}"
        shown.add_row(*(Text(cell) for cell in (mark, row.plan, row.speedup, row.loss, row.drift, said)))
    out.print(shown)


def profile(p: Profile, models: str, device: str, pictures: str, kept: bool) -> None:
    """Where one image's seconds go. `pictures` says what its CLIP-Score is a mean of; `kept`: not measured now."""
    s = p.stages
    total = s.total_s
    shown = table("stage", "seconds", "share", "")
    rows = (
        ("text encoder", s.text_encoder_s, ""),
        ("denoiser", s.denoiser_s, f"{s.denoiser_calls} calls x {1000 * s.per_step_s:.1f} ms"),
        ("VAE", s.vae_s, ""),
        ("rest", s.rest_s, ""),
    )
    for name, seconds, note in rows:
        shown.add_row(name, f"{seconds:.4f}", f"{100 * seconds / max(total, 1e-9):.1f}%", note)
    out.print(shown)
    i = p.interval
    level = f"{100 * i.level:.0f}%"
    out.print(f"steady state   {p.latency_s:.3f} s an image ({level} {i.low:.3f}-{i.high:.3f}, {p.samples} calls)")
    out.print(f"first image    {p.first_image_s:.3f} s, after {p.load_s:.2f} s of loading in a warm process")
    out.print(f"peak memory    {p.peak_mb:.0f} MB")
    out.print(f"CLIP-Score     {p.clip:.1f} (sd {p.clip_sd:.1f} over {pictures})")
    compute = f", {p.trace.gflop:.1f} GFLOP an image" if p.trace.gflop else ""
    out.print(f"pipeline       {p.trace.pipeline_class}, {p.trace.scheduler_class}, {p.trace.denoiser_dtype}{compute}")
    out.print(f"measured on    {models} models, {device}, quick protocol")
    if kept:
        out.print("Measured earlier and kept in the store; --fresh measures again.")


_STYLE = {"error": "red", "warning": "yellow", "information": "cyan", "hint": "dim"}
_BEWARE = ("clash", "negative-prompt-unread")
"""diagnostics that hazards say already"""


def script(found: Script, wrong: Sequence[Diagnostic] = (), notebook: Notebook | None = None) -> None:
    """Every pipeline of a file with its calls, and what is wrong; lines of a notebook are those of its cells."""

    def place(line: int) -> str:
        cell = notebook.place(line) if notebook is not None else None
        return f"line {line}" if cell is None else f"cell {cell[0]}, line {cell[1]}"

    for site in found.pipelines:
        _site(site, place)
    for one in (d for d in wrong if d.code not in _BEWARE):
        out.print(Text(f"{place(one.start.line)}: {one.sentence} [{one.code}]", style=_STYLE[one.severity]))


def _site(site: PipelineSite, place: Callable[[int], str]) -> None:
    where = place(site.start.line) + (f", built in {site.built_in}" if site.built_in else "")
    out.print(Text(f"{site.pipeline_class} in {site.name}, {where}", style="bold"))
    rows = (
        ("model", site.model_id or "not known before it runs"),
        ("scheduler", site.scheduler or "the model's own"),
        ("dtype", site.dtype or "library default"),
        ("device", site.device or "not set"),
        ("methods already applied", ", ".join(site.applied) or "none"),
    )
    for name, value in rows:
        out.print(Text(f"  {name}: {value}"))
    usual = signature_of(site.pipeline_class)
    for call in site.calls:
        steps = _knob(site, call, "num_inference_steps", call.steps, f"{usual.steps} (default)")
        guidance = _knob(site, call, "guidance_scale", call.guidance_scale, f"{usual.guidance_scale:g} (default)")
        sides = [_knob(site, call, side, getattr(call, side), "") for side in ("width", "height")]
        size = " x ".join(sides) if all(sides) else _OWN_SIZE
        knobs = f"steps {steps}, guidance {guidance}, {size}"
        within = f" in {call.function}" if call.function else ""
        within += f" ({call.handler})" if call.handler else ""
        out.print(Text(f"  call at {place(call.start.line)}, column {call.start.column}{within}: {knobs}"))
    for hazard in site.hazards:
        mine = hazard.sentence.startswith("line ")  # else it speaks of another file's lines
        sentence = _LINE.sub(lambda m: place(int(m[1])), hazard.sentence) if mine else hazard.sentence
        out.print(Text(f"  beware, {sentence}", style="yellow"))


def _knob(site: PipelineSite, call: CallSite, name: str, value: float | None, default: str) -> str:
    """What a call says of one argument; where that is worked out when the script runs, its source."""
    if value is not None:
        return f"{value:g}"
    given = named_arguments(site.pipeline_class, call)
    if name in given:
        return f"`{given[name]}` (known when it runs)"
    if call.starred and default:
        return f"{default}, unless `**{call.starred[0]}` says otherwise"
    return default


def methods() -> None:
    """The catalogue with every knob."""
    shown = table("method", "kind", "what it does", "gain and cost")
    for m in METHODS:
        shown.add_row(m.slug, m.kind, Text(m.summary()), Text(m.gain))
    out.print(shown)


def diagnosis(found: Diagnosis) -> None:
    """What `doctor` found."""
    for name, value in found.facts:
        out.print(Text(f"{name:<14} {value}"))
    out.print()
    shown = table("method", "kind", "usable here", "why not")
    for m in found.methods:
        shown.add_row(m.slug, m.kind, "no" if m.why_not else "yes", Text(m.why_not or ""))
    out.print(shown)
    for problem in found.problems:
        out.print(Text(f"problem: {problem}", style="yellow"))


def files(written: Sequence[Path]) -> None:
    """Paths that were written."""
    for path in written:
        out.print(Text(str(path)))
