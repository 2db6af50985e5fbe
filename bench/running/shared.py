"""One scorer for all workers of a process: it takes one question at a time."""

import threading
from collections.abc import Sequence

from ...tools.measure.scorer import Scorer


class SharedScorer(Scorer):
    """A scorer that several threads may ask."""

    def __init__(self, model: str, models_home: str | None = None) -> None:
        super().__init__(model, models_home)
        self._turn = threading.RLock()

    def clip(self, pixels: bytes, shape: tuple[int, int, int, int], prompts: Sequence[str]) -> list[float]:
        with self._turn:
            return super().clip(pixels, shape, prompts)

    def distances(self, before: bytes, after: bytes, shape: tuple[int, int, int, int]) -> list[float]:
        with self._turn:
            return super().distances(before, after, shape)
