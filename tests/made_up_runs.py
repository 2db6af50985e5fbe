"""Runs of the benchmark that nobody ran: every number here is made up, for tests of what is said about numbers."""

import random
from collections.abc import Iterable

from factories import CPU

from diffagent_mcp.knowledge.types import (
    Absolute,
    Attributes,
    Calibrated,
    Difficulty,
    Environment,
    FailureClass,
    Interval,
    Judged,
    Mismatch,
    Relative,
    Run,
    Static,
    Step,
    Submission,
    Task,
)

ENVIRONMENT = Environment(device=CPU, python="3.11.7", libraries={"torch": "2.14.1"}, models_version="v0 made up")
CODE = (
    'import torch\nfrom diffusers import X\n\npipe = X.from_pretrained("m")\nimage = pipe("a red circle").images[0]\n'
)
HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31m\u202e {{ 7*7 }} `|"
_SD15 = ("StableDiffusionPipeline", "stable-diffusion-v1-5/stable-diffusion-v1-5")
_SDXL = ("StableDiffusionXLPipeline", "stabilityai/stable-diffusion-xl-base-1.0")
_DIT = ("DiTPipeline", "facebook/DiT-XL-2-256")
_PIXART = ("PixArtSigmaPipeline", "PixArt-alpha/PixArt-Sigma-XL-2-1024-MS")
PIPELINES = (_SD15, _SDXL, _DIT, _PIXART)
SCHEDULERS = ("DDIMScheduler", "DPMSolverMultistepScheduler", "UniPCMultistepScheduler")


def attributes(n: int = 0, methods: Iterable[str] = ()) -> Attributes:
    pipeline_class, model_id = PIPELINES[n % 4]
    return Attributes(
        pipeline_class=pipeline_class,
        model_id=model_id,
        scheduler=SCHEDULERS[n % 3],
        steps=50,
        width=512,
        height=512,
        methods=tuple(Step(method=m, params={"interval": 3} if m == "deepcache" else {}) for m in methods),
    )


def task(level: int = 1, n: int = 0, difficulty: Difficulty | None = None, **changes: object) -> Task:
    methods = {2: ("deepcache", "tome", "precision")[n % 3 : n % 3 + 1], 3: ("deepcache", "tome")}.get(level, ())
    number = f"-{difficulty[0]}" if difficulty else ""
    made = Task(
        id=f"L{level}-{n:03d}{number}",
        level=level,
        request="Make me an SD 1.5 pipeline with 50 steps, please" + (" and make it {target}" if level > 3 else ""),
        attributes=attributes(n, methods),
        fixed=("pipeline_class", "model_id", "scheduler", "steps", "methods"),
        reference=CODE,
        baseline=f"B{n + 1:02d}" if level > 3 else None,
        difficulty=difficulty,
        menu=("deepcache", "tome", "sampler") if level > 3 else (),
        max_loss=0.05 if level > 3 else None,
        phrasing=("short-01", "chatty-02", "specification-03")[n % 3],
        held_out=n % 3 == 1,
    )
    return made.model_copy(update=changes)


def tasks() -> list[Task]:
    """A small benchmark with every level."""
    difficulties: tuple[Difficulty, ...] = ("easy", "medium", "hard")
    plain = [task(level, n) for level, many in ((1, 6), (2, 12), (3, 24)) for n in range(many)]
    return plain + [task(level, n, d) for level in (4, 5) for n in range(4) for d in difficulties]


def relative(speedup: float = 2.0, required: float = 2.0, loss: float = 0.01, **changes: object) -> Relative:
    made = Relative(
        speedup=speedup,
        speedup_interval=Interval(low=0.97 * speedup, high=1.03 * speedup),
        latency_s=1 / speedup,
        baseline_s=1.0,
        loss=loss,
        loss_se=0.004,
        drift=0.1,
        prompts=10,
        pairs=8,
        required_speedup=required,
        max_loss=0.05,
    )
    return made.model_copy(update=changes)


def judged(of: Task, failure: FailureClass | None = None, **changes: object) -> Judged:
    made = Judged(
        task=of.id,
        submission=Submission(code=CODE.replace("torch", "torch, DeepCache"), evaluations=3, seconds=4.0, tokens=100),
        failure=failure,
        sentence=f"made up: {failure}" if failure else "",
        static=Static(text=of.attributes, live=of.attributes),
        absolute=Absolute(scores=(80.5, 77.2, 69.9), threshold=65.0, prompts=("a", "b", "c"), seeds=(1, 2, 3)),
        relative=relative() if of.relative else None,
        seconds=9.0,
    )
    return made.model_copy(update=changes)


def failed(of: Task, failure: FailureClass, rng: random.Random) -> Judged:
    """As far as such a candidate gets."""
    if failure in ("compile error", "no submission"):
        code = None if failure == "no submission" else CODE + "1/0\n"
        gone = Submission(code=code, note="gave up: nothing left to try" if code is None else "")
        return judged(of, failure, submission=gone, static=None, absolute=None, relative=None)
    if failure == "key-attribute error":
        wrong = (Mismatch(attribute="steps", wanted="50", found="49", source="text"),)
        return judged(of, failure, static=Static(mismatches=wrong, text=of.attributes), absolute=None, relative=None)
    if failure == "absolute quality":
        low = Absolute(scores=(80.0, 40.5, 71.0), threshold=65.0, prompts=("a", "b", "c"), seeds=(1, 2, 3))
        return judged(of, failure, absolute=low, relative=None)
    if failure == "relative quality":
        return judged(of, failure, relative=relative(rng.uniform(2, 4), 2.0, rng.uniform(0.051, 0.2)))
    return judged(of, failure, relative=relative(rng.uniform(1.1, 1.99), 2.0, rng.uniform(-0.01, 0.05)))


def verdicts(of: Iterable[Task], seed: int = 0, strength: float = 0.85) -> list[Judged]:
    """Most pass, the others fail in every way there is."""
    rng, found = random.Random(seed), list[Judged]()
    early: tuple[FailureClass, ...] = ("compile error", "key-attribute error", "absolute quality", "no submission")
    late: tuple[FailureClass, ...] = ("relative quality", "relative speed", "relative speed", "absolute quality")
    for it in of:
        if rng.random() < strength * (0.6 if it.difficulty == "hard" else 1.0):
            ok = relative(rng.uniform(2.0, 4.2), 2.0, rng.uniform(-0.01, 0.05)) if it.relative else None
            found.append(judged(it, relative=ok))
        else:
            found.append(failed(it, rng.choice(late if it.relative else early), rng))
    return found


def run(of: Iterable[Task], solver: str = "diffagent", **changes: object) -> Run:
    made = Run(solver=solver, dataset="0" * 32, tasks=tuple(t.id for t in of), suite="made up", environment=ENVIRONMENT)
    return made.model_copy(update=changes)


def calibrated(number: int = 1) -> Calibrated:
    return Calibrated(
        baseline=f"B{number:02d}",
        environment=ENVIRONMENT.fingerprint(),
        baseline_s=1.0,
        medium=2.0,
        trials=50,
        samples=36,
        witness="deepcache(interval=3)",
        best=2.1,
    )
