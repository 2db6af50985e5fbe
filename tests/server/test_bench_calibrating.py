"""Calibration through the command's own use case."""

from pathlib import Path

import pytest

from diffagent_mcp.bench.calibration import Journal, Recipe
from diffagent_mcp.server.app import build
from diffagent_mcp.server.benchmark.app import BenchApp
from diffagent_mcp.server.benchmark.calibrating import baselines, calibrate_all, folder
from diffagent_mcp.server.settings import Settings
from diffagent_mcp.tools.errors import UsageError


def test_every_baseline_is_calibrated_once() -> None:
    every = [t.baseline for t in baselines([])]
    assert len(every) == len(set(every)) == 31
    assert [t.baseline for t in baselines(["b07", "B01"])] == ["B07", "B01"]


def test_an_unknown_baseline_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="there is no baseline B99; they are B01 to B31"):
        baselines(["B99"])


@pytest.mark.slow
def test_a_baseline_of_the_zoo_is_calibrated_and_resumed(tmp_path: Path) -> None:
    one = BenchApp(build(Settings(home=tmp_path, models="zoo")))
    said: list[str] = []
    try:
        recipe = Recipe(trials=2, samples=4)
        (first,) = calibrate_all(one, baselines(["B01"]), recipe.model_copy(update={"trials": 1}), 2, "c", said.append)
        (again,) = calibrate_all(one, baselines(["B01"]), recipe, 2, "c", said.append)
        kept = one.open_bench().calibrated(one.environment.fingerprint())
        written = Journal(folder(one) / "B01.jsonl").read()
    finally:
        one.close()
    assert again.trials[:1] == first.trials
    assert [t.number for t in again.trials] == [1, 2]
    assert [c.baseline for c in kept] == ["B01"]
    assert kept[0].trials == 2
    assert written is not None and written.trials == again.trials
