"""What was measured of a script, as the store has it: by the very text, else by an earlier text of the same file."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from ...knowledge.types import CallSite, PipelineSite
from ...tools.errors import SetupError, UsageError
from .desk import Desk

if TYPE_CHECKING:
    from .reading import Reading

_STAGES = {"text_encoder_s": "text encoder", "denoiser_s": "denoiser", "vae_s": "VAE"}
_LOOKED_AT = 40
"""jobs, the latest, among which one of this file is looked for"""


@dataclass(frozen=True)
class Measured:
    """One image of a pipeline, as it was timed last."""

    seconds: float
    where: str
    at: str
    """UTC: `2026-11-23 14:05:00`"""
    stages: tuple[tuple[str, float], ...] = ()
    """name and seconds of each stage"""
    this_text: bool = True
    """was the text as it is now?"""
    job: str | None = None

    def sentence(self, now: datetime) -> str:
        """`2.31 s an image, measured 3 h ago on zoo models, Xeon (cpu)`"""
        before = "" if self.this_text else ", before the last changes"
        return f"{self.seconds:.3g} s an image, measured {age(self.at, now)}{before} on {self.where}"

    def parts(self) -> str:
        """`denoiser 91%, VAE 7%, text encoder 1%`: the larger first."""
        total = max(self.seconds, sum(s for _, s in self.stages), 1e-9)
        named = sorted(self.stages, key=lambda one: -one[1])
        return ", ".join(f"{name} {seconds / total:.0%}" for name, seconds in named)


def age(at: str, now: datetime) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `12 days ago`."""
    then = datetime.strptime(at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)
    minutes = (now - then).total_seconds() / 60
    if minutes < 1:
        return "just now"
    if minutes < 90:
        return f"{minutes:.0f} min ago"
    return f"{minutes / 60:.0f} h ago" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days ago"


async def timed_calls(desk: Desk, reading: "Reading") -> list[tuple[PipelineSite, CallSite, Measured]]:
    """The calls whose pipeline was measured, each with its time."""
    found: list[tuple[PipelineSite, CallSite, Measured]] = []
    for site in reading.sites:
        timed = await asyncio.to_thread(measured, desk, reading, site.name) if site.calls else None
        found += [(site, call, timed) for call in site.calls] if timed is not None else []
    return found


def measured(desk: Desk, reading: "Reading", pipeline: str) -> Measured | None:
    """The latest time of a pipeline; None where nothing was measured. Reads the store: not for the loop's thread."""
    if not desk.has_store:
        return None
    try:
        return next(_profiles(desk, reading, pipeline), None) or next(_jobs(desk, reading, pipeline), None)
    except (UsageError, SetupError):
        return None  # settings or a store that cannot be used are said where somebody asks for a job


def _profiles(desk: Desk, reading: "Reading", pipeline: str) -> Iterator[Measured]:
    """Profiles of this very text, whoever asked for them."""
    from ...tools.report.summary import where
    from ...tools.store.experience import baselines_at
    from ...tools.store.store import Store

    store = Store(desk.home / "store.sqlite")
    try:
        for environment, p, at in baselines_at(store, reading.sha, pipeline):
            stages = tuple((name, float(getattr(p.stages, key))) for key, name in _STAGES.items())
            yield Measured(p.latency_s, where(environment), at, stages)
    finally:
        store.close()


def _jobs(desk: Desk, reading: "Reading", pipeline: str) -> Iterator[Measured]:
    """Jobs of this file that measured it as it was then."""
    for view, row in desk.jobs.rows(_LOOKED_AT):
        numbers: dict[str, Any] = dict(view.found.numbers) if view.found is not None else {}
        seconds = numbers.get("latency_s" if view.ask.kind == "profile" else "baseline_s")
        same = view.ask.path == str(reading.path) and view.ask.pipeline in (None, pipeline)
        if view.found is None or seconds is None or not same:
            continue
        stages = tuple((name, float(numbers[key])) for key, name in _STAGES.items() if key in numbers)
        yield Measured(float(seconds), view.found.where, row.changed, stages, this_text=False, job=view.id)
