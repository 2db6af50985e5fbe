"""What the commands print on stdout for people; `--json` prints the values themselves instead."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from ..knowledge.catalogue import METHODS
from ..knowledge.types import Outcome, PipelineSite, Profile, Script
from ..tools.report import summary
from ..tools.report.text import clean
from .doctor import Diagnosis
from .service import Finished

out = Console(highlight=False, soft_wrap=True)


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, pad_edge=False, header_style="bold")


def finished(found: Finished) -> None:
    """Diff, table of candidates, the headline, and where to look next."""
    outcome = found.outcome
    if found.diff and outcome.winner is not None:
        out.print(
            Syntax(clean(found.diff), "diff", background_color="default") if out.is_terminal else Text(found.diff)
        )
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
    ):
        if path is not None:
            out.print(Text(f"{label}: {path}"))


def candidates(outcome: Outcome) -> None:
    """One row for each candidate, in the order in which they were tried."""
    table = _table("#", "plan", "speedup (95%)", "loss ± SE", "drift", "verdict")
    for row in summary.candidates_table(outcome):
        said = row.verdict if not row.reason else f"{row.verdict}: {row.reason}"
        mark = f"{row.number}{' *' if row.mark == 'winner' else ''}"
        table.add_row(*(Text(cell) for cell in (mark, row.plan, row.speedup, row.loss, row.drift, said)))
    out.print(table)


def profile(p: Profile, models: str, device: str) -> None:
    """Where one image's seconds go."""
    s = p.stages
    total = s.text_encoder_s + s.denoiser_s + s.vae_s + s.rest_s
    table = _table("stage", "seconds", "share", "")
    rows = (
        ("text encoder", s.text_encoder_s, ""),
        ("denoiser", s.denoiser_s, f"{s.denoiser_calls} calls x {1000 * s.per_step_s:.1f} ms"),
        ("VAE", s.vae_s, ""),
        ("rest", s.rest_s, ""),
    )
    for name, seconds, note in rows:
        table.add_row(name, f"{seconds:.4f}", f"{100 * seconds / max(total, 1e-9):.1f}%", note)
    out.print(table)
    i = p.interval
    level = f"{100 * i.level:.0f}%"
    out.print(f"steady state   {p.latency_s:.3f} s an image ({level} {i.low:.3f}-{i.high:.3f}, {p.samples} calls)")
    out.print(f"first image    {p.first_image_s:.3f} s, after {p.load_s:.2f} s of loading in a warm process")
    out.print(f"peak memory    {p.peak_mb:.0f} MB")
    out.print(f"CLIP-Score     {p.clip:.1f} (sd {p.clip_sd:.1f} over {p.prompts} prompts)")
    compute = f", {p.trace.gflop:.1f} GFLOP an image" if p.trace.gflop else ""
    out.print(f"pipeline       {p.trace.pipeline_class}, {p.trace.scheduler_class}, {p.trace.denoiser_dtype}{compute}")
    out.print(f"measured on    {models} models, {device}, quick protocol")


def script(found: Script) -> None:
    """Every pipeline of a file with its calls."""
    for site in found.pipelines:
        _site(site)


def _site(site: PipelineSite) -> None:
    out.print(Text(f"{site.pipeline_class} in {site.name}, line {site.start.line}", style="bold"))
    rows = (
        ("model", site.model_id or "not known before it runs"),
        ("scheduler", site.scheduler or "the model's own"),
        ("dtype", site.dtype or "library default"),
        ("device", site.device or "not set"),
        ("methods already applied", ", ".join(site.applied) or "none"),
    )
    for name, value in rows:
        out.print(Text(f"  {name}: {value}"))
    for call in site.calls:
        size = f"{call.width}x{call.height}" if call.width and call.height else "model's own size"
        knobs = f"steps {call.steps or 'default'}, guidance {call.guidance_scale or 'default'}, {size}"
        within = f" in {call.function}" if call.function else ""
        out.print(Text(f"  call at line {call.start.line}, column {call.start.column}{within}: {knobs}"))


def methods() -> None:
    """The catalogue with every knob."""
    table = _table("method", "what it does", "gain and cost")
    for m in METHODS:
        table.add_row(m.slug, Text(m.summary()), Text(m.gain))
    out.print(table)


def diagnosis(found: Diagnosis) -> None:
    """What `doctor` found."""
    for name, value in found.facts:
        out.print(Text(f"{name:<14} {value}"))
    out.print()
    table = _table("method", "usable here", "why not")
    for slug, reason in found.methods:
        table.add_row(slug, "no" if reason else "yes", Text(reason or ""))
    out.print(table)
    for problem in found.problems:
        out.print(Text(f"problem: {problem}", style="yellow"))


def files(written: Sequence[Path]) -> None:
    """Paths that were written."""
    for path in written:
        out.print(Text(str(path)))
