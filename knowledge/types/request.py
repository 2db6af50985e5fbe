"""What the person wants."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from .plan import Step
from .record import Record

if TYPE_CHECKING:
    from .measurement import Evaluation


MAX_LOSS, MAX_DRIFT = 0.05, 0.35
"""the usual bounds on quality, where a person names none"""


class Bound(Record):
    """A metric that a plugin brings, and the most that it may say of the pictures."""

    metric: str
    most: float | None = Field(default=None, description="None: it is shown, and decides nothing")

    def held_by(self, e: "Evaluation") -> bool:
        """What was not read is no proof: a bound on it is not held."""
        found = e.reading(self.metric)
        return self.most is None or (found is not None and found.value <= self.most)


class Target(Record):
    """A minimum speedup or a maximum latency, at a bounded quality loss."""

    speedup: float | None = Field(default=None, gt=1.0, description="times faster than the script as it is")
    latency_s: float | None = Field(default=None, gt=0.0, description="seconds an image, steady state")
    max_loss: float = Field(default=MAX_LOSS, ge=0.0, le=1.0, description="relative loss of mean CLIP-Score")
    max_drift: float | None = Field(
        default=MAX_DRIFT, gt=0.0, description="distance to the baseline's picture; 1 is another seed; None: unbounded"
    )
    metrics: tuple[Bound, ...] = Field(default=(), description="metrics of plugins, beside loss and drift")

    def required_speedup(self, baseline_s: float) -> float:
        """The speedup that meets this target from a baseline of `baseline_s` seconds an image."""
        if self.speedup is not None:
            return self.speedup
        return baseline_s / self.latency_s if self.latency_s is not None else 1.0

    def quality_met_by(self, e: "Evaluation") -> bool:
        near = self.max_drift is None or e.drift <= self.max_drift
        return near and e.loss <= self.max_loss and all(bound.held_by(e) for bound in self.metrics)

    def met_by(self, e: "Evaluation") -> bool:
        """Point estimates: fast enough and good enough. The `final` protocol adds the interval."""
        fast = e.speedup >= self.speedup if self.speedup is not None else True
        soon = e.latency_s <= self.latency_s if self.latency_s is not None else True
        return fast and soon and self.quality_met_by(e)

    def undecided_by(self, e: "Evaluation") -> bool:
        """Is the interval so wide that it has the required speedup in it?"""
        required = self.required_speedup(e.baseline_s)
        return e.noisy and e.speedup_interval.low < required <= e.speedup_interval.high


class Budget(Record):
    """When to stop searching. A stop falls between evaluations, never inside one."""

    evaluations: int = Field(default=28, ge=1, description="candidates measured, baseline not counted")
    seconds: float | None = Field(default=None, gt=0.0, description="wall-clock seconds for the whole search")


class Search(Record):
    """How to search, with the paper's numbers (arXiv 2601.03178): P plans a generation, M parents, T_sel generations.

    `diffagent` goes by the chance to meet the target, learned from every measurement; `paper` is the paper's genetic
    algorithm with parents sampled by fitness.
    """

    kind: Literal["diffagent", "paper"] = "diffagent"
    population: int = Field(default=7, ge=1, description="P, plans a generation")
    parents: int = Field(default=4, ge=0, description="M, plans refined from sampled parents; P-M are fresh")
    generations: int = Field(default=4, ge=1, description="T_sel")
    stop_at_first: bool = Field(default=True, description="stop at the first candidate that meets the target")
    seed: int = 0

    def stepwise(self) -> "Search":
        """As many evaluations, planned one at a time where the kind learns from each; the paper's stay generations."""
        if self.kind == "paper":
            return self
        return self.model_copy(update={"population": 1, "generations": self.population * self.generations})


Intent = Literal["accelerate", "generate", "profile", "fit_memory", "out_of_scope", "unclear"]


class Request(Record):
    """How a person's words were read. What was not said is None or empty; nothing is filled in from defaults."""

    text: str = Field(description="the words, as they came")
    intent: Intent
    pipeline_class: str | None = Field(default=None, description="StableDiffusionXLPipeline")
    model_id: str | None = None
    controlnet_id: str | None = None
    mode: Literal["text2img", "img2img", "class2img"] | None = None
    scheduler: str | None = Field(default=None, description="class name: UniPCMultistepScheduler")
    steps: int | None = Field(default=None, ge=1, description="num_inference_steps")
    keep_steps: bool = Field(default=False, description="the number of steps must not change")
    keep_scheduler: bool = False
    required: tuple[Step, ...] = Field(default=(), description="methods to use, with the parameters that were said")
    allowed: tuple[str, ...] | None = Field(default=None, description="slugs; None: any")
    forbidden: tuple[str, ...] = Field(default=(), description="slugs")
    speedup: float | None = Field(default=None, gt=1.0, description="times faster")
    latency_s: float | None = Field(default=None, gt=0.0, description="seconds an image")
    now_s: float | None = Field(default=None, gt=0.0, description="seconds an image takes now, as the person says")
    max_loss: float | None = Field(default=None, ge=0.0, le=1.0, description="relative loss of CLIP-Score")
    lossless: bool = Field(default=False, description="the pictures must not change beyond rounding")
    width: int | None = Field(default=None, gt=0)
    height: int | None = Field(default=None, gt=0)
    dtype: Literal["float32", "float16", "bfloat16"] | None = None
    preprocessors: tuple[str, ...] = ()
    memory_mb: float | None = Field(default=None, gt=0.0, description="must fit into this")
    seed: int | None = None
    prompt: str | None = Field(default=None, description="what the picture should show, where it was quoted")
    question: str | None = Field(default=None, description="asked back, where the words contradict or say too little")
    notes: tuple[str, ...] = Field(default=(), description="what was noticed and left aside, one sentence each")
