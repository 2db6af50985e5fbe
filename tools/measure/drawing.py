"""Asking live pipelines for pictures for quality: in batches, and by two processes at once where nobody is timed."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

from ...knowledge.types import Crashed, Failure, Protocol
from .runner import Live, Pictures

ANOTHER_SEED = 7_000_003
"""added to a seed to get the second picture of a prompt, for the unit of drift"""


class Wanted(NamedTuple):
    """Pictures of prompts (or of the classes that they caption) and seeds, `batch` at a time."""

    prompts: Sequence[str]
    seeds: Sequence[int]
    batch: int
    labels: Sequence[int] = ()
    first: int = 0
    """the number of its first picture among those of the whole protocol"""

    def starts(self) -> range:
        """The number of the first picture of each batch."""
        return range(0, len(self.prompts), self.batch)


def of_protocol(protocol: Protocol, batch: int | None = None, first: int = 0) -> Wanted:
    """The pictures that a protocol scores."""
    return Wanted(protocol.prompts, protocol.seeds, batch or protocol.batch, protocol.labels, first)


def with_other_seeds(protocol: Protocol) -> Wanted:
    """The first of them again with other seeds: how far they are apart is the unit of drift."""
    few = slice(protocol.spread)
    again = [seed + ANOTHER_SEED for seed in protocol.seeds[few]]
    return Wanted(protocol.prompts[few], again, protocol.batch, protocol.labels[few])


def quality_pictures(live: Live, wanted: Wanted, beside: Live | None = None) -> Pictures | Failure:
    """One picture for each prompt and seed; with `beside`, whichever of the two is free takes the next batch."""
    waiting, made = deque(wanted.starts()), dict[int, Pictures | Failure]()

    def draw(one: Live) -> None:
        while waiting and not any(isinstance(m, Failure) for m in list(made.values())):
            try:
                start = waiting.popleft()
            except IndexError:
                return
            made[start] = _batch(one, wanted, start)

    if beside is None:
        draw(live)
    else:
        with ThreadPoolExecutor(2) as both:
            list(both.map(draw, (live, beside)))
    return together([made[start] for start in sorted(made)])


def _batch(live: Live, wanted: Wanted, start: int) -> Pictures | Failure:
    at = slice(start, start + wanted.batch)
    return live.pictures(
        list(wanted.prompts[at]), list(wanted.seeds[at]), list(wanted.labels[at]), first=wanted.first + start
    )


def together(parts: Sequence[Pictures | Failure]) -> Pictures | Failure:
    """All of them as one; the first failure, where there is one."""
    made: list[Pictures] = []
    for part in parts:
        if not isinstance(part, Pictures):
            return part
        made.append(part)
    if any(part.shape[1:] != made[0].shape[1:] for part in made):
        sentence = "the pictures change their size from call to call, so they cannot be compared"
        return Crashed(message=sentence, stage="call", error="Malformed")
    shape = (sum(len(p) for p in made), *made[0].shape[1:])
    return replace(made[0], pixels=b"".join(p.pixels for p in made), shape=shape, seconds=sum(p.seconds for p in made))


def pays(live: Live, image_s: float, pictures: int) -> bool:
    """Is a second process worth its start? It would draw half, and must load and make a first picture for it."""
    return live.load_s + live.first_image_s < image_s * pictures / 2
