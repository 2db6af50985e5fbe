"""Measure the finished zoo: does the scorer rank rightly, what does each shortcut cost, how long does each part take.

Everything is paired by prompt and seed. The score is 100 * max(cosine, 0); the loss of a variant is the relative fall
of its mean score from 50 steps; drift is its mean 1 - SSIM to that picture over that between two seeds.
"""

from __future__ import annotations

import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .degrade import blur
from .measure import Drawn, Floats, Scorer, load_scorer, spread
from .pictures import save_sheet
from .render import render
from .subjects import SUBJECTS, Subject, Task, load_subject, sample, set_sampler, task_of
from .training import say
from .untyped import AnyPipeline
from .world import caption, draw_layout, draw_scene, variants

STEPS = 50
SHEET_COLUMNS = 6
SHEET_STEPS = (25, 10, 6)
TIMED_STEPS = 15


@torch.no_grad()
def judge_scorer(scorer: Scorer, pipeline: AnyPipeline, count: int = 64) -> dict[str, Any]:
    """Scores of `count` renders against right and wrong captions, and of spoilt renders against the right one."""
    rng = Random(424242)
    stream = [draw_scene(rng) for _ in range(count)]
    captions = [caption(scene) for scene in stream]
    images = render([draw_layout(scene, rng) for scene in stream], 512)
    table = {"right caption": scorer.score(images, captions)}
    hits: list[bool] = []
    for kind in ("background", "first colour", "first shape", "second colour", "second shape", "relation", "swap"):
        rows = [row for row, scene in enumerate(stream) if kind in variants(scene)]
        wrong = [caption(rng.choice(variants(stream[row])[kind])) for row in rows]
        table[f"wrong: {kind}"] = scorer.score(images[rows], wrong)
        hits.extend((table[f"wrong: {kind}"] < table["right caption"][rows]).tolist())
    table["another picture's caption"] = scorer.score(images, captions[1:] + captions[:1])
    table["noise"] = scorer.score(torch.rand(count, 3, 512, 512) * 2 - 1, captions)
    table["plain gray"] = scorer.score(torch.zeros(count, 3, 512, 512), captions)
    for sigma in (4.0, 8.0, 16.0):
        soft = torch.cat([blur(part, torch.ones(len(part)), sigma) for part in images.split(8)])
        table[f"blurred, sigma {sigma:.0f} px"] = scorer.score(soft, captions)
    again = [pipeline.vae.decode(pipeline.vae.encode(part).latent_dist.mode()).sample for part in images.split(4)]
    table["through the autoencoder"] = scorer.score(torch.cat(again), captions)
    return {
        "count": count,
        "ranked_right": round(float(np.mean(hits)), 4),
        "rows": {k: spread(v) for k, v in table.items()},
    }


def judge_pipeline(scorer: Scorer, subject: Subject, pipeline: AnyPipeline, task: Task, sheet: Path) -> dict[str, Any]:
    """The loss curve of one pipeline: its samplers against 50 steps of its base, and against another seed."""
    captions = task.captions

    def drawn(sampler: str, steps: int, seed: int = 0, **more: Any) -> Drawn:
        set_sampler(pipeline, sampler)
        return Drawn.join([Drawn.keep(scorer, [part]) for part in sample(pipeline, subject, task, steps, seed, **more)])

    base, other = drawn(subject.base, STEPS), drawn(subject.base, STEPS, seed=1)
    truth = Drawn.keep(scorer, list(task.truth.split(8)))
    score, apart = scorer.compare(base.looks, captions), 1 - base.likeness(other)
    rows = {"another seed": _row(score, scorer.compare(other.looks, captions), apart, apart)}
    shown = [truth.pictures(SHEET_COLUMNS), base.pictures(SHEET_COLUMNS)]
    for sampler, steps in subject.rows:
        made = drawn(sampler, steps)
        row = _row(score, scorer.compare(made.looks, captions), 1 - base.likeness(made), apart)
        rows[f"{sampler} {steps}"] = row
        say(f"{subject.name}: {sampler} {steps}: {row}")
        if sampler == subject.base and steps in SHEET_STEPS:
            shown.append(made.pictures(SHEET_COLUMNS))
    found = {
        "count": len(captions),
        "guidance": subject.guidance,
        "base_sampler": subject.base,
        "base": spread(score),
        "truth": spread(scorer.compare(truth.looks, captions)),
        "all_right": _all_right(scorer, base, task),
        "truth_all_right": _all_right(scorer, truth, task),
        "seed_ssim": round(float(1 - apart.mean()), 4),
        "rows": rows,
    }
    if subject.asked == "edges":
        plain = drawn(subject.base, STEPS, controlnet_conditioning_scale=0.0)
        found["follows"] = {"given": spread(base.likeness(truth)), "left out": spread(plain.likeness(truth))}
        shown[1:1] = [task.edges[:SHEET_COLUMNS] * 2 - 1, plain.pictures(SHEET_COLUMNS)]
    _save_rows(shown, sheet)
    return found


