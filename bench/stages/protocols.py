"""What pictures the stages ask for: prompts, or classes with their captions, and seeds that nobody searched with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...knowledge.types import Protocol, Threshold

ABSOLUTE_PROMPTS = 10
RELATIVE_PROMPTS = 36
PAIRS, BLOCKS = 12, 4
_ABSOLUTE_SEED, _RELATIVE_SEED = 90_000, 130_000


@dataclass(frozen=True)
class Sizes:
    """How much stage 3 measures; the paper's 36 prompts unless fewer are asked for."""

    prompts: int = RELATIVE_PROMPTS
    pairs: int = PAIRS
    blocks: int = BLOCKS


@dataclass(frozen=True)
class Captions:
    """What pictures are of: lines of text, and for pipelines that draw classes the caption of each class id."""

    prompts: tuple[str, ...]
    classes: Mapping[int, str]


def absolute(bound: Threshold) -> Protocol:
    """Stage 2: the ten pictures that the pipeline's bound was set with."""
    return _protocol(bound.prompts, bound.labels, bound.seeds, pairs=1, blocks=1, batch=5)


def wide(captions: Captions, classes: bool, count: int) -> Protocol:
    """What stage 2's pictures are chosen from."""
    texts, labels = _chosen(captions, classes, 0, count)
    return _protocol(texts, labels, _seeds(_ABSOLUTE_SEED, count), pairs=1, blocks=1, batch=5)


def relative(captions: Captions, classes: bool, sizes: Sizes) -> Protocol:
    """Stage 3: other pictures than stage 2's, and pairs for the clock over fresh processes."""
    texts, labels = _chosen(captions, classes, ABSOLUTE_PROMPTS, sizes.prompts)
    return _protocol(texts, labels, _seeds(_RELATIVE_SEED, len(texts)), sizes.pairs, sizes.blocks, batch=6)


def _seeds(first: int, count: int) -> tuple[int, ...]:
    return tuple(first + i for i in range(count))


def _protocol(
    texts: Sequence[str], labels: Sequence[int], seeds: Sequence[int], pairs: int, blocks: int, batch: int
) -> Protocol:
    return Protocol(
        name="bench",
        prompts=tuple(texts),
        seeds=tuple(seeds),
        labels=tuple(labels),
        pairs=pairs,
        blocks=blocks,
        batch=batch,
    )


def _chosen(captions: Captions, classes: bool, skip: int, count: int) -> tuple[list[str], list[int]]:
    """`count` texts after the first `skip`; a short list is gone through again, with other seeds."""
    if not classes:
        every = captions.prompts
        return [every[(skip + i) % len(every)] for i in range(count)], []
    ids = sorted(captions.classes)
    wanted = ABSOLUTE_PROMPTS + RELATIVE_PROMPTS
    even = [ids[k * len(ids) // wanted] for k in range(wanted)] if len(ids) > wanted else ids
    labels = [even[(skip + i) % len(even)] for i in range(count)]
    return [captions.classes[i] for i in labels], labels
