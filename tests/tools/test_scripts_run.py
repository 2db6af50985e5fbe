"""Every script of the corpus runs with plain Python and draws, before and after a plan is written into it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from corpus import EVERY, analysed, situated, text
from factories import plan, situation, step

from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.tools.script.edit import apply

PLAN = plan(step("sampler", name="dpmpp_2m", steps=20), step("deepcache", interval=2))


def run(script: Path, home: Path) -> list[Path]:
    """The pictures that a script leaves behind."""
    offline = {"HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, script.name],
        cwd=script.parent,
        env={**os.environ, **offline},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return sorted(p.relative_to(script.parent) for p in script.parent.rglob("*.png"))


@pytest.mark.slow
@EVERY
def test_a_script_draws_before_and_after(path: Path, zoo_home: Path, tmp_path: Path) -> None:
    code = text(path)
    script = analysed(code, path.name)
    site = script.pipelines[0]
    made = apply(code, script, site.name, change_for(PLAN, situated(site, situation())))
    assert isinstance(made, str), made
    drawn: list[list[Path]] = []
    for name, version in (("before", code), ("after", made)):
        folder = tmp_path / name
        shutil.copytree(path.parent, folder, ignore=shutil.ignore_patterns("bad", "__pycache__"))
        (folder / path.name).write_bytes(version.encode("utf-8"))
        drawn.append(run(folder / path.name, zoo_home))
    assert drawn[0] and drawn[0] == drawn[1]
