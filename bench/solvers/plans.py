"""Plans for a problem with a baseline: what the menu leaves to choose from, and a plan written into the script."""

import contextlib
import re
from dataclasses import dataclass

from ...knowledge import rules
from ...knowledge.catalogue import CATALOGUE, method_of
from ...knowledge.render import change_for
from ...knowledge.situation import Situation, measured, situation_at
from ...knowledge.types import Candidate, EditRefused, PipelineSite, Plan, Profile, Scalar, Script, Step
from ...tools.script.analyse import analyse
from ...tools.script.choose import choose
from ...tools.script.edit import apply
from .problem import Judging, Problem

_STEP = re.compile(r"(\w+)\(([^()]*)\)")
_NAME = "script.py"


@dataclass(frozen=True)
class Written:
    """The baseline's script, read and measured, into which plans are written."""

    source: str
    script: Script
    situation: Situation
    allowed: tuple[str, ...]
    """slugs of the menu that can be used here"""

    @classmethod
    def read(cls, problem: Problem) -> "Written | EditRefused":
        """Read the baseline's text, which is enough to write a known plan into it."""
        source = problem.baseline
        script = analyse(_NAME, source) if source is not None else None
        site = choose(script, None) if isinstance(script, Script) else None
        if source is None or not isinstance(script, Script) or not isinstance(site, PipelineSite):
            return EditRefused(message="there is no baseline whose text shows one pipeline")
        if problem.environment is None:
            return EditRefused(message="nothing is known of the device")
        here = situation_at(site, problem.environment.device, problem.environment.libraries)
        return cls(source, script, here, tuple(rules.usable(here, problem.menu)))

    @classmethod
    def of(cls, problem: Problem, judging: Judging) -> "Written | EditRefused":
        """Read the baseline and have it measured; or why a plan cannot be written into it."""
        known = cls.read(problem)
        if isinstance(known, EditRefused):
            return known
        profile = judging.baseline()
        if not isinstance(profile, Profile):
            return EditRefused(message=f"the baseline cannot be measured: {profile.message}")
        here = measured(known.situation, profile)
        return cls(known.source, known.script, here, tuple(rules.usable(here, problem.menu)))

    def write(self, plan: Plan) -> Candidate | EditRefused:
        """The whole script with the plan in it."""
        code = apply(self.source, self.script, self.situation.pipeline.name, change_for(plan, self.situation))
        return code if isinstance(code, EditRefused) else Candidate(plan=plan, code=code)

    def valid(self, plan: Plan) -> bool:
        return rules.is_valid(plan, self.situation)


def knobs(slug: str, situation: Situation) -> list[tuple[str, list[Scalar]]]:
    """Each knob of a method with the values that a search may give it; steps end at the script's own."""
    found = list(CATALOGUE[slug].genes())
    if slug != "sampler":
        return found
    return [(name, [v for v in values if name != "steps" or int(v) <= situation.steps]) for name, values in found]


def plan_of(sentence: str) -> Plan | None:
    """The plan that a sentence names: the inverse of `Plan.sentence`. None where it names no plan of known methods."""
    steps: list[Step] = []
    for slug, inside in _STEP.findall(sentence):
        if slug not in CATALOGUE:
            return None
        said = dict(part.strip().split("=", 1) for part in inside.split(",") if "=" in part)
        step = Step(method=slug, params={name: _value(text) for name, text in said.items()})
        method = method_of(step)
        if method is None:
            return None
        steps.append(method.step())
    return Plan(steps=tuple(steps)) if steps else None


def _value(text: str) -> Scalar:
    """`3`, `0.5`, `True`, `dpmpp_2m`"""
    if text in ("True", "False"):
        return text == "True"
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text
