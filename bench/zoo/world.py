"""The zoo's world: captioned scenes of one or two shapes, and everything a caption leaves open.

A `Scene` is what a caption says: colour and shape of each thing, how two things stand to each other, the background.
A `Layout` is one way to draw it: places, sizes, angles, textures, shadows, the background's pattern, from a seed.
Lengths are fractions of the picture's side, angles are in radians, colours are RGB in 0..1. `render.py` turns layouts
into pixels at any resolution. This module needs the standard library only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

RGB = tuple[float, float, float]

SHAPES = ("circle", "square", "triangle", "cross", "ring")
COLOURS: dict[str, RGB] = {
    "red": (0.90, 0.10, 0.10),
    "green": (0.10, 0.62, 0.15),
    "blue": (0.10, 0.22, 0.90),
    "yellow": (0.98, 0.88, 0.10),
    "purple": (0.58, 0.10, 0.70),
    "orange": (1.00, 0.50, 0.00),
}
BACKGROUNDS: dict[str, tuple[RGB, RGB]] = {
    "white": ((0.98, 0.98, 0.98), (0.70, 0.76, 0.80)),
    "black": ((0.02, 0.02, 0.03), (0.27, 0.25, 0.31)),
    "gray": ((0.40, 0.40, 0.40), (0.62, 0.62, 0.60)),
    "pink": ((1.00, 0.82, 0.88), (0.92, 0.52, 0.68)),
}
RELATIONS = ("above", "below", "to the left of", "to the right of")
WORDS = sorted({"a", "an", "on", "background", *" ".join(RELATIONS).split(), *SHAPES, *COLOURS, *BACKGROUNDS})

_THING = rf"an? ({'|'.join(COLOURS)}) ({'|'.join(SHAPES)})"
_CAPTION = re.compile(rf"{_THING}(?: ({'|'.join(RELATIONS)}) {_THING})? on a ({'|'.join(BACKGROUNDS)}) background")


@dataclass(frozen=True)
class Thing:
    """One captioned object."""

    colour: str
    shape: str


@dataclass(frozen=True)
class Scene:
    """What a caption fixes: one thing, or two in a relation, on a background."""

    first: Thing
    background: str
    relation: str | None = None
    second: Thing | None = None

    @property
    def things(self) -> tuple[Thing, ...]:
        """The things, in the caption's order."""
        return (self.first,) if self.second is None else (self.first, self.second)


@dataclass(frozen=True)
class Mark:
    """One drawn object: centre, radius and angle, its fill and its shadow."""

    x: float
    y: float
    radius: float
    angle: float
    shape: int
    rgb: RGB
    fill_wave: RGB  # (cycles across the picture in x, in y, phase in cycles)
    fill_strength: float  # 0 = plain; how far the fill's light stripes go towards white
    shadow: RGB  # (offset x, offset y, darkness 0..1)


@dataclass(frozen=True)
class Layout:
    """One way to draw a scene."""

    marks: tuple[Mark, ...]
    light: RGB
    dark: RGB
    wave: tuple[RGB, RGB]  # two plane waves, as in `Mark.fill_wave`
    mix: RGB  # (weight of wave 1, weight of wave 2, how far wave 2 bends wave 1, in radians)


def draw_scene(rng: Random) -> Scene:
    """A random scene; seven in ten show two things, always in two colours."""
    first, second = rng.sample(list(COLOURS), 2)
    scene = Scene(Thing(first, rng.choice(SHAPES)), rng.choice(list(BACKGROUNDS)))
    if rng.random() < 0.3:
        return scene
    return replace(scene, relation=rng.choice(RELATIONS), second=Thing(second, rng.choice(SHAPES)))


def caption(scene: Scene) -> str:
    """The scene in words, e.g. `a red ring above a blue cross on a white background`."""
    text = _name(scene.first)
    if scene.second is not None:
        text += f" {scene.relation} {_name(scene.second)}"
    return f"{text} on a {scene.background} background"


def _name(thing: Thing) -> str:
    return f"{'an' if thing.colour == 'orange' else 'a'} {thing.colour} {thing.shape}"


def parse(text: str) -> Scene | None:
    """The scene a caption describes, or None if the text is not a caption of this world."""
    found = _CAPTION.fullmatch(text.strip())
    if found is None:
        return None
    colour, shape, relation, colour2, shape2, background = found.groups()
    second = None if relation is None else Thing(colour2, shape2)
    return Scene(Thing(colour, shape), background, relation, second)


def variants(scene: Scene) -> dict[str, list[Scene]]:
    """The scenes that differ from `scene` in one attribute, by attribute; `swap` exchanges the two colours."""
    used = {thing.colour for thing in scene.things}
    free = [colour for colour in COLOURS if colour not in used]
    found = {"background": [replace(scene, background=b) for b in BACKGROUNDS if b != scene.background]}
    for slot, thing in zip(("first", "second"), scene.things, strict=False):
        found[f"{slot} colour"] = [replace(scene, **{slot: replace(thing, colour=c)}) for c in free]
        found[f"{slot} shape"] = [replace(scene, **{slot: replace(thing, shape=s)}) for s in SHAPES if s != thing.shape]
    if scene.second is not None and scene.relation is not None:
        found["relation"] = [replace(scene, relation=r) for r in RELATIONS if r != scene.relation]
        a, b = scene.first, scene.second
        found["swap"] = [replace(scene, first=replace(a, colour=b.colour), second=replace(b, colour=a.colour))]
    return found


def attributes(scene: Scene) -> tuple[int, ...]:
    """Classes of (colour 1, shape 1, colour 2, shape 2, relation, background); for what is absent, one class more."""
    second = (len(COLOURS), len(SHAPES)) if scene.second is None else _indices(scene.second)
    relation = len(RELATIONS) if scene.relation is None else RELATIONS.index(scene.relation)
    return (*_indices(scene.first), *second, relation, list(BACKGROUNDS).index(scene.background))


