"""What DiffBench asks, and what a script must be to answer it."""

from typing import Literal

from pydantic import Field

from .plan import Step
from .record import Record

Difficulty = Literal["easy", "medium", "hard"]


class Attributes(Record):
    """What a script is, as far as stage 1 compares it: read from a reference, from a candidate, or from words."""

    pipeline_class: str
    model_id: str
    controlnet_id: str | None = None
    scheduler: str | None = Field(default=None, description="class name; None: the checkpoint's own is kept")
    steps: int = Field(ge=1, description="num_inference_steps")
    width: int = Field(gt=0, description="pixels of the picture that comes out")
    height: int = Field(gt=0)
    methods: tuple[Step, ...] = Field(default=(), description="acceleration methods with the parameters that are set")
    preprocessors: tuple[str, ...] = Field(default=(), description="what prepares a conditioning image: canny")

    def method(self, slug: str) -> Step | None:
        return next((s for s in self.methods if s.method == slug), None)


class Task(Record):
    """One of the 604. Nothing in it depends on the machine: L4 and L5 get their number from a calibration."""

    id: str = Field(description="L3-117")
    level: int = Field(ge=1, le=5)
    request: str = Field(description="what a person asks, in words; `{target}` stands for the calibrated number")
    attributes: Attributes = Field(description="of the reference; for L4 and L5, of the baseline to be accelerated")
    fixed: tuple[str, ...] = Field(description="names of the attributes that a candidate must match exactly")
    reference: str = Field(description="Python source of the reference; for L4 and L5, the baseline")
    inputs: tuple[str, ...] = Field(default=(), description="files the code reads, laid beside it by the runner")
    baseline: str | None = Field(default=None, description="L4, L5: which of the 31 baselines, B01 to B31")
    difficulty: Difficulty | None = None
    menu: tuple[str, ...] = Field(default=(), description="L4, L5: slugs of the methods that the request allows")
    max_loss: float | None = Field(default=None, description="L4, L5: largest relative loss of CLIP-Score")
    phrasing: str = Field(description="id of the template that the request was written from")
    held_out: bool = Field(default=False, description="the template was not looked at while the parser was written")

    @property
    def relative(self) -> bool:
        """Is it judged against a baseline (stage 3)?"""
        return self.level >= 4


class Calibrated(Record):
    """What one baseline can be made to do on one device: where the targets of its six tasks come from."""

    baseline: str
    environment: str = Field(description="fingerprint of the environment it was measured in")
    baseline_s: float = Field(description="seconds an image of the baseline")
    medium: float = Field(description="best speedup found at a loss of at most 5%, by the paper's recipe")
    trials: int
    samples: int = Field(description="prompts for each trial's quality")
    witness: str | None = Field(default=None, description="the plan that reached `medium`, as a sentence")
    best: float = Field(description="the fastest that any trial or later run reached within the bound")

    def speedup(self, difficulty: Difficulty) -> float:
        """Times faster: medium x0.8, x1, x1.2, and never below 1.05."""
        return max(1.05, self.medium * {"easy": 0.8, "medium": 1.0, "hard": 1.2}[difficulty])

    def latency_s(self, difficulty: Difficulty) -> float:
        return self.baseline_s / self.speedup(difficulty)

    def feasible(self, difficulty: Difficulty) -> bool:
        """Is there a witness? False means not found within the budget, not impossible."""
        return self.best >= self.speedup(difficulty)
