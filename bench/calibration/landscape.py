"""Recorded landscapes: which plan gave which speed, loss and drift, on one baseline in one environment.

A landscape is a file of JSON lines: first the ground it was measured on, then one line for each trial. The same file
is the journal of a calibration under way (a line is written whole or not at all) and what is committed.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ...knowledge.sharing import without_paths
from ...knowledge.situation import Situation
from ...knowledge.types import (
    AnyVerdict,
    Environment,
    Evaluation,
    Interval,
    Plan,
    Profile,
    Protocol,
    Record,
    Verdict,
)
from ...tools.errors import UsageError


class Recipe(Record):
    """How far to search. The paper's: 50 trials, 36 samples, 5% loss."""

    trials: int = Field(default=50, ge=1, description="after these, the best speedup is `medium`")
    extra: int = Field(default=0, ge=0, description="further trials, which look for witnesses of `hard` alone")
    samples: int = Field(default=36, ge=2, description="prompts for each trial's quality")
    max_loss: float = 0.05
    seed: int = 0


class Ground(Record):
    """What a landscape was measured on: everything a number in it depends on."""

    baseline: str = Field(description="B01 to B31")
    environment: Environment
    situation: Situation
    menu: tuple[str, ...] = Field(description="slugs of the methods that were searched")
    protocol: Protocol
    profile: Profile = Field(description="of the baseline alone")
    recipe: Recipe
    command: str = Field(default="", description="what was typed to record it")

    def alike(self, other: "Ground") -> bool:
        """May trials of both stand in one landscape? Longer searches and other sittings may."""
        mine, theirs = (
            (g.baseline, g.environment, g.menu, g.protocol, g.recipe.seed, g.recipe.max_loss, g.recipe.samples)
            for g in (self, other)
        )
        return mine == theirs


class Measured(Record):
    """The numbers of one trial."""

    speedup: float
    speedup_interval: Interval
    pairs: int
    latency_s: float
    baseline_s: float
    loss: float
    loss_se: float
    drift: float
    drift_se: float
    prompts: int
    clip: float
    clip_before: float
    load_s: float
    first_image_s: float
    peak_mb: float


class Recorded(Record):
    """One trial: a plan and what came of it."""

    number: int = Field(ge=1)
    plan: Plan
    measured: Measured | None = None
    failure: Annotated[AnyVerdict | None, Field(description="where nothing was measured")] = None
    seconds: float

    def verdict(self, ground: Ground) -> Verdict:
        """As the judge said it. Stages and trace are the baseline's: those of candidates are not kept."""
        if self.measured is None:
            assert self.failure is not None
            return self.failure
        return Evaluation(
            protocol="quick",
            stages=ground.profile.stages,
            trace=ground.profile.trace,
            **{name: getattr(self.measured, name) for name in Measured.model_fields},
        )


class Landscape(Record):
    """A ground and its trials, in the order of their numbers."""

    ground: Ground
    trials: tuple[Recorded, ...] = ()

    def within(self, max_loss: float, max_drift: float | None = None) -> list[tuple[Recorded, Measured]]:
        """Trials that hold the bounds on quality, fastest first."""
        numbered = [(t, t.measured) for t in self.trials if t.measured is not None]
        kept = [(t, m) for t, m in numbered if m.loss <= max_loss and (max_drift is None or m.drift <= max_drift)]
        return sorted(kept, key=lambda pair: (-pair[1].speedup, pair[0].number))


def recorded(number: int, plan: Plan, verdict: Verdict, seconds: float) -> Recorded:
    """A trial from the judge's verdict."""
    if isinstance(verdict, Evaluation):
        numbers = Measured(**{name: _short(getattr(verdict, name)) for name in Measured.model_fields})
        return Recorded(number=number, plan=plan, measured=numbers, seconds=seconds)
    short = verdict.model_copy(update={"evidence": verdict.evidence[-400:]})
    return Recorded(number=number, plan=plan, failure=short, seconds=seconds)


def _short(value: Any) -> Any:
    """Six digits, which is more than any of them is worth: the files are committed."""
    if isinstance(value, Interval):
        return Interval(low=_short(value.low), high=_short(value.high), level=value.level)
    return float(f"{value:.6g}") if isinstance(value, float) else value


@dataclass(frozen=True)
class Journal:
    """A landscape's file while it grows. A killed process loses the trial it was at, and nothing else."""

    path: Path

    def open(self, ground: Ground) -> Landscape:
        """What was recorded so far, or a new file. Raises UsageError where it was recorded on another ground."""
        kept = self.read()
        if kept is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_bytes(b"")
            self._append(_line(ground))
            return Landscape(ground=ground)
        if not kept.ground.alike(ground):
            raise UsageError(f"{self.path} was recorded under other conditions; move it away, or calibrate elsewhere")
        return kept

    def read(self) -> Landscape | None:
        """None where there is no file, or nothing whole in it."""
        return parsed(self.path.read_text(encoding="utf-8")) if self.path.exists() else None

    def add(self, trial: Recorded) -> None:
        """Keep a trial: when this returns, it is on the disk."""
        self._append(_line(trial))

    def _append(self, line: str) -> None:
        # A line that a killed process left half-written ends here, so that it spoils no other.
        data = self.path.read_bytes()
        torn = b"\n" if data and not data.endswith(b"\n") else b""
        with self.path.open("ab") as file:
            file.write(torn + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _line(record: Record) -> str:
    # Keys stay in their order, so that a plan that was read back says and does the same as before.
    return json.dumps(record.model_dump(mode="json", exclude_none=True), ensure_ascii=False)


def parsed(text: str) -> Landscape | None:
    """A landscape from its lines. Half-written ones are left out; of two trials with one number the first holds."""
    whole = [value for line in text.split("\n") if (value := _value(line)) is not None]
    if not whole or "baseline" not in whole[0]:
        return None
    ground, trials = Ground.model_validate(whole[0]), dict[int, Recorded]()
    for value in whole[1:]:
        trial = Recorded.model_validate(value)
        trials.setdefault(trial.number, trial)
    return Landscape(ground=ground, trials=tuple(trials[n] for n in sorted(trials)))


def _value(line: str) -> dict[str, object] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def exported(landscapes: Iterable[Landscape], folder: Path) -> list[Path]:
    """Write landscapes as files to be committed, `B07.jsonl`, without local paths; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for one in landscapes:
        path = folder / f"{one.ground.baseline}.jsonl"
        draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
        draft.write_text("\n".join(map(_line, (_shareable(one.ground), *one.trials))) + "\n", encoding="utf-8")
        draft.replace(path)
        paths.append(path)
    return paths


def _shareable(ground: Ground) -> Ground:
    trace = ground.profile.trace
    vae = trace.vae_id and without_paths(trace.vae_id)
    profile = ground.profile.model_copy(update={"trace": trace.model_copy(update={"vae_id": vae})})
    return ground.model_copy(update={"profile": profile})


def imported(folder: Path) -> Sequence[Landscape]:
    """Every landscape in a folder, by baseline. Raises UsageError where there is none."""
    read = [parsed(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.jsonl"))]
    found = [one for one in read if one is not None]
    if not found:
        raise UsageError(f"there are no landscapes in {folder}; record some with `diffagent-mcp bench calibrate`")
    return sorted(found, key=lambda one: one.ground.baseline)
