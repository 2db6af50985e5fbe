"""Landscapes that nobody measured: every number is made up from the knowledge base's own expectations and a hash."""

import hashlib
import os
import sys
import time
from pathlib import Path
from typing import Any

from factories import LIBRARIES, evaluation, profile, situation
from made_up_runs import ENVIRONMENT

from diffagent_mcp.bench.calibration import Ground, Journal, Landscape, Recipe, calibrate
from diffagent_mcp.knowledge.expect import expect
from diffagent_mcp.knowledge.types import Crashed, Interval, Plan, Protocol, Verdict

MENU = ("deepcache", "tome", "tgate", "precision", "sampler")
PROFILE = profile(
    interval=Interval(low=0.99, high=1.01),
    clip=90.0,
    clip_sd=2.0,
    clip_scores=(90.0,),
    seed_distance=0.5,
    prompts=36,
)


def ground(baseline: str = "B01", menu: tuple[str, ...] = MENU, **recipe: Any) -> Ground:
    return Ground(
        baseline=baseline,
        environment=ENVIRONMENT,
        situation=situation(libraries=LIBRARIES),
        menu=menu,
        protocol=Protocol(name="quick", prompts=("a",), seeds=(1,), pairs=4),
        profile=PROFILE,
        recipe=Recipe(**recipe),
    )


def made_up(plan: Plan, salt: str = "") -> Verdict:
    """Near what the knowledge base expects, off by a tenth either way; one plan in ten crashes."""
    luck = int(hashlib.blake2b((salt + plan.sentence()).encode(), digest_size=4).hexdigest(), 16) / 2**32
    if luck > 0.9:
        return Crashed(message="made up", evidence="x" * 1000, stage="call", error="RuntimeError")
    guess = expect(plan, situation(libraries=LIBRARIES))
    return evaluation(max(0.5, guess.speedup * (0.9 + 0.2 * luck)), guess.loss * (0.5 + luck), guess.drift)


def landscape(folder: Path, baseline: str = "B01", **recipe: Any) -> Landscape:
    """A whole made-up calibration."""
    journal = Journal(folder / f"{baseline}.jsonl")
    return calibrate(ground(baseline, **recipe), journal, lambda p: made_up(p, baseline), time.monotonic)


def main(path: str, trials: int) -> None:
    """Calibrate in a process of its own, which a test may kill; each trial takes a moment."""

    def slowly(plan: Plan) -> Verdict:
        time.sleep(0.02)
        return made_up(plan)

    def say(sentence: str) -> None:
        os.write(1, f"{sentence}\n".encode())

    calibrate(ground(trials=trials), Journal(Path(path)), slowly, time.monotonic, say)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
