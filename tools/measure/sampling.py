"""Asking live pipelines for pictures for the clock: one call at a time, interleaved; and what their records say."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pydantic import ValidationError

from ...knowledge.types import Crashed, Failure, Protocol, Stages, Trace
from .runner import Live, Pictures
from .usage import Usage, Watch

Starter = Callable[[], Live | Failure]
"""starts a fresh process and brings it to its pipeline call"""


@dataclass(frozen=True)
class Pairs:
    """Seconds an image, pair by pair, and the candidate's calls."""

    before: list[float]
    after: list[float]
    calls: list[Pictures]
    blocks: int = 1
    shown: list[Pictures] = field(default_factory=list[Pictures])
    """the baseline's calls, pair by pair"""
    used_before: list[Usage] = field(default_factory=list[Usage])
    used_after: list[Usage] = field(default_factory=list[Usage])
    """what each process of either side took of the machine"""

    def ratios(self) -> list[list[float]]:
        """Speedups pair by pair, block by block."""
        every = [b / a for b, a in zip(self.before, self.after, strict=True)]
        size = len(every) // self.blocks
        return [every[k * size : (k + 1) * size] for k in range(self.blocks)]

    def followed_by(self, more: "Pairs") -> "Pairs":
        """Both as one block."""
        return Pairs(
            self.before + more.before,
            self.after + more.after,
            self.calls + more.calls,
            shown=self.shown + more.shown,
            used_before=self.used_before + more.used_before,
            used_after=self.used_after + more.used_after,
        )


class Proof(NamedTuple):
    """What the runner recorded, and the pictures that it was recorded with: prompt A twice."""

    trace: Trace
    first: Pictures
    counted: Pictures


def call_at(live: Live, protocol: Protocol, index: int) -> tuple[list[str], list[int], list[int]]:
    """Prompts, seeds and class ids of the index-th call, as many as the script's own call makes."""
    n = live.captured["images_per_call"]
    at = [(index * n + k) % len(protocol.prompts) for k in range(n)]
    labels = [protocol.labels[i] for i in at] if protocol.labels else []
    return [protocol.prompts[i] for i in at], [protocol.seeds[i] for i in at], labels


def after_another(live: Live, protocol: Protocol) -> Pictures | Failure:
    """The first prompt once more, right after the second one was drawn in the same way."""
    other = live.pictures(*call_at(live, protocol, 1))
    return live.pictures(*call_at(live, protocol, 0)) if isinstance(other, Pictures) else other


def timed_pairs(
    before: Live, after: Live, protocol: Protocol, first: int = 0, count: int | None = None
) -> Pairs | Failure:
    """ABBA: every pair makes the same pictures, and who goes first alternates. The clock is the judge's."""
    pairs = Pairs([], [], [])
    watches = {id(live): Watch(live.pid) for live in (before, after)}
    for i in range(first, first + (count or protocol.pairs)):
        asked = call_at(after, protocol, i)
        order = (before, after) if i % 2 == 0 else (after, before)
        for live in order:
            with watches[id(live)].call():
                made = live.pictures(*asked)
            if not isinstance(made, Pictures):
                return made
            side = pairs.before if live is before else pairs.after
            side.append(made.seconds / len(made))
            (pairs.calls if live is after else pairs.shown).append(made)
    pairs.used_before.append(watches[id(before)].usage)
    pairs.used_after.append(watches[id(after)].usage)
    return pairs


def timed_blocks(
    before: Starter, after: Starter, protocol: Protocol, clear: Callable[[list[list[float]]], bool] = lambda _: False
) -> Pairs | Failure:
    """Pairs spread over fresh processes on both sides: what one process has by luck is averaged out.

    Which side is started first, and which draws first, alternates from block to block: either leaves a trace of a per
    cent or two. Ends after
    `protocol.least` blocks where their ratios are `clear`, and after `protocol.blocks` in any case.
    """
    whole = Pairs([], [], [])
    size = protocol.pairs // protocol.blocks
    for k in range(protocol.blocks):
        order = (before, after) if k % 2 == 0 else (after, before)
        lives = _warm([(side, side()) for side in order], protocol)
        if not isinstance(lives, dict):
            return lives
        part = timed_pairs(lives[before], lives[after], protocol, k * size + k % 2, size)
        for live in lives.values():
            live.close()
        if not isinstance(part, Pairs):
            return part
        whole = replace(whole.followed_by(part), blocks=k + 1)
        if k + 1 >= (protocol.least or protocol.blocks) and clear(whole.ratios()):
            break
    return whole


def _warm(started: list[tuple[Starter, Live | Failure]], protocol: Protocol) -> dict[Starter, Live] | Failure:
    """Both sides after their first call; where one fails, the other is ended too."""
    failed: Failure | None = None
    lives = {side: live for side, live in started if isinstance(live, Live)}
    for _, live in started:
        # the last prompt, which is timed last or not at all: what is timed was not drawn before
        made = live.pictures(*call_at(live, protocol, -1)) if isinstance(live, Live) else live
        if not isinstance(made, Pictures):
            failed = failed or made
    if failed is not None:
        for live in lives.values():
            live.close()
        return failed
    return lives


def stages_of(made: Pictures) -> Stages:
    """The runner's own breakdown of a call, bounded by what the judge's clock allows."""
    try:
        return Stages.model_validate({k: max(0, v) for k, v in made.record["stages"].items()})
    except (KeyError, TypeError, AttributeError, ValidationError):
        return Stages(text_encoder_s=0, denoiser_s=0, vae_s=0, rest_s=made.seconds, denoiser_calls=0)


def trace_of(made: Pictures) -> Trace | Failure:
    """The runner's record of a call, checked like any outside text."""
    try:
        return Trace.model_validate(made.record.get("trace"))
    except ValidationError as e:
        sentence = f"the runner's record cannot be read: {e.errors()[0]['msg']}"
        return Crashed(message=sentence, stage="call", error="Malformed")
