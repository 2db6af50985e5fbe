"""The CLIP-Score that every single picture of stage 2 must reach, by pipeline. Measured, since the paper has none.

A plain and a hurried reference of a pipeline, and one for each picture that its tasks start from, draw more prompts
than stage 2 asks for. The ten prompts that the worst of them draws best are stage 2's for that pipeline, so that a
small model is not held against a candidate. The bound is `SHARE` of the lowest score among these pictures: other
references pass, and ten pictures of noise or of something else, of which one below the bound is enough, do not
(docs/diffbench.md).
"""

import hashlib
import json
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from ...knowledge.pipelines import card_for
from ...knowledge.types import Environment, Failure, Protocol, Record, Task, Threshold
from ...tools.errors import SetupError
from ...tools.measure.drawing import of_protocol, quality_pictures
from ...tools.measure.runner import Limits, Live, Pictures, Runner
from ...tools.measure.scorer import Scorer
from ..tasks.inputs import source
from .place import Place

FILE = Path(__file__).parents[1] / "data" / "thresholds.json"
SHARE = 0.4
"""of the lowest; the most hurried references of other tasks reach 0.46 of it on the zoo"""
CANDIDATES = 16
"""prompts that are drawn, to take stage 2's from"""

Lay = Callable[[Task], Place]


class Thresholds(Record):
    """All bounds that were measured on one ground."""

    ground: str
    command: str = ""
    models: str = ""
    cards: tuple[Threshold, ...] = ()

    def of(self, task: Task) -> Threshold:
        """The bound for a task's pipeline. Raises SetupError where it was never measured."""
        key = card_name(task)
        found = next((c for c in self.cards if c.card == key), None)
        if found is None:
            raise SetupError(f"no threshold was measured for {key}; run `diffagent-mcp bench calibrate --thresholds`")
        return found


def ground(environment: Environment, asked: str) -> str:
    """Stands for models, scorer and prompts: what a bound depends on. The device is not among them."""
    text = json.dumps([environment.models, environment.models_version, environment.scorer, asked])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def committed() -> Thresholds | None:
    """The bounds that come along; None where there are none."""
    return Thresholds.model_validate_json(FILE.read_text(encoding="utf-8")) if FILE.exists() else None


def renewed(one: Threshold) -> Threshold:
    """What was measured is kept; the bound follows from it by today's share."""
    return one.model_copy(update={"threshold": round(SHARE * one.lowest, 2)})


def card_name(task: Task) -> str:
    """`sdxl img2img`; DiT has two sizes, which are two checkpoints."""
    card = card_for(task.attributes.pipeline_class, task.attributes.model_id)
    if card is None:
        return task.attributes.pipeline_class
    size = f" {card.size}" if card.family == "dit" else ""
    return f"{card.family} {card.mode}{size}"


def specimens(tasks: Sequence[Task], card: str) -> list[Task]:
    """References of a card: the one that is hurried most, and the plainest one for each picture they start from."""
    ours = [t for t in tasks if card_name(t) == card]
    if not ours:
        return []
    starts: dict[str, list[Task]] = {}
    for task in ours:
        starts.setdefault(source(task).name if task.inputs else "", []).append(task)
    plain = [min(those, key=lambda t: (len(t.attributes.methods), t.attributes.steps)) for those in starts.values()]
    hurried = max(ours, key=lambda t: len(t.attributes.methods) - t.attributes.steps / 10)
    return list({t.id: t for t in (*plain, hurried)}.values())


def measure(
    card: str,
    tasks: Sequence[Task],
    wide: Protocol,
    count: int,
    runner: Runner,
    scorer: Scorer,
    limits: Limits,
    lay: Lay,
) -> Threshold | Failure:
    """Draw, take the best-drawn prompts, and set the bound."""
    drawn: list[list[float]] = []
    chosen = specimens(tasks, card)
    for task in chosen:
        place = lay(task)
        live = runner.start(place.job(task.reference), place.path, limits)
        if not isinstance(live, Live):
            return live
        made = quality_pictures(live, of_protocol(wide, 4))
        live.close()
        if not isinstance(made, Pictures):
            return made
        drawn.append(scorer.clip(made.pixels, made.shape, wide.prompts))
    worst = [min(scores) for scores in zip(*drawn, strict=True)]
    best = sorted(sorted(range(len(worst)), key=lambda i: -worst[i])[:count])
    kept = [scores[i] for scores in drawn for i in best]
    return Threshold(
        card=card,
        threshold=round(SHARE * min(kept), 2),
        lowest=min(kept),
        median=statistics.median(kept),
        pictures=sum(len(scores) for scores in drawn),
        scripts=tuple(t.id for t in chosen),
        prompts=tuple(wide.prompts[i] for i in best),
        seeds=tuple(wide.seeds[i] for i in best),
        labels=tuple(wide.labels[i] for i in best) if wide.labels else (),
    )
