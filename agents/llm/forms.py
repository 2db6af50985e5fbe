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


class ReadingForm(Record):
    """What a person asks for. What they did not say is null or empty; nothing is filled in."""

    pipeline_class: str | None = Field(default=None, description="diffusers class, such as StableDiffusionXLPipeline")
    model_id: str | None = Field(default=None, description="id on the hub")
    controlnet_id: str | None = None
    scheduler: str | None = Field(default=None, description="diffusers class, such as UniPCMultistepScheduler")
    steps: int | None = Field(default=None, ge=1, le=1000, description="number of inference steps")
    width: int | None = Field(default=None, ge=8, le=8192, description="pixels")
    height: int | None = Field(default=None, ge=8, le=8192, description="pixels")
    methods: tuple[StepForm, ...] = Field(default=(), max_length=8, description="acceleration methods that they name")
    preprocessors: tuple[str, ...] = Field(default=(), max_length=4, description="of a conditioning image: canny")
    speedup: float | None = Field(default=None, gt=1.0, le=1000, description="times faster")
    latency_s: float | None = Field(default=None, gt=0.0, description="seconds an image")
    max_loss: float | None = Field(default=None, ge=0.0, le=1.0, description="largest quality loss; 5% is 0.05")
    prompt: str | None = Field(default=None, max_length=2000, description="what the picture shows, where it is quoted")
    seed: int | None = None
