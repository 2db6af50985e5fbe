"""The stages on the zoo: a reference passes, and each way to fail is named; what is kept is enough to score again."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from factories import CPU, threshold
from made_up_runs import relative as made_up_relative

from diffagent_mcp.bench.running.desk import Desk, judged
from diffagent_mcp.bench.running.rescore import Rescoring
from diffagent_mcp.bench.solvers.gold import Gold
from diffagent_mcp.bench.stages import protocols, relative
from diffagent_mcp.bench.stages.evaluate import Findings, Stages, batch_of
from diffagent_mcp.bench.stages.place import lay, site_of
from diffagent_mcp.bench.stages.static import compare
from diffagent_mcp.bench.stages.thresholds import card_name, committed, ground, renewed, specimens
from diffagent_mcp.bench.tasks.inputs import source
from diffagent_mcp.bench.tasks.load import load
from diffagent_mcp.knowledge.types import (
    Attributes,
    Calibrated,
    Environment,
    Protocol,
    Relative,
    Run,
    Static,
    Step,
    Submission,
    Task,
    Threshold,
)
from diffagent_mcp.server.benchmark.app import smaller
from diffagent_mcp.tools.measure.judge import Judge
from diffagent_mcp.tools.measure.protocols import protocols as searching
from diffagent_mcp.tools.measure.runner import Limits, Runner
from diffagent_mcp.tools.measure.scorer import Scorer
from diffagent_mcp.tools.store.bench import Bench
from diffagent_mcp.tools.store.store import Store

CODE = """\
from diffusers import DDIMScheduler, StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
image = pipe("a red circle on a white background", num_inference_steps=6, guidance_scale=7.5).images[0]
"""
PROMPTS = ("a red circle on a white background", "a green square on a pink background")
ATTRIBUTES = Attributes(
    pipeline_class="StableDiffusionPipeline",
    model_id="stable-diffusion-v1-5/stable-diffusion-v1-5",
    scheduler="DDIMScheduler",
    steps=6,
    width=512,
    height=512,
)
FIXED = ("pipeline_class", "model_id", "scheduler", "steps", "width", "height", "methods")
TASK = Task(
    id="L1-900", level=1, request="six steps", attributes=ATTRIBUTES, fixed=FIXED, reference=CODE, phrasing="own"
)
FASTER = TASK.model_copy(
    update={
        "id": "L4-900",
        "level": 4,
        "fixed": ("pipeline_class", "model_id", "width", "height"),
        "baseline": "B90",
        "difficulty": "medium",
        "menu": ("sampler",),
        "max_loss": 0.9,
    }
)
NUMBERS = Calibrated(baseline="B90", environment="e", baseline_s=1.0, medium=1.25, trials=1, samples=2, best=1.25)
ENVIRONMENT = Environment(device=CPU, python="3")


def bound(lowest_allowed: float = 0.0) -> Threshold:
    return threshold(threshold=lowest_allowed, prompts=PROMPTS)


@pytest.fixture(scope="module")
def small(runner: Runner) -> Iterator[Runner]:
    runner.reduce = smaller
    yield runner
    runner.reduce = None


@pytest.fixture(scope="module")
def stages(small: Runner, scorer: Scorer) -> Stages:
    limits = Limits(load_s=60, image_s=120, memory_mb=12_000)
    return Stages(lambda: small, lambda: scorer, compare, lambda task: bound(), limits)


def found_for(stages: Stages, code: str | None, folder: Path, task: Task = TASK) -> Findings:
    return stages.evaluate(task, code, lay(task, folder), None, None)


def test_a_reference_passes_and_what_it_drew_is_scored_the_same_again(
    stages: Stages, scorer: Scorer, tmp_path: Path
) -> None:
    desk = Desk(
        solver=Gold({TASK.id: TASK}, {}),
        stages=stages,
        environment=ENVIRONMENT,
        store=Store(),
        calibrated={},
        protocols=lambda task: {},
        budget=28,
        clock=time.monotonic,
    )
    said, pictures = desk.judge(TASK)
    assert said.passed and said.absolute is not None and len(said.absolute.scores) == 2, said
    assert said.static is not None and said.static.live is not None and said.static.live.steps == 6
    assert said.submission.code == CODE and said.submission.evaluations == 0 and said.seconds > 0
    run = Run(solver="gold", dataset="d", tasks=(TASK.id,), suite="mini", environment=ENVIRONMENT)
    bench = Bench(Store(tmp_path / "s.sqlite"))
    bench.keep(run.name, said, pictures)
    same = Rescoring(bench, run, {TASK.id: TASK}, scorer, lambda task: bound())
    assert list(same.judged()) == [(said, said)]
    unknown = Rescoring(bench, run, {TASK.id: TASK}, scorer, lambda task: None)
    assert list(unknown.judged()) == [(said, said)], "without a bound of today the verdict's own holds"
    strict = Rescoring(bench, run, {TASK.id: TASK}, scorer, lambda task: bound(99.9))
    ((_, now),) = strict.judged()
    assert now.failure == "absolute quality" and "99.9" in now.sentence


@pytest.mark.parametrize(
    ("failure", "change", "said"),
    [
        ("key-attribute error", ("num_inference_steps=6", "num_inference_steps=5"), "steps is 5 instead of 6"),
        ("compile error", ("image = pipe(", "pipe.nowhere()\nimage = pipe("), "nowhere"),
        ("compile error", ("image = pipe(", "image = pipe(("), ""),
        ("key-attribute error", ("stable-diffusion-v1-5/stable-diffusion-v1-5", "nobody/nothing"), "model_id"),
    ],
)
def test_each_way_to_fail_is_named(
    stages: Stages, tmp_path: Path, failure: str, change: tuple[str, str], said: str
) -> None:
    found = found_for(stages, CODE.replace(*change), tmp_path)
    assert found.failure == failure and said in found.sentence and found.absolute is None


def test_nothing_handed_in_is_a_class_of_its_own(stages: Stages, tmp_path: Path) -> None:
    assert found_for(stages, None, tmp_path).failure == "no submission"


@pytest.mark.slow
def test_stage_three_is_judged_beside_the_baseline(stages: Stages, scorer: Scorer, tmp_path: Path) -> None:
    place = lay(FASTER, tmp_path)
    subject = place.subject(CODE)
    assert subject is not None
    captions = protocols.Captions(PROMPTS, {})
    bench = protocols.relative(captions, False, protocols.Sizes(prompts=4, pairs=4, blocks=2))
    two = {**searching(PROMPTS, PROMPTS), "bench": bench}
    judge = Judge(subject, ENVIRONMENT, two, stages.runner, stages.scorer, Store(), stages.limits)
    faster = CODE.replace("num_inference_steps=6", "num_inference_steps=3")
    passed = stages.evaluate(FASTER, faster, place, judge, NUMBERS)
    assert passed.failure is None and passed.relative is not None and passed.relative.speedup > 1.25, passed.sentence
    assert {p.role for p in passed.pictures} == {"absolute", "candidate", "baseline", "again"}
    slow = stages.evaluate(FASTER, CODE + "\n", place, judge, NUMBERS)
    assert slow.failure == "relative speed" and slow.relative is not None and slow.relative.achieved < 1
    other = stages.evaluate(FASTER, faster.replace("=7.5", "=1.5"), place, judge, NUMBERS)
    assert other.failure == "key-attribute error" and "guidance" in other.sentence
    judge.close()
    store = Bench(Store(tmp_path / "s.sqlite"))
    run = Run(solver="gold", dataset="d", tasks=(FASTER.id,), suite="mini", environment=ENVIRONMENT)
    said = judged(FASTER, Submission(code=faster), passed, 1.0)
    store.keep(run.name, said, passed.pictures)
    again = Rescoring(store, run, {FASTER.id: FASTER}, scorer, lambda task: bound())
    ((_, now),) = again.judged()
    assert now.relative is not None and said.relative is not None
    assert now.relative.loss == pytest.approx(said.relative.loss)
    assert now.relative.drift == pytest.approx(said.relative.drift, rel=1e-6)


def raced(**changes: object) -> Relative:
    return made_up_relative().model_copy(update=changes)


def test_quality_is_judged_before_speed() -> None:
    slow_and_bad = raced(speedup=1.0, required_speedup=2.0, loss=0.2, max_loss=0.05, drift=0.9)
    assert (relative.shortfall(slow_and_bad, None) or ("", ""))[0] == "relative quality"
    slow = raced(speedup=1.0, required_speedup=2.0, loss=0.01, max_loss=0.05, drift=0.9)
    assert (relative.shortfall(slow, None) or ("", ""))[0] == "relative speed"
    assert (relative.shortfall(slow, 0.35) or ("", ""))[0] == "relative quality"
    assert relative.shortfall(raced(speedup=2.0, required_speedup=2.0, loss=0.05, max_loss=0.05), None) is None


def test_the_stages_ask_for_other_pictures_and_seeds() -> None:
    lines = tuple(f"prompt {n}" for n in range(60))
    captions = protocols.Captions(lines, {n: f"class {n}" for n in range(1000)})
    wide = protocols.wide(captions, False, 10)
    many = protocols.relative(captions, False, protocols.Sizes())
    assert not set(wide.prompts) & set(many.prompts) and not set(wide.seeds) & set(many.seeds)
    assert (len(many.prompts), many.pairs, many.blocks) == (36, 12, 4)
    classes = protocols.relative(captions, True, protocols.Sizes(prompts=8))
    assert classes.prompts == tuple(f"class {n}" for n in classes.labels) and len(set(classes.labels)) == 8
    short = protocols.wide(protocols.Captions(("one", "two"), {}), False, 5)
    assert short.prompts == ("one", "two", "one", "two", "one") and len(set(short.seeds)) == 5


def test_pictures_are_made_together_only_where_that_changes_nothing() -> None:
    several = Protocol(name="bench", prompts=PROMPTS, seeds=(1, 2), pairs=1, batch=5)
    cutoff = ATTRIBUTES.model_copy(update={"methods": (Step(method="guidance_cutoff", params={"after": 0.5}),)})
    assert batch_of(Static(text=ATTRIBUTES, live=ATTRIBUTES), several) == 5
    assert batch_of(Static(text=ATTRIBUTES, live=cutoff), several) == 1
    assert batch_of(Static(), several) == 1


def test_every_task_has_a_bound_to_meet() -> None:
    everything = load()
    cards = {card_name(t) for t in everything}
    assert {"sd15 text2img", "sdxl img2img", "dit class2img 256", "controlnet text2img"} <= cards
    assert all(specimens(everything, card) for card in cards)
    assert len(specimens(everything, "sd15 text2img")) == 2 and specimens(everything, "none") == []
    assert {source(t).name for t in specimens(everything, "controlnet text2img")} == {
        f"scene-{n}.png" for n in range(6)
    }
    other = ENVIRONMENT.model_copy(update={"models_version": "another"})
    assert ground(ENVIRONMENT, "a") != ground(other, "a") != ground(other, "b")
    elsewhere = ENVIRONMENT.model_copy(update={"device": CPU.model_copy(update={"name": "another"})})
    assert ground(ENVIRONMENT, "a") == ground(elsewhere, "a")


def test_the_bounds_that_come_along_follow_from_what_was_measured() -> None:
    come_along = committed()
    assert come_along is not None and {c.card for c in come_along.cards} == {card_name(t) for t in load()}
    assert all(renewed(c) == c and c.threshold < c.lowest <= c.median for c in come_along.cards)
    assert renewed(bound(99.0)).threshold < 50


def test_code_without_a_pipeline_in_sight_has_no_site() -> None:
    assert site_of(CODE) is not None
    assert site_of("print('nothing')\n") is None and site_of("def (:\n") is None
