"""Contact sheets, for looking at."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from torch import Tensor


def save_sheet(images: Tensor, path: Path, columns: int, size: int | None = None) -> None:
    """Lay pictures [n, 3, h, w] in -1..1 out in rows; `size` shrinks each to that many pixels a side."""
    arrays = ((images.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    side = size or arrays.shape[1]
    rows = -(-len(arrays) // columns)
    sheet = Image.new("RGB", (columns * (side + 4), rows * (side + 4)), (128, 128, 160))
    for index, array in enumerate(arrays):
        picture = Image.fromarray(array)
        if side != array.shape[0]:
            picture = picture.resize((side, side), Image.Resampling.LANCZOS)
        sheet.paste(picture, (index % columns * (side + 4) + 2, index // columns * (side + 4) + 2))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.quantize(256).save(path, optimize=True)
