"""Pictures of the script as it is beside pictures of the candidate."""

from collections.abc import Iterable
from dataclasses import dataclass

from ...knowledge.types import PromptScore

SHOWN = 24


@dataclass(frozen=True)
class PicturePair:
    """One prompt and seed: its scores, and both pictures as PNG."""

    score: PromptScore
    before: bytes
    after: bytes

    @property
    def loss(self) -> float:
        """Relative loss of CLIP-Score on this prompt alone."""
        before = self.score.clip_before
        return (before - self.score.clip_after) / before if before else 0.0


def worst_first(pairs: Iterable[PicturePair]) -> list[PicturePair]:
    """By loss of CLIP-Score, then by drift; no more than fit on one sheet."""
    return sorted(pairs, key=lambda p: (-p.loss, -p.score.drift))[:SHOWN]
