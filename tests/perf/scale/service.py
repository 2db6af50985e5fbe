"""How long tasks take: from the runs of docs/results, which were measured."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

from diffagent_mcp.bench.tasks.load import load
from diffagent_mcp.knowledge.types import Judged, Record, Run

DATA = Path(__file__).parents[3] / "docs" / "results" / "data"


class Service(Record):
    """Seconds of every task of DiffBench on one device."""

    seconds: dict[str, float]
    timed: int
    """tasks that were themselves timed; the others of L4 and L5 get the time of one that was, drawn by chance"""
    pictures_of_a_race: float
    """median over the timed tasks of L4 and L5: seconds of the task over seconds of one picture of its baseline"""
    runs: tuple[str, ...]


def measured(solver: str = "diffagent", seed: int = 0) -> Service:
    """Times of one solver's runs, L1 to L3 whole, L4 and L5 of the mini suite."""
    runs, found = _runs(solver)
    rng, seconds = random.Random(seed), dict[str, float]()
    levels = {level: [j.seconds for j in found if j.task.startswith(f"L{level}-")] for level in range(1, 6)}
    own = {j.task: j.seconds for j in found}
    for task in load():
        seconds[task.id] = own.get(task.id) or rng.choice(levels[task.level])
    ratios = sorted(j.seconds / j.relative.baseline_s for j in found if j.relative is not None)
    return Service(
        seconds=seconds, timed=len(own), pictures_of_a_race=ratios[len(ratios) // 2], runs=tuple(sorted(runs))
    )


def _runs(solver: str) -> tuple[list[str], list[Judged]]:
    names: list[str] = []
    found: list[Judged] = []
    for path in sorted(DATA.glob(f"{solver}-*.jsonl")):
        first, *rest = path.read_text(encoding="utf-8").splitlines()
        names.append(path.stem)
        assert Run.model_validate_json(_body(first)).solver == solver
        found += [Judged.model_validate_json(line) for line in rest]
    return names, [j for j in found if not j.judged_in]


def _body(line: str) -> str:
    return json.dumps(json.loads(line)["run"])


def several(service: Service, runs: int) -> list[float]:
    """The times of so many runs one after another, each with its longest first."""
    once: Sequence[float] = sorted(service.seconds.values(), reverse=True)
    return [t for t in once for _ in range(runs)]
