"""The pipelines as they are measured: their class, what they are asked for, their usual samplers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor

from .cache import lay_out, read_index
from .classes import CLASSES, scene_of
from .render import render
from .train_controlnet import edges_of
from .untyped import AnyPipeline, diffusers
from .world import Scene, caption, draw_layout, parse

SCHEDULERS = {
    "DDIM": "DDIMScheduler",
    "DPM++ 2M": "DPMSolverMultistepScheduler",
    "UniPC": "UniPCMultistepScheduler",
    "Euler": "EulerDiscreteScheduler",
}
Rows = tuple[tuple[str, int], ...]
USUAL: Rows = (("DDIM", 25), ("DDIM", 20), ("DDIM", 10), ("DDIM", 6), ("DPM++ 2M", 20), ("DPM++ 2M", 10))
MANY: Rows = (*USUAL[:3], ("DDIM", 8), ("DDIM", 6), ("DDIM", 4), *USUAL[4:], ("DPM++ 2M", 6), ("UniPC", 10))
ALL: Rows = (*MANY, ("Euler", 10))
EULER: Rows = (("Euler", 25), ("Euler", 20), ("Euler", 10), ("Euler", 6), ("DPM++ 2M", 20), ("DPM++ 2M", 10))
SOLVER: Rows = (("DPM++ 2M", 25), ("DPM++ 2M", 20), ("DPM++ 2M", 10), ("DPM++ 2M", 6), ("DDIM", 20), ("DDIM", 10))


@dataclass(frozen=True)
class Subject:
    """One pipeline as it is measured. Its usual guidance; the sampler that 50 steps are taken with, and the rest."""

    name: str
    kind: str
    side: int
    guidance: float
    base: str
    rows: Rows
    batch: int = 8
    asked: str = "prompt"


SUBJECTS = (
    Subject("sd15", "StableDiffusionPipeline", 512, 7.5, "DDIM", ALL),
    Subject("sd21", "StableDiffusionPipeline", 768, 7.5, "DDIM", USUAL),
    Subject("sdxl", "StableDiffusionXLPipeline", 1024, 5.0, "Euler", EULER, batch=4),
    Subject("dit256", "DiTPipeline", 256, 4.0, "DDIM", USUAL, asked="class"),
    Subject("dit512", "DiTPipeline", 512, 4.0, "DDIM", USUAL, asked="class"),
    Subject("pixart", "PixArtAlphaPipeline", 1024, 4.5, "DPM++ 2M", SOLVER),
    Subject("sigma", "PixArtSigmaPipeline", 1024, 4.5, "DPM++ 2M", SOLVER),
    Subject("controlnet", "StableDiffusionControlNetPipeline", 512, 7.5, "DDIM", USUAL, asked="edges"),
)


@dataclass(frozen=True)
class Task:
    """What one subject is asked to draw: scenes, the classes that stand for them, renders and their edges."""

    scenes: list[Scene]
    classes: list[int]
    truth: Tensor
    edges: Tensor

    @property
    def captions(self) -> list[str]:
        """What each picture should show."""
        return [caption(scene) for scene in self.scenes]


def task_of(subject: Subject, prompts: Iterable[str]) -> Task:
    """The task of a subject: the prompts, or as many classes drawn from all; with a render of each at 512 px."""
    scenes, rng = [scene for text in prompts if (scene := parse(text)) is not None], Random(7)
    classes: list[int] = []
    if subject.asked == "class":
        classes = Random(11).sample(range(CLASSES), len(scenes))
        scenes = [scene_of(number) for number in classes]
    truth = render([draw_layout(scene, rng) for scene in scenes], 512)
    edges = torch.empty(0)
    if subject.asked == "edges":
        edges = (torch.from_numpy(edges_of(truth)).float() / 255).unsqueeze(1).expand(-1, 3, -1, -1)
    return Task(scenes, classes, truth, edges)


def load_subject(subject: Subject, weights: Path, home: Path) -> AnyPipeline:
    """The pipeline in fp32 under its hub name, from a Hugging Face home of its own."""
    names = {pipeline.name: pipeline.ids[0] for pipeline in read_index(weights)}
    settings: dict[str, Any] = {
        "cache_dir": lay_out(weights, home) / "hub",
        "local_files_only": True,
        "torch_dtype": torch.float32,
    }
    parts: dict[str, Any] = {}
    if subject.asked == "edges":
        parts["controlnet"] = diffusers.ControlNetModel.from_pretrained(names["controlnet"], **settings)
    name = names["sd15" if parts else subject.name]
    pipeline = getattr(diffusers, subject.kind).from_pretrained(name, **settings, **parts)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def set_sampler(pipeline: AnyPipeline, sampler: str) -> None:
    """Give the pipeline a sampler, with the settings of the one it has."""
    pipeline.scheduler = getattr(diffusers, SCHEDULERS[sampler]).from_config(pipeline.scheduler.config)


def asked_for(subject: Subject, task: Task, rows: range) -> dict[str, Any]:
    """The arguments that say what to draw."""
    if subject.asked == "class":
        return {"class_labels": [task.classes[row] for row in rows]}
    call: dict[str, Any] = {"prompt": [task.captions[row] for row in rows]}
    return call | {"image": task.edges[rows.start : rows.stop]} if subject.asked == "edges" else call


@torch.no_grad()
def sample(
    pipeline: AnyPipeline, subject: Subject, task: Task, steps: int, seed: int = 0, **more: Any
) -> Iterator[Tensor]:
    """Batches of pictures [n, 3, h, w] in -1..1; each prompt keeps its seed in every variant."""
    for first in range(0, len(task.scenes), subject.batch):
        rows = range(first, min(first + subject.batch, len(task.scenes)))
        seeds = [torch.Generator().manual_seed(100003 * seed + row) for row in rows]
        call = asked_for(subject, task, rows) | more
        made = pipeline(
            num_inference_steps=steps, guidance_scale=subject.guidance, generator=seeds, output_type="pt", **call
        )
        yield made.images.float() * 2 - 1
