"""A run with real processes that is killed again and again ends with the verdicts of one that was left alone."""

import random
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import real_run

from diffagent_mcp.knowledge.types import Judged
from diffagent_mcp.tools.store.bench import Bench
from diffagent_mcp.tools.store.store import Store


def verdicts(store: Path) -> list[Judged]:
    """Without what a clock said."""
    found = sorted(Bench(Store(store)).judged(real_run.RUN.name), key=lambda j: j.task)
    still = {"seconds": 0.0}
    return [j.model_copy(update={**still, "submission": j.submission.model_copy(update=still)}) for j in found]


@pytest.mark.slow
def test_killed_while_real_pictures_are_made(tmp_path: Path, zoo_home: Path) -> None:
    real_run.main(tmp_path / "calm.sqlite", zoo_home)
    calm, rng = verdicts(tmp_path / "calm.sqlite"), random.Random(3)
    assert len(calm) == len(real_run.TASKS) and {j.absolute is not None for j in calm} == {True}
    store = tmp_path / "killed.sqlite"
    command = [sys.executable, real_run.__file__, str(store), str(zoo_home)]
    family: list[psutil.Process] = []
    for _ in range(20):
        process = subprocess.Popen(command)
        time.sleep(rng.uniform(5.0, 20.0))
        if process.poll() is None:
            family += psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        if len(verdicts(store)) == len(calm):
            break
    assert subprocess.run(command, timeout=300, check=False).returncode == 0
    assert verdicts(store) == calm
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive, "what a killed run had started ends with it"
