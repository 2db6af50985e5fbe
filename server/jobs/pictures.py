"""Pictures of a search beside its report, as files that an editor can show."""

from collections.abc import Sequence
from pathlib import Path

from ...tools.report.pairs import PicturePair

MOST = 12
"""pairs that are kept; people look at no more"""


def keep_pictures(folder: Path, pairs: Sequence[PicturePair]) -> None:
    """Write `01.before.png`, `01.after.png` and the prompt, `01.txt`, for the first pairs."""
    for number, pair in enumerate(pairs[:MOST], 1):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:02}.before.png").write_bytes(pair.before)
        (folder / f"{number:02}.after.png").write_bytes(pair.after)
        (folder / f"{number:02}.txt").write_text(pair.score.prompt, encoding="utf-8")
