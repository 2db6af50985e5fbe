"""A run of quick real tasks on the zoo, in a process of its own, to be killed: `real_run.py STORE ZOO_HOME`."""

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from factories import threshold
from made_up_runs import ENVIRONMENT

from diffagent_mcp.bench.running.desk import Desk
from diffagent_mcp.bench.running.threads import Threads
from diffagent_mcp.bench.running.work import Work
from diffagent_mcp.bench.solvers.gold import Gold
from diffagent_mcp.bench.stages.evaluate import Stages
from diffagent_mcp.bench.stages.static import compare
from diffagent_mcp.bench.zoo import cache
from diffagent_mcp.knowledge.types import Attributes, Run, Task
from diffagent_mcp.server.benchmark.app import smaller
from diffagent_mcp.tools.measure.runner import Limits, Runner
from diffagent_mcp.tools.measure.scorer import Scorer
from diffagent_mcp.tools.store.bench import Bench
from diffagent_mcp.tools.store.store import Store

CODE = """\
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
image = pipe("a red circle on a white background", num_inference_steps=STEPS, guidance_scale=7.5).images[0]
"""
FIXED = ("pipeline_class", "model_id", "scheduler", "steps", "width", "height", "methods")
BOUND = threshold(threshold=30.0, lowest=60, scripts=())


def task(steps: int) -> Task:
    wanted = Attributes(
        pipeline_class="StableDiffusionPipeline",
        model_id="stable-diffusion-v1-5/stable-diffusion-v1-5",
        scheduler="DDIMScheduler",
        steps=steps,
        width=512,
        height=512,
    )
    code = CODE.replace("STEPS", str(steps))
    return Task(
        id=f"L1-9{steps:02d}", level=1, request="", attributes=wanted, fixed=FIXED, reference=code, phrasing="own"
    )


TASKS = [task(steps) for steps in (2, 3, 4, 5, 6, 7)]
RUN = Run(solver="gold", dataset="d", tasks=tuple(t.id for t in TASKS), suite="mini", environment=ENVIRONMENT)


def main(store: Path, zoo_home: Path) -> None:
    """Gold on six tasks with real processes."""
    scorer = Scorer(f"local-dir:{cache.scorer_folder(cache.WEIGHTS)}")

    @contextmanager
    def open_desk(number: int) -> Generator[Desk, None, None]:
        limits = Limits(load_s=120, image_s=120, memory_mb=12_000)
        runner = Runner(Path(sys.executable), zoo_home, 1, limits)
        runner.reduce = smaller
        stages = Stages(lambda: runner, lambda: scorer, compare, lambda task: BOUND, limits)
        gold = Gold({t.id: t for t in TASKS}, {})
        yield Desk(gold, stages, ENVIRONMENT, Store(store), {}, lambda task: {}, 28, time.monotonic)
        runner.close()

    Bench(Store(store)).open_run(RUN)
    Work(RUN, TASKS, Threads(open_desk), lambda: Bench(Store(store)), lambda progress: None, time.time).do()
    scorer.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
