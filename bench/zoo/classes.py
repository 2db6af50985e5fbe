"""ImageNet's classes as scenes of this world, for the class-conditional model.

Class `i` is one thing of colour `i % 6`, shape `i // 6 % 5`, on background `i // 30 % 4`: 120 scenes, each of eight or
nine classes. `prompts/classes.json` lists every class with its labels, as the hub's model has them, and its caption.
The functions that read need the standard library only.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

from .world import BACKGROUNDS, COLOURS, SHAPES, Scene, Thing, caption

CLASSES = 1000
SCENES = len(COLOURS) * len(SHAPES) * len(BACKGROUNDS)
FILE = Path(__file__).parent / "prompts" / "classes.json"


def scene_of(number: int) -> Scene:
    """The scene that class `number` stands for."""
    colour, rest = number % len(COLOURS), number // len(COLOURS)
    thing = Thing(list(COLOURS)[colour], SHAPES[rest % len(SHAPES)])
    return Scene(thing, list(BACKGROUNDS)[rest // len(SHAPES) % len(BACKGROUNDS)])


def number_of(scene: Scene) -> int:
    """The first class that stands for a scene of one thing, 0..119."""
    colour, shape = list(COLOURS).index(scene.first.colour), SHAPES.index(scene.first.shape)
    return colour + len(COLOURS) * (shape + len(SHAPES) * list(BACKGROUNDS).index(scene.background))


def class_captions(path: Path = FILE) -> dict[int, str]:
    """What a picture of each class shows, by class."""
    return {int(number): str(entry["caption"]) for number, entry in _read(path).items()}


def class_labels(path: Path = FILE) -> dict[int, str]:
    """ImageNet's labels of each class, separated by commas, by class."""
    return {int(number): str(entry["labels"]) for number, entry in _read(path).items()}


def _read(path: Path) -> dict[str, dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))


def write_classes(path: Path = FILE) -> None:
    """Write the file anew, with the labels that timm brings along."""
    folder = resources.files("timm.data") / "_info"
    synsets = (folder / "imagenet_synsets.txt").read_text(encoding="utf-8").split()
    lines = (folder / "imagenet_synset_to_lemma.txt").read_text(encoding="utf-8").splitlines()
    labels = dict(line.split("\t", 1) for line in lines)
    entries = {
        str(number): {"labels": labels[synset], "caption": caption(scene_of(number))}
        for number, synset in enumerate(synsets)
    }
    path.write_text(json.dumps(entries, indent=0) + "\n", encoding="utf-8")
