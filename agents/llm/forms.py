"""What models are asked to fill in. Plain and short, so that small models can; everything is checked afterwards."""

from pydantic import Field

from ...knowledge.types import Plan, Record, Scalar, Step
from ...tools.script.replacing import Replacement

_WHY = Field(default="", max_length=2000, description="one sentence: why")


class StepForm(Record):
    """One method."""

    method: str = Field(description="slug of a method from the menu")
    params: dict[str, Scalar] = Field(default={}, description="its knobs, by name; a knob left out has its default")

    def step(self) -> Step:
        return Step(method=self.method, params=self.params)


class PlanForm(Record):
    """A combination of methods to be measured."""

    steps: tuple[StepForm, ...] = Field(min_length=1, max_length=8)
    parent: int | None = Field(default=None, description="number of the candidate that it refines; null: fresh")
    why: str = _WHY

    def plan(self) -> Plan:
        return Plan(steps=tuple(s.step() for s in self.steps))


class PlansForm(Record):
    """A generation of plans."""

    plans: tuple[PlanForm, ...] = Field(min_length=1, max_length=16)


class EditsForm(Record):
    """Changes of a file."""

    edits: tuple[Replacement, ...] = Field(
        min_length=1,
        max_length=40,
        description="each piece of the file, copied exactly and found there once, and what takes its place",
    )
    why: str = _WHY


class RepairForm(Record):
    """What to do about a failure: change the code by edits, or change the plan, or neither: give it up."""

    reflection: str = Field(max_length=2000, description="a sentence or two: what went wrong, what to do instead")
    edits: tuple[Replacement, ...] = Field(default=(), max_length=40, description="changes of the code that failed")
    steps: tuple[StepForm, ...] = Field(default=(), max_length=8, description="or another plan, to be written anew")


class ScriptForm(Record):
    """A whole script."""

    code: str = Field(description="the complete Python file")
    why: str = _WHY
