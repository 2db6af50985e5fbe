"""`optimize` on scripts of every shape: each yields a file that runs by itself and has the speed that was measured."""

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from corpus import SCRIPTS
from shell import run

from diffagent_mcp.knowledge.types import Evaluation, Outcome
from diffagent_mcp.server import settings
from diffagent_mcp.server.app import build

ROUNDS = 5
STOPWATCH = """
import json, runpy, sys, time
import torch; torch.set_num_threads(1)
from diffusers import StableDiffusionPipeline as P
seconds = []
def timed(call):
    def inner(self, *args, **kwargs):
        started = time.perf_counter()
        try: return call(self, *args, **kwargs)
        finally: seconds.append(time.perf_counter() - started)
    return inner
P.__call__ = timed(P.__call__)
try:
    import tgate.SD; tgate.SD.tgate = timed(tgate.SD.tgate)
except ImportError: pass
script, out, sys.argv = sys.argv[1], sys.argv[2], [sys.argv[1]]
sys.path.insert(0, ".")
runpy.run_path(script, run_name="__main__")
json.dump(seconds, open(out, "w"))
"""


def plain(script: Path, environment: dict[str, str]) -> None:
    """As its owner would: `python script.py`, in its own folder."""
    subprocess.run([sys.executable, script.name], cwd=script.parent, env=environment, check=True, timeout=300)


def call_seconds(script: Path, environment: dict[str, str], out: Path) -> float:
    """Seconds of the longest pipeline call in one run of the file: warm-ups are shorter."""
    command = [sys.executable, "-c", STOPWATCH, script.name, str(out)]
    subprocess.run(command, cwd=script.parent, env=environment, check=True, timeout=300)
    return max(json.loads(out.read_text()))


def by_itself(script: Path, accelerated: Path, environment: dict[str, str]) -> float:
    """Median speedup over pairs of runs side by side in time, so that a busier minute falls on both."""
    out, ratios = script.parent / "seconds.json", list[float]()
    for n in range(ROUNDS):
        both = (script, accelerated) if n % 2 == 0 else (accelerated, script)
        taken = {each: call_seconds(each, environment, out) for each in both}
        ratios.append(taken[script] / taken[accelerated])
    return statistics.median(ratios)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("path", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_a_script_of_any_shape_is_accelerated(path: Path, tmp_path: Path) -> None:
    for beside in (path, *path.parent.glob("settings_beside.py")):
        shutil.copy(beside, tmp_path)
    script = tmp_path / path.name
    text = script.read_bytes()
    found = run("optimize", script, "--models", "zoo", "--speedup", "1.6", "--without", "compile", timeout=900)
    print(found.stdout[-1500:])
    assert found.returncode == 0, found.stderr[-2000:]
    assert script.read_bytes() == text
    outcome = Outcome.model_validate_json((tmp_path / f"{path.stem}.diffagent" / "outcome.json").read_text())
    winner = outcome.trial(outcome.winner)
    assert winner is not None and isinstance(winner.final, Evaluation)
    home = build(settings.load()).zoo_home
    environment = {
        **os.environ,
        "HF_HOME": str(home),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "TQDM_DISABLE": "1",
    }
    accelerated = tmp_path / f"{path.stem}.accelerated.py"
    plain(accelerated, environment)
    assert list(tmp_path.rglob("*.png")), "it draws its pictures"
    alone = by_itself(script, accelerated, environment)
    print(f"{path.stem}: measured {winner.final.speedup:.2f}x, by itself {alone:.2f}x")
    assert alone == pytest.approx(winner.final.speedup, rel=0.25)
