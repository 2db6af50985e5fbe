"""The two protocols: `quick` inside the search, `final` with prompts and seeds that the search never saw. Pure."""

from collections.abc import Sequence

from ...knowledge.types import Protocol

QUICK_PROMPTS, FINAL_PROMPTS = 16, 48
QUICK_PAIRS, FINAL_PAIRS = 4, 16
FINAL_BLOCKS = 8
_QUICK_SEED, _FINAL_SEED = 1_000, 50_000


def protocols(quick: Sequence[str], final: Sequence[str]) -> dict[str, Protocol]:
    """Both protocols from prompts for each; short lists are gone through again with other seeds."""
    return {
        "quick": _protocol("quick", quick, QUICK_PROMPTS, _QUICK_SEED, QUICK_PAIRS, 1),
        "final": _protocol("final", final, FINAL_PROMPTS, _FINAL_SEED, FINAL_PAIRS, FINAL_BLOCKS),
    }


def split(prompts: Sequence[str]) -> tuple[list[str], list[str]]:
    """A person's own prompts: every fourth for the search, the others held out. One prompt serves both, by seed."""
    quick = list(prompts[::4])
    final = [p for i, p in enumerate(prompts) if i % 4] or quick
    return quick, final


def _protocol(name: str, prompts: Sequence[str], count: int, seed: int, pairs: int, blocks: int) -> Protocol:
    chosen = tuple(prompts[i % len(prompts)] for i in range(count))
    seeds = tuple(seed + i for i in range(count))
    return Protocol(name=name, prompts=chosen, seeds=seeds, pairs=pairs, blocks=blocks)  # type: ignore[arg-type]