def _save_rows(rows: list[Tensor], path: Path) -> None:
    sized = [torch.nn.functional.interpolate(row, 256, mode="area") for row in rows]
    save_sheet(torch.cat(sized), path, SHEET_COLUMNS, 104)


def _row(base: Floats, score: Floats, apart: Floats, seeds_apart: Floats) -> dict[str, float]:
    loss, drift = spread(100 * (base - score) / base.mean()), spread(apart / seeds_apart.mean())
    return {
        "score": spread(score)["mean"],
        "loss": loss["mean"],
        "loss_se": loss["se"],
        "drift": drift["mean"],
        "drift_se": drift["se"],
    }


def _all_right(scorer: Scorer, drawn: Drawn, task: Task) -> float:
    right = [scorer.all_right(look, scene) for look, scene in zip(drawn.looks, task.scenes, strict=True)]
    return round(float(np.mean(right)), 4)


@torch.no_grad()
def time_parts(subject: Subject, pipeline: AnyPipeline, task: Task) -> dict[str, float]:
    """Median CPU milliseconds of one call of each part, one prompt with guidance, in this thread."""
    denoiser = "unet" if hasattr(pipeline, "unet") else "transformer"
    names = {denoiser: "denoiser step", "controlnet": "ControlNet step", "text_encoder": "text tower"}
    names["text_encoder_2"] = "second text tower"
    spent: dict[str, list[float]] = {}
    for part, name in names.items():
        if getattr(pipeline, part, None) is not None:
            model = getattr(pipeline, part)
            model.forward = _timed(model.forward, spent.setdefault(name, []))
    decoding = f"decode to {'256' if subject.name in ('pixart', 'sigma') else subject.side} px"
    pipeline.vae.decode = _timed(pipeline.vae.decode, spent.setdefault(decoding, []))
    first = Task(task.scenes[:1], task.classes[:1], task.truth[:1], task.edges[:1])
    set_sampler(pipeline, subject.base)
    for seed in range(4):
        list(sample(pipeline, subject, first, TIMED_STEPS, seed))
    return {name: round(float(np.median(times[1:])), 1) for name, times in spent.items()}


def _timed(call: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        start = time.process_time()
        found = call(*args, **kwargs)
        spent.append(1000 * (time.process_time() - start))
        return found

    return timed


def evaluate(weights: Path, prompts: list[str], pictures: Path, name: str) -> dict[str, Any]:
    """Measure one pipeline, or the `scorer`. The sample sheet goes to `pictures/zoo-NAME.png`."""
    torch.manual_seed(0)
    scorer, threads, version = load_scorer(weights), torch.get_num_threads(), torch.__version__.split("+")[0]
    sizes = {p.relative_to(weights).as_posix(): p.stat().st_size for p in sorted(weights.rglob("*.safetensors"))}
    device = f"CPU ({platform.machine()}), {threads} thread, torch {version}"
    found: dict[str, Any] = {"device": device, "bytes": sizes, "pipelines": {}}
    with tempfile.TemporaryDirectory() as home:
        if name == "scorer":
            return found | {"scorer": judge_scorer(scorer, load_subject(SUBJECTS[0], weights, Path(home)))}
        subject = next(subject for subject in SUBJECTS if subject.name == name)
        task, pipeline = task_of(subject, prompts), load_subject(subject, weights, Path(home))
        judged = judge_pipeline(scorer, subject, pipeline, task, pictures / f"zoo-{name}.png")
        found["pipelines"][name] = judged | {"parts_ms": time_parts(subject, pipeline, task)}
    return found
