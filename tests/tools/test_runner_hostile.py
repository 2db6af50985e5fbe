"""Scripts that would mislead the runner, or leave something behind."""

import time
from pathlib import Path

import psutil
import pytest

from diffagent_mcp.knowledge.types import Crashed, Failure
from diffagent_mcp.tools.measure import jobs, scratch
from diffagent_mcp.tools.measure.baseline import meaningless
from diffagent_mcp.tools.measure.runner import Live, Pictures, Runner

from .test_runner import CALL, LOAD, PROMPT, SEED, pictures, start

SUBCLASS = """
import time
class Slow(StableDiffusionPipeline):
    def __call__(self, *args, **kwargs):
        time.sleep(1.5)
        return super().__call__(*args, **kwargs)
pipe.__class__ = Slow
"""
REPLACED = """
inner = StableDiffusionPipeline.__call__
def slow(self, *args, **kwargs):
    return inner(self, *args, **kwargs)
StableDiffusionPipeline.__call__ = slow
"""
DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "3479"])
    os._exit(0)
os.wait()
time.sleep(0.3)
"""


def failed(runner: Runner, folder: Path, code: str) -> Failure:
    """What comes of a script that must not be measured, whether it shows at once or in a call."""
    one = start(runner, folder, code)
    if not isinstance(one, Live):
        return one
    made = one.pictures(PROMPT, SEED)
    assert not isinstance(made, Pictures)
    return made


def test_the_call_of_a_subclass_is_measured_whole(runner: Runner, tmp_path: Path) -> None:
    one = start(runner, tmp_path, LOAD + SUBCLASS + CALL)
    assert isinstance(one, Live), one
    try:
        assert pictures(one).seconds > 1.5
    finally:
        one.close()


def test_a_replaced_call_is_refused(runner: Runner, tmp_path: Path) -> None:
    found = failed(runner, tmp_path, LOAD + REPLACED + CALL)
    assert isinstance(found, Crashed) and "in the place of StableDiffusionPipeline.__call__" in found.message


@pytest.mark.parametrize("ending", ["1/0", CALL])
def test_a_daemon_does_not_outlive_its_script(runner: Runner, tmp_path: Path, ending: str) -> None:
    one = start(runner, tmp_path, LOAD + DAEMON + ending)
    if isinstance(one, Live):
        one.close()
    time.sleep(0.2)
    assert not [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", "3479"]]


@pytest.mark.parametrize(
    "code",
    [
        "import json\njson.dumps = lambda *a, **k: '{}'\n" + LOAD + CALL,
        LOAD + "class Mute(Exception):\n    def __str__(self): raise self\nraise Mute('quiet')",
        LOAD + "import os\nos.fork()\n" + CALL + "",
    ],
)
def test_what_cannot_be_read_is_still_one_sentence(runner: Runner, tmp_path: Path, code: str) -> None:
    one = start(runner, tmp_path, code)
    found = one if not isinstance(one, Live) else one.pictures(PROMPT, SEED)
    if isinstance(found, Pictures):
        assert isinstance(one, Live)
        one.close()
    else:
        assert len(found.message) > 10


@pytest.mark.parametrize(
    "made", ["[x for x in old(i, **k) for _ in (1, 2)]", "[x.resize((1, 1)) for x in old(i, **k)]"]
)
def test_more_or_tiny_pictures_are_refused(runner: Runner, tmp_path: Path, made: str) -> None:
    patch = f"old = pipe.image_processor.postprocess\npipe.image_processor.postprocess = lambda i, **k: {made}\n"
    found = failed(runner, tmp_path, LOAD + patch + CALL)
    assert isinstance(found, Crashed) and "not 1 whole pictures" in found.message


def test_pictures_that_say_nothing_are_no_baseline() -> None:
    assert "seed" in (meaningless([20.0, 21.0], 0.0) or "")
    assert "CLIP-Score 0" in (meaningless([0.0, 0.0], 0.4) or "")
    assert meaningless([60.0, 70.0], 0.4) is None


def test_folders_of_killed_runs_are_swept(tmp_path: Path) -> None:
    gone, here, other = tmp_path / "diffagent-4194303-a", tmp_path / "diffagent-1-b", tmp_path / "diffagent-notes"
    for folder in (gone, here, other):
        folder.mkdir()
    scratch.sweep(tmp_path)
    assert not gone.exists() and here.exists() and other.exists()


def _four(pid: int) -> set[int]:
    return {0, 1, 2, 3}


def test_runners_side_by_side_keep_to_processors_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", _four, raising=False)
    assert [jobs.cpus(1, lane) for lane in range(5)] == [[3], [2], [1], [0], [3]]
    assert [jobs.cpus(2, lane) for lane in range(3)] == [[2, 3], [0, 1], [2, 3]] and jobs.cpus(4) is None
