"""The metric: how far the colours of a picture moved, whatever became of its details."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BLOCKS = 4
"""a picture is looked at as so many blocks a side, each with its mean colour"""


def colour(before: NDArray[np.uint8], after: NDArray[np.uint8], prompts: Sequence[str]) -> list[float]:
    """For each prompt the mean distance of the blocks' colours: 0 is none, 1 is black for white.

    Both sides are pictures (n, height, width, 3) in RGB, drawn from the same prompts and seeds.
    """
    far = np.abs(blocks(before) - blocks(after)) / 255.0
    return far.mean(axis=(1, 2, 3)).tolist()


def blocks(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The mean colour of each block (n, BLOCKS, BLOCKS, 3)."""
    n, height, width, channels = pictures.shape
    cut = pictures[:, : height - height % BLOCKS, : width - width % BLOCKS].astype(np.float64)
    return cut.reshape(n, BLOCKS, height // BLOCKS, BLOCKS, width // BLOCKS, channels).mean(axis=(2, 4))
