"""Which pipeline and which methods each L1-L3 task has, so that every published count holds exactly.

The paper gives the sums, not the table behind them. What the 31 baselines of L4 and L5 (baselines.py) leave over is
dealt here: pipelines by the table below; methods by a random walk over the combinations that work, which takes no
step away from the wanted counts and ends when they hold.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...knowledge.pipelines import CARDS, Card

Combination = tuple[str, ...]
"""what a request names: samplers by scheduler class, other methods by slug, 16-bit types by name"""

_IMG2IMG = {1: 2, 2: 5, 3: 10}
"""tasks of each U-Net family and level that are image-to-image"""
_SHARE: dict[int, dict[str, int]] = {
    1: {"sd15": 10, "sd21": 10, "sdxl": 10, "pixart_alpha": 4, "pixart_sigma": 4, "controlnet": 2, "dit": 1},
    2: {"sd15": 30, "sd21": 32, "sdxl": 32, "pixart_alpha": 7, "pixart_sigma": 7, "controlnet": 7, "dit": 1},
    3: {"sd15": 72, "sd21": 76, "sdxl": 76, "pixart_alpha": 12, "pixart_sigma": 12, "controlnet": 11, "dit": 2},
}
DDIM, DPM, UNIPC = "DDIMScheduler", "DPMSolverMultistepScheduler", "UniPCMultistepScheduler"
SAMPLERS = (DDIM, DPM, UNIPC)
_WANTED = {
    2: {DDIM: 12, DPM: 14, UNIPC: 14, "deepcache": 24, "tome": 22, "tgate": 18}
    | {"float16": 4, "bfloat16": 4, "fused_qkv": 2, "channels_last": 2},
    3: {DDIM: 66, DPM: 76, UNIPC: 76, "deepcache": 120, "tome": 106, "tgate": 96}
    | {"float16": 12, "bfloat16": 24, "fused_qkv": 20, "channels_last": 14},
}
"""level -> requests that name a method; with the baselines' they make up the published sums"""


@dataclass(frozen=True)
class Place:
    """One L1-L3 task before it has numbers and words."""

    level: int
    card: Card
    names: Combination


def places(rng: random.Random) -> list[Place]:
    """All 418, level by level, each level in an order of its own."""
    found: list[Place] = []
    for level, share in _SHARE.items():
        cards = [card for family, count in share.items() for card in _cards(family, count, _IMG2IMG[level])]
        rng.shuffle(cards)
        found += [Place(level, c, n) for c, n in zip(cards, _settle(level, cards, rng), strict=True)]
    return found


def _cards(family: str, count: int, img2img: int) -> list[Card]:
    """`count` cards of a family; checkpoints take turns (DiT has two), some U-Nets are image-to-image."""
    plain = [c for c in CARDS if c.family == family and c.mode != "img2img"]
    from_pictures = [c for c in CARDS if c.family == family and c.mode == "img2img"] * img2img
    return from_pictures + [plain[n % len(plain)] for n in range(count - len(from_pictures))]


def combinations(level: int, card: Card) -> list[Combination]:
    """What a request of this level may name together for this pipeline (docs/diffbench.md says why)."""
    if level == 1:
        return [()]
    caches = [(), *(("deepcache",),) * (card.backbone == "unet"), *(("tgate",),) * _gated(card)]
    merging = [(), ("tome",)] if card.backbone == "unet" else [()]
    layouts = [(), ("fused_qkv",), ("channels_last",)] if card.backbone == "unet" else [()]
    every = [
        (*s, *c, *m, *h, *x)
        for s in ((), (DDIM,), (DPM,), (UNIPC,))
        for c in caches
        for m in merging
        for h in ((), ("float16",), ("bfloat16",))
        for x in layouts
        if not (c == ("tgate",) and x == ("fused_qkv",))  # T-GATE replaces the attention that fusing rewrote
    ]
    return [e for e in every if len(e) == 1] if level == 2 else [e for e in every if 2 <= len(e) <= 4]


def _gated(card: Card) -> bool:
    """T-GATE has loaders for text-to-image with a U-Net or PixArt, not for ControlNet."""
    return card.mode == "text2img" and card.controlnet_id is None


def _settle(level: int, cards: Sequence[Card], rng: random.Random) -> list[Combination]:
    """One combination a task, so that each name occurs as often as wanted."""
    wanted = _WANTED.get(level, {})
    options = [combinations(level, card) for card in cards]
    chosen = [rng.choice(o) for o in options]
    counts = Counter(name for names in chosen for name in names)
    while any(counts[name] != n for name, n in wanted.items()):
        at = rng.randrange(len(cards))
        other = rng.choice(options[at])
        changed = counts.copy()
        changed.subtract(chosen[at])
        changed.update(other)
        if _distance(changed, wanted) <= _distance(counts, wanted):
            chosen[at], counts = other, changed
    return chosen


def _distance(counts: Mapping[str, int], wanted: Mapping[str, int]) -> int:
    return sum(abs(counts.get(name, 0) - n) for name, n in wanted.items())
