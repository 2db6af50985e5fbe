"""A baseline made ready to be calibrated: its ground measured, and the judge asked about plans."""

from collections.abc import Sequence

from ...knowledge.render import change_for
from ...knowledge.situation import Situation, measured, situation_at
from ...knowledge.types import Candidate, EditRefused, Failure, Plan, Protocol, Script, Task, Verdict
from ...tools.measure.baseline import Baseline
from ...tools.measure.judge import Judge
from ...tools.script.analyse import analyse
from ...tools.script.edit import apply
from .calibrate import Evaluate
from .landscape import Ground, Recipe

PROTOCOL = "quick"
"""the judge's name for what a trial asks; it also warms the baseline's process with it"""
_FIRST_SEED = 170_000
_PAIRS = 6


def protocol(prompts: Sequence[str], samples: int, pairs: int = _PAIRS, labels: Sequence[int] = ()) -> Protocol:
    """What one trial asks: `samples` pictures, with seeds that neither a search nor a stage uses; `labels` go along.

    The clock runs against the baseline's process that is there: fifty fresh pairs of processes would cost hours.
    """
    asked = [n % len(prompts) for n in range(samples)]
    return Protocol(
        name=PROTOCOL,
        prompts=tuple(prompts[n] for n in asked),
        seeds=tuple(_FIRST_SEED + n for n in range(samples)),
        labels=tuple(labels[n] for n in asked) if labels else (),
        pairs=pairs,
        batch=6,
    )


def ground_of(task: Task, judge: Judge, recipe: Recipe, command: str = "") -> tuple[Ground, Evaluate] | Failure:
    """What a landscape of this task's baseline stands on, and what answers for its plans.

    The judge's `quick` protocol is what a trial asks: make it with `protocol`.
    """
    before = judge.baseline(PROTOCOL)
    script = analyse("script.py", judge.subject.code)
    if not isinstance(before, Baseline):
        return before
    if not isinstance(script, Script):
        return EditRefused(message=script.message)
    known = situation_at(judge.subject.site, judge.environment.device, judge.environment.libraries)
    here = measured(known, before.profile)
    ground = Ground(
        baseline=task.baseline or task.id,
        environment=judge.environment,
        situation=here,
        menu=task.menu,
        protocol=judge.protocols[PROTOCOL],
        profile=before.profile,
        recipe=recipe,
        command=command,
    )
    return ground, lambda plan: _asked(plan, judge, script, here)


def _asked(plan: Plan, judge: Judge, script: Script, here: Situation) -> Verdict:
    """The verdict on a plan, from the store where the same was measured before."""
    code = apply(judge.subject.code, script, here.pipeline.name, change_for(plan, here))
    if isinstance(code, EditRefused):
        return code
    candidate = Candidate(plan=plan, code=code)
    return judge.known(candidate, PROTOCOL) or judge.evaluate(candidate, PROTOCOL)
