"""The runner on real processes: what is captured, what is refused, and that nothing is left behind."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from diffagent_mcp.knowledge.types import Crashed, Failure, OutOfMemory, TimedOut, Trace
from diffagent_mcp.tools.errors import SetupError
from diffagent_mcp.tools.measure.runner import Limits, Live, Pictures, Runner

LOAD = """
from diffusers import StableDiffusionPipeline
pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
"""
CALL = 'image = pipe("a red circle on a white background", num_inference_steps=4).images[0]\n'
PROMPT, SEED = ["a red circle on a white background"], [1]


def start(runner: Runner, folder: Path, code: str, limits: Limits | None = None, **job: object) -> Live | Failure:
    script = folder / "script.py"
    script.write_text(dedent(code))
    told = {"code": dedent(code), "script": "script.py", "arguments": [], "pipeline_class": "StableDiffusionPipeline"}
    return runner.start({**told, "sites": [], **job}, script, limits)


def live(runner: Runner, folder: Path, code: str, **job: object) -> Live:
    found = start(runner, folder, code, None, **job)
    assert isinstance(found, Live), found
    return found


def pictures(one: Live, prompts: list[str] = PROMPT, seeds: list[int] = SEED, deep: bool = False) -> Pictures:
    made = one.pictures(prompts, seeds, deep=deep)
    assert isinstance(made, Pictures), made
    return made


def test_a_call_is_captured_and_replayed_with_other_prompts_and_seeds(runner: Runner, tmp_path: Path) -> None:
    one = live(runner, tmp_path, LOAD + CALL)
    try:
        assert one.captured["arguments"] == {"num_inference_steps": 4}
        first = pictures(one)
        assert first.shape == (1, 512, 512, 3)
        assert pictures(one).pixels == first.pixels, "the same prompt and seed make the same picture"
        assert pictures(one, seeds=[2]).pixels != first.pixels
        assert pictures(one, ["a blue square on a black background"]).pixels != first.pixels
        both = pictures(one, PROMPT * 2, [1, 2])
        assert both.shape == (2, 512, 512, 3) and both.one(0) != both.one(1)
    finally:
        one.close()


def test_the_record_counts_what_the_pipeline_did(runner: Runner, tmp_path: Path) -> None:
    one = live(runner, tmp_path, LOAD + CALL.replace("=4", "=4, foo=3"))
    try:
        trace = Trace.model_validate(pictures(one, deep=True).record["trace"])
    finally:
        one.close()
    assert trace.denoiser_calls == 5, "PNDM calls the denoiser once more than it has steps"
    assert trace.requested_steps == 4 and trace.guidance_scale == 7.5
    assert trace.batch_sizes == {"2": 5} and trace.mid_block_calls == 5
    assert max(trace.self_attention_tokens) == 256 and trace.cross_attention_calls > 0
    assert trace.gflop and trace.gflop > 0.5 and trace.vae_decodes == 1
    assert trace.swallowed == ("foo",) and trace.image_size == (512, 512)


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    {call}\nexcept BaseException:\n    pass\nfinally:\n    print('over')",
        "import torch\nwith torch.inference_mode():\n    {call}",
        "def draw(p):\n    return p('a red circle', num_inference_steps=4)\ndraw(pipe)",
        "import threading\nt = threading.Thread(target=lambda: pipe('x', num_inference_steps=4))\nt.start()",
        "pipe(['a', 'b'], num_inference_steps=4, negative_prompt=['c', 'd'])",
        "pipe('a', num_inference_steps=4, output_type='np', return_dict=False)",
        "if __name__ == '__main__':\n    import sys; assert sys.argv[0] == __file__\n    {call}",
    ],
)
def test_any_shape_of_call_is_captured(runner: Runner, tmp_path: Path, code: str) -> None:
    one = live(runner, tmp_path, LOAD + code.replace("{call}", CALL.strip()))
    try:
        n = one.captured["images_per_call"]
        assert pictures(one, PROMPT * n, SEED * n).shape == (n, 512, 512, 3)
    finally:
        one.close()


def test_only_the_named_lines_are_captured(runner: Runner, tmp_path: Path) -> None:
    warm_up_then_real = LOAD + "pipe('warm', num_inference_steps=1)\npipe('real', num_inference_steps=3)\n"
    one = live(runner, tmp_path, warm_up_then_real, sites=[[5, 5]])
    try:
        assert one.captured["arguments"]["num_inference_steps"] == 3
    finally:
        one.close()


@pytest.mark.parametrize(
    ("code", "kind", "sentence"),
    [
        ("x = 1", "never_called", "ended before it called a pipeline"),
        ("import sys; sys.exit(0)", "never_called", "exited"),
        ("1 / 0", "crashed", "ZeroDivisionError at line 1: division by zero"),
        ("def f(:\n  pass", "crashed", "SyntaxError"),
        ("name = input('prompt: ')", "needs_input", "waits for someone to type"),
        (
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('--prompt', required=True)\np.parse_args()",
            "needs_input",
            "the following arguments are required: --prompt",
        ),
        ("import torch; torch.empty(10**13)", "out_of_memory", "out of memory at line 1"),
        (
            "from diffusers import DiffusionPipeline\nDiffusionPipeline.from_pretrained('nobody/no-such-model')",
            "model_missing",
            "the model nobody/no-such-model is not on this machine",
        ),
        (LOAD + "pipe(prompt_embeds=1, num_inference_steps=4)", "unscorable", "no text prompt"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crashed", "the process died (SIGSEGV)"),
        ("while True: print('x' * 100_000)", "crashed", "size limit"),
    ],
)
def test_what_cannot_be_measured_is_a_typed_failure(
    runner: Runner, tmp_path: Path, code: str, kind: str, sentence: str
) -> None:
    failure = start(runner, tmp_path, code)
    assert not isinstance(failure, Live)
    assert failure.kind == kind and sentence in failure.message, failure


def test_arguments_reach_the_script(runner: Runner, tmp_path: Path) -> None:
    code = "import sys\nassert sys.argv[1:] == ['--steps', '3']\n" + LOAD + CALL
    live(runner, tmp_path, code, arguments=["--steps", "3"]).close()


def test_memory_that_grows_is_stopped(runner: Runner, tmp_path: Path) -> None:
    code = "kept = []\nwhile True:\n    kept.append(bytearray(50_000_000))"
    failure = start(runner, tmp_path, code, Limits(load_s=60, memory_mb=6_000))
    assert isinstance(failure, OutOfMemory), failure


def test_a_hang_is_ended_with_everything_it_started(runner: Runner, tmp_path: Path) -> None:
    code = """
        import subprocess, time
        subprocess.Popen(["sleep", "3487"], start_new_session=True)
        while True: time.sleep(1)
    """
    failure = start(runner, tmp_path, code, replace(runner.limits, load_s=4))
    assert isinstance(failure, TimedOut) and "no answer after 4 s" in failure.message
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "3487"]]
    assert not runner.living


def gone(pid: int, seconds: float = 5.0) -> bool:
    """Has the process ended (or is it a zombie nobody has waited for) within `seconds`?"""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def test_there_is_no_network(runner: Runner, tmp_path: Path) -> None:
    if not str(runner.ready()["network"]).startswith("cut"):
        pytest.skip(f"this system cannot cut the network: {runner.hello['network']}")
    code = "import socket\nsocket.create_connection(('127.0.0.1', 9), timeout=3)"
    failure = start(runner, tmp_path, code)
    assert isinstance(failure, Crashed) and "unreachable" in failure.message.lower(), failure


def test_no_secret_reaches_the_script(zoo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-very-secret")
    own = Runner(Path(sys.executable), zoo_home, 1)
    try:
        failure = start(
            own, tmp_path, "import os\nraise SystemError(' '.join(f'{k}={v}' for k, v in os.environ.items()))"
        )
    finally:
        own.close()
    assert isinstance(failure, Crashed) and "HF_HUB_DISABLE_PROGRESS_BARS=" in failure.message
    assert "very-secret" not in failure.message + failure.evidence


def test_a_script_cannot_change_what_stands_beside_it(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "prompts.txt").write_text("a red circle")
    (tmp_path / "helper.py").write_text("STEPS = 4\n")
    code = """
        from pathlib import Path
        from helper import STEPS
        here = Path(__file__).parent
        assert Path("prompts.txt").read_text() == (here / "prompts.txt").read_text() == "a red circle"
        Path("prompts.txt").write_text("changed"); (here / "out").mkdir(); Path("new.txt").write_text("x")
    """
    failure = start(runner, tmp_path, code)
    assert not isinstance(failure, Live) and failure.kind == "never_called", failure
    assert (tmp_path / "prompts.txt").read_text() == "a red circle"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["helper.py", "prompts.txt", "script.py"]


def test_a_thread_pool_after_the_fork_does_not_deadlock(runner: Runner, tmp_path: Path) -> None:
    """OpenMP in a forked child hangs where the parent has used its pool: the parent never does."""
    code = "import torch\ntorch.set_num_threads(2)\nx = torch.rand(900, 900)\ny = x @ x\nassert y.shape == (900, 900)"
    failure = start(runner, tmp_path, code, replace(runner.limits, load_s=30))
    assert not isinstance(failure, Live) and failure.kind == "never_called", failure


def test_the_fork_does_not_poison_cuda(runner: Runner, tmp_path: Path) -> None:
    """diffusers' import asks for CUDA; a child of a process that asked cannot use it."""
    code = "import torch, diffusers\nassert not torch.cuda._is_in_bad_fork(), 'poisoned'"
    failure = start(runner, tmp_path, code)
    assert not isinstance(failure, Live) and failure.kind == "never_called", failure


