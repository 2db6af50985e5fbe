"""The filed runs and the recorded landscapes as a dataset: two Parquet tables and the card that explains them.

The card is a README with the YAML head that dataset hubs read. Everything in it is counted from the tables.
"""

from collections.abc import Sequence
from pathlib import Path

from ...knowledge.types import Task
from ...tools.errors import UsageError
from ...tools.textfile import write
from ..calibration.landscape import Ground, Landscape, Recorded, imported
from .export import table, write_table
from .results import FiledRun, read_filed

RUNS, TRIALS, CARD = "runs.parquet", "trials.parquet", "README.md"
OF_RUNS = {
    "run": "name of the run: its solver and a fingerprint of all it depends on",
    "solver": "who solved the tasks; `gold` hands in the references; a simulated model says so in its name",
    "suite": "`full` or `mini`",
    "seed": "of the solver",
    "budget": "evaluations that each task of L4 and L5 may take",
    "max_drift": "bound on drift beside the paper's bound on loss; null: none",
    "dataset": "fingerprint of the tasks",
    "models": "`zoo` and its version: tiny models made for this benchmark; or `hub`",
    "device": "name of the device that everything of this run was measured on",
    "task": "L1-001 to L5-093",
    "level": "1 to 5, as in the paper",
    "pipeline": "pipeline that the task asks for, without `Pipeline`",
    "difficulty": "of L4 and L5: easy, medium, hard",
    "methods": "acceleration methods that the task names",
    "phrasing": "which wording of the request it is",
    "held_out": "was this wording kept out of development?",
    "passed": "did the code pass every stage?",
    "failure": "class of the failure, as in the paper; null: passed",
    "sentence": "what the judge said",
    "speedup": "times faster than the baseline in the same sitting (L4, L5)",
    "speedup_low": "lower end of its 95% interval",
    "speedup_high": "upper end of its 95% interval",
    "required_speedup": "the target",
    "latency_s": "seconds an image, steady state",
    "loss": "relative loss of mean CLIP-Score; 0.05 is 5%",
    "loss_se": "standard error of the loss over prompts",
    "drift": "distance to the baseline's pictures; 1 is another seed",
    "lowest_clip": "lowest CLIP-Score of the pictures of stage 2",
    "evaluations": "candidates that the solver measured",
    "requests": "answers that it had from a language model",
    "tokens": "tokens of these",
    "cost_usd": "dollars of these",
    "solving_s": "seconds of solving",
    "seconds": "seconds of judging",
}
OF_TRIALS = {
    "baseline": "B01 to B31: the script that was accelerated",
    "pipeline_class": "class of its pipeline",
    "device": "name of the device; timings of different devices do not mix",
    "threads": "processor threads that the pipeline had",
    "models": "as in runs",
    "number": "of the trial, in the order of measuring",
    "plan": "methods with their settings, in words",
    "methods": "the methods alone",
    "failure": "kind of the failure where nothing was measured; null otherwise",
    "speedup": "times faster than the baseline in the same sitting",
    "speedup_low": "lower end of its 95% interval",
    "speedup_high": "upper end of its 95% interval",
    "pairs": "timed pairs behind it",
    "latency_s": "seconds an image of the candidate",
    "baseline_s": "seconds an image of the baseline beside it",
    "loss": "relative loss of mean CLIP-Score",
    "loss_se": "its standard error over prompts",
    "drift": "distance to the baseline's pictures; 1 is another seed",
    "drift_se": "its standard error over prompts",
    "prompts": "pictures scored",
    "clip": "mean CLIP-Score of the candidate, by the zoo's own scorer",
    "clip_before": "mean CLIP-Score of the baseline",
    "load_s": "seconds to load the models",
    "first_image_s": "seconds of the first picture, compilation included",
    "peak_mb": "most memory during a call, 10^6 bytes",
    "seconds": "seconds that the whole trial took",
}
_HEAD = """\
---
license: apache-2.0
pretty_name: DiffBench runs and landscapes
tags: [diffusion, acceleration, benchmark]
configs:
  - config_name: runs
    data_files: runs.parquet
  - config_name: trials
    data_files: trials.parquet
---
"""
_EXAMPLE = """\
```python
import pandas

runs = pandas.read_parquet("runs.parquet")
runs.groupby(["solver", "level"]).passed.mean()
```
"""
_LIMITS = """\
The models are tiny ones made for this benchmark (the *zoo*): real pipelines of the published architectures, trained on
simple shapes, on a CPU. Their ratios show how methods behave; they say nothing about a GPU or a large model. Code and
pictures are not part of the tables. Runs of before a change of the measuring protocol keep their numbers; `run` and the
columns of the environment tell them apart."""


