"""Stage 2: ten pictures with fixed prompts and seeds, each scored on its own; one below the threshold fails."""

from collections.abc import Sequence

from ...knowledge.types import Absolute, Failure, Protocol
from ...tools.measure.drawing import of_protocol, quality_pictures
from ...tools.measure.runner import Live, Pictures
from ...tools.measure.scorer import Scorer
from ...tools.pictures import pixels as decode
from ...tools.pictures import png
from ...tools.store.bench import KeptPicture


def drawn(live: Live, protocol: Protocol, batch: int) -> list[KeptPicture] | Failure:
    """The candidate's pictures, as they are kept."""
    made = quality_pictures(live, of_protocol(protocol, batch))
    if not isinstance(made, Pictures):
        return made
    rows = zip(protocol.prompts, protocol.seeds, strict=True)
    return [
        KeptPicture(role="absolute", prompt=prompt, seed=seed, png=png(made.one(i), *made.shape[1:3]))
        for i, (prompt, seed) in enumerate(rows)
    ]


def absolute(pictures: Sequence[KeptPicture], threshold: float, scorer: Scorer) -> Absolute:
    """What the kept pictures are worth; the same again whenever they are scored."""
    return Absolute(
        scores=tuple(scores_of(pictures, scorer)),
        threshold=threshold,
        prompts=tuple(p.prompt for p in pictures),
        seeds=tuple(p.seed for p in pictures),
    )


def scores_of(pictures: Sequence[KeptPicture], scorer: Scorer) -> list[float]:
    """CLIP-Score of each picture against its prompt."""
    raw, shape = joined(pictures)
    return scorer.clip(raw, shape, [p.prompt for p in pictures])


def joined(pictures: Sequence[KeptPicture]) -> tuple[bytes, tuple[int, int, int, int]]:
    """Pictures of one size as the scorer takes them: pixels and their shape."""
    decoded = [decode(p.png) for p in pictures]
    return b"".join(d[0] for d in decoded), (len(decoded), decoded[0][1], decoded[0][2], 3)


def shortfall(found: Absolute) -> str | None:
    """Why stage 2 fails, in a sentence; None where it holds."""
    worst = min(range(len(found.scores)), key=lambda i: found.scores[i])
    score = found.scores[worst]
    if score >= found.threshold:
        return None
    below = sum(s < found.threshold for s in found.scores)
    asked = f"“{found.prompts[worst]}”, seed {found.seeds[worst]}"
    return (
        f"{below} of {len(found.scores)} pictures are below the CLIP-Score that this pipeline must reach "
        f"({found.threshold:.1f}); the worst has {score:.1f} ({asked})"
    )
