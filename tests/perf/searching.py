"""What a candidate costs beyond its pictures, and how long `optimize` takes to reach 2x on each pipeline of the zoo."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from diffagent_mcp.bench.calibration.landscape import imported
from diffagent_mcp.bench.stages.place import lay
from diffagent_mcp.bench.tasks.load import load
from diffagent_mcp.bench.zoo import cache
from diffagent_mcp.knowledge.types import Evaluation, Outcome, Task
from diffagent_mcp.tools.measure.runner import Limits, Live, Pictures, Runner

from .rows import Row

ROUNDS = 7
LANDSCAPES = Path(__file__).parents[2] / "docs" / "results" / "landscapes"


def evaluating(script: Path, folder: Path) -> Iterator[Row]:
    """A cold `python script.py` beside a warm candidate of the same script, in turns; the picture is taken off."""
    home = cache.lay_out(cache.WEIGHTS, folder / "hub")
    runner = Runner(Path(sys.executable), home, 1, Limits())
    runner.ready()
    cold, warm = list[float](), list[float]()
    try:
        for _ in range(ROUNDS):
            whole, image = _warm(runner, script)
            warm.append(whole - image)
            cold.append(_cold(script, home) - image)
    finally:
        runner.close()
    mine, theirs = statistics.median(warm), statistics.median(cold)
    how = f"median of {ROUNDS}, in turns with the cold start"
    group = "Evaluating a candidate"
    yield Row(group=group, what="overhead beyond the picture", value=mine, unit="s", limit=0.3, how=how)
    yield Row(
        group=group,
        what="the same, 15 times",
        value=15 * mine,
        unit="s",
        limit=theirs,
        rival="cold `python script.py`",
        how=how,
    )


def _warm(runner: Runner, script: Path) -> tuple[float, float]:
    """Seconds until the first picture is here, and of a picture alone."""
    job = {"code": script.read_text(), "script": script.name, "arguments": [], "pipeline_class": None, "sites": []}
    began = time.monotonic()
    live = runner.start(job, script)
    assert isinstance(live, Live), live
    first = live.pictures(["a red circle"], [1])
    whole = time.monotonic() - began
    assert isinstance(first, Pictures), first
    live.close()
    return whole, first.seconds


def _cold(script: Path, home: Path) -> float:
    offline = {"HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    began = time.monotonic()
    subprocess.run(
        [sys.executable, script.name], cwd=script.parent, env={**os.environ, **offline}, capture_output=True, check=True
    )
    return time.monotonic() - began


def optimizing(folder: Path, names: Sequence[str]) -> Iterator[Row]:
    """From an empty store to a confirmed 2x, and the same again."""
    for task in baselines():
        name = task.attributes.pipeline_class.removesuffix("Pipeline")
        if names and name not in names:
            continue
        place = lay(task, folder / name)
        first, outcome = _optimize(place.path, folder / name)
        spent = _stages(folder / name / "out" / "trace.jsonl")
        again, _ = _optimize(place.path, folder / name)
        won = outcome.trial(outcome.winner)
        found = (
            f"{won.final.speedup:.2f}x"
            if won is not None and won.final is not None and won.final.kind == "evaluation"
            else "not met"
        )
        how = f"wall, one run: {found}, {outcome.measured} evaluations"
        limit = 60.0 if name == "StableDiffusion" else 90.0
        yield Row(group="`optimize` to 2x", what=name, value=first, unit="s", limit=limit, how=how, why=spent)
        yield Row(
            group="`optimize` to 2x",
            what=f"{name}, from the store",
            value=again,
            unit="s",
            limit=2.0,
            how="wall, one run",
        )
        yield from _beside_landscape(name, outcome)


def _stages(trace: Path) -> str:
    """Where the time of a search went, from what it wrote down on the way."""
    lines = [json.loads(line) for line in trace.read_text("utf-8").splitlines()]
    spent: dict[str, float] = {}
    for one, following in pairwise(line for line in lines if "at" in line):
        spent[one["stage"]] = spent.get(one["stage"], 0.0) + following["at"] - one["at"]
    return "Its seconds: " + ", ".join(f"{stage} {seconds:.0f}" for stage, seconds in spent.items() if seconds >= 0.5)


def _beside_landscape(name: str, outcome: Outcome) -> Iterator[Row]:
    """How far the winner is from the fastest point within the same bounds that was recorded of this pipeline."""
    won = outcome.trial(outcome.winner)
    found = won.final if won is not None else None
    best = _best_recorded(outcome)
    if isinstance(found, Evaluation) and best is not None:
        how = f"{best:.2f}x in docs/results/landscapes, {found.speedup:.2f}x now; the search ended at its first 2x"
        what = f"{name}, best recorded point over the winner"
        why = "A search ends at the first plan that meets its target, here 2x; asked for more it goes on."
        row = Row(
            group="`optimize` to 2x", what=what, value=best / found.speedup, unit="", limit=1.05, how=how, why=why
        )
        yield row


def _best_recorded(outcome: Outcome) -> float | None:
    """The highest speedup within the target's bounds on quality in the recorded landscapes of this pipeline class."""
    target, kind = outcome.target, outcome.script.pipelines[0].pipeline_class
    same = [one for one in imported(LANDSCAPES) if one.ground.situation.pipeline_class == kind]
    return max((m.speedup for one in same for _, m in one.within(target.max_loss, target.max_drift)), default=None)


def baselines() -> Iterator[Task]:
    """A baseline of each pipeline, text to image or class to image, with 50 steps where it has that."""
    seen: set[str] = set()
    for task in load():
        kind = task.attributes.pipeline_class
        if task.level == 4 and kind not in seen and "Img2Img" not in kind:
            seen.add(kind)
            yield task


def _optimize(script: Path, folder: Path) -> tuple[float, Outcome]:
    began = time.monotonic()
    outcome = optimized(script, folder, "--speedup", "2")
    return time.monotonic() - began, outcome


def optimized(script: Path, folder: Path, *words: str) -> Outcome:
    """What `optimize` finds on the zoo, with its store and its report under `folder` and no settings of anybody."""
    command = [sys.executable, "-m", "diffagent_mcp", "optimize", str(script), "--models", "zoo", *words]
    env = {**os.environ, "DIFFAGENT_HOME": str(folder / "home"), "DIFFAGENT_CONFIG": str(folder / "none.toml")}
    out = folder / "out"
    subprocess.run([*command, "--out", str(out)], cwd=folder, env=env, stdout=subprocess.DEVNULL, check=False)
    return Outcome.model_validate_json((out / "outcome.json").read_text("utf-8"))
