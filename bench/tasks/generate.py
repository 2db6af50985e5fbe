"""Write DiffBench's task file from its seed: the same bytes each time (`python -m diffagent_mcp.bench.tasks`)."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence

from ...knowledge.pipelines import Card
from ...knowledge.scripts import INPUT
from ...knowledge.types import Attributes, Difficulty, Task, as_json
from ...tools.script.compose import compose
from .allocate import Place, places
from .baselines import BASELINES, Baseline
from .knobs import LABELS, captions, drawn
from .phrasings import Template, words
from .phrasings.methods import METHODS
from .phrasings.pictures import PICTURES
from .phrasings.targets import LATENCIES, SPEEDUPS

SEED = 604
MAX_LOSS = 0.05
_DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard")


def generate() -> tuple[Task, ...]:
    """All 604, in the order of their ids."""
    rng, subjects = random.Random(SEED), captions(SEED)
    pictures = tuple(_pictures(rng, subjects))
    scripts = {name: _written(_plain(b), _prompt(b.card, rng, subjects)) for name, b in BASELINES.items()}
    return (*pictures, *_targets(4, scripts, rng), *_targets(5, scripts, rng))


def as_lines(tasks: Sequence[Task]) -> str:
    """One task a line."""
    return "".join(json.dumps(as_json(t), ensure_ascii=False) + "\n" for t in tasks)


def _pictures(rng: random.Random, subjects: Iterator[str]) -> Iterator[Task]:
    """L1 to L3."""
    every = places(rng)
    for level in (1, 2, 3):
        here = [p for p in every if p.level == level]
        templates = _dealt(PICTURES if level == 1 else METHODS, len(here), rng)
        for number, (place, template) in enumerate(zip(here, templates, strict=True), 1):
            yield _picture(f"L{level}-{number:03}", place, template, rng, subjects)


def _picture(id: str, place: Place, template: Template, rng: random.Random, subjects: Iterator[str]) -> Task:
    card, attributes = place.card, drawn(place, rng)
    if place.level == 1 and not template.has("sampling"):
        attributes = attributes.model_copy(update={"scheduler": None})
    prompt = _prompt(card, rng, subjects)
    scheduled = attributes.scheduler is not None or template.has("sampling")
    return Task(
        id=id,
        level=place.level,
        request=_filled(template, card, attributes, rng, subject=words.subject(card, prompt, rng)),
        attributes=attributes,
        fixed=_fixed(attributes, ("steps", "methods", *(("scheduler",) if scheduled else ()))),
        reference=_written(attributes, prompt),
        inputs=_inputs(card),
        phrasing=template.id,
        held_out=template.held_out,
    )


def _targets(level: int, scripts: Mapping[str, str], rng: random.Random) -> Iterator[Task]:
    """L4 or L5: every baseline three times; its six tasks share one script."""
    templates = _dealt(SPEEDUPS if level == 4 else LATENCIES, 3 * len(BASELINES), rng)
    number = 0
    for name, baseline in BASELINES.items():
        for difficulty in _DIFFICULTIES:
            number += 1
            task = _target(f"L{level}-{number:03}", level, baseline, templates[number - 1], scripts[name], rng)
            yield task.model_copy(update={"baseline": name, "difficulty": difficulty})


def _target(id: str, level: int, baseline: Baseline, template: Template, code: str, rng: random.Random) -> Task:
    card, attributes = baseline.card, _plain(baseline)
    kept = () if "sampler" in baseline.menu else ("scheduler", "steps")
    return Task(
        id=id,
        level=level,
        request=_filled(
            template,
            card,
            attributes,
            rng,
            menu=words.menu(baseline.menu, baseline.suggested, rng),
            kept=words.kept(baseline.menu, rng),
            target="{target}",
        ),
        attributes=attributes,
        fixed=_fixed(attributes, kept),
        reference=code,
        inputs=_inputs(card),
        menu=baseline.menu,
        max_loss=MAX_LOSS,
        phrasing=template.id,
        held_out=template.held_out,
    )


def _plain(baseline: Baseline) -> Attributes:
    card, size = baseline.card, baseline.size or baseline.card.size
    return Attributes(
        pipeline_class=card.pipeline_class,
        model_id=card.model_id,
        controlnet_id=card.controlnet_id,
        scheduler=baseline.scheduler,
        steps=baseline.steps,
        width=size,
        height=size,
        preprocessors=card.preprocessors,
    )


def _dealt(templates: Sequence[Template], count: int, rng: random.Random) -> list[Template]:
    """`count` templates, each as often as the others, shuffled."""
    dealt = [templates[n % len(templates)] for n in range(count)]
    rng.shuffle(dealt)
    return dealt


def _filled(template: Template, card: Card, attributes: Attributes, rng: random.Random, **slots: str) -> str:
    """The request; what stands in a slot is never read as a slot again."""
    slots |= {
        "pipeline": words.pipeline(card, rng),
        "steps": str(attributes.steps),
        "at_size": words.at_size(card, attributes, rng),
        "size": words.size(card, attributes, rng),
        "sampling": words.sampling(attributes.scheduler, rng),
        "using": words.using(attributes, rng),
    }
    lines = template.text.format_map(slots).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


def _fixed(attributes: Attributes, more: Sequence[str]) -> tuple[str, ...]:
    names = ["pipeline_class", "model_id", "width", "height", *more]
    names += [n for n in ("controlnet_id", "preprocessors") if getattr(attributes, n)]
    order = list(Attributes.model_fields)
    return tuple(sorted(names, key=order.index))


def _prompt(card: Card, rng: random.Random, subjects: Iterator[str]) -> str:
    return rng.choice(LABELS) if card.mode == "class2img" else next(subjects)


def _inputs(card: Card) -> tuple[str, ...]:
    return (INPUT,) if card.mode == "img2img" or card.preprocessors else ()


def _written(attributes: Attributes, prompt: str) -> str:
    code = compose(attributes, prompt)
    if not isinstance(code, str):
        raise AssertionError(code.message)
    return code
