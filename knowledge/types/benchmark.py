"""What a solver hands in for a task, and what the three stages say about it."""

import re
from typing import Literal

from pydantic import Field

from .environment import Environment
from .failure import AnyVerdict
from .measurement import Interval
from .record import Record
from .task import Attributes

FailureClass = Literal[
    "compile error", "key-attribute error", "absolute quality", "relative quality", "relative speed", "no submission"
]


_UNFIT = re.compile(r"[^\w.+=-]+")


class Run(Record):
    """One solver over some tasks under fixed settings. Its fingerprint is its name, so the same command resumes it."""

    solver: str = Field(
        description="diffagent, gold, random, tpe, best-of-n, direct@MODEL, diffagent@MODEL, or the sha of a FILE.py; "
        "what a simulated model took part in begins with `simulation:`"
    )
    dataset: str = Field(description="sha of the task file")
    tasks: tuple[str, ...] = Field(description="ids, as one device takes them; several take the longest first")
    suite: str = Field(description="full or mini; how the tasks were chosen, for people")
    seed: int = 0
    evaluations: int = Field(default=28, ge=1, description="budget for each task, baseline not counted")
    max_drift: float | None = Field(default=None, description="None: the paper's gate, loss alone")
    asked: str = Field(default="", description="fingerprint of the stages' prompts, seeds and pairs")
    environment: Environment

    @property
    def name(self) -> str:
        """`diffagent-3f9c1a2b`: fit to be the name of a file, whatever the solver is called."""
        return f"{_UNFIT.sub('-', self.solver)[:60]}-{self.fingerprint()[:8]}"


class Submission(Record):
    """The one candidate that a solver hands in, and what finding it cost."""

    code: str | None = Field(default=None, description="None: the solver gave up; `note` says why")
    evaluations: int = Field(default=0, description="candidates measured on the way, the baseline not counted")
    seconds: float = 0.0
    requests: int = Field(default=0, description="calls of a language model")
    tokens: int = 0
    cost_usd: float = 0.0
    note: str = ""


class Mismatch(Record):
    """One attribute that is not what the task asks for."""

    attribute: str
    wanted: str
    found: str
    source: Literal["text", "live"] = Field(description="read in the code, or recorded from the running pipeline")


class Static(Record):
    """Stage 1."""

    mismatches: tuple[Mismatch, ...] = ()
    text: Attributes | None = Field(default=None, description="as read in the code; None: it could not be read")
    live: Attributes | None = Field(default=None, description="as recorded from the live objects")


class Threshold(Record):
    """What every single picture of stage 2 must reach, for one pipeline, and the pictures that are asked for."""

    card: str = Field(description="sdxl img2img")
    threshold: float = Field(description="CLIP-Score")
    lowest: float = Field(description="of the references' pictures of these prompts; the bound is a share of it")
    median: float
    pictures: int = Field(description="how many were drawn, of which the best-drawn prompts were taken")
    scripts: tuple[str, ...] = Field(description="the tasks whose references drew them")
    prompts: tuple[str, ...]
    seeds: tuple[int, ...]
    labels: tuple[int, ...] = ()


class Absolute(Record):
    """Stage 2."""

    scores: tuple[float, ...] = Field(description="CLIP-Score of each picture, 100 * max(cos, 0)")
    threshold: float
    prompts: tuple[str, ...]
    seeds: tuple[int, ...]


class Relative(Record):
    """Stage 3: L, U and latency against the interleaved baseline."""

    speedup: float
    speedup_interval: Interval
    latency_s: float
    baseline_s: float
    loss: float
    loss_se: float
    drift: float
    prompts: int
    pairs: int
    required_speedup: float
    max_loss: float

    @property
    def achieved(self) -> float:
        """min(U / U_required, 1): what S_a averages; for L5 it is min(latency_required / latency, 1), the same."""
        return min(self.speedup / self.required_speedup, 1.0)


class Judged(Record):
    """One task of one run, whole."""

    task: str
    submission: Submission
    failure: FailureClass | None = Field(default=None, description="None: passed")
    sentence: str = Field(default="", description="why it failed, for people")
    crash: AnyVerdict | None = Field(default=None, description="the runner's typed failure, where there is one")
    static: Static | None = None
    absolute: Absolute | None = None
    relative: Relative | None = None
    seconds: float = Field(default=0.0, description="wall-clock of solving and judging")
    judged_in: str = Field(default="", description="the run that judged the same code before; empty: this one did")

    @property
    def passed(self) -> bool:
        return self.failure is None
