"""The pictures that image-to-image and ControlNet tasks start from: drawn once by the zoo, kept as files.

They are kept and not drawn where they are needed, because sines differ in the last bit from machine to machine. A task
gets one of them by its number, reduced to the size that it asks for: the same pixels everywhere.
"""

import random
from pathlib import Path

from ...knowledge.types import Task
from .load import DATA

SCENES = 6
_SIDE = 1024
_SEED = 1024


def lay(task: Task, folder: Path) -> tuple[Path, ...]:
    """Put the files that a task's code reads into `folder`; nothing for most tasks."""
    from PIL import Image

    placed: list[Path] = []
    for name in task.inputs:
        with Image.open(source(task)) as picture:
            size = (task.attributes.width, task.attributes.height)
            picture.convert("RGB").resize(size, Image.Resampling.BOX).save(folder / name)
        placed.append(folder / name)
    return tuple(placed)


def source(task: Task) -> Path:
    """The kept picture that a task starts from."""
    key = task.baseline or task.id
    return DATA / "inputs" / f"scene-{int(''.join(c for c in key if c.isdigit())) % SCENES}.png"


def draw(folder: Path = DATA / "inputs") -> None:
    """Draw the kept pictures again, with torch."""
    from PIL import Image

    from ..zoo.render import render_batch

    folder.mkdir(parents=True, exist_ok=True)
    pictures, _ = render_batch(SCENES, _SIDE, random.Random(_SEED))
    for number, picture in enumerate(pictures):
        pixels = ((picture + 1) * 127.5).round().byte().permute(1, 2, 0).contiguous()
        image = Image.frombytes("RGB", (_SIDE, _SIDE), pixels.numpy().tobytes())
        image.quantize(24, dither=Image.Dither.NONE).save(folder / f"scene-{number}.png", optimize=True)
