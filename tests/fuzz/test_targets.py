"""The fuzzer's targets hold on their seeds, on broken seeds, and on everything that a fuzzer has found."""

import random

import pytest

from .seeds import of
from .targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds_on_its_seeds_and_on_broken_ones(name: str) -> None:
    rng, seeds = random.Random(1), of(name)
    few = rng.sample(seeds, min(8, len(seeds)))
    assert few
    for seed in few:
        TARGETS[name](seed)
        TARGETS[name](broken(seed, rng))


def broken(seed: bytes, rng: random.Random) -> bytes:
    """A piece missing, a piece twice, a few bytes that are others."""
    a, b = sorted(rng.randrange(len(seed) + 1) for _ in range(2))
    made = bytearray(seed[:a] + seed[b:] if rng.random() < 0.5 else seed[:b] + seed[a:])
    for _ in range(min(4, len(made))):
        made[rng.randrange(len(made))] = rng.randrange(256)
    return bytes(made)
