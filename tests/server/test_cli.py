"""The command line as a person meets it: real processes, exit codes, one clear sentence for what is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from shell import run

ROOT = Path(__file__).parents[2]
BAD = ROOT / "tests" / "scripts" / "bad"
EXAMPLE = ROOT / "examples" / "sd15_text2img.py"


def complains(found: subprocess.CompletedProcess[str], code: int, sentence: str) -> None:
    assert found.returncode == code, found
    assert sentence in found.stderr, found.stderr
    assert not found.stderr.lstrip().startswith("Traceback")
    assert found.stdout == ""


def test_the_version_is_told_to_people_and_to_programs() -> None:
    found = json.loads(run("--version", "--json").stdout)
    assert found["version"] == run("--version").stdout.strip()
    assert found["store_schema"] >= 11 and set(found["libraries"]) >= {"torch", "mcp", "pygls"}
    complains(run("--json"), 2, "--json goes with --version here")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["optimize", "no-such-file.py"], "cannot read no-such-file.py"),
        (["optimize", "."], "is a folder; give a Python file"),
        (["optimize", BAD / "not_python.py"], "not Python that can be parsed"),
        (["optimize", BAD / "no_pipeline.py"], "builds no diffusers pipeline"),
        (["optimize", BAD / "two_pipelines.py"], "has several pipelines; name one with --pipeline NAME"),
        (["optimize", BAD / "two_pipelines.py", "--pipeline", "nope"], "has no pipeline called nope"),
        (["optimize", EXAMPLE, "--speedup", "0"], "--speedup 0: a speedup is a number above 1"),
        (["optimize", EXAMPLE, "--speedup", "2", "--latency", "1s"], "either --speedup or --latency"),
        (["optimize", EXAMPLE, "--latency", "soon"], "--latency soon: give a time above 0"),
        (["optimize", EXAMPLE, "--methods", "warp"], "unknown method 'warp'"),
        (["optimize", EXAMPLE, "--methods", "tome", "--without", "tome"], "leaves out every method"),
        (["optimize", EXAMPLE, "--gate", "strict"], "--gate is `default` or `paper`"),
        (["optimize", EXAMPLE, "--budget-evals", "0"], "--budget-evals"),
        (["optimize", EXAMPLE, "--models", "cloud"], "setting models"),
        (["optimize", EXAMPLE, "--max-loss", "7"], "--max-loss"),
        (["optimize", EXAMPLE, "--out", ROOT / "README.md"], "cannot make the folder"),
        (["profile", EXAMPLE, "--trace", "no/such/folder/trace.json"], "cannot write the trace"),
        (["profile", EXAMPLE, "--models", "zoo", "--prompts", "nowhere.txt"], "cannot read the prompts in nowhere.txt"),
        (["profile", EXAMPLE, "--call", "main", "--request", "[1]"], "--request must be a JSON object"),
        (["analyze", BAD / "no_pipeline.py"], "builds no diffusers pipeline"),
        (["frobnicate"], "frobnicate"),
    ],
    ids=lambda v: str(v)[-40:] if isinstance(v, str) else " ".join(str(w)[-20:] for w in v[:3]),
)
def test_bad_usage_is_one_sentence_and_exit_2(words: list[str | Path], sentence: str) -> None:
    complains(run(*words), 2, sentence)


@pytest.mark.parametrize(
    ("script", "code", "sentence"),
    [
        ("missing_model.py", 3, "the model nobody/no-such-model is not on this machine"),
        ("crashes_before_call.py", 2, "at line"),
        ("never_calls.py", 2, "ended before it called a pipeline"),
        ("needs_arguments.py", 2, "pass them at the end, after --"),
        ("waits_for_input.py", 2, "waits for someone to type"),
        ("out_of_memory.py", 3, "out of memory"),
        ("exits.py", 2, "before it called a pipeline"),
    ],
)
def test_a_script_that_cannot_be_measured_is_one_sentence(script: str, code: int, sentence: str) -> None:
    complains(run("profile", BAD / script, "--models", "zoo"), code, sentence)


def test_an_endless_script_is_ended() -> None:
    found = run("profile", BAD / "endless.py", "--models", "zoo", DIFFAGENT_LOAD_SECONDS="5")
    complains(found, 2, "no answer after 5 s of getting to its first pipeline call")


def test_a_script_that_waits_for_requests_is_asked_for_its_handler() -> None:
    service = BAD / "waits_for_requests.py"
    found = run("profile", service, "--models", "zoo", DIFFAGENT_LOAD_SECONDS="5")
    complains(found, 2, "its call is in generate, so name that: --call 'POST /generate'")
    found = run("profile", service, "--models", "zoo", "--call", "generate", "--json")
    assert found.returncode == 0 and json.loads(found.stdout)["stages"]["denoiser_calls"] == 5


def test_lines_of_a_notebook_are_those_of_its_cells() -> None:
    found = run("analyze", ROOT / "tests/scripts/shapes/notebook_colab.ipynb")
    assert "AutoPipelineForText2Image in pipe, cell 2, line 3" in found.stdout
    assert "call at cell 4, line 4" in found.stdout and "beware, cell 2, line 3: stabilityai/sdxl-turbo" in found.stdout


def test_a_project_without_torch_is_exit_3(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    found = run("profile", EXAMPLE, "--models", "zoo", "--python", tmp_path / "bare" / "bin" / "python")
    complains(found, 3, "torch is not installed for")
    complains(run("profile", EXAMPLE, "--models", "zoo", "--python", "/no/python"), 3, "give the project's interpreter")


def test_analyze_prints_facts_and_json() -> None:
    text = run("analyze", EXAMPLE)
    assert text.returncode == 0 and "StableDiffusionPipeline in pipe" in text.stdout
    assert "scheduler: DDIMScheduler" in text.stdout and "steps 50, guidance 7.5" in text.stdout
    told = run("analyze", BAD.parent / "handler.py").stdout
    assert 'guidance `request.get("scale", 7.5)` (known when it runs)' in told
    assert "guidance 7.5 (default)" in run("analyze", BAD.parent / "positional.py").stdout
    found = json.loads(run("analyze", EXAMPLE, "--json").stdout)
    assert found["pipelines"][0]["calls"][0]["steps"] == 50


def test_methods_and_doctor() -> None:
    assert "deepcache" in run("methods").stdout
    assert "interval" in json.loads(run("methods", "--json").stdout)["deepcache"]["properties"]
    found = run("doctor", EXAMPLE)
    assert found.returncode == 0, found
    assert "stable-diffusion-v1-5/stable-diffusion-v1-5" in found.stdout and "float16" not in found.stderr
    told = json.loads(run("doctor", EXAMPLE, "--json").stdout)
    assert told["facts"]["python"] and set(told["unusable"]) >= {"sampler", "deepcache"}


def test_version_and_help() -> None:
    assert run("--version").stdout.strip().count(".") == 2
    for command in ("optimize", "profile", "analyze", "doctor", "methods"):
        assert command in run("--help").stdout and run(command, "--help").returncode == 0


def test_a_store_that_cannot_be_used_is_exit_3(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    complains(run("profile", EXAMPLE, "--models", "zoo", DIFFAGENT_HOME=str(tmp_path / "file")), 3, "cannot be used")
