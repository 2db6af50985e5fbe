"""The two protocols: `quick` inside the search, `final` with prompts and seeds that the search never saw. Pure.

Both may end early (`enough.py`): `quick` where a candidate cannot win, `final` where the answer is clear.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar

from ...knowledge.types import Protocol

QUICK_PROMPTS, FINAL_PROMPTS = 16, 48
QUICK_LOOKS, FINAL_LOOKS = (4,), (16, 32)
QUICK_PAIRS, FINAL_PAIRS = 4, 24
FINAL_BLOCKS, FINAL_LEAST = 12, 4
_QUICK_SEED, _FINAL_SEED = 1_000, 50_000
_T = TypeVar("_T")


def protocols(quick: Sequence[str], final: Sequence[str]) -> dict[str, Protocol]:
    """Both protocols from prompts for each; short lists are gone through again with other seeds."""
    quick_pairs = {"pairs": QUICK_PAIRS, "looks": QUICK_LOOKS}
    final_pairs = {"pairs": FINAL_PAIRS, "looks": FINAL_LOOKS, "blocks": FINAL_BLOCKS, "least": FINAL_LEAST}
    return {
        "quick": _protocol("quick", quick, QUICK_PROMPTS, _QUICK_SEED).model_copy(update=quick_pairs),
        "final": _protocol("final", final, FINAL_PROMPTS, _FINAL_SEED).model_copy(update=final_pairs),
    }


def class_protocols(captions: Mapping[int, str]) -> dict[str, Protocol]:
    """Both protocols for a pipeline that draws classes: class id -> the caption by which its pictures are scored.

    Classes are taken evenly over all ids; every fourth is for the search, the others are held out.
    """
    ids, wanted = sorted(captions), QUICK_PROMPTS + FINAL_PROMPTS
    even = [ids[k * len(ids) // wanted] for k in range(wanted)] if len(ids) > wanted else ids
    quick, final = split(even)
    made = protocols([captions[i] for i in quick], [captions[i] for i in final])
    return {name: _labelled(made[name], ids) for name, ids in (("quick", quick), ("final", final))}


def _labelled(protocol: Protocol, ids: Sequence[int]) -> Protocol:
    labels = tuple(ids[k % len(ids)] for k in range(len(protocol.prompts)))
    return protocol.model_copy(update={"labels": labels})


def captions_of(id2label: Mapping[str, str]) -> dict[int, str]:
    """Captions from the `id2label` of a model_index.json: `{"207": "golden retriever"}` -> a photo of a golden ..."""
    names = {int(i): n.partition(",")[0].strip() for i, n in id2label.items() if i.isdecimal()}
    return {i: f"a photo of {'an' if n[0].lower() in 'aeiou' else 'a'} {n}" for i, n in names.items() if n}


def split(prompts: Sequence[_T]) -> tuple[list[_T], list[_T]]:
    """A person's own prompts: every fourth for the search, the others held out. One prompt serves both, by seed."""
    quick = list(prompts[::4])
    final = [p for i, p in enumerate(prompts) if i % 4] or quick
    return quick, final


def _protocol(name: Literal["quick", "final"], prompts: Sequence[str], count: int, seed: int) -> Protocol:
    chosen = tuple(prompts[i % len(prompts)] for i in range(count))
    return Protocol(name=name, prompts=chosen, seeds=tuple(seed + i for i in range(count)), pairs=1)
