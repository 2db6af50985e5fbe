"""`optimize` end to end on the zoo, as a person runs it: real processes from the script to the accelerated file."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from diffagent_mcp.knowledge.types import Evaluation, Outcome, Profile
from diffagent_mcp.server import settings
from diffagent_mcp.server.app import build

pytestmark = pytest.mark.timeout(900)
"""searches of some minutes, on machines that may be busy"""
SOURCE = '''\
"""A short script, so that tests are short."""

from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)

# one picture
image = pipe("a red circle on a white background", num_inference_steps=14).images[0]
image.save("picture.png")
'''
EASY = ("--speedup", "1.3", "--max-loss", "0.5", "--max-drift", "3", "--models", "zoo", "--methods", "sampler")


def optimize(script: Path, *words: str, timeout: float = 800) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "diffagent_mcp", "optimize", str(script), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    one = tmp_path_factory.mktemp("optimized")
    (one / "draw.py").write_text(SOURCE)
    return one


@pytest.fixture
def done(folder: Path) -> subprocess.CompletedProcess[str]:
    """The first call measures; every later one is served from the store. Noise is answered as the product says."""
    said = optimize(folder / "draw.py", *EASY)
    for _ in range(2):
        if "run this again" not in said.stdout:
            break
        said = optimize(folder / "draw.py", *EASY)
    return said


def test_a_met_target_leaves_a_file_a_diff_and_a_report(
    done: subprocess.CompletedProcess[str], folder: Path, tmp_path: Path
) -> None:
    assert done.returncode == 0, done.stderr
    assert "faster (95%" in done.stdout and "quality loss" in done.stdout and "tiny zoo models" in done.stdout
    assert "+++ b/draw.py" in done.stdout and (folder / "draw.py").read_text() == SOURCE
    report = folder / "draw.diffagent"
    made = {"outcome.json", "report.html", "pareto.png", "contact_sheet.png", "changes.diff"}
    assert made <= {p.name for p in report.iterdir()}
    outcome = Outcome.model_validate_json((report / "outcome.json").read_text())
    winner = outcome.trial(outcome.winner)
    assert winner is not None and isinstance(winner.final, Evaluation)
    assert winner.final.prompts in (16, 32, 48) and 8 <= winner.final.pairs <= 24 and winner.final.protocol == "final"
    assert outcome.target.met_by(winner.final)
    shutil.copy(folder / "draw.accelerated.py", tmp_path)
    environment = {**os.environ, "HF_HOME": str(build(settings.load()).zoo_home), "HF_HUB_OFFLINE": "1"}
    subprocess.run([sys.executable, "draw.accelerated.py"], cwd=tmp_path, env=environment, check=True, timeout=120)
    assert (tmp_path / "picture.png").stat().st_size > 1000


def test_the_same_again_measures_nothing_and_says_so(done: subprocess.CompletedProcess[str], folder: Path) -> None:
    started = time.monotonic()
    again = optimize(folder / "draw.py", *EASY)
    assert again.returncode == 0
    assert "0 evaluations measured now" in again.stdout and "every verdict came from the store" in again.stdout
    assert time.monotonic() - started < 30
    told = Outcome.model_validate_json(optimize(folder / "draw.py", *EASY, "--json").stdout)
    assert told.measured == 0 and told.winner is not None


def test_apply_changes_the_file_and_keeps_the_original(
    done: subprocess.CompletedProcess[str], folder: Path, tmp_path: Path
) -> None:
    script = tmp_path / "draw.py"
    script.write_text(SOURCE)
    script.chmod(0o750)
    found = optimize(script, *EASY, "--apply", "--out", str(tmp_path / "report"))
    assert found.returncode == 0, found.stderr
    assert (tmp_path / "draw.py.orig").read_text() == SOURCE
    assert script.read_text() == (tmp_path / "report" / "draw.accelerated.py").read_text() != SOURCE
    assert script.stat().st_mode & 0o777 == 0o750


def test_a_target_that_cannot_be_met_is_exit_1_with_the_reason(
    done: subprocess.CompletedProcess[str], folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    older = tmp_path / "out" / "draw.accelerated.py"
    older.write_text("# of an earlier run")
    bounds = ("--without", "compile", "--budget-evals", "1")
    words = ("--speedup", "40", "--models", "zoo", *bounds, "--out", str(tmp_path / "out"))
    found = optimize(folder / "draw.py", *words)
    assert found.returncode == 1, found.stderr
    assert "Target 40x" in found.stdout and "not met" in found.stdout
    assert "at the very most" in found.stdout
    assert f"{older} is from an earlier run" in found.stdout and older.read_text() == "# of an earlier run"
    assert (tmp_path / "out" / "report.html").exists() and "accelerated file:" not in found.stdout


def _listens_to_ctrl_c() -> None:
    """A shell starts background jobs with SIGINT ignored, and what they start inherits that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def interrupted(script: Path, words: list[str], at: str) -> int:
    """Run `optimize`, press Ctrl-C when a line with `at` appears; the exit code. Nothing may be left running."""
    command = [sys.executable, "-m", "diffagent_mcp", "optimize", str(script), *words]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=_listens_to_ctrl_c
    )
    assert process.stderr is not None
    family: list[psutil.Process] = []
    for line in process.stderr:
        if at in line:
            family = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGINT)
            break
    process.communicate(timeout=60)
    assert family, f"no line with {at!r}"
    alive = [p for p in psutil.wait_procs(family, timeout=5)[1] if p.status() != psutil.STATUS_ZOMBIE]
    assert not alive
    return process.returncode


def test_an_interrupt_leaves_a_usable_store_and_a_partial_report(
    done: subprocess.CompletedProcess[str], folder: Path, tmp_path: Path
) -> None:
    words = ["--speedup", "40", "--models", "zoo", "--without", "compile", "--seed", "5", "--out", str(tmp_path)]
    assert interrupted(folder / "draw.py", words, "[search 2/28]") == 130
    outcome = Outcome.model_validate_json((tmp_path / "outcome.json").read_text())
    assert outcome.stopped == "interrupted" and 2 <= len(outcome.trials) < 28
    assert (tmp_path / "report.html").exists()
    assert optimize(folder / "draw.py", *words, "--budget-evals", "2").returncode == 1
    resumed = Outcome.model_validate_json((tmp_path / "outcome.json").read_text())
    assert len(resumed.trials) == 2
    assert all(t.cached for t in resumed.trials), "what was measured before the interrupt is not measured again"


def test_profile_prints_the_stages_and_writes_a_trace(folder: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace.json"
    command = [sys.executable, "-m", "diffagent_mcp", "profile", str(folder / "draw.py"), "--models", "zoo"]
    found = subprocess.run([*command, "--trace", str(trace)], capture_output=True, text=True, timeout=300, check=False)
    assert found.returncode == 0, found.stderr
    for word in ("text encoder", "denoiser", "14 calls x", "VAE", "peak memory", "CLIP-Score", "zoo models"):
        assert word in found.stdout
    assert json.loads(trace.read_text())["traceEvents"]
    kept = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "--fresh measures again" in kept.stdout
    fresh = subprocess.run([*command, "--fresh"], capture_output=True, text=True, timeout=300, check=True)
    assert "--fresh measures again" not in fresh.stdout and "making the baseline's pictures" in fresh.stderr
    served = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=60, check=True)
    told = json.loads(served.stdout)
    told.pop("environment")
    assert Profile.model_validate(told).stages.denoiser_calls == 14