def places(scene: Scene) -> tuple[int, ...]:
    """As `attributes`, but the upper or left thing first, and 0 (column), 1 (row) or 2 (alone) for the relation."""
    if scene.second is None or scene.relation is None:
        return (*attributes(scene)[:4], 2, attributes(scene)[5])
    pair = [scene.first, scene.second]
    if scene.relation in ("below", "to the right of"):
        pair.reverse()
    column = scene.relation in ("above", "below")
    return (*_indices(pair[0]), *_indices(pair[1]), 0 if column else 1, attributes(scene)[5])


ATTRIBUTE_SIZES = (len(COLOURS), len(SHAPES), len(COLOURS) + 1, len(SHAPES) + 1, len(RELATIONS) + 1, len(BACKGROUNDS))
PLACE_SIZES = (*ATTRIBUTE_SIZES[:4], 3, ATTRIBUTE_SIZES[5])


def _indices(thing: Thing) -> tuple[int, int]:
    return list(COLOURS).index(thing.colour), SHAPES.index(thing.shape)


def draw_layout(scene: Scene, rng: Random) -> Layout:
    """Everything the caption leaves open, drawn at random."""
    angle = rng.uniform(0, 2 * math.pi)
    reach = rng.uniform(0.035, 0.06)
    shadow = (reach * math.cos(angle), reach * math.sin(angle), rng.uniform(0.2, 0.55))
    marks = tuple(
        _draw_mark(thing, centre, scene.second is None, shadow, rng)
        for thing, centre in zip(scene.things, _centres(scene, rng), strict=True)
    )
    light, dark = BACKGROUNDS[scene.background]
    wave, mix = _draw_pattern(rng)
    return Layout(marks, _jitter(light, 0.02, rng), _jitter(dark, 0.03, rng), wave, mix)


def _centres(scene: Scene, rng: Random) -> list[tuple[float, float]]:
    if scene.second is None:
        return [(rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7))]
    near, far = rng.uniform(0.22, 0.29), rng.uniform(0.71, 0.78)
    across = [rng.uniform(0.34, 0.66), rng.uniform(0.34, 0.66)]
    along = [near, far] if scene.relation in ("above", "to the left of") else [far, near]
    if scene.relation in ("above", "below"):
        return list(zip(across, along, strict=True))
    return list(zip(along, across, strict=True))


def _draw_mark(thing: Thing, centre: tuple[float, float], alone: bool, shadow: RGB, rng: Random) -> Mark:
    radius = rng.uniform(0.19, 0.29) if alone else rng.uniform(0.15, 0.21)
    turn = 0.0 if thing.shape in ("circle", "ring") else rng.uniform(-0.35, 0.35)
    heading, kind = rng.uniform(0, 2 * math.pi), rng.random()
    cycles = 0.0 if kind < 0.4 else rng.uniform(1.0, 2.0) if kind < 0.7 else rng.uniform(6.0, 8.0)
    strength = 0.0 if kind < 0.4 else rng.uniform(0.2, 0.45)
    wave = (cycles * math.cos(heading), cycles * math.sin(heading), rng.random())
    rgb = _jitter(COLOURS[thing.colour], 0.03, rng)
    return Mark(*centre, radius, turn, SHAPES.index(thing.shape), rgb, wave, strength, shadow)


def _draw_pattern(rng: Random) -> tuple[tuple[RGB, RGB], RGB]:
    """Gradient, waves, stripes or blobs: (two plane waves, how they mix)."""
    heading = rng.uniform(0, 2 * math.pi)
    kind = rng.choice(("gradient", "waves", "stripes", "blobs"))
    cycles, cycles2 = {
        "gradient": (rng.uniform(0.4, 0.7), 1.0),
        "waves": (rng.uniform(2.5, 4.0), rng.uniform(1.0, 1.8)),
        "stripes": (rng.uniform(2.2, 4.0), 1.0),
        "blobs": (rng.uniform(1.6, 2.8), rng.uniform(1.6, 2.8)),
    }[kind]
    turn = math.pi / 2 + rng.uniform(-0.4, 0.4)
    wave = (cycles * math.cos(heading), cycles * math.sin(heading), rng.random())
    wave2 = (cycles2 * math.cos(heading + turn), cycles2 * math.sin(heading + turn), rng.random())
    mix = {
        "gradient": (0.5, 0.0, 0.0),
        "waves": (0.5, 0.0, rng.uniform(0.5, 1.5)),
        "stripes": (1.5, 0.0, 0.0),
        "blobs": (0.3, 0.3, 0.0),
    }[kind]
    return (wave, wave2), mix


def _jitter(rgb: RGB, amount: float, rng: Random) -> RGB:
    red, green, blue = (min(1.0, max(0.0, value + rng.uniform(-amount, amount))) for value in rgb)
    return red, green, blue


def draw_captions(seed: int, avoid: set[str]) -> Iterator[str]:
    """An endless stream of different captions, none of them in `avoid`."""
    rng, seen = Random(seed), set(avoid)
    while True:
        text = caption(draw_scene(rng))
        if text not in seen:
            seen.add(text)
            yield text


def write_prompts(folder: Path) -> None:
    """Write the judge's prompt lists: `quick.txt` (64 captions) and `final.txt` (128 others)."""
    stream = draw_captions(20261122, set())
    folder.mkdir(parents=True, exist_ok=True)
    for name, count in (("quick", 64), ("final", 128)):
        lines = "".join(f"{next(stream)}\n" for _ in range(count))
        (folder / f"{name}.txt").write_text(lines, encoding="utf-8")
