"""What must be asked back: contradictions, and words that say too little."""

from collections.abc import Iterator

from ..catalogue import CATALOGUE
from ..pipelines import CARDS
from .context import Context
from .findings import Finding, is_said, names, numbers, values
from .pipeline import cards, families

_AT_LEAST_ONE = {
    "steps": ("how many steps", "steps"),
    "width": ("which width", "pixels"),
    "height": ("which height", "pixels"),
    "memory_mb": ("how much memory", "MB"),
    "memory_here": ("how much memory", "MB"),
}


def contradictions(findings: list[Finding], context: Context) -> list[str]:
    """One question for each pair of wishes that cannot both be met."""
    return [
        *_nothing(findings),
        *_speeds(findings, context),
        *_steps(findings),
        *_methods(findings),
        *_models(findings),
    ]


def _nothing(findings: list[Finding]) -> Iterator[str]:
    """No steps, no pixels, no memory: what no picture can be made with."""
    for name, (said, unit) in _AT_LEAST_ONE.items():
        for number in numbers(findings, name):
            if number < 1:
                yield f"{number:g} {unit} make no picture: {said} do you want?"


def _speeds(findings: list[Finding], context: Context) -> Iterator[str]:
    wanted = numbers(findings, "speedup")
    if len(wanted) > 1 and max(wanted) - min(wanted) > 0.02 * max(wanted):
        yield f"Which speedup do you want: {' or '.join(f'{w:g}x' for w in wanted)}?"
    if is_said(findings, "impossible"):
        yield "That would leave no time at all: how many times faster, or how many seconds an image, do you want?"
    if is_said(findings, "slower"):
        yield "That reads as slower than it is: how many times faster do you want it?"
    seconds = numbers(findings, "latency_s")
    if len(seconds) > 1 and max(seconds) - min(seconds) > 0.02 * max(seconds):
        yield f"Which time for an image do you want: {' or '.join(f'{s:g} s' for s in seconds)}?"
    unknown = not is_said(findings, "steps") and context.steps is None and times_a_step(findings) is None
    if is_said(findings, "step_s") and unknown:
        yield "Steps a second make a time only with the number of steps: how many steps does one image take?"
    now = numbers(findings, "now_latency_s") or ([context.latency_s] if context.latency_s else [])
    if is_said(findings, "saved_s") and not now:
        yield "Seconds less than what? Say how long an image takes now, or how many seconds it may take."


def times_a_step(findings: list[Finding]) -> float | None:
    """`from 3 it/s to 6 it/s` is twice as fast, however many steps there are."""
    now, wanted = numbers(findings, "now_step_s"), numbers(findings, "step_s")
    return round(now[0] / wanted[0], 4) if now and wanted and now[0] > wanted[0] else None


def _steps(findings: list[Finding]) -> Iterator[str]:
    counts = numbers(findings, "steps")
    changes = numbers(findings, "change_steps")
    if len(counts) > 1 and len(changes) != 1:
        yield f"How many steps do you want: {' or '.join(f'{c:g}' for c in counts)}?"
    if is_said(findings, "keep_steps") and changes:
        yield f"Should the number of steps stay as it is, or become {changes[0]:g}?"
    if is_said(findings, "keep_scheduler") and values(findings, "change_scheduler"):
        yield f"Should the scheduler stay as it is, or become {names(findings, 'change_scheduler')[0]}?"
    schedulers = names(findings, "scheduler")
    if len(schedulers) > 1 and len(names(findings, "change_scheduler")) != 1:
        yield f"Which scheduler do you want: {' or '.join(schedulers)}?"
    for side in ("width", "height"):
        if len(sizes := numbers(findings, side)) > 1:
            yield f"Which {side} do you want: {' or '.join(f'{s:g}' for s in sizes)}?"


def _methods(findings: list[Finding]) -> Iterator[str]:
    wanted = [*names(findings, "required"), *names(findings, "alone")]
    refused = names(findings, "forbidden")
    for slug in dict.fromkeys([*wanted, *names(findings, "only"), *(f.name.partition(".")[0] for f in findings)]):
        if slug in CATALOGUE and slug in refused:
            yield f"Should {CATALOGUE[slug].title} be used or not?"
    dtypes = names(findings, "dtype")
    if len(dtypes) > 1:
        yield f"Which number format do you want: {' or '.join(dtypes)}?"
    if dtypes and dtypes[0] != "float32" and "precision" in refused and dtypes[0]:
        yield f"Should {dtypes[0]} be used or not?"
    for a in wanted:
        for b in wanted:
            if a < b and (b in CATALOGUE[a].clashes or a in CATALOGUE[b].clashes):
                yield f"{CATALOGUE[a].title} and {CATALOGUE[b].title} cannot be combined: which one do you want?"
    if is_said(findings, "lossless"):
        for slug in wanted:
            if not CATALOGUE[slug].lossless:
                yield f"{CATALOGUE[slug].title} changes the pictures: may it, or must they stay the same?"


def _models(findings: list[Finding]) -> Iterator[str]:
    named = families(findings)
    known = ", ".join(dict.fromkeys(c.title for c in CARDS))
    if len(named) > 1:
        yield f"Which model is it? Known are {known}."
    if len(named) == 1 and not cards(findings, None):
        yield f"This mode is not known for that model; known are {known}. Which one do you mean?"
    if is_said(findings, "other_model") and not named:
        yield f"{names(findings, 'other_model')[0]} is not known here; known are {known}. Which one do you want?"


def question_for(findings: list[Finding]) -> str:
    """What to ask where the words say nothing that can be acted on."""
    return (
        "What should be done: make a script faster (say how much, such as 2x or under 0.8 s an image), write a script"
        " (say which model), measure one, or make it fit into less memory?"
    )