def write_dataset(results: Path, folder: Path, tasks: Sequence[Task]) -> Path:
    """Both tables and the card from what is filed under `results`; returns the card. Raises UsageError, SetupError."""
    runs, landscapes = read_filed(results / "data"), imported(results / "landscapes")
    if not runs or not landscapes:
        raise UsageError(f"{results} has no filed runs in data/ or no landscapes in landscapes/")
    of_runs = table([(it.run, it.judged) for it in runs], tasks)
    of_trials = [trial_row(one.ground, trial) for one in landscapes for trial in one.trials]
    write_table(folder / RUNS, of_runs)
    write_table(folder / TRIALS, of_trials)
    write(folder / CARD, card(runs, landscapes, len(of_runs), len(of_trials)))
    return folder / CARD


def trial_row(ground: Ground, trial: Recorded) -> dict[str, object]:
    """One recorded trial in plain values; null is what was not measured."""
    it, m = ground.environment, trial.measured
    interval = m.speedup_interval if m is not None else None
    numbers = [name for name in OF_TRIALS if m is not None and name in type(m).model_fields]
    found: dict[str, object] = {
        "baseline": ground.baseline,
        "pipeline_class": ground.situation.pipeline_class,
        "device": it.device.name,
        "threads": it.device.threads,
        "models": f"{it.models} {it.models_version}".strip(),
        "number": trial.number,
        "plan": trial.plan.sentence(),
        "methods": [step.method for step in trial.plan.steps],
        "failure": trial.failure.kind if trial.failure is not None else None,
        "speedup_low": interval.low if interval is not None else None,
        "speedup_high": interval.high if interval is not None else None,
        "seconds": trial.seconds,
        **{name: getattr(m, name) for name in numbers},
    }
    return {name: found.get(name) for name in OF_TRIALS}


def card(runs: Sequence[FiledRun], landscapes: Sequence[Landscape], verdicts: int, trials: int) -> str:
    """The dataset card."""
    parts = [
        _HEAD,
        "# DiffBench runs and landscapes\n",
        f"`runs`: {verdicts} verdicts of {len(runs)} runs, one row a task. `trials`: {trials} measured plans on "
        f"{len(landscapes)} baselines, one row a plan. Generated from the files beside this folder by "
        "`diffagent-mcp bench export --dataset docs/results/dataset`; do not edit.\n",
        _EXAMPLE,
        "## How it was made\n",
        *(f"- `{it.run.name}`: `{it.command}`" for it in runs),
        *(f"- `{one.ground.baseline}`: `{one.ground.command}`" for one in landscapes if one.ground.command),
        "\nHow a verdict comes about and what the words mean: [measurement](../../measurement.md).\n",
        "## Limits\n",
        _LIMITS + "\n",
        "## Columns of runs\n",
        _columns(OF_RUNS),
        "## Columns of trials\n",
        _columns(OF_TRIALS),
    ]
    return "\n".join(parts)


def _columns(meanings: dict[str, str]) -> str:
    rows = [f"| `{name}` | {meaning} |" for name, meaning in meanings.items()]
    return "\n".join(["| column | meaning |", "|---|---|", *rows, ""])
