"""Every pipeline on the real runner: its call is replayed, the record is right, and what fits proves itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from factories import CPU, LIBRARIES, step
from pipelines import CANNY, CASES, Case
from world import protocol

from diffagent_mcp.agents import coder
from diffagent_mcp.knowledge.catalogue import method_of
from diffagent_mcp.knowledge.proof import unproven
from diffagent_mcp.knowledge.rules import problems
from diffagent_mcp.knowledge.situation import Situation, situation_at
from diffagent_mcp.knowledge.steps import run_of
from diffagent_mcp.knowledge.types import Candidate, Failure, Plan, Script, Step, Trace, Unscorable
from diffagent_mcp.tools import models
from diffagent_mcp.tools.measure.baseline import Baseline, profile_of
from diffagent_mcp.tools.measure.runner import Live, Pictures, Runner
from diffagent_mcp.tools.measure.sampling import trace_of
from diffagent_mcp.tools.measure.scorer import Scorer
from diffagent_mcp.tools.script.analyse import analyse, steps_in

PROMPTS = ["a red circle on a white background", "a blue square on a black background"]
SOON = ("sdxl", "sd15-image", "controlnet", "dit", "alpha")
"""one of every kind; the others are made of the same parts and take a minute more"""
SETTINGS = {
    "sampler": step("sampler", name="unipc", steps=4),
    "precision": step("precision", dtype="bfloat16"),
    "deepcache": step("deepcache", interval=2, branch=0),
    "tome": step("tome", ratio=0.5, max_downsample=2),
    "tgate": step("tgate", gate=0.5, sp_interval=1, fi_interval=1),
    "guidance_cutoff": step("guidance_cutoff", after=0.5),
    "fused_qkv": step("fused_qkv"),
    "channels_last": step("channels_last"),
}
TOGETHER = ("sampler", "deepcache", "tome", "fused_qkv", "channels_last")


@dataclass
class Drawn:
    """A case as it is: its live call, and the record of it."""

    case: Case
    folder: Path
    runner: Runner
    live: Live
    trace: Trace

    @property
    def labels(self) -> list[int]:
        return [5, 6] if self.case.pipeline_class == "DiTPipeline" else []

    def situation(self) -> Situation:
        site = analysed(self.case.source()).pipelines[0]
        here = situation_at(site, CPU, LIBRARIES)
        return here.model_copy(update={"scheduler": self.trace.scheduler_class})

    def record_of(self, code: str) -> Trace:
        live = start(self.runner, self.folder, self.case, code)
        assert isinstance(live, Live), live
        try:
            return recorded(live, self.labels)
        finally:
            live.close()


def analysed(code: str) -> Script:
    script = analyse("script.py", code)
    assert isinstance(script, Script)
    return script


def start(runner: Runner, folder: Path, case: Case, code: str) -> Live | Failure:
    path = folder / "script.py"
    path.write_text(code)
    told = {"code": code, "script": "script.py", "arguments": [], "pipeline_class": case.pipeline_class, "sites": []}
    return runner.start(told, path)


def recorded(live: Live, labels: list[int]) -> Trace:
    made = live.pictures(PROMPTS[:1], [1], labels[:1], deep=True)
    assert isinstance(made, Pictures), made
    trace = trace_of(made)
    assert isinstance(trace, Trace), trace
    return trace


CASE = pytest.mark.parametrize(
    "drawn",
    [pytest.param(c, id=c.name, marks=() if c.name in SOON else pytest.mark.slow) for c in CASES],
    indirect=True,
    scope="module",
)


@pytest.fixture(scope="module")
def drawn(
    request: pytest.FixtureRequest, runner: Runner, zoo_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Drawn]:
    case: Case = request.param
    if models.snapshot(zoo_home, case.model_id) is None:
        pytest.skip(f"the zoo has no {case.model_id} yet")
    folder = tmp_path_factory.mktemp("case")
    live = start(runner, folder, case, case.source())
    assert isinstance(live, Live), live
    labels = [5, 6] if case.pipeline_class == "DiTPipeline" else []
    yield Drawn(case, folder, runner, live, recorded(live, labels))
    live.close()


@CASE
def test_the_record_says_what_ran(drawn: Drawn) -> None:
    case, trace = drawn.case, drawn.trace
    assert (trace.pipeline_class, trace.model_id) == (case.pipeline_class, case.model_id)
    assert trace.controlnet_id == (CANNY if "ControlNet" in case.pipeline_class else None)
    assert (trace.scheduler_class, trace.denoiser_calls) == (case.scheduler, case.calls)
    assert trace.batch_sizes == {"2": case.calls} and trace.vae_decodes == 1 and trace.methods == {}
    assert trace.strength == (0.6 if "image" in case.name else None) and not trace.part
    assert trace.mid_block_calls == (None if case.transformer else case.calls)
    assert trace.self_attention_tokens and (trace.cross_attention_calls == 0) == (case.name == "dit")
    assert (trace.text_dtype is None) == (case.name == "dit") and trace.vae_dtype == "float32"
    assert trace.swallowed == () and trace.gflop and trace.image_size


@CASE
def test_another_prompt_and_several_at_once_are_the_same_call(drawn: Drawn) -> None:
    both = drawn.live.pictures(PROMPTS, [1, 2], drawn.labels)
    one = drawn.live.pictures(PROMPTS[1:], [2], drawn.labels[1:])
    assert isinstance(both, Pictures) and isinstance(one, Pictures), (both, one)
    assert both.shape == (2, *one.shape[1:])
    apart = [abs(a - b) for a, b in zip(both.one(1)[::97], one.pixels[::97], strict=True)]
    assert sum(apart) / len(apart) < 1, "the second of two is the picture that it is alone"
    assert both.one(0) != both.one(1)


@CASE
def test_what_fits_together_runs_and_proves_itself(drawn: Drawn) -> None:
    combined = [SETTINGS[s] for s in drawn.case.fits.split() if s in TOGETHER]
    proves_itself(drawn, *combined)


@pytest.mark.slow
@pytest.mark.parametrize("slug", SETTINGS)
@CASE
def test_every_method_runs_and_proves_itself(drawn: Drawn, slug: str) -> None:
    if slug not in (*drawn.case.fits.split(), "precision"):
        assert problems(Plan(steps=(SETTINGS[slug],)), drawn.situation())
    else:
        proves_itself(drawn, SETTINGS[slug])


def proves_itself(drawn: Drawn, *steps: Step) -> None:
    """Written into the script, each method shows in the record and is read back from the text with its settings."""
    here, plan = drawn.situation(), Plan(steps=steps)
    assert not problems(plan, here)
    source = drawn.case.source()
    written = coder.write(plan, source, analysed(source), here)
    assert isinstance(written, Candidate), written
    trace = drawn.record_of(written.code)
    assert unproven(plan, trace, drawn.trace) == []
    in_text = {s.method: s.params for s in steps_in(written.code, here.pipeline)}
    number = 4 if plan.step("sampler") else here.steps
    for one in steps:
        method = method_of(one)
        if method is not None and one.method != "sampler":
            expected = method.written(run_of(number, here.strength), plan)
            assert trace.methods[one.method] | expected == trace.methods[one.method]
            assert in_text[one.method] == trace.methods[one.method]


@pytest.mark.slow
@CASE
def test_a_profile_is_measured(drawn: Drawn, scorer: Scorer) -> None:
    asked = protocol("quick", 10).model_copy(update={"labels": (5, 6, 7, 8) if drawn.labels else ()})
    base = profile_of(drawn.live, scorer, asked)
    assert isinstance(base, Baseline), base
    assert base.profile.trace.denoiser_calls == drawn.case.calls and base.profile.stages.denoiser_s > 0


def test_a_pipeline_of_classes_needs_classes(runner: Runner, zoo_home: Path, tmp_path: Path) -> None:
    case = next(c for c in CASES if c.name == "dit")
    if models.snapshot(zoo_home, case.model_id) is None:
        pytest.skip(f"the zoo has no {case.model_id} yet")
    live = start(runner, tmp_path, case, case.source())
    assert isinstance(live, Live) and live.captured["by_class"] is True
    answer = live.pictures(PROMPTS[:1], [1])
    assert isinstance(answer, Unscorable) and "the protocol has texts only" in answer.message
