"""All picture pairs on one sheet, worst first."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from ...knowledge.types import Outcome
from .pairs import PicturePair, worst_first
from .pictures import as_png, fitted, opened
from .summary import chosen, conditions
from .text import counted, one_line, percent, two_decimals

_LARGEST, _SMALLEST = 256, 72  # pixels of a thumbnail: as large as the file may be
_MAX_BYTES = 1_500_000
_FEW = 6
"""pairs by which the size of the whole sheet is guessed"""
_GAP, _MARGIN, _LINE = 6, 24, 19
_PAPER, _INK, _FAINT, _RULE = "#ffffff", "#16181d", "#5b6270", "#dfe2e8"


@dataclass(frozen=True)
class _Cell:
    """One pair laid out: two pictures above a few lines of text."""

    pictures: tuple[Image.Image, Image.Image]
    prompt: tuple[str, ...]
    numbers: tuple[str, ...]
    width: int

    @property
    def height(self) -> int:
        return max(p.height for p in self.pictures) + 10 + _LINE * (len(self.prompt) + len(self.numbers)) + 22


def contact_sheet(outcome: Outcome, pairs: Sequence[PicturePair]) -> bytes:
    """The sheet as PNG."""
    shown = worst_first(pairs)
    title = _title(outcome, shown, len(pairs))
    side = _smaller(_LARGEST, len(as_png(_sheet(title, shown[:_FEW], _LARGEST))) * max(1, len(shown) / _FEW))
    while True:
        data = as_png(_sheet(title, shown, side))
        if len(data) <= _MAX_BYTES or side == _SMALLEST:
            return data
        side = _smaller(side, len(data))


def _smaller(side: int, size: float) -> int:
    """The side of a thumbnail with which a sheet of so many bytes is small enough; the same where it is already."""
    return side if size <= _MAX_BYTES else max(_SMALLEST, int(0.95 * side * math.sqrt(_MAX_BYTES / size)))


def _title(outcome: Outcome, shown: Sequence[PicturePair], total: int) -> tuple[str, str]:
    trial = chosen(outcome)
    who = f"candidate {trial.number}" if trial is not None else "no candidate"
    count = f"{len(shown)} of {counted(total, 'pair')}, worst first" if shown else "No pictures were kept."
    return f"Before | after: {who}. {count}", conditions(outcome)


def _sheet(title: tuple[str, str], pairs: Sequence[PicturePair], side: int) -> Image.Image:
    cells = [_cell(p, side) for p in pairs]
    columns = min(len(cells), 2 if len(cells) <= 4 else 3) or 1
    rows = [cells[i : i + columns] for i in range(0, len(cells), columns)]
    width = max(columns * (2 * side + _GAP) + (columns - 1) * _MARGIN, 480) + 2 * _MARGIN
    head = [(line, size) for text, size in zip(title, (18, 14), strict=True) for line in _wrap(text, size, width - 48)]
    top = _MARGIN + sum(size + 9 for _, size in head) + 10
    sheet = Image.new("RGB", (width, top + sum(max(c.height for c in row) for row in rows) + 4), _PAPER)
    draw = ImageDraw.Draw(sheet)
    _draw_head(draw, head)
    for row in rows:
        for i, cell in enumerate(row):
            _draw_cell(sheet, draw, cell, (_MARGIN + i * (cell.width + _MARGIN), top))
        top += max(c.height for c in row)
    return sheet


def _cell(pair: PicturePair, side: int) -> _Cell:
    score, width = pair.score, 2 * side + _GAP
    clip = f"CLIP {score.clip_before:.1f} → {score.clip_after:.1f} (loss {percent(pair.loss)})"
    rest = f"drift {two_decimals(score.drift)} · seed {score.seed}"
    numbers = [f"{clip} · {rest}"] if _font(13).getlength(f"{clip} · {rest}") <= width else [clip, rest]
    before, after = (fitted(opened(p), side) for p in (pair.before, pair.after))
    return _Cell((before, after), tuple(_wrap(score.prompt, 14, width, lines=3)), tuple(numbers), width)


def _draw_head(draw: ImageDraw.ImageDraw, head: Sequence[tuple[str, int]]) -> None:
    y = _MARGIN - 4
    for line, size in head:
        draw.text((_MARGIN, y), line, fill=_INK if size == 18 else _FAINT, font=_font(size))
        y += size + 9


def _draw_cell(sheet: Image.Image, draw: ImageDraw.ImageDraw, cell: _Cell, at: tuple[int, int]) -> None:
    x, y = at
    for i, picture in enumerate(cell.pictures):
        left = x + i * (cell.width + _GAP) // 2
        sheet.paste(picture, (left, y))
        draw.rectangle((left, y, left + picture.width - 1, y + picture.height - 1), outline=_RULE)
    y += max(p.height for p in cell.pictures) + 8
    for line in cell.prompt:
        draw.text((x, y), line, fill=_INK, font=_font(14))
        y += _LINE
    for line in cell.numbers:
        draw.text((x, y), line, fill=_FAINT, font=_font(13))
        y += _LINE


def _wrap(text: str, size: int, width: int, lines: int = 4) -> list[str]:
    """Lines that fit `width` pixels; words too long are broken, lines too many are cut with an ellipsis."""
    font, done, line = _font(size), list[str](), ""
    for word in one_line(text, 600).split(" "):
        line = f"{line} {word}" if line else word
        while font.getlength(line) > width:
            cut = _break(line, font, width)
            done.append(line[:cut].rstrip())
            line = line[cut:].lstrip()
    done.append(line)
    if len(done) <= lines:
        return done
    return [*done[: lines - 1], done[lines - 1][: max(1, len(done[lines - 1]) - 2)].rstrip() + "…"]


def _break(line: str, font: ImageFont.FreeTypeFont, width: int) -> int:
    """Where to break: before the last word if there is one, else where the width ends."""
    fits = next((n for n in range(len(line), 1, -1) if font.getlength(line[:n]) <= width), 1)
    space = line.rfind(" ", 0, fits + 1)
    return space if space > 0 else fits


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", size)