def test_nothing_survives_a_judge_that_is_killed(zoo_home: Path, tmp_path: Path) -> None:
    """kill -9 of the judge takes the warm parent and every candidate with it."""
    script = tmp_path / "script.py"
    script.write_text("import time\nwhile True: time.sleep(1)\n")
    judge = f"""
import sys, threading, time
from pathlib import Path
from diffagent_mcp.tools.measure.runner import Runner
r = Runner(Path(sys.executable), Path({str(zoo_home)!r}))
r.ready()
source = Path({str(script)!r})
job = dict(code=source.read_text(), script="script.py", arguments=[], pipeline_class=None, sites=[])
threading.Thread(target=r.start, args=(job, source), daemon=True).start()
while not r.living: time.sleep(0.05)
print(r.process.pid, *r.living, flush=True)
time.sleep(600)
"""
    process = subprocess.Popen([sys.executable, "-c", judge], stdout=subprocess.PIPE, text=True, env={**os.environ})
    assert process.stdout is not None
    pids = [int(p) for p in process.stdout.readline().split()]
    assert len(pids) == 2 and all(psutil.pid_exists(p) for p in pids)
    process.kill()
    process.wait()
    assert all(gone(p) for p in pids)


def test_an_interpreter_that_is_not_there_is_a_sentence(zoo_home: Path) -> None:
    with pytest.raises(SetupError, match="--python"):
        Runner(Path("/no/such/python"), zoo_home)


def test_an_environment_without_the_libraries_is_a_sentence(zoo_home: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    bare = Runner(tmp_path / "bare" / "bin" / "python", zoo_home)
    with pytest.raises(SetupError, match="torch cannot be imported by"):
        bare.ready()
