"""Neovim and Emacs with the language server, as people use them: installed editors, headless."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from editor import COMMAND
from editors.install import EGLOT

HERE = Path(__file__).parent
SCRIPT = """\
import torch
from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline
pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5", dtype=torch.float16)
pipe = pipe.to("cuda")
pipe.scheduler = DPMSolverMultistepScheduler()
pipe.enable_attention_slicing()
image = pipe("a cat", num_inference_steps=20).images[0]
"""
FIXED = SCRIPT.replace("Scheduler()", "Scheduler.from_config(pipe.scheduler.config)")
EDITORS = {
    "nvim": ["--headless", "--clean", "-n", "-S", str(HERE / "neovim.lua")],
    "emacs": ["--batch", "-Q", "-l", str(HERE / "eglot.el")],
}


def ran(editor: str, folder: Path) -> dict[str, Any]:
    """What the editor wrote down; skipped with the reason where it is not installed."""
    program = shutil.which(editor)
    if program is None:
        pytest.skip(f"{editor} is not installed: apt-get install neovim emacs-nox elpa-eglot")
    if editor == "emacs" and not list(EGLOT.glob("eglot-*")):
        pytest.skip("eglot is not installed: apt-get install elpa-eglot")
    script = folder / "draw.py"
    script.write_text(SCRIPT)
    (folder / "draw.py.orig").write_text(SCRIPT)
    told = {"COMMAND": " ".join(COMMAND), "SCRIPT": str(script), "OUT": str(folder / "out.json")}
    home = {"HOME": str(folder), "DIFFAGENT_HOME": str(folder / "home")}
    env = {**os.environ, **told, **home}
    run = subprocess.run([program, *EDITORS[editor]], env=env, capture_output=True, text=True, timeout=120, cwd=folder)
    assert (folder / "out.json").exists(), run.stdout[-2000:] + run.stderr[-3000:]
    return json.loads((folder / "out.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("editor", EDITORS)
def test_a_person_sees_and_fixes_what_is_slow(editor: str, tmp_path: Path) -> None:
    seen = ran(editor, tmp_path)
    assert len(seen["codes"]) == 2, seen
    assert "StableDiffusionPipeline" in seen["hover"]
    assert seen["fixed"].rstrip("\n") == FIXED.rstrip("\n")
    assert "deepcache_helper.enable()" in seen["accelerated"]
    assert seen["reverted"] and seen["after"].rstrip("\n") == SCRIPT.rstrip("\n")
