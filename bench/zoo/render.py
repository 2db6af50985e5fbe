"""Pixels from layouts: signed distance fields, anti-aliased at any resolution (https://iquilezles.org/articles/distfunctions2d).

Pictures are float tensors [n, 3, size, size] in -1..1, as the VAE takes them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import torch
from torch import Tensor

from .world import RGB, SHAPES, Layout, Mark, Scene, draw_layout, draw_scene

SHADOW_BLUR = 0.07
"""Width of a shadow's soft edge, as a fraction of the side."""


def render(layouts: Sequence[Layout], size: int) -> Tensor:
    """Draw the layouts, [n, 3, size, size] in -1..1."""
    grid = (torch.arange(size) + 0.5) / size
    y, x = torch.meshgrid(grid, grid, indexing="ij")
    image = _backgrounds(layouts, x, y)
    for slot in range(2):
        rows = [row for row, layout in enumerate(layouts) if len(layout.marks) > slot]
        if rows:
            image[rows] = _paint(image[rows], [layouts[row].marks[slot] for row in rows], x, y)
    return image.clamp(0, 1) * 2 - 1


def render_batch(count: int, size: int, rng: Random) -> tuple[Tensor, list[Scene]]:
    """Random scenes and their pictures, [count, 3, size, size] in -1..1."""
    scenes = [draw_scene(rng) for _ in range(count)]
    return render([draw_layout(scene, rng) for scene in scenes], size), scenes


def cover(layouts: Sequence[Layout], size: int) -> Tensor:
    """How much of each pixel each mark covers, [n, 2, size, size] in 0..1."""
    grid = (torch.arange(size) + 0.5) / size
    y, x = torch.meshgrid(grid, grid, indexing="ij")
    found = torch.zeros(len(layouts), 2, size, size)
    for slot in range(2):
        rows = [row for row, layout in enumerate(layouts) if len(layout.marks) > slot]
        if rows:
            found[rows, slot] = (0.5 - _distance([layouts[row].marks[slot] for row in rows], x, y) * size).clamp(0, 1)
    return found


def _column(values: Sequence[float]) -> Tensor:
    return torch.tensor(values).view(-1, 1, 1)


def _colours(values: Sequence[RGB]) -> Tensor:
    return torch.tensor(values).view(-1, 3, 1, 1)


def _phase(waves: Sequence[RGB], x: Tensor, y: Tensor) -> Tensor:
    """Phase of plane waves at every pixel, [n, size, size] in radians."""
    across, down, start = (_column([wave[part] for wave in waves]) for part in range(3))
    return 2 * math.pi * (across * (x - 0.5) + down * (y - 0.5) + start)


def _backgrounds(layouts: Sequence[Layout], x: Tensor, y: Tensor) -> Tensor:
    second = torch.sin(_phase([layout.wave[1] for layout in layouts], x, y))
    weight, weight2, bend = (_column([layout.mix[part] for layout in layouts]) for part in range(3))
    first = torch.sin(_phase([layout.wave[0] for layout in layouts], x, y) + bend * second)
    field = (0.5 + weight * first + weight2 * second).clamp(0, 1).unsqueeze(1)
    light, dark = _colours([layout.light for layout in layouts]), _colours([layout.dark for layout in layouts])
    return light + (dark - light) * field


def _paint(image: Tensor, marks: Sequence[Mark], x: Tensor, y: Tensor) -> Tensor:
    """Lay the marks, shadow first, over their pictures."""
    offset_x, offset_y, darkness = (_column([mark.shadow[part] for mark in marks]) for part in range(3))
    shade = (0.5 - _distance(marks, x - offset_x, y - offset_y) / SHADOW_BLUR).clamp(0, 1) * darkness
    image = image * (1 - shade.unsqueeze(1))
    mask = (0.5 - _distance(marks, x, y) * x.shape[-1]).clamp(0, 1).unsqueeze(1)
    stripes = 0.5 + 0.5 * torch.sin(_phase([mark.fill_wave for mark in marks], x, y))
    pale = (stripes * _column([mark.fill_strength for mark in marks])).unsqueeze(1)
    colour = _colours([mark.rgb for mark in marks])
    return image * (1 - mask) + (colour + (1 - colour) * pale) * mask


def _distance(marks: Sequence[Mark], x: Tensor, y: Tensor) -> Tensor:
    """Signed distance to each mark's edge, [n, size, size], negative inside."""
    radius = _column([mark.radius for mark in marks])
    x, y = x - _column([mark.x for mark in marks]), y - _column([mark.y for mark in marks])
    cos, sin = (_column([f(mark.angle) for mark in marks]) for f in (math.cos, math.sin))
    x, y = cos * x + sin * y, cos * y - sin * x
    shape = torch.tensor([mark.shape for mark in marks])
    distance = torch.empty_like(x)
    for index, name in enumerate(SHAPES):
        rows = shape == index
        if rows.any():
            distance[rows] = _shape_distance(name, x[rows], y[rows], radius[rows])
    return distance


def _shape_distance(name: str, x: Tensor, y: Tensor, radius: Tensor) -> Tensor:
    if name == "circle":
        return torch.hypot(x, y) - radius
    if name == "ring":
        return (torch.hypot(x, y) - 0.74 * radius).abs() - 0.26 * radius
    if name == "square":
        return torch.maximum(x.abs(), y.abs()) - 0.86 * radius
    if name == "triangle":
        y = y - 0.25 * radius
        return torch.maximum(x.abs() * 0.866 - y * 0.5, y) - 0.58 * radius
    bar = torch.maximum(x.abs() - radius, y.abs() - 0.34 * radius)
    return torch.minimum(bar, torch.maximum(x.abs() - 0.34 * radius, y.abs() - radius))
